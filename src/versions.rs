//! Versions of what every process keeps in memory (the catalogue, boundaries and rules): read beside the rows themselves, so that
//! a memory that is stale is noticed at once, on any node. Knows nothing of what is kept.

use crate::db::{Db, Query, Tx};
use crate::error::Result;

/// Where to read: outside a transaction, or inside one.
pub enum Source<'a> {
    /// Outside.
    Db(&'a Db),
    /// Inside.
    Tx(&'a mut Tx),
}

impl Source<'_> {
    /// Starts a read.
    pub fn sql(&mut self, text: &'static str) -> Query<'_> {
        match self {
            Source::Db(db) => db.sql(text),
            Source::Tx(tx) => tx.sql(text),
        }
    }

    /// The version of that name; 0 before it was first given.
    pub async fn version(&mut self, name: &'static str) -> Result<i64> {
        let row = self.sql("select value from version where name = $1").bind(name).optional::<(i64,)>().await?;
        Ok(row.map_or(0, |(value,)| value))
    }
}

/// Tells every process that its memory is stale. The version is a time, not a count: one that a failed commit took back is
/// not given out again for something else, while a memory may have been read inside that transaction.
pub async fn bump(tx: &mut Tx, name: &'static str, now: i64) -> Result<()> {
    tx.sql(
        "insert into version (name, value) values ($1, $2) on conflict (name) do update
         set value = case when excluded.value > version.value then excluded.value else version.value + 1 end",
    )
    .bind(name)
    .bind(now.max(1)) // 0 is the version of what was never given
    .run()
    .await?;
    Ok(())
}
