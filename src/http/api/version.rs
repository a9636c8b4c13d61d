//! Versions in headers: an `ETag` says which state was seen, `If-Match` says which one is to be changed.

use std::fmt::Display;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::PRIVATE;
use crate::error::{Error, Result};

/// An answer for staff under the tag of its version.
pub fn tagged(version: impl Display, body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(PRIVATE).insert_header((header::ETAG, format!("\"{version}\""))).json(body)
}

/// The version that the asker saw, as a number. `None` is any, and has to be said as `*`: who changes what others change too has
/// looked first.
pub fn if_match(asked: &HttpRequest) -> Result<Option<i64>> {
    let unknown = || Error::invalid("If-Match", "is no ETag of this server.");
    if_match_words(asked)?.map(|words| words.parse().map_err(|_| unknown())).transpose()
}

/// The same where versions are words.
pub fn if_match_words(asked: &HttpRequest) -> Result<Option<String>> {
    let missing = || Error::invalid("If-Match", "is missing: send the ETag of what you saw, or `*` to change whatever there is.");
    if asked.headers().contains_key(header::IF_MATCH) { Ok(seen(asked)) } else { Err(missing()) }
}

/// The version that the asker saw, where nothing said is any, as `*` is.
pub fn seen(asked: &HttpRequest) -> Option<String> {
    let text = asked.headers().get(header::IF_MATCH)?.to_str().unwrap_or_default().trim();
    (text != "*").then(|| text.trim_start_matches("W/").trim_matches('"').to_owned())
}
