//! What the holder of a follow link does with the request: comment, add photos, withdraw. The token goes in the body, where
//! no log of addresses keeps it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::{Problem, client_address};
use crate::people::policy::Act;
use crate::privacy::{self, Hint};
use crate::requests::{self, Contact, Key, Number, Own, PublicRequest, Reader, Said, Ways};

/// A comment.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Comment {
    /// The token of the follow link.
    token: String,
    /// The words; may be empty where photos come.
    #[serde(default)]
    text: String,
    /// Ids of uploaded photos.
    #[serde(default)]
    photos: Vec<String>,
}

/// When a comment was taken.
#[derive(Serialize, utoipa::ToSchema)]
struct Commented {
    /// Epoch milliseconds.
    at: i64,
    /// Personal data found in the words; others do not see it until staff has decided.
    hints: Vec<Hint>,
}

/// Taking a request back.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Withdrawal {
    /// The token of the follow link.
    token: String,
    /// Why; everybody can read it.
    #[serde(default)]
    reason: String,
}

#[utoipa::path(post, path = "/api/requests/{number}/comments", tag = "public", extensions(("x-act" = json!(Act::ActOnOwnRequest))), request_body = Comment,
    params(("number" = String, Path, description = "The request's number, with or without hyphen"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key comments once")),
    responses((status = 201, body = Commented), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn comment(app: web::Data<App>, asked: HttpRequest, number: web::Path<String>, given: web::Json<Comment>) -> Result<HttpResponse> {
    let number = Number::parse(&number).ok_or(Error::NotFound("request"))?;
    let address = client_address(&asked).map(|client| client.address);
    app.blocks.refuse(&app.db, address, &Contact::default(), app.clock.now()).await?;
    let Comment { token, text, photos } = given.into_inner();
    let key = match asked.headers().get("idempotency-key") {
        Some(key) => Some(comment_key(&number, key.to_str().unwrap_or_default(), &text, &photos)?),
        None => None,
    };
    let hints = privacy::hints(&app.discretion.scanner, [("text".to_owned(), text.as_str())].into_iter());
    let said = Said { words: text, pictures: photos };
    let (now, told) = (app.clock.now(), app.clone());
    let write = async move |tx: &mut Tx| {
        let ways = Ways { config: &told.config, discretion: &told.discretion };
        Own::open(tx, &told.follow, &number, &token).await?.comment(tx, &ways, &said, key.as_ref(), now).await
    };
    let at = app.db.write(write).await?;
    Ok(HttpResponse::Created().json(Commented { at, hints }))
}

/// The key of a comment on one request; the token is no part of what is said.
fn comment_key(number: &Number, key: &str, text: &str, photos: &[String]) -> Result<Key> {
    let said = serde_json::to_vec(&(text, photos))?;
    Key::new(&format!("comment {}", number.as_str()), key, &said)
}

#[utoipa::path(post, path = "/api/requests/{number}/withdrawal", tag = "public", extensions(("x-act" = json!(Act::ActOnOwnRequest))), request_body = Withdrawal,
    params(("number" = String, Path, description = "The request's number, with or without hyphen")),
    responses((status = 200, body = PublicRequest), (status = 401, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn withdraw(app: web::Data<App>, number: web::Path<String>, given: web::Json<Withdrawal>) -> Result<HttpResponse> {
    let number = Number::parse(&number).ok_or(Error::NotFound("request"))?;
    let Withdrawal { token, reason } = given.into_inner();
    let (now, told, known) = (app.clock.now(), app.clone(), number.clone());
    let write = async move |tx: &mut Tx| {
        let ways = Ways { config: &told.config, discretion: &told.discretion };
        Own::open(tx, &told.follow, &known, &token).await?.withdraw(tx, &ways, &reason, now).await
    };
    app.db.write(write).await?;
    Ok(HttpResponse::Ok().json(requests::public(&app.db, &app.discretion, &number, Reader::Holder).await?))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/requests/{number}/comments").route(web::post().to(comment)))
        .service(web::resource("/requests/{number}/withdrawal").route(web::post().to(withdraw)));
}
