//! Protocols: each translates between HTTP and the domain, and decides nothing.
//!
//! One `web::resource` a path (so that a wrong method is 405, not 404), one middleware a scope that gives every refusal the
//! body of its protocol: problem+json on `/api`, Open311's list of errors on `/open311`.

pub mod api;
pub mod auth;
mod client;
mod gate;
mod hardening;
mod limits;
pub mod open311;
mod openapi;
mod problem;
mod tiles;
mod watch;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpResponse, ResponseError, web};

use crate::app::App;
use crate::error::Error;

pub use client::client_address;
use gate::gate;
pub use hardening::hardened;
pub use openapi::openapi;
pub use problem::{Problem, problems};
pub use watch::watched;

/// Every route.
pub fn routes(cfg: &mut web::ServiceConfig, app: &App) {
    cfg.configure(|cfg| api::routes(cfg, app)).configure(tiles::routes).configure(open311::routes);
}

/// Whether whoever asks takes this coding: named, and not with a weight of nothing.
pub fn takes(asked: &HeaderMap, coding: &str) -> bool {
    let Some(list) = asked.get(header::ACCEPT_ENCODING).and_then(|list| list.to_str().ok()) else { return false };
    list.split(',').any(|entry| {
        let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0));
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Error::NotFound(_) => StatusCode::NOT_FOUND,
            Error::Gone(_) => StatusCode::GONE,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::Overtaken(_) => StatusCode::PRECONDITION_FAILED,
            Error::Unauthorized(_) => StatusCode::UNAUTHORIZED,
            Error::Forbidden(_) | Error::Blocked(_) => StatusCode::FORBIDDEN,
            Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The status alone: the scope's middleware writes the body.
    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        match self {
            Error::TooMany(seconds) => answer.insert_header(("Retry-After", seconds.to_string())).finish(),
            Error::Unavailable(_) => answer.insert_header(("Retry-After", "2")).finish(),
            _ => answer.finish(),
        }
    }
}
