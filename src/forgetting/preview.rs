//! Erasing a person in two steps: first what would go, with a token; then, with that token, what was shown and nothing else.

use serde::Serialize;

use super::erasure;
use super::person::{Address, Person};
use crate::cases::Status;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::events::digest;
use crate::people::contact;
use crate::record;
use crate::versions::Source;

/// Requests erased in one transaction.
const BATCH: usize = 20;
/// Ids in one question to the database.
const SOME: usize = 500;

record! {
    /// A request that the person filed.
    #[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
    #[schema(as = ErasableRequest)]
    pub struct Filed {
        #[serde(skip)]
        id: i64,
        /// Its number.
        pub number: String,
        /// Name of the service.
        pub service_name: String,
        /// Where its case stands.
        pub status: Status,
        /// When it was filed, epoch milliseconds.
        pub filed_at: i64,
        /// When it was erased, if it was.
        pub erased_at: Option<i64>,
        /// 1 if its case is under hold, so that nothing of it is erased.
        pub held: i64,
        contact: i64,
        photos: i64,
        comments: i64,
        answers: i64,
    }
}

/// What would be erased.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ErasurePreview)]
pub struct Preview {
    /// Every request of the person.
    pub requests: Vec<Filed>,
    /// Requests whose words go.
    pub words: u64,
    /// Contacts that go.
    pub contacts: u64,
    /// Photos that go.
    pub photos: u64,
    /// Comments of the person that go. Notes of staff that name the person go, too.
    pub comments: u64,
    /// Answers that go, as far as they were written and not chosen.
    pub answers: u64,
    /// Requests that stay as they are because their case is under hold.
    pub held: u64,
    /// Send it back to erase what is shown here.
    pub token: String,
}

/// What was erased.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = ErasureDone)]
pub struct Erased {
    /// Numbers of the requests.
    pub erased: Vec<String>,
    /// Numbers of those that stay because their case is under hold.
    pub held: Vec<String>,
}

/// What would go if the person were erased now.
pub async fn preview(db: &Db, person: &Person) -> Result<Preview> {
    let ids = person.requests(db).await?;
    let mut requests: Vec<Filed> = Vec::with_capacity(ids.len());
    for some in ids.chunks(SOME) {
        let rows = db.sql(
            "select r.id, r.number, s.name as service_name, c.status, r.filed_at, r.erased_at,
                (select count(*) from hold h where h.case_id = r.case_id) as held,
                (select count(*) from contact p where p.request_id = r.id) as contact,
                (select count(*) from photo f where f.request_id = r.id) as photos,
                (select count(*) from note n where n.request_id = r.id) as comments,
                (select count(*) from request_answer a where a.request_id = r.id) as answers
             from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id where true",
        );
        requests.extend(rows.within(" and r.id", some.iter().copied()).push(" order by r.id").all::<Filed>().await?);
    }
    let going = || requests.iter().filter(|request| request.erased_at.is_none() && request.held == 0);
    let sum = |count: fn(&Filed) -> i64| going().map(count).sum::<i64>().cast_unsigned();
    let state: Vec<String> = requests
        .iter()
        .map(|r| format!("{} {:?} {} {} {} {} {}", r.id, r.erased_at, r.held, r.contact, r.photos, r.comments, r.answers))
        .collect();
    Ok(Preview {
        words: going().count() as u64,
        contacts: sum(|request| request.contact),
        photos: sum(|request| request.photos),
        comments: sum(|request| request.comments),
        answers: sum(|request| request.answers),
        held: requests.iter().filter(|request| request.held > 0 && request.erased_at.is_none()).count() as u64,
        token: digest(state.iter().map(String::as_bytes))[..32].to_owned(),
        requests,
    })
}

/// Erases what a preview showed, in small transactions with an event for each request. Done again after a fault it goes on.
///
/// # Errors
/// [`Error::Conflict`] if what is held of the person is no longer what the preview showed.
pub async fn erase(db: &Db, person: &Person, token: &str, by: Option<i64>, now: i64) -> Result<Erased> {
    let shown = preview(db, person).await?;
    if shown.token != token {
        return Err(Error::Conflict("What is held of this person changed since it was shown. Look at it again, and decide.".into()));
    }
    let (mut erased, mut held) = (Vec::new(), Vec::new());
    let left: Vec<Filed> = shown.requests.into_iter().filter(|request| request.erased_at.is_none()).collect();
    for some in left.chunks(BATCH) {
        let ids: Vec<i64> = some.iter().map(|request| request.id).collect();
        let done = db
            .write(async move |tx| {
                let mut done = Vec::with_capacity(ids.len());
                for id in &ids {
                    done.push(erasure::erase(tx, *id, "person", by, now).await?);
                }
                Ok::<_, Error>(done)
            })
            .await?;
        for (request, done) in some.iter().zip(done) {
            if done { &mut erased } else { &mut held }.push(request.number.clone());
        }
    }
    forget_addresses(db, person).await?;
    Ok(Erased { erased, held })
}

/// Ends what the person proved to own with a code, and takes every message to them away, sent or not.
async fn forget_addresses(db: &Db, person: &Person) -> Result<()> {
    let addresses = person.addresses();
    db.write(async move |tx| {
        for (channel, key) in &addresses {
            for table in ["resident_code", "resident_session"] {
                let ended = tx.sql(format!("delete from {table} where channel = $1 and contact_key = $2"));
                ended.bind(*channel).bind(key.clone()).run().await?;
            }
        }
        for (id, ..) in messages(&mut Source::Tx(tx), &addresses).await? {
            tx.sql("delete from outbox where id = $1").bind(id).run().await?;
        }
        Ok::<_, Error>(())
    })
    .await
}

/// A message: id, when it was written, channel, address, what it was about, and when it was sent.
pub(super) type Message = (i64, i64, String, String, String, Option<i64>);

/// The messages to some addresses that are still in the outbox; those to staff are the work's.
pub(super) async fn messages(from: &mut Source<'_>, addresses: &[Address]) -> Result<Vec<Message>> {
    let mut found = Vec::new();
    for (wanted, key) in addresses {
        let messages =
            from.sql("select id, created_at, channel, address, template, sent_at from outbox where member_id is null and channel = $1");
        messages
            .bind(*wanted)
            .each(|message: Message| {
                let own = if *wanted == "mail" { contact::email_key(&message.3) } else { contact::phone_key(&message.3) };
                if own == *key {
                    found.push(message);
                }
                Ok(())
            })
            .await?;
    }
    Ok(found)
}
