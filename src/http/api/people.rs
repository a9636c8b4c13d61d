//! `/api/people`: what is held about one person, handed out or erased; `/api/holds`: cases that must stay as they are.
//!
//! Both take a body, so that nobody's address stands in the log of a proxy.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::Result;
use crate::forgetting::{self, Erased, Export, Hold, Person, Preview};
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::people::policy::Act;

use super::PRIVATE;
use super::retention::demand;

#[utoipa::path(post, path = "/api/people/export", tag = "staff", extensions(("x-act" = json!(Act::ProtectData))), request_body = Person,
    responses((status = 200, body = Export, description = "Everything held about the person; that it was handed out is on the timelines"),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn export(app: web::Data<App>, staff: Staff, person: web::Json<Person>) -> Result<HttpResponse> {
    demand(&staff.0)?;
    let export = forgetting::export(&app.db, &person, staff.0.member(), app.clock.now()).await?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(export))
}

/// A person to erase.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = PersonToErase)]
pub(super) struct Erasing {
    #[serde(flatten)]
    person: Person,
    /// The `token` of the preview that was looked at. Without it nothing is erased, and the preview is answered.
    token: Option<String>,
}

/// What would be erased, or what was.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[schema(as = PersonErasure)]
pub(super) enum Erasure {
    /// What would be.
    Preview(Preview),
    /// What was.
    Erased(Erased),
}

#[utoipa::path(post, path = "/api/people/erase", tag = "staff", extensions(("x-act" = json!(Act::ProtectData))), request_body = Erasing,
    responses((status = 200, body = Erasure, description = "Without `token` what would go; with it what went"),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "What is held changed since the preview"), (status = 422, body = Problem)))]
pub(super) async fn erase(app: web::Data<App>, staff: Staff, asked: web::Json<Erasing>) -> Result<HttpResponse> {
    demand(&staff.0)?;
    let Erasing { person, token } = asked.into_inner();
    let answer = match token {
        None => Erasure::Preview(forgetting::preview(&app.db, &person).await?),
        Some(token) => {
            let erased = forgetting::erase(&app.db, &person, &token, staff.0.member(), app.clock.now()).await?;
            app.photos.expire(&app.db, &app.clock).await?;
            Erasure::Erased(erased)
        }
    };
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(answer))
}

#[utoipa::path(get, path = "/api/holds", tag = "staff", extensions(("x-act" = json!(Act::ProtectData))),
    responses((status = 200, body = Vec<Hold>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn holds(app: web::Data<App>, staff: Staff) -> Result<HttpResponse> {
    demand(&staff.0)?;
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(forgetting::holds(&app.db).await?))
}

/// A case to keep.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHold)]
pub(super) struct Holding {
    /// Number of one of its requests.
    number: String,
    /// Who asked for it, and until when.
    reason: String,
}

/// A case that is kept.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = HeldCase)]
pub(super) struct Held {
    /// The case.
    case_id: i64,
}

#[utoipa::path(post, path = "/api/holds", tag = "staff", extensions(("x-act" = json!(Act::ProtectData))), request_body = Holding,
    responses((status = 201, body = Held), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn hold(app: web::Data<App>, staff: Staff, given: web::Json<Holding>) -> Result<HttpResponse> {
    demand(&staff.0)?;
    let Holding { number, reason } = given.into_inner();
    let (by, now, most) = (staff.0.member(), app.clock.now(), app.config.limits.line);
    let case_id = app.db.write(async move |tx| forgetting::hold(tx, &number, &reason, by, most, now).await).await?;
    Ok(HttpResponse::Created().insert_header(PRIVATE).json(Held { case_id }))
}

#[utoipa::path(delete, path = "/api/holds/{case}", tag = "staff", extensions(("x-act" = json!(Act::ProtectData))), params(("case" = i64, Path, description = "The case's id")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn release(app: web::Data<App>, staff: Staff, case: web::Path<i64>) -> Result<HttpResponse> {
    demand(&staff.0)?;
    let (by, now, case) = (staff.0.member(), app.clock.now(), *case);
    app.db.write(async move |tx| forgetting::release(tx, case, by, now).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/people/export").route(web::post().to(export)))
        .service(web::resource("/people/erase").route(web::post().to(erase)))
        .service(web::resource("/holds").route(web::get().to(holds)).route(web::post().to(hold)))
        .service(web::resource("/holds/{case}").route(web::delete().to(release)));
}
