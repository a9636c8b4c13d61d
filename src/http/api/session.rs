//! `/api/session`: staff sign in, in one step or two, see who they are, sign out.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Problem;
use crate::http::auth::{self, Own, PENDING, SESSION};
use crate::people::policy::{ACTS, Act, Who, anywhere};
use crate::people::sessions::{Begun, Method, Second, SignedIn};
use crate::people::staff::{self, Granted};

/// A mail address and a password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    /// The mail address, in any case.
    email: String,
    /// The password.
    password: String,
}

/// The second factor: one of the two.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SecondStep {
    /// The code that the authenticator shows.
    #[serde(default)]
    code: Option<String>,
    /// A recovery code, which is then used up; case and hyphens do not matter.
    #[serde(default)]
    recovery_code: Option<String>,
}

/// The password was right; the second factor is asked for.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Waiting {
    /// What comes next: `code`, by `POST /api/session/code` from the same browser.
    next: &'static str,
    /// Until when, epoch milliseconds.
    expires_at: i64,
}

/// Signed out here; the provider of identities may still know the browser.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Farewell {
    /// The provider's page that ends its own session.
    provider: String,
}

/// Who is signed in, and what they may do.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Session {
    /// The member's id.
    id: i64,
    /// The name that colleagues see.
    name: String,
    /// The mail address.
    email: String,
    /// Roles and where they hold; what is null is no limit.
    grants: Vec<Granted>,
    /// Codes of the teams.
    teams: Vec<String>,
    /// Whether a second factor must be set up before anything else is answered.
    must_enrol: bool,
    /// What the person may do to something at least, so that pages offer no more.
    acts: Vec<Act>,
}

/// What somebody on staff may do anywhere. Nobody on staff acts for a resident or a key.
fn acts(who: &Who) -> Vec<Act> {
    ACTS.into_iter().filter(|act| !matches!(act, Act::FileByKey | Act::ActOnOwnRequest) && anywhere(who, *act)).collect()
}

async fn session(app: &App, member: i64, must_enrol: bool) -> Result<Session> {
    let (name, email) = staff::name_and_email(&app.db, member).await?;
    let grants = staff::grants_of(&app.db, member).await?;
    let teams = staff::teams_of(&app.db, member).await?;
    let who = staff::who(&app.db, member).await?;
    Ok(Session { id: member, name, email, grants, teams, must_enrol, acts: acts(&who) })
}

/// The answer to whoever has just signed in.
async fn begun(app: &App, begun: &Begun) -> Result<HttpResponse> {
    let present = app.sessions.present(&app.db, &begun.token, false, app.clock.now()).await?;
    let must_enrol = present.ok_or(Error::Unauthorized("Sign in first."))?.must_enrol;
    let session = session(app, begun.member, must_enrol).await?;
    Ok(HttpResponse::Ok().cookie(auth::session_cookie(app, begun)).insert_header(("cache-control", "no-store")).json(session))
}

/// Sign in with mail address and password.
///
/// 202 where the account has a second factor: there is no session yet, and a cookie binds the second step to this browser. A
/// wrong password and an unknown address are the same 401. 429 after too many wrong ones, with `Retry-After`.
#[utoipa::path(post, path = "/api/session", tag = "staff", extensions(("x-act" = json!(Act::SignIn))), request_body = SignIn,
    responses((status = 200, body = Session), (status = 202, body = Waiting), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 429, body = Problem)))]
pub(super) async fn begin(app: web::Data<App>, asked: HttpRequest, given: web::Json<SignIn>) -> Result<HttpResponse> {
    // Also without a session: nobody shall be signed in as somebody else by a page of another site.
    auth::from_here(&asked, &app)?;
    let SignIn { email, password } = given.into_inner();
    let now = app.clock.now();
    let before = auth::token(&asked, &app, SESSION);
    match app.sessions.sign_in(&app.db, &email, password, &auth::from(&asked), before.as_deref(), now).await? {
        SignedIn::Begun(session) => begun(&app, &session).await,
        SignedIn::Pending(pending) => {
            let cookie = auth::cookie(&app, PENDING, &pending.token, (pending.expires_at - now) / 1000);
            let waiting = Waiting { next: "code", expires_at: pending.expires_at };
            Ok(HttpResponse::Accepted().cookie(cookie).insert_header(("cache-control", "no-store")).json(waiting))
        }
    }
}

/// Show the second factor.
///
/// 401 if the code is wrong or was used before; 409 if nothing waits for one in this browser: it took more than ten minutes or
/// five tries, and begins again with the password.
#[utoipa::path(post, path = "/api/session/code", tag = "staff", extensions(("x-act" = json!(Act::SignIn))), request_body = SecondStep,
    responses((status = 200, body = Session), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn second_step(app: web::Data<App>, asked: HttpRequest, given: web::Json<SecondStep>) -> Result<HttpResponse> {
    auth::from_here(&asked, &app)?;
    let second = match given.into_inner() {
        SecondStep { code: Some(code), recovery_code: None } => Second::Code(code),
        SecondStep { code: None, recovery_code: Some(code) } => Second::Recovery(code),
        _ => return Err(Error::invalid("code", "is needed, or else recovery_code, and not both")),
    };
    let pending = auth::token(&asked, &app, PENDING).unwrap_or_default();
    let before = auth::token(&asked, &app, SESSION);
    let from = auth::from(&asked);
    let session = app.sessions.second_step(&app.db, &pending, second, &from, before.as_deref(), app.clock.now()).await?;
    let mut answer = begun(&app, &session).await?;
    answer.add_cookie(&auth::cookie(&app, PENDING, "", 0)).map_err(Error::internal)?;
    Ok(answer)
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/session", tag = "staff", extensions(("x-act" = json!(Act::KeepOwnAccount))), responses((status = 200, body = Session), (status = 401, body = Problem)))]
pub(super) async fn current(app: web::Data<App>, own: Own) -> Result<HttpResponse> {
    let session = session(&app, own.0.member, own.0.must_enrol).await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(session))
}

/// Sign out.
///
/// 200 where the session was begun at the provider of identities and that has a page to end its own session, which a browser may
/// be sent to; 204 otherwise.
#[utoipa::path(delete, path = "/api/session", tag = "staff", extensions(("x-act" = json!(Act::SignIn))), 
    responses((status = 200, body = Farewell), (status = 204), (status = 403, body = Problem)))]
pub(super) async fn end(app: web::Data<App>, asked: HttpRequest) -> Result<HttpResponse> {
    auth::from_here(&asked, &app)?;
    let ended = match auth::token(&asked, &app, SESSION) {
        Some(token) => app.sessions.sign_out(&app.db, &token).await?,
        None => None,
    };
    let provider = app.provider.as_ref().filter(|_| ended == Some(Method::Provider));
    let elsewhere = match provider {
        Some(provider) => provider.leave(app.clock.now()).await,
        None => None,
    };
    let gone = auth::cookie(&app, SESSION, "", 0);
    Ok(match elsewhere {
        Some(provider) => HttpResponse::Ok().cookie(gone).json(Farewell { provider }),
        None => HttpResponse::NoContent().cookie(gone).finish(),
    })
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let resource = web::resource("/session").route(web::post().to(begin)).route(web::get().to(current)).route(web::delete().to(end));
    cfg.service(resource).service(web::resource("/session/code").route(web::post().to(second_step)));
}
