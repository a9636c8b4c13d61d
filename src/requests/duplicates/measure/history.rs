//! What was filed, in the order of time, with what clerks later wrote about it. The two are kept apart: [`Filed`] is what a decision may
//! look at, [`Truth`] is what it is held against.

use std::collections::HashMap;

use super::super::evidence::Report;
use super::super::near::marks;
use crate::catalog::{Catalog, Duplicates};
use crate::db::Db;
use crate::error::Result;
use crate::geo::Point;
use crate::record;

/// A service of a history.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    /// Its code.
    pub code: String,
    /// What is set for it.
    pub set: Duplicates,
    /// Services whose cases may be the same, as places in the list of kinds.
    pub related: Vec<usize>,
}

/// One request as it was filed.
#[derive(Debug, Clone)]
pub struct Filed {
    /// The city's number.
    pub id: String,
    /// Its service, as a place in the list of kinds.
    pub kind: usize,
    /// What it said, `service` being the same place.
    pub report: Report,
    /// Its address as it was written, for examples and for telling piles.
    pub address: String,
    /// Until when it was open, epoch milliseconds. Of a request that is over only this is known: that it was open before.
    pub closed_at: Option<i64>,
}

/// What clerks wrote about a request afterwards.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Truth {
    /// Whether it repeats an earlier request.
    pub marked: bool,
    /// Which one, where they said so, as a place in the list of filings.
    pub parent: Option<usize>,
}

/// A city's history.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The services.
    pub kinds: Vec<Kind>,
    /// What was filed, oldest first.
    pub filed: Vec<Filed>,
    /// What became known of each.
    pub truth: Vec<Truth>,
}

/// What of the database's history is wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only what came this way.
    pub source: Option<String>,
    /// Only what was filed since then, epoch milliseconds.
    pub since: Option<i64>,
    /// Only these services.
    pub services: Option<Vec<i64>>,
}

record! {
    struct Row {
        number: String,
        external_id: Option<String>,
        case_id: i64,
        service_id: i64,
        joined: bool,
        filed_at: i64,
        closed_at: Option<i64>,
        status: String,
        lon: Option<f64>,
        lat: Option<f64>,
        accuracy_m: Option<f64>,
        address: String,
        description: String,
        reporter: Option<String>,
    }
}

impl History {
    /// What was filed here, as it stands in the database. What joined a case is a duplicate of what opened it.
    pub async fn read(db: &Db, catalog: &Catalog, wanted: &Wanted) -> Result<History> {
        let places: HashMap<i64, usize> = catalog.all().iter().enumerate().map(|(place, service)| (service.id, place)).collect();
        let kinds = catalog.all().iter().map(|service| Kind {
            code: service.code.clone(),
            set: service.duplicates,
            related: service.related.iter().filter_map(|id| places.get(id)).copied().collect(),
        });
        let mut history = History { kinds: kinds.collect(), ..History::default() };
        let mut openers: HashMap<i64, String> = HashMap::new();
        let mut joined: Vec<(String, i64)> = Vec::new();
        let mut marked: Vec<String> = Vec::new();
        let query = db.sql(
            // what staff put right later was not known at the moment of filing
            "select r.number, r.external_id, r.case_id, coalesce(r.said_service_id, r.service_id) as service_id, r.joined, r.filed_at,
                c.closed_at, c.status, case when r.corrected_at is null then r.lon else r.said_lon end as lon,
                case when r.corrected_at is null then r.lat else r.said_lat end as lat, r.accuracy_m, r.address, r.description, k.marks as reporter
             from request r join case_record c on c.id = r.case_id left join reporter_mark k on k.request_id = r.id where true",
        );
        let query = query.filter(" and r.source = ", wanted.source.clone()).filter(" and r.filed_at >= ", wanted.since);
        let query = match &wanted.services {
            Some(services) => query.within(" and coalesce(r.said_service_id, r.service_id)", services.iter().copied()),
            None => query,
        };
        query
            .push(" order by r.filed_at, r.id")
            .each(|row: Row| {
                let Some(&kind) = places.get(&row.service_id) else { return Ok(()) };
                let id = row.external_id.unwrap_or(row.number);
                match (row.joined, row.status.as_str()) {
                    (true, _) => joined.push((id.clone(), row.case_id)),
                    (false, "duplicate") => marked.push(id.clone()),
                    (false, _) => {}
                }
                if !row.joined {
                    openers.entry(row.case_id).or_insert_with(|| id.clone());
                }
                // An import gives a duplicate that ended without a date the day of its filing; nobody knew that then.
                let dateless = row.status == "duplicate" && row.closed_at == Some(row.filed_at);
                let closed_at = row.closed_at.filter(|_| !dateless);
                let place = row.lon.zip(row.lat).map(|(lon, lat)| Point { lon, lat });
                let report = Report {
                    accuracy_m: row.accuracy_m,
                    reporter: marks(row.reporter.as_deref().unwrap_or_default()),
                    ..Report::of(kind as i64, row.filed_at, place, &row.address, &row.description)
                };
                history.filed.push(Filed { id, kind, report, address: row.address, closed_at });
                Ok(())
            })
            .await?;
        history.sort();
        let by_id = history.places();
        for id in marked {
            history.truth[by_id[&id]].marked = true;
        }
        for (id, case) in joined {
            history.pair(by_id.get(&id).copied(), openers.get(&case).and_then(|opener| by_id.get(opener)).copied());
        }
        Ok(history)
    }

    /// Puts everything in the order of time; of one moment, in the order of the city's numbers, which grow.
    pub fn sort(&mut self) {
        self.filed.sort_by(|a, b| a.report.at.cmp(&b.report.at).then_with(|| a.id.len().cmp(&b.id.len())).then_with(|| a.id.cmp(&b.id)));
        self.truth = vec![Truth::default(); self.filed.len()];
    }

    /// Where each number stands.
    pub fn places(&self) -> HashMap<String, usize> {
        self.filed.iter().enumerate().map(|(place, filed)| (filed.id.clone(), place)).collect()
    }

    /// Two requests are the same: the later of them repeats the earlier, whichever of the two the clerks kept.
    pub fn pair(&mut self, one: Option<usize>, other: Option<usize>) {
        let Some(one) = one else { return };
        match other {
            Some(other) if other != one => {
                let later = one.max(other);
                self.truth[later] = Truth { marked: true, parent: Some(one.min(other)) };
            }
            _ => self.truth[one].marked = true,
        }
    }

    /// Takes these pairs of numbers for the whole truth; how many of them name two requests of this history.
    pub fn take_pairs(&mut self, pairs: &[(String, String)]) -> usize {
        let by_id = self.places();
        self.truth = vec![Truth::default(); self.filed.len()];
        let known = pairs.iter().filter_map(|(one, other)| Some((*by_id.get(one)?, *by_id.get(other)?)));
        let known: Vec<(usize, usize)> = known.collect();
        for &(one, other) in &known {
            self.pair(Some(one), Some(other));
        }
        known.len()
    }

    /// The first request of the chain that each repeats.
    pub fn roots(&self) -> Vec<usize> {
        let mut roots: Vec<usize> = (0..self.filed.len()).collect();
        for place in 0..roots.len() {
            if let Some(parent) = self.truth[place].parent {
                roots[place] = roots[parent]; // a parent is earlier, so its root is known
            }
        }
        roots
    }

    /// Where the later part begins: a share of the requests lies before it. Requests of one moment are not torn apart.
    pub fn cut(&self, share: f64) -> usize {
        let wanted = ((self.filed.len() as f64 * share) as usize).min(self.filed.len().saturating_sub(1));
        let Some(at) = self.filed.get(wanted).map(|filed| filed.report.at) else { return 0 };
        self.filed.partition_point(|filed| filed.report.at <= at)
    }
}
