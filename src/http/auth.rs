//! Who is asking: the session cookie, and whether a change was sent by our own pages.
//!
//! It says who, and leaves what they may do to `people::policy`. Against forged requests: the cookie is `SameSite=Lax`, what
//! changes something takes JSON alone (which another site's form cannot send), and a browser must say that it comes from
//! here, by `Sec-Fetch-Site` or, where that is missing, by `Origin`. Every browser sends one of the two with what it was made
//! to send by a page; a program that is no browser sends neither, and has no cookie that anybody else could use.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use url::Url;

use crate::app::App;
use crate::error::{Error, Result};
use crate::people::policy::Who;

/// The cookie's name; where the site is https the prefix makes browsers insist on what [`cookie`] says.
const NAME: &str = "waymark_session";
const NAME_HTTPS: &str = "__Host-waymark_session";

/// Somebody on staff who is signed in; whoever is not gets 401.
pub struct Staff(pub Who);

/// Whoever it is; nobody is refused, except a signed-in browser that another site sent.
pub struct Visitor(pub Who);

impl FromRequest for Visitor {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Visitor>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { who(&request).await.map(Visitor) })
    }
}

impl FromRequest for Staff {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Staff>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match who(&request).await? {
                who @ Who::Member { .. } => Ok(Staff(who)),
                _ => Err(Error::Unauthorized("Sign in first.")),
            }
        })
    }
}

/// Who asks; looked up once, however many ask for it on the way.
pub async fn who(request: &HttpRequest) -> Result<Who> {
    if let Some(who) = request.extensions().get::<Who>() {
        return Ok(who.clone());
    }
    let app = app(request)?;
    let Some(token) = token(request, &app) else { return Ok(Who::Anyone) };
    from_here(request, &app)?;
    let who = app.sessions.who(&app.db, &token, app.clock.now()).await?.unwrap_or(Who::Anyone);
    request.extensions_mut().insert(who.clone());
    Ok(who)
}

fn app(request: &HttpRequest) -> Result<web::Data<App>> {
    request.app_data::<web::Data<App>>().cloned().ok_or_else(|| Error::internal("the application is not among the server's data"))
}

/// The session's token that the browser sent.
pub fn token(request: &HttpRequest, app: &App) -> Option<String> {
    request.cookie(name(app)).map(|cookie| cookie.value().to_owned()).filter(|token| !token.is_empty())
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

/// The cookie of a session that ends in so many seconds at the latest; 0 takes it away.
pub fn cookie(app: &App, token: &str, seconds: i64) -> Cookie<'static> {
    Cookie::build(name(app), token.to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure(app))
        .max_age(Duration::seconds(seconds))
        .finish()
}

fn name(app: &App) -> &'static str {
    if secure(app) { NAME_HTTPS } else { NAME }
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
