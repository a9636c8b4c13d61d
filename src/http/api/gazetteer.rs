//! `GET /api/gazetteer`: places by what people type, and what a place is called. From the city's own streets, addresses and landmarks;
//! nobody outside is asked.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::filter;
use crate::app::App;
use crate::error::{Error, Result};
use crate::gazetteer::{self, Called, Place};
use crate::geo::Point;
use crate::http::Problem;
use crate::people::policy::Act;

/// Places of an answer to somebody who names no number, and at most.
const USUAL: usize = 8;
const MOST: usize = 20;

/// What is looked for, and from where.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    lon: Option<f64>,
    lat: Option<f64>,
    limit: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, String>,
}

/// Degrees of WGS84.
#[derive(Deserialize, utoipa::IntoParams)]
pub(super) struct Spot {
    /// Degrees east.
    lon: f64,
    /// Degrees north.
    lat: f64,
}

/// Places, the likeliest first.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = FoundPlaces)]
struct Found {
    places: Vec<FoundPlace>,
}

/// A place that was found.
#[derive(Serialize, utoipa::ToSchema)]
struct FoundPlace {
    /// `address`, `crossing`, `street`, `landmark`, `code` (a plus code) or `coordinates`.
    kind: &'static str,
    /// What people call it.
    label: String,
    /// Degrees east.
    lon: f64,
    /// Degrees north.
    lat: f64,
    /// Postal code; empty where it is not known.
    zipcode: String,
    /// Whether the place is exactly here: false for an estimated house number, and for the middle of a street.
    exact: bool,
}

/// What a place is called.
#[derive(Serialize, utoipa::ToSchema)]
struct PlaceNames {
    /// The best of what follows; null where nothing is near.
    label: Option<String>,
    /// The nearest house within 60 m, or the number that a street within 60 m has here.
    address: Option<Beside>,
    /// Postal code of that house; empty where it is not known.
    zipcode: String,
    /// The nearest crossing of streets within 30 m.
    crossing: Option<Beside>,
    /// The nearest street within 100 m.
    street: Option<Beside>,
    /// The nearest landmark within 30 m.
    landmark: Option<Beside>,
    /// The plus code of the place.
    code: String,
}

/// Something near a place.
#[derive(Serialize, utoipa::ToSchema)]
struct Beside {
    /// What people call it.
    label: String,
    /// Metres away, rounded; 0 inside of it.
    metres: f64,
    /// False for a house number that is an estimate.
    exact: bool,
}

#[utoipa::path(get, path = "/api/gazetteer", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(("q" = String, Query, description = "A house number and street, two streets, a name, a plus code or latitude and longitude; the last word may be unfinished"),
        ("lon" = Option<f64>, Query, description = "With lat: where the asker is; the nearer of equals comes first"), ("lat" = Option<f64>, Query),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 20, description = "Places at most; 8 without it")),
    responses((status = 200, body = Found), (status = 304, description = "The register did not change since the answer with this ETag"), (status = 422, body = Problem)))]
pub(super) async fn find(app: web::Data<App>, request: HttpRequest, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let mut problems = Vec::new();
    filter::refuse_unknown(asked.unknown.keys(), "q, lon, lat, limit", &mut problems);
    let limit = filter::number("limit", &asked.limit, 1..=MOST, USUAL, &mut problems);
    filter::refuse(problems)?;
    let most = app.config.limits.line;
    if asked.q.chars().count() > most {
        return Err(Error::invalid("q", format!("has more than {most} characters.")));
    }
    let near = match (asked.lon, asked.lat) {
        (Some(lon), Some(lat)) => Some(Point::new(lon, lat).map_err(|e| Error::invalid("lon", e.to_string()))?),
        (None, None) => None,
        _ => return Err(Error::invalid("lon", "goes together with lat.")),
    };
    let index = app.gazetteer.current(&app.db).await?;
    if let Some(same) = filter::not_modified(&app, &request, index.version()) {
        return Ok(same);
    }
    let places = index.find(&asked.q, near, limit).into_iter().map(FoundPlace::of).collect();
    Ok(filter::answer(&app, index.version(), &Found { places }))
}

#[utoipa::path(get, path = "/api/gazetteer/reverse", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), params(Spot),
    responses((status = 200, body = PlaceNames), (status = 304, description = "The register did not change since the answer with this ETag"), (status = 422, body = Problem)))]
pub(super) async fn reverse(app: web::Data<App>, request: HttpRequest, spot: web::Query<Spot>) -> Result<HttpResponse> {
    let at = Point::new(spot.lon, spot.lat).map_err(|e| Error::invalid("lon", e.to_string()))?;
    let index = app.gazetteer.current(&app.db).await?;
    if let Some(same) = filter::not_modified(&app, &request, index.version()) {
        return Ok(same);
    }
    Ok(filter::answer(&app, index.version(), &PlaceNames::of(index.called(at))))
}

impl FoundPlace {
    fn of(place: Place) -> FoundPlace {
        // a ten-millionth of a degree is a centimetre
        let degrees = |value: f64| (value * 1e7).round() / 1e7;
        let Place { kind, label, at, zipcode, exact, .. } = place;
        FoundPlace { kind: kind.word(), label, lon: degrees(at.lon), lat: degrees(at.lat), zipcode, exact }
    }
}

impl PlaceNames {
    fn of(called: Called) -> PlaceNames {
        let beside = |beside: gazetteer::Beside| Beside { label: beside.label, metres: beside.metres.round(), exact: beside.exact };
        PlaceNames {
            label: called.label,
            address: called.address.map(beside),
            zipcode: called.zipcode,
            crossing: called.crossing.map(beside),
            street: called.street.map(beside),
            landmark: called.landmark.map(beside),
            code: called.code,
        }
    }
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/gazetteer").route(web::get().to(find)))
        .service(web::resource("/gazetteer/reverse").route(web::get().to(reverse)));
}
