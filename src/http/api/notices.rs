//! `GET /api/notices`: what became of messages to people outside.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::notices::{self, Page, State};
use crate::people::policy::{Act, On, may};

/// Which of them.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only those that stand so.
    state: Option<State>,
    /// The `next` of the page before.
    before: Option<i64>,
    /// Messages on the page; 50 unless asked otherwise.
    limit: Option<i64>,
}

#[utoipa::path(get, path = "/api/notices", tag = "staff", extensions(("x-act" = json!(Act::SeeNotices))), params(Wanted),
    description = "The delivery log, newest first: where each message stands, how often it was tried, why it was not taken. No words of a \
        message, and of an address no more than tells what is wrong with it.",
    responses((status = 200, body = Page), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn list(app: web::Data<App>, staff: Staff, wanted: web::Query<Wanted>) -> Result<HttpResponse> {
    if !may(&staff.0, Act::SeeNotices, &On::default()) {
        return Err(Error::Forbidden("read the delivery log"));
    }
    let most = app.config.limits.page;
    let limit = wanted.limit.unwrap_or(50.min(most));
    if !(1..=most).contains(&limit) {
        return Err(Error::invalid("limit", format!("must be between 1 and {most}.")));
    }
    let page = notices::list(&app.db, wanted.state, wanted.before, limit).await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(page))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/notices").route(web::get().to(list)));
}
