//! `/api/account`: what a person sees and changes of the own sign-in. Everything here is also open to somebody who must set up
//! a second factor first.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Problem;
use crate::http::auth::{self, Own};
use crate::people::policy::Act;
use crate::people::sessions::second_factor::Enrolment;
use crate::people::sessions::{Account, Entry};

/// The password once more.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordAgain {
    /// The password that is in use.
    password: String,
}

/// A password in the place of another.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    /// The password that is in use.
    old: String,
    /// The one to come: 12 to 128 characters that are not easy to guess.
    new: String,
}

/// A code of the authenticator.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FactorCode {
    /// Six digits.
    code: String,
}

/// Recovery codes, shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RecoveryCodes {
    /// Ten codes, each good once in the place of the second factor.
    recovery_codes: Vec<String>,
}

/// Where somebody is signed in.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct SessionList {
    /// The sessions, the one used last first.
    sessions: Vec<OwnSession>,
}

/// One session.
#[derive(Serialize, utoipa::ToSchema)]
struct OwnSession {
    #[serde(flatten)]
    entry: Entry,
    /// Whether it is the one that asks.
    current: bool,
}

/// How one signs in.
#[utoipa::path(get, path = "/api/account", tag = "staff", extensions(("x-act" = json!(Act::KeepOwnAccount))), responses((status = 200, body = Account), (status = 401, body = Problem)))]
pub(super) async fn own(app: web::Data<App>, own: Own) -> Result<HttpResponse> {
    let account = app.sessions.account(&app.db, &own.0).await?;
    Ok(unkept(HttpResponse::Ok()).json(account))
}

/// Change the password.
///
/// Every other session ends; this one gets a new token. 422 names `old` if it is not the password, and `new` if that is too
/// short, too long or easy to guess, with what would be better. 409 for somebody without a password here.
#[utoipa::path(put, path = "/api/account/password", tag = "staff", extensions(("x-act" = json!(Act::KeepOwnAccount))), request_body = NewPassword,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn change_password(
    app: web::Data<App>,
    own: Own,
    asked: HttpRequest,
    given: web::Json<NewPassword>,
) -> Result<HttpResponse> {
    let NewPassword { old, new } = given.into_inner();
    let begun = app.sessions.change_password(&app.db, &own.0, old, new, &auth::from(&asked), app.clock.now()).await?;
    Ok(HttpResponse::NoContent().cookie(auth::session_cookie(&app, &begun)).finish())
}

/// Begin to set up a second factor.
///
/// The secret is shown this once, and does not count before `PUT` has seen a code of it. 409 if there is a second factor.
#[utoipa::path(post, path = "/api/account/second-factor", tag = "staff", extensions(("x-act" = json!(Act::KeepOwnAccount))), request_body = PasswordAgain,
    responses((status = 201, body = Enrolment), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn start_second_factor(
    app: web::Data<App>,
    own: Own,
    asked: HttpRequest,
    given: web::Json<PasswordAgain>,
) -> Result<HttpResponse> {
    let password = given.into_inner().password;
    let enrolment = app.sessions.start_second_factor(&app.db, &own.0, password, &auth::from(&asked), app.clock.now()).await?;
    Ok(unkept(HttpResponse::Created()).json(enrolment))
}

/// Make the second factor count.
///
/// Every other session ends; this one gets a new token. The recovery codes are shown this once. 422 if the code is wrong, 409 if
/// nothing is being set up.
#[utoipa::path(put, path = "/api/account/second-factor", tag = "staff", extensions(("x-act" = json!(Act::KeepOwnAccount))), request_body = FactorCode,
    responses((status = 200, body = RecoveryCodes), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn confirm_second_factor(
    app: web::Data<App>,
    own: Own,
    asked: HttpRequest,
    given: web::Json<FactorCode>,
) -> Result<HttpResponse> {
    let code = given.into_inner().code;
    let (begun, recovery_codes) = app.sessions.confirm_second_factor(&app.db, &own.0, code, &auth::from(&asked), app.clock.now()).await?;
    Ok(unkept(HttpResponse::Ok()).cookie(auth::session_cookie(&app, &begun)).json(RecoveryCodes { recovery_codes }))
}

/// Remove the second factor, with its recovery codes.
///
/// 409 if one's role demands it, 404 if there is none.
#[utoipa::path(post, path = "/api/account/second-factor/removal", tag = "staff", extensions(("x-act" = json!(Act::KeepOwnAccount))), request_body = PasswordAgain,
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn remove_second_factor(
    app: web::Data<App>,
    own: Own,
    asked: HttpRequest,
    given: web::Json<PasswordAgain>,
) -> Result<HttpResponse> {
    let password = given.into_inner().password;
    let begun = app.sessions.remove_second_factor(&app.db, &own.0, password, &auth::from(&asked), app.clock.now()).await?;
    Ok(HttpResponse::NoContent().cookie(auth::session_cookie(&app, &begun)).finish())
}

/// Make new recovery codes in the place of the old ones.
///
/// 409 without a second factor.
#[utoipa::path(post, path = "/api/account/recovery-codes", tag = "staff", extensions(("x-act" = json!(Act::KeepOwnAccount))), request_body = PasswordAgain,
    responses((status = 200, body = RecoveryCodes), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn renew_recovery_codes(
    app: web::Data<App>,
    own: Own,
    asked: HttpRequest,
    given: web::Json<PasswordAgain>,
) -> Result<HttpResponse> {
    let password = given.into_inner().password;
    let recovery_codes = app.sessions.renew_recovery_codes(&app.db, &own.0, password, &auth::from(&asked), app.clock.now()).await?;
    Ok(unkept(HttpResponse::Ok()).json(RecoveryCodes { recovery_codes }))
}

/// Where one is signed in.
#[utoipa::path(get, path = "/api/account/sessions", tag = "staff", extensions(("x-act" = json!(Act::KeepOwnAccount))), responses((status = 200, body = SessionList), (status = 401, body = Problem)))]
pub(super) async fn sessions(app: web::Data<App>, own: Own) -> Result<HttpResponse> {
    let list = app.sessions.of(&app.db, own.0.member, app.clock.now()).await?;
    let sessions = list.into_iter().map(|entry| OwnSession { current: entry.id == own.0.session, entry }).collect();
    Ok(unkept(HttpResponse::Ok()).json(SessionList { sessions }))
}

/// End one session.
///
/// 404 for a session of somebody else.
#[utoipa::path(delete, path = "/api/account/sessions/{id}", tag = "staff", extensions(("x-act" = json!(Act::KeepOwnAccount))), params(("id" = i64, Path, description = "The session")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn end_session(app: web::Data<App>, own: Own, id: web::Path<String>) -> Result<HttpResponse> {
    let session = id.parse().map_err(|_| Error::NotFound("session"))?;
    app.sessions.end(&app.db, own.0.member, session).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End every session but the one that asks.
#[utoipa::path(delete, path = "/api/account/sessions", tag = "staff", extensions(("x-act" = json!(Act::KeepOwnAccount))),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn end_others(app: web::Data<App>, own: Own) -> Result<HttpResponse> {
    app.sessions.end_others(&app.db, &own.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// An answer that nobody on the way keeps.
fn unkept(mut answer: HttpResponseBuilder) -> HttpResponseBuilder {
    answer.insert_header(("cache-control", "no-store"));
    answer
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let factor =
        web::resource("/account/second-factor").route(web::post().to(start_second_factor)).route(web::put().to(confirm_second_factor));
    cfg.service(web::resource("/account").route(web::get().to(own)))
        .service(web::resource("/account/password").route(web::put().to(change_password)))
        .service(factor)
        .service(web::resource("/account/second-factor/removal").route(web::post().to(remove_second_factor)))
        .service(web::resource("/account/recovery-codes").route(web::post().to(renew_recovery_codes)))
        .service(web::resource("/account/sessions").route(web::get().to(sessions)).route(web::delete().to(end_others)))
        .service(web::resource("/account/sessions/{id}").route(web::delete().to(end_session)));
}
