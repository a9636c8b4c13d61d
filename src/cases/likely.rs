//! What a case has to do with others: those that may be the same, with the evidence, and those at the same spot before and after it.

use serde::Serialize;

use super::access;
use super::queue::summaries;
use super::status::Status;
use crate::db::Db;
use crate::error::Result;
use crate::people::policy::{Act, Who, scope};
use crate::record;

/// The most cases of each kind that are shown.
const MOST: i64 = 100;

/// Another case that was near when a request of this one was filed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Likely {
    /// The other case.
    pub id: i64,
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub status: Status,
    /// How far it was, in metres.
    pub metres: f64,
    /// How likely it was the same, from 0 to 1; notes of earlier days do not say.
    pub probability: Option<f64>,
    /// Why it may be the same.
    #[schema(value_type = Vec<crate::requests::Reason>)]
    pub reasons: serde_json::Value,
    /// What was decided: `open` is nothing yet.
    pub decision: String,
}

record! {
    struct Found {
        id: i64,
        status: Status,
        metres: f64,
        probability: Option<f64>,
        reasons_json: String,
        decision: String,
    }
}

/// The cases that may be the same, the likeliest first, as far as the asker may see them.
pub(super) async fn duplicates(db: &Db, who: &Who, case: i64) -> Result<Vec<Likely>> {
    let query = db.sql(
        "select c.id, c.status, d.metres, d.probability, d.reasons_json, d.decision from (
             select d.case_id as other, d.metres, d.probability, d.reasons_json, d.decision from duplicate_candidate d
             join request r on r.id = d.request_id where r.case_id = $1
             union all
             select r.case_id as other, d.metres, d.probability, d.reasons_json, d.decision from duplicate_candidate d
             join request r on r.id = d.request_id where d.case_id = $1
         ) d join case_record c on c.id = d.other where c.id <> $1",
    );
    let within = access::within(query.bind(case), &scope(who, Act::SeeCase));
    let found: Vec<Found> = within.push(" order by coalesce(d.probability, 0) desc, d.metres, c.id limit ").put(MOST).all().await?;
    let ids: Vec<i64> = found.iter().map(|found| found.id).collect();
    let mut about = summaries(db, &ids).await?;
    let mut likely: Vec<Likely> = Vec::new();
    for Found { id, status, metres, probability, reasons_json, decision } in found {
        if likely.iter().any(|other| other.id == id) {
            continue; // the likeliest pair of requests speaks for the two cases
        }
        let number = about.remove(&id).unwrap_or_default().number;
        likely.push(Likely { id, number, status, metres, probability, reasons: serde_json::from_str(&reasons_json)?, decision });
    }
    Ok(likely)
}

/// Another case of the same service at the same spot, before this one or after it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SameSpot {
    /// The other case.
    pub id: i64,
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub status: Status,
    /// When it was first reported, epoch milliseconds.
    pub opened_at: i64,
    /// When it was finished, epoch milliseconds; nothing where it was opened again.
    pub closed_at: Option<i64>,
    /// How far it is, in metres.
    pub metres: f64,
}

/// The case at the same spot that was finished before this one was opened, and those that were opened there after it.
pub(super) async fn recurrences(db: &Db, who: &Who, case: i64) -> Result<(Option<SameSpot>, Vec<SameSpot>)> {
    const BEFORE: &str = "select c.id, c.status, c.opened_at, c.closed_at, l.metres from case_recurrence l
         join case_record c on c.id = l.earlier_case_id where l.case_id = $1";
    const AFTER: &str = "select c.id, c.status, c.opened_at, c.closed_at, l.metres from case_recurrence l
         join case_record c on c.id = l.case_id where l.earlier_case_id = $1";
    let before = spots(db, who, BEFORE, case).await?.into_iter().next();
    Ok((before, spots(db, who, AFTER, case).await?))
}

async fn spots(db: &Db, who: &Who, text: &'static str, case: i64) -> Result<Vec<SameSpot>> {
    let query = access::within(db.sql(text).bind(case), &scope(who, Act::SeeCase));
    let found: Vec<(i64, Status, i64, Option<i64>, f64)> = query.push(" order by c.opened_at, c.id limit ").put(MOST).all().await?;
    let mut about = summaries(db, &found.iter().map(|found| found.0).collect::<Vec<_>>()).await?;
    let spot = |(id, status, opened_at, closed_at, metres)| {
        let number = about.remove(&id).unwrap_or_default().number;
        SameSpot { id, number, status, opened_at, closed_at, metres }
    };
    Ok(found.into_iter().map(spot).collect())
}
