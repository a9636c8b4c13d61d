//! Who is asking: the session cookie or a machine's key, and whether a change was sent by our own pages.
//!
//! It says who, and leaves what they may do to `people::policy`. Against forged requests: the cookie is `SameSite=Lax`, what
//! changes something takes JSON alone (which another site's form cannot send), and a browser must say that it comes from
//! here, by `Sec-Fetch-Site` or, where that is missing, by `Origin`. Every browser sends one of the two with what it was made
//! to send by a page; a program that is no browser sends neither, and has no cookie that anybody else could use.

use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use url::Url;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::client_address;
use crate::people::keys::{self, Good};
use crate::people::policy::{Act, On, Who, may};
use crate::people::sessions::{Begun, From, Present};

/// A cookie of ours: its name, and where the site is https its name with the prefix that makes browsers insist on what
/// [`cookie`] says.
#[derive(Clone, Copy)]
pub struct Name(&'static str, &'static str);

/// The session's token.
pub const SESSION: Name = Name("waymark_session", "__Host-waymark_session");
/// The secret of a sign-in that waits for its second factor.
pub const PENDING: Name = Name("waymark_pending", "__Host-waymark_pending");

/// What a sign-in at the provider of identities needs to come back.
pub const FLOW: Name = Name("waymark_flow", "__Host-waymark_flow");
/// The token of a resident's session.
pub const RESIDENT: Name = Name("waymark_my", "__Host-waymark_my");
/// What binds a resident's code to the browser that asked for it.
pub const RESIDENT_CODE: Name = Name("waymark_my_code", "__Host-waymark_my_code");

/// Somebody on staff who is signed in, or a machine that acts with a role of staff; whoever is neither gets 401.
pub struct Staff(pub Who);

/// Somebody on staff at the own account: also who must set up a second factor before anything else.
pub struct Own(pub Rc<Present>);

/// What is said to somebody who must set up a second factor first.
pub const MUST_ENROL: Error = Error::Forbidden("do anything else before you have set up a second factor under /settings/account");

/// The token that takes the place of the one this request came with; [`renewed`] hands it on.
struct Renewed(Begun);

/// The machine that this request's key is of.
struct Machine(Who);

/// Whoever it is; nobody is refused, except a signed-in browser that another site sent.
pub struct Visitor(pub Who);

impl FromRequest for Visitor {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Visitor>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            if let Some(machine) = machine(&request).await? {
                return Ok(Visitor(machine));
            }
            // What strangers see too may be kept by others on the way: its answers carry no cookie.
            let present = present(&request, false).await?.filter(|present| !present.must_enrol);
            Ok(Visitor(present.map_or(Who::Anyone, |present| present.who.clone())))
        })
    }
}

impl FromRequest for Staff {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Staff>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            // A key too, where the gate let it through: it acts with a role that changes nothing.
            if let Some(machine) = machine(&request).await? {
                return Ok(Staff(machine));
            }
            match who(&request).await? {
                Some(present) if present.must_enrol => Err(MUST_ENROL),
                Some(present) => Ok(Staff(present.who.clone())),
                None => Err(Error::Unauthorized("Sign in first.")),
            }
        })
    }
}

impl FromRequest for Own {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Own>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let present = who(&request).await?.ok_or(Error::Unauthorized("Sign in first."))?;
            if !may(&present.who, Act::KeepOwnAccount, &On::default()) {
                return Err(Error::Forbidden("change this account"));
            }
            Ok(Own(present))
        })
    }
}

/// Who asks; looked up once, however many ask for it on the way.
pub async fn who(request: &HttpRequest) -> Result<Option<Rc<Present>>> {
    if let Some(known) = request.extensions().get::<Rc<Present>>() {
        return Ok(Some(known.clone()));
    }
    present(request, true).await
}

async fn present(request: &HttpRequest, renew: bool) -> Result<Option<Rc<Present>>> {
    let app = app(request)?;
    let Some(token) = token(request, &app, SESSION) else { return Ok(None) };
    from_here(request, &app)?;
    let mut present = app.sessions.present(&app.db, &token, renew, app.clock.now()).await?;
    if let Some(renewed) = present.as_mut().and_then(|present| present.renewed.take()) {
        request.extensions_mut().insert(Renewed(renewed));
    }
    let present = present.map(Rc::new);
    if let Some(present) = &present {
        request.extensions_mut().insert(present.clone());
    }
    Ok(present)
}

/// Hands a renewed token to the browser, unless the handler has given it another or taken it away.
pub async fn renewed<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    let mut answer = next.call(request).await?;
    let renewed = answer.request().extensions_mut().remove::<Renewed>();
    let Some(Renewed(begun)) = renewed else { return Ok(answer) };
    let app = app(answer.request())?;
    let given = answer.response().cookies().any(|cookie| cookie.name() == name(&app, SESSION));
    if !given {
        let cookie = session_cookie(&app, &begun);
        answer.response_mut().add_cookie(&cookie).map_err(Error::internal)?;
        answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(answer)
}

/// Where a request comes from: the address that sign-ins are counted by, and the browser as the list of sessions names it.
pub fn from(request: &HttpRequest) -> From {
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    From { address: client_address(request).map(|client| client.grouped()), agent: agent.to_owned() }
}

/// The key that a machine sent as `Authorization: Bearer` or as `X-API-Key`.
pub fn key(request: &HttpRequest) -> Option<String> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let bearer = header(header::AUTHORIZATION.as_str()).and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
    });
    bearer.or_else(|| header("x-api-key")).filter(|key| !key.is_empty()).map(str::to_owned)
}

/// A machine that sent a key, if one did; looked up once.
pub async fn machine(request: &HttpRequest) -> Result<Option<Who>> {
    let Some(key) = key(request) else { return Ok(None) };
    if let Some(Machine(who)) = request.extensions().get::<Machine>() {
        return Ok(Some(who.clone()));
    }
    let app = app(request)?;
    let good = check_key(&app, request, &key).await?.ok_or(Error::Unauthorized("This key is not valid, or not any more."))?;
    request.extensions_mut().insert(Machine(good.who.clone()));
    Ok(Some(good.who))
}

/// What a text opens as a key, and one taken from what the key may ask.
pub async fn check_key(app: &App, request: &HttpRequest, key: &str) -> Result<Option<Good>> {
    let from = client_address(request).map(|client| client.network.to_string()).unwrap_or_default();
    let good = keys::check(&app.db, key, &from, app.clock.now()).await?;
    if let Some(good) = &good {
        app.rates.take_key(good.id, good.per_minute)?;
    }
    Ok(good)
}

/// The application that a request is answered by.
pub fn app(request: &HttpRequest) -> Result<web::Data<App>> {
    request.app_data::<web::Data<App>>().cloned().ok_or_else(|| Error::internal("the application is not among the server's data"))
}

/// The secret of one of our cookies that the browser sent.
pub fn token(request: &HttpRequest, app: &App, cookie: Name) -> Option<String> {
    request.cookie(name(app, cookie)).map(|cookie| cookie.value().to_owned()).filter(|token| !token.is_empty())
}

/// Refuses a change that another site made a browser send.
pub fn from_here(request: &HttpRequest, app: &App) -> Result<()> {
    if request.method().is_safe() {
        return Ok(());
    }
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let host = header(header::HOST.as_str()).unwrap_or_default();
    let here = match (header("sec-fetch-site"), header(header::ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => same_origin(origin, host, &app.config.public_url()),
        (None, None) => true,
    };
    if here { Ok(()) } else { Err(Error::Forbidden("do this from another site")) }
}

/// Whether an origin is the address people see, or the one that this request was sent to.
fn same_origin(origin: &str, host: &str, public: &str) -> bool {
    let Ok(origin) = Url::parse(origin) else { return false };
    if Url::parse(public).is_ok_and(|public| public.origin() == origin.origin()) {
        return true;
    }
    // The scheme is not known behind a proxy that ends TLS; host and port are.
    let asked = Url::parse(&format!("{}://{host}", origin.scheme()));
    asked.is_ok_and(|asked| asked.host().is_some() && asked.origin() == origin.origin())
}

/// A cookie that ends in so many seconds at the latest; 0 takes it away.
pub fn cookie(app: &App, which: Name, secret: &str, seconds: i64) -> Cookie<'static> {
    Cookie::build(name(app, which), secret.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure(app))
        .max_age(Duration::seconds(seconds))
        .finish()
}

/// The cookie of a session that was just begun or renewed.
pub fn session_cookie(app: &App, begun: &Begun) -> Cookie<'static> {
    cookie(app, SESSION, &begun.token, (begun.expires_at - app.clock.now()) / 1000)
}

fn name(app: &App, Name(plain, https): Name) -> &'static str {
    if secure(app) { https } else { plain }
}

fn secure(app: &App) -> bool {
    app.config.public_url().starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::same_origin;

    #[test]
    fn a_page_of_ours_has_our_origin() {
        let public = "https://311.city.example";
        assert!(same_origin("https://311.city.example", "10.0.0.7:8311", public));
        assert!(same_origin("http://10.0.0.7:8311", "10.0.0.7:8311", public));
        assert!(same_origin("https://localhost", "localhost", public));
        let others = [
            "null",
            "",
            "https://evil.example",
            "http://311.city.example",
            "https://311.city.example.evil.example",
            "https://311.city.example:444",
        ];
        for other in others {
            assert!(!same_origin(other, "10.0.0.7:8311", public), "{other}");
        }
        assert!(!same_origin("http://localhost:3000", "localhost:8311", public));
        assert!(!same_origin("file://", "", public));
    }
}
