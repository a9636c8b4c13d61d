//! Which cases somebody reaches: the policy's scope as a condition of a query, and a case as the policy sees it.
//!
//! It asks `people::policy` and never decides by itself.

use crate::db::{Db, Query, Tx};
use crate::error::{Error, Result};
use crate::people::policy::{Act, On, Reach, Scope, Who, may};

/// The agency that answers for a case: its team's, or while it has no team the service's.
const WHERE_IT_IS: &str = "select c.service_id, c.team_id, case when c.team_id is null then s.agency_id else t.agency_id end
     from case_record c join service s on s.id = c.service_id left join team t on t.id = c.team_id where c.id = $1";
const JURISDICTIONS: &str = "select jurisdiction_id from case_jurisdiction where case_id = $1 order by jurisdiction_id";

type WhereItIs = (i64, Option<i64>, Option<i64>);

/// A case as the policy sees it.
pub async fn on(db: &Db, case: i64) -> Result<On> {
    let found: Option<WhereItIs> = db.sql(WHERE_IT_IS).bind(case).optional().await?;
    let jurisdictions = db.sql(JURISDICTIONS).bind(case).all().await?;
    put_together(found, jurisdictions)
}

/// The same in a transaction that is about to change the case.
pub async fn on_in(tx: &mut Tx, case: i64) -> Result<On> {
    let found: Option<WhereItIs> = tx.sql(WHERE_IT_IS).bind(case).optional().await?;
    let jurisdictions = tx.sql(JURISDICTIONS).bind(case).all().await?;
    put_together(found, jurisdictions)
}

fn put_together(found: Option<WhereItIs>, jurisdictions: Vec<(i64,)>) -> Result<On> {
    let (service, team, agency) = found.ok_or(Error::NotFound("case"))?;
    let jurisdictions = jurisdictions.into_iter().map(|(id,)| id).collect();
    Ok(On { agency, jurisdictions, service: Some(service), team, request: None })
}

/// Refuses what the policy refuses. Whoever may not even see the case is told that there is none.
pub fn demand(who: &Who, act: Act, on: &On, doing: &'static str) -> Result<()> {
    if !may(who, Act::SeeCase, on) {
        return Err(Error::NotFound("case"));
    }
    if may(who, act, on) { Ok(()) } else { Err(Error::Forbidden(doing)) }
}

/// Those of these cases that are in scope.
pub async fn visible(db: &Db, scope: &Scope, cases: &[i64]) -> Result<Vec<i64>> {
    match scope {
        Scope::Nothing => return Ok(Vec::new()),
        Scope::Everything => return Ok(cases.to_vec()),
        Scope::Within(_) if cases.is_empty() => return Ok(Vec::new()),
        Scope::Within(_) => {}
    }
    let query = db.sql("select c.id from case_record c where true").within(" and c.id", cases.iter().copied());
    let found: Vec<(i64,)> = within(query, scope).push(" order by c.id").all().await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

/// Appends ` and (…)`, true for the cases in scope. The query calls `case_record` `c`.
pub fn within<'q>(mut query: Query<'q>, scope: &Scope) -> Query<'q> {
    let reaches = match scope {
        Scope::Everything => return query,
        Scope::Nothing => return query.push(" and 1 = 0"),
        Scope::Within(reaches) => reaches,
    };
    for (nth, reach) in reaches.iter().enumerate() {
        query = one(query.push(if nth == 0 { " and ((1 = 1" } else { ") or (1 = 1" }), reach);
    }
    query.push("))")
}

fn one<'q>(mut query: Query<'q>, reach: &Reach) -> Query<'q> {
    if let Some(agency) = reach.agency {
        query = query.push(" and (c.team_id in (select id from team where agency_id = ").put(agency);
        query =
            query.push(") or (c.team_id is null and c.service_id in (select id from service where agency_id = ").put(agency).push(")))");
    }
    if let Some(jurisdiction) = reach.jurisdiction {
        query = query
            .push(" and exists (select 1 from case_jurisdiction within_j where within_j.case_id = c.id and within_j.jurisdiction_id = ");
        query = query.put(jurisdiction).push(")");
    }
    query = query.filter(" and c.service_id = ", reach.service);
    match reach.teams.as_deref() {
        None => query,
        Some([one]) => query.filter(" and c.team_id = ", Some(*one)),
        Some(several) => query.within(" and +c.team_id", several.iter().copied()),
    }
}
