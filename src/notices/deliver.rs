//! Sending what is due: a batch is leased, carried outside any transaction, and marked.
//!
//! The lease is the row's own `next_at`, moved on before the first try: if this server dies, the row is due again when the
//! lease has run out, on whichever server looks first. Whether the message had been taken by then nobody knows, so it goes
//! again; its Message-ID is the same, by which mail systems fold doubles.

use super::Channel;
use super::carrier::{Carrier, Due, Failure};
use crate::clock::Clock;
use crate::db::{Db, dialect};
use crate::error::{Error, Result};

const SECOND: i64 = 1000;
/// How soon a message is tried again for the first time; each further time waits twice as long, up to a limit.
const FIRST: i64 = 30 * SECOND;
const LONGEST_LATER: i64 = 3600 * SECOND;
/// When nobody can be reached the fault is not the message's, and it goes soon after they are back.
const LONGEST_UNREACHABLE: i64 = 300 * SECOND;

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// Nothing was due.
    Nothing,
    /// So many were tried; there may be more.
    Some(usize),
    /// Nobody could be reached; what was not tried is due again at once.
    Unreachable,
}

/// Sends what is due on a channel, at most `batch` messages.
pub async fn deliver_due(db: &Db, clock: &Clock, channel: Channel, carrier: &mut impl Carrier, batch: i64) -> Result<Delivered> {
    let patience = carrier.patience() as i64 * SECOND;
    let lease = clock.now() + 2 * patience + FIRST;
    let due = claim(db, channel, batch, lease, clock.now()).await?;
    if due.is_empty() {
        return Ok(Delivered::Nothing);
    }
    let mut waiting = due.into_iter();
    let (mut tried, mut unreachable) = (0, false);
    // Only as long as the lease holds for one more; a slow server's rest is for the next batch.
    while clock.now() + patience < lease && !unreachable {
        let Some(message) = waiting.next() else { break };
        if message.secret && message.give_up_at <= clock.now() {
            fail(db, &message, lease, "It could not be sent in the time in which it was of use.", clock.now()).await?;
            continue;
        }
        let outcome = carrier.carry(&message).await;
        tried += 1;
        unreachable = matches!(outcome, Err(Failure::Unreachable(_)));
        mark(db, &message, lease, outcome, clock.now()).await?;
    }
    carrier.rest().await;
    release(db, waiting.map(|message| message.id).collect(), lease, clock.now()).await?;
    Ok(if unreachable { Delivered::Unreachable } else { Delivered::Some(tried) })
}

async fn claim(db: &Db, channel: Channel, batch: i64, lease: i64, now: i64) -> Result<Vec<Due>> {
    let waiting: Option<(i64,)> =
        db.sql("select id from outbox where channel = $1 and next_at <= $2 limit 1").bind(channel.word()).bind(now).optional().await?;
    if waiting.is_none() {
        return Ok(Vec::new()); // looking every second must not be a write every second
    }
    db.write(async move |tx| {
        let others = dialect::skip_locked(tx);
        let claimed = tx
            .sql(
                "update outbox set next_at = $1, attempts = attempts + 1 where id in
                    (select id from outbox where channel = $2 and next_at <= $3 order by next_at, id limit $4",
            )
            .bind(lease)
            .bind(channel.word())
            .bind(now)
            .bind(batch)
            .push(others)
            .push(") returning id, address, subject, body, secret, attempts, created_at, give_up_at")
            .all()
            .await?;
        Ok::<_, Error>(claimed)
    })
    .await
}

async fn mark(db: &Db, message: &Due, lease: i64, outcome: Result<(), Failure>, now: i64) -> Result<()> {
    let failure = match outcome {
        Ok(()) => return sent(db, message.id, now).await,
        Err(failure) => failure,
    };
    tracing::info!(message = message.id, attempts = message.attempts, why = failure.words(), "A message was not taken");
    let longest = match failure {
        Failure::Refused(words) => return fail(db, message, lease, &words, now).await,
        Failure::Later(_) => LONGEST_LATER,
        Failure::Unreachable(_) => LONGEST_UNREACHABLE,
    };
    if now >= message.give_up_at {
        return fail(db, message, lease, &format!("Given up after {} tries. {}", message.attempts, failure.words()), now).await;
    }
    let next_at = (now + pause(message.attempts, longest, rand::random::<f64>())).min(message.give_up_at);
    let (id, words) = (message.id, failure.words().to_owned());
    db.write(async move |tx| {
        tx.sql("update outbox set next_at = $1, error = $2 where id = $3 and next_at = $4")
            .bind(next_at)
            .bind(words.clone())
            .bind(id)
            .bind(lease)
            .run()
            .await?;
        Ok::<_, Error>(())
    })
    .await
}

/// Milliseconds until the next try: doubled each time, and between half and all of that, so that what failed together does
/// not come back together.
fn pause(attempts: i64, longest: i64, chance: f64) -> i64 {
    let whole = (FIRST << (attempts - 1).clamp(0, 20)).min(longest);
    whole / 2 + (whole as f64 / 2.0 * chance) as i64
}

/// Whoever else may have leased it meanwhile: it was taken. Its words are not needed any more.
async fn sent(db: &Db, id: i64, now: i64) -> Result<()> {
    db.write(async move |tx| {
        tx.sql("update outbox set sent_at = $1, failed_at = null, next_at = null, body = '', error = '' where id = $2")
            .bind(now)
            .bind(id)
            .run()
            .await?;
        Ok::<_, Error>(())
    })
    .await
}

/// Gives a message up. The words stay for a retry, unless they are of no use any more.
async fn fail(db: &Db, message: &Due, lease: i64, why: &str, now: i64) -> Result<()> {
    let (id, why, useless) = (message.id, why.to_owned(), message.secret && message.give_up_at <= now);
    db.write(async move |tx| {
        tx.sql(
            "update outbox set failed_at = $1, next_at = null, error = $2, body = case when $3 then '' else body end
             where id = $4 and next_at = $5",
        )
        .bind(now)
        .bind(why.clone())
        .bind(useless)
        .bind(id)
        .bind(lease)
        .run()
        .await?;
        Ok::<_, Error>(())
    })
    .await
}

async fn release(db: &Db, ids: Vec<i64>, lease: i64, now: i64) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    db.write(async move |tx| {
        tx.sql("update outbox set next_at = $1, attempts = attempts - 1 where next_at = $2")
            .bind(now)
            .bind(lease)
            .within(" and id", ids.iter().copied())
            .run()
            .await?;
        Ok::<_, Error>(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_try_waits_longer_up_to_a_limit_and_never_all_at_once() {
        assert_eq!((pause(1, LONGEST_LATER, 0.0), pause(1, LONGEST_LATER, 1.0)), (15_000, 30_000));
        assert_eq!(pause(2, LONGEST_LATER, 1.0), 60_000);
        assert_eq!(pause(5, LONGEST_UNREACHABLE, 1.0), 300_000);
        assert_eq!(pause(1000, LONGEST_LATER, 1.0), LONGEST_LATER);
        assert_eq!(pause(0, LONGEST_LATER, 1.0), FIRST);
    }
}
