//! Which open cases may be the same problem, looked up inside the filing transaction.
//!
//! Candidates are looked up by the H3 cells that surely cover the circle (`geo::cell::ring`), under locks on the coarse cells
//! above them, so that two filings within reach of each other take turns on any node, and the second sees the first. One statement
//! brings what they are compared by, and what was finished there. The tree in memory (`geo::nearby`) may lag a moment and serves
//! suggestions only.

use super::evidence::{Evidence, Report};
use super::reason::Reason;
use super::recurrence::{self, Earlier};
use super::score::score;
use super::vicinity::Vicinity;
use crate::catalog::{Catalog, Service};
use crate::db::{Db, Query, Tx};
use crate::error::Result;
use crate::geo::Point;
use crate::photos;
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
    /// How likely it is the same one, from 0 to 1.
    pub probability: f64,
    /// Whether a request may join it without anybody looking: never by a place that is none.
    pub joinable: bool,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// What is around a new request.
#[derive(Debug, Default)]
pub struct Around {
    /// Open cases that may be the same one, the likeliest first.
    pub near: Vec<Near>,
    /// What was finished last on the same spot.
    pub earlier: Option<Earlier>,
}

record! {
    struct Candidate {
        id: i64,
        service_id: i64,
        lon: f64,
        lat: f64,
        opened_at: i64,
        closed_at: Option<i64>,
        live: bool,
        address: String,
        description: Option<String>,
        accuracy_m: Option<f64>,
        reporter: Option<String>,
        pile: Option<bool>,
        here_pile: Option<bool>,
    }
}

/// Forgets what was near a case and is not decided, and that it was the same spot as another: it lies elsewhere now, or is something
/// else. What joined it stays joined.
pub async fn forget_undecided(tx: &mut Tx, case: i64) -> Result<()> {
    tx.sql(
        "delete from duplicate_candidate where decision = 'open'
         and (case_id = $1 or request_id in (select id from request where case_id = $1))",
    )
    .bind(case)
    .run()
    .await?;
    tx.sql("delete from case_recurrence where case_id = $1 or earlier_case_id = $1").bind(case).run().await?;
    Ok(())
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

/// Cases that are looked at for one request; only a pile has more. Written out, not bound: SQLite peeks at a bound limit and prepares
/// the statement anew each time it is given another value, or none, which costs several times what the statement does.
const LOOKED_AT: &str = " limit 200) live";

// What opened the case stands for it: its first request's words and reporter. What is finished is asked for its place alone.
const COMPARED: &str =
    "select one.id, one.service_id, one.lon, one.lat, one.opened_at, one.closed_at, one.live, one.address, r.description, r.accuracy_m,
        k.marks as reporter, t.pile, (select n.pile from place_tally n where n.lon = $1 and n.lat = $2) as here_pile from (";
const LIVE: &str = "select id, service_id, lon, lat, opened_at, closed_at, address, true as live from case_record where";
const JOINED: &str = ") one left join request r on r.case_id = one.id and not r.joined and one.live
     left join reporter_mark k on k.request_id = r.id left join place_tally t on t.lon = one.lon and t.lat = one.lat and one.live";

// `+ 0` and `coalesce` keep the dates from choosing the index: SQLite would walk all recent cases of the service and PostgreSQL
// all that are open, rather than the few in these cells, which is what the index on (service, cell) is for.
fn around<'q>(compared: Query<'q>, service: &Service, vicinity: &Vicinity, when: When) -> Query<'q> {
    let rules = &service.duplicates;
    let (When::Now(at) | When::Then(at)) = when;
    let query = compared.bind(vicinity.place.lon).bind(vicinity.place.lat).push("select * from (").push(LIVE);
    let query = query.push(" opened_at + 0 >= ").put(at - rules.window_days * DAY);
    let open = match when {
        When::Now(_) => query.push(" and coalesce(closed_at, 0) = 0"),
        When::Then(at) => query.push(" and opened_at + 0 <= ").put(at).push(" and (closed_at is null or closed_at > ").put(at).push(")"),
    };
    let open = open.within(" and service_id", std::iter::once(service.id).chain(service.related.iter().copied()));
    let live = vicinity.hold(open).push(LOOKED_AT);
    match when {
        When::Now(at) => recurrence::finished(live.push(" union all "), service.id, vicinity, at).push(JOINED),
        When::Then(_) => live.push(JOINED),
    }
}

const DAY: i64 = 86_400_000;

/// Open cases that may be the same as what is filed, the likeliest first: within the service's radius and window, and as likely as its
/// threshold says; and what was finished there. `photos` are ids of the request's photos. The request's words are only read where there
/// is something to compare them with.
pub async fn near(
    tx: &mut Tx,
    catalog: &Catalog,
    service: &Service,
    vicinity: &Vicinity,
    new: impl FnOnce() -> Report,
    photos: &[String],
    when: When,
) -> Result<Around> {
    let (found, finished): (Vec<Candidate>, Vec<Candidate>) =
        around(tx.sql(COMPARED), service, vicinity, when).all::<Candidate>().await?.into_iter().partition(|one| one.live);
    let finished = finished.into_iter().filter_map(|one| {
        let metres = vicinity.metres_to(Point { lon: one.lon, lat: one.lat })?;
        Some(Earlier { case: one.id, metres, closed_at: one.closed_at? })
    });
    let earlier = finished.max_by_key(|earlier| (earlier.closed_at, earlier.case));
    let found = within(found, vicinity);
    if found.is_empty() {
        return Ok(Around { near: Vec::new(), earlier });
    }
    let mut new = new();
    let mut pictures: Vec<(i64, i64)> = Vec::new();
    if !photos.is_empty() {
        new.pictures = photos::fingerprints(tx, photos).await?;
    }
    if !new.pictures.is_empty() {
        let kept =
            tx.sql("select r.case_id, p.fingerprint from photo p join request r on r.id = p.request_id where p.fingerprint is not null");
        pictures = kept.within(" and r.case_id", found.iter().map(|(_, c)| c.id)).push(" limit 500").all().await?;
    }
    Ok(Around { near: judge(found, &pictures, catalog, service, new, vicinity.place), earlier })
}

/// The same for somebody who has not filed yet, from cases that the index in memory found.
pub async fn suggest(db: &Db, catalog: &Catalog, service: &Service, new: &Report, cases: &[i64]) -> Result<Vec<Near>> {
    let Some(place) = new.place.filter(|_| !cases.is_empty()) else { return Ok(Vec::new()) };
    let query =
        db.sql(COMPARED).bind(place.lon).bind(place.lat).push(LIVE).push(" lon is not null").within(" and id", cases.iter().copied());
    let query = query.push(" and opened_at >= ").put(new.at - service.duplicates.window_days * DAY).push(JOINED);
    let found = within(query.all().await?, &Vicinity::of(place, service.duplicates.radius_m));
    Ok(judge(found, &[], catalog, service, new.clone(), place))
}

/// Those that really are within, with how far they are: a box has corners.
fn within(found: Vec<Candidate>, vicinity: &Vicinity) -> Vec<(f64, Candidate)> {
    found.into_iter().filter_map(|one| Some((vicinity.metres_to(Point { lon: one.lon, lat: one.lat })?, one))).collect()
}

fn judge(
    found: Vec<(f64, Candidate)>,
    pictures: &[(i64, i64)],
    catalog: &Catalog,
    service: &Service,
    mut new: Report,
    place: Point,
) -> Vec<Near> {
    new.pile = new.pile || no_place(place) || found.iter().any(|(_, candidate)| candidate.here_pile.unwrap_or(false));
    let mut near: Vec<Near> = Vec::new();
    for (metres, candidate) in found {
        let there = Point { lon: candidate.lon, lat: candidate.lat };
        let earlier = Report {
            pile: candidate.pile.unwrap_or(false),
            accuracy_m: candidate.accuracy_m,
            reporter: marks(candidate.reporter.as_deref().unwrap_or_default()),
            pictures: pictures.iter().filter(|(case, _)| *case == candidate.id).map(|(_, bits)| bits.cast_unsigned()).collect(),
            ..Report::of(
                candidate.service_id,
                candidate.opened_at,
                Some(there),
                &candidate.address,
                candidate.description.as_deref().unwrap_or_default(),
            )
        };
        let evidence = Evidence::of(&new, &earlier);
        if evidence.metres.is_none() && !evidence.says_enough_without_a_place() {
            continue;
        }
        let score = score(&evidence, &service.duplicates, catalog.weights());
        if score.probability >= service.duplicates.threshold {
            let joinable = evidence.metres.is_some();
            let (case, service) = (candidate.id, candidate.service_id);
            near.push(Near { case, service, metres, probability: score.probability, joinable, reasons: score.reasons });
        }
    }
    near.sort_by(|a, b| b.probability.total_cmp(&a.probability).then(a.metres.total_cmp(&b.metres)).then(a.case.cmp(&b.case)));
    let mut seen = std::collections::HashSet::new();
    near.retain(|one| seen.insert(one.case)); // a case that two were merged into has two first requests
    near
}

/// Whole degrees in both directions are what a program writes that has no place; nobody stands on such a point.
fn no_place(place: Point) -> bool {
    place.lon.fract() == 0.0 && place.lat.fract() == 0.0
}

/// Hashes of how a reporter can be reached, as the contact keeps them.
pub fn marks(kept: &str) -> Vec<String> {
    kept.split(' ').filter(|mark| !mark.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{self, ServiceDraft, Shelf};
    use crate::db::plans;
    use crate::error::Error;

    /// Enough cases, all open and all recent, that a planner has a choice to make.
    const MANY: &str = "with recursive n (n) as (select 1 union all select n + 1 from n where n < 20000)
         insert into case_record (service_id, status, priority, lon, lat, cell, address, route_json, request_count, opened_at, updated_at, version)
         select s.id, 'new', 'normal', 0.9, 52.6, n, '', '{}', 1, 1700000000000 - n, 1700000000000, 1 from service s, n";

    #[tokio::test]
    async fn candidates_are_found_by_their_cells_and_not_by_walking_what_is_recent() -> Result<()> {
        for (db, _folder) in plans::databases().await? {
            db.write(async move |tx| catalog::save(tx, &ServiceDraft::new("bin", "Bin"), None, 0).await).await?;
            db.write(async move |tx| Ok::<_, Error>(tx.sql(MANY).run().await?)).await?;
            db.write(async move |tx| Ok::<_, Error>(tx.sql("analyze case_record").run().await?)).await?;
            let catalog = Shelf::default().get(&db).await?;
            let service = catalog.open("bin")?;
            for when in [When::Now(1_700_000_000_000), When::Then(1_700_000_000_000)] {
                let here = Vicinity::of(Point { lon: 0.9, lat: 52.6 }, service.duplicates.radius_m);
                let steps = plans::steps(&db, COMPARED, |query| around(query, service, &here, when)).await?.join("\n");
                assert!(steps.contains("case_record_cell"), "{steps}");
                for walked in ["SCAN c", "Seq Scan on case_record", "case_record_opened", "case_record_service", "case_record_open "] {
                    assert!(!steps.contains(walked), "{walked} in {steps}");
                }
            }
        }
        Ok(())
    }
}
