//! `Idempotency-Key`: an answer lost on the way and asked for again files or comments once
//! (draft-ietf-httpapi-idempotency-key-header).
//!
//! The key is claimed in the transaction that files or comments, so a crash between the two cannot happen; keys are kept as hashes,
//! per sender, and forgotten after `limits.idempotency_hours`.

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::digest;

/// A sender's key and what it was sent with.
#[derive(Debug, Clone)]
pub struct Key {
    hash: String,
    fingerprint: String,
}

impl Key {
    /// `scope` keeps senders, protocols and kinds of writing apart; `body` is what was sent.
    pub fn new(scope: &str, key: &str, body: &[u8]) -> Result<Key> {
        if key.is_empty() || key.len() > 255 || !key.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            return Err(Error::invalid("Idempotency-Key", "must be 1 to 255 printable ASCII characters."));
        }
        let hash = digest([scope.as_bytes(), key.as_bytes()]);
        Ok(Key { hash, fingerprint: digest([body]) })
    }
}

/// Claims the key for this transaction, or tells which request was filed with it before. Another transaction with the same
/// key waits here until this one has ended.
pub async fn claim(tx: &mut Tx, key: &Key, now: i64) -> Result<Option<i64>> {
    let fresh = tx
        .sql("insert into idempotency (key_hash, fingerprint, created_at) values ($1, $2, $3) on conflict (key_hash) do nothing")
        .bind(key.hash.clone())
        .bind(key.fingerprint.clone())
        .bind(now)
        .run()
        .await?;
    if fresh == 1 {
        return Ok(None);
    }
    let (fingerprint, request): (String, Option<i64>) =
        tx.sql("select fingerprint, request_id from idempotency where key_hash = $1").bind(key.hash.clone()).one().await?;
    if fingerprint != key.fingerprint {
        return Err(Error::invalid("Idempotency-Key", "was used before with another request. Use a new key for a new request."));
    }
    Ok(request)
}

/// When a key was claimed, epoch milliseconds.
pub async fn claimed_at(tx: &mut Tx, key: &Key) -> Result<i64> {
    Ok(tx.sql("select created_at from idempotency where key_hash = $1").bind(key.hash.clone()).one::<(i64,)>().await?.0)
}

/// Gives a key back that filed nothing: the resident was asked first, and may answer under the same key.
pub async fn release(tx: &mut Tx, key: &Key) -> Result<()> {
    tx.sql("delete from idempotency where key_hash = $1").bind(key.hash.clone()).run().await?;
    Ok(())
}

/// Ties the key to the request that it filed or wrote to.
pub async fn settle(tx: &mut Tx, key: &Key, request: i64) -> Result<()> {
    tx.sql("update idempotency set request_id = $1 where key_hash = $2").bind(request).bind(key.hash.clone()).run().await?;
    Ok(())
}

/// Forgets keys older than `before`.
pub async fn forget(tx: &mut Tx, before: i64) -> Result<u64> {
    Ok(tx.sql("delete from idempotency where created_at < $1").bind(before).run().await?)
}
