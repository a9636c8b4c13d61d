//! The delivery log: what became of each message, for those who run the place. It shows no words of a message, and of an
//! address only enough to tell what is wrong with it.

use serde::Serialize;

use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::record;

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It will be tried, for the first time or again.
    Waiting,
    /// It was taken.
    Sent,
    /// It was given up.
    Failed,
}

/// One message of the log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = NoticeEntry)]
pub struct Entry {
    /// Its row; in the Message-ID of a mail.
    pub id: i64,
    /// What it says: `received`, `finished`, `invitation`, `reset`, `password_changed` or `code`.
    pub template: String,
    /// `mail` or `sms`.
    pub channel: String,
    /// Where it goes, with most of it hidden.
    pub address: String,
    /// The language it is written in.
    pub language: String,
    /// The number of the request it is about.
    pub request: Option<String>,
    /// Where it stands.
    pub state: State,
    /// When it was put into the outbox, epoch milliseconds.
    pub created_at: i64,
    /// How often it was tried.
    pub attempts: i64,
    /// When it is tried next.
    pub next_at: Option<i64>,
    /// When it was taken.
    pub sent_at: Option<i64>,
    /// When it was given up.
    pub failed_at: Option<i64>,
    /// Why it was not taken the last time; empty if it was.
    pub error: String,
}

/// A page of the log, newest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = NoticePage)]
pub struct Page {
    /// The messages.
    pub notices: Vec<Entry>,
    /// What `before` must say for the next page; null on the last.
    pub next: Option<i64>,
}

record! {
    struct Row {
        id: i64,
        template: String,
        channel: String,
        address: String,
        language: String,
        number: Option<String>,
        created_at: i64,
        attempts: i64,
        next_at: Option<i64>,
        sent_at: Option<i64>,
        failed_at: Option<i64>,
        error: String,
    }
}

/// A page of messages, those with an id below `before`.
pub async fn list(db: &Db, state: Option<State>, before: Option<i64>, limit: i64) -> Result<Page> {
    let query = db
        .sql(
            "select o.id, o.template, o.channel, o.address, o.language, r.number, o.created_at, o.attempts, o.next_at, o.sent_at,
                o.failed_at, o.error
             from outbox o left join request r on r.id = o.request_id where true",
        )
        .filter(" and o.id < ", before)
        .push(match state {
            None => "",
            Some(State::Waiting) => " and o.next_at is not null",
            Some(State::Sent) => " and o.sent_at is not null",
            Some(State::Failed) => " and o.failed_at is not null",
        });
    let mut rows: Vec<Row> = query.push(" order by o.id desc limit ").put(limit + 1).all().await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = rows.last().map(|row| row.id).filter(|_| more);
    Ok(Page { notices: rows.into_iter().map(Entry::from).collect(), next })
}

impl From<Row> for Entry {
    fn from(row: Row) -> Entry {
        let state = match (row.sent_at, row.failed_at) {
            (Some(_), _) => State::Sent,
            (None, Some(_)) => State::Failed,
            (None, None) => State::Waiting,
        };
        Entry {
            id: row.id,
            template: row.template,
            address: hidden(&row.channel, &row.address),
            channel: row.channel,
            language: row.language,
            request: row.number,
            state,
            created_at: row.created_at,
            attempts: row.attempts,
            next_at: row.next_at,
            sent_at: row.sent_at,
            failed_at: row.failed_at,
            error: row.error,
        }
    }
}

/// The first letter and the host of a mail address, the last two digits of a telephone.
fn hidden(channel: &str, address: &str) -> String {
    if channel == super::Channel::Mail.word()
        && let Some((name, host)) = address.rsplit_once('@')
    {
        let first: String = name.chars().take(1).collect();
        return format!("{first}…@{host}");
    }
    let last: Vec<char> = address.chars().rev().take(2).collect();
    format!("…{}", last.into_iter().rev().collect::<String>())
}

/// Tries a failed message again, as if it were new.
pub async fn retry(tx: &mut Tx, id: i64, give_up_hours: i64, now: i64) -> Result<()> {
    if revive(tx, Some(id), give_up_hours, now).await? == 0 {
        return Err(Error::Conflict(format!("Message {id} is not one that failed and is still of use.")));
    }
    Ok(())
}

/// Tries every failed message again; how many there are.
pub async fn retry_all(tx: &mut Tx, give_up_hours: i64, now: i64) -> Result<u64> {
    revive(tx, None, give_up_hours, now).await
}

/// Secrets keep the end that they have: longer than their words say they open nothing.
async fn revive(tx: &mut Tx, id: Option<i64>, give_up_hours: i64, now: i64) -> Result<u64> {
    let revived = tx
        .sql(
            "update outbox set failed_at = null, next_at = $1, attempts = 0, give_up_at = case when secret then give_up_at else $2 end
             where failed_at is not null and body <> '' and (not secret or give_up_at > $1)",
        )
        .bind(now)
        .bind(now + give_up_hours * super::HOUR)
        .filter(" and id = ", id)
        .run()
        .await?;
    Ok(revived)
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn of_an_address_only_so_much_is_shown_as_helps() {
        assert_eq!(hidden("mail", "ana.souza@example.org"), "a…@example.org");
        assert_eq!(hidden("mail", "@"), "…@");
        assert_eq!(hidden("mail", "no address"), "…ss");
        assert_eq!(hidden("sms", "+447700900123"), "…23");
        assert_eq!(hidden("sms", ""), "…");
    }
}
