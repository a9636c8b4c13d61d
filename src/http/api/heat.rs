//! `GET /api/heat`: how many requests there are in each cell of the map. Counts alone; nothing of any single request.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::filter::{self, Parts};
use crate::analytics::{Columns, FINEST, Filter, Heat};
use crate::app::App;
use crate::error::Result;
use crate::http::Problem;
use crate::people::policy::Act;

/// Cells of an answer to somebody who names no resolution: about what a map draws without effort.
const EASY: usize = 5000;

/// What is asked.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(flatten)]
    parts: Parts,
    resolution: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, String>,
}

/// How many requests there are in each cell of the map.
#[derive(Serialize, utoipa::ToSchema)]
struct HeatMap {
    /// H3 resolution of the cells; coarser than what was asked for where that would be more cells than one answer holds.
    resolution: u8,
    /// Requests in all cells together.
    total: u64,
    /// Requests in the fullest cell.
    max: u32,
    /// Requests that fit the filter and have no place; 0 where a box is asked for.
    unplaced: u64,
    /// Each H3 cell that holds any, and how many.
    cells: Vec<(String, u32)>,
    /// Position of the log up to which the counts go.
    position: i64,
}

#[utoipa::path(get, path = "/api/heat", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(Parts, ("resolution" = Option<u8>, Query, minimum = 0, maximum = 10, description = "H3 resolution, 0 to 10; without it the finest of at most 5,000 cells")),
    responses((status = 200, body = HeatMap), (status = 304, description = "Nothing happened since the answer with this ETag"), (status = 422, body = Problem)))]
pub(super) async fn heat(app: web::Data<App>, request: HttpRequest, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let mut problems = Vec::new();
    let known = "bbox, services, statuses, jurisdictions, from, to, resolution";
    filter::refuse_unknown(asked.unknown.keys(), known, &mut problems);
    let finest = usize::from(FINEST);
    let resolution = filter::number("resolution", &asked.resolution, 0..=finest, finest, &mut problems);
    let wanted = asked.parts.filter(&app, &mut problems).await?;
    filter::refuse(problems)?;
    if let Some(same) = filter::not_modified(&app, &request, app.columns.position()) {
        return Ok(same);
    }
    let most = app.config.limits.heat_cells;
    let most = if asked.resolution.as_deref().is_none_or(str::is_empty) { most.min(EASY) } else { most };
    let (heat, position) = filter::ask(&app, move |columns| fitting(columns, &wanted, resolution as u8, most)).await?;
    let body = HeatMap {
        resolution: heat.resolution,
        total: heat.total,
        max: heat.max,
        unplaced: heat.unplaced,
        cells: heat.cells.into_iter().map(|(cell, n)| (format!("{cell:x}"), n)).collect(),
        position,
    };
    Ok(filter::answer(&app, position, &body))
}

/// The heat of a resolution, or of the finest coarser one that is not more than so many cells.
fn fitting(columns: &Columns, filter: &Filter, resolution: u8, most: usize) -> Heat {
    let mut heat = columns.heat(filter, resolution);
    while heat.cells.len() > most && heat.resolution > 0 {
        heat = columns.heat(filter, heat.resolution - 1);
    }
    heat
}

/// Registers the route.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/heat").route(web::get().to(heat)));
}
