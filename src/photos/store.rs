//! Where the pictures lie: a folder, or a bucket of any service that speaks S3.
//!
//! Objects are written whole and durably (a folder is synced, file and directory, before a put answers) and never changed: an object
//! is named by its content's hash and by a mark that tells this life of the content from an earlier, erased one. Refuses to list, and
//! to know whose photos these are.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetResult, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};
use tokio::task::spawn_blocking;

use crate::config;
use crate::error::{Error, Result};

/// Which of the two copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// At most 320 pixels long.
    Small,
    /// At most 1600 pixels long.
    Large,
}

impl Size {
    /// The word in keys and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Size::Small => "small",
            Size::Large => "large",
        }
    }

    /// The size that a word of an address names.
    pub fn from_word(word: &str) -> Option<Size> {
        [Size::Small, Size::Large].into_iter().find(|size| size.word() == word)
    }
}

/// The place of the pictures. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// The folder, when it is one; deletions in it are synced by us.
    folder: Option<PathBuf>,
}

impl Store {
    /// Opens the store that the settings name. A folder is made if it is missing; a bucket must exist.
    pub fn open(config: &config::Photos) -> Result<Store> {
        if config.store == "s3" {
            Store::bucket(config)
        } else {
            Store::folder(config.directory.as_deref().unwrap_or(FilePath::new("photos")))
        }
    }

    /// A folder.
    pub fn folder(folder: &FilePath) -> Result<Store> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        if let Some(parent) = folder.parent() {
            sync(parent)?;
        }
        let objects = LocalFileSystem::new_with_prefix(&folder).map_err(Error::internal)?.with_fsync(true);
        Ok(Store { objects: Arc::new(objects), folder: Some(folder) })
    }

    fn bucket(config: &config::Photos) -> Result<Store> {
        // The HTTP client is built without a TLS provider and takes the process's. An error means that there is one already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let retry = RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(30), ..RetryConfig::default() };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&config.s3_bucket)
            .with_region(&config.s3_region)
            .with_access_key_id(&config.s3_access_key)
            .with_secret_access_key(&config.s3_secret_key)
            .with_allow_http(config.s3_allow_http)
            .with_retry(retry);
        if !config.s3_endpoint.is_empty() {
            builder = builder.with_endpoint(&config.s3_endpoint);
        }
        let objects = builder.build().map_err(|e| Error::config("photos.s3_bucket", e))?;
        Ok(Store { objects: Arc::new(objects), folder: None })
    }

    /// Keeps both copies; when it returns they are on disk. Putting the same object again changes nothing, and mends a lost one.
    pub async fn put(&self, object: &str, large: Vec<u8>, small: Vec<u8>) -> Result<()> {
        let (large_key, small_key) = (self.key(object, Size::Large), self.key(object, Size::Small));
        let put = async |key: &Path, bytes: Vec<u8>| self.objects.put(key, PutPayload::from(bytes)).await;
        futures_util::try_join!(put(&large_key, large), put(&small_key, small)).map_err(out_of_reach)?;
        Ok(())
    }

    /// Opens one copy for reading: its length in `meta.size`, its bytes by `into_stream`.
    pub async fn get(&self, object: &str, size: Size) -> Result<GetResult> {
        match self.objects.get(&self.key(object, size)).await {
            Err(object_store::Error::NotFound { .. }) => Err(Error::NotFound("photo")),
            other => other.map_err(out_of_reach),
        }
    }

    /// Erases both copies, and in a folder also what a put that was cut short left of them; when it returns they stay away.
    /// Erasing what is not there succeeds.
    pub async fn erase(&self, object: &str) -> Result<()> {
        if let Some(folder) = &self.folder {
            let (shard, name) = shard(object);
            let (shard, start) = (folder.join(shard), format!("{name}-"));
            return spawn_blocking(move || erase_files(&shard, &start)).await.map_err(Error::internal)?;
        }
        for size in [Size::Large, Size::Small] {
            match self.objects.delete(&self.key(object, size)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(e) => return Err(out_of_reach(e)),
            }
        }
        Ok(())
    }

    /// `ab/cd…-large.jpg` in a folder, `photos/ab/cd…-large.jpg` in a bucket, which may have other guests.
    fn key(&self, object: &str, size: Size) -> Path {
        let (shard, name) = shard(object);
        let prefix = if self.folder.is_some() { "" } else { "photos/" };
        Path::from(format!("{prefix}{shard}/{name}-{}.jpg", size.word()))
    }
}

/// The first two letters of an object's name, which spread the files over 256 folders, and the rest.
fn shard(object: &str) -> (&str, &str) {
    object.split_at_checked(2).unwrap_or(("00", object))
}

fn erase_files(folder: &FilePath, start: &str) -> Result<()> {
    let entries = match folder.read_dir() {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(start.as_bytes()) {
            match std::fs::remove_file(entry.path()) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
                _ => {}
            }
        }
    }
    Ok(sync(folder)?)
}

/// Makes the entries of a directory durable, where the system lets a directory be opened.
fn sync(folder: &FilePath) -> std::io::Result<()> {
    if cfg!(unix) { std::fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The chain goes to the log; the sender is only told that it was not their fault.
fn out_of_reach(e: object_store::Error) -> Error {
    tracing::error!(error = &e as &dyn std::error::Error, "The store of photos failed");
    Error::Unavailable("photos cannot be kept or read".into())
}
