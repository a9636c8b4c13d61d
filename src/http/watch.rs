//! What surrounds every request: an id that is in every line of the log and in every refusal, one line of the log when it was
//! answered, an end to what takes too long, and an answer where the program failed.
//!
//! The line names the route by its pattern, never by what was asked: tokens and numbers stand in addresses, and words behind
//! the question mark.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use futures_util::FutureExt;
use tracing::{Instrument, debug, info, info_span};

use super::hardening::harden;
use super::{Problem, open311};
use crate::app::App;
use crate::people::token;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of an id that a proxy may give.
const LONGEST: usize = 64;

/// What a request is called in the log and in what is told of it.
#[derive(Clone)]
pub struct RequestId(String);

impl RequestId {
    /// The id of a request, for its refusal; `None` outside of [`watched`].
    pub fn of(request: &HttpRequest) -> Option<String> {
        request.extensions().get::<RequestId>().map(|id| id.0.clone())
    }

    /// The one that a proxy of ours gave, or a new one. Strangers could otherwise write into our log.
    fn settle(request: &ServiceRequest, app: Option<&App>) -> RequestId {
        let peer = request.request().peer_addr().map(|peer| peer.ip());
        let believed = app.zip(peer).is_some_and(|(app, peer)| app.proxies.trusts(peer));
        let given = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(|id| believed && good(id));
        RequestId(given.map_or_else(|| token::write(&rand::random::<[u8; 10]>()), str::to_owned))
    }
}

fn good(id: &str) -> bool {
    (8..=LONGEST).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Watches over a request from its arrival to its answer.
pub async fn watched<B: MessageBody>(asked: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    let app = asked.app_data::<Data<App>>().cloned();
    let id = RequestId::settle(&asked, app.as_deref().map(|app| &**app));
    asked.extensions_mut().insert(id.clone());
    // Taken first: routing needs the request to itself.
    let (method, path) = (asked.method().clone(), asked.path().to_owned());
    let began = app.as_ref().map(|app| app.clock.steady());
    let patience = app.as_ref().map_or(Duration::MAX, |app| patience(app, &method, &path));
    let span = info_span!("request", id = %id.0);
    let work = AssertUnwindSafe(tokio::time::timeout(patience, next.call(asked))).catch_unwind().instrument(span.clone()).await;
    let _in = span.enter();
    let answer = match work {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Err(Broken::late(&path, &id, patience).into()),
        Err(_) => {
            tracing::error!(%method, "A request ended in a panic; the place stands in the line before");
            Err(Broken::failed(&path, &id).into())
        }
    };
    let took = app.zip(began).map_or(0, |(app, began)| app.clock.steady().saturating_sub(began).as_millis());
    match answer {
        Ok(mut answer) => {
            if let Ok(value) = HeaderValue::from_str(&id.0) {
                answer.headers_mut().insert(REQUEST_ID, value);
            }
            let route = answer.request().match_pattern().unwrap_or_else(|| "-".into());
            let (status, ms) = (answer.status().as_u16(), took as u64);
            match ["/tiles", "/assets", "/health"].iter().any(|often| route.starts_with(often)) && status < 400 {
                true => debug!(status, ms, "{method} {route}"),
                false => info!(status, ms, "{method} {route}"),
            }
            Ok(answer)
        }
        Err(e) => {
            info!(
                status = actix_web::Error::as_response_error(&e).status_code().as_u16(),
                ms = took as u64,
                "{method} was not answered by its route"
            );
            Err(e)
        }
    }
}

/// How long a request may take, its body's arrival included. Uploads have a limit of their own, which is told in words.
fn patience(app: &App, method: &Method, path: &str) -> Duration {
    let uploads = *method == Method::POST && (path == "/api/photos" || path.starts_with("/open311"));
    let seconds = app.config.limits.request_seconds + if uploads { app.config.photos.upload_seconds } else { 0 };
    Duration::from_secs(seconds)
}

/// An answer for a request that has none of its own, in the words of its protocol.
#[derive(Debug)]
struct Broken {
    path: String,
    id: String,
    status: StatusCode,
    words: String,
}

impl Broken {
    fn late(path: &str, id: &RequestId, patience: Duration) -> Broken {
        let words = format!("This took longer than {} seconds, and was given up. Try again in a moment.", patience.as_secs());
        Broken { path: path.to_owned(), id: id.0.clone(), status: StatusCode::SERVICE_UNAVAILABLE, words }
    }

    fn failed(path: &str, id: &RequestId) -> Broken {
        let words = "Something went wrong on our side.".to_owned();
        Broken { path: path.to_owned(), id: id.0.clone(), status: StatusCode::INTERNAL_SERVER_ERROR, words }
    }
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words)
    }
}

impl ResponseError for Broken {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = match self.path.starts_with("/open311") {
            true => open311::refused(&self.path, self.status, &self.words),
            false => Problem { instance: Some(self.id.clone()), ..Problem::new(self.status, self.words.clone()) }.answer(),
        };
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            answer.headers_mut().insert(REQUEST_ID, id);
        }
        harden(answer.headers_mut(), false);
        answer
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::middleware::from_fn;
    use actix_web::{App, HttpResponse, test as service, web};

    use super::{good, watched};

    #[actix_web::test]
    async fn a_panic_is_answered_without_its_words_in_the_words_of_the_protocol() {
        let broken = || web::get().to(|| async { if true { panic!("the secret") } else { HttpResponse::Ok().finish() } });
        let app = App::new().wrap(from_fn(watched)).route("/api/broken", broken()).route("/open311/v2/broken.xml", broken());
        let app = service::init_service(app).await;
        for (path, kind) in [("/api/broken", "application/problem+json"), ("/open311/v2/broken.xml", "text/xml; charset=utf-8")] {
            let refused = service::try_call_service(&app, service::TestRequest::get().uri(path).to_request()).await.expect_err("it panics");
            let answer = refused.error_response();
            assert_eq!(answer.status(), 500);
            assert_eq!(answer.headers().get("content-type").expect("a kind"), kind);
            assert!(answer.headers().contains_key("x-request-id") && answer.headers().contains_key("x-content-type-options"));
            let body = to_bytes(answer.into_body()).await.expect("a body");
            assert!(!String::from_utf8_lossy(&body).contains("secret"));
        }
    }

    #[test]
    fn an_id_is_letters_and_digits_and_not_a_line_of_the_log() {
        for id in ["4bf92f3577b34da6a3ce929d0e0e4736", "a-b_c.d1", "01234567"] {
            assert!(good(id), "{id}");
        }
        for id in ["", "short", "a b c d e", "abc\nERROR", "\u{1b}[31mred", "é1234567", &"a".repeat(65)] {
            assert!(!good(id), "{id:?}");
        }
    }
}
