//! `POST requests`: a form becomes a request. Who asks needs a key; a picture that cannot be taken costs nothing but itself,
//! and the answer says so.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode};
use url::Url;

use super::form::{self, Form};
use super::tree::Node;
use super::{Asked, Refusal, known_jurisdiction, media};
use crate::app::App;
use crate::catalog::Kind;
use crate::error::{Error, Result};
use crate::http::problem::log;
use crate::http::{auth, client_address};
use crate::people::keys::Good;
use crate::people::policy::{Act, On, may};
use crate::photos::Said;
use crate::requests::{self, Filed, Key, NewRequest, Outcome, Wish};

/// Files a service request.
#[utoipa::path(post, path = "/open311/v2/requests.{format}", tag = "open311", extensions(("x-act" = json!(Act::FileByKey))), operation_id = "open311_file",
    params(("format" = String, Path, description = "`xml` or `json`"), ("Idempotency-Key" = Option<String>, Header, description = "The same key files once")),
    request_body(content_type = "application/x-www-form-urlencoded", content = String,
        description = "`api_key`, `service_code`, `lat` and `long` or `address_string` or `address_id`, `attribute[CODE]`, `description`, \
            `first_name`, `last_name`, `email`, `phone`, `device_id`, `account_id`, `media_url`; photos as parts of multipart/form-data"),
    responses((status = 200, description = "`service_requests` with `service_request_id` or `token`", content_type = "application/json"),
        (status = 400, description = "`errors`"), (status = 403, description = "`errors`: no valid key"), (status = 404, description = "`errors`: no such service"),
        (status = 413, description = "`errors`")))]
pub async fn file(app: Data<App>, asked: Asked, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Refusal> {
    let form = form::read(&app, &request, payload).await?;
    let sender = authorized(&app, &asked, &request, &form).await?;
    asked.jurisdiction(&app.config)?;
    known_jurisdiction(&form.fields, &app.config)?;
    let submission = form.fields.submission().map_err(Refusal::fields)?;
    let address = client_address(&request).map(|client| client.address);
    app.blocks.refuse(&app.db, address, &submission.contact, app.clock.now()).await?;
    let catalog = app.catalog.get(&app.db).await?;
    let service = catalog.open(&submission.service_code)?;
    let on = On { agency: service.agency_id, service: Some(service.id), ..On::default() };
    if !may(&sender.who, Act::FileByKey, &on) {
        return Err(Error::Forbidden("file this with this api_key").into());
    }
    let kind = service.kind;
    let key = match request.headers().get("idempotency-key") {
        Some(key) => Some(Key::new(&format!("open311:{}", sender.id), key.to_str().unwrap_or_default(), &form.digest)?),
        None => None,
    };
    let mut notices = Vec::new();
    let mut place = submission.place;
    if place.is_none() {
        let found = app.gazetteer.current(&app.db).await?.certain(&submission.address, &app.config.city.name);
        notices.push(match &found {
            Some(found) => format!("It came without coordinates; the address is taken to be {}.", found.label),
            None => "It came without coordinates, so staff will look up the address first.".to_owned(),
        });
        place = found.map(|found| found.at);
    }
    let (urls, lost) = media::keepable(&submission.media_urls, app.config.limits.line);
    if lost > 0 {
        notices
            .push(format!("{lost} media_url could not be kept: each has to be an http or https address, and together they have to fit."));
    }
    let mut new = NewRequest {
        service: submission.service_code,
        place,
        address: submission.address,
        address_id: submission.address_id,
        zipcode: submission.zipcode,
        description: submission.description,
        answers: submission.answers,
        media_url: urls.iter().map(Url::as_str).collect::<Vec<_>>().join("\n"),
        contact: submission.contact,
        language: submission.language,
        source: "open311".into(),
        // Whoever files here cannot be asked back.
        wish: Wish::File,
        ..NewRequest::default()
    };
    new.check(&app.config.limits)?;
    new.photos = take_photos(&app, form, urls, &mut notices).await;
    match requests::file(&app.filing, new, key).await? {
        Outcome::Filed(filed) => {
            notices.extend(said_of(&filed));
            let answer = Node::List("request", vec![receipt(kind, &filed, &notices.join(" "))?]);
            Ok(asked.format.answer(StatusCode::OK, "service_requests", &answer))
        }
        Outcome::SameOne(_) => Err(Error::internal("a filing that cannot be asked back was asked back").into()),
    }
}

/// The key that was sent, in the form or after the question mark.
async fn authorized(app: &App, asked: &Asked, request: &HttpRequest, form: &Form) -> Result<Good, Refusal> {
    let Some(key) = form.fields.first("api_key").or_else(|| asked.fields.first("api_key")) else {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "api_key is missing: filing needs a key, whose source discovery names."));
    };
    let known = auth::check_key(app, request, key).await?;
    known.ok_or_else(|| Refusal::new(StatusCode::FORBIDDEN, "api_key is not valid."))
}

/// Keeps what can be kept of the photos, sent or pointed at, and says what could not be.
async fn take_photos(app: &App, form: Form, urls: Vec<Url>, notices: &mut Vec<String>) -> Vec<String> {
    let mut kept = Vec::new();
    for (upload, place) in form.photos.into_iter().zip(1..) {
        let photo = match upload {
            Ok(upload) => app.photos.keep_upload(&app.db, &app.clock, upload, Said::default()).await,
            Err(e) => Err(e),
        };
        match photo {
            Ok(photo) => kept.push(photo.id),
            Err(e) => notices.push(format!("Photo {place} was not taken: {}", in_words(&e))),
        }
    }
    for url in urls.into_iter().filter(|url| media::may_fetch(url, &app.config.open311.media_hosts)) {
        if kept.len() < app.config.photos.max_per_request {
            match media::fetch(app, url).await {
                Ok(id) => kept.push(id),
                Err(e) => notices.push(format!("A picture was not fetched, and its address is kept: {}", in_words(&e))),
            }
        }
    }
    kept
}

/// Why a photo was not taken, without the name of a field that this form does not have.
fn in_words(e: &Error) -> String {
    log(e);
    match e {
        Error::Invalid(fields) => fields.iter().map(|field| format!("it {}", field.problem)).collect::<Vec<_>>().join(" "),
        // "Nothing was changed" would be wrong here: the request is filed.
        Error::Unavailable(why) => format!("{why}."),
        e => e.to_string(),
    }
}

/// What became of it that the sender did not ask for.
fn said_of(filed: &Filed) -> Option<String> {
    let words = match (filed.joined, filed.flagged, filed.in_review) {
        (true, ..) => "It was added to a case nearby that is open already.",
        (_, true, _) => "Open requests nearby may be about the same problem; staff will look at them together.",
        (_, _, true) => "Its photos are shown to others once staff have looked at them.",
        _ => return None,
    };
    Some(words.into())
}

/// The id, a token, or neither, as the service is.
fn receipt(kind: Kind, filed: &Filed, notice: &str) -> Result<Node> {
    let mut fields = match kind {
        Kind::Realtime => vec![("service_request_id", Node::text(filed.number.as_str()))],
        Kind::Batch => {
            let token = filed.open311_token.as_deref().ok_or_else(|| Error::internal("a batch service answered without a token"))?;
            vec![("token", Node::text(token))]
        }
        Kind::Blackbox => vec![],
    };
    fields.extend([("service_notice", Node::text(notice)), ("account_id", Node::Empty)]);
    Ok(Node::Object(fields))
}
