//! Grants: what a member may do, and where. Given and taken away by codes, read as ids for `people::policy`.

use serde::Serialize;

use super::touched;
use crate::db::{Db, Query, Tx};
use crate::error::{Error, Field, Result};
use crate::events::{Fact, New, append};
use crate::people::policy::{Grant, Role, Who};
use crate::record;

/// A grant about to be given, in the codes that people use; what is `None` is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A grant that a member holds, as the policy and as people see it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: i64,
    pub(super) grant: Grant,
    pub(super) granted: Granted,
}

impl Held {
    /// Whether it is this one, given once more.
    pub(super) fn is(&self, new: &NewGrant) -> bool {
        let Granted { role, agency, jurisdiction, service, .. } = &self.granted;
        role == new.role.word() && *agency == new.agency && *jurisdiction == new.jurisdiction && *service == new.service
    }
}

record! {
    struct Row {
        member_id: i64,
        id: i64,
        role: String,
        agency_id: Option<i64>,
        jurisdiction_id: Option<i64>,
        service_id: Option<i64>,
        agency: Option<String>,
        layer: Option<String>,
        jurisdiction: Option<String>,
        service: Option<String>,
    }
}

/// What [`held`] reads.
pub(super) const HELD: &str = "select g.member_id, g.id, g.role, g.agency_id, g.jurisdiction_id, g.service_id, agency.code as agency,
        layer.code as layer, j.code as jurisdiction, service.code as service
     from member_grant g left join agency on agency.id = g.agency_id left join jurisdiction j on j.id = g.jurisdiction_id
     left join layer on layer.id = j.layer_id left join service on service.id = g.service_id where 1 = 1";

/// Grants with the members who hold them.
pub(super) async fn held(query: Query<'_>) -> Result<Vec<(i64, Held)>> {
    let rows: Vec<Row> = query.push(" order by g.id").all().await?;
    let held = |row: Row| {
        let role = Role::parse(&row.role)
            .ok_or_else(|| Error::internal(format!("member {} was granted `{}`, which is no role", row.member_id, row.role)))?;
        let grant = Grant { role, agency: row.agency_id, jurisdiction: row.jurisdiction_id, service: row.service_id };
        let jurisdiction = row.layer.as_ref().zip(row.jurisdiction).map(|(layer, code)| format!("{layer}:{code}"));
        let granted = Granted { role: row.role, agency: row.agency, layer: row.layer, jurisdiction, service: row.service };
        Ok((row.member_id, Held { id: row.id, grant, granted }))
    };
    rows.into_iter().map(held).collect()
}

/// Gives a member a grant; giving it twice changes nothing.
pub async fn grant(tx: &mut Tx, member: i64, new: &NewGrant, by: Option<i64>, now: i64) -> Result<()> {
    let limits = meant(tx, new).await?;
    if !matching(tx, member, &limits).await?.is_empty() {
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
    record(tx, member, &limits, true, by, now).await
}

/// Takes a grant away, at once for every session; one that was never given is not found.
pub async fn revoke(tx: &mut Tx, member: i64, old: &NewGrant, by: Option<i64>, now: i64) -> Result<()> {
    let limits = meant(tx, old).await?;
    let ids = matching(tx, member, &limits).await?;
    if ids.is_empty() {
        return Err(Error::NotFound("grant"));
    }
    for id in ids {
        tx.sql("delete from member_grant where id = $1").bind(id).run().await?;
    }
    record(tx, member, &limits, false, by, now).await
}

/// Takes away what a member holds.
pub(super) async fn take(tx: &mut Tx, member: i64, held: &Held, by: Option<i64>, now: i64) -> Result<()> {
    tx.sql("delete from member_grant where id = $1").bind(held.id).run().await?;
    record(tx, member, &held.grant, false, by, now).await
}

async fn record(tx: &mut Tx, member: i64, grant: &Grant, given: bool, by: Option<i64>, now: i64) -> Result<()> {
    touched(tx, member).await?;
    let Grant { role, agency, jurisdiction, service } = *grant;
    let fact = Fact::GrantChanged { member, role: role.word().into(), agency, jurisdiction, service, given };
    append(tx, New::at(now, fact).by(by)).await
}

/// Makes the grants that follow from a provider's word exactly these; what was given by hand stays, and is not given twice.
pub async fn follow_provider(tx: &mut Tx, member: i64, issuer: &str, wanted: &[NewGrant], now: i64) -> Result<()> {
    let mut keep = Vec::with_capacity(wanted.len());
    for new in wanted {
        let limits = meant(tx, new).await?;
        let there = matching(tx, member, &limits).await?;
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
            record(tx, member, &limits, true, None, now).await?;
            keep.push(id);
        }
        keep.extend(there);
    }
    let of_issuer = tx.sql(HELD).filter(" and g.member_id = ", Some(member)).filter(" and g.issuer = ", Some(issuer.to_owned()));
    for (_, followed) in held(of_issuer).await?.into_iter().filter(|(_, followed)| !keep.contains(&followed.id)) {
        take(tx, member, &followed, None, now).await?;
    }
    Ok(())
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
    let held = held(db.sql(HELD).filter(" and g.member_id = ", Some(member))).await?;
    let mut grants: Vec<Granted> = held.into_iter().map(|(_, held)| held.granted).collect();
    grants.sort();
    Ok(grants)
}

/// A grant with its codes looked up; each that nothing is called by is named.
pub async fn meant(tx: &mut Tx, new: &NewGrant) -> Result<Grant> {
    let mut problems = Vec::new();
    let mut limits = Grant::everywhere(new.role);
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

async fn matching(tx: &mut Tx, member: i64, limits: &Grant) -> Result<Vec<i64>> {
    let ids: Vec<(i64,)> = tx
        .sql(
            "select id from member_grant where member_id = $1 and role = $2 and agency_id is not distinct from $3
             and jurisdiction_id is not distinct from $4 and service_id is not distinct from $5",
        )
        .bind(member)
        .bind(limits.role.word())
        .bind(limits.agency)
        .bind(limits.jurisdiction)
        .bind(limits.service)
        .all()
        .await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}
