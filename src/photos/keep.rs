//! From uploaded bytes to a kept photo.
//!
//! The order makes it safe against a crash and against an eraser of the same content at any moment:
//!
//! 1. In one transaction, under a lock on the content, the row is written as `arriving`, with the name of the object that living rows
//!    of this content share, or with a new name. From here on nobody erases that object, because a row stands for it.
//! 2. The bytes are put, durably, even if another row already stands for them: that mends an object that was lost.
//! 3. The row becomes `unused`, and only then is the sender told its id.
//!
//! Whoever dies between the steps leaves a row that expires, and [`Photos::expire`] erases what it stands for.

use std::sync::Arc;

use rand::Rng;
use serde::Serialize;
use tokio::sync::Semaphore;

use super::intake::{Darkroom, Intake, Limits};
use super::row::State;
use super::store::Store;
use super::upload::{Upload, budget};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::hex;
use crate::geo::Point;

/// How long a row may stand for bytes that are still being put: far longer than any put is tried.
pub(super) const ARRIVING_MS: i64 = 3_600_000;
/// A camera whose clock is ahead by more than this does not know the time.
const AHEAD_MS: i64 = 86_400_000;

/// Everything that photos need: where they are decoded and where they are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Photos {
    pub(super) darkroom: Darkroom,
    pub(super) store: Store,
    arriving: Arc<Semaphore>,
    unused_ms: i64,
}

/// A photo that was kept, as its sender is told.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Uploaded {
    /// 128 random bits in hex; whoever knows it may file a request with this photo.
    pub id: String,
    /// Width of the large copy in pixels.
    pub width: u32,
    /// Height of the large copy in pixels.
    pub height: u32,
    /// Where the camera stood, longitude in degrees of WGS84: the sender may want to file there.
    pub lon: Option<f64>,
    /// Latitude of the same place.
    pub lat: Option<f64>,
    /// When the camera says it was taken, epoch milliseconds.
    pub taken_at: Option<i64>,
}

/// What the sender says of a photo that was made smaller on the phone, and lost it with its metadata.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Said {
    /// Where the camera stood.
    pub place: Option<Point>,
    /// When it was taken, epoch milliseconds.
    pub taken_at: Option<i64>,
}

impl Photos {
    /// Opens the store and the darkroom that the settings describe.
    pub fn open(config: &Config) -> Result<Photos> {
        let settings = &config.photos;
        let darkroom = Darkroom::new(Limits::from(settings), settings.decoders, config.zone()?);
        let arriving = budget(settings.max_arriving);
        Ok(Photos { darkroom, store: Store::open(settings)?, arriving, unused_ms: settings.unused_hours * 3_600_000 })
    }

    /// An empty upload, to be filled as bytes arrive and then kept.
    pub fn upload(&self) -> Upload {
        Upload::new(self.limits().max_bytes, Arc::clone(&self.arriving))
    }

    /// Keeps what has arrived, as [`Photos::keep`] does.
    pub async fn keep_upload(&self, db: &Db, clock: &Clock, upload: Upload, said: Said) -> Result<Uploaded> {
        let (bytes, _held) = upload.finish();
        self.keep_as(db, clock, bytes, said).await
    }

    /// Takes a photo in and keeps it until a request takes it or it expires. When it returns, row and bytes are on disk.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Unsupported`] or [`Error::Invalid`] (field `photo`) if it is not taken, [`Error::Unavailable`]
    /// if it cannot be kept just now.
    pub async fn keep(&self, db: &Db, clock: &Clock, bytes: Vec<u8>) -> Result<Uploaded> {
        self.keep_as(db, clock, bytes, Said::default()).await
    }

    /// The photo's own place and time are taken before those that were said of it.
    async fn keep_as(&self, db: &Db, clock: &Clock, bytes: Vec<u8>, said: Said) -> Result<Uploaded> {
        let Intake { large, small, width, height, lon, lat, taken_at, content, fingerprint } = self.darkroom.develop(bytes).await?;
        let now = clock.now();
        let (lon, lat) = lon.zip(lat).or(said.place.map(|place| (place.lon, place.lat))).unzip();
        let taken_at = taken_at.or(said.taken_at).filter(|at| *at <= now + AHEAD_MS);
        let uploaded = Uploaded { id: random_id(), width, height, lon, lat, taken_at };
        let object = announce(db, &uploaded, content, fingerprint, now).await?;
        self.store.put(&object, large, small).await?;
        arrive(db, &uploaded.id, now + self.unused_ms).await?;
        Ok(uploaded)
    }

    /// Where the pictures lie.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What one photo may cost.
    pub fn limits(&self) -> &Limits {
        self.darkroom.limits()
    }
}

/// Writes the row that stands for the object from now on; returns the object's name.
pub(super) async fn announce(db: &Db, uploaded: &Uploaded, content: String, fingerprint: Option<u64>, now: i64) -> Result<String> {
    let uploaded = uploaded.clone();
    let mark = random_id();
    db.write(async move |tx| {
        tx.lock(&[content_lock(&content)]).await?;
        let living = tx
            .sql("select object from photo where content = $1 and state <> $2 order by id limit 1")
            .bind(content.clone())
            .bind(State::Erasing.word())
            .optional::<(String,)>()
            .await?;
        let object = living.map_or_else(|| format!("{content}-{mark}"), |(object,)| object);
        tx.sql(
            "insert into photo (id, content, object, state, width, height, lon, lat, taken_at, uploaded_at, expires_at, fingerprint)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(uploaded.id.clone())
        .bind(content.clone())
        .bind(object.clone())
        .bind(State::Arriving.word())
        .bind(i64::from(uploaded.width))
        .bind(i64::from(uploaded.height))
        .bind(uploaded.lon)
        .bind(uploaded.lat)
        .bind(uploaded.taken_at)
        .bind(now)
        .bind(now + ARRIVING_MS)
        .bind(fingerprint.map(u64::cast_signed))
        .run()
        .await?;
        Ok::<_, Error>(object)
    })
    .await
}

/// Another photo with the picture of one that was kept, as if the same file had been sent again; returns its id. For a demo, whose
/// album is small. It waits for a request until `expires_at` (epoch milliseconds).
///
/// # Errors
/// [`Error::NotFound`] if there is no such photo any more.
pub async fn again(tx: &mut Tx, id: &str, uploaded_at: i64, expires_at: i64) -> Result<String> {
    let content: Option<(String,)> = tx.sql("select content from photo where id = $1").bind(id.to_owned()).optional().await?;
    let (content,) = content.ok_or(Error::NotFound("photo"))?;
    tx.lock(&[content_lock(&content)]).await?;
    let living = "select object, width, height from photo where id = $1 and state in ('unused', 'review', 'shown')";
    let living: Option<(String, i64, i64)> = tx.sql(living).bind(id.to_owned()).optional().await?;
    let (object, width, height) = living.ok_or(Error::NotFound("photo"))?;
    let fresh = random_id();
    tx.sql(
        "insert into photo (id, content, object, state, width, height, uploaded_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(fresh.clone())
    .bind(content)
    .bind(object)
    .bind(State::Unused.word())
    .bind(width)
    .bind(height)
    .bind(uploaded_at)
    .bind(expires_at)
    .run()
    .await?;
    Ok(fresh)
}

async fn arrive(db: &Db, id: &str, expires_at: i64) -> Result<()> {
    let id = id.to_owned();
    let arrived = db
        .write(async move |tx| {
            tx.sql("update photo set state = $1, expires_at = $2 where id = $3 and state = $4")
                .bind(State::Unused.word())
                .bind(expires_at)
                .bind(id.clone())
                .bind(State::Arriving.word())
                .run()
                .await
        })
        .await?;
    if arrived == 1 { Ok(()) } else { Err(Error::Unavailable("storing the photo took too long".into())) }
}

pub(super) fn random_id() -> String {
    let mut bits = [0; 16];
    rand::rng().fill_bytes(&mut bits);
    hex(&bits)
}

/// The key under which writers of one content take turns. It shares its space with the cells of filing: meeting one by chance only
/// costs a wait.
pub(super) fn content_lock(content: &str) -> i64 {
    content.get(..16).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or_default().cast_signed()
}
