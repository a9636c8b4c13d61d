//! The OpenAPI document, gathered from the handlers.

use utoipa::OpenApi;

use crate::error::Result;

#[derive(OpenApi)]
#[openapi(info(
    title = "Waymark",
    description = "A 311 server: residents pin what is broken, dispatchers route and finish it, leaders see where the city hurts."
))]
struct Document;

/// The document as JSON, the same text for the same code.
pub fn openapi() -> Result<String> {
    let mut document = Document::openapi();
    document.merge(super::api::Document::openapi());
    document.merge(super::tiles::Document::openapi());
    document.merge(super::open311::Document::openapi());
    Ok(document.to_pretty_json()?)
}
