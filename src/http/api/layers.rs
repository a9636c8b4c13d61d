//! `GET /api/layers`: the boundaries that requests are routed by.

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::error::Result;
use crate::http::Problem;
use crate::people::policy::Act;
use crate::routing::{self, LayerView};

#[utoipa::path(get, path = "/api/layers", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), responses((status = 200, body = Vec<LayerView>)))]
pub(super) async fn list(app: web::Data<App>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().json(routing::layers(&app.db, app.clock.now()).await?))
}

#[utoipa::path(get, path = "/api/layers/{code}", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), params(("code" = String, Path, description = "Code of the layer")),
    responses((status = 200, description = "GeoJSON FeatureCollection with properties code, name and team", content_type = "application/geo+json"),
        (status = 404, body = Problem)))]
pub(super) async fn one(app: web::Data<App>, code: web::Path<String>) -> Result<HttpResponse> {
    let geojson = routing::layer_geojson(&app.db, &code, app.clock.now()).await?;
    Ok(HttpResponse::Ok().content_type("application/geo+json").body(geojson))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/layers").route(web::get().to(list))).service(web::resource("/layers/{code}").route(web::get().to(one)));
}
