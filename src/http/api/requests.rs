//! Residents' side: file a request, see one, find open cases nearby.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::challenge;
use crate::abuse::challenge::Asked;
use crate::app::App;
use crate::catalog::{Answers, Service};
use crate::error::{Error, Field, Result};
use crate::geo::Point;
use crate::http::auth::Visitor;
use crate::http::{Problem, client_address};
use crate::people::policy::{Act, On, Who, may};
use crate::privacy::{self, Hint};
use crate::requests::duplicates::Report;
use crate::requests::{self, Candidate, Contact, Filed, Key, NewRequest, Number, Outcome, PublicRequest, Reader, Wish};

/// A request to file.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Filing {
    /// Code of the service.
    service: String,
    /// Degrees east.
    lon: Option<f64>,
    /// Degrees north.
    lat: Option<f64>,
    /// How sure the phone is of the place, in metres.
    accuracy_m: Option<f64>,
    /// Address in words.
    #[serde(default)]
    address: String,
    /// What is broken, in the resident's words.
    #[serde(default)]
    description: String,
    /// Answers to the service's questions: a value, or a list of values.
    #[serde(default)]
    answers: std::collections::BTreeMap<String, Answer>,
    /// Ids of uploaded photos.
    #[serde(default)]
    photos: Vec<String>,
    /// Address of a photo kept elsewhere.
    #[serde(default)]
    media_url: String,
    /// Who it is from; optional, never public.
    #[serde(default)]
    contact: Person,
    /// BCP 47 tag of the language of the words.
    #[serde(default)]
    language: String,
    /// Number of a request whose case this is, too.
    join: Option<String>,
    /// It is none of the open cases nearby.
    #[serde(default)]
    separate: bool,
    /// Leave this empty. A program that fills every field of a form fills it, and is refused.
    #[serde(default)]
    website: String,
}

/// One answer or several.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
enum Answer {
    /// One value.
    One(String),
    /// Several values.
    Many(Vec<String>),
    /// A number.
    Number(f64),
}

/// Who a request is from.
#[derive(Deserialize, Default, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Person {
    first_name: String,
    last_name: String,
    email: String,
    phone: String,
}

/// What the sender is told.
#[derive(Serialize, utoipa::ToSchema)]
struct Receipt {
    /// The number to keep.
    number: String,
    /// The same as it is read aloud.
    number_spoken: String,
    /// Code of the service.
    service: String,
    /// Where the case stands.
    status: crate::cases::Status,
    /// Whether it joined a case that was open before.
    joined: bool,
    /// Who holds it may act for this request.
    token: String,
    /// Page that tells the story.
    follow_url: String,
    /// By when it is promised, epoch milliseconds.
    expected_at: Option<i64>,
    /// Whether its photos wait to be looked at before others see them.
    review: bool,
    /// What else there is to say.
    notice: Option<String>,
    /// Personal data found in the words; others do not see it until staff has decided.
    hints: Vec<Hint>,
}

/// Words about to be sent.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct Words {
    /// What is broken.
    description: String,
    /// Answers in words, by code of the question.
    answers: std::collections::BTreeMap<String, String>,
}

/// What one may want to leave out of them.
#[derive(Serialize, utoipa::ToSchema)]
struct Hints {
    /// Personal data that was found, in the order of the words; none is no promise that there is none.
    hints: Vec<Hint>,
}

#[utoipa::path(post, path = "/api/requests/check", tag = "public", extensions(("x-act" = json!(Act::FileRequest))), request_body = Words,
    responses((status = 200, description = "Nothing is kept of what was sent", body = Hints), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn check(app: web::Data<App>, words: web::Json<Words>) -> Result<HttpResponse> {
    let Words { description, answers } = words.into_inner();
    let most = app.config.limits.description;
    if description.chars().count() > most || answers.values().any(|answer| answer.chars().count() > most) {
        return Err(Error::invalid("description", format!("or an answer has more than {most} characters.")));
    }
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(Hints { hints: hints(&app, &description, &answers) }))
}

fn hints(app: &App, description: &str, answers: &std::collections::BTreeMap<String, String>) -> Vec<Hint> {
    let answers = answers.iter().map(|(code, answer)| (format!("answers.{code}"), answer.as_str()));
    privacy::hints(&app.discretion.scanner, std::iter::once(("description".to_owned(), description)).chain(answers))
}

#[utoipa::path(post, path = "/api/requests", tag = "public", extensions(("x-act" = json!(Act::FileRequest))), request_body = Filing,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key files once"),
        ("Proof-Of-Work" = Option<String>, Header, description = "`challenge:number`, where 428 or `GET /api/challenge` asked for it")),
    responses((status = 201, body = Receipt), (status = 403, body = Problem, description = "Nothing is taken from whoever asks"), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem),
        (status = 428, body = Problem, description = "Solve `challenge` first, and send it again"), (status = 429, body = Problem)))]
async fn file(app: web::Data<App>, visitor: Visitor, asked: HttpRequest, body: web::Bytes) -> Result<HttpResponse> {
    let is_json = asked.headers().get("content-type").and_then(|v| v.to_str().ok()).is_some_and(|v| v.starts_with("application/json"));
    if !is_json {
        return Err(Error::Unsupported("The body must be JSON, sent as application/json.".into()));
    }
    let filing: Filing =
        serde_json::from_slice(&body).map_err(|e| Error::invalid("body", format!("is not the JSON that is expected here: {e}.")))?;
    let key = match asked.headers().get("idempotency-key") {
        Some(key) => Some(Key::new(&sender(&visitor.0), key.to_str().unwrap_or_default(), &body)?),
        None => None,
    };
    let catalog = app.catalog.get(&app.db).await?;
    if let (Who::Key { .. }, Ok(service)) = (&visitor.0, catalog.open(&filing.service)) {
        let on = On { agency: service.agency_id, service: Some(service.id), ..On::default() };
        if !may(&visitor.0, Act::FileRequest, &on) {
            return Err(Error::Forbidden("file this with this key"));
        }
    }
    let hints = hints(&app, &filing.description, &filing.texts(catalog.by_code(&filing.service)));
    let new = filing.into_request()?;
    let address = client_address(&asked).map(|client| client.address);
    app.blocks.refuse(&app.db, address, &new.contact, app.clock.now()).await?;
    let used = match challenge::due(&app, &asked, &visitor.0)? {
        Asked::Nothing(used) => used,
        Asked::Work(challenge) => return Ok(Problem::challenge(challenge).answer()),
    };
    let outcome = requests::file(&app.filing, new, key).await;
    challenge::settle(&app, &asked, used, matches!(outcome, Ok(Outcome::Filed(_))));
    match outcome? {
        Outcome::Filed(filed) => Ok(receipt(&app, filed, hints)),
        Outcome::SameOne(near) => Ok(Problem::duplicates(requests::candidates(&app.db, &app.discretion, &catalog, &near).await?).answer()),
    }
}

/// Whose keys of idempotency they are: a machine's are its own.
fn sender(who: &Who) -> String {
    match who {
        Who::Key { id, .. } => format!("api:{id}"),
        _ => "api".to_owned(),
    }
}

impl Filing {
    /// The answers in one's own words.
    fn texts(&self, service: Option<&Service>) -> std::collections::BTreeMap<String, String> {
        let in_words = |code: &str| service.is_some_and(|service| service.asks_for_words(code));
        let text = |(code, answer): (&String, &Answer)| match answer {
            Answer::One(text) if in_words(code) => Some((code.clone(), text.clone())),
            Answer::One(_) | Answer::Many(_) | Answer::Number(_) => None,
        };
        self.answers.iter().filter_map(text).collect()
    }

    fn into_request(self) -> Result<NewRequest> {
        if !self.website.is_empty() {
            return Err(Error::invalid("website", "must be empty: it is there for programs that fill every field."));
        }
        let place = match (self.lon, self.lat) {
            (Some(lon), Some(lat)) => Some(Point::new(lon, lat).map_err(|e| Error::invalid("lon", e.to_string()))?),
            (None, None) => None,
            (None, Some(_)) => return Err(Error::invalid("lon", "is missing beside lat.")),
            (Some(_), None) => return Err(Error::invalid("lat", "is missing beside lon.")),
        };
        let wish = match (self.join, self.separate) {
            (Some(_), true) => return Err(Error::Invalid(vec![Field::new("join", "cannot go with `separate`.")])),
            (Some(number), false) => Wish::Join(number),
            (None, true) => Wish::Separate,
            (None, false) => Wish::Ask,
        };
        let mut answers = Answers::default();
        for (code, answer) in self.answers {
            match answer {
                Answer::One(value) => answers.give(code, value),
                Answer::Number(value) => answers.give(code, value.to_string()),
                Answer::Many(values) => values.into_iter().for_each(|value| answers.give(code.clone(), value)),
            }
        }
        let Person { first_name, last_name, email, phone } = self.contact;
        Ok(NewRequest {
            service: self.service,
            place,
            accuracy_m: self.accuracy_m,
            address: self.address,
            description: self.description,
            answers,
            photos: self.photos,
            media_url: self.media_url,
            contact: Contact { first_name, last_name, email, phone, ..Contact::default() },
            language: self.language,
            source: "web".into(),
            wish,
            ..NewRequest::default()
        })
    }
}

fn receipt(app: &App, filed: Filed, hints: Vec<Hint>) -> HttpResponse {
    let token = app.follow.token(&filed.salt, filed.number.as_str());
    let path = format!("/requests/{}", filed.number.as_str());
    let notice = match (filed.joined, filed.in_review) {
        (true, _) => Some("It was added to a case that is open already.".to_owned()),
        (_, true) => Some("Your photo is shown to others once it has been looked at.".to_owned()),
        _ => None,
    };
    HttpResponse::Created().insert_header(("Location", format!("/api{path}"))).json(Receipt {
        number_spoken: filed.number.to_string(),
        follow_url: format!("{}{}", app.config.public_url(), app.follow.path(&filed.salt, filed.number.as_str())),
        number: filed.number.as_str().to_owned(),
        service: filed.service,
        status: filed.status,
        joined: filed.joined,
        expected_at: filed.due_at,
        review: filed.in_review,
        token,
        notice,
        hints,
    })
}

/// A token to act with, beside the number that everybody may know.
#[derive(Deserialize, utoipa::IntoParams)]
struct Held {
    /// The token of the follow link.
    token: Option<String>,
}

#[utoipa::path(get, path = "/api/requests/{number}", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(("number" = String, Path, description = "The request's number, with or without hyphen"), Held),
    responses((status = 200, body = PublicRequest), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 410, body = Problem, description = "It was deleted, as the city's rules of retention say")))]
async fn one(app: web::Data<App>, number: web::Path<String>, held: web::Query<Held>) -> Result<HttpResponse> {
    let number = Number::parse(&number).ok_or(Error::NotFound("request"))?;
    if let Some(token) = &held.token {
        let (_, salt) = requests::find(&app.db, &number).await?;
        if !app.follow.check(&salt, number.as_str(), token) {
            return Err(Error::Unauthorized("This link is not valid. Open it as it was sent, or use the number alone."));
        }
    }
    let reader = if held.token.is_some() { Reader::Holder } else { Reader::Anyone };
    Ok(HttpResponse::Ok().json(requests::public(&app.db, &app.discretion, &number, reader).await?))
}

/// A place and what is broken there.
#[derive(Deserialize, utoipa::IntoParams)]
struct Spot {
    /// Degrees east.
    lon: f64,
    /// Degrees north.
    lat: f64,
    /// Code of the service.
    service: String,
    /// How sure the phone is of the place, in metres.
    accuracy_m: Option<f64>,
}

/// Open cases near a place.
#[derive(Serialize, utoipa::ToSchema)]
struct Nearby {
    /// How far was looked, in metres.
    radius_m: f64,
    /// What may be the same, the likeliest first.
    cases: Vec<Candidate>,
}

#[utoipa::path(get, path = "/api/nearby", tag = "public", extensions(("x-act" = json!(Act::SeePublic))), params(Spot),
    responses((status = 200, body = Nearby), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn nearby(app: web::Data<App>, spot: web::Query<Spot>) -> Result<HttpResponse> {
    let place = Point::new(spot.lon, spot.lat).map_err(|e| Error::invalid("lon", e.to_string()))?;
    let catalog = app.catalog.get(&app.db).await?;
    let service = catalog.open(&spot.service)?;
    let accuracy_m = spot.accuracy_m.filter(|metres| (0.0..=100_000.0).contains(metres));
    let here = Report { accuracy_m, ..Report::of(service.id, app.clock.now(), Some(place), "", "") };
    let near = requests::suggestions(&app.db, &app.open_cases, &catalog, service, &here, app.config.limits.candidates).await?;
    let cases = requests::candidates(&app.db, &app.discretion, &catalog, &near).await?;
    Ok(HttpResponse::Ok().json(Nearby { radius_m: service.duplicates.radius_m, cases }))
}

/// Registers the routes.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/requests").route(web::post().to(file)).route(web::get().to(super::pins::pins)))
        .service(web::resource("/requests/check").route(web::post().to(check)))
        .service(web::resource("/requests/{number}").route(web::get().to(one)))
        .service(web::resource("/nearby").route(web::get().to(nearby)));
}
