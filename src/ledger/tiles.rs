//! The tree in the database: rows of up to 64 hashes. Level 0 holds leaves; the hash number `n` of level `l` is the root over the
//! `64^l` leaves from `n * 64^l` on. All that is between is worked out from them, so a million events have 16,000 rows, and a proof
//! reads at most four.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use super::tree::{self, Frontier, Hash, parts};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::versions::Source;

/// Levels of the tree in a row.
const HEIGHT: u32 = 6;
/// Hashes in a row.
pub const WIDTH: u64 = 1 << HEIGHT;
/// Rows written by one statement.
const ROWS: usize = 100;

/// Which row: level and number from the left.
pub type Place = (u32, u64);

/// Rows of the tree, read when they are needed and kept.
#[derive(Default)]
pub struct Tiles {
    known: HashMap<Place, Vec<Hash>>,
}

/// The hashes of a row.
pub fn hashes(bytes: &[u8]) -> Vec<Hash> {
    let (hashes, _) = bytes.as_chunks::<32>();
    hashes.to_vec()
}

/// Where the root of a complete part stands, if it has a place in a row: the row and the number in it.
pub fn place(height: u32, index: u64) -> Option<(Place, u64)> {
    height.is_multiple_of(HEIGHT).then_some(((height / HEIGHT, index / WIDTH), index % WIDTH))
}

impl Tiles {
    /// The root over a range of leaves ([`tree::parts`]).
    pub async fn root(&mut self, from: &mut Source<'_>, range: Range<u64>) -> Result<Hash> {
        Ok(tree::root(&self.roots(from, range).await?))
    }

    /// The tree of the first `size` events, ready to grow.
    pub async fn frontier(&mut self, from: &mut Source<'_>, size: u64) -> Result<Frontier> {
        Ok(Frontier::of(size, self.roots(from, 0..size).await?))
    }

    async fn roots(&mut self, from: &mut Source<'_>, range: Range<u64>) -> Result<Vec<Hash>> {
        let mut roots = Vec::new();
        for (height, first) in parts(range) {
            let (level, count) = (height / HEIGHT, 1 << (height % HEIGHT));
            let index = first >> (level * HEIGHT);
            let row = self.row(from, (level, index / WIDTH)).await?;
            let start = (index % WIDTH) as usize;
            let some = row.get(start..start + count).ok_or_else(|| lacks(level, index))?;
            roots.push(tree::complete(some));
        }
        Ok(roots)
    }

    async fn row(&mut self, from: &mut Source<'_>, place: Place) -> Result<&[Hash]> {
        match self.known.entry(place) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let row = from.sql("select hashes from log_tile where level = $1 and place = $2");
                let row: Option<(Vec<u8>,)> = row.bind(i64::from(place.0)).bind(place.1 as i64).optional().await?;
                let (bytes,) = row.ok_or_else(|| lacks(place.0, place.1 * WIDTH))?;
                Ok(unknown.insert(hashes(&bytes)))
            }
        }
    }

    /// Writes parts that became complete, in the order in which they did. The rows they go on were read with the frontier.
    pub async fn grow(mut self, tx: &mut Tx, complete: Vec<(Place, u64, Hash)>) -> Result<()> {
        let mut grown: Vec<Place> = Vec::new();
        for (place, nth, hash) in complete {
            let row = self.known.entry(place).or_default();
            if row.len() as u64 != nth {
                return Err(lacks(place.0, place.1 * WIDTH + nth));
            }
            row.push(hash);
            if !grown.contains(&place) {
                grown.push(place);
            }
        }
        for some in grown.chunks(ROWS) {
            let mut query = tx.sql("insert into log_tile (level, place, hashes) values (");
            for (nth, place) in some.iter().enumerate() {
                let bytes: Vec<u8> = self.known.remove(place).unwrap_or_default().concat();
                query = if nth == 0 { query } else { query.push("), (") };
                query = query.put(i64::from(place.0)).push(", ").put(place.1 as i64).push(", ").put(bytes);
            }
            query.push(") on conflict (level, place) do update set hashes = excluded.hashes").run().await?;
        }
        Ok(())
    }
}

fn lacks(level: u32, index: u64) -> Error {
    Error::internal(format!("the log's tree lacks hash {index} of level {level}; `waymark verify-log` says what is wrong with it"))
}
