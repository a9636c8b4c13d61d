//! Proofs for auditors: that an event is in the log that a head was signed over, and that one head's log begins with another's.

use serde::Serialize;

use super::entry;
use super::link::size;
use super::tiles::Tiles;
use super::tree::{self, Hash};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::events::{self, hex};
use crate::versions::Source;

/// That an event is in the tree of a size (RFC 9162, section 2.1.3).
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = LogInclusion)]
pub struct Inclusion {
    /// The event's position; its leaf's index is one less.
    pub position: i64,
    /// The size of the tree.
    pub size: i64,
    /// What the leaf is the hash of, in hexadecimal: what is written there is explained in docs/decisions/0003.
    pub entry: String,
    /// The leaf.
    pub leaf: String,
    /// Hashes from the leaf up to the root.
    pub path: Vec<String>,
    /// The root.
    pub root: String,
}

/// That the tree of one size is the beginning of another's (RFC 9162, section 2.1.4).
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = LogConsistency)]
pub struct Consistency {
    /// The smaller size.
    pub from: i64,
    /// The larger size.
    pub size: i64,
    /// Root at the smaller size.
    pub from_root: String,
    /// Hashes that lead to both roots.
    pub path: Vec<String>,
    /// Root at the larger size.
    pub root: String,
}

/// Proves that the event at a position is in the tree of a size; of all that is linked by now, if none is named.
pub async fn inclusion(db: &Db, position: i64, at: Option<i64>) -> Result<Inclusion> {
    let size = within(db, "size", at).await?;
    if !(1..=size).contains(&position) {
        return Err(Error::invalid("position", format!("must lie between 1 and {size}, the size of the tree.")));
    }
    let event = events::between(db, position - 1, position).await?.pop().ok_or(Error::NotFound("event"))?;
    let (mut tiles, mut from) = (Tiles::default(), Source::Db(db));
    let mut path = Vec::new();
    for range in tree::inclusion((position - 1).cast_unsigned(), size.cast_unsigned()) {
        path.push(hex(&tiles.root(&mut from, range).await?));
    }
    let root = tiles.root(&mut from, 0..size.cast_unsigned()).await?;
    let written = |hash: Hash| hex(&hash);
    Ok(Inclusion { position, size, entry: hex(&entry::bytes(&event)), leaf: written(entry::hash(&event)), path, root: written(root) })
}

/// Proves that the tree of the size `from` is the beginning of that of another size; of all that is linked by now, if none is named.
pub async fn consistency(db: &Db, from: i64, at: Option<i64>) -> Result<Consistency> {
    let size = within(db, "size", at).await?;
    if !(1..=size).contains(&from) {
        return Err(Error::invalid("from", format!("must lie between 1 and {size}, the size of the tree.")));
    }
    let (mut tiles, mut source) = (Tiles::default(), Source::Db(db));
    let mut path = Vec::new();
    for range in tree::consistency(from.cast_unsigned(), size.cast_unsigned()) {
        path.push(hex(&tiles.root(&mut source, range).await?));
    }
    let from_root = hex(&tiles.root(&mut source, 0..from.cast_unsigned()).await?);
    Ok(Consistency { from, size, from_root, path, root: hex(&tiles.root(&mut source, 0..size.cast_unsigned()).await?) })
}

async fn within(db: &Db, field: &str, asked: Option<i64>) -> Result<i64> {
    let linked = size(db).await?;
    match asked {
        None => Ok(linked),
        Some(asked) if (1..=linked).contains(&asked) => Ok(asked),
        Some(_) => Err(Error::invalid(field, format!("must lie between 1 and {linked}, how many events are in the tree by now."))),
    }
}
