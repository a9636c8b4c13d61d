//! Grants: what a member may do, and where. Given and taken away by codes, read as ids for `people::policy`.

use serde::Serialize;

use super::changed;
use crate::db::{Db, Tx};
use crate::error::{Error, Field, Result};
use crate::people::policy::{Grant, Role, Who};
use crate::record;

/// A grant about to be given, in the codes that people use; what is `None` is no limit.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// What.
    pub role: Role,
    /// The code of the agency it is limited to.
    pub agency: Option<String>,
    /// The layer and code of the jurisdiction it is limited to, as `layer:code`.
    pub jurisdiction: Option<String>,
    /// The code of the service it is limited to.
    pub service: Option<String>,
}

record! {
    /// A grant as people read it.
    #[derive(Debug, Clone, Serialize, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
    pub struct Granted {
        /// What.
        pub role: String,
        /// The code of the agency it is limited to.
        pub agency: Option<String>,
        /// The layer of the jurisdiction it is limited to.
        #[serde(skip)]
        pub layer: Option<String>,
        /// The jurisdiction it is limited to, as `layer:code`.
        pub jurisdiction: Option<String>,
        /// The code of the service it is limited to.
        pub service: Option<String>,
    }
}

/// The scope of a grant as ids.
struct Limits {
    agency: Option<i64>,
    jurisdiction: Option<i64>,
    service: Option<i64>,
}

/// Gives a member a grant; giving it twice changes nothing.
pub async fn grant(tx: &mut Tx, member: i64, new: &NewGrant, by: Option<i64>, now: i64) -> Result<()> {
    let limits = limits(tx, new).await?;
    if !matching(tx, member, new.role, &limits).await?.is_empty() {
        return Ok(());
    }
    tx.sql("insert into member_grant (member_id, role, agency_id, jurisdiction_id, service_id) values ($1, $2, $3, $4, $5)")
        .bind(member)
        .bind(new.role.word())
        .bind(limits.agency)
        .bind(limits.jurisdiction)
        .bind(limits.service)
        .run()
        .await?;
    changed(tx, Some(member), by, now).await
}

/// Takes a grant away, at once for every session; one that was never given is not found.
pub async fn revoke(tx: &mut Tx, member: i64, old: &NewGrant, by: Option<i64>, now: i64) -> Result<()> {
    let limits = limits(tx, old).await?;
    let ids = matching(tx, member, old.role, &limits).await?;
    if ids.is_empty() {
        return Err(Error::NotFound("grant"));
    }
    for id in ids {
        tx.sql("delete from member_grant where id = $1").bind(id).run().await?;
    }
    changed(tx, Some(member), by, now).await
}

/// Makes the grants that follow from a provider's word exactly these; what was given by hand stays, and is not given twice.
pub async fn follow_provider(tx: &mut Tx, member: i64, issuer: &str, wanted: &[NewGrant], now: i64) -> Result<()> {
    let mut keep = Vec::with_capacity(wanted.len());
    let mut different = false;
    for new in wanted {
        let limits = limits(tx, new).await?;
        let there = matching(tx, member, new.role, &limits).await?;
        if there.is_empty() {
            let (id,): (i64,) = tx
                .sql(
                    "insert into member_grant (member_id, role, agency_id, jurisdiction_id, service_id, issuer)
                     values ($1, $2, $3, $4, $5, $6) returning id",
                )
                .bind(member)
                .bind(new.role.word())
                .bind(limits.agency)
                .bind(limits.jurisdiction)
                .bind(limits.service)
                .bind(issuer.to_owned())
                .one()
                .await?;
            keep.push(id);
            different = true;
        }
        keep.extend(there);
    }
    let followed: Vec<(i64,)> =
        tx.sql("select id from member_grant where member_id = $1 and issuer = $2").bind(member).bind(issuer.to_owned()).all().await?;
    for (id,) in followed.into_iter().filter(|(id,)| !keep.contains(id)) {
        tx.sql("delete from member_grant where id = $1").bind(id).run().await?;
        different = true;
    }
    if different { changed(tx, Some(member), None, now).await } else { Ok(()) }
}

/// The member as the policy sees it. A jurisdiction that was published again has a new row for the same code; a grant for
/// the one is a grant for all of them, so that publishing a layer locks nobody out of a district.
pub async fn who(db: &Db, member: i64) -> Result<Who> {
    let rows: Vec<(String, Option<i64>, Option<i64>, Option<i64>)> = db
        .sql(
            "select g.role, g.agency_id, coalesce(same.id, g.jurisdiction_id), g.service_id from member_grant g
             left join jurisdiction j on j.id = g.jurisdiction_id
             left join jurisdiction same on same.layer_id = j.layer_id and same.code = j.code
             where g.member_id = $1 order by g.id",
        )
        .bind(member)
        .all()
        .await?;
    let mut grants = Vec::with_capacity(rows.len());
    for (role, agency, jurisdiction, service) in rows {
        let role = Role::parse(&role).ok_or_else(|| Error::internal(format!("member {member} was granted `{role}`, which is no role")))?;
        grants.push(Grant { role, agency, jurisdiction, service });
    }
    let teams: Vec<(i64,)> = db.sql("select team_id from member_team where member_id = $1 order by team_id").bind(member).all().await?;
    Ok(Who::Member { id: member, grants, teams: teams.into_iter().map(|(team,)| team).collect() })
}

/// The grants of a member in codes, in order.
pub async fn grants_of(db: &Db, member: i64) -> Result<Vec<Granted>> {
    let mut grants: Vec<Granted> = db
        .sql(
            "select g.role, agency.code as agency, layer.code as layer, j.code as jurisdiction, service.code as service
             from member_grant g left join agency on agency.id = g.agency_id left join jurisdiction j on j.id = g.jurisdiction_id
             left join layer on layer.id = j.layer_id left join service on service.id = g.service_id where g.member_id = $1",
        )
        .bind(member)
        .all()
        .await?;
    for grant in &mut grants {
        if let (Some(layer), Some(code)) = (&grant.layer, &grant.jurisdiction) {
            grant.jurisdiction = Some(format!("{layer}:{code}"));
        }
    }
    grants.sort();
    Ok(grants)
}

async fn limits(tx: &mut Tx, new: &NewGrant) -> Result<Limits> {
    let mut problems = Vec::new();
    let mut limits = Limits { agency: None, jurisdiction: None, service: None };
    if let Some(code) = &new.agency {
        let found: Option<(i64,)> = tx.sql("select id from agency where code = $1").bind(code.clone()).optional().await?;
        limits.agency = found.map(|(id,)| id);
        if found.is_none() {
            problems.push(Field::new("agency", format!("there is no agency `{code}`")));
        }
    }
    if let Some(place) = &new.jurisdiction {
        let found: Option<(i64,)> = match place.split_once(':') {
            Some((layer, code)) => {
                tx.sql(
                    "select j.id from jurisdiction j join layer on layer.id = j.layer_id where layer.code = $1 and j.code = $2
                     order by j.valid_to is not null, j.id desc limit 1",
                )
                .bind(layer.to_owned())
                .bind(code.to_owned())
                .optional()
                .await?
            }
            None => None,
        };
        limits.jurisdiction = found.map(|(id,)| id);
        if found.is_none() {
            problems.push(Field::new("jurisdiction", format!("there is no jurisdiction `{place}`; write it as layer:code")));
        }
    }
    if let Some(code) = &new.service {
        let found: Option<(i64,)> = tx.sql("select id from service where code = $1").bind(code.clone()).optional().await?;
        limits.service = found.map(|(id,)| id);
        if found.is_none() {
            problems.push(Field::new("service", format!("there is no service `{code}`")));
        }
    }
    if problems.is_empty() { Ok(limits) } else { Err(Error::Invalid(problems)) }
}

async fn matching(tx: &mut Tx, member: i64, role: Role, limits: &Limits) -> Result<Vec<i64>> {
    let ids: Vec<(i64,)> = tx
        .sql(
            "select id from member_grant where member_id = $1 and role = $2 and agency_id is not distinct from $3
             and jurisdiction_id is not distinct from $4 and service_id is not distinct from $5",
        )
        .bind(member)
        .bind(role.word())
        .bind(limits.agency)
        .bind(limits.jurisdiction)
        .bind(limits.service)
        .all()
        .await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}
