//! Opening a database, bringing its schema up to date, and keeping a second server off a SQLite file.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Column;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::Notify;

use super::writer::Writer;
use super::{Db, Pools, row};
use crate::error::{Error, Result};

/// How to connect.
#[derive(Debug, Clone)]
pub struct Options {
    /// `postgres://…`, or the path of a SQLite file.
    pub url: String,
    /// How many writes SQLite may put into one commit.
    pub batch: usize,
    /// How many connections PostgreSQL gets for writing, and as many for reading.
    pub connections: u32,
}

impl Db {
    /// Connects and migrates.
    pub async fn connect(options: &Options) -> Result<Db> {
        let pools = match is_postgres(&options.url) {
            true => postgres(options).await?,
            false => sqlite(options).await?,
        };
        Ok(Db { pools, written: Arc::new(Notify::new()) })
    }
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres:") || url.starts_with("postgresql:")
}

/// Makes the folder of a SQLite file.
fn make_folder(file: &str) -> Result<()> {
    Ok(Path::new(file).parent().map_or(Ok(()), std::fs::create_dir_all)?)
}

async fn postgres(options: &Options) -> Result<Pools> {
    let base = PgConnectOptions::from_str(&options.url).map_err(|e| Error::config("database.url", e))?;
    let pool = || PgPoolOptions::new().max_connections(options.connections).acquire_timeout(Duration::from_secs(10));
    let write = pool().connect_with(base.clone()).await?;
    sqlx::migrate!("migrations/postgres").run(&write).await.map_err(Error::migration)?;
    let read = pool().connect_with(base.options([("default_transaction_read_only", "on")])).await?;
    Ok(Pools::Postgres { read, write })
}

async fn sqlite(options: &Options) -> Result<Pools> {
    make_folder(&options.url)?;
    let base = SqliteConnectOptions::new()
        .filename(&options.url)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(20))
        .statement_cache_capacity(512)
        .pragma("cache_size", "-65536")
        .pragma("mmap_size", "268435456")
        .pragma("temp_store", "memory")
        .pragma("journal_size_limit", "67108864");
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(base.clone())
        .await?;
    sqlx::migrate!("migrations/sqlite").run(&write).await.map_err(Error::migration)?;
    let null = sqlx::query("select null").fetch_one(&write).await?;
    row::NULL.get_or_init(|| sqlx::Row::column(&null, 0).type_info().clone());
    let read = SqlitePoolOptions::new()
        .max_connections(8)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(base.pragma("query_only", "on"))
        .await?;
    // The writer asks for its turn itself, millisecond by millisecond: SQLite's own waiting looks again after up to 100 ms, and beside an
    // import, which leaves gaps of a few, a server would hardly meet one.
    sqlx::query("pragma busy_timeout = 0").execute(&write).await?;
    let writer = Writer::start(write, options.batch)?;
    Ok(Pools::Sqlite { read, writer })
}

/// Keeps a second server off the same SQLite file for as long as it lives. Commands (an import, `staff add`) need none: they
/// write in transactions of their own and the server reads their events from the log.
pub struct ServerLock {
    _file: Option<File>,
}

impl ServerLock {
    /// Takes the lock beside the database file; PostgreSQL serves many servers and needs none.
    pub fn take(url: &str) -> Result<ServerLock> {
        if is_postgres(url) {
            return Ok(ServerLock { _file: None });
        }
        make_folder(url)?;
        let path = PathBuf::from(format!("{}.server", Path::new(url).display()));
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(ServerLock { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(Error::Conflict(format!(
                "another Waymark server already runs on {url}. One server serves one SQLite file: stop the other, choose another \
                 --data folder, or move to PostgreSQL, which serves several"
            ))),
            Err(TryLockError::Error(e)) => Err(e.into()),
        }
    }
}
