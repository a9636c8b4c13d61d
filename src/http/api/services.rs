//! `GET /api/services`: what can be asked for.

use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::app::App;
use crate::catalog::{Attribute, Duplicates, Kind, Service};
use crate::error::{Error, Result};
use crate::people::policy::Act;

/// A service in the list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Listed {
    code: String,
    name: String,
    description: String,
    group: String,
    keywords: Vec<String>,
    #[serde(rename = "type")]
    kind: Kind,
    /// Whether it asks questions.
    questions: bool,
    duplicates: Duplicates,
}

/// A service with its questions.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Detailed {
    #[serde(flatten)]
    listed: Listed,
    attributes: Vec<Attribute>,
}

impl From<&Service> for Listed {
    fn from(service: &Service) -> Listed {
        Listed {
            code: service.code.clone(),
            name: service.name.clone(),
            description: service.description.clone(),
            group: service.group.clone(),
            keywords: service.keywords.clone(),
            kind: service.kind,
            questions: !service.attributes.is_empty(),
            duplicates: service.duplicates,
        }
    }
}

#[utoipa::path(get, path = "/api/services", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), responses((status = 200, body = Vec<Listed>)))]
pub(super) async fn list(app: web::Data<App>) -> Result<HttpResponse> {
    let catalog = app.catalog.get(&app.db).await?;
    Ok(HttpResponse::Ok().json(catalog.active().map(Listed::from).collect::<Vec<_>>()))
}

#[utoipa::path(get, path = "/api/services/{code}", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), params(("code" = String, Path, description = "Code of the service")),
    responses((status = 200, body = Detailed), (status = 404, body = crate::http::Problem)))]
pub(super) async fn one(app: web::Data<App>, code: web::Path<String>) -> Result<HttpResponse> {
    let catalog = app.catalog.get(&app.db).await?;
    let service = catalog.open(&code).map_err(|_| Error::NotFound("service"))?;
    Ok(HttpResponse::Ok().json(Detailed { listed: service.into(), attributes: service.attributes.clone() }))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/services").route(web::get().to(list))).service(web::resource("/services/{code}").route(web::get().to(one)));
}
