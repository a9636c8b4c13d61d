//! The gate before every route: it reads the act that the route names in the OpenAPI document (`x-act`) and refuses whoever may
//! do that act to nothing at all, before a body is read. What it is done to is the domain's to ask about.
//!
//! It fails closed: a route that names no act answers 500 to everybody, and the log says how to mend it.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use utoipa::openapi::PathItem;

use super::{auth, openapi};
use crate::error::{Error, Result};
use crate::people::policy::{Act, Who, anywhere};

/// The acts of each path, by method.
static ACTS: LazyLock<HashMap<String, Vec<(Method, Option<Act>)>>> = LazyLock::new(|| {
    let named = |(path, item): (String, PathItem)| {
        let acts = openapi::operations(&item).into_iter().map(|(method, operation)| {
            let act = operation.extensions.as_ref().and_then(|extensions| extensions.get("x-act"));
            (method, act.and_then(|act| serde_json::from_value(act.clone()).ok()))
        });
        (path, acts.collect())
    };
    openapi::document().paths.paths.into_iter().map(named).collect()
});

/// Lets through whoever may do what the route is for to something.
pub async fn gate<B: MessageBody + 'static>(asked: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match pass(&asked).await {
        Ok(()) => Ok(next.call(asked).await?.map_into_boxed_body()),
        Err(refusal) => Ok(asked.error_response(refusal)),
    }
}

async fn pass(asked: &ServiceRequest) -> Result<()> {
    // What has no pattern is not found, and what the path does not take is another's 405.
    let Some(path) = asked.request().match_pattern() else { return Ok(()) };
    let method = if asked.method() == Method::HEAD { &Method::GET } else { asked.method() };
    let act = match ACTS.get(&path) {
        Some(acts) => match acts.iter().find(|(known, _)| known == method) {
            Some((_, act)) => *act,
            None => return Ok(()),
        },
        None => None,
    };
    let unnamed =
        || Error::internal(format!("{method} {path} names no act: its #[utoipa::path] needs extensions((\"x-act\" = json!(Act::…)))"));
    let act = act.ok_or_else(unnamed)?;
    match auth::machine(asked.request()).await? {
        Some(machine) if anywhere(&machine, act) => return Ok(()),
        Some(_) => return Err(Error::Forbidden("do this with this key; it takes a power that it was not given")),
        // Nobody is looked up for what everybody may.
        None if anywhere(&Who::Anyone, act) => return Ok(()),
        None => {}
    }
    match auth::who(asked.request()).await? {
        Some(present) if present.must_enrol && act != Act::KeepOwnAccount => Err(auth::MUST_ENROL),
        Some(present) if anywhere(&present.who, act) => Ok(()),
        None => Err(Error::Unauthorized("Sign in first.")),
        Some(_) => Err(Error::Forbidden("do this; it takes a role that you do not have")),
    }
}
