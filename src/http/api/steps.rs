//! `GET /api/heat/steps`: the heat map over time in one answer, for whoever moves a slider.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::filter::{self, Parts};
use super::spans;
use crate::analytics::{Columns, Day, FINEST, Filter, Steps};
use crate::app::App;
use crate::error::Result;
use crate::http::Problem;
use crate::people::policy::Act;

/// The most counts of one answer, all cells and steps together; coarser cells are taken where there would be more.
const MOST_COUNTS: usize = 400_000;

/// What is asked.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(flatten)]
    parts: Parts,
    step: Option<String>,
    resolution: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, String>,
}

/// Requests by cell and by time.
#[derive(Serialize, utoipa::ToSchema)]
struct HeatSteps {
    /// H3 resolution of the cells; coarser than what was asked for where the answer would be too long.
    resolution: u8,
    /// The steps, one after the other without a gap.
    steps: Vec<HeatStep>,
    /// Each H3 cell that holds any, and how many in each step.
    cells: Vec<(String, Vec<u32>)>,
    /// Position of the log up to which the counts go.
    position: i64,
}

/// One step.
#[derive(Serialize, utoipa::ToSchema)]
struct HeatStep {
    /// Its first day.
    from: String,
    /// Its last day.
    to: String,
    /// Requests with a place in it, in all cells together.
    count: u64,
}

#[utoipa::path(get, path = "/api/heat/steps", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(Parts, ("step" = Option<String>, Query, description = "`day`, `week` (from Monday) or `month`; `week` without it. At most 124 steps"),
        ("resolution" = Option<u8>, Query, minimum = 0, maximum = 10, description = "H3 resolution, 0 to 10; 8 without it")),
    responses((status = 200, body = HeatSteps), (status = 304, description = "Nothing happened since the answer with this ETag"), (status = 422, body = Problem)))]
pub(super) async fn steps(app: web::Data<App>, request: HttpRequest, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let mut problems = Vec::new();
    filter::refuse_unknown(asked.unknown.keys(), "bbox, services, statuses, jurisdictions, from, to, step, resolution", &mut problems);
    let resolution = filter::number("resolution", &asked.resolution, 0..=usize::from(FINEST), 8, &mut problems);
    let wanted = asked.parts.filter(&app, &mut problems).await?;
    let spans = spans::of(asked.step.as_deref(), &wanted, &mut problems);
    filter::refuse(problems)?;
    if let Some(same) = filter::not_modified(&app, &request, app.columns.position()) {
        return Ok(same);
    }
    let firsts = spans::firsts(&spans);
    let ((resolution, found), position) = filter::ask(&app, move |columns| fitting(columns, &wanted, resolution as u8, &firsts)).await?;
    let steps = spans.iter().zip(found.totals).map(|((from, to), count)| HeatStep { from: from.to_string(), to: to.to_string(), count });
    let body = HeatSteps {
        resolution,
        steps: steps.collect(),
        cells: found.cells.into_iter().map(|(cell, counts)| (format!("{cell:x}"), counts)).collect(),
        position,
    };
    Ok(filter::answer(&app, position, &body))
}

/// The counts of a resolution, or of the finest coarser one that is not too long.
fn fitting(columns: &Columns, filter: &Filter, resolution: u8, firsts: &[Day]) -> (u8, Steps) {
    let mut resolution = resolution;
    loop {
        let found = columns.heat_by_step(filter, resolution, firsts);
        if found.cells.len() * firsts.len() <= MOST_COUNTS || resolution == 0 {
            return (resolution, found);
        }
        resolution -= 1;
    }
}

/// Registers the route.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/heat/steps").route(web::get().to(steps)));
}
