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
    name_operations(&mut document);
    Ok(document.to_pretty_json()?)
}

/// Names each operation by its method and path: handlers are called `one` and `list` in many rooms, and whoever makes a client
/// from the document needs a name for each.
fn name_operations(document: &mut utoipa::openapi::OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let words: Vec<&str> = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let operations = [("get", &mut item.get), ("post", &mut item.post), ("put", &mut item.put), ("delete", &mut item.delete)];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{}", words.join("_")));
            }
        }
    }
}
