//! What [`Db::write`](super::Db::write) lends its closure: a transaction of either database.

use std::{borrow::Cow, time::Duration};

use sqlx::Transaction;
use sqlx::pool::PoolConnection;
use sqlx::postgres::Postgres;
use sqlx::sqlite::Sqlite;
use tokio::time::timeout;

use super::query::{On, Query};
use super::{Dialect, Fault};

/// How long one closure may hold SQLite's writer, or a transaction of PostgreSQL.
const PATIENCE: Duration = Duration::from_secs(5);

/// A transaction. A failed query dooms the whole write, even if the closure swallows the error: PostgreSQL would answer
/// `commit` with a silent rollback, SQLite would keep the rest.
pub struct Tx {
    pub(super) on: Open,
    failed: bool,
}
pub(super) enum Open {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(super) fn new(on: Open) -> Tx {
        Tx { on, failed: false }
    }

    /// Which database this is; only `db/` and SQL that differs may ask.
    pub fn dialect(&self) -> Dialect {
        match self.on {
            Open::Sqlite(_) => Dialect::Sqlite,
            Open::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Starts a statement of this transaction.
    pub fn sql(&mut self, text: impl Into<Cow<'static, str>>) -> Query<'_> {
        let failed = &mut self.failed;
        let on = match &mut self.on {
            Open::Sqlite(c) => On::Sqlite(c, failed),
            Open::Postgres(t) => On::Pg(t, failed),
        };
        Query::new(on, text.into())
    }

    /// Makes writers near each other take turns until they commit: call it once, before reading what it guards. Nothing to
    /// do on SQLite, which has one writer. In ascending order, so that two writers with overlapping cells cannot wait for
    /// each other.
    pub async fn lock(&mut self, cells: &[i64]) -> sqlx::Result<()> {
        let Open::Postgres(t) = &mut self.on else { return Ok(()) };
        let mut cells = cells.to_vec();
        cells.sort_unstable();
        cells.dedup();
        sqlx::query("select pg_advisory_xact_lock(cell) from unnest($1::bigint[]) as cell").bind(cells).execute(&mut **t).await.map(drop)
    }

    /// Runs one closure, within its time and without a swallowed error.
    pub(super) async fn attempt<T, E: Fault>(&mut self, work: &impl AsyncFn(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        self.failed = false;
        let value = timeout(PATIENCE, work(self)).await.map_err(|_| sqlx::Error::Protocol("the write took too long".into()))??;
        if self.failed {
            return Err(sqlx::Error::Protocol("a query of this write failed, and its error was swallowed".into()).into());
        }
        Ok(value)
    }
}
