//! `/api/services/{code}/promises`: within what time a city promises an answer and an end.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::version::{if_match_words, tagged};
use crate::app::App;
use crate::catalog::{self, PromiseSetting, Target};
use crate::error::Result;
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::people::policy::Act;

/// What is to be promised.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Promises)]
pub(super) struct Given {
    /// All of it, by priority.
    targets: Vec<Target>,
}

#[utoipa::path(get, path = "/api/services/{code}/promises", tag = "staff", extensions(("x-act" = json!(Act::EditCatalog))),
    params(("code" = String, Path, description = "Code of the service")),
    responses((status = 200, body = PromiseSetting), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn show(app: web::Data<App>, staff: Staff, code: web::Path<String>) -> Result<HttpResponse> {
    answer(&app, &staff, &code).await
}

#[utoipa::path(put, path = "/api/services/{code}/promises", tag = "staff", extensions(("x-act" = json!(Act::EditCatalog))), request_body = Given,
    params(("code" = String, Path, description = "Code of the service"),
        ("If-Match" = String, Header, description = "The ETag of what was seen; `*` to replace whatever there is")),
    description = "Replaces what is promised from now on; what was promised of a case stays promised.",
    responses((status = 200, body = PromiseSetting), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem, description = "Somebody else changed it meanwhile"), (status = 422, body = Problem)))]
pub(super) async fn save(
    app: web::Data<App>,
    staff: Staff,
    code: web::Path<String>,
    asked: HttpRequest,
    given: web::Json<Given>,
) -> Result<HttpResponse> {
    let (who, seen, now, targets, named) =
        (staff.0.clone(), if_match_words(&asked)?, app.clock.now(), given.into_inner().targets, code.clone());
    app.db.write(async move |tx| catalog::promise(tx, &who, &named, &targets, seen.as_deref(), now).await).await?;
    answer(&app, &staff, &code).await
}

async fn answer(app: &App, staff: &Staff, code: &str) -> Result<HttpResponse> {
    let catalog = app.catalog.get(&app.db).await?;
    let setting = PromiseSetting::read(&app.db, &staff.0, &catalog, code).await?;
    Ok(tagged(&setting.version, &setting))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/services/{code}/promises").route(web::get().to(show)).route(web::put().to(save)));
}
