//! `/api/my`: residents ask for a code, enter it, and see their own requests.
//!
//! Nothing here tells whether anything was filed with an address: asking is answered 202 in any case.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

use super::PRIVATE;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::auth::{self, RESIDENT, RESIDENT_CODE};
use crate::http::{Problem, client_address};
use crate::notices::Channel;
use crate::people::policy::{Act, On, Who, may};
use crate::people::residents::Proved;
use crate::requests::{self, MyRequests};

/// Whoever proved an address or telephone to be theirs; whoever did not gets 401.
struct Resident(Proved);

impl FromRequest for Resident {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Resident>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = auth::app(&request)?;
            let Some(token) = auth::token(&request, &app, RESIDENT) else { return Err(Error::Unauthorized("Ask for a code first.")) };
            let proved = app.residents.who(&app.db, &token, app.clock.now()).await?;
            let proved = proved.filter(|_| may(&Who::Contact, Act::SeeOwnRequests, &On::default()));
            proved.map(Resident).ok_or(Error::Unauthorized("This took too long. Ask for another code."))
        })
    }
}

/// Where to send a code: one of the two.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Asking {
    /// A mail address.
    email: Option<String>,
    /// A telephone number.
    phone: Option<String>,
    /// BCP 47 tag of the language to write in.
    #[serde(default)]
    language: String,
}

/// Until when a code or a session can be used.
#[derive(Serialize, utoipa::ToSchema)]
struct Until {
    /// Epoch milliseconds.
    expires_at: i64,
}

#[utoipa::path(post, path = "/api/my/code", tag = "public", extensions(("x-act" = json!(Act::SignIn))), request_body = Asking,
    description = "Sends a code to a mail address or telephone that requests were filed with. The answer is the same if none were. \
        The code can be entered only by the browser that asked, which a cookie tells.",
    responses((status = 202, body = Until), (status = 403, body = Problem),
        (status = 409, body = Problem, description = "This server sends no such messages"), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
async fn code(app: web::Data<App>, asked: HttpRequest, given: web::Json<Asking>) -> Result<HttpResponse> {
    auth::from_here(&asked, &app)?;
    let Asking { email, phone, language } = given.into_inner();
    let (channel, to) = match (email, phone) {
        (Some(email), None) => (Channel::Mail, email),
        (None, Some(phone)) => (Channel::Sms, phone),
        _ => return Err(Error::invalid("email", "or phone must be given, and not both.")),
    };
    let (now, before) = (app.clock.now(), auth::token(&asked, &app, RESIDENT_CODE));
    let address = client_address(&asked).map(|client| client.grouped());
    let handed = app.residents.ask(&app.db, &app.notices, channel, &to, &language, address, before.as_deref(), now).await?;
    let cookie = auth::cookie(&app, RESIDENT_CODE, &handed.token, (handed.expires_at - now) / 1000);
    Ok(HttpResponse::Accepted().cookie(cookie).insert_header(PRIVATE).json(Until { expires_at: handed.expires_at }))
}

/// A code that was received.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Entered {
    /// The code; blanks and hyphens do not count.
    code: String,
}

#[utoipa::path(post, path = "/api/my/session", tag = "public", extensions(("x-act" = json!(Act::SignIn))), request_body = Entered,
    description = "Begins a session of the resident to whose address the code was sent; a code works once, in the browser that asked for it.",
    responses((status = 200, body = Until), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
async fn begin(app: web::Data<App>, asked: HttpRequest, given: web::Json<Entered>) -> Result<HttpResponse> {
    auth::from_here(&asked, &app)?;
    let browser = auth::token(&asked, &app, RESIDENT_CODE).ok_or(Error::Unauthorized("Ask for a code in this browser first."))?;
    let now = app.clock.now();
    let address = client_address(&asked).map(|client| client.grouped());
    let handed = app.residents.enter(&app.db, &browser, &given.code, address, now).await?;
    if let Some(before) = auth::token(&asked, &app, RESIDENT) {
        app.residents.end(&app.db, &before).await?;
    }
    let session = auth::cookie(&app, RESIDENT, &handed.token, (handed.expires_at - now) / 1000);
    let answer = Until { expires_at: handed.expires_at };
    Ok(HttpResponse::Ok().cookie(session).cookie(auth::cookie(&app, RESIDENT_CODE, "", 0)).insert_header(PRIVATE).json(answer))
}

#[utoipa::path(delete, path = "/api/my/session", tag = "public", extensions(("x-act" = json!(Act::SignIn))), responses((status = 204), (status = 403, body = Problem)))]
async fn end(app: web::Data<App>, asked: HttpRequest) -> Result<HttpResponse> {
    auth::from_here(&asked, &app)?;
    if let Some(token) = auth::token(&asked, &app, RESIDENT) {
        app.residents.end(&app.db, &token).await?;
    }
    Ok(HttpResponse::NoContent().cookie(auth::cookie(&app, RESIDENT, "", 0)).finish())
}

/// Which page of them.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// The `next` of the page before.
    before: Option<String>,
}

#[utoipa::path(get, path = "/api/my/requests", tag = "public", extensions(("x-act" = json!(Act::SeeOwnRequests))), params(Wanted),
    description = "The requests that were filed with the address or telephone of the session, newest first, each with the token to act for it.",
    responses((status = 200, body = MyRequests), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn list(app: web::Data<App>, resident: Resident, wanted: web::Query<Wanted>) -> Result<HttpResponse> {
    let page = requests::mine(&app.db, &app.notices, &app.follow, &resident.0, wanted.before.as_deref(), app.config.limits.page).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(page))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/my/code").route(web::post().to(code)))
        .service(web::resource("/my/session").route(web::post().to(begin)).route(web::delete().to(end)))
        .service(web::resource("/my/requests").route(web::get().to(list)));
}
