//! Requests as points of the map: what anybody may see of each at a glance.

use std::collections::HashMap;

use serde::Serialize;

use crate::cases::Status;
use crate::db::Db;
use crate::error::Result;
use crate::geo::Point;
use crate::record;

/// Ids in one question to the database.
const SOME: usize = 1000;

/// A request on the map.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Pinned {
    /// Its number.
    pub number: String,
    /// Code of the service.
    pub service: String,
    /// Name of the service.
    pub service_name: String,
    /// Where its case stands.
    pub status: Status,
    /// When it was filed, epoch milliseconds.
    pub filed_at: i64,
}

record! {
    struct Found {
        id: i64,
        number: String,
        service: String,
        service_name: String,
        status: Status,
        filed_at: i64,
        lon: Option<f64>,
        lat: Option<f64>,
    }
}

/// The numbers of the requests with these ids.
pub async fn numbers(db: &Db, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let mut numbers = HashMap::with_capacity(ids.len());
    for some in ids.chunks(SOME) {
        let rows: Vec<(i64, String)> =
            db.sql("select id, number from request where true").within(" and id", some.iter().copied()).all().await?;
        numbers.extend(rows);
    }
    Ok(numbers)
}

/// The requests with these ids, in this order; those that are gone or have no place are left out.
pub async fn pinned(db: &Db, ids: &[i64]) -> Result<Vec<(Point, Pinned)>> {
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(SOME) {
        let rows: Vec<Found> = db
            .sql(
                "select r.id, r.number, s.code as service, s.name as service_name, c.status, r.filed_at, r.lon, r.lat
                 from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id where true",
            )
            .within(" and r.id", some.iter().copied())
            .all()
            .await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    let pin = |id| {
        let Found { number, service, service_name, status, filed_at, lon, lat, .. } = found.remove(id)?;
        let place = Point { lon: lon?, lat: lat? };
        Some((place, Pinned { number, service, service_name, status, filed_at }))
    };
    Ok(ids.iter().filter_map(pin).collect())
}
