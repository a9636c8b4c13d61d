//! `/api/session/oidc`: to the provider of identities and back. Both are pages of a browser's way, so that what goes wrong is
//! told by the page of the sign-in, which says it in words and still offers the password.

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::Deserialize;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Problem;
use crate::http::auth::{self, FLOW, PENDING, SESSION};
use crate::people::policy::Act;
use crate::people::provider::{Answer, Arrival, Provider, explained};

/// Where to.
#[derive(Deserialize, utoipa::IntoParams)]
pub(super) struct Wanted {
    /// The path of this site to come back to; anything else becomes the desk.
    #[serde(default)]
    to: String,
}

fn provider(app: &App) -> Result<&Provider> {
    app.provider.as_ref().ok_or(Error::NotFound("provider of identities"))
}

fn see(path: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((LOCATION, path)).insert_header(("cache-control", "no-store"));
    answer
}

/// Go to the provider of identities.
///
/// 303 to the provider, with a cookie that binds the answer to this browser; 303 to the desk with `sign_in=unreachable` if the
/// provider cannot be asked; 404 where there is none.
#[utoipa::path(get, path = "/api/session/oidc", tag = "staff", extensions(("x-act" = json!(Act::SignIn))), params(Wanted),
    responses((status = 303, description = "To the provider's page, or to ours that says why not"), (status = 404, body = Problem)))]
pub(super) async fn depart(app: web::Data<App>, wanted: web::Query<Wanted>) -> Result<HttpResponse> {
    match provider(&app)?.depart(&wanted.to, app.clock.now()).await {
        Ok(way) => Ok(see(&way.url).cookie(auth::cookie(&app, FLOW, &way.sealed, way.seconds)).finish()),
        Err(why) => Ok(see(&explained("/desk", why)).finish()),
    }
}

/// Come back from the provider of identities.
///
/// 303 to the path that was asked for, with a session; or without one and with `sign_in=` and why: `unreachable`, `stale`,
/// `declined`, `untrusted`, `unknown` or `roleless`. 429 after too many of them from one address.
#[utoipa::path(get, path = "/api/session/oidc/callback", tag = "staff", extensions(("x-act" = json!(Act::SignIn))),
    params(("code" = Option<String>, Query, description = "What tokens are given for"), ("state" = Option<String>, Query, description = "What the browser set out with"),
        ("error" = Option<String>, Query, description = "Why the provider declined"), ("iss" = Option<String>, Query, description = "Who answers")),
    responses((status = 303, description = "To a page of ours"), (status = 404, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn arrive(app: web::Data<App>, asked: HttpRequest, answer: web::Query<Answer>) -> Result<HttpResponse> {
    let kept = auth::token(&asked, &app, FLOW);
    let before = auth::token(&asked, &app, SESSION);
    let (from, now) = (auth::from(&asked), app.clock.now());
    let arrival =
        provider(&app)?.arrive(&app.db, app.sessions.longest_ms(), kept.as_deref(), &answer, &from, before.as_deref(), now).await?;
    let mut said = match &arrival {
        Arrival::In(begun, to) => {
            let mut said = see(to);
            said.cookie(auth::session_cookie(&app, begun)).cookie(auth::cookie(&app, PENDING, "", 0));
            said
        }
        Arrival::Out(why, to) => see(&explained(to, *why)),
    };
    Ok(said.cookie(auth::cookie(&app, FLOW, "", 0)).finish())
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/session/oidc").route(web::get().to(depart)))
        .service(web::resource("/session/oidc/callback").route(web::get().to(arrive)));
}
