//! Versions in headers: an `ETag` says which state was seen, `If-Match` says which one is to be changed.

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::error::{Error, Result};

/// The tag of a version.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The version that the asker saw. `None` is any, and has to be said as `*`: who changes what others change too has looked first.
pub fn if_match(asked: &HttpRequest) -> Result<Option<i64>> {
    let unknown = || Error::invalid("If-Match", "is no ETag of this server.");
    if_match_words(asked)?.map(|words| words.parse().map_err(|_| unknown())).transpose()
}

/// The same where versions are words.
pub fn if_match_words(asked: &HttpRequest) -> Result<Option<String>> {
    let missing = || Error::invalid("If-Match", "is missing: send the ETag of what you saw, or `*` to change whatever there is.");
    let value = asked.headers().get(header::IF_MATCH).ok_or_else(missing)?;
    match value.to_str().unwrap_or_default().trim() {
        "*" => Ok(None),
        text => Ok(Some(text.trim_start_matches("W/").trim_matches('"').to_owned())),
    }
}
