//! `/api/invitations`: whom an invitation is for, and accepting it. The token goes in the body, where no log of addresses
//! keeps it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::error::Result;
use crate::http::Problem;
use crate::http::auth;
use crate::people::invitations::{self, Invitee};
use crate::people::policy::Act;

/// An invitation.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Invitation {
    /// The token of its link.
    token: String,
}

#[utoipa::path(post, path = "/api/invitations", tag = "public", extensions(("x-act" = json!(Act::SignIn))), request_body = Invitation,
    description = "Whom an invitation is for, while it can be accepted. Nothing is used up.",
    responses((status = 200, body = Invitee), (status = 401, body = Problem, description = "Used already, too old, or replaced by another")))]
async fn look(app: web::Data<App>, given: web::Json<Invitation>) -> Result<HttpResponse> {
    let invitee = invitations::look(&app.db, &given.token, app.clock.now()).await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(invitee))
}

/// A name and a password of one's own.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Accepted {
    /// The token of the invitation's link.
    token: String,
    /// The name that colleagues see.
    name: String,
    /// The password.
    password: String,
}

#[utoipa::path(post, path = "/api/invitations/accept", tag = "public", extensions(("x-act" = json!(Act::SignIn))), request_body = Accepted,
    description = "Accepts an invitation, once. The member then signs in with the mail address and the password; nobody is signed in by this.",
    responses((status = 204), (status = 401, body = Problem, description = "Used already, too old, or replaced by another"),
        (status = 403, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn accept(app: web::Data<App>, asked: HttpRequest, given: web::Json<Accepted>) -> Result<HttpResponse> {
    auth::from_here(&asked, &app)?;
    let Accepted { token, name, password } = given.into_inner();
    invitations::accept(&app.db, app.sessions.passwords(), &token, &name, password, app.clock.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/invitations").route(web::post().to(look)))
        .service(web::resource("/invitations/accept").route(web::post().to(accept)));
}
