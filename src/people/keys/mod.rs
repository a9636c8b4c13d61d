//! Keys of machines: what Open311 calls `api_key`. ApiKey once when made; the database keeps the SHA-256.
//!
//! A key says what it is for ([`Power`]), in which limits, until when and how often a minute. It knows nothing of HTTP, and what
//! a power is worth is `people::policy`'s.

mod listing;
mod powers;

pub use listing::{ApiKey, list};
pub use powers::{Given, NewPower};

use super::policy::Who;
use super::token;
use crate::db::{Db, Tx};
use crate::error::{Error, Field, Result};
use crate::events::{Fact, New, append};

/// What every key begins with, so that it is recognised where it should not be.
const MARK: &str = "wmk_";

/// Characters of a key that stay readable, to tell it from others.
const HINT: usize = 8;

/// The most characters of a key's name.
const LONGEST: usize = 200;

/// The most powers of one key.
const MOST_POWERS: usize = 50;

/// How much older `used_at` may be than the last use; writing it at every request would make reading a write.
const USED_EVERY: i64 = 60_000;

/// A key about to be made.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Whose key it is.
    pub name: String,
    /// When it ends, epoch milliseconds.
    pub expires_at: Option<i64>,
    /// How often it may ask in a minute; `None` is what the settings say.
    pub per_minute: Option<i64>,
    /// What it may do.
    pub powers: Vec<NewPower>,
}

impl NewKey {
    /// A key that files, and reads what everybody reads.
    pub fn filing(name: &str) -> NewKey {
        NewKey { name: name.to_owned(), expires_at: None, per_minute: None, powers: NewPower::everywhere(&["file", "read"]) }
    }

    /// Refuses what cannot be. `most` is the highest rate that may be given.
    fn check(&self, most: i64, now: i64) -> Result<()> {
        let mut problems = Vec::new();
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
            problems.push(Field::new("name", format!("must have 1 to {LONGEST} characters on one line")));
        }
        if self.expires_at.is_some_and(|at| at <= now) {
            problems.push(Field::new("expires_at", "is in the past"));
        }
        if self.per_minute.is_some_and(|rate| !(1..=most).contains(&rate)) {
            problems.push(Field::new("per_minute", format!("must be from 1 to {most}")));
        }
        if self.powers.is_empty() || self.powers.len() > MOST_POWERS {
            problems.push(Field::new("powers", format!("must be 1 to {MOST_POWERS}: a key without any opens nothing")));
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }
}

/// Makes a key and returns it with its id; nobody can read it again. Nobody gives a key more than they hold; `who` is `None` at
/// the command line, which may all. `most` is the highest rate that may be given.
///
/// # Errors
/// [`Error::Invalid`] names what cannot be, [`Error::Forbidden`] refuses powers that `who` does not hold.
pub async fn create(tx: &mut Tx, who: Option<&Who>, new: &NewKey, most: i64, now: i64) -> Result<(i64, String)> {
    new.check(most, now)?;
    let key = format!("{MARK}{}", token::fresh());
    let id = put(tx, who, new, &key, now).await?;
    Ok((id, key))
}

/// Accepts a key that somebody else chose, such as the `demo` of an invented city; accepting it twice changes nothing.
pub async fn put(tx: &mut Tx, who: Option<&Who>, new: &NewKey, key: &str, now: i64) -> Result<i64> {
    let by = who.and_then(Who::member);
    let added: Option<(i64,)> = tx
        .sql(
            "insert into api_key (name, key_hash, hint, per_minute, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (key_hash) do nothing returning id",
        )
        .bind(new.name.trim().to_owned())
        .bind(token::fingerprint(key))
        .bind(hint(key))
        .bind(new.per_minute)
        .bind(by)
        .bind(now)
        .bind(new.expires_at)
        .optional()
        .await?;
    let Some((id,)) = added else {
        let (id,): (i64,) = tx.sql("select id from api_key where key_hash = $1").bind(token::fingerprint(key)).one().await?;
        return Ok(id);
    };
    powers::give(tx, who, id, &new.powers).await?;
    append(tx, New::at(now, Fact::KeyChanged { key: id }).by(by)).await?;
    Ok(id)
}

/// The beginning of a key; nothing of one so short that its beginning would give it away.
fn hint(key: &str) -> String {
    if key.chars().count() < 4 * HINT { String::new() } else { key.chars().take(HINT).collect() }
}

/// Withdraws a key, at once. A key of which `who` sees nothing is not found, one that they may not give is forbidden.
pub async fn revoke(tx: &mut Tx, who: Option<&Who>, key: i64, now: i64) -> Result<()> {
    powers::demand(tx, who, key).await?;
    let done = tx.sql("update api_key set revoked_at = $1 where id = $2 and revoked_at is null").bind(now).bind(key).run().await?;
    if done == 0 {
        return Err(Error::NotFound("key"));
    }
    append(tx, New::at(now, Fact::KeyChanged { key }).by(who.and_then(Who::member))).await
}

/// A key that is good now.
#[derive(Debug, Clone)]
pub struct Good {
    /// The key as the policy sees it.
    pub who: Who,
    /// Its id.
    pub id: i64,
    /// How often it may ask in a minute; `None` is what the settings say.
    pub per_minute: Option<i64>,
}

/// What a text opens as a key; `None` for every text that is no key, or one that ended. `from` is the network that it came
/// from, which is kept with the time once a minute.
pub async fn check(db: &Db, key: &str, from: &str, now: i64) -> Result<Option<Good>> {
    let found: Option<(i64, Option<i64>, Option<i64>)> = db
        .sql(
            "select id, per_minute, used_at from api_key
             where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2)",
        )
        .bind(token::fingerprint(key))
        .bind(now)
        .optional()
        .await?;
    let Some((id, per_minute, used_at)) = found else { return Ok(None) };
    if used_at.is_none_or(|used_at| now - used_at >= USED_EVERY) {
        let from = from.to_owned();
        db.write(async move |tx| {
            tx.sql("update api_key set used_at = $1, used_from = $2 where id = $3").bind(now).bind(from.clone()).bind(id).run().await?;
            Ok::<_, Error>(())
        })
        .await?;
    }
    Ok(Some(Good { who: powers::who(db, id).await?, id, per_minute }))
}
