//! Photos that nobody uses any more are erased: the row first marked, then the bytes, then the row.
//!
//! An object is erased only when the last row of it goes, which is decided under the content's lock and written down as `erasing`
//! before any byte is touched. A photo that arrives later does not take part in an object that is marked, but gets a new one; so an
//! eraser may be slow, die, or run twice, and never takes bytes that a living row stands for. A marked row is found again and its
//! erasing finished, so no bytes stay behind either.

use super::keep::{Photos, content_lock};
use super::row::State;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{self, Fact, New};

/// Rows of one transaction.
const BATCH: i64 = 100;

impl Photos {
    /// Erases uploads whose time is over, and finishes erasing what was begun. Returns how many rows went. To be called now and
    /// then by a worker; more than one at once do no harm. What cannot be erased just now is logged and left for the next time.
    pub async fn expire(&self, db: &Db, clock: &Clock) -> Result<u64> {
        let mut gone = 0;
        let mut after = String::new();
        loop {
            let now = clock.now();
            let due: Vec<(String, String)> = db
                .sql("select id, content from photo where expires_at <= $1 and id > $2 order by id limit $3")
                .bind(now)
                .bind(after.clone())
                .bind(BATCH)
                .all()
                .await?;
            let Some((last, _)) = due.last() else { return Ok(gone) };
            after = last.clone();
            gone += self.let_go(db, due, now).await?;
        }
    }

    /// Erases one photo of a request for good, and logs who did. Its content stays if another photo has it.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no request has such a photo. [`Error::Unavailable`] if its bytes cannot be erased just now: the photo
    /// is then out of sight, and the next [`Photos::expire`] tries again.
    pub async fn erase(&self, db: &Db, clock: &Clock, id: &str, member: Option<i64>) -> Result<()> {
        let (id, now) = (id.to_owned(), clock.now());
        let content = db.write(async move |tx| detach(tx, &id, member, now).await.map(|content| (id.clone(), content))).await?;
        match self.let_go(db, vec![content], now).await? {
            0 => Err(Error::Unavailable("the photo is out of sight, but its bytes could not be erased yet".into())),
            _ => Ok(()),
        }
    }

    /// Lets go of rows by id and content, those of them whose time is over at `now`.
    pub(super) async fn let_go(&self, db: &Db, due: Vec<(String, String)>, now: i64) -> Result<u64> {
        let (mut gone, marked) = db
            .write(async move |tx| {
                tx.lock(&due.iter().map(|(_, content)| content_lock(content)).collect::<Vec<_>>()).await?;
                let (mut gone, mut marked) = (0, Vec::new());
                for (id, _) in &due {
                    gone += forget_shared(tx, id, now).await?;
                    marked.extend(mark(tx, id, now).await?);
                }
                Ok::<_, Error>((gone, marked))
            })
            .await?;
        for (id, object) in marked {
            if let Err(e) = self.store.erase(&object).await {
                tracing::warn!(photo.id = %id, error = %e, "The photo {id} could not be erased; it is tried again");
                continue;
            }
            gone += db
                .write(async move |tx| {
                    tx.sql("delete from photo where id = $1 and state = $2").bind(id.clone()).bind(State::Erasing.word()).run().await
                })
                .await?;
        }
        Ok(gone)
    }
}

/// Deletes a row whose time is over, if others share its object; how many that were. Like [`mark`] it asks every condition again in
/// the statement that acts, for meanwhile a request may have taken the photo.
async fn forget_shared(tx: &mut Tx, id: &str, now: i64) -> Result<u64> {
    let forgotten = tx
        .sql(
            "delete from photo where id = $1 and expires_at <= $2 and state <> $3 and exists (
             select 1 from photo as other
             where other.content = photo.content and other.object = photo.object and other.id <> photo.id and other.state <> $3)",
        )
        .bind(id.to_owned())
        .bind(now)
        .bind(State::Erasing.word())
        .run()
        .await?;
    Ok(forgotten)
}

/// Marks a row whose time is over and that is the last of its object; its id and the object, which is now to be erased.
async fn mark(tx: &mut Tx, id: &str, now: i64) -> Result<Option<(String, String)>> {
    let marked = tx
        .sql("update photo set state = $1, request_id = null where id = $2 and expires_at <= $3 returning id, object")
        .bind(State::Erasing.word())
        .bind(id.to_owned())
        .bind(now)
        .optional()
        .await?;
    Ok(marked)
}

/// Takes every photo from a request, whoever may see it, with where and when it was taken; they expire at once, and the next
/// [`Photos::expire`] erases what nobody else has. Returns their ids. The event is the caller's.
pub async fn let_go_of(tx: &mut Tx, request: i64, now: i64) -> Result<Vec<String>> {
    let gone: Vec<(String,)> = tx
        .sql(
            "update photo set request_id = null, state = $1, expires_at = $2, lon = null, lat = null, taken_at = null, hidden_reason = null
             where request_id = $3 returning id",
        )
        .bind(State::Unused.word())
        .bind(now)
        .bind(request)
        .all()
        .await?;
    Ok(gone.into_iter().map(|(id,)| id).collect())
}

/// Takes a photo from its request; it expires at once. Returns its content.
async fn detach(tx: &mut Tx, id: &str, member: Option<i64>, now: i64) -> Result<String> {
    let owner = "select photo.content, photo.request_id, request.case_id from photo join request on request.id = photo.request_id where photo.id = $1";
    let owner = tx.sql(owner).bind(id.to_owned()).optional::<(String, i64, i64)>().await?;
    let (content, request, case) = owner.ok_or(Error::NotFound("photo"))?;
    tx.sql("update photo set request_id = null, state = $1, expires_at = $2 where id = $3")
        .bind(State::Unused.word())
        .bind(now)
        .bind(id.to_owned())
        .run()
        .await?;
    let fact = Fact::PhotoErased { photo: id.to_owned() };
    events::append(tx, New::at(now, fact).of_case(case).of_request(request).by(member)).await?;
    Ok(content)
}
