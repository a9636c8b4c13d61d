//! How Open311 says no: a list of errors with a code and a description, in the format that was asked for, whatever refused.
//! The specification names 400, 403 and 404; what HTTP itself has a word for and the specification is silent about keeps
//! HTTP's (405, 410, 413, 429, 503). The code of an entry may be more exact than the status.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, ResponseError};

use super::tree::{Format, Node};
use crate::error::{Error, Field};
use crate::http::limits::KEPT;
use crate::http::problem::log;

/// A refusal, ready to be written in either format.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    entries: Vec<(u16, String)>,
    /// Seconds after which it may be tried again.
    wait: Option<u64>,
}

impl Refusal {
    /// One entry with the code of its status.
    pub fn new(status: StatusCode, description: impl Into<String>) -> Refusal {
        Refusal { status, entries: vec![(status.as_u16(), description.into())], wait: None }
    }

    /// Fields that do not fit, an entry each.
    pub fn fields(fields: Vec<Field>) -> Refusal {
        Error::Invalid(fields).into()
    }

    /// The body.
    pub fn node(&self) -> Node {
        let entry = |(code, words): &(u16, String)| {
            Node::Object(vec![("code", Node::Whole(i64::from(*code))), ("description", Node::text(words.as_str()))])
        };
        Node::List("error", self.entries.iter().map(entry).collect())
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<_> = self.entries.iter().map(|(_, words)| words.as_str()).collect();
        f.write_str(&words.join(" "))
    }
}

impl From<Error> for Refusal {
    fn from(e: Error) -> Refusal {
        log(&e);
        if let Error::Invalid(fields) = e {
            let entries = fields.iter().map(|field| (400, format!("{}: {}", wire_name(&field.field), field.problem))).collect();
            return Refusal { status: StatusCode::BAD_REQUEST, entries, wait: None };
        }
        let code = e.status_code();
        let status = match e {
            Error::Unauthorized(_) | Error::Forbidden(_) | Error::Blocked(_) => StatusCode::FORBIDDEN,
            Error::Conflict(_) | Error::Unsupported(_) => StatusCode::BAD_REQUEST,
            _ => code,
        };
        let code = if status == StatusCode::FORBIDDEN { status } else { code };
        let wait = match e {
            Error::TooMany(seconds) => Some(seconds),
            Error::Unavailable(_) => Some(2),
            _ => None,
        };
        Refusal { status, entries: vec![(code.as_u16(), e.to_string())], wait }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// The status alone: [`refusals`] writes the body, which depends on the address.
    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        match self.wait {
            Some(seconds) => answer.insert_header((header::RETRY_AFTER, seconds.to_string())).finish(),
            None => answer.finish(),
        }
    }
}

/// The domain's name of a field as Open311 calls it.
fn wire_name(field: &str) -> String {
    if let Some(code) = field.strip_prefix("answers.") {
        return format!("attribute[{code}]");
    }
    match field.strip_prefix("contact.").unwrap_or(field) {
        "service" => "service_code".into(),
        "lon" => "long".into(),
        "address" => "address_string".into(),
        name => name.to_owned(),
    }
}

/// Opens the scope to pages of other sites, and gives every refusal below it the body of this protocol.
pub async fn refusals<B: MessageBody + 'static>(
    asked: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // The request is not cloned here: the scopes below still write into it, and panic if another holds it.
    let mut answer = match *asked.method() {
        Method::OPTIONS => asked.into_response(preflight()),
        _ => next.call(asked).await?.map_into_boxed_body(),
    };
    if answer.status().as_u16() >= 400 {
        let refusal = answer.response().error().and_then(|e| e.as_error::<Refusal>());
        let node = refusal.map_or_else(|| in_words(&answer).node(), Refusal::node);
        let (request, before) = answer.into_parts();
        let mut said = Format::of_path(request.path()).answer(before.status(), "errors", &node);
        for name in KEPT {
            if let Some(value) = before.headers().get(&name) {
                said.headers_mut().insert(name, value.clone());
            }
        }
        answer = ServiceResponse::new(request, said);
    }
    // No cookie counts here, so any page may ask; a key is sent in the form, and the asker's page knows it anyway.
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static("*"));
    Ok(answer)
}

/// What a browser asks before it sends a header of its own.
fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "Content-Type, Idempotency-Key"))
        .insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish()
}

/// What refused without words of ours: the routing, or a body that could not be read.
fn in_words(answer: &ServiceResponse) -> Refusal {
    let (status, path) = (answer.status(), answer.request().path());
    let words = match (status, answer.response().error()) {
        (StatusCode::NOT_FOUND, _) => format!("There is nothing at {path}."),
        (StatusCode::METHOD_NOT_ALLOWED, _) => format!("{path} does not take {}.", answer.request().method()),
        (StatusCode::INTERNAL_SERVER_ERROR, _) => "Something went wrong on our side. Nothing was changed.".into(),
        (_, Some(e)) => e.to_string(),
        (_, None) => status.canonical_reason().unwrap_or("Error").into(),
    };
    Refusal::new(status, words)
}
