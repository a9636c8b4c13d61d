//! Events join the tree: a follower once per cluster, whose cursor is the size of the tree. An installation that was there before
//! the tree was links its whole log at its first start.

use std::time::Duration;

use tokio::time::sleep;

use super::entry;
use super::tiles::{Tiles, place};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{self, Bell, ClusterFollower, Event};
use crate::versions::Source;

/// The follower's name.
const NAME: &str = "ledger";

/// How soon it is looked again whether another server is done.
const RETRY: Duration = Duration::from_millis(20);

/// The most positions without an event that are passed over at once.
const HOLE: u64 = 10_000;

/// Puts events into the tree.
#[derive(Clone, Copy)]
pub struct Linker;

impl ClusterFollower for Linker {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn react(&self, tx: &mut Tx, events: &[Event]) -> Result<()> {
        let size = size_in(&mut Source::Tx(tx)).await? as u64;
        let mut tiles = Tiles::default();
        let mut frontier = tiles.frontier(&mut Source::Tx(tx), size).await?;
        let mut complete = Vec::new();
        for event in events {
            let hole = (event.position - 1).cast_unsigned().saturating_sub(frontier.size());
            if hole > HOLE {
                return Err(Error::internal(format!("{hole} events are missing before position {}", event.position)));
            }
            let missing = std::iter::repeat_n(entry::nothing(), hole as usize);
            for leaf in missing.chain([entry::hash(event)]) {
                frontier.push(leaf, |height, index, hash| complete.extend(place(height, index).map(|(row, nth)| (row, nth, hash))));
            }
        }
        tiles.grow(tx, complete).await
    }
}

/// How many events are in the tree.
pub async fn size(db: &Db) -> Result<i64> {
    size_in(&mut Source::Db(db)).await
}

pub(super) async fn size_in(from: &mut Source<'_>) -> Result<i64> {
    let cursor = from.sql("select position from follower where name = $1").bind(NAME).optional::<(i64,)>().await?;
    Ok(cursor.map_or(0, |(position,)| position))
}

/// Puts all that was committed before the call into the tree, for a command that cannot wait for the worker. Returns the size.
pub async fn catch_up(db: &Db) -> Result<i64> {
    let head = Bell::default().ring(db).await?;
    loop {
        events::catch_up(db, Linker).await?;
        let size = size(db).await?;
        if size >= head {
            return Ok(size);
        }
        sleep(RETRY).await; // another server is at it
    }
}
