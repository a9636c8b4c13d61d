//! Which open cases may be the same problem, decided inside the filing transaction.
//!
//! Candidates are looked up by the H3 cells that surely cover the circle (`geo::cell::ring`), under locks on the coarse cells
//! above them, so that two filings within reach of each other take turns on any node, and the second sees the first. The
//! tree in memory (`geo::nearby`) may lag a moment and serves suggestions only.

use serde::{Deserialize, Serialize};

use crate::catalog::Service;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::geo::{Point, cell};
use crate::record;

/// An open case near a new request, and why it may be the same one.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// The case.
    pub case: i64,
    /// Its service.
    pub service: i64,
    /// Metres between the two.
    pub metres: f64,
    /// Why, in words.
    pub reasons: Vec<Reason>,
}

/// Why two may be the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// So many metres apart.
    Distance {
        /// Metres, rounded.
        metres: i64,
    },
    /// Opened so many days before.
    Age {
        /// Whole days.
        days: i64,
    },
    /// The same service was asked for.
    SameService,
    /// Another service was asked for that residents take for this one.
    RelatedService,
    /// In the same part of town, which is all that is said of where it is.
    SameArea,
}

record! {
    struct Candidate {
        id: i64,
        service_id: i64,
        lon: f64,
        lat: f64,
        opened_at: i64,
    }
}

/// Keeps others from filing within reach until the transaction ends. Call it before [`near`].
pub async fn lock(tx: &mut Tx, place: Point, radius_m: f64) -> Result<()> {
    Ok(tx.lock(&cell::locks(&cell::ring(place, radius_m))).await?)
}

/// When a request is compared with the cases around it.
#[derive(Debug, Clone, Copy)]
pub enum When {
    /// While it is filed: with what is open. A case that another server opened a moment "later", by its own clock or because
    /// it waited less for the lock, is open all the same.
    Now(i64),
    /// As it was at a time in the past: with what was open then.
    Then(i64),
}

// `+ 0` and `coalesce` keep the dates from choosing the index: SQLite would walk all recent cases of the service and PostgreSQL
// all that are open, rather than the few in these cells, which is what the index on (service, cell) is for.
const CANDIDATES: &str = "select id, service_id, lon, lat, opened_at from case_record where opened_at + 0 >= $1";

/// Cases that are open and lie within the service's radius and window, nearest first.
pub async fn near(tx: &mut Tx, service: &Service, place: Point, when: When) -> Result<Vec<Near>> {
    let (When::Now(at) | When::Then(at)) = when;
    let found: Vec<Candidate> = around(tx.sql(CANDIDATES), service, place, when).all().await?;
    let mut near: Vec<Near> = found.into_iter().filter_map(|c| judge(&c, service, place, at)).collect();
    near.sort_by(|a, b| a.metres.total_cmp(&b.metres).then(a.case.cmp(&b.case)));
    Ok(near)
}

fn around<'q>(candidates: Query<'q>, service: &Service, place: Point, when: When) -> Query<'q> {
    let rules = &service.duplicates;
    let (When::Now(at) | When::Then(at)) = when;
    let query = candidates.bind(at - rules.window_days * DAY);
    let open = match when {
        When::Now(_) => query.push(" and coalesce(closed_at, 0) = 0"),
        When::Then(at) => query.push(" and opened_at + 0 <= ").put(at).push(" and (closed_at is null or closed_at > ").put(at).push(")"),
    };
    open.within(" and service_id", std::iter::once(service.id).chain(service.related.iter().copied()))
        .within(" and cell", cell::ring(place, rules.radius_m))
}

const DAY: i64 = 86_400_000;

fn judge(candidate: &Candidate, service: &Service, place: Point, at: i64) -> Option<Near> {
    let metres = place.metres_to(Point { lon: candidate.lon, lat: candidate.lat });
    let kind = if candidate.service_id == service.id { Reason::SameService } else { Reason::RelatedService };
    (metres <= service.duplicates.radius_m).then(|| Near {
        case: candidate.id,
        service: candidate.service_id,
        metres,
        reasons: vec![
            Reason::Distance { metres: metres.round() as i64 },
            Reason::Age { days: (at - candidate.opened_at).max(0) / DAY },
            kind,
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{self, ServiceDraft, Shelf};
    use crate::db::{Db, Options};

    #[tokio::test]
    async fn candidates_are_found_by_their_cells_and_not_by_walking_what_is_recent() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let url = folder.path().join("plan.db").display().to_string();
        let db = Db::connect(&Options { url, batch: 64, connections: 4 }).await?;
        db.write(async move |tx| catalog::save(tx, &ServiceDraft::new("bin", "Bin"), None, 0).await).await?;
        let catalog = Shelf::default().get(&db).await?;
        let service = catalog.open("bin")?;
        let explain = format!("explain query plan {CANDIDATES}");
        for when in [When::Now(1_700_000_000_000), When::Then(1_700_000_000_000)] {
            let query = around(db.sql(explain.clone()), service, Point { lon: 0.9, lat: 52.6 }, when);
            let plan: Vec<(i64, i64, i64, String)> = query.all().await?;
            assert_eq!(plan.len(), 1, "{plan:?}");
            assert!(plan[0].3.contains("case_record_cell (service_id=? AND cell=?)"), "{plan:?}");
        }
        Ok(())
    }
}
