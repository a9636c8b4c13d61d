//! `/api/cases/{id}/assignment`, `take` and `release`: whose a case is. `/api/teams`: how teams hand out their work.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Deserializer};

use super::PRIVATE;
use super::version::{if_match, tagged};
use crate::app::App;
use crate::cases::assignment::{self, Crew, Given, TeamSetting, TeamWish, Wish};
use crate::cases::notes::{NewNote, NoteKind};
use crate::error::{Error, Result};
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::people::policy::Act;

/// Whose people are asked for.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Of {
    /// Code of a team; the case's own unless asked otherwise.
    team: Option<String>,
}

#[utoipa::path(get, path = "/api/cases/{id}/crew", tag = "staff", extensions(("x-act" = json!(Act::AssignCase))),
    params(("id" = i64, Path, description = "The case's id"), Of), description = "To whom the case can be given.",
    responses((status = 200, body = Crew), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn crew(app: web::Data<App>, staff: Staff, id: web::Path<i64>, of: web::Query<Of>) -> Result<HttpResponse> {
    let crew = assignment::crew(&app.db, &staff.0, *id, of.team.as_deref(), app.clock.now()).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(crew))
}

/// To whom a case is given.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assignment {
    /// Code of the team; as it is, if left out.
    team: Option<String>,
    /// Id of a member of that team; null is nobody. Left out: as it is, or with another team as that team hands out its work.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<i64>)]
    member: Option<Option<i64>>,
    /// Why; demanded where somebody has the case already, and kept as a note that residents do not see.
    reason: Option<String>,
    /// The version of the case that was seen.
    version: Option<i64>,
}

#[utoipa::path(post, path = "/api/cases/{id}/assignment", tag = "staff", extensions(("x-act" = json!(Act::AssignCase))), request_body = Assignment,
    params(("id" = i64, Path, description = "The case's id")),
    responses((status = 200, body = Given), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is theirs already, it is finished, or somebody else changed it meanwhile"),
        (status = 422, body = Problem)))]
pub(super) async fn give(app: web::Data<App>, staff: Staff, id: web::Path<i64>, given: web::Json<Assignment>) -> Result<HttpResponse> {
    let Assignment { team, member, reason, version } = given.into_inner();
    let reason = reason.filter(|words| !words.trim().is_empty());
    let note = |words: String| NewNote::new("reason", &words, NoteKind::Internal, false, app.config.limits.description);
    let wish = Wish { team, member, reason: reason.map(note).transpose()?, version };
    let (who, case, now) = (staff.0, *id, app.clock.now());
    let given = app.db.write(async move |tx| assignment::give(tx, &who, case, &wish, now).await).await?;
    Ok(tagged(given.version, &given))
}

/// Tells null, which is an answer, from what is left out.
fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::<i64>::deserialize(from).map(Some)
}

/// What was seen.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SeenCase)]
pub(super) struct Seen {
    /// The version of the case that was seen.
    version: Option<i64>,
}

#[utoipa::path(post, path = "/api/cases/{id}/take", tag = "staff", extensions(("x-act" = json!(Act::MoveCase))), request_body = Seen,
    params(("id" = i64, Path, description = "The case's id")), description = "Takes a case that nobody has.",
    responses((status = 200, body = Given), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "Somebody has it, it is finished, or somebody else changed it meanwhile")))]
pub(super) async fn take(app: web::Data<App>, staff: Staff, id: web::Path<i64>, seen: web::Json<Seen>) -> Result<HttpResponse> {
    let (who, case, version, now) = (staff.0, *id, seen.version, app.clock.now());
    let given = app.db.write(async move |tx| assignment::take(tx, &who, case, version, now).await).await?;
    Ok(tagged(given.version, &given))
}

#[utoipa::path(post, path = "/api/cases/{id}/release", tag = "staff", extensions(("x-act" = json!(Act::MoveCase))), request_body = Seen,
    params(("id" = i64, Path, description = "The case's id")), description = "Puts a case that one has back into the queue.",
    responses((status = 200, body = Given), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "It is not the asker's, it is finished, or somebody else changed it meanwhile")))]
pub(super) async fn release(app: web::Data<App>, staff: Staff, id: web::Path<i64>, seen: web::Json<Seen>) -> Result<HttpResponse> {
    let (who, case, version, now) = (staff.0, *id, seen.version, app.clock.now());
    let given = app.db.write(async move |tx| assignment::release(tx, &who, case, version, now).await).await?;
    Ok(tagged(given.version, &given))
}

#[utoipa::path(get, path = "/api/teams", tag = "staff", extensions(("x-act" = json!(Act::EditTeams))),
    description = "The teams that the asker may set: how they hand out work, what their people know, who is away.",
    responses((status = 200, body = Vec<TeamSetting>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn teams(app: web::Data<App>, staff: Staff) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(assignment::teams(&app.db, &staff.0, app.clock.now()).await?))
}

#[utoipa::path(put, path = "/api/teams/{code}", tag = "staff", extensions(("x-act" = json!(Act::EditTeams))), request_body = TeamWish,
    params(("code" = String, Path, description = "Code of the team"),
        ("If-Match" = String, Header, description = "The version of the team that was seen, as an ETag; `*` to change whatever there is")),
    responses((status = 200, body = TeamSetting), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 412, body = Problem, description = "Somebody else changed it meanwhile"), (status = 422, body = Problem)))]
pub(super) async fn set(
    app: web::Data<App>,
    staff: Staff,
    code: web::Path<String>,
    asked: HttpRequest,
    wish: web::Json<TeamWish>,
) -> Result<HttpResponse> {
    let (who, seen, now, wish, named) = (staff.0.clone(), if_match(&asked)?, app.clock.now(), wish.into_inner(), code.clone());
    app.db.write(async move |tx| assignment::put(tx, &who, &named, &wish, seen, now).await).await?;
    let all = assignment::teams(&app.db, &staff.0, now).await?;
    let team = all.into_iter().find(|team| team.code == *code).ok_or(Error::NotFound("team"))?;
    Ok(tagged(team.version, &team))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/cases/{id}/crew").route(web::get().to(crew)))
        .service(web::resource("/cases/{id}/assignment").route(web::post().to(give)))
        .service(web::resource("/cases/{id}/take").route(web::post().to(take)))
        .service(web::resource("/cases/{id}/release").route(web::post().to(release)))
        .service(web::resource("/teams").route(web::get().to(teams)))
        .service(web::resource("/teams/{code}").route(web::put().to(set)));
}
