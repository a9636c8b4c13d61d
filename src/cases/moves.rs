//! Moving a case: may this person, does the table allow it, did nobody else move it meanwhile; then the row and the log.

use serde::Serialize;

use super::access;
use super::notes::{self, NewNote, NoteKind};
use super::promises;
use super::status::Status;
use super::workflow::{self, Refusal};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::people::policy::{Act, Who};

/// A move that somebody asks for.
#[derive(Debug, Clone)]
pub struct Move {
    /// Where to.
    pub to: Status,
    /// Why, in words that were checked as a note's; they become a note, and the log does not repeat them.
    pub reason: Option<NewNote>,
    /// The version of the case that the person saw, if known: a case that was moved since is not moved again unseen.
    pub version: Option<i64>,
}

impl Move {
    /// The kind of note that the reason for a move becomes.
    pub fn note_kind(to: Status) -> NoteKind {
        if to.finished() { NoteKind::Resolution } else { NoteKind::Progress }
    }
}

/// Where the case stands after the move.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Moved {
    /// The case.
    pub id: i64,
    /// Where it stands.
    pub status: Status,
    /// The same for people.
    pub status_name: &'static str,
    /// When it was finished, epoch milliseconds.
    pub closed_at: Option<i64>,
    /// By when it is promised, as its clock stands now.
    pub due_at: Option<i64>,
    /// Since when that clock stands.
    pub paused_at: Option<i64>,
    /// Counts the decisions made over it.
    pub version: i64,
    /// Where it may go from here.
    pub moves: Vec<Status>,
    /// Those of them that must say why.
    pub reasons: Vec<Status>,
    /// The moves that undo this one, in order, as far as the table of moves goes; empty where nothing leads back.
    pub back: Vec<Status>,
}

/// Moves a case.
pub async fn make(tx: &mut Tx, who: &Who, case: i64, wish: &Move, now: i64) -> Result<Moved> {
    let on = access::on_in(tx, case).await?;
    access::demand(who, Act::MoveCase, &on, "move this case")?;
    put(tx, who, case, wish, now).await
}

/// Makes a move that follows from something else, whose permission was asked for.
pub(crate) async fn put(tx: &mut Tx, who: &Who, case: i64, wish: &Move, now: i64) -> Result<Moved> {
    let (from, version, closed_at, due_at): (Status, i64, Option<i64>, Option<i64>) =
        tx.sql("select status, version, closed_at, due_at from case_record where id = $1").bind(case).one().await?;
    if wish.version.is_some_and(|seen| seen != version) {
        return Err(overtaken(from));
    }
    workflow::check(from, wish.to, wish.reason.as_ref().map(|note| note.text.as_str())).map_err(refused)?;
    let closed_at = wish.to.finished().then(|| closed_at.unwrap_or(now));
    let done = tx
        .sql(
            "update case_record set status = $1, closed_at = $2, version = version + 1,
                updated_at = case when updated_at < $3 then $3 else updated_at end,
                assignee_id = case when $4 then null else assignee_id end
             where id = $5 and version = $6",
        )
        .bind(wish.to)
        .bind(closed_at)
        .bind(now)
        .bind(wish.to == Status::New)
        .bind(case)
        .bind(version)
        .run()
        .await?;
    if done == 0 {
        return Err(overtaken(from)); // between the two statements, by another transaction
    }
    if who.member().is_some() {
        promises::answered(tx, case, now).await?;
    }
    let end = promises::moved(tx, case, wish.to, now).await?;
    if let Some(reason) = &wish.reason {
        notes::put(tx, who, case, reason, now).await?;
    }
    let fact = Fact::Moved { from: from.word().into(), to: wish.to.word().into() };
    append(tx, New { request: who.request(), ..New::at(now, fact) }.of_case(case).by(who.member())).await?;
    Ok(Moved {
        id: case,
        status: wish.to,
        status_name: wish.to.name(),
        closed_at,
        due_at: end.map_or(due_at, |end| Some(end.due_at)),
        paused_at: end.and_then(|end| end.paused_at),
        version: version + 1,
        moves: wish.to.legal(),
        reasons: wish.to.reasoned(),
        back: wish.to.way_back(from),
    })
}

fn overtaken(from: Status) -> Error {
    Error::Conflict(format!("Somebody else moved this case meanwhile; when you looked it was {from} or before. Look again and decide."))
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NeedsReason(_) => Error::invalid("reason", format!("{refusal}.")),
        Refusal::Already(_) | Refusal::Illegal { .. } => {
            let said = refusal.to_string();
            let mut letters = said.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            Error::Conflict(format!("{first}{}.", letters.as_str()))
        }
    }
}
