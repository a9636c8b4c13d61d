//! Notes: what people write on a case. Public ones are part of the story that residents read; the others stay inside.
//!
//! The words stand here with a salt; the log has the note's id and a commitment, so that words can be erased and the log
//! stays provable.

use serde::{Deserialize, Serialize};

use super::{access, promises};
use crate::db::Tx;
use crate::error::{Error, Field, Result};
use crate::events::{Fact, New, append, commitment, salt};
use crate::people::policy::{Act, Who};
use crate::privacy::Standing;

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// How the work goes.
    Progress,
    /// What was said with somebody outside.
    Contact,
    /// For colleagues; never public.
    Internal,
    /// How it ended, or why.
    Resolution,
    /// What is to be looked at again.
    Followup,
    /// What the resident added to the request; staff cannot write one.
    #[serde(skip_deserializing)]
    Comment,
}

impl NoteKind {
    /// The word of the wire and of the database.
    pub const fn word(self) -> &'static str {
        match self {
            NoteKind::Progress => "progress",
            NoteKind::Contact => "contact",
            NoteKind::Internal => "internal",
            NoteKind::Resolution => "resolution",
            NoteKind::Followup => "followup",
            NoteKind::Comment => "comment",
        }
    }
}

/// A note about to be written.
#[derive(Debug, Clone)]
pub struct NewNote {
    /// The words, without blanks around them.
    pub text: String,
    /// What they are about.
    pub kind: NoteKind,
    /// Whether residents read them.
    pub public: bool,
    /// Whether somebody has to look at them before the public reads all of them.
    pub standing: Standing,
}

impl NewNote {
    /// Checks the words: there are some, not too many, and none that a database cannot keep. `field` is what the asker calls
    /// them, `most` the characters taken.
    pub fn new(field: &str, text: &str, kind: NoteKind, public: bool, most: usize) -> Result<NewNote> {
        let text = text.trim();
        let length = text.chars().count();
        let problem = match length {
            0 => Some("is empty".to_owned()),
            _ if text.contains('\0') => Some("must not contain the character U+0000".to_owned()),
            n if n > most => Some(format!("has {n} characters; at most {most} are taken")),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(Error::invalid(field, problem));
        }
        if public && kind == NoteKind::Internal {
            return Err(Error::Invalid(vec![Field::new("public", "cannot be true for an internal note")]));
        }
        Ok(NewNote { text: text.to_owned(), kind, public, standing: Standing::Clear })
    }
}

/// Writes a note and returns its id.
pub async fn write(tx: &mut Tx, who: &Who, case: i64, note: &NewNote, now: i64) -> Result<i64> {
    let on = access::on_in(tx, case).await?;
    access::demand(who, Act::WriteNote, &on, "write on this case")?;
    put(tx, who, case, note, now).await
}

/// Writes a note that comes with something else, whose permission was asked for.
pub(crate) async fn put(tx: &mut Tx, who: &Who, case: i64, note: &NewNote, now: i64) -> Result<i64> {
    let salt = salt();
    let proof = commitment(&salt, &[&note.text]);
    let (id,): (i64,) = tx
        .sql(
            "insert into note (case_id, member_id, request_id, kind, public, text, salt, created_at, words)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
        )
        .bind(case)
        .bind(who.member())
        .bind(who.request())
        .bind(note.kind.word())
        .bind(note.public)
        .bind(note.text.clone())
        .bind(salt)
        .bind(now)
        .bind(note.standing)
        .one()
        .await?;
    if note.public && who.member().is_some() {
        promises::answered(tx, case, now).await?;
    }
    if note.public {
        // What residents can read is an update of their request; what they cannot must not show as one.
        tx.sql("update case_record set updated_at = $1 where id = $2 and updated_at < $1").bind(now).bind(case).run().await?;
    }
    let fact = Fact::Noted { note: id, public: note.public };
    let about = New { request: who.request(), ..New::at(now, fact) };
    append(tx, about.of_case(case).by(who.member()).committing(proof)).await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_has_words_that_can_be_kept() {
        let new = |text: &str| NewNote::new("text", text, NoteKind::Progress, true, 10);
        assert_eq!(new("  words\n").map(|note| note.text).ok().as_deref(), Some("words"));
        for bad in ["", " \n\t", "a\0b", "eleven char"] {
            assert!(matches!(new(bad), Err(Error::Invalid(_))), "{bad:?}");
        }
        assert!(new("ääääääääää").is_ok(), "characters are counted, not bytes");
        assert!(NewNote::new("text", "x", NoteKind::Internal, true, 10).is_err());
    }
}
