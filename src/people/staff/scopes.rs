//! What a grant can be limited to: agencies with their teams, the jurisdictions of today, services.

use serde::Serialize;

use crate::db::Db;
use crate::error::Result;
use crate::record;

/// What a grant can be limited to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Scopes {
    /// By name.
    pub agencies: Vec<Agency>,
    /// By layer and name.
    pub jurisdictions: Vec<Jurisdiction>,
    /// By name.
    pub services: Vec<Named>,
}

/// An agency.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Agency {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its teams, by name.
    pub teams: Vec<Named>,
}

/// Something with a code.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Named {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

record! {
    /// A jurisdiction.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    pub struct Jurisdiction {
        /// Code of its layer.
        pub layer: String,
        /// Name of its layer.
        pub layer_name: String,
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        #[serde(skip)]
        precedence: i64,
    }
}

/// What a grant can be limited to at `now`, epoch milliseconds.
pub async fn scopes(db: &Db, now: i64) -> Result<Scopes> {
    let mut agencies: Vec<(i64, Agency)> = Vec::new();
    db.sql("select id, code, name from agency")
        .each(|(id, code, name): (i64, String, String)| {
            agencies.push((id, Agency { code, name, teams: Vec::new() }));
            Ok(())
        })
        .await?;
    db.sql("select agency_id, code, name from team")
        .each(|(of, code, name): (i64, String, String)| {
            if let Some((_, agency)) = agencies.iter_mut().find(|(id, _)| *id == of) {
                agency.teams.push(Named { code, name });
            }
            Ok(())
        })
        .await?;
    let mut agencies: Vec<Agency> = agencies.into_iter().map(|(_, agency)| agency).collect();
    agencies.sort_by(|a, b| a.name.cmp(&b.name));
    agencies.iter_mut().for_each(|agency| agency.teams.sort_by(|a, b| a.name.cmp(&b.name)));

    let mut jurisdictions: Vec<Jurisdiction> = db
        .sql(
            "select l.code as layer, l.name as layer_name, j.code, j.name, l.precedence from jurisdiction j join layer l on l.id = j.layer_id
             where (j.valid_from is null or j.valid_from <= $1) and (j.valid_to is null or j.valid_to > $1)",
        )
        .bind(now)
        .all()
        .await?;
    jurisdictions.sort_by(|a, b| (a.precedence, &a.layer, &a.name, &a.code).cmp(&(b.precedence, &b.layer, &b.name, &b.code)));
    jurisdictions.dedup_by(|a, b| a.layer == b.layer && a.code == b.code);

    let services: Vec<(String, String)> = db.sql("select code, name from service").all().await?;
    let mut services: Vec<Named> = services.into_iter().map(|(code, name)| Named { code, name }).collect();
    services.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Scopes { agencies, jurisdictions, services })
}
