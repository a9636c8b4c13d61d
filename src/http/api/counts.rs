//! `GET /api/counts`: how many requests there are by service, status, jurisdiction and day: the table beside the map.

pub(super) mod steps;

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::filter::{self, Parts};
use crate::app::App;
use crate::error::Result;
use crate::http::Problem;
use crate::people::policy::Act;

/// What is asked.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(flatten)]
    parts: Parts,
    #[serde(flatten)]
    unknown: BTreeMap<String, String>,
}

/// How many requests there are.
#[derive(Serialize, utoipa::ToSchema)]
struct Totals {
    /// All that fit the filter, with a place or without.
    total: u64,
    /// Those of them without a place; 0 where a box is asked for.
    unplaced: u64,
    /// By service, most first.
    services: Vec<Total>,
    /// By status of the case, most first.
    statuses: Vec<StatusTotal>,
    /// By jurisdiction, most first; a request counts in each that its case lies in.
    jurisdictions: Vec<JurisdictionTotal>,
    /// By day of filing, ascending; days without any are left out.
    days: Vec<(String, u64)>,
    /// Position of the log up to which the counts go.
    position: i64,
}

/// How many of one service.
#[derive(Serialize, utoipa::ToSchema)]
struct Total {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// How many.
    count: u64,
}

/// How many of one status.
#[derive(Serialize, utoipa::ToSchema)]
struct StatusTotal {
    /// Its word.
    status: String,
    /// How many.
    count: u64,
}

/// How many in one jurisdiction.
#[derive(Serialize, utoipa::ToSchema)]
struct JurisdictionTotal {
    /// Code of its layer.
    layer: String,
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// How many.
    count: u64,
}

#[utoipa::path(get, path = "/api/counts", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), params(Parts),
    responses((status = 200, body = Totals), (status = 304, description = "Nothing happened since the answer with this ETag"), (status = 422, body = Problem)))]
pub(super) async fn counts(app: web::Data<App>, request: HttpRequest, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let mut problems = Vec::new();
    filter::refuse_unknown(asked.unknown.keys(), "bbox, services, statuses, jurisdictions, from, to", &mut problems);
    let wanted = asked.parts.filter(&app, &mut problems).await?;
    filter::refuse(problems)?;
    if let Some(same) = filter::not_modified(&app, &request, app.columns.position()) {
        return Ok(same);
    }
    let (found, position) = filter::ask(&app, move |columns| columns.counts(&wanted)).await?;
    let catalog = app.catalog.get(&app.db).await?;
    let mut services: Vec<Total> = found
        .services
        .iter()
        .filter_map(|&(id, count)| catalog.by_id(id).map(|service| Total { code: service.code.clone(), name: service.name.clone(), count }))
        .collect();
    services.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.code.cmp(&b.code)));
    let mut statuses: Vec<StatusTotal> = found.statuses.into_iter().map(|(status, count)| StatusTotal { status, count }).collect();
    statuses.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.status.cmp(&b.status)));
    let body = Totals {
        total: found.total,
        unplaced: found.unplaced,
        services,
        statuses,
        jurisdictions: jurisdictions(&app, &found.jurisdictions).await?,
        days: found.days.into_iter().filter_map(|(day, count)| Some((day.date()?.to_string(), count))).collect(),
        position,
    };
    Ok(filter::answer(&app, position, &body))
}

/// Earlier boundaries under the same code count as one with those of today.
async fn jurisdictions(app: &App, found: &[(i64, u64)]) -> Result<Vec<JurisdictionTotal>> {
    let mut sums: BTreeMap<(String, String), JurisdictionTotal> = BTreeMap::new();
    let ground = app.routing.current(&app.db).await?;
    for &(id, count) in found {
        let Some((layer, code, name)) = ground.named(id) else { continue };
        let fresh = || JurisdictionTotal { layer: layer.to_owned(), code: code.to_owned(), name: name.to_owned(), count: 0 };
        let sum = sums.entry((layer.to_owned(), code.to_owned())).or_insert_with(fresh);
        sum.count += count;
    }
    let mut sums: Vec<_> = sums.into_values().collect();
    sums.sort_by(|a, b| a.layer.cmp(&b.layer).then(b.count.cmp(&a.count)).then_with(|| a.code.cmp(&b.code)));
    Ok(sums)
}

/// Registers the route.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/counts").route(web::get().to(counts)));
    steps::routes(cfg);
}
