//! Headers that tell a browser what not to do with an answer, and which pages of other sites may read it.
//!
//! Other sites: Open311 is open to every page (`open311::refusals`); of our own interface what everybody may read is, and
//! nothing else. No answer to another site's page ever depends on a cookie: browsers send none unless they are told that
//! credentials are welcome, which no answer of ours says.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::app::App;

/// Reading that is the same for everybody: what a map on another site needs.
const OPEN: [&str; 8] =
    ["/api/services", "/api/layers", "/api/requests", "/api/heat", "/api/clusters", "/api/counts", "/api/config", "/tiles"];

/// What other sites may show and standards let them fetch.
const SHOWN: [&str; 3] = ["/photos", "/open311", "/tiles"];

/// Headers that every answer carries, unless its handler said otherwise.
pub async fn hardened<B: MessageBody + 'static>(
    asked: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let https = asked.app_data::<Data<App>>().is_some_and(|app| app.config.public_url().starts_with("https://"));
    let (own, path) = (is_under(asked.path(), "/api"), asked.path());
    let open = OPEN.iter().any(|name| is_under(path, name));
    let shown = open || SHOWN.iter().any(|name| is_under(path, name));
    let reads = matches!(*asked.method(), Method::GET | Method::HEAD);
    let mut answer = match open && *asked.method() == Method::OPTIONS {
        true => asked.into_response(preflight()),
        false => next.call(asked).await?.map_into_boxed_body(),
    };
    let headers = answer.headers_mut();
    if open && reads {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        let readable = "ETag, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id";
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(readable));
    }
    if shown {
        set(headers, "cross-origin-resource-policy", "cross-origin");
    }
    if own {
        // What is not said to be of everybody may hold what only the asker may see.
        set(headers, "cache-control", if open && reads { "no-cache" } else { "no-store" });
    }
    harden(headers, https);
    Ok(answer)
}

/// What a browser asks before it sends a header of its own.
fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "If-None-Match"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}

/// The same for every answer. `https` tells browsers never to come without TLS again.
pub fn harden(headers: &mut HeaderMap, https: bool) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("permissions-policy", "geolocation=(self), camera=(), microphone=()"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        set(headers, name, value);
    }
    if https {
        set(headers, "strict-transport-security", "max-age=31536000; includeSubDomains");
    }
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    let name = HeaderName::from_static(name);
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn is_under(path: &str, name: &str) -> bool {
    path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
