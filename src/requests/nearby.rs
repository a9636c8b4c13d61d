//! Open cases near a point, for "is it the same one?" before anybody files: the index in memory, and what is shown of each.

use std::sync::{Arc, RwLock};

use serde::Serialize;

use super::Near;
use super::duplicates::{Reason, Report, What, suggest};
use crate::cases::Status;
use crate::catalog::{Catalog, Service};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::geo::{self, Nearby, Point};
use crate::privacy::{Discretion, PlacePrivacy, Veil};
use crate::record;

/// The places of open cases as strangers see them, kept in memory by following the log. Cheap to clone.
#[derive(Clone)]
pub struct OpenCases {
    places: Arc<RwLock<Nearby>>,
    veil: Veil,
}

record! {
    struct Placed {
        id: i64,
        service_id: i64,
        lon: Option<f64>,
        lat: Option<f64>,
        closed_at: Option<i64>,
        place_privacy: PlacePrivacy,
    }
}

const PLACED: &str = "select c.id, c.service_id, c.lon, c.lat, c.closed_at, s.place_privacy
    from case_record c join service s on s.id = c.service_id where";

impl OpenCases {
    /// None yet.
    pub fn new(veil: Veil) -> OpenCases {
        OpenCases { places: Arc::default(), veil }
    }

    /// Reads all open cases anew.
    pub async fn reload(&self, db: &Db) -> Result<()> {
        let mut open = Vec::new();
        db.sql(PLACED)
            .push(" c.closed_at is null and c.lon is not null")
            .each(|case: Placed| {
                open.extend(case.shown(self.veil).map(|point| (case.service_id, case.id, point)));
                Ok(())
            })
            .await?;
        *self.places.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Nearby::load(open);
        Ok(())
    }

    /// Follows the log: reads again the cases that something happened to.
    pub async fn see(&self, db: &Db, events: &[Event]) -> Result<()> {
        // What is shown of a service's places may have changed.
        if events.iter().any(|event| event.kind == "service_saved") {
            return self.reload(db).await;
        }
        let mut cases: Vec<i64> = events.iter().filter_map(|event| event.case_id).collect();
        cases.sort_unstable();
        cases.dedup();
        for some in cases.chunks(500) {
            let rows: Vec<Placed> = db.sql(PLACED).within(" c.id", some.iter().copied()).all().await?;
            let mut index = self.places.write().unwrap_or_else(std::sync::PoisonError::into_inner);
            for case in rows {
                match (case.closed_at, case.shown(self.veil)) {
                    (None, Some(point)) => index.put(case.service_id, case.id, point),
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
        self.places.read().unwrap_or_else(std::sync::PoisonError::into_inner).within(services, place, radius_m, limit)
    }

    /// How many open cases have a place.
    pub fn len(&self) -> usize {
        self.places.read().unwrap_or_else(std::sync::PoisonError::into_inner).len()
    }

    /// Whether no open case has a place.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Placed {
    fn shown(&self, veil: Veil) -> Option<Point> {
        self.lon.zip(self.lat).and_then(|(lon, lat)| veil.point(self.place_privacy, Point { lon, lat }))
    }
}

/// Open cases that may be the same as something about to be filed, as far as strangers may know: those that the score says, and of
/// services whose places are blurred those in the same part of town, of which nothing is measured.
pub async fn suggestions(db: &Db, open: &OpenCases, catalog: &Catalog, service: &Service, new: &Report, limit: usize) -> Result<Vec<Near>> {
    let Some(place) = new.place else { return Ok(Vec::new()) };
    let services = || std::iter::once(service.id).chain(service.related.iter().copied());
    let of = |privacy| services().filter(|id| catalog.by_id(*id).is_some_and(|s| s.place_privacy == privacy)).collect::<Vec<_>>();
    let exact = open.within(&of(PlacePrivacy::Exact), place, service.duplicates.radius_m, limit);
    let mut near = suggest(db, catalog, service, new, &exact.iter().map(|near| near.case).collect::<Vec<_>>()).await?;
    let middle = open.veil.point(PlacePrivacy::Blurred, place);
    let here = middle.map(|middle| open.within(&of(PlacePrivacy::Blurred), middle, SAME_POINT_M, limit)).unwrap_or_default();
    let metres = middle.map_or(0.0, |middle| place.metres_to(middle));
    near.extend(here.into_iter().map(|n| {
        let reasons = vec![Reason::new(What::SameArea, 0.0)];
        Near { case: n.case, service: n.service, metres, probability: 0.5, joinable: false, reasons }
    }));
    near.truncate(limit);
    Ok(near)
}

/// Blurred places of one cell are the same point.
const SAME_POINT_M: f64 = 0.1;

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
    /// Metres away; of a blurred place, from the middle of where it may be.
    pub metres: f64,
    /// When it was first filed, epoch milliseconds.
    pub opened_at: i64,
    /// How many requests it has.
    pub requests: i64,
    /// What is left of the address in words, may be empty.
    pub address: String,
    /// How much of its place is shown: `exact` or `blurred`.
    pub place: PlacePrivacy,
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// How far from there a blurred place may be, in metres.
    pub within_m: f64,
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

/// What is shown of each case that was found near; cases that are gone or hidden by now are left out.
pub async fn candidates(db: &Db, discretion: &Discretion, catalog: &Catalog, near: &[Near]) -> Result<Vec<Candidate>> {
    let shown: Vec<Shown> = db
        .sql(
            "select c.id, f.number, c.service_id, c.status, c.opened_at, f.address, c.lon, c.lat,
                (select count(*) from request r where r.case_id = c.id and r.hidden_at is null) as request_count,
                (select p.id from photo p join request r on r.id = p.request_id where r.case_id = c.id and p.state = 'shown'
                 and r.hidden_at is null order by p.uploaded_at limit 1) as photo
             from case_record c join request f on f.id = (select min(r.id) from request r where r.case_id = c.id and r.hidden_at is null)
             where c.lon is not null",
        )
        .within(" and c.id", near.iter().map(|n| n.case))
        .all()
        .await?;
    let pairs = near.iter().filter_map(|n| Some((shown.iter().find(|c| c.id == n.case)?, n)));
    pairs.filter_map(|(case, near)| show(case, near, discretion, catalog).transpose()).collect()
}

fn show(case: &Shown, near: &Near, discretion: &Discretion, catalog: &Catalog) -> Result<Option<Candidate>> {
    let service = catalog.by_id(case.service_id).ok_or_else(|| Error::internal("a case has a service that the catalogue lacks"))?;
    let place = discretion.veil.over(service.place_privacy, Some(Point { lon: case.lon, lat: case.lat }), &case.address);
    // A distance that was measured from the real place tells where that is.
    let measured = near.reasons.iter().any(|reason| matches!(reason.what, What::Distance { .. } | What::NoRealPlace));
    let Some(point) = place.point.filter(|_| place.privacy == PlacePrivacy::Exact || !measured) else { return Ok(None) };
    Ok(Some(Candidate {
        number: case.number.clone(),
        service: service.code.clone(),
        service_name: service.name.clone(),
        status: case.status,
        metres: (near.metres * 10.0).round() / 10.0,
        opened_at: case.opened_at,
        requests: case.request_count,
        address: place.address,
        place: place.privacy,
        lon: point.lon,
        lat: point.lat,
        within_m: place.within_m,
        photo: case.photo.as_ref().map(|id| format!("/photos/{id}/small.jpg")),
        reasons: near.reasons.iter().filter(|reason| reason.what.for_all()).cloned().collect(),
    }))
}
