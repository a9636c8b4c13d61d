//! `GET /api/clusters`: requests gathered for a view of the map, with what each cluster is made of and the box to zoom to.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::filter::{self, Parts};
use crate::analytics::{Cluster, Columns};
use crate::app::App;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::http::Problem;
use crate::people::policy::Act;
use crate::requests;
use crate::tiles::gathered;

/// The deepest zoom that makes a difference.
const DEEPEST: usize = 22;

/// What is asked.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(flatten)]
    parts: Parts,
    zoom: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, String>,
}

/// Requests gathered for a view.
#[derive(Serialize, utoipa::ToSchema)]
struct Clusters {
    /// H3 resolution of the grid they are gathered by.
    resolution: u8,
    /// Those that the view touches; one at its edge is counted whole, so that it stays the same while one pans.
    clusters: Vec<Gathered>,
    /// Position of the log up to which the counts go.
    position: i64,
}

/// Requests of one cell of the grid.
#[derive(Serialize, utoipa::ToSchema)]
struct Gathered {
    /// The H3 cell: the same for the same zoom, wherever the view is.
    cell: String,
    /// How many.
    count: u64,
    /// Their mean longitude.
    lon: f64,
    /// Their mean latitude.
    lat: f64,
    /// The box to zoom to: west, south, east, north.
    bbox: [f64; 4],
    /// How many of each service, by its code.
    services: BTreeMap<String, u64>,
    /// How many of each status, by its word.
    statuses: BTreeMap<String, u64>,
    /// The request's number, where it is only one.
    number: Option<String>,
}

#[utoipa::path(get, path = "/api/clusters", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(Parts, ("zoom" = Option<u8>, Query, minimum = 0, maximum = 22, description = "Zoom of the map at 512 pixels a tile; 12 without it")),
    responses((status = 200, body = Clusters), (status = 304, description = "Nothing happened since the answer with this ETag"), (status = 422, body = Problem)))]
pub(super) async fn clusters(app: web::Data<App>, request: HttpRequest, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let mut problems = Vec::new();
    filter::refuse_unknown(asked.unknown.keys(), "bbox, services, statuses, jurisdictions, from, to, zoom", &mut problems);
    let zoom = filter::number("zoom", &asked.zoom, 0..=DEEPEST, 12, &mut problems);
    let wanted = asked.parts.filter(&app, &mut problems).await?;
    filter::refuse(problems)?;
    if let Some(same) = filter::not_modified(&app, &request, app.columns.position()) {
        return Ok(same);
    }
    let most = app.config.limits.heat_cells;
    let gathering = move |columns: &Columns| {
        let mut resolution = gathered(zoom as u8);
        let mut found = columns.clusters(&wanted, resolution);
        // The whole city at the zoom of a street is more than anybody draws.
        while found.len() > most && resolution > 0 {
            resolution -= 1;
            found = columns.clusters(&wanted, resolution);
        }
        (found, resolution)
    };
    let ((found, resolution), position) = filter::ask(&app, gathering).await?;
    let only: Vec<i64> = found.iter().filter_map(|cluster| cluster.only).collect();
    let numbers = requests::numbers(&app.db, &only).await?;
    let catalog = app.catalog.get(&app.db).await?;
    let clusters = found.into_iter().map(|cluster| shown(cluster, &catalog, &numbers)).collect();
    Ok(filter::answer(&app, position, &Clusters { resolution, clusters, position }))
}

fn shown(cluster: Cluster, catalog: &Catalog, numbers: &std::collections::HashMap<i64, String>) -> Gathered {
    let code = |id| catalog.by_id(id).map(|service| service.code.clone());
    Gathered {
        cell: format!("{:x}", cluster.cell),
        count: cluster.count,
        lon: cluster.lon,
        lat: cluster.lat,
        bbox: cluster.extent,
        services: cluster.services.into_iter().filter_map(|(id, count)| Some((code(id)?, count))).collect(),
        statuses: cluster.statuses.into_iter().collect(),
        number: cluster.only.and_then(|id| numbers.get(&id).cloned()),
    }
}

/// Registers the route.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/clusters").route(web::get().to(clusters)));
}
