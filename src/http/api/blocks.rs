//! `/api/blocks`: who may not file, comment or upload for a while. Staff set, see and lift blocks.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::abuse::blocks::{self, Block, Kind, NewBlock};
use crate::app::App;
use crate::error::Result;
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::people::policy::Act;

/// The blocks that hold.
#[derive(Serialize, utoipa::ToSchema)]
struct Blocked {
    /// The newest first.
    blocks: Vec<Block>,
}

/// A block to set.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Blocking {
    /// What it is of.
    kind: Kind,
    /// The network, the domain, or what the person gave; of a person only a hash is kept.
    value: String,
    /// Why; colleagues read it.
    reason: String,
    /// When it ends by itself, epoch milliseconds; without it somebody has to lift it.
    expires_at: Option<i64>,
}

/// A block that was set.
#[derive(Serialize, utoipa::ToSchema)]
struct Set {
    /// Its id.
    id: i64,
}

#[utoipa::path(get, path = "/api/blocks", tag = "staff", extensions(("x-act" = json!(Act::ManageBlocks))),
    responses((status = 200, body = Blocked), (status = 401, body = Problem), (status = 403, body = Problem)))]
async fn list(app: web::Data<App>, _: Staff) -> Result<HttpResponse> {
    let blocks = blocks::list(&app.db, app.clock.now(), app.config.limits.blocks).await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(Blocked { blocks }))
}

#[utoipa::path(post, path = "/api/blocks", tag = "staff", extensions(("x-act" = json!(Act::ManageBlocks))), request_body = Blocking,
    responses((status = 201, body = Set), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn set(app: web::Data<App>, staff: Staff, given: web::Json<Blocking>) -> Result<HttpResponse> {
    let Blocking { kind, value, reason, expires_at } = given.into_inner();
    let new = NewBlock { kind, value, reason, expires_at };
    let (known, by, now, longest) = (app.blocks.clone(), staff.0.member(), app.clock.now(), app.config.limits.line);
    let id = app.db.write(async move |tx| known.put(tx, &new, longest, by, now).await).await?;
    Ok(HttpResponse::Created().json(Set { id }))
}

#[utoipa::path(delete, path = "/api/blocks/{block}", tag = "staff", extensions(("x-act" = json!(Act::ManageBlocks))), params(("block" = i64, Path, description = "The block")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn lift(app: web::Data<App>, staff: Staff, block: web::Path<i64>) -> Result<HttpResponse> {
    let (by, now) = (staff.0.member(), app.clock.now());
    app.db.write(async move |tx| blocks::lift(tx, *block, by, now).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/blocks").route(web::get().to(list)).route(web::post().to(set)))
        .service(web::resource("/blocks/{block}").route(web::delete().to(lift)));
}
