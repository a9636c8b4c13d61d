//! The database: the only folder that knows whether SQLite or PostgreSQL is behind.
//!
//! Callers write SQL once, with `$1` placeholders, in the portable subset (`migrations/README.md`). Reads go through
//! [`Db::sql`]; writes are closures given to [`Db::write`], which returns when they are on disk. On SQLite one writer
//! gathers what waits into one commit ([`writer`]); on PostgreSQL each closure has a pooled transaction of its own and is
//! run again after a deadlock. It refuses to know any table: SQL lives with the nouns it serves.

mod connect;
pub mod dialect;
#[cfg(test)]
pub mod plans;
mod query;
mod row;
mod tx;
mod writer;

use std::borrow::Cow;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::sleep;

pub use connect::{Options, ServerLock};
pub use dialect::Dialect;
pub use query::Query;
pub use row::{Bind, Field, Record, Row};
pub use tx::Tx;

use query::On;
use tx::Open;
use writer::Writer;

/// How often PostgreSQL runs a closure again after a deadlock or a serialization failure.
const ATTEMPTS: u32 = 5;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    written: Arc<Notify>,
}
#[derive(Clone)]
enum Pools {
    Sqlite { read: SqlitePool, writer: Writer },
    Postgres { read: PgPool, write: PgPool },
}

/// An error a closure may end with; `cause` lets [`Db::write`] see a deadlock inside it.
pub trait Fault: From<sqlx::Error> + Send + 'static {
    /// The database error inside, if there is one.
    fn cause(&self) -> Option<&sqlx::Error>;
}
impl Fault for sqlx::Error {
    fn cause(&self) -> Option<&sqlx::Error> {
        Some(self)
    }
}

impl Db {
    /// Which database this is; only `db/` and SQL that differs may ask.
    pub fn dialect(&self) -> Dialect {
        match self.pools {
            Pools::Sqlite { .. } => Dialect::Sqlite,
            Pools::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// Starts a read outside a transaction. Both pools refuse writes.
    pub fn sql(&self, text: impl Into<Cow<'static, str>>) -> Query<'_> {
        let on = match &self.pools {
            Pools::Sqlite { read, .. } => On::SqlitePool(read),
            Pools::Postgres { read, .. } => On::PgPool(read),
        };
        Query::new(on, text.into())
    }

    /// Wakes after a write of this process was committed; wakes that nobody waited for become one.
    pub async fn written(&self) {
        self.written.notified().await
    }

    /// Runs `work` in a transaction and returns once it is on disk; `Err` or a panic undoes it, and only it.
    ///
    /// `db.write(async move |tx| { … Ok::<_, Error>(id) }).await?` The closure owns what it uses (`move`), only borrows it
    /// inside (it may run again after a deadlock, and the compiler checks that), and awaits nothing but `tx`: others wait
    /// for it. A caller that goes away leaves the write either undone or done whole, never half.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
        T: Send + 'static,
        E: Fault,
    {
        let outcome = match &self.pools {
            Pools::Sqlite { writer, .. } => writer.write(work).await,
            Pools::Postgres { write, .. } => transact(write, Arc::new(work)).await,
        };
        if outcome.is_ok() {
            self.written.notify_one();
        }
        outcome
    }
}

async fn transact<T, E, F>(pool: &PgPool, work: Arc<F>) -> Result<T, E>
where
    F: AsyncFn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
    T: Send + 'static,
    E: Fault,
{
    for attempt in 1.. {
        let mut tx = Tx::new(Open::Postgres(pool.begin().await?));
        let (work, here) = (work.clone(), Handle::current());
        // On a blocking thread, so that the closure's future need not be `Send` and a caller that leaves cuts nothing.
        let task = tokio::task::spawn_blocking(move || {
            here.block_on(async move {
                let value = tx.attempt(&*work).await?; // on `?` dropping `tx` rolls back
                if let Open::Postgres(tx) = tx.on {
                    tx.commit().await?
                }
                Ok(value)
            })
        });
        let outcome: Result<T, E> = task.await.unwrap_or_else(|e| resume_unwind(e.into_panic()));
        match outcome {
            Err(e) if attempt < ATTEMPTS && e.cause().is_some_and(dialect::transient) => sleep(Duration::from_millis(5 << attempt)).await,
            outcome => return outcome,
        }
    }
    unreachable!("the last attempt returns")
}
