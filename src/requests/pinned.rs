//! Requests as points of the map: what anybody may see of each at a glance.

use std::collections::HashMap;

use serde::Serialize;

use crate::cases::Status;
use crate::db::Db;
use crate::error::Result;
use crate::geo::Point;
use crate::privacy::{PlacePrivacy, Veil};
use crate::record;

const NUMBERS: &str =
    "select r.id, r.number from request r join service s on s.id = r.service_id where r.hidden_at is null and not s.sensitive";

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
    /// Whether its place is the middle of where it may be, and how far from there that is in metres; 0 for a place as it is.
    pub within_m: f64,
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
        place_privacy: PlacePrivacy,
    }
}

/// The numbers of the requests with these ids, of those whose number strangers may be told without knowing it.
pub async fn numbers(db: &Db, ids: &[i64]) -> Result<HashMap<i64, String>> {
    let mut numbers = HashMap::with_capacity(ids.len());
    for some in ids.chunks(SOME) {
        let rows: Vec<(i64, String)> = db.sql(NUMBERS).within(" and r.id", some.iter().copied()).all().await?;
        numbers.extend(rows);
    }
    Ok(numbers)
}

/// The numbers of such requests of these cases, and one more than `most` where there are more.
pub async fn numbers_of_cases(db: &Db, cases: &[i64], most: usize) -> Result<Vec<String>> {
    let mut numbers = Vec::new();
    for some in cases.chunks(SOME) {
        let left = (most + 1).saturating_sub(numbers.len()) as i64;
        let query = db.sql(NUMBERS).within(" and r.case_id", some.iter().copied());
        let rows: Vec<(i64, String)> = query.push(" order by r.id limit ").put(left).all().await?;
        numbers.extend(rows.into_iter().map(|(_, number)| number));
    }
    Ok(numbers)
}

/// The requests with these ids, in this order, where strangers see them; those that are gone, hidden or without a place are left out.
pub async fn pinned(db: &Db, veil: Veil, ids: &[i64]) -> Result<Vec<(Point, Pinned)>> {
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(SOME) {
        let rows: Vec<Found> = db
            .sql(
                "select r.id, r.number, s.code as service, s.name as service_name, c.status, r.filed_at, r.lon, r.lat, s.place_privacy
                 from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id where r.hidden_at is null",
            )
            .within(" and r.id", some.iter().copied())
            .all()
            .await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    let pin = |id| {
        let Found { number, service, service_name, status, filed_at, lon, lat, place_privacy, .. } = found.remove(id)?;
        let shown = veil.over(place_privacy, Some(Point { lon: lon?, lat: lat? }), "");
        Some((shown.point?, Pinned { number, service, service_name, status, filed_at, within_m: shown.within_m }))
    };
    Ok(ids.iter().filter_map(pin).collect())
}
