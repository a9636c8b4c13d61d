//! Requests as Open311 shows them: many, one, and the one behind a token.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};

use super::tree::Node;
use super::{Asked, Refusal, query};
use crate::app::App;
use crate::catalog::moment;
use crate::error::Error;
use crate::people::policy::Act;
use crate::requests::{self, Listed, Number, Wanted};

/// `GET requests`.
#[utoipa::path(get, path = "/open311/v2/requests.{format}", tag = "open311", extensions(("x-act" = json!(Act::SeePublic))), operation_id = "open311_requests",
    params(("format" = String, Path, description = "`xml` or `json`"),
        ("service_request_id" = Option<String>, Query, description = "Ids with commas between; overrides everything below"),
        ("service_code" = Option<String>, Query, description = "Codes with commas between"),
        ("status" = Option<String>, Query, description = "`open`, `closed`, or both with a comma between"),
        ("start_date" = Option<String>, Query, description = "First `requested_datetime`; at most 90 days before `end_date`"),
        ("end_date" = Option<String>, Query, description = "Last `requested_datetime`"),
        ("updated_after" = Option<String>, Query, description = "First change; without dates, of any `requested_datetime`"),
        ("updated_before" = Option<String>, Query, description = "Last change"),
        ("bbox" = Option<String>, Query, description = "`west,south,east,north` in degrees"),
        ("lat" = Option<f64>, Query, description = "Middle of a circle"),
        ("long" = Option<f64>, Query, description = "Middle of a circle"),
        ("radius" = Option<f64>, Query, description = "Radius of the circle in metres"),
        ("page" = Option<i64>, Query, description = "From 1"),
        ("page_size" = Option<i64>, Query, description = "Requests of a page; more than the limit is refused"),
        ("max_requests" = Option<i64>, Query, description = "The newest so many"),
        ("extensions" = Option<bool>, Query, description = "Adds `extended_attributes` and `notes`")),
    responses((status = 200, description = "`service_requests`, newest first", content_type = "application/json"), (status = 400, description = "`errors`")))]
pub async fn many(app: Data<App>, asked: Asked) -> Result<HttpResponse, Refusal> {
    asked.jurisdiction(&app.config)?;
    let search = query::read(&asked.fields, app.clock.now(), app.config.open311.max_rows).map_err(Refusal::fields)?;
    answer(&app, &asked, &search).await
}

/// `GET requests/{service_request_id}`: a list of the one.
#[utoipa::path(get, path = "/open311/v2/requests/{id}.{format}", tag = "open311", extensions(("x-act" = json!(Act::SeePublic))), operation_id = "open311_request",
    params(("id" = String, Path, description = "`service_request_id`"), ("format" = String, Path, description = "`xml` or `json`")),
    responses((status = 200, description = "`service_requests` with the one", content_type = "application/json"), (status = 404, description = "`errors`"),
        (status = 410, description = "`errors`: it was deleted, as the city's rules of retention say")))]
pub async fn one(app: Data<App>, asked: Asked, path: Path<(String, String)>) -> Result<HttpResponse, Refusal> {
    asked.jurisdiction(&app.config)?;
    let number = Number::parse(&path.0).ok_or(Error::NotFound("request"))?;
    let wanted = Wanted { numbers: Some(vec![number.as_str().to_owned()]), limit: 1, ..Wanted::default() };
    let found = requests::list(&app.db, &app.discretion, &wanted).await?;
    if found.is_empty() {
        return Err(requests::missing(&app.db, &number).await?.into());
    }
    Ok(page(&app, &asked, &found, query::extensions(&asked.fields)))
}

/// `GET tokens/{token}`: the id is there from the beginning, so the first asking gets it.
#[utoipa::path(get, path = "/open311/v2/tokens/{token}.{format}", tag = "open311", extensions(("x-act" = json!(Act::SeePublic))), operation_id = "open311_token",
    params(("token" = String, Path, description = "From the answer to a filing"), ("format" = String, Path, description = "`xml` or `json`")),
    responses((status = 200, description = "`service_requests` with the id", content_type = "application/json"), (status = 404, description = "`errors`")))]
pub async fn token(app: Data<App>, asked: Asked, path: Path<(String, String)>) -> Result<HttpResponse, Refusal> {
    asked.jurisdiction(&app.config)?;
    let number = requests::by_open311_token(&app.db, &path.0).await?.ok_or(Error::NotFound("token"))?;
    let request = Node::Object(vec![("service_request_id", Node::text(number)), ("token", Node::text(path.0.as_str()))]);
    Ok(asked.format.answer(StatusCode::OK, "service_requests", &Node::List("request", vec![request])))
}

async fn answer(app: &App, asked: &Asked, search: &query::Search) -> Result<HttpResponse, Refusal> {
    let found = requests::list(&app.db, &app.discretion, &search.wanted).await?;
    Ok(page(app, asked, &found, search.extensions))
}

fn page(app: &App, asked: &Asked, found: &[Listed], extensions: bool) -> HttpResponse {
    let base = app.config.public_url();
    let list = Node::List("request", found.iter().map(|listed| node(&base, listed, extensions)).collect());
    asked.format.answer(StatusCode::OK, "service_requests", &list)
}

/// Every field of the specification, in its order, empty where nothing is known.
fn node(base: &str, listed: &Listed, extensions: bool) -> Node {
    let own = listed.photos.iter().map(|id| format!("{base}/photos/{id}/large.jpg"));
    let media: Vec<String> = own.chain(listed.media_urls.iter().cloned()).collect();
    let closed = listed.status.finished();
    let mut fields = vec![
        ("service_request_id", Node::text(listed.number.as_str())),
        ("status", Node::text(if closed { "closed" } else { "open" })),
        ("status_notes", Node::text(listed.notes.last().map_or("", |(_, words)| words))),
        ("service_name", Node::text(listed.service_name.as_str())),
        ("service_code", Node::text(listed.service.as_str())),
        ("description", Node::text(listed.description.as_str())),
        ("agency_responsible", Node::text(listed.agency.as_str())),
        ("service_notice", Node::Empty),
        ("requested_datetime", moment(Some(listed.filed_at))),
        ("updated_datetime", moment(Some(listed.updated_at))),
        ("expected_datetime", moment(listed.due_at)),
        ("address", Node::text(listed.address.as_str())),
        ("address_id", Node::text(listed.address_id.as_str())),
        ("zipcode", Node::text(listed.zipcode.as_str())),
        ("lat", Node::number(listed.place.map(|place| place.lat))),
        ("long", Node::number(listed.place.map(|place| place.lon))),
        ("media_url", Node::text(media.first().map_or("", String::as_str))),
    ];
    if extensions {
        fields.extend(extended(listed, media));
    }
    Node::Object(fields)
}

/// What several servers add under the same names when `extensions=true` is asked.
fn extended(listed: &Listed, media: Vec<String>) -> [(&'static str, Node); 2] {
    let attributes = Node::Object(vec![
        ("channel", Node::text(listed.source.as_str())),
        ("detailed_status", Node::text(listed.status.word())),
        ("media_urls", Node::List("media_url", media.into_iter().map(Node::text).collect())),
    ]);
    let note = |(at, words): &(i64, String)| {
        Node::Object(vec![("datetime", moment(Some(*at))), ("summary", Node::Empty), ("description", Node::text(words.as_str()))])
    };
    [("extended_attributes", attributes), ("notes", Node::List("note", listed.notes.iter().map(note).collect()))]
}

fn moment(at: Option<i64>) -> Node {
    at.map_or(Node::Empty, |at| Node::text(moment::write(at)))
}
