//! `GET /api/challenge`: what a request filed from here would cost just now, so that a page can solve it while somebody types.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::abuse::challenge::{Asked, Challenge, Used};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Problem, client_address};
use crate::network::Client;
use crate::people::policy::{Act, Who};

/// The header that carries an answer.
const PROOF: &str = "proof-of-work";

#[utoipa::path(get, path = "/api/challenge", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    responses((status = 200, body = Challenge, description = "`bits` of 0 ask for nothing"), (status = 429, body = Problem)))]
async fn challenge(app: web::Data<App>, asked: HttpRequest) -> Result<HttpResponse> {
    let client = client_address(&asked).ok_or_else(|| Error::internal("a request without a peer"))?;
    let fresh = app.challenges.fresh(client.network, app.clock.now());
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(fresh))
}

/// What a filing costs. Staff, and networks without limits, file for others.
pub fn due(app: &App, asked: &HttpRequest, who: &Who) -> Result<Asked> {
    let Some(client) = payer(app, asked).filter(|_| matches!(who, Who::Anyone | Who::Resident { .. })) else {
        return Ok(Asked::Nothing(None));
    };
    let text = |name: &str| asked.headers().get(name).and_then(|value| value.to_str().ok());
    app.challenges.check(client.network, text(PROOF), text("idempotency-key").unwrap_or_default(), app.clock.now())
}

/// After a filing: counted where it was filed, the answer given back where it was not.
pub fn settle(app: &App, asked: &HttpRequest, used: Option<Used>, filed: bool) {
    match (payer(app, asked), used) {
        (Some(client), _) if filed => app.challenges.filed(client.network, app.clock.now()),
        (_, Some(used)) if !filed => app.challenges.give_back(used),
        _ => {}
    }
}

fn payer(app: &App, asked: &HttpRequest) -> Option<Client> {
    client_address(asked).filter(|client| !app.rates.exempts(client))
}

/// Registers the route.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/challenge").route(web::get().to(challenge)));
}
