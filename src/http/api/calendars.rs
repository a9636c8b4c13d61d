//! `/api/calendars`: when work is done, for those who keep the calendars.

use actix_web::{HttpRequest, HttpResponse, web};

use super::PRIVATE;
use super::version::{if_match, tagged};
use crate::app::App;
use crate::calendar::{self, Calendar, CalendarWish};
use crate::error::Result;
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::people::policy::Act;

#[utoipa::path(get, path = "/api/calendars", tag = "staff", extensions(("x-act" = json!(Act::EditCalendars))),
    responses((status = 200, body = Vec<Calendar>), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn list(app: web::Data<App>, staff: Staff) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().insert_header(PRIVATE).json(calendar::all(&app.db, &staff.0).await?))
}

#[utoipa::path(get, path = "/api/calendars/{code}", tag = "staff", extensions(("x-act" = json!(Act::EditCalendars))),
    params(("code" = String, Path, description = "Code of the calendar")),
    responses((status = 200, body = Calendar), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn one(app: web::Data<App>, staff: Staff, code: web::Path<String>) -> Result<HttpResponse> {
    shown(&app, &staff, &code).await
}

#[utoipa::path(put, path = "/api/calendars/{code}", tag = "staff", extensions(("x-act" = json!(Act::EditCalendars))), request_body = CalendarWish,
    params(("code" = String, Path, description = "Code of the calendar; one that is not there is made"),
        ("If-Match" = String, Header, description = "The ETag of what was seen; `*` for a new one, or to replace whatever there is")),
    description = "Makes or replaces a calendar. Promises that run keep their time until they stand and go on.",
    responses((status = 200, body = Calendar), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 412, body = Problem, description = "Somebody else changed it meanwhile"), (status = 422, body = Problem)))]
pub(super) async fn save(
    app: web::Data<App>,
    staff: Staff,
    code: web::Path<String>,
    asked: HttpRequest,
    wish: web::Json<CalendarWish>,
) -> Result<HttpResponse> {
    let (who, seen, now, wish, named) = (staff.0.clone(), if_match(&asked)?, app.clock.now(), wish.into_inner(), code.clone());
    app.db.write(async move |tx| calendar::save(tx, &who, &named, &wish, seen, now).await).await?;
    shown(&app, &staff, &code).await
}

async fn shown(app: &App, staff: &Staff, code: &str) -> Result<HttpResponse> {
    let calendar = calendar::one(&app.db, &staff.0, code).await?;
    Ok(tagged(calendar.version, &calendar))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/calendars").route(web::get().to(list)))
        .service(web::resource("/calendars/{code}").route(web::get().to(one)).route(web::put().to(save)));
}
