//! What staff decides about what residents wrote and sent, and strangers' reports about it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::PRIVATE;
use crate::app::App;
use crate::cases::notes::{NewNote, NoteKind};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::auth::Staff;
use crate::http::{Problem, client_address};
use crate::moderation::{self, Asked, Page, Redaction, Report, Target};
use crate::people::policy::Act;
use crate::privacy::Span;
use crate::requests::Number;

/// Which list is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `waiting` (without it) or `hidden`.
    list: Option<String>,
    /// Things on the page; 50 unless asked otherwise.
    limit: Option<i64>,
}

#[utoipa::path(get, path = "/api/moderation", tag = "staff", extensions(("x-act" = json!(Act::Moderate))), params(Wanted),
    responses((status = 200, body = Page), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn queue(app: web::Data<App>, staff: Staff, wanted: web::Query<Wanted>) -> Result<HttpResponse> {
    let (limit, most) = (wanted.limit.unwrap_or(50), app.config.limits.page);
    if !(1..=most).contains(&limit) {
        return Err(Error::invalid("limit", format!("must be from 1 to {most}.")));
    }
    let list = match wanted.list.as_deref() {
        None | Some("" | "waiting") => Asked::Waiting,
        Some("hidden") => Asked::Hidden,
        Some(_) => return Err(Error::invalid("list", "must be `waiting` or `hidden`.")),
    };
    let page = moderation::queue(&app.db, &app.discretion.scanner, &staff.0, list, limit).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

/// Whether the public sees something.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Visibility {
    /// Whether it is kept from the public.
    hidden: bool,
    /// Why it is hidden; for staff alone.
    #[serde(default)]
    reason: String,
}

#[utoipa::path(post, path = "/api/requests/{number}/visibility", tag = "staff", extensions(("x-act" = json!(Act::Moderate))), request_body = Visibility, operation_id = "request_visibility",
    params(("number" = String, Path, description = "The request's number")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn request_visibility(
    app: web::Data<App>,
    staff: Staff,
    number: web::Path<String>,
    given: web::Json<Visibility>,
) -> Result<HttpResponse> {
    let target = request(&number)?;
    set_visibility(&app, staff, target, given.into_inner()).await
}

#[utoipa::path(post, path = "/api/notes/{id}/visibility", tag = "staff", extensions(("x-act" = json!(Act::Moderate))), request_body = Visibility, operation_id = "note_visibility",
    params(("id" = i64, Path, description = "The note's id")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn note_visibility(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<i64>,
    given: web::Json<Visibility>,
) -> Result<HttpResponse> {
    set_visibility(&app, staff, Target::Note(*id), given.into_inner()).await
}

async fn set_visibility(app: &App, staff: Staff, target: Target, Visibility { hidden, reason }: Visibility) -> Result<HttpResponse> {
    let (who, now) = (staff.0, app.clock.now());
    if hidden {
        let reason = NewNote::new("reason", &reason, NoteKind::Internal, false, app.config.limits.description)?;
        app.db.write(async move |tx| moderation::hide(tx, &who, &target, &reason, now).await).await?;
    } else {
        app.db.write(async move |tx| moderation::show(tx, &who, &target, now).await).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

#[utoipa::path(post, path = "/api/requests/{number}/approval", tag = "staff", extensions(("x-act" = json!(Act::Moderate))), operation_id = "approve_request",
    params(("number" = String, Path, description = "The request's number")),
    responses((status = 204, description = "Its words are public as they are, and reports about it are decided"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn approve_request(app: web::Data<App>, staff: Staff, number: web::Path<String>) -> Result<HttpResponse> {
    approve(&app, staff, request(&number)?).await
}

#[utoipa::path(post, path = "/api/notes/{id}/approval", tag = "staff", extensions(("x-act" = json!(Act::Moderate))), operation_id = "approve_note",
    params(("id" = i64, Path, description = "The note's id")),
    responses((status = 204, description = "Its words are public as they are"), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn approve_note(app: web::Data<App>, staff: Staff, id: web::Path<i64>) -> Result<HttpResponse> {
    approve(&app, staff, Target::Note(*id)).await
}

async fn approve(app: &App, staff: Staff, target: Target) -> Result<HttpResponse> {
    let (who, now) = (staff.0, app.clock.now());
    app.db.write(async move |tx| moderation::pass(tx, &who, &target, now).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Words to be taken out for good.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TakingOut {
    /// `description`, `address` or `answers.CODE` of a request, `text` of a note.
    part: String,
    /// The first character (Unicode scalar value).
    from: usize,
    /// One after the last.
    to: usize,
    /// The characters that were seen there.
    seen: String,
    /// What stands there instead; without it a bar.
    with: Option<String>,
}

/// What is left of the words.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Left {
    /// The words.
    text: String,
}

#[utoipa::path(post, path = "/api/requests/{number}/redactions", tag = "staff", extensions(("x-act" = json!(Act::Moderate))), request_body = TakingOut, operation_id = "redact_request",
    params(("number" = String, Path, description = "The request's number")),
    responses((status = 200, body = Left), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Others stand there by now"), (status = 422, body = Problem)))]
pub(super) async fn redact_request(
    app: web::Data<App>,
    staff: Staff,
    number: web::Path<String>,
    given: web::Json<TakingOut>,
) -> Result<HttpResponse> {
    let target = request(&number)?;
    redact(&app, staff, target, given.into_inner()).await
}

#[utoipa::path(post, path = "/api/notes/{id}/redactions", tag = "staff", extensions(("x-act" = json!(Act::Moderate))), request_body = TakingOut, operation_id = "redact_note",
    params(("id" = i64, Path, description = "The note's id")),
    responses((status = 200, body = Left), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Others stand there by now"), (status = 422, body = Problem)))]
pub(super) async fn redact_note(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<i64>,
    given: web::Json<TakingOut>,
) -> Result<HttpResponse> {
    redact(&app, staff, Target::Note(*id), given.into_inner()).await
}

async fn redact(app: &App, staff: Staff, target: Target, given: TakingOut) -> Result<HttpResponse> {
    let TakingOut { part, from, to, seen, with } = given;
    let most = app.config.limits.line;
    if with.as_ref().is_some_and(|words| words.chars().count() > most || words.contains('\0')) {
        return Err(Error::invalid("with", format!("must be at most {most} characters, and none of them U+0000.")));
    }
    let (who, now, discretion) = (staff.0, app.clock.now(), app.discretion.clone());
    let redaction = Redaction { part, span: Span { from, to }, seen, with };
    let write = async move |tx: &mut Tx| moderation::redact(tx, &discretion.scanner, &who, &target, &redaction, now).await;
    let text = app.db.write(write).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(Left { text }))
}

/// A stranger's report.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Abuse {
    /// Why it should not be public; may be empty.
    #[serde(default)]
    words: String,
}

#[utoipa::path(post, path = "/api/requests/{number}/report-abuse", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), request_body = Abuse,
    params(("number" = String, Path, description = "The request's number")),
    responses((status = 204, description = "Staff will look at it; also where this network address has reported it before"),
        (status = 404, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn report_abuse(
    app: web::Data<App>,
    asked: HttpRequest,
    number: web::Path<String>,
    given: web::Json<Abuse>,
) -> Result<HttpResponse> {
    let number = Number::parse(&number).ok_or(Error::NotFound("request"))?;
    let network = client_address(&asked).map(|client| client.grouped().to_string()).unwrap_or_default();
    // Keyed, so that the table says nothing about who reported.
    let reporter = app.follow.token("abuse", &network);
    let report = Report { number, reporter, words: given.into_inner().words };
    let (limits, now) = (app.config.clone(), app.clock.now());
    app.db.write(async move |tx| moderation::report(tx, &limits.limits, &report, now).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn request(number: &str) -> Result<Target> {
    Number::parse(number).map(Target::Request).ok_or(Error::NotFound("request"))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/moderation").route(web::get().to(queue)))
        .service(web::resource("/requests/{number}/visibility").route(web::post().to(request_visibility)))
        .service(web::resource("/requests/{number}/approval").route(web::post().to(approve_request)))
        .service(web::resource("/requests/{number}/redactions").route(web::post().to(redact_request)))
        .service(web::resource("/requests/{number}/report-abuse").route(web::post().to(report_abuse)))
        .service(web::resource("/notes/{id}/visibility").route(web::post().to(note_visibility)))
        .service(web::resource("/notes/{id}/approval").route(web::post().to(approve_note)))
        .service(web::resource("/notes/{id}/redactions").route(web::post().to(redact_note)));
}
