//! `GET /api/live`: server-sent events that say what changed, so that open pages read it again.
//!
//! The stream says that something happened to a request or a case, never what. Numbers of requests are public; cases are
//! named only to staff who may see them, and of what staff do among themselves nobody else hears that it happened. A stream ends by itself after some minutes and the browser opens it again, so that
//! a session which ended meanwhile hears no more.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Sleep, sleep};

use crate::app::App;
use crate::cases;
use crate::error::{Error, Result};
use crate::events::{Change, Word};
use crate::http::auth::Visitor;
use crate::http::{Problem, client_address};
use crate::people::policy::{Act, Who, scope};
use crate::requests;

/// Silence after which a comment is sent: a proxy that hears nothing for a minute hangs up.
const BEAT: Duration = Duration::from_secs(15);

/// The most numbers that one change names.
const MOST: usize = 1000;

/// How long one stream lasts.
const LASTS: Duration = Duration::from_secs(600);

/// After how many milliseconds a browser opens the stream again.
const RETRY: u32 = 3000;

/// What a listener may say.
#[derive(Deserialize, utoipa::IntoParams)]
struct Asked {
    /// The last position that was seen, for a client that cannot send `Last-Event-ID`.
    since: Option<i64>,
}

#[derive(Serialize)]
struct Told<'a> {
    position: i64,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    numbers: &'a [String],
    #[serde(skip_serializing_if = "<[i64]>::is_empty")]
    cases: &'a [i64],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    more: bool,
}

#[utoipa::path(get, path = "/api/live", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(Asked, ("Last-Event-ID" = Option<i64>, Header, description = "The last position that was seen")),
    responses((status = 200, description = "Events `hello` (data: position), `change` (position; numbers of requests; for staff, ids of cases; `more` where not all are named) and `reset` (too much was missed: read everything again)", content_type = "text/event-stream"),
        (status = 429, body = Problem), (status = 503, body = Problem)))]
async fn live(app: web::Data<App>, visitor: Visitor, request: HttpRequest, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let seat = app
        .listeners
        .clone()
        .try_acquire_owned()
        .map_err(|_| Error::Unavailable("Too many pages are listening. They ask again by themselves.".into()))?;
    let client = client_address(&request);
    let own = match client.filter(|client| !app.rates.exempts(client)) {
        Some(client) => Some(app.listeners_each.take(client.network).ok_or(Error::TooMany(u64::from(RETRY / 1000)))?),
        None => None,
    };
    let last = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).or(asked.since);
    let (words, missed) = app.live.listen(last);
    let position = app.bell.position();
    let hello = format!("retry: {RETRY}\nevent: hello\nid: {position}\ndata: {{\"position\":{position}}}\n\n");
    let mut listener =
        Listener { app, who: visitor.0, words, waiting: VecDeque::from([hello]), end: Box::pin(sleep(LASTS)), _seats: (seat, own) };
    match missed {
        Some(missed) => {
            for change in missed {
                let said = listener.said(&change).await;
                listener.waiting.extend(said);
            }
        }
        None => listener.waiting.push_back(reset(position)),
    }
    let body = stream::unfold(listener, |mut listener| async move {
        let text = listener.next().await?;
        Some((Ok::<_, Infallible>(web::Bytes::from(text)), listener))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Neither we nor a proxy may hold back what is said until there is enough of it to compress.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body))
}

struct Listener {
    app: web::Data<App>,
    who: Who,
    words: Receiver<Word>,
    waiting: VecDeque<String>,
    end: Pin<Box<Sleep>>,
    _seats: (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>),
}

impl Listener {
    /// The next thing to say; `None` ends the stream.
    async fn next(&mut self) -> Option<String> {
        if let Some(text) = self.waiting.pop_front() {
            return Some(text);
        }
        let silence = sleep(BEAT);
        tokio::pin!(silence);
        loop {
            let heard = tokio::select! {
                () = &mut self.end => return None,
                () = &mut silence => return Some(": still here\n\n".into()),
                heard = self.words.recv() => heard,
            };
            match heard {
                Ok(Word::Change(change)) => {
                    if let Some(text) = self.said(&change).await {
                        return Some(text);
                    }
                }
                Err(RecvError::Lagged(_)) => return Some(reset(self.app.bell.position())),
                Ok(Word::End) | Err(RecvError::Closed) => return None,
            }
        }
    }

    /// What is said of a change; nothing at all where the listener may know of nothing in it.
    async fn said(&self, change: &Change) -> Option<String> {
        let named = async {
            let cases = cases::access::visible(&self.app.db, &scope(&self.who, Act::SeeCase), &change.cases).await?;
            let look_up = async || {
                let mut numbers: Vec<String> = requests::numbers(&self.app.db, &change.requests).await?.into_values().collect();
                numbers.extend(requests::numbers_of_cases(&self.app.db, &change.open, MOST).await?);
                Ok::<_, Error>(numbers)
            };
            let numbers = change.numbers.get_or_try_init(look_up).await?;
            let more = change.more || numbers.len() > MOST;
            if numbers.is_empty() && cases.is_empty() && !more {
                return Ok(None);
            }
            let told = Told { position: change.position, numbers: &numbers[..numbers.len().min(MOST)], cases: &cases, more };
            Ok::<_, Error>(Some(serde_json::to_string(&told)?))
        };
        match named.await {
            Ok(data) => data.map(|data| format!("event: change\nid: {}\ndata: {data}\n\n", change.position)),
            Err(e) => {
                tracing::warn!(error = %e, "An open page could not be told what changed");
                Some(reset(change.position))
            }
        }
    }
}

fn reset(position: i64) -> String {
    format!("event: reset\nid: {position}\ndata: {{\"position\":{position}}}\n\n")
}

/// Registers the route.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/live").route(web::get().to(live)));
}
