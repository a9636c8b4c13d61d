//! What a decision is about: the words of a request, or of a note on its case.

use crate::cases::access;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Fact, New};
use crate::people::policy::{Act, Who};
use crate::record;
use crate::requests::Number;

/// A request, or a note: a resident's comment, or what staff wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The request with this number.
    Request(Number),
    /// The note with this id.
    Note(i64),
}

record! {
    /// A target as it was found.
    pub(super) struct Held {
        pub id: i64,
        pub case_id: i64,
        pub request_id: Option<i64>,
    }
}

impl Target {
    /// Its row, if `who` may moderate its case.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none or its case is out of reach, [`Error::Forbidden`] for those who may only look.
    pub(super) async fn hold(&self, tx: &mut Tx, who: &Who) -> Result<Held> {
        let found: Option<Held> = match self {
            Target::Request(number) => {
                let query = tx.sql("select id, case_id, id as request_id from request where number = $1");
                query.bind(number.as_str().to_owned()).optional().await?
            }
            Target::Note(note) => tx.sql("select id, case_id, request_id from note where id = $1").bind(*note).optional().await?,
        };
        let held = found.ok_or(Error::NotFound(self.name()))?;
        let on = access::on_in(tx, held.case_id).await?;
        access::demand(who, Act::Moderate, &on, "decide what the public sees of this case")?;
        Ok(held)
    }

    fn name(&self) -> &'static str {
        match self {
            Target::Request(_) => "request",
            Target::Note(_) => "note",
        }
    }

    /// The id of the note, if it is one, for the log.
    pub(super) fn note(&self) -> Option<i64> {
        match self {
            Target::Request(_) => None,
            Target::Note(note) => Some(*note),
        }
    }
}

impl Held {
    /// A fact about it, done by somebody.
    pub(super) fn event(&self, fact: Fact, who: &Who, now: i64) -> New {
        New { request: self.request_id, ..New::at(now, fact).of_case(self.case_id).by(who.member()) }
    }
}
