//! What really differs between the two databases, side by side.

use super::{Db, Pools, Tx};

/// Which database is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// One file, the embedded default.
    Sqlite,
    /// What a city outgrows it into.
    Postgres,
}

/// A serialization failure or a deadlock: nothing was done, and doing it again may well succeed.
pub(super) fn transient(e: &sqlx::Error) -> bool {
    e.as_database_error().and_then(|e| e.code()).is_some_and(|code| code == "40001" || code == "40P01")
}

/// Another process holds SQLite's write lock.
pub(super) fn busy(e: &sqlx::Error) -> bool {
    e.as_database_error().and_then(|e| e.code()).is_some_and(|code| code == "5")
}

/// Whether the database itself is out of reach or out of space, so that the same call may succeed later.
pub fn unavailable(e: &sqlx::Error) -> bool {
    match e {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Io(_) => true,
        sqlx::Error::Protocol(why) => why.starts_with("nothing was written") || why.contains("took too long"),
        // SQLite: busy, read-only, I/O error, full. PostgreSQL: resources, shutdown, connection trouble.
        sqlx::Error::Database(e) => e.code().is_some_and(|code| {
            matches!(code.as_ref(), "5" | "8" | "10" | "13") || code.starts_with("53") || code.starts_with("57P") || code.starts_with("08")
        }),
        _ => false,
    }
}

/// Gives committed events their public, gap-free `position`; how many it placed, or none when another server is at it.
/// On SQLite the position is the sequence. One server at a time does it, whoever holds the advisory lock; that it is a
/// statement of its own matters, since the next need a snapshot taken after the lock.
pub async fn place_events(db: &Db) -> sqlx::Result<Option<u64>> {
    let Pools::Postgres { write, .. } = &db.pools else { return Ok(Some(0)) };
    let mut tx = write.begin().await?;
    let (leads,): (bool,) = sqlx::query_as("select pg_try_advisory_xact_lock(311, 2)").fetch_one(&mut *tx).await?;
    if !leads {
        return Ok(None);
    }
    let waiting: Vec<i64> =
        sqlx::query_scalar("select seq from event where position is null order by seq limit 1000").fetch_all(&mut *tx).await?;
    if waiting.is_empty() {
        return Ok(Some(0));
    }
    // As an array: the planner takes a subquery for a thousand rows, and would read the whole log beside it.
    let placed = sqlx::query(
        "update event set position = top.n + next.n from (select coalesce(max(position), 0) as n from event) as top,
            unnest($1::bigint[]) with ordinality as next (seq, n) where event.seq = next.seq",
    )
    .bind(&waiting)
    .execute(&mut *tx)
    .await?
    .rows_affected();
    sqlx::query("select pg_notify('waymark', '')").execute(&mut *tx).await?; // sent when this commits
    tx.commit().await?;
    Ok(Some(placed))
}

/// How many committed events have no position yet.
pub async fn unplaced_events(db: &Db) -> sqlx::Result<i64> {
    match &db.pools {
        Pools::Sqlite { .. } => Ok(0),
        Pools::Postgres { .. } => Ok(db.sql("select count(*) from event where position is null").one::<(i64,)>().await?.0),
    }
}

/// Waits for a word from another process that events were placed; on SQLite there is none, and the poll finds them.
pub async fn listen(db: &Db, heard: impl Fn()) -> sqlx::Result<()> {
    let Pools::Postgres { read, .. } = &db.pools else { return std::future::pending().await };
    let mut listener = sqlx::postgres::PgListener::connect_with(read).await?;
    listener.listen("waymark").await?;
    loop {
        listener.recv().await?;
        heard();
    }
}

/// Reads the cursor of a once-per-cluster follower and keeps it from other servers until the transaction ends; `None`
/// when another server has it.
pub async fn take_cursor(tx: &mut Tx, name: &str) -> sqlx::Result<Option<i64>> {
    let text = match tx.dialect() {
        Dialect::Sqlite => "select position from follower where name = $1",
        Dialect::Postgres => "select position from follower where name = $1 for update skip locked",
    };
    Ok(tx.sql(text).bind(name.to_owned()).optional::<(i64,)>().await?.map(|(position,)| position))
}

/// What ends a subquery that takes rows which no other server has taken; on SQLite there is one writer.
pub fn skip_locked(tx: &Tx) -> &'static str {
    match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => " for update skip locked",
    }
}

/// What ends a question for one row of `r` that stays as it is read until the transaction ends; on SQLite there is one writer.
pub fn kept(tx: &Tx) -> &'static str {
    match tx.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => " for update of r",
    }
}
