//! Words taken out for good. The row holds the new words alone; the salt of the old ones goes with them, so that nobody can prove or
//! guess from the log what they were, and the log commits to what stands there now.

use super::Target;
use super::target::Held;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Fact, append, commitment, salt};
use crate::people::policy::Who;
use crate::privacy::{MASK, Scanner, Span, Standing, redacted};

/// What is to be taken out.
#[derive(Debug, Clone)]
pub struct Redaction {
    /// `description`, `address` or `answers.CODE` of a request; `text` of a note.
    pub part: String,
    /// Which characters.
    pub span: Span,
    /// The characters that were seen there: if others stand there by now, nothing is done.
    pub seen: String,
    /// What stands there instead; without it a bar.
    pub with: Option<String>,
}

/// Takes words out and returns what is left.
///
/// # Errors
/// [`Error::Conflict`] if the words are no longer those that were seen.
pub async fn redact(tx: &mut Tx, scanner: &Scanner, who: &Who, target: &Target, redaction: &Redaction, now: i64) -> Result<String> {
    let held = target.hold(tx, who).await?;
    let left = match target {
        Target::Request(number) => of_request(tx, scanner, &held, number.as_str(), redaction).await?,
        Target::Note(_) => of_note(tx, scanner, &held, redaction).await?,
    };
    let fact = Fact::Redacted { note: target.note(), part: redaction.part.clone() };
    append(tx, held.event(fact, who, now).committing(left.proof)).await?;
    Ok(left.words)
}

struct Left {
    words: String,
    proof: String,
}

impl Redaction {
    fn of(&self, words: &str) -> Result<String> {
        let Span { from, to } = self.span;
        let there: String = words.chars().skip(from).take(to.saturating_sub(from)).collect();
        if there != self.seen {
            return Err(Error::Conflict("The words have changed meanwhile. Read them again.".into()));
        }
        redacted(words, self.span, self.with.as_deref().unwrap_or(MASK))
            .ok_or_else(|| Error::invalid("to", "is no end of a part of these words."))
    }
}

async fn of_note(tx: &mut Tx, scanner: &Scanner, held: &Held, redaction: &Redaction) -> Result<Left> {
    if redaction.part != "text" {
        return Err(Error::invalid("part", "of a note is `text`."));
    }
    let (text,): (String,) = tx.sql("select text from note where id = $1").bind(held.id).one().await?;
    let words = redaction.of(&text)?;
    let salt = salt();
    tx.sql("update note set text = $1, salt = $2, words = $3 where id = $4")
        .bind(words.clone())
        .bind(salt.clone())
        .bind(still(scanner, [words.as_str()].into_iter()))
        .bind(held.id)
        .run()
        .await?;
    Ok(Left { proof: commitment(&salt, &[&words]), words })
}

async fn of_request(tx: &mut Tx, scanner: &Scanner, held: &Held, number: &str, redaction: &Redaction) -> Result<Left> {
    let (mut description, mut address): (String, String) =
        tx.sql("select description, address from request where id = $1").bind(held.id).one().await?;
    let words = match redaction.part.as_str() {
        "description" => {
            description = redaction.of(&description)?;
            description.clone()
        }
        "address" => {
            let old = address;
            address = redaction.of(&old)?;
            // The case was given the address of the request that opened it.
            let of_case = "update case_record set address = $1 where id = $2 and address = $3";
            tx.sql(of_case).bind(address.clone()).bind(held.case_id).bind(old).run().await?;
            address.clone()
        }
        part => match part.strip_prefix("answers.") {
            Some(code) => of_answer(tx, held.id, code, redaction).await?,
            None => return Err(Error::invalid("part", "is `description`, `address` or `answers.` and the code of a question.")),
        },
    };
    let answers: Vec<(String,)> = tx
        .sql(
            "select x.value from request_answer x join request r on r.id = x.request_id
             join attribute a on a.service_id = coalesce(r.said_service_id, r.service_id) and a.code = x.attribute where x.request_id = $1 and a.datatype = 'text'",
        )
        .bind(held.id)
        .all()
        .await?;
    let all = std::iter::once(description.as_str()).chain(answers.iter().map(|(value,)| value.as_str()));
    let (proof_salt, fresh) = (salt(), salt());
    // A request from before proofs had a salt of their own loses the one of its follow link with it.
    tx.sql(
        "update request set description = $1, address = $2, words = $3, salt = case when proof_salt is null then $4 else salt end,
            proof_salt = $5 where id = $6",
    )
    .bind(description.clone())
    .bind(address.clone())
    .bind(still(scanner, all))
    .bind(fresh)
    .bind(proof_salt.clone())
    .bind(held.id)
    .run()
    .await?;
    Ok(Left { proof: commitment(&proof_salt, &[number, &description, &address]), words })
}

/// The value that was seen, among those of a question.
async fn of_answer(tx: &mut Tx, request: i64, code: &str, redaction: &Redaction) -> Result<String> {
    let values: Vec<(i64, String)> = tx
        .sql("select ordinal, value from request_answer where request_id = $1 and attribute = $2 order by ordinal")
        .bind(request)
        .bind(code.to_owned())
        .all()
        .await?;
    if values.is_empty() {
        return Err(Error::invalid("part", format!("names {code:?}, which was not answered.")));
    }
    let mut outcome = Err(Error::Conflict("The answer has changed meanwhile. Read it again.".into()));
    for (ordinal, value) in values {
        outcome = redaction.of(&value);
        if let Ok(words) = &outcome {
            let put = tx.sql("update request_answer set value = $1 where request_id = $2 and ordinal = $3");
            put.bind(words.clone()).bind(request).bind(ordinal).run().await?;
            break;
        }
    }
    outcome
}

/// Whether there is still something to look at.
fn still<'a>(scanner: &Scanner, mut words: impl Iterator<Item = &'a str>) -> Standing {
    if words.any(|words| scanner.finds(words)) { Standing::Flagged } else { Standing::Clear }
}
