//! Our own interface, described by the OpenAPI document: JSON in, JSON out, problem+json for refusals.

mod account;
mod assignment;
mod blocks;
mod calendars;
mod cases;
mod challenge;
mod clusters;
mod config;
mod counts;
mod duplicates;
pub(super) mod filter;
mod gazetteer;
mod heat;
mod invitations;
mod keys;
mod layers;
mod live;
mod log;
mod moderation;
mod my;
mod notices;
mod oidc;
mod own;
mod password;
mod people;
mod photos;
mod pins;
mod promises;
mod requests;
mod retention;
mod services;
mod session;
mod spans;
mod staff;
mod steps;
mod version;

use actix_web::middleware::from_fn;
use actix_web::{Error, error, web};

use super::auth::renewed;
use super::gate;
use super::limits::limited;
use super::problem::problems;
use crate::app::App;
use crate::error::Error as Refusal;

/// What the OpenAPI document says of `/api`.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    blocks::list,
    blocks::set,
    blocks::lift,
    challenge::challenge,
    clusters::clusters,
    config::config,
    counts::counts,
    counts::steps::steps,
    duplicates::show,
    duplicates::save,
    duplicates::preview,
    gazetteer::find,
    gazetteer::reverse,
    heat::heat,
    invitations::look,
    invitations::accept,
    layers::list,
    layers::one,
    live::live,
    log::head,
    log::proof,
    steps::steps,
    moderation::queue,
    moderation::request_visibility,
    moderation::approve_request,
    moderation::redact_request,
    moderation::report_abuse,
    moderation::note_visibility,
    moderation::approve_note,
    moderation::redact_note,
    my::code,
    my::begin,
    my::end,
    my::list,
    notices::list,
    own::comment,
    own::withdraw,
    password::forgot,
    password::reset,
    people::export,
    people::erase,
    people::holds,
    people::hold,
    people::release,
    photos::take,
    photos::show,
    photos::review,
    photos::redact,
    pins::pins,
    requests::file,
    requests::check,
    requests::one,
    requests::nearby,
    retention::rules,
    retention::replace,
    retention::preview,
    calendars::list,
    calendars::one,
    calendars::save,
    promises::show,
    promises::save,
    services::list,
    services::one,
    account::own,
    account::change_password,
    account::start_second_factor,
    account::confirm_second_factor,
    account::remove_second_factor,
    account::renew_recovery_codes,
    account::sessions,
    account::end_session,
    account::end_others,
    oidc::depart,
    oidc::arrive,
    staff::list,
    staff::one,
    staff::hire,
    staff::change,
    staff::put_grants,
    staff::end_sessions,
    staff::invite,
    staff::scopes,
    keys::list,
    keys::make,
    keys::revoke,
    session::begin,
    session::second_step,
    session::current,
    session::end,
    assignment::crew,
    assignment::give,
    assignment::take,
    assignment::release,
    assignment::teams,
    assignment::set,
    cases::list,
    cases::one,
    cases::correct,
    cases::make_move,
    cases::write_note,
    cases::story,
))]
pub struct Document;

/// Nothing that only staff may see, or that is about people, is kept by a browser or a proxy.
const PRIVATE: (&str, &str) = ("cache-control", "no-store");

/// Everything under `/api`.
pub fn routes(cfg: &mut web::ServiceConfig, app: &App) {
    let json = web::JsonConfig::default().limit(app.config.limits.body_bytes).error_handler(|e, _| refusal(&e)).content_type_required(true);
    let query = web::QueryConfig::default().error_handler(|e, _| Refusal::invalid("query", format!("{e}.")).into());
    cfg.service(
        web::scope("/api")
            .wrap(from_fn(gate))
            .wrap(from_fn(limited))
            .wrap(from_fn(renewed))
            .wrap(from_fn(problems))
            .app_data(json)
            .app_data(web::PayloadConfig::new(app.config.limits.body_bytes))
            .app_data(query)
            .configure(config::routes)
            .configure(assignment::routes)
            .configure(blocks::routes)
            .configure(challenge::routes)
            .configure(promises::routes)
            .configure(services::routes)
            .configure(calendars::routes)
            .configure(duplicates::routes)
            .configure(photos::routes)
            .configure(requests::routes)
            .configure(own::routes)
            .configure(people::routes)
            .configure(retention::routes)
            .configure(moderation::routes)
            .configure(layers::routes)
            .configure(gazetteer::routes)
            .configure(live::routes)
            .configure(log::routes)
            .configure(heat::routes)
            .configure(steps::routes)
            .configure(clusters::routes)
            .configure(counts::routes)
            .configure(session::routes)
            .configure(invitations::routes)
            .configure(my::routes)
            .configure(notices::routes)
            .configure(password::routes)
            .configure(oidc::routes)
            .configure(account::routes)
            .configure(staff::routes)
            .configure(keys::routes)
            .configure(cases::routes),
    );
    cfg.configure(photos::pictures);
}

fn refusal(e: &error::JsonPayloadError) -> Error {
    match e {
        error::JsonPayloadError::OverflowKnownLength { limit, .. } | error::JsonPayloadError::Overflow { limit } => {
            Refusal::TooLarge { what: "The body".into(), limit: format!("{limit} bytes") }.into()
        }
        error::JsonPayloadError::ContentType => Refusal::Unsupported("The body must be JSON, sent as application/json.".into()).into(),
        e => Refusal::invalid("body", format!("is not the JSON that is expected here: {e}.")).into(),
    }
}
