//! `/api/password`: a member who forgot it asks for a link by mail and chooses another one. The token goes in the body.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::error::Result;
use crate::http::auth;
use crate::http::{Problem, client_address};
use crate::people::policy::Act;

/// Whose password is forgotten.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Forgotten {
    /// The mail address, in any case.
    email: String,
    /// BCP 47 tag of the language to write in.
    #[serde(default)]
    language: String,
}

#[utoipa::path(post, path = "/api/password/forgot", tag = "public", extensions(("x-act" = json!(Act::SignIn))), request_body = Forgotten,
    description = "Sends a link by mail, if a member has this address. The answer is the same if none has.",
    responses((status = 204), (status = 403, body = Problem), (status = 409, body = Problem, description = "This server sends no mail"),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn forgot(app: web::Data<App>, asked: HttpRequest, given: web::Json<Forgotten>) -> Result<HttpResponse> {
    auth::from_here(&asked, &app)?;
    let address = client_address(&asked).map(|client| client.grouped());
    let minutes = app.config.limits.reset_minutes;
    app.resets.ask(&app.db, &app.notices, &given.email, &given.language, address, minutes, app.clock.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Another password.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ChosenPassword)]
#[serde(deny_unknown_fields)]
struct Chosen {
    /// The token of the link.
    token: String,
    /// The password.
    password: String,
}

#[utoipa::path(post, path = "/api/password/reset", tag = "public", extensions(("x-act" = json!(Act::SignIn))), request_body = Chosen,
    description = "Sets another password by the token of a link, once; every session of the member ends. Nobody is signed in by this.",
    responses((status = 204), (status = 401, body = Problem, description = "Used already, or too old"), (status = 403, body = Problem),
        (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn reset(app: web::Data<App>, asked: HttpRequest, given: web::Json<Chosen>) -> Result<HttpResponse> {
    auth::from_here(&asked, &app)?;
    let Chosen { token, password } = given.into_inner();
    app.resets.reset(&app.db, &app.notices, app.sessions.passwords(), &token, password, app.clock.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/password/forgot").route(web::post().to(forgot)))
        .service(web::resource("/password/reset").route(web::post().to(reset)));
}
