//! Keys of machines: what Open311 calls `api_key`. Shown once when made; the database keeps the SHA-256.

use super::token;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};

/// Makes a key and returns it with its id; nobody can read it again.
pub async fn create(tx: &mut Tx, name: &str, expires_at: Option<i64>, by: Option<i64>, now: i64) -> Result<(i64, String)> {
    let key = token::fresh();
    let id = put(tx, name, &key, expires_at, by, now).await?;
    Ok((id, key))
}

/// Accepts a key that somebody else chose, such as the `demo` of an invented city; accepting it twice changes nothing.
pub async fn put(tx: &mut Tx, name: &str, key: &str, expires_at: Option<i64>, by: Option<i64>, now: i64) -> Result<i64> {
    let added: Option<(i64,)> = tx
        .sql(
            "insert into api_key (name, key_hash, created_at, expires_at) values ($1, $2, $3, $4)
             on conflict (key_hash) do nothing returning id",
        )
        .bind(name.to_owned())
        .bind(token::fingerprint(key))
        .bind(now)
        .bind(expires_at)
        .optional()
        .await?;
    let Some((id,)) = added else {
        let (id,): (i64,) = tx.sql("select id from api_key where key_hash = $1").bind(token::fingerprint(key)).one().await?;
        return Ok(id);
    };
    append(tx, New::at(now, Fact::KeyChanged { key: id }).by(by)).await?;
    Ok(id)
}

/// Withdraws a key, at once.
pub async fn revoke(tx: &mut Tx, key: i64, by: Option<i64>, now: i64) -> Result<()> {
    let done = tx.sql("update api_key set revoked_at = $1 where id = $2 and revoked_at is null").bind(now).bind(key).run().await?;
    if done == 0 {
        return Err(Error::NotFound("key"));
    }
    append(tx, New::at(now, Fact::KeyChanged { key }).by(by)).await
}

/// The id of a key that is good now; `None` for every other text.
pub async fn check(db: &Db, key: &str, now: i64) -> Result<Option<i64>> {
    let found: Option<(i64,)> = db
        .sql("select id from api_key where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2)")
        .bind(token::fingerprint(key))
        .bind(now)
        .optional()
        .await?;
    Ok(found.map(|(id,)| id))
}
