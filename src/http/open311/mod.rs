//! Open311 GeoReport v2: discovery, services, service requests, tokens, in XML and JSON. The format is the extension of the
//! address and nothing else; unknown arguments are left out; every refusal is this protocol's list of errors.
//!
//! It decides nothing about a request: a form becomes a `NewRequest` and goes to [`requests::file`](crate::requests::file).
//! It lists only the endpoint that exists, and hands out no personal field of a reporter.

mod filing;
mod form;
mod media;
mod query;
mod refusals;
mod search;
mod services;
mod submission;
mod tree;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Route, guard, web};

use crate::config::Config;
use crate::http::gate;
use crate::http::limits::limited;
use refusals::{Refusal, refusals};
use submission::Fields;
use tree::Format;

/// What the OpenAPI document says of `/open311`.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    services::discovery,
    services::discovery_of_v2,
    services::services,
    services::definition,
    search::many,
    search::one,
    search::token,
    filing::file
))]
pub struct Document;

/// Everything under `/open311`.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let discovery = web::resource("/discovery.{format}").route(get().to(services::discovery));
    let requests = web::resource("/requests.{format}").route(get().to(search::many)).route(web::post().to(filing::file));
    let v2 = web::scope("/v2")
        .service(web::resource("/discovery.{format}").route(get().to(services::discovery_of_v2)))
        .service(web::resource("/services.{format}").route(get().to(services::services)))
        .service(web::resource("/services/{code}.{format}").route(get().to(services::definition)))
        .service(requests)
        .service(web::resource("/requests/{id}.{format}").route(get().to(search::one)))
        .service(web::resource("/tokens/{token}.{format}").route(get().to(search::token)));
    let scope = web::scope("/open311").wrap(from_fn(gate)).wrap(from_fn(limited)).wrap(from_fn(refusals));
    cfg.service(scope.service(v2).service(discovery));
}

/// A refusal for a request that no route of ours answered.
pub fn refused(path: &str, status: StatusCode, words: &str) -> HttpResponse {
    Format::of_path(path).answer(status, "errors", &Refusal::new(status, words).node())
}

fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// What every address of this protocol says: the format, and arguments after the question mark.
pub struct Asked {
    format: Format,
    fields: Fields,
}

impl FromRequest for Asked {
    type Error = Refusal;
    type Future = Ready<Result<Asked, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let fields = Fields::from_urlencoded(request.query_string().as_bytes());
        let format = Format::of(request.match_info().query("format"));
        let unknown =
            || Refusal::new(StatusCode::NOT_FOUND, format!("There is nothing at {}: the formats are xml and json.", request.path()));
        ready(format.map(|format| Asked { format, fields }).ok_or_else(unknown))
    }
}

impl Asked {
    /// Refuses a `jurisdiction_id` that is not this server's. A server that has none takes any.
    fn jurisdiction(&self, config: &Config) -> Result<(), Refusal> {
        known_jurisdiction(&self.fields, config)
    }
}

fn known_jurisdiction(fields: &Fields, config: &Config) -> Result<(), Refusal> {
    let ours = config.open311.jurisdiction_id.as_str();
    match fields.first("jurisdiction_id") {
        Some(other) if !ours.is_empty() && other != ours => {
            let words = format!("jurisdiction_id: this server serves {ours:?} alone; leave the argument out or send that.");
            Err(Refusal::new(StatusCode::NOT_FOUND, words))
        }
        _ => Ok(()),
    }
}
