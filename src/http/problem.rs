//! Refusals on `/api`: RFC 9457 problem details.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use super::limits::KEPT;
use super::watch::RequestId;
use crate::abuse::challenge::Challenge;
use crate::error::{Error, Field};
use crate::requests::Candidate;

/// Media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What was wrong (RFC 9457).
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// What kind of problem, as a URI reference.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// This problem in words, with the limit and the mend.
    pub detail: String,
    /// What this very answer is called in the server's log, as `X-Request-Id` says it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The fields that do not fit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Field>,
    /// Open cases that may be the same one (only with `duplicates`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// What to solve before it is sent again (only with `challenge`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<Challenge>,
}

impl Problem {
    /// A problem with a status and words.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem {
            kind: "about:blank".into(),
            title: status.canonical_reason().unwrap_or("Error").into(),
            status: status.as_u16(),
            detail: detail.into(),
            instance: None,
            errors: Vec::new(),
            candidates: Vec::new(),
            challenge: None,
        }
    }

    /// What a resident is asked before the same thing is filed twice.
    pub fn duplicates(candidates: Vec<Candidate>) -> Problem {
        Problem {
            kind: "/problems/duplicates".into(),
            title: "Perhaps this was reported already".into(),
            candidates,
            ..Problem::new(
                StatusCode::CONFLICT,
                "Open cases nearby may be the same one. Send it again with `join` and one of their numbers to add to that case, or with \
                 `separate: true` to file a new one.",
            )
        }
    }

    /// What somebody is asked for where much is filed.
    pub fn challenge(challenge: Challenge) -> Problem {
        Problem {
            kind: "/problems/challenge".into(),
            title: "Solve this first".into(),
            challenge: Some(challenge),
            ..Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "Many requests are filed from here just now. Find a number for which the SHA-256 of `challenge:number` begins with as many \
                 zero bits as `bits` says, and send it again with `challenge:number` in the header `Proof-Of-Work`.",
            )
        }
    }

    /// The answer that carries it.
    pub fn answer(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        HttpResponse::build(status).content_type(MEDIA_TYPE).json(self)
    }
}

impl From<&Error> for Problem {
    fn from(e: &Error) -> Problem {
        let problem = Problem::new(e.status_code(), e.to_string());
        match e {
            Error::Invalid(fields) => Problem { errors: fields.clone(), ..problem },
            Error::Blocked(_) => Problem { kind: "/problems/blocked".into(), ..problem },
            _ => problem,
        }
    }
}

/// Gives every refusal below a scope the body of a problem, and logs each fault of ours once.
pub async fn problems<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // Taken first: routing needs the request to itself.
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let answer = next.call(request).await?.map_into_boxed_body();
    let status = answer.status();
    let own = answer.headers().get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(MEDIA_TYPE.as_bytes()));
    if status.as_u16() < 400 || own || method == Method::HEAD {
        return Ok(answer);
    }
    let mut problem = match answer.response().error() {
        Some(e) => match e.as_error::<Error>() {
            Some(e) => {
                log(e);
                Problem::from(e)
            }
            None => Problem::new(status, e.to_string()),
        },
        None => Problem::new(status, in_words(status, &method, &path)),
    };
    problem.instance = RequestId::of(answer.request());
    let (request, before) = answer.into_parts();
    let mut said = problem.answer();
    for name in KEPT {
        if let Some(value) = before.headers().get(&name) {
            said.headers_mut().insert(name, value.clone());
        }
    }
    Ok(ServiceResponse::new(request, said))
}

/// A fault of ours goes to the log with its chain; nothing of it goes to the asker.
pub fn log(e: &Error) {
    if let Error::Internal(fault) = e {
        let mut chain = fault.to_string();
        let mut cause = fault.source();
        while let Some(e) = cause {
            chain.push_str(": ");
            chain.push_str(&e.to_string());
            cause = e.source();
        }
        tracing::error!(error = %chain, "A request failed");
    }
}

fn in_words(status: StatusCode, method: &Method, path: &str) -> String {
    match status {
        StatusCode::NOT_FOUND => format!("There is nothing at {path}."),
        StatusCode::METHOD_NOT_ALLOWED => format!("{path} does not take {method}."),
        _ => status.canonical_reason().unwrap_or("Error").to_owned(),
    }
}
