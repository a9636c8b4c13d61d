//! Reads the columns from the database: all of them at the start, and again the requests and cases that events name.
//!
//! It never believes an event more than that something happened to a case or a request, and reads how things stand now. So an
//! event may come twice or late, and what is read may be newer than the event.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::columns::{Columns, Combination, Loading, Names, Place, Row};
use super::day::Day;
use super::reserve::Reserve;
use crate::db::Db;
use crate::error::Result;
use crate::geo::{Point, cell};
use crate::privacy::{PlacePrivacy, Threshold, Veil};
use crate::record;

/// Ids in one question to the database.
const SOME: usize = 500;

/// How the columns see things: the days of a time zone, and what is shown of places and small numbers.
#[derive(Debug, Clone)]
pub(super) struct Sight {
    pub zone: TimeZone,
    pub veil: Veil,
    pub threshold: Threshold,
}

record! {
    /// A request as it stands in the database.
    pub(super) struct Found {
        pub id: i64,
        pub case_id: i64,
        pub service_id: i64,
        pub lon: Option<f64>,
        pub lat: Option<f64>,
        pub cell: Option<i64>,
        pub filed_at: i64,
        pub status: String,
        pub place_privacy: PlacePrivacy,
    }
}

const REQUESTS: &str = "select r.id, r.case_id, r.service_id, r.lon, r.lat, r.cell, r.filed_at, c.status, s.place_privacy
    from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id where r.hidden_at is null";

/// Which services are counted with reserve.
pub(super) async fn reserve(db: &Db, sight: &Sight) -> Result<Reserve> {
    let mut reserve = Reserve::new(sight.veil, sight.threshold);
    let services: Vec<(i64, PlacePrivacy, bool)> =
        db.sql("select id, place_privacy, sensitive from service where place_privacy <> 'exact' order by id").all().await?;
    services.into_iter().for_each(|(id, privacy, sensitive)| reserve.add(id, privacy, sensitive));
    Ok(reserve)
}

impl Found {
    fn row(&self, names: &mut Names, jurisdictions: Combination, sight: &Sight) -> Row {
        let kind = names.kind(self.service_id, &self.status);
        let jurisdictions = if self.place_privacy == PlacePrivacy::Exact { jurisdictions } else { names.combination(&[]) };
        let day = Day::at(self.filed_at, &sight.zone);
        Row { id: self.id, case: self.case_id, place: self.place(sight.veil), kind, day, jurisdictions }
    }

    fn place(&self, veil: Veil) -> Option<Place> {
        let (point, known) = self.lon.zip(self.lat).zip(self.cell).map(|((lon, lat), cell)| (Point { lon, lat }, cell))?;
        let Point { lon, lat } = veil.point(self.place_privacy, point)?;
        let cell = if self.place_privacy == PlacePrivacy::Exact { known } else { cell::cell(Point { lon, lat }) };
        Some(Place { lon, lat, cell: cell.cast_unsigned() })
    }
}

/// Reads everything, streamed: beside the columns only four numbers for each case are held.
pub(super) async fn everything(db: &Db, sight: &Sight) -> Result<Columns> {
    let mut loading = Loading::with(reserve(db, sight).await?);
    let nowhere = loading.names.combination(&[]);
    let (mut cases, mut open) = (Vec::new(), Open::default());
    db.sql("select case_id, jurisdiction_id from case_jurisdiction order by case_id, jurisdiction_id")
        .each(|(case, jurisdiction): (i64, i64)| {
            cases.extend(open.next(case, jurisdiction, &mut loading.names));
            Ok(())
        })
        .await?;
    cases.extend(open.close(&mut loading.names));
    db.sql(REQUESTS)
        .each(|found: Found| {
            let jurisdictions = cases.binary_search_by_key(&found.case_id, |&(case, _)| case).map_or(nowhere, |at| cases[at].1);
            let row = found.row(&mut loading.names, jurisdictions, sight);
            loading.push(&row);
            Ok(())
        })
        .await?;
    Ok(loading.finish())
}

/// Gathers the jurisdictions of one case after the other.
#[derive(Default)]
struct Open {
    case: i64,
    jurisdictions: Vec<i64>,
}

impl Open {
    /// Takes one more pair; the case before it, when that is complete.
    fn next(&mut self, case: i64, jurisdiction: i64, names: &mut Names) -> Option<(i64, Combination)> {
        let complete = if case == self.case { None } else { self.close(names) };
        self.case = case;
        self.jurisdictions.push(jurisdiction);
        complete
    }

    fn close(&mut self, names: &mut Names) -> Option<(i64, Combination)> {
        let complete = (!self.jurisdictions.is_empty()).then(|| (self.case, names.combination(&self.jurisdictions)));
        self.jurisdictions.clear();
        complete
    }
}

/// How some requests and cases stand now.
#[derive(Default)]
pub(super) struct News {
    /// The requests that are there.
    requests: Vec<Found>,
    /// The requests that were looked for and are not there any more.
    gone: Vec<i64>,
    /// Each case's status and jurisdictions.
    cases: HashMap<i64, (String, Vec<i64>)>,
}

impl News {
    /// Reads the requests of whole cases.
    pub(super) async fn read_cases(&mut self, db: &Db, cases: &[i64]) -> Result<()> {
        for some in cases.chunks(SOME) {
            self.requests.extend(db.sql(REQUESTS).within(" and r.case_id", some.iter().copied()).all::<Found>().await?);
        }
        Ok(())
    }

    /// Reads single requests; those that are not there are gone.
    pub(super) async fn read_requests(&mut self, db: &Db, requests: &[i64]) -> Result<()> {
        for some in requests.chunks(SOME) {
            let found: Vec<Found> = db.sql(REQUESTS).within(" and r.id", some.iter().copied()).all().await?;
            let mut there: Vec<i64> = found.iter().map(|request| request.id).collect();
            there.sort_unstable();
            self.gone.extend(some.iter().filter(|id| there.binary_search(id).is_err()));
            self.requests.extend(found);
        }
        Ok(())
    }

    /// Reads what the requests have from their cases, and the same for `named` cases.
    pub(super) async fn read_case_facts(&mut self, db: &Db, named: &[i64]) -> Result<()> {
        let mut cases: Vec<i64> = self.requests.iter().map(|request| request.case_id).chain(named.iter().copied()).collect();
        cases.sort_unstable();
        cases.dedup();
        for some in cases.chunks(SOME) {
            let statuses = db.sql("select id, status from case_record where true").within(" and id", some.iter().copied());
            for (case, status) in statuses.all::<(i64, String)>().await? {
                self.cases.insert(case, (status, Vec::new()));
            }
            let places =
                db.sql("select case_id, jurisdiction_id from case_jurisdiction where true").within(" and case_id", some.iter().copied());
            for (case, jurisdiction) in places.all::<(i64, i64)>().await? {
                self.cases.entry(case).and_modify(|(_, jurisdictions)| jurisdictions.push(jurisdiction));
            }
        }
        Ok(())
    }

    /// The ids of the requests read so far.
    pub(super) fn requests(&self) -> impl Iterator<Item = i64> {
        self.requests.iter().map(|request| request.id)
    }

    /// Tells the columns.
    pub(super) fn tell(&self, columns: &mut Columns, sight: &Sight) {
        for request in &self.requests {
            let jurisdictions = self.cases.get(&request.case_id).map_or(&[][..], |(_, jurisdictions)| jurisdictions);
            let jurisdictions = columns.names().combination(jurisdictions);
            let row = request.row(columns.names(), jurisdictions, sight);
            columns.put(row);
        }
        for &id in &self.gone {
            columns.remove(id);
        }
        // Last, because a status read here is newer than one that came with a request.
        for (&case, (status, jurisdictions)) in &self.cases {
            let jurisdictions = columns.names().combination(jurisdictions);
            columns.set_case(case, status, jurisdictions);
        }
    }
}
