//! Rows of the outbox. They hold a message's words only until it is sent, and its address only as long as the delivery log.

use super::templates::Said;
use super::{Language, Notice};
use crate::db::Tx;
use crate::error::Result;

const DAY: i64 = 86_400_000;

pub(super) async fn insert(tx: &mut Tx, notice: &Notice<'_>, language: Language, said: Said, give_up_at: i64, now: i64) -> Result<bool> {
    let added = tx
        .sql(
            "insert into outbox (template, channel, address, language, subject, body, secret, once, request_id, member_id, created_at,
                give_up_at, attempts, next_at, error)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $11, '') on conflict (once) do nothing",
        )
        .bind(notice.template.word())
        .bind(notice.channel.word())
        .bind(notice.address.to_owned())
        .bind(language.word())
        .bind(said.subject)
        .bind(said.body)
        .bind(notice.useful_until.is_some())
        .bind(notice.once.clone())
        .bind(notice.request)
        .bind(notice.member)
        .bind(now)
        .bind(give_up_at)
        .run()
        .await?;
    Ok(added == 1)
}

/// Forgets every message about a request, sent or not: whoever it went to is erased.
pub async fn forget(tx: &mut Tx, request: i64) -> Result<()> {
    tx.sql("delete from outbox where request_id = $1").bind(request).run().await?;
    Ok(())
}

/// Forgets messages that are done with and older than so many days, and the words of secrets that nobody can use any more.
pub async fn forget_old(tx: &mut Tx, keep_days: i64, now: i64) -> Result<()> {
    tx.sql("delete from outbox where created_at < $1 and next_at is null").bind(now - keep_days * DAY).run().await?;
    tx.sql("update outbox set body = '' where failed_at is not null and secret and give_up_at < $1 and body <> ''").bind(now).run().await?;
    Ok(())
}
