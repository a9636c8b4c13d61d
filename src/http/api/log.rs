//! `/api/log`: the head that was signed last, for everybody; proofs for those who may read the log.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Problem;
use crate::http::auth::Staff;
use crate::ledger::{self, Consistency, Head, Inclusion};
use crate::people::policy::{Act, On, may};

/// What is to be proved: that an event is in the log, or that the log of one head begins with that of another.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Position of the event that is in the log.
    position: Option<i64>,
    /// Size of the smaller tree that the larger one begins with.
    from: Option<i64>,
    /// Size of the tree, as a head says it; without it, that of all that is in the tree by now.
    size: Option<i64>,
}

/// A proof of either kind.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[schema(as = LogProof)]
pub(super) enum Proof {
    /// That an event is in the log.
    Inclusion(Inclusion),
    /// That one log begins with another.
    Consistency(Consistency),
}

#[utoipa::path(get, path = "/api/log/head", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    responses((status = 200, body = Head, description = "The newest signed head; one is signed every `ledger.head_minutes`"),
        (status = 404, body = Problem, description = "None was signed yet")))]
pub(super) async fn head(app: web::Data<App>) -> Result<HttpResponse> {
    let head = ledger::newest(&app.db).await?.ok_or(Error::NotFound("signed head yet"))?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "public, max-age=10")).json(head))
}

#[utoipa::path(get, path = "/api/log/proof", tag = "staff", extensions(("x-act" = json!(Act::SeeLog))), params(Asked),
    responses((status = 200, body = Proof), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn proof(app: web::Data<App>, staff: Staff, asked: web::Query<Asked>) -> Result<HttpResponse> {
    if !may(&staff.0, Act::SeeLog, &On::default()) {
        return Err(Error::Forbidden("read the log"));
    }
    let proof = match (asked.position, asked.from) {
        (Some(position), None) => Proof::Inclusion(ledger::inclusion(&app.db, position, asked.size).await?),
        (None, Some(from)) => Proof::Consistency(ledger::consistency(&app.db, from, asked.size).await?),
        _ => return Err(Error::invalid("position", "or `from` says what is to be proved; give one of them.")),
    };
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(proof))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/log/head").route(web::get().to(head))).service(web::resource("/log/proof").route(web::get().to(proof)));
}
