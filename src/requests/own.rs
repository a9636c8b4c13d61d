//! What a resident does with a request of one's own, by the token of its follow link: add words and photos, or take it back.

use super::Number;
use super::idempotency::{self, Key};
use crate::cases::moves::{self, Move};
use crate::cases::notes::{self, NewNote, NoteKind};
use crate::cases::{self, Status};
use crate::config::Config;
use crate::db::{Tx, dialect};
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::people::follow::Follow;
use crate::people::policy::{Act, On, Who, may};
use crate::photos;
use crate::privacy::Discretion;
use crate::record;

/// The same words sent again without a key within so many milliseconds are the same comment, whose answer was lost.
const SAME: i64 = 10 * 60_000;

/// What a resident adds.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// The words; may be empty where pictures come.
    pub words: String,
    /// Ids of uploaded photos.
    pub pictures: Vec<String>,
}

record! {
    /// A request of one's own.
    #[derive(Debug)]
    pub struct Own {
        id: i64,
        number: String,
        case_id: i64,
        salt: String,
        withdrawn_at: Option<i64>,
        status: Status,
        photo_review: bool,
    }
}

/// How things are done here: the limits, and what is looked for in words.
#[derive(Clone, Copy)]
pub struct Ways<'a> {
    /// The settings.
    pub config: &'a Config,
    /// What strangers may be shown.
    pub discretion: &'a Discretion,
}

impl Own {
    /// The request, if the token is that of its follow link. Nobody erases it until the transaction ends: what is added to it is
    /// either there when it is erased, and goes too, or comes after, when no token opens it.
    pub async fn open(tx: &mut Tx, follow: &Follow, number: &Number, token: &str) -> Result<Own> {
        let found: Option<Own> = tx
            .sql(format!(
                "select r.id, r.number, r.case_id, r.salt, r.withdrawn_at, c.status, s.photo_review
                 from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id where r.number = $1{}",
                dialect::kept(tx)
            ))
            .bind(number.as_str().to_owned())
            .optional()
            .await?;
        let own = found.ok_or(Error::NotFound("request"))?;
        let on = On { agency: None, jurisdictions: Vec::new(), service: None, team: None, request: Some(own.id) };
        let may_act = follow.check(&own.salt, &own.number, token) && may(&own.who(), Act::ActOnOwnRequest, &on);
        if may_act { Ok(own) } else { Err(Error::Unauthorized("This link is not valid. Open it as it was sent.")) }
    }

    fn who(&self) -> Who {
        Who::Resident { request: self.id }
    }

    /// Adds words, photos or both; everybody can read them. With a `key` the same comment sent again is taken once. Answers when
    /// it was taken.
    pub async fn comment(&self, tx: &mut Tx, ways: &Ways<'_>, said: &Said, key: Option<&Key>, now: i64) -> Result<i64> {
        if let Some(key) = key
            && idempotency::claim(tx, key, now).await?.is_some()
        {
            return idempotency::claimed_at(tx, key).await;
        }
        let Said { words, pictures } = said;
        let config = ways.config;
        self.still_open()?;
        if words.trim().is_empty() && pictures.is_empty() {
            return Err(Error::invalid("text", "is empty; write something or add a photo."));
        }
        if !pictures.is_empty() {
            photos::attach(tx, self.id, pictures, self.photo_review, now, config.photos.max_per_request).await?;
        }
        let words = if words.trim().is_empty() { "Added a photo." } else { words.as_str() };
        let note = NewNote::new("text", words, NoteKind::Comment, true, config.limits.description)?;
        let note = NewNote { standing: ways.discretion.standing([note.text.as_str()].into_iter()), ..note };
        let before: Vec<(String, i64)> =
            tx.sql("select text, created_at from note where request_id = $1 order by id desc").bind(self.id).all().await?;
        // Who sends a key says by it which comments are the same.
        let again = key.is_none() && pictures.is_empty();
        if let Some((text, at)) = before.first()
            && again
            && *text == note.text
            && now - at < SAME
        {
            return Ok(*at);
        }
        if before.len() as i64 >= config.limits.comments {
            let most = config.limits.comments;
            return Err(Error::Conflict(format!(
                "This request has {most} comments, which is the most. Report what is new as a new request."
            )));
        }
        notes::put(tx, &self.who(), self.case_id, &note, now).await?;
        if let Some(key) = key {
            idempotency::settle(tx, key, self.id).await?;
        }
        Ok(now)
    }

    /// Takes the request back. The case ends with it, unless others reported the same.
    pub async fn withdraw(&self, tx: &mut Tx, ways: &Ways<'_>, reason: &str, now: i64) -> Result<()> {
        if self.withdrawn_at.is_some() {
            return Ok(()); // the answer was lost, and it is asked again
        }
        self.still_open()?;
        let taken =
            tx.sql("update request set withdrawn_at = $1 where id = $2 and withdrawn_at is null").bind(now).bind(self.id).run().await?;
        if taken == 0 {
            return Ok(());
        }
        append(tx, New::at(now, Fact::Withdrawn).of_case(self.case_id).of_request(self.id)).await?;
        let most = ways.config.limits.description;
        let words = reason.trim();
        if !words.is_empty() {
            let note = NewNote::new("reason", words, NoteKind::Comment, true, most)?;
            let note = NewNote { standing: ways.discretion.standing([words].into_iter()), ..note };
            notes::put(tx, &self.who(), self.case_id, &note, now).await?;
        }
        if cases::withdrawn_by_all(tx, self.case_id).await? {
            let why = NewNote::new("reason", "Withdrawn by the resident who reported it.", NoteKind::Resolution, true, most)?;
            let wish = Move { to: Status::Cancelled, reason: Some(why), version: None };
            moves::put(tx, &self.who(), self.case_id, &wish, now).await?;
        }
        Ok(())
    }

    fn still_open(&self) -> Result<()> {
        match (self.withdrawn_at, self.status.finished()) {
            (Some(_), _) => Err(Error::Conflict("This request was withdrawn.".into())),
            (None, true) => Err(Error::Conflict("This request is finished. Report what is left to do as a new request.".into())),
            (None, false) => Ok(()),
        }
    }
}
