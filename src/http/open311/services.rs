//! What the city can be asked for, and where to ask: discovery, the list of services, the questions of one.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};

use super::tree::{Format, Node};
use super::{Asked, Refusal};
use crate::app::App;
use crate::catalog::{Attribute, Service};
use crate::people::policy::Act;

/// The XML namespace of the specification, by which discovery names it.
const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";
/// When the endpoints listed here last changed. Clients parse it as a moment of the past.
const CHANGESET: &str = "2026-11-01T00:00:00Z";

/// `GET discovery`: one endpoint, the one that exists.
#[utoipa::path(get, path = "/open311/discovery.{format}", tag = "open311", extensions(("x-act" = json!(Act::SeePublic))), operation_id = "open311_discovery",
    params(("format" = String, Path, description = "`xml` or `json`")),
    responses((status = 200, description = "`discovery`: contact, where to get a key, endpoints", content_type = "application/json")))]
pub async fn discovery(app: Data<App>, asked: Asked) -> Result<HttpResponse, Refusal> {
    let settings = &app.config.open311;
    let base = app.config.public_url();
    let said = |setting: &str, otherwise: String| Node::text(if setting.is_empty() { otherwise } else { setting.to_owned() });
    let formats = [Format::Xml, Format::Json].map(|format| Node::text(format.content_type().split(';').next().unwrap_or_default()));
    let endpoint = Node::Object(vec![
        ("specification", Node::text(SPECIFICATION)),
        ("url", Node::text(format!("{base}/open311/v2"))),
        ("changeset", Node::text(CHANGESET)),
        ("type", Node::text("production")),
        ("formats", Node::List("format", formats.into())),
    ]);
    let page = Node::Object(vec![
        ("changeset", Node::text(CHANGESET)),
        ("contact", said(&settings.contact, format!("{}, {base}", app.config.city.name))),
        ("key_service", said(&settings.key_service, format!("Ask {}, {base}", app.config.city.name))),
        ("endpoints", Node::List("endpoint", vec![endpoint])),
    ]);
    Ok(asked.format.answer(StatusCode::OK, "discovery", &page))
}

/// `GET services`.
#[utoipa::path(get, path = "/open311/v2/services.{format}", tag = "open311", extensions(("x-act" = json!(Act::SeePublic))), operation_id = "open311_services",
    params(("format" = String, Path, description = "`xml` or `json`"), ("jurisdiction_id" = Option<String>, Query, description = "This server's, or nothing")),
    responses((status = 200, description = "`services`: what can be asked for", content_type = "application/json"), (status = 404, description = "`errors`")))]
pub async fn services(app: Data<App>, asked: Asked) -> Result<HttpResponse, Refusal> {
    asked.jurisdiction(&app.config)?;
    let catalog = app.catalog.get(&app.db).await?;
    let list = Node::List("service", catalog.active().map(service).collect());
    Ok(asked.format.answer(StatusCode::OK, "services", &list))
}

/// `GET v2/discovery`: the same, for clients that know one base address alone.
#[utoipa::path(get, path = "/open311/v2/discovery.{format}", tag = "open311", extensions(("x-act" = json!(Act::SeePublic))), operation_id = "open311_v2_discovery",
    params(("format" = String, Path, description = "`xml` or `json`")),
    responses((status = 200, description = "`discovery`: contact, where to get a key, endpoints", content_type = "application/json")))]
pub async fn discovery_of_v2(app: Data<App>, asked: Asked) -> Result<HttpResponse, Refusal> {
    discovery(app, asked).await
}

fn service(service: &Service) -> Node {
    Node::Object(vec![
        ("service_code", Node::text(service.code.as_str())),
        ("service_name", Node::text(service.name.as_str())),
        ("description", Node::text(service.description.as_str())),
        ("metadata", Node::Flag(!service.attributes.is_empty())),
        ("type", Node::text(service.kind.word())),
        ("keywords", Node::text(service.keywords.join(","))),
        ("group", Node::text(service.group.as_str())),
    ])
}

/// `GET services/{service_code}`: its questions; none where there are none.
#[utoipa::path(get, path = "/open311/v2/services/{code}.{format}", tag = "open311", extensions(("x-act" = json!(Act::SeePublic))), operation_id = "open311_definition",
    params(("code" = String, Path, description = "`service_code`"), ("format" = String, Path, description = "`xml` or `json`")),
    responses((status = 200, description = "`service_definition`: its questions", content_type = "application/json"), (status = 404, description = "`errors`")))]
pub async fn definition(app: Data<App>, asked: Asked, path: Path<(String, String)>) -> Result<HttpResponse, Refusal> {
    asked.jurisdiction(&app.config)?;
    let catalog = app.catalog.get(&app.db).await?;
    let service = catalog.open(&path.0)?;
    let page = Node::Object(vec![
        ("service_code", Node::text(service.code.as_str())),
        ("attributes", Node::List("attribute", service.attributes.iter().map(attribute).collect())),
    ]);
    Ok(asked.format.answer(StatusCode::OK, "service_definition", &page))
}

fn attribute(attribute: &Attribute) -> Node {
    // The specification knows no conditions: a client that asks everything must not insist on what may not apply.
    let required = attribute.required && attribute.condition.is_none();
    let mut fields = vec![
        ("variable", Node::Flag(attribute.variable)),
        ("code", Node::text(attribute.code.as_str())),
        ("datatype", Node::text(attribute.datatype.word())),
        ("required", Node::Flag(required)),
        ("datatype_description", Node::text(attribute.datatype_description.as_str())),
        ("order", Node::Whole(attribute.order)),
        ("description", Node::text(attribute.description.as_str())),
    ];
    if attribute.datatype.is_list() {
        let value = |key: &str, name: &str| Node::Object(vec![("key", Node::text(key)), ("name", Node::text(name))]);
        fields.push(("values", Node::List("value", attribute.values.iter().map(|choice| value(&choice.key, &choice.name)).collect())));
    }
    Node::Object(fields)
}
