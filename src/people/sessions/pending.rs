//! Between the password and the second factor: a sign-in that has shown the one and not yet the other.
//!
//! It opens nothing. It belongs to one browser (by a secret in a cookie), lasts a few minutes, and bears a few tries; then one
//! begins again with the password. Its tries are counted in the database, so that they hold for every server of the city.

use super::browser::From;
use super::{Begun, MINUTE, Method, Sessions, begin, recovery, second_factor};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::people::token;

/// How long the second step may take.
const LASTS_MS: i64 = 10 * MINUTE;

/// How many codes may be tried.
const TRIES: i64 = 5;

const OVER: &str = "This sign-in took too long or too many tries. Begin again with your password.";
const WRONG: &str = "That code is wrong or was used before. An authenticator shows a new one every 30 seconds.";

/// A sign-in that waits for its second factor.
pub struct Pending {
    /// The secret for the cookie; it is not stored.
    pub token: String,
    /// When it is over, epoch milliseconds.
    pub expires_at: i64,
}

/// What is shown as the second factor.
#[derive(Clone)]
pub enum Second {
    /// What the authenticator shows.
    Code(String),
    /// One of the codes that were written down.
    Recovery(String),
}

pub(super) async fn put(db: &Db, member: i64, now: i64) -> Result<Pending> {
    let token = token::fresh();
    let (stored, expires_at) = (token::fingerprint(&token), now + LASTS_MS);
    db.write(async move |tx| {
        tx.sql("delete from pending_sign_in where member_id = $1 and expires_at <= $2").bind(member).bind(now).run().await?;
        tx.sql("insert into pending_sign_in (token_hash, member_id, tries, expires_at) values ($1, $2, 0, $3)")
            .bind(stored.clone())
            .bind(member)
            .bind(expires_at)
            .run()
            .await?;
        Ok::<_, Error>(())
    })
    .await?;
    Ok(Pending { token, expires_at })
}

impl Sessions {
    /// Begins the session of a pending sign-in whose second factor is right. `before` is the token of the session that the
    /// browser had.
    pub async fn second_step(&self, db: &Db, pending: &str, second: Second, from: &From, before: Option<&str>, now: i64) -> Result<Begun> {
        let stored = token::fingerprint(pending);
        let known: Option<(String,)> = db
            .sql(
                "select member.email from pending_sign_in p join member on member.id = p.member_id
                 where p.token_hash = $1 and p.expires_at > $2 and p.tries < $3 and member.active = $4",
            )
            .bind(stored.clone())
            .bind(now)
            .bind(TRIES)
            .bind(true)
            .optional()
            .await?;
        let Some((email,)) = known else { return Err(Error::Conflict(OVER.into())) };
        self.codes.take(&email, from.address, now).map_err(Error::TooMany)?;
        let (vault, longest, before, kept) = (self.vault.clone(), self.longest_ms, before.map(token::fingerprint), from.clone());
        let outcome = db.write(async move |tx| {
            // The try is counted whatever comes of it: a wrong code is an outcome, not a failure that would take it back.
            let counted: Option<(i64,)> = tx
                .sql(
                    "update pending_sign_in set tries = tries + 1 where token_hash = $1 and expires_at > $2 and tries < $3
                     returning member_id",
                )
                .bind(stored.clone())
                .bind(now)
                .bind(TRIES)
                .optional()
                .await?;
            let Some((member,)) = counted else { return Err(Error::Conflict(OVER.into())) };
            let right = match &second {
                Second::Code(code) => second_factor::check(tx, &vault, member, code, now).await?,
                Second::Recovery(code) => recovery::take(tx, &vault, member, code, now).await?,
            };
            if !right {
                return Ok(None);
            }
            tx.sql("delete from pending_sign_in where token_hash = $1").bind(stored.clone()).run().await?;
            begin(tx, member, Method::Password, &kept, before.as_deref(), now, longest).await.map(Some)
        });
        let Some(begun) = outcome.await? else { return Err(Error::Unauthorized(WRONG)) };
        self.codes.give_back(&email, from.address);
        Ok(begun)
    }
}
