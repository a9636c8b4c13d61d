//! `/api/session`: staff sign in, see who they are, sign out.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::auth::{self, Staff};
use crate::http::{Problem, client_address};
use crate::people::policy::Act;
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
}

async fn session(app: &App, member: i64) -> Result<Session> {
    let (name, email) = staff::name_and_email(&app.db, member).await?;
    let grants = staff::grants_of(&app.db, member).await?;
    let teams = staff::teams_of(&app.db, member).await?;
    Ok(Session { id: member, name, email, grants, teams })
}

#[utoipa::path(post, path = "/api/session", tag = "staff", extensions(("x-act" = json!(Act::SignIn))), request_body = SignIn,
    responses((status = 200, body = Session), (status = 401, body = Problem), (status = 403, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn begin(app: web::Data<App>, asked: HttpRequest, given: web::Json<SignIn>) -> Result<HttpResponse> {
    // Also without a session: nobody shall be signed in as somebody else by a page of another site.
    auth::from_here(&asked, &app)?;
    let SignIn { email, password } = given.into_inner();
    let now = app.clock.now();
    let address = client_address(&asked).map(|client| client.grouped());
    let before = auth::token(&asked, &app);
    let begun = app.sessions.sign_in(&app.db, &email, password, address, before.as_deref(), now).await?;
    let cookie = auth::cookie(&app, &begun.token, (begun.expires_at - now) / 1000);
    Ok(HttpResponse::Ok().cookie(cookie).insert_header(("cache-control", "no-store")).json(session(&app, begun.member).await?))
}

#[utoipa::path(get, path = "/api/session", tag = "staff", extensions(("x-act" = json!(Act::KeepOwnAccount))), responses((status = 200, body = Session), (status = 401, body = Problem)))]
pub(super) async fn current(app: web::Data<App>, staff: Staff) -> Result<HttpResponse> {
    let member = staff.0.member().ok_or(Error::Unauthorized("Sign in first."))?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(session(&app, member).await?))
}

#[utoipa::path(delete, path = "/api/session", tag = "staff", extensions(("x-act" = json!(Act::SignIn))), responses((status = 204), (status = 403, body = Problem)))]
pub(super) async fn end(app: web::Data<App>, asked: HttpRequest) -> Result<HttpResponse> {
    auth::from_here(&asked, &app)?;
    if let Some(token) = auth::token(&asked, &app) {
        app.sessions.sign_out(&app.db, &token).await?;
    }
    Ok(HttpResponse::NoContent().cookie(auth::cookie(&app, "", 0)).finish())
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    let resource = web::resource("/session").route(web::post().to(begin)).route(web::get().to(current)).route(web::delete().to(end));
    cfg.service(resource);
}
