//! What else is going on around a case: a crew that is there may see to it, and a dispatcher sees what belongs together.

use serde::Serialize;

use super::access;
use super::page::Case;
use super::queue::summaries;
use super::status::Status;
use crate::db::Db;
use crate::error::Result;
use crate::geo::{Point, cell};
use crate::people::policy::{Act, Who, scope};
use crate::record;

/// How far is around, in metres.
const REACH_M: f64 = 200.0;

/// What was finished longer ago is no longer going on, in milliseconds.
const RECENT: i64 = 30 * 86_400_000;

/// The most cases that are shown.
const MOST: usize = 8;

/// The most cases that are looked through: a crossing of two main roads has some dozens.
const LOOKED_AT: i64 = 500;

/// Another case around.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Around {
    /// Its id.
    pub id: i64,
    /// Its number.
    pub number: String,
    /// Name of the service.
    pub service_name: String,
    /// Where it stands.
    pub status: Status,
    /// How far it is, in metres.
    pub metres: f64,
    /// When it was first reported, epoch milliseconds.
    pub opened_at: i64,
    /// How many requests it has.
    pub request_count: i64,
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
}

record! {
    struct Found {
        id: i64,
        service_name: String,
        status: Status,
        opened_at: i64,
        request_count: i64,
        lon: f64,
        lat: f64,
    }
}

/// The cases around one, open or finished of late, that the asker may see.
pub(super) async fn around(db: &Db, who: &Who, case: &Case, now: i64) -> Result<Vec<Around>> {
    let (Some(lon), Some(lat)) = (case.lon, case.lat) else { return Ok(Vec::new()) };
    let here = Point { lon, lat };
    let query = db
        .sql(
            "select c.id, s.name as service_name, c.status, c.opened_at, c.request_count, c.lon, c.lat
             from case_record c join service s on s.id = c.service_id where c.id <> $1 and coalesce(c.closed_at, $2) >= $2",
        )
        .bind(case.id)
        .bind(now - RECENT);
    let query = query.within(" and c.service_id", services(db).await?).within(" and c.cell", cell::ring(here, REACH_M));
    let found: Vec<Found> = access::within(query, &scope(who, Act::SeeCase)).push(" limit ").put(LOOKED_AT).all().await?;
    let mut near: Vec<(f64, Found)> = found.into_iter().map(|row| (here.metres_to(Point { lon: row.lon, lat: row.lat }), row)).collect();
    near.retain(|(metres, _)| *metres <= REACH_M);
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
    near.truncate(MOST);
    let mut about = summaries(db, &near.iter().map(|(_, row)| row.id).collect::<Vec<_>>()).await?;
    let shown = |(metres, row): (f64, Found)| Around {
        number: about.remove(&row.id).unwrap_or_default().number,
        id: row.id,
        service_name: row.service_name,
        status: row.status,
        metres,
        opened_at: row.opened_at,
        request_count: row.request_count,
        lon: row.lon,
        lat: row.lat,
    };
    Ok(near.into_iter().map(shown).collect())
}

/// Every service: named, so that the index on service and cell answers.
async fn services(db: &Db) -> Result<Vec<i64>> {
    let all: Vec<(i64,)> = db.sql("select id from service").all().await?;
    Ok(all.into_iter().map(|(id,)| id).collect())
}
