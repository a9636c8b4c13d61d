//! Who holds a token, and the token's renewal.
//!
//! A token in use is replaced by a new one every so often, so that a stolen one is soon worth nothing. The new one counts from
//! its first use: an answer that never arrived signs nobody out. From then on the old one is honoured for a few seconds, for
//! requests that were under way; whoever brings it later has a copy, or the new one is in the wrong hands. Which of the two
//! cannot be told, so the session ends for both, and the log says so.

use super::{Begun, Method, Sessions};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::people::policy::Who;
use crate::people::{staff, token};
use crate::record;

/// How long a token is honoured after its successor was first used.
const UNDER_WAY_MS: i64 = 10_000;

/// How much older `seen_at` may be than the last use; writing it at every request would make reading a write.
const SEEN_EVERY: i64 = 5 * super::MINUTE;

/// Somebody who is signed in.
pub struct Present {
    /// Who, with grants and teams.
    pub who: Who,
    /// The member.
    pub member: i64,
    /// The session.
    pub session: i64,
    /// Whether a second factor must be set up before anything else is done.
    pub must_enrol: bool,
    /// The token that takes the place of the one that was shown.
    pub renewed: Option<Begun>,
}

record! {
    struct Held {
        token_id: i64,
        used_at: Option<i64>,
        replaced_at: Option<i64>,
        session_id: i64,
        member_id: i64,
        method: String,
        seen_at: i64,
        renewed_at: i64,
        expires_at: i64,
        factor_at: Option<i64>,
    }
}

impl Sessions {
    /// Who holds this token, if its session is alive. Only where `renew` is asked for may the answer carry a new token: its
    /// sender must hand it on.
    pub async fn present(&self, db: &Db, token: &str, renew: bool, now: i64) -> Result<Option<Present>> {
        let held: Option<Held> = db
            .sql(
                "select t.id as token_id, t.used_at, t.replaced_at, s.id as session_id, s.member_id, s.method, s.seen_at, s.renewed_at,
                     s.expires_at, f.confirmed_at as factor_at
                 from session_token t join session s on s.id = t.session_id join member m on m.id = s.member_id
                 left join second_factor f on f.member_id = m.id
                 where t.token_hash = $1 and s.expires_at > $2 and s.seen_at > $3 and m.active = $4",
            )
            .bind(token::fingerprint(token))
            .bind(now)
            .bind(now - self.idle_ms)
            .bind(true)
            .optional()
            .await?;
        let Some(held) = held else { return Ok(None) };
        if held.replaced_at.is_some_and(|at| now - at > UNDER_WAY_MS) {
            stolen(db, held.session_id, held.member_id, now).await?;
            return Ok(None);
        }
        if held.used_at.is_none() {
            let (token, session) = (held.token_id, held.session_id);
            db.write(async move |tx| first_use(tx, token, session, now).await).await?;
        }
        if now - held.seen_at > SEEN_EVERY {
            let session = held.session_id;
            db.write(async move |tx| {
                tx.sql("update session set seen_at = $1 where id = $2 and seen_at < $1").bind(now).bind(session).run().await?;
                Ok::<_, Error>(())
            })
            .await?;
        }
        let mut renewed = None;
        if renew && held.replaced_at.is_none() && now - held.renewed_at > self.renew_ms {
            let (session, before) = (held.session_id, held.renewed_at);
            let token = db.write(async move |tx| successor(tx, session, before, now).await).await?;
            renewed = token.map(|token| Begun { token, member: held.member_id, expires_at: held.expires_at });
        }
        let who = staff::who(db, held.member_id).await?;
        let must_enrol = held.factor_at.is_none() && held.method == Method::Password.word() && self.guards(&who);
        Ok(Some(Present { who, member: held.member_id, session: held.session_id, must_enrol, renewed }))
    }
}

/// A new token of a session; one that is handed over with certainty counts as used.
pub(super) async fn put_token(tx: &mut Tx, session: i64, used_at: Option<i64>) -> Result<String> {
    let token = token::fresh();
    tx.sql("insert into session_token (session_id, token_hash, used_at) values ($1, $2, $3)")
        .bind(session)
        .bind(token::fingerprint(&token))
        .bind(used_at)
        .run()
        .await?;
    Ok(token)
}

/// A new token for a session whose rights have just changed; those before it are honoured only for what is under way.
pub(super) async fn replace_token(tx: &mut Tx, session: i64, now: i64) -> Result<Begun> {
    let (member, expires_at): (i64, i64) = tx
        .sql("update session set renewed_at = $1 where id = $2 returning member_id, expires_at")
        .bind(now)
        .bind(session)
        .optional()
        .await?
        .ok_or(Error::Unauthorized("Sign in first."))?;
    tx.sql("update session_token set replaced_at = $1 where session_id = $2 and replaced_at is null").bind(now).bind(session).run().await?;
    let token = put_token(tx, session, Some(now)).await?;
    Ok(Begun { token, member, expires_at })
}

/// The next token, unless another request has just asked for it.
async fn successor(tx: &mut Tx, session: i64, renewed_before: i64, now: i64) -> Result<Option<String>> {
    let first = tx
        .sql("update session set renewed_at = $1 where id = $2 and renewed_at = $3")
        .bind(now)
        .bind(session)
        .bind(renewed_before)
        .run()
        .await?;
    if first == 0 { Ok(None) } else { put_token(tx, session, None).await.map(Some) }
}

async fn first_use(tx: &mut Tx, token: i64, session: i64, now: i64) -> Result<()> {
    tx.sql("update session_token set used_at = $1 where id = $2 and used_at is null").bind(now).bind(token).run().await?;
    tx.sql("update session_token set replaced_at = $1 where session_id = $2 and id < $3 and replaced_at is null")
        .bind(now)
        .bind(session)
        .bind(token)
        .run()
        .await?;
    Ok(())
}

async fn stolen(db: &Db, session: i64, member: i64, now: i64) -> Result<()> {
    let ended = db
        .write(async move |tx| {
            let ended = tx.sql("delete from session where id = $1").bind(session).run().await?;
            if ended > 0 {
                let what = "token_reused".to_owned();
                append(tx, New::at(now, Fact::SignInChanged { member, what })).await?;
            }
            Ok::<_, Error>(ended)
        })
        .await?;
    if ended > 0 {
        tracing::warn!(member, session, "A session's token was used after it had been replaced; the session was ended");
    }
    Ok(())
}
