//! Limits at the door: what kind of work an address of ours is, whether its asker may have it now, and a turn for what is
//! costly. One middleware inside each protocol's scope, so that a refusal has the body of its protocol.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::auth;
use super::client::client_address;
use crate::abuse::rates::{Asker, Empty, Kind, Left};
use crate::app::App;
use crate::error::{Error, Result};
use crate::network::Client;

/// `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-11 (May 2026), which is not an RFC yet.
const LEFT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Headers of a refusal that stay when a protocol writes its body.
pub const KEPT: [HeaderName; 5] = [header::RETRY_AFTER, header::ALLOW, header::SET_COOKIE, LEFT, POLICY];

/// What kind of work an address is; `None` is work that is as good as free.
fn kind(method: &Method, path: &str) -> Option<Kind> {
    let is = |name: &str| path == name;
    let under = |name: &str| path.strip_prefix(name).is_some_and(|rest| rest.starts_with(['/', '.']));
    if method == Method::GET || method == Method::HEAD {
        return match path {
            _ if under("/tiles") => Some(Kind::Tiles),
            "/api/heat" | "/api/clusters" | "/api/counts" | "/api/counts/steps" | "/api/heat/steps" | "/api/requests" => Some(Kind::Map),
            "/api/cases" => Some(Kind::Lists),
            _ if under("/open311/v2/requests") => Some(Kind::Lists),
            "/api/nearby" => Some(Kind::Nearby),
            "/api/gazetteer" | "/api/gazetteer/reverse" => Some(Kind::Search),
            _ if is("/api/session/oidc") || under("/api/session/oidc") => Some(Kind::SignIn),
            _ => None,
        };
    }
    if method != Method::POST {
        return None;
    }
    match path {
        _ if under("/open311") => Some(Kind::Keys),
        "/api/photos" => Some(Kind::Photos),
        "/api/requests" => Some(Kind::Filing),
        // Asked beside the form, while somebody types.
        "/api/requests/check" => Some(Kind::Nearby),
        // What staff decides about a request is no comment.
        _ if under("/api/requests") && ["visibility", "approval", "redactions"].iter().any(|last| path.ends_with(last)) => None,
        _ if under("/api/requests") => Some(Kind::Comments),
        _ if ["/api/session", "/api/invitations", "/api/password", "/api/my"].iter().any(|name| is(name) || under(name)) => {
            Some(Kind::SignIn)
        }
        _ => None,
    }
}

/// Whether work of this kind takes a processor for a while, and waits for its turn.
fn costly(kind: Kind) -> bool {
    matches!(kind, Kind::Tiles | Kind::Map | Kind::Lists | Kind::Nearby | Kind::Search)
}

/// Lets through what its asker may have now.
pub async fn limited<B: MessageBody + 'static>(asked: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if asked.app_data::<Data<App>>().is_some_and(|app| head_bytes(asked.headers()) > app.config.limits.header_bytes) {
        return Ok(asked.into_response(HttpResponse::RequestHeaderFieldsTooLarge().finish()));
    }
    let known = asked.app_data::<Data<App>>().cloned().zip(client_address(asked.request()));
    let Some((app, client)) = known else { return Ok(next.call(asked).await?.map_into_boxed_body()) };
    if app.rates.exempts(&client) {
        return Ok(next.call(asked).await?.map_into_boxed_body());
    }
    let kind = kind(asked.method(), asked.path());
    let left = match may_ask(&app, &asked, client, kind).await {
        Ok(left) => left,
        Err(empty) => {
            app.turns.before_refusal().await;
            let mut answer = asked.error_response(Error::TooMany(empty.wait.max(1)));
            tell(answer.headers_mut(), &empty.left);
            return Ok(answer);
        }
    };
    let turn = match kind.filter(|kind| costly(*kind)) {
        Some(_) => match app.turns.wait(client.network).await {
            Ok(turn) => Some(turn),
            Err(e) => return Ok(asked.error_response(e)),
        },
        None => None,
    };
    let mut answer = next.call(asked).await?.map_into_boxed_body();
    drop(turn);
    tell(answer.headers_mut(), &left);
    Ok(answer)
}

fn head_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// Takes from the buckets of this request; what is said is what is left of the narrowest kind that it is. A signed-in browser
/// has a bucket of its own for when that of its address is empty: a whole office may sit behind one.
async fn may_ask(app: &App, asked: &ServiceRequest, client: Client, kind: Option<Kind>) -> Result<Left, Empty> {
    let token = auth::token(asked.request(), app, auth::SESSION);
    let session = match &token {
        // Whether it is a session of ours does not matter for taking away.
        Some(token) => Some(app.rates.take(Kind::Session, Asker::Session(token))?),
        None => None,
    };
    let address = Asker::Network(client.network);
    let taken = app.rates.take(Kind::Everything, address).and_then(|all| kind.map_or(Ok(all), |kind| app.rates.take(kind, address)));
    match (taken, token, session) {
        (Err(empty), Some(token), Some(left)) if kind != Some(Kind::SignIn) && signed_in(app, client, &token).await => {
            tracing::debug!(kind = empty.left.kind.word(), "An address is at its limit; a signed-in browser behind it goes on");
            Ok(left)
        }
        (taken, ..) => taken,
    }
}

/// Whether there is such a session. Looking for one is taken from the address's tries to sign in, so that made-up tokens cost
/// the database little; what was found is remembered for a while.
async fn signed_in(app: &App, client: Client, token: &str) -> bool {
    if app.rates.remembers(token) {
        return true;
    }
    if app.rates.take(Kind::SignIn, Asker::Guesser(client.network)).is_err() {
        return false;
    }
    let found = matches!(app.sessions.present(&app.db, token, false, app.clock.now()).await, Ok(Some(_)));
    if found {
        app.rates.remember(token);
    }
    found
}

fn tell(headers: &mut HeaderMap, left: &Left) {
    let kind = left.kind.word();
    for (name, value) in [
        (POLICY, format!("\"{kind}\";q={};w={}", left.burst, left.window)),
        (LEFT, format!("\"{kind}\";r={};t={}", left.remaining, left.reset)),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_costly_address_has_its_kind() {
        for (method, path, expected) in [
            (Method::GET, "/tiles/requests/12/2050/1350.mvt", Some(Kind::Tiles)),
            (Method::GET, "/tiles/base.json", Some(Kind::Tiles)),
            (Method::GET, "/tilesx", None),
            (Method::GET, "/api/heat", Some(Kind::Map)),
            (Method::GET, "/api/counts/steps", Some(Kind::Map)),
            (Method::HEAD, "/api/clusters", Some(Kind::Map)),
            (Method::GET, "/api/requests", Some(Kind::Map)),
            (Method::GET, "/api/requests/4K7-218QX", None),
            (Method::GET, "/open311/v2/requests.json", Some(Kind::Lists)),
            (Method::GET, "/open311/v2/requests/1.xml", Some(Kind::Lists)),
            (Method::GET, "/open311/v2/services.json", None),
            (Method::POST, "/open311/v2/requests.json", Some(Kind::Keys)),
            (Method::GET, "/api/nearby", Some(Kind::Nearby)),
            (Method::GET, "/api/gazetteer", Some(Kind::Search)),
            (Method::GET, "/api/gazetteer/reverse", Some(Kind::Search)),
            (Method::POST, "/api/photos", Some(Kind::Photos)),
            (Method::POST, "/api/photos/1/review", None),
            (Method::POST, "/api/requests", Some(Kind::Filing)),
            (Method::POST, "/api/requests/4K7/comments", Some(Kind::Comments)),
            (Method::POST, "/api/requests/4K7/report-abuse", Some(Kind::Comments)),
            (Method::POST, "/api/requests/4K7/visibility", None),
            (Method::POST, "/api/requests/check", Some(Kind::Nearby)),
            (Method::POST, "/api/password/forgot", Some(Kind::SignIn)),
            (Method::GET, "/api/session/oidc", Some(Kind::SignIn)),
            (Method::GET, "/api/session", None),
            (Method::GET, "/api/counts/steps", Some(Kind::Map)),
            (Method::POST, "/api/session", Some(Kind::SignIn)),
            (Method::POST, "/api/session/code", Some(Kind::SignIn)),
            (Method::GET, "/api/session/oidc", Some(Kind::SignIn)),
            (Method::GET, "/api/session/oidc/callback", Some(Kind::SignIn)),
            (Method::GET, "/api/session", None),
            (Method::POST, "/api/invitations/accept", Some(Kind::SignIn)),
            (Method::POST, "/api/password/forgot", Some(Kind::SignIn)),
            (Method::POST, "/api/my/code", Some(Kind::SignIn)),
            (Method::GET, "/api/my/requests", None),
            (Method::DELETE, "/api/session", None),
            (Method::GET, "/api/config", None),
        ] {
            assert_eq!(kind(&method, path), expected, "{method} {path}");
        }
    }
}
