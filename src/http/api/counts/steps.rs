//! `GET /api/counts/steps`: the same counts over time in one answer, of the city or of one cell of the map.

use std::collections::BTreeMap;
use std::str::FromStr;

use actix_web::{HttpRequest, HttpResponse, web};
use h3o::CellIndex;
use serde::{Deserialize, Serialize};

use crate::analytics::FINEST;
use crate::app::App;
use crate::error::{Field, Result};
use crate::http::Problem;
use crate::http::api::filter::{self, Parts};
use crate::http::api::spans;
use crate::people::policy::Act;

/// What is asked.
#[derive(Deserialize)]
pub(in crate::http::api) struct Asked {
    #[serde(flatten)]
    parts: Parts,
    step: Option<String>,
    cell: Option<String>,
    #[serde(flatten)]
    unknown: BTreeMap<String, String>,
}

/// Requests by service, status and jurisdiction, step by step. What has none in any step is left out.
#[derive(Serialize, utoipa::ToSchema)]
struct CountSteps {
    /// The steps, one after the other without a gap.
    steps: Vec<CountStep>,
    /// By code of the service: how many in each step.
    services: BTreeMap<String, Vec<u64>>,
    /// Likewise by word of the case's status.
    statuses: BTreeMap<String, Vec<u64>>,
    /// Likewise by jurisdiction, as `layer:code`; a request counts in each that its case lies in.
    jurisdictions: BTreeMap<String, Vec<u64>>,
    /// Position of the log up to which the counts go.
    position: i64,
}

/// One step.
#[derive(Serialize, utoipa::ToSchema)]
struct CountStep {
    /// Its first day.
    from: String,
    /// Its last day.
    to: String,
    /// All requests in it, with a place or without.
    total: u64,
    /// Those of them without a place; 0 where a box or a cell is asked for.
    unplaced: u64,
}

#[utoipa::path(get, path = "/api/counts/steps", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(Parts, ("step" = Option<String>, Query, description = "`day`, `week` (from Monday) or `month`; `week` without it. At most 124 steps"),
        ("cell" = Option<String>, Query, description = "An H3 cell of resolution 0 to 10: only requests in it")),
    responses((status = 200, body = CountSteps), (status = 304, description = "Nothing happened since the answer with this ETag"), (status = 422, body = Problem)))]
pub(in crate::http::api) async fn steps(app: web::Data<App>, request: HttpRequest, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let mut problems = Vec::new();
    filter::refuse_unknown(asked.unknown.keys(), "bbox, services, statuses, jurisdictions, from, to, step, cell", &mut problems);
    let cell = cell(asked.cell.as_deref(), &mut problems);
    let wanted = asked.parts.filter(&app, &mut problems).await?;
    let spans = spans::of(asked.step.as_deref(), &wanted, &mut problems);
    filter::refuse(problems)?;
    if let Some(same) = filter::not_modified(&app, &request, app.columns.position()) {
        return Ok(same);
    }
    let firsts = spans::firsts(&spans);
    let (found, position) = filter::ask(&app, move |columns| columns.counts_by_step(&wanted, &firsts, cell)).await?;
    let (catalog, ground) = (app.catalog.get(&app.db).await?, app.routing.current(&app.db).await?);
    let mut body = CountSteps {
        steps: Vec::with_capacity(spans.len()),
        services: BTreeMap::new(),
        statuses: BTreeMap::new(),
        jurisdictions: BTreeMap::new(),
        position,
    };
    for (step, ((from, to), counts)) in spans.iter().zip(found).enumerate() {
        body.steps.push(CountStep { from: from.to_string(), to: to.to_string(), total: counts.total, unplaced: counts.unplaced });
        let add = |sums: &mut BTreeMap<String, Vec<u64>>, key: String, count| {
            sums.entry(key).or_insert_with(|| vec![0; spans.len()])[step] += count;
        };
        for (id, count) in counts.services {
            if let Some(service) = catalog.by_id(id) {
                add(&mut body.services, service.code.clone(), count);
            }
        }
        counts.statuses.into_iter().for_each(|(status, count)| add(&mut body.statuses, status, count));
        for (id, count) in counts.jurisdictions {
            // Earlier boundaries under the same code count as one with those of today.
            if let Some((layer, code, _)) = ground.named(id) {
                add(&mut body.jurisdictions, format!("{layer}:{code}"), count);
            }
        }
    }
    Ok(filter::answer(&app, position, &body))
}

fn cell(text: Option<&str>, problems: &mut Vec<Field>) -> Option<u64> {
    let text = text.filter(|text| !text.is_empty())?;
    let cell = CellIndex::from_str(text).ok().filter(|cell| u8::from(cell.resolution()) <= FINEST);
    if cell.is_none() {
        problems.push(Field::new("cell", format!("must be an H3 cell of resolution 0 to {FINEST}, such as 882a100d25fffff.")));
    }
    cell.map(u64::from)
}

/// Registers the route.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/counts/steps").route(web::get().to(steps)));
}
