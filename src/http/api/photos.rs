//! `POST /api/photos` takes one photo; `GET /photos/{id}/{small|large}.jpg` shows it.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use actix_multipart::{Field as Part, Multipart, MultipartError};
use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::cases::pictures;
use crate::error::{Error, Result};
use crate::geo::Point;
use crate::http::auth::{Staff, Visitor};
use crate::http::limits::limited;
use crate::http::{Problem, client_address, gate, problem::problems};
use crate::people::policy::Act;
use crate::photos::store::Size;
use crate::photos::{self, Area, Photo, Said, Upload, Uploaded};
use crate::requests::Contact;

/// Bytes that a form may have beside its photo: boundaries, headers, small fields that we do not ask for.
const BESIDE: usize = 64 * 1024;

/// The form of an upload.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
struct UploadForm {
    /// JPEG, PNG, WebP or GIF; told by its content, whatever it is called.
    #[schema(value_type = String, format = Binary)]
    photo: Vec<u8>,
    /// Where it was taken, degrees east, for a photo that does not say so itself; with `lat`.
    lon: Option<f64>,
    /// Degrees north of the same place.
    lat: Option<f64>,
    /// When it was taken, epoch milliseconds, likewise.
    taken_at: Option<i64>,
}

#[utoipa::path(post, path = "/api/photos", tag = "public", extensions(("x-act" = json!(Act::FileRequest))), request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = Uploaded), (status = 403, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn take(app: web::Data<App>, asked: HttpRequest, body: web::Payload) -> Result<HttpResponse> {
    let type_ = asked.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !type_.starts_with("multipart/form-data") {
        return Err(Error::Unsupported("Send the photo as multipart/form-data, in the field `photo`.".into()));
    }
    let address = client_address(&asked).map(|client| client.address);
    app.blocks.refuse(&app.db, address, &Contact::default(), app.clock.now()).await?;
    // A length that is too large is refused before a byte is read; a body without one is refused when it grows too large.
    let length = asked.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok()).unwrap_or(0);
    let most = app.photos.limits().max_bytes;
    if length > most + BESIDE {
        return Err(photos::intake::Refusal::TooManyBytes { limit: most }.into());
    }
    let seconds = app.config.photos.upload_seconds;
    let form = Multipart::new(asked.headers(), body);
    let received = tokio::time::timeout(Duration::from_secs(seconds), received(form, app.photos.upload())).await;
    let (upload, said) = received.map_err(|_| Error::invalid("photo", format!("took longer than {seconds} seconds to arrive.")))??;
    Ok(HttpResponse::Created().json(app.photos.keep_upload(&app.db, &app.clock, upload, said).await?))
}

/// Reads the form to its end; the part `photo` is the upload, and what is said of it stands beside.
async fn received(mut form: Multipart, mut upload: Upload) -> Result<(Upload, Said)> {
    let (mut found, mut beside, mut fields) = (false, 0, BTreeMap::<&str, Vec<u8>>::new());
    while let Some(mut part) = form.try_next().await.map_err(broken)? {
        let name = SAID.into_iter().chain(["photo"]).find(|known| part.name() == Some(*known));
        let twice = match name {
            Some("photo") => std::mem::replace(&mut found, true),
            Some(name) => fields.insert(name, Vec::new()).is_some(),
            None => false,
        };
        if twice {
            return Err(Error::invalid(name.unwrap_or_default(), "came twice: send one photo at a time."));
        }
        while let Some(chunk) = next(&mut part).await? {
            if name == Some("photo") {
                upload.push(&chunk)?;
                continue;
            }
            beside += chunk.len();
            if beside > BESIDE {
                return Err(Error::TooLarge { what: "What came beside the photo".into(), limit: format!("{BESIDE} bytes") });
            }
            if let Some(field) = name.and_then(|name| fields.get_mut(name)) {
                field.extend_from_slice(&chunk);
            }
        }
    }
    if found { Ok((upload, said(&fields)?)) } else { Err(Error::invalid("photo", "is missing: send it in the field `photo`.")) }
}

/// What a sender may say of a photo.
const SAID: [&str; 3] = ["lon", "lat", "taken_at"];

/// The year 2000: no telephone took a photo before.
const FIRST_TAKEN: i64 = 946_684_800_000;

fn said(fields: &BTreeMap<&str, Vec<u8>>) -> Result<Said> {
    let degrees = number::<f64>(fields, "lon", "degrees")?.zip(number::<f64>(fields, "lat", "degrees")?);
    let place = degrees.map(|(lon, lat)| Point::new(lon, lat)).transpose().map_err(|e| Error::invalid("lon", e.to_string()))?;
    let taken_at = number::<i64>(fields, "taken_at", "milliseconds since 1970")?;
    if taken_at.is_some_and(|at| at < FIRST_TAKEN) {
        return Err(Error::invalid("taken_at", "is before the year 2000; it is milliseconds since 1970."));
    }
    Ok(Said { place, taken_at })
}

fn number<T: FromStr>(fields: &BTreeMap<&str, Vec<u8>>, name: &'static str, unit: &str) -> Result<Option<T>> {
    let Some(field) = fields.get(name).filter(|field| !field.is_empty()) else { return Ok(None) };
    let read = std::str::from_utf8(field).ok().and_then(|text| text.parse().ok());
    read.map(Some).ok_or_else(|| Error::invalid(name, format!("is not a number of {unit}.")))
}

async fn next(part: &mut Part) -> Result<Option<web::Bytes>> {
    part.try_next().await.map_err(broken)
}

fn broken(e: MultipartError) -> Error {
    Error::invalid("body", format!("is not a whole multipart form: {e}."))
}

#[utoipa::path(get, path = "/photos/{id}/{file}", tag = "public", extensions(("x-act" = json!(Act::SeePublic))),
    params(("id" = String, Path, description = "The photo"), ("file" = String, Path, description = "`small.jpg` or `large.jpg`")),
    responses((status = 200, content_type = "image/jpeg", body = Vec<u8>), (status = 304), (status = 404, body = Problem)))]
pub(super) async fn show(
    app: web::Data<App>,
    visitor: Visitor,
    asked: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse> {
    let (id, file) = path.into_inner();
    let size = file.strip_suffix(".jpg").and_then(Size::from_word).ok_or(Error::NotFound("photo"))?;
    let photo = photos::find(&app.db, &id).await?.ok_or(Error::NotFound("photo"))?;
    if !pictures::visible(&app.db, &visitor.0, &photo).await? {
        return Err(Error::NotFound("photo"));
    }
    // An id never gets other bytes, so it is its own version.
    let tag = format!("\"{id}-{}\"", size.word());
    let known = asked.headers().get(header::IF_NONE_MATCH).is_some_and(|v| v.to_str().is_ok_and(|v| v.split(',').any(|v| v.trim() == tag)));
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::CACHE_CONTROL, caching(&photo))).insert_header((header::ETAG, tag));
    if known {
        return Ok(answer.finish());
    }
    let picture = app.photos.store().get(&photo.object, size).await?;
    Ok(answer.content_type("image/jpeg").body(SizedStream::new(picture.meta.size, picture.into_stream())))
}

/// How long what is answered may be kept by others; a photo that the asker may not see is not there.
fn caching(photo: &Photo) -> &'static str {
    // Not for ever: it may be hidden tomorrow.
    if photo.public() { "public, max-age=3600" } else { "no-store" }
}

/// What staff decide about a photo.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reviewed {
    /// Whether the public sees it.
    shown: bool,
    /// Why it is hidden; for staff alone.
    reason: Option<String>,
}

#[utoipa::path(post, path = "/api/photos/{id}/review", tag = "staff", extensions(("x-act" = json!(Act::ReviewPhoto))), request_body = Reviewed,
    params(("id" = String, Path, description = "The photo")),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn review(app: web::Data<App>, staff: Staff, id: web::Path<String>, given: web::Json<Reviewed>) -> Result<HttpResponse> {
    let (who, id, now) = (staff.0, id.into_inner(), app.clock.now());
    photos::check_id(&id)?;
    let (Reviewed { shown, reason }, most) = (given.into_inner(), app.config.limits.line);
    if reason.as_ref().is_some_and(|words| words.chars().count() > most || words.contains('\0')) {
        return Err(Error::invalid("reason", format!("must be at most {most} characters, and none of them U+0000.")));
    }
    app.db.write(async move |tx| pictures::review(tx, &who, &id, shown, reason.as_deref(), now).await).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Areas to be blackened.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Blackening {
    /// Rectangles in parts of the picture.
    areas: Vec<Area>,
}

/// The picture that stands there now.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Blackened {
    /// Its id; the one before is gone.
    id: String,
    /// Address of the small size.
    small: String,
    /// Address of the large size.
    large: String,
}

#[utoipa::path(post, path = "/api/photos/{id}/redactions", tag = "staff", extensions(("x-act" = json!(Act::Moderate))), request_body = Blackening,
    params(("id" = String, Path, description = "The photo")),
    responses((status = 200, body = Blackened), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn redact(app: web::Data<App>, staff: Staff, id: web::Path<String>, given: web::Json<Blackening>) -> Result<HttpResponse> {
    photos::check_id(&id)?;
    let (areas, most) = (given.into_inner().areas, app.config.limits.photo_areas);
    let id = pictures::redact(&app.db, &app.photos, &app.clock, &staff.0, &id, areas, most).await?;
    let (small, large) = (format!("/photos/{id}/small.jpg"), format!("/photos/{id}/large.jpg"));
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(Blackened { id, small, large }))
}

/// Registers the route under `/api`.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/photos").route(web::post().to(take)))
        .service(web::resource("/photos/{id}/review").route(web::post().to(review)))
        .service(web::resource("/photos/{id}/redactions").route(web::post().to(redact)));
}

/// Registers the pictures, which stand beside `/api`: their address is part of what others store and link.
pub fn pictures(cfg: &mut web::ServiceConfig) {
    let picture = web::resource("/{id}/{file}").route(web::get().to(show)).route(web::head().to(show));
    cfg.service(web::scope("/photos").wrap(from_fn(gate)).wrap(from_fn(limited)).wrap(from_fn(problems)).service(picture));
}
