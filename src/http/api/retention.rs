//! `/api/retention`: how long finished cases are kept, and what the rules would do now.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::PRIVATE;
use crate::app::App;
use crate::error::{Error, Result};
use crate::forgetting::{self, Due, Rule};
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::people::policy::{Act, On, Who, may};

/// Refuses whoever may not decide over the data of people.
pub(super) fn demand(who: &Who) -> Result<()> {
    if may(who, Act::ProtectData, &On::default()) { Ok(()) } else { Err(Error::Forbidden("decide over what is held about people")) }
}

/// The rules of retention.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RetentionRules)]
pub(super) struct Retention {
    /// All of them. For each action the most exact rule counts: service and status, service, status, everything.
    rules: Vec<Rule>,
}

#[utoipa::path(get, path = "/api/retention", tag = "staff", extensions(("x-act" = json!(Act::ProtectData))),
    responses((status = 200, body = Retention), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn rules(app: web::Data<App>, staff: Staff) -> Result<HttpResponse> {
    demand(&staff.0)?;
    let rules = forgetting::rules(&app.db).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(Retention { rules }))
}

#[utoipa::path(put, path = "/api/retention", tag = "staff", extensions(("x-act" = json!(Act::ProtectData))), request_body = Retention,
    responses((status = 200, body = Retention, description = "Replaces every rule; what is due is done within a day"),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn replace(app: web::Data<App>, staff: Staff, given: web::Json<Retention>) -> Result<HttpResponse> {
    demand(&staff.0)?;
    let (by, now, rules) = (staff.0.member(), app.clock.now(), given.into_inner().rules);
    let kept = rules.clone();
    app.db.write(async move |tx| forgetting::replace(tx, &kept, by, now).await).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(Retention { rules }))
}

/// What rules would do if they were applied now.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = RetentionDryRun)]
pub(super) struct DryRun {
    /// Cases for which something is due, by service.
    due: Vec<Due>,
}

#[utoipa::path(post, path = "/api/retention/preview", tag = "staff", extensions(("x-act" = json!(Act::ProtectData))), request_body = Retention,
    responses((status = 200, body = DryRun, description = "What these rules would do now; nothing is changed"),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn preview(app: web::Data<App>, staff: Staff, given: web::Json<Retention>) -> Result<HttpResponse> {
    demand(&staff.0)?;
    let due = forgetting::due(&app.db, Some(&given.rules), app.clock.now()).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(DryRun { due }))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/retention").route(web::get().to(rules)).route(web::put().to(replace)))
        .service(web::resource("/retention/preview").route(web::post().to(preview)));
}
