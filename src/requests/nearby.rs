//! Open cases near a point, for "is it the same one?" before anybody files: the index in memory, and what is shown of each.

use std::sync::{Arc, RwLock};

use serde::Serialize;

use super::Near;
use super::duplicates::Reason;
use crate::cases::Status;
use crate::catalog::Catalog;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::geo::{self, Nearby, Point};
use crate::record;

/// The places of open cases, kept in memory by following the log. Cheap to clone.
#[derive(Clone, Default)]
pub struct OpenCases(Arc<RwLock<Nearby>>);

record! {
    struct Placed {
        id: i64,
        service_id: i64,
        lon: Option<f64>,
        lat: Option<f64>,
        closed_at: Option<i64>,
    }
}

impl OpenCases {
    /// Reads all open cases anew.
    pub async fn reload(&self, db: &Db) -> Result<()> {
        let mut open = Vec::new();
        db.sql("select id, service_id, lon, lat, closed_at from case_record where closed_at is null and lon is not null")
            .each(|case: Placed| {
                open.extend(case.lon.zip(case.lat).map(|(lon, lat)| (case.service_id, case.id, Point { lon, lat })));
                Ok(())
            })
            .await?;
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Nearby::load(open);
        Ok(())
    }

    /// Follows the log: reads again the cases that something happened to.
    pub async fn see(&self, db: &Db, events: &[Event]) -> Result<()> {
        let mut cases: Vec<i64> = events.iter().filter_map(|event| event.case_id).collect();
        cases.sort_unstable();
        cases.dedup();
        for some in cases.chunks(500) {
            let rows: Vec<Placed> = db
                .sql("select id, service_id, lon, lat, closed_at from case_record where true")
                .within(" and id", some.iter().copied())
                .all()
                .await?;
            let mut index = self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            for case in rows {
                match (case.closed_at, case.lon.zip(case.lat)) {
                    (None, Some((lon, lat))) => index.put(case.service_id, case.id, Point { lon, lat }),
                    _ => {
                        index.remove(case.id);
                    }
                }
            }
        }
        Ok(())
    }

    /// The cases of these services within the radius, nearest first.
    pub fn within(&self, services: &[i64], place: Point, radius_m: f64, limit: usize) -> Vec<geo::Near> {
        self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).within(services, place, radius_m, limit)
    }

    /// How many open cases have a place.
    pub fn len(&self) -> usize {
        self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).len()
    }

    /// Whether no open case has a place.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// An open case as a resident sees it beside their own pin. Its number is that of its first request.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Candidate {
    /// Number of the case's first request.
    pub number: String,
    /// Code of the service.
    pub service: String,
    /// Name of the service.
    pub service_name: String,
    /// Where it stands.
    pub status: Status,
    /// Metres away.
    pub metres: f64,
    /// When it was first filed, epoch milliseconds.
    pub opened_at: i64,
    /// How many requests it has.
    pub requests: i64,
    /// Address in words, may be empty.
    pub address: String,
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// Address of its first picture that everybody may see.
    pub photo: Option<String>,
    /// Why it may be the same one.
    pub reasons: Vec<Reason>,
}

record! {
    struct Shown {
        id: i64,
        number: String,
        service_id: i64,
        status: Status,
        opened_at: i64,
        request_count: i64,
        address: String,
        lon: f64,
        lat: f64,
        photo: Option<String>,
    }
}

/// What is shown of each case that was found near; cases that are gone by now are left out.
pub async fn candidates(db: &Db, catalog: &Catalog, near: &[Near]) -> Result<Vec<Candidate>> {
    let shown: Vec<Shown> = db
        .sql(
            "select c.id, (select number from request r where r.case_id = c.id order by r.id limit 1) as number, c.service_id, c.status,
                c.opened_at, c.request_count, c.address, c.lon, c.lat,
                (select p.id from photo p join request r on r.id = p.request_id where r.case_id = c.id and p.state = 'shown'
                 order by p.uploaded_at limit 1) as photo
             from case_record c where c.lon is not null",
        )
        .within(" and c.id", near.iter().map(|n| n.case))
        .all()
        .await?;
    near.iter().filter_map(|n| shown.iter().find(|c| c.id == n.case).map(|c| show(c, n, catalog))).collect()
}

fn show(case: &Shown, near: &Near, catalog: &Catalog) -> Result<Candidate> {
    let service = catalog.by_id(case.service_id).ok_or_else(|| Error::internal("a case has a service that the catalogue lacks"))?;
    Ok(Candidate {
        number: case.number.clone(),
        service: service.code.clone(),
        service_name: service.name.clone(),
        status: case.status,
        metres: (near.metres * 10.0).round() / 10.0,
        opened_at: case.opened_at,
        requests: case.request_count,
        address: case.address.clone(),
        lon: case.lon,
        lat: case.lat,
        photo: case.photo.as_ref().map(|id| format!("/photos/{id}/small.jpg")),
        reasons: near.reasons.clone(),
    })
}
