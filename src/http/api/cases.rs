//! `/api/cases`: the queue of staff, one case, its moves, notes and timeline.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::PRIVATE;
use super::version::{seen, tagged};
use crate::app::App;
use crate::cases::moves::{self, Move, Moved};
use crate::cases::notes::{self, NewNote, NoteKind};
use crate::cases::page::{self, Whole};
use crate::cases::queue::{self, Asked, Filter, Page};
use crate::cases::timeline::{self, Entry};
use crate::cases::{STATUSES, Status};
use crate::error::{Error, Result};
use crate::geo::Point;
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::people::policy::Act;
use crate::requests::correction::{self, Correction, Wish};

/// What of the queue is asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Ids of cases, with commas, at most 200: those of them that fit the rest and may be seen.
    ids: Option<String>,
    /// Code of a team.
    team: Option<String>,
    /// A jurisdiction as `layer:code`.
    jurisdiction: Option<String>,
    /// Codes of services, with commas.
    services: Option<String>,
    /// Statuses, with commas.
    statuses: Option<String>,
    /// `me`, `none`, or the id of a member.
    assignee: Option<String>,
    /// Only unfinished (`true`) or only finished cases.
    open: Option<bool>,
    /// West, south, east, north in degrees, with commas.
    bbox: Option<String>,
    /// `opened` (newest first, unless asked otherwise) or `due`: unfinished cases, what is late first.
    sort: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Cases on the page; 50 unless asked otherwise.
    limit: Option<i64>,
}

#[utoipa::path(get, path = "/api/cases", tag = "staff", extensions(("x-act" = json!(Act::SeeQueue))), params(Wanted),
    responses((status = 200, body = Page), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn list(app: web::Data<App>, staff: Staff, wanted: web::Query<Wanted>) -> Result<HttpResponse> {
    let Wanted { ids, team, jurisdiction, services, statuses, assignee, open, bbox, sort, after, limit } = wanted.into_inner();
    let asked = Asked { ids, team, jurisdiction, services, statuses, assignee, open, bbox, sort, after, limit };
    let filter = Filter::read(&app.db, &asked, staff.0.member(), app.config.limits.page).await?;
    let page = queue::queue(&app.db, &staff.0, &filter).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

#[utoipa::path(get, path = "/api/cases/{id}", tag = "staff", extensions(("x-act" = json!(Act::SeeCase))), params(("id" = i64, Path, description = "The case's id")),
    responses((status = 200, body = Whole), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn one(app: web::Data<App>, staff: Staff, id: web::Path<i64>) -> Result<HttpResponse> {
    let whole = page::page(&app.db, &app.discretion.scanner, &staff.0, *id, app.clock.now()).await?;
    Ok(tagged(whole.version(), &whole))
}

/// A move.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Moving {
    /// The status to go to.
    to: String,
    /// Why; demanded where a case ends without the work being done, or is reopened.
    reason: Option<String>,
    /// Whether residents read the reason.
    #[serde(default)]
    public: bool,
    /// The version of the case that was seen; `If-Match` says the same.
    version: Option<i64>,
}

#[utoipa::path(post, path = "/api/cases/{id}/moves", tag = "staff", extensions(("x-act" = json!(Act::MoveCase))), request_body = Moving,
    params(("id" = i64, Path, description = "The case's id"), ("If-Match" = Option<String>, Header, description = "The ETag of the case that was seen")),
    responses((status = 200, body = Moved), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn make_move(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<i64>,
    asked: HttpRequest,
    given: web::Json<Moving>,
) -> Result<HttpResponse> {
    let Moving { to, reason, public, version } = given.into_inner();
    let to = Status::parse(&to)
        .ok_or_else(|| Error::invalid("to", format!("is no status; there are {}.", STATUSES.map(Status::word).join(", "))))?;
    let most = app.config.limits.description;
    let reason = reason.filter(|words| !words.trim().is_empty());
    let reason = reason.map(|words| NewNote::new("reason", &words, Move::note_kind(to), public, most)).transpose()?;
    let version = if version.is_some() { version } else { if_match(&asked)? };
    let (who, case, now) = (staff.0, *id, app.clock.now());
    let wish = Move { to, reason, version };
    let moved = app.db.write(async move |tx| moves::make(tx, &who, case, &wish, now).await).await?;
    Ok(tagged(moved.version, &moved))
}

/// The version that the asker saw, by the standard header; `*` is any.
fn if_match(asked: &HttpRequest) -> Result<Option<i64>> {
    seen(asked).map(|words| words.parse().map_err(|_| Error::invalid("If-Match", "is not the ETag of a case."))).transpose()
}

/// What is to be put right; what is left out stays. With neither the case is routed again by the rules of today.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Correcting {
    /// Where it is.
    place: Option<Pin>,
    /// Code of the service that it should have been filed as.
    service: Option<String>,
    /// Whether only the difference is shown and nothing is changed.
    #[serde(default)]
    dry_run: bool,
    /// The version of the case that was seen; `If-Match` says the same.
    version: Option<i64>,
    /// The version of boundaries and rules by which the difference was shown.
    routing: Option<i64>,
}

/// A place, in degrees of WGS84.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = CorrectPlace)]
#[serde(deny_unknown_fields)]
pub(super) struct Pin {
    /// Degrees east.
    lon: f64,
    /// Degrees north.
    lat: f64,
}

#[utoipa::path(post, path = "/api/cases/{id}/corrections", tag = "staff", extensions(("x-act" = json!(Act::CorrectCase))),
    request_body = Correcting,
    params(("id" = i64, Path, description = "The case's id"), ("If-Match" = Option<String>, Header, description = "The ETag of the case that was seen")),
    responses((status = 200, body = Correction, description = "What differs; made, unless it was only tried"), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "The case is finished, or it, the boundaries or the rules are not as they were seen"),
        (status = 422, body = Problem, description = "No such service, a place that is not served, or nothing would change")))]
pub(super) async fn correct(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<i64>,
    asked: HttpRequest,
    given: web::Json<Correcting>,
) -> Result<HttpResponse> {
    let Correcting { place, service, dry_run, version, routing } = given.into_inner();
    let place = place.map(|Pin { lon, lat }| Point::new(lon, lat)).transpose().map_err(|e| Error::invalid("place", e.to_string()))?;
    let version = if version.is_some() { version } else { if_match(&asked)? };
    let wish = Wish { place, service, version, routing };
    let correction = correction::correct(&app.filing, staff.0, *id, wish, dry_run).await?;
    Ok(tagged(correction.version, &correction))
}

/// A note.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Writing {
    /// The words.
    text: String,
    /// What they are about.
    #[serde(default = "progress")]
    kind: NoteKind,
    /// Whether residents read them.
    #[serde(default)]
    public: bool,
}

fn progress() -> NoteKind {
    NoteKind::Progress
}

/// A note that was written.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Written {
    /// Its id.
    id: i64,
    /// When, epoch milliseconds.
    created_at: i64,
    /// What it is about.
    kind: NoteKind,
    /// Whether residents read it.
    public: bool,
    /// The words as they were kept.
    text: String,
}

#[utoipa::path(post, path = "/api/cases/{id}/notes", tag = "staff", extensions(("x-act" = json!(Act::WriteNote))), request_body = Writing,
    params(("id" = i64, Path, description = "The case's id")),
    responses((status = 201, body = Written), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn write_note(app: web::Data<App>, staff: Staff, id: web::Path<i64>, given: web::Json<Writing>) -> Result<HttpResponse> {
    let Writing { text, kind, public } = given.into_inner();
    let note = NewNote::new("text", &text, kind, public, app.config.limits.description)?;
    let (who, case, now, kept) = (staff.0, *id, app.clock.now(), note.clone());
    let id = app.db.write(async move |tx| notes::write(tx, &who, case, &kept, now).await).await?;
    Ok(HttpResponse::Created().insert_header(PRIVATE).json(Written { id, created_at: now, kind, public, text: note.text }))
}

#[utoipa::path(get, path = "/api/cases/{id}/timeline", tag = "staff", extensions(("x-act" = json!(Act::SeeCase))), params(("id" = i64, Path, description = "The case's id")),
    responses((status = 200, body = Vec<Entry>), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn story(app: web::Data<App>, staff: Staff, id: web::Path<i64>) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(timeline::timeline(&app.db, &staff.0, *id).await?))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/cases").route(web::get().to(list)))
        .service(web::resource("/cases/{id}").route(web::get().to(one)))
        .service(web::resource("/cases/{id}/corrections").route(web::post().to(correct)))
        .service(web::resource("/cases/{id}/moves").route(web::post().to(make_move)))
        .service(web::resource("/cases/{id}/notes").route(web::post().to(write_note)))
        .service(web::resource("/cases/{id}/timeline").route(web::get().to(story)));
}
