//! `GET /api/requests`: the newest requests of a view of the map, one by one, as GeoJSON (RFC 7946).

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::filter::{self, Parts};
use crate::app::App;
use crate::error::Result;
use crate::http::Problem;
use crate::people::policy::Act;
use crate::requests::{self, Pinned};

/// What is asked.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(flatten)]
    parts: Parts,
    limit: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, String>,
}

/// Requests as a GeoJSON FeatureCollection, newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct Pins {
    /// `FeatureCollection`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The requests.
    features: Vec<Pin>,
    /// How many fit the filter and have a place.
    total: u64,
    /// Whether there are more than these.
    truncated: bool,
}

/// One request as a GeoJSON Feature.
#[derive(Serialize, utoipa::ToSchema)]
struct Pin {
    /// `Feature`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Where it is.
    geometry: Spot,
    /// What it is.
    properties: Pinned,
}

/// A GeoJSON Point.
#[derive(Serialize, utoipa::ToSchema)]
struct Spot {
    /// `Point`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Longitude and latitude in degrees.
    coordinates: [f64; 2],
}

#[utoipa::path(get, path = "/api/requests", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(Parts, ("limit" = Option<usize>, Query, description = "How many at most; the newest are taken")),
    responses((status = 200, body = Pins), (status = 304, description = "Nothing happened since the answer with this ETag"), (status = 422, body = Problem)))]
pub(super) async fn pins(app: web::Data<App>, request: HttpRequest, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let mut problems = Vec::new();
    filter::refuse_unknown(asked.unknown.keys(), "bbox, services, statuses, jurisdictions, from, to, limit", &mut problems);
    let most = app.config.limits.map_points;
    let limit = filter::number("limit", &asked.limit, 1..=most, most.min(1000), &mut problems);
    let wanted = asked.parts.filter(&app, &mut problems).await?;
    filter::refuse(problems)?;
    if let Some(same) = filter::not_modified(&app, &request, app.columns.position()) {
        return Ok(same);
    }
    let (found, position) = filter::ask(&app, move |columns| columns.pins(&wanted, limit)).await?;
    let features: Vec<Pin> = requests::pinned(&app.db, app.discretion.veil, &found.requests)
        .await?
        .into_iter()
        .map(|(place, properties)| Pin {
            kind: "Feature",
            geometry: Spot { kind: "Point", coordinates: [place.lon, place.lat] },
            properties,
        })
        .collect();
    let truncated = found.total > found.requests.len() as u64;
    Ok(filter::answer(&app, position, &Pins { kind: "FeatureCollection", features, total: found.total, truncated }))
}
