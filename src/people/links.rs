//! Links that staff open once: a random token of 256 bits in a message, of which the database keeps the SHA-256.

use super::token;
use crate::db::{Db, Tx};
use crate::error::Result;

/// What a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Invitation,
    Reset,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Purpose::Invitation => "invitation",
            Purpose::Reset => "reset",
        }
    }
}

/// Makes a token. Without a member it opens nothing: for an address that nobody here has the database does the same work.
pub(super) async fn issue(tx: &mut Tx, purpose: Purpose, member: Option<i64>, expires_at: i64, now: i64) -> Result<String> {
    let token = token::fresh();
    tx.sql("insert into member_link (token_hash, kind, member_id, created_at, expires_at) values ($1, $2, $3, $4, $5)")
        .bind(token::fingerprint(&token))
        .bind(purpose.word())
        .bind(member)
        .bind(now)
        .bind(expires_at)
        .run()
        .await?;
    Ok(token)
}

/// Whom this token is for, if it is good and the member may sign in.
pub(super) async fn find(db: &Db, purpose: Purpose, token: &str, now: i64) -> Result<Option<i64>> {
    let found: Option<(i64,)> = db
        .sql(
            "select m.id from member_link l join member m on m.id = l.member_id
             where l.token_hash = $1 and l.kind = $2 and l.expires_at > $3 and m.active = $4",
        )
        .bind(token::fingerprint(token))
        .bind(purpose.word())
        .bind(now)
        .bind(true)
        .optional()
        .await?;
    Ok(found.map(|(member,)| member))
}

/// Uses a token up, and with it every other link of the member; whom it was for, if it was good.
pub(super) async fn take(tx: &mut Tx, purpose: Purpose, token: &str, now: i64) -> Result<Option<i64>> {
    let taken: Option<(Option<i64>,)> = tx
        .sql("delete from member_link where token_hash = $1 and kind = $2 and expires_at > $3 returning member_id")
        .bind(token::fingerprint(token))
        .bind(purpose.word())
        .bind(now)
        .optional()
        .await?;
    let Some((Some(member),)) = taken else { return Ok(None) };
    withdraw(tx, member).await?;
    Ok(Some(member))
}

/// Withdraws every link of a member.
pub(super) async fn withdraw(tx: &mut Tx, member: i64) -> Result<()> {
    tx.sql("delete from member_link where member_id = $1").bind(member).run().await?;
    Ok(())
}

/// Forgets links that are too old.
pub(super) async fn forget_old(tx: &mut Tx, now: i64) -> Result<()> {
    tx.sql("delete from member_link where expires_at <= $1").bind(now).run().await?;
    Ok(())
}
