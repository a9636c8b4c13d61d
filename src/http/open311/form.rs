//! The body of a filing: a form in either encoding, read as it arrives, never more of it than the limits allow. Text goes to
//! [`Fields`]; every part with a file name, whatever it is called, is taken for a photo. A photo that is too large loses
//! nothing but itself.

use std::time::Duration;

use actix_multipart::{Field as Part, Multipart};
use actix_web::http::header;
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, error};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};

use super::submission::Fields;
use crate::app::App;
use crate::error::{Error, Result};
use crate::photos::Upload;

/// A form as it arrived.
pub struct Form {
    /// Its text.
    pub fields: Fields,
    /// Its photos, or why one is not taken.
    pub photos: Vec<Result<Upload>>,
    /// SHA-256 over names, values and files: the same form has the same digest, whatever boundary it was sent with.
    pub digest: Vec<u8>,
}

/// Reads a form to its end.
pub async fn read(app: &App, request: &HttpRequest, payload: Payload) -> Result<Form> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().trim().to_ascii_lowercase();
    let multipart = kind.starts_with("multipart/form-data");
    // Clients that send no type at all send a plain form.
    if !multipart && !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Error::Unsupported("Send a form: application/x-www-form-urlencoded, or multipart/form-data with photos.".into()));
    }
    let photos = &app.config.photos;
    let text = app.config.limits.body_bytes;
    let most = if multipart { text + photos.max_bytes * photos.max_per_request } else { text };
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok()).unwrap_or(0);
    if length > most {
        return Err(too_large(most));
    }
    let reading = async {
        match multipart {
            true => {
                Reader { app, form: Form::new(), hash: Sha256::new(), text, left: most, most }
                    .parts(Multipart::new(request.headers(), payload))
                    .await
            }
            false => urlencoded(payload, most).await,
        }
    };
    let seconds = photos.upload_seconds;
    let late = |_| Error::invalid("body", format!("took longer than {seconds} seconds to arrive."));
    tokio::time::timeout(Duration::from_secs(seconds), reading).await.map_err(late)?
}

async fn urlencoded(mut payload: Payload, most: usize) -> Result<Form> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.try_next().await.map_err(|e: error::PayloadError| broken(&e))? {
        if body.len() + chunk.len() > most {
            return Err(too_large(most));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Form { fields: Fields::from_urlencoded(&body), photos: Vec::new(), digest: Sha256::digest(&body).to_vec() })
}

fn too_large(most: usize) -> Error {
    Error::TooLarge { what: "The form".into(), limit: format!("{most} bytes") }
}

fn broken(e: &dyn std::fmt::Display) -> Error {
    Error::invalid("body", format!("is not a whole form: {e}."))
}

impl Form {
    fn new() -> Form {
        Form { fields: Fields::default(), photos: Vec::new(), digest: Vec::new() }
    }
}

/// Reads the parts of one form.
struct Reader<'a> {
    app: &'a App,
    form: Form,
    hash: Sha256,
    /// Bytes of text that may still come.
    text: usize,
    /// Bytes of anything that may still come.
    left: usize,
    most: usize,
}

impl Reader<'_> {
    async fn parts(mut self, mut parts: Multipart) -> Result<Form> {
        while let Some(mut part) = parts.try_next().await.map_err(|e| broken(&e))? {
            let name = part.name().unwrap_or_default().to_owned();
            self.mark(name.as_bytes());
            // A file input left empty is sent as a part with an empty file name.
            match part.content_disposition().and_then(|said| said.get_filename()).map(str::is_empty) {
                None => self.text(name, &mut part).await?,
                Some(nameless) => self.photo(nameless, &mut part).await?,
            }
        }
        self.form.digest = self.hash.finalize().to_vec();
        Ok(self.form)
    }

    async fn text(&mut self, name: String, part: &mut Part) -> Result<()> {
        let mut value = Vec::new();
        while let Some(chunk) = self.next(part).await? {
            if chunk.len() > self.text {
                return Err(Error::TooLarge {
                    what: "The text of the form".into(),
                    limit: format!("{} bytes", self.app.config.limits.body_bytes),
                });
            }
            self.text -= chunk.len();
            value.extend_from_slice(&chunk);
        }
        self.mark(&value);
        self.form.fields.0.push((name, String::from_utf8_lossy(&value).into_owned()));
        Ok(())
    }

    async fn photo(&mut self, nameless: bool, part: &mut Part) -> Result<()> {
        let most = self.app.config.photos.max_per_request;
        let mut upload = match self.form.photos.len() < most {
            true => Ok(self.app.photos.upload()),
            false => Err(Error::TooLarge { what: "The number of photos".into(), limit: most.to_string() }),
        };
        let mut empty = true;
        let mut hash = Sha256::new();
        while let Some(chunk) = self.next(part).await? {
            empty &= chunk.is_empty();
            hash.update(&chunk);
            // What does not fit is still read to its end, for the sake of what comes after it.
            upload = upload.and_then(|mut upload| upload.push(&chunk).map(|()| upload));
        }
        self.mark(&hash.finalize());
        if !(empty && nameless) {
            self.form.photos.push(upload);
        }
        Ok(())
    }

    async fn next(&mut self, part: &mut Part) -> Result<Option<Bytes>> {
        let chunk = part.try_next().await.map_err(|e| broken(&e))?;
        let length = chunk.as_ref().map_or(0, Bytes::len);
        self.left = self.left.checked_sub(length).ok_or_else(|| too_large(self.most))?;
        Ok(chunk)
    }

    fn mark(&mut self, bytes: &[u8]) {
        self.hash.update((bytes.len() as u64).to_be_bytes());
        self.hash.update(bytes);
    }
}
