//! `/api/keys`: keys of machines, made, listed and withdrawn by those who manage staff.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::PRIVATE;
use crate::app::App;
use crate::error::Result;
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::people::keys::{self, ApiKey, NewKey, NewPower};
use crate::people::policy::Act;

#[utoipa::path(get, path = "/api/keys", tag = "staff", extensions(("x-act" = json!(Act::SeeStaff))),
    description = "The keys whose powers the asker reaches, newest first; withdrawn ones too.",
    responses((status = 200, body = Vec<ApiKey>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn list(app: web::Data<App>, staff: Staff) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(keys::list(&app.db, &staff.0).await?))
}

/// A power and where it holds; what is null or left out is no limit.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Powered {
    /// `file`, `read`, `leader` or `auditor`.
    power: String,
    /// Code of an agency.
    agency: Option<String>,
    /// A jurisdiction as `layer:code`; only of a role.
    jurisdiction: Option<String>,
    /// Code of a service.
    service: Option<String>,
}

/// A key about to be made.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Making {
    /// Whose key it is.
    name: String,
    /// When it ends, epoch milliseconds; left out: never.
    expires_at: Option<i64>,
    /// How often it may ask in a minute; left out: what the settings say.
    per_minute: Option<i64>,
    /// What it may do.
    powers: Vec<Powered>,
}

/// A key that was made.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Made {
    /// Its id.
    id: i64,
    /// The key, shown this once: send it as `Authorization: Bearer`, as `X-API-Key`, or as `api_key` of Open311.
    key: String,
}

#[utoipa::path(post, path = "/api/keys", tag = "staff", extensions(("x-act" = json!(Act::ManageStaff))), request_body = Making,
    description = "Makes a key. Nobody gives a key more than they hold themselves.",
    responses((status = 201, body = Made), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn make(app: web::Data<App>, staff: Staff, given: web::Json<Making>) -> Result<HttpResponse> {
    let Making { name, expires_at, per_minute, powers } = given.into_inner();
    let powers = powers.into_iter().map(|Powered { power, agency, jurisdiction, service }| {
        let given = |code: Option<String>| code.filter(|code| !code.is_empty());
        NewPower { power, agency: given(agency), jurisdiction: given(jurisdiction), service: given(service) }
    });
    let new = NewKey { name, expires_at, per_minute, powers: powers.collect() };
    let (who, now, most) = (staff.0, app.clock.now(), app.config.limits.key_per_minute);
    let (id, key) = app.db.write(async move |tx| keys::create(tx, Some(&who), &new, most, now).await).await?;
    Ok(HttpResponse::Created().insert_header(PRIVATE).json(Made { id, key }))
}

#[utoipa::path(delete, path = "/api/keys/{id}", tag = "staff", extensions(("x-act" = json!(Act::ManageStaff))),
    description = "Withdraws a key, at once.", params(("id" = i64, Path, description = "The key's id")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn revoke(app: web::Data<App>, staff: Staff, id: web::Path<i64>) -> Result<HttpResponse> {
    let (who, id, now) = (staff.0, *id, app.clock.now());
    app.db.write(async move |tx| keys::revoke(tx, Some(&who), id, now).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/keys").route(web::get().to(list)).route(web::post().to(make)))
        .service(web::resource("/keys/{id}").route(web::delete().to(revoke)));
}
