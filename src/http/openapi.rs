//! The OpenAPI document, gathered from the handlers.

use actix_web::http::Method;
use utoipa::OpenApi;
use utoipa::openapi::PathItem;
use utoipa::openapi::path::Operation;

use crate::error::Result;

#[derive(OpenApi)]
#[openapi(info(
    title = "Waymark",
    description = "A 311 server: residents pin what is broken, dispatchers route and finish it, leaders see where the city hurts."
))]
struct Document;

/// The document as JSON, the same text for the same code.
pub fn openapi() -> Result<String> {
    let mut document = document();
    name_operations(&mut document);
    Ok(document.to_pretty_json()?)
}

/// The document as the handlers describe it.
pub(super) fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    document.merge(super::api::Document::openapi());
    document.merge(super::tiles::Document::openapi());
    document.merge(super::open311::Document::openapi());
    document
}

/// What a path takes, by method.
pub(super) fn operations(item: &PathItem) -> Vec<(Method, &Operation)> {
    let all = [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?))).collect()
}

/// Names each operation by its method and path: handlers are called `one` and `list` in many rooms, and whoever makes a client
/// from the document needs a name for each.
fn name_operations(document: &mut utoipa::openapi::OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let words: Vec<&str> = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let PathItem { get, post, put, patch, delete, .. } = item;
        for (method, operation) in [("get", get), ("post", post), ("put", put), ("patch", patch), ("delete", delete)] {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{}", words.join("_")));
            }
        }
    }
}
