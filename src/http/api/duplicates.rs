//! `/api/services/{code}/duplicates`: when two requests of a service are about the same thing, as staff set it, and what a setting
//! would have meant last month.

use actix_web::{HttpRequest, HttpResponse, web};

use super::PRIVATE;
use super::version::{seen, tagged};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::people::policy::Act;
use crate::requests::duplicates::settings::{self, Change, Preview, Setting, Wish};

#[utoipa::path(get, path = "/api/services/{code}/duplicates", tag = "staff",
    extensions(("x-act" = json!(Act::EditCatalog))), params(("code" = String, Path, description = "Code of the service")),
    responses((status = 200, body = Setting), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn show(app: web::Data<App>, staff: Staff, code: web::Path<String>) -> Result<HttpResponse> {
    let catalog = app.catalog.get(&app.db).await?;
    let service = catalog.by_code(&code).ok_or(Error::NotFound("service"))?;
    settings::demand(&staff.0, service)?;
    let setting = Setting::of(&catalog, service);
    Ok(tagged(&setting.version, &setting))
}

#[utoipa::path(put, path = "/api/services/{code}/duplicates", tag = "staff",
    extensions(("x-act" = json!(Act::EditCatalog))), request_body = Wish,
    params(("code" = String, Path, description = "Code of the service"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the setting that was seen")),
    responses((status = 200, body = Setting), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody else changed it meanwhile"), (status = 422, body = Problem)))]
pub(super) async fn save(
    app: web::Data<App>,
    staff: Staff,
    code: web::Path<String>,
    asked: HttpRequest,
    wish: web::Json<Wish>,
) -> Result<HttpResponse> {
    let catalog = app.catalog.get(&app.db).await?;
    let service = catalog.by_code(&code).ok_or(Error::NotFound("service"))?;
    settings::demand(&staff.0, service)?;
    let id = service.id;
    let (version, wish, who, now, most_m) = (seen(&asked), wish.into_inner(), staff.0, app.clock.now(), app.config.limits.radius_m);
    let before = catalog.clone();
    app.db
        .write(async move |tx| {
            let service = before.by_id(id).ok_or(Error::NotFound("service"))?;
            let change = Change { wish: &wish, seen: version.as_deref(), most_m, by: &who };
            settings::save(tx, &before, service, &change, now).await
        })
        .await?;
    let catalog = app.catalog.get(&app.db).await?;
    let service = catalog.by_id(id).ok_or(Error::NotFound("service"))?;
    let setting = Setting::of(&catalog, service);
    Ok(tagged(&setting.version, &setting))
}

#[utoipa::path(post, path = "/api/services/{code}/duplicates/preview", tag = "staff",
    extensions(("x-act" = json!(Act::EditCatalog))), request_body = Wish,
    params(("code" = String, Path, description = "Code of the service")),
    responses((status = 200, body = Preview), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn preview(app: web::Data<App>, staff: Staff, code: web::Path<String>, wish: web::Json<Wish>) -> Result<HttpResponse> {
    let catalog = app.catalog.get(&app.db).await?;
    let service = catalog.by_code(&code).ok_or(Error::NotFound("service"))?;
    settings::demand(&staff.0, service)?;
    let preview = settings::preview(&app.db, &catalog, service, &wish, app.config.limits.radius_m, app.clock.now()).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(preview))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/services/{code}/duplicates").route(web::get().to(show)).route(web::put().to(save)))
        .service(web::resource("/services/{code}/duplicates/preview").route(web::post().to(preview)));
}
