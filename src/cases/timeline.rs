//! What happened to a case, for staff: its events from the log, with the words that stand elsewhere. What residents see is
//! `requests::public`'s.

use std::collections::HashMap;

use serde::Serialize;

use super::access;
use super::status::Status;
use super::told::Names;
pub use super::told::{Corrected, Leap, Told};
use crate::db::Db;
use crate::error::Result;
use crate::events::Fact;
use crate::people::policy::{Act, Who, may};
use crate::record;
use crate::requests::Number;

/// The most entries; a case with more shows the newest.
const MOST: i64 = 1000;

/// One thing that happened.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Entry {
    /// When, epoch milliseconds.
    pub at: i64,
    /// What, in the log's word.
    pub kind: String,
    /// The same for people in English, or the words of a note.
    pub text: String,
    /// The same as codes, for whoever words it.
    #[serde(flatten)]
    pub told: Told,
    /// Whether residents can know it.
    pub public: bool,
    /// Name of the member who did it.
    pub by: Option<String>,
    /// Number of the request it is about.
    pub request: Option<String>,
    /// The kind of note.
    pub note: Option<String>,
    /// Id of the note.
    pub note_id: Option<i64>,
}

record! {
    struct Row {
        at: i64,
        kind: String,
        data_json: String,
        request_id: Option<i64>,
        number: Option<String>,
        by: Option<String>,
    }
}

record! {
    struct Note {
        id: i64,
        kind: String,
        text: String,
    }
}

/// Everything that happened to a case, oldest first; notes that are not public only for those who may read them.
pub async fn timeline(db: &Db, who: &Who, case: i64) -> Result<Vec<Entry>> {
    let on = access::on(db, case).await?;
    access::demand(who, Act::SeeCase, &on, "see this case")?;
    let internal = may(who, Act::SeeInternalNotes, &on);
    let mut rows: Vec<Row> = db
        .sql(
            "select e.at, e.kind, e.data_json, e.request_id, r.number, m.name as by from event e
             left join request r on r.id = e.request_id left join member m on m.id = e.member_id
             where e.case_id = $1 order by e.seq desc limit $2",
        )
        .bind(case)
        .bind(MOST)
        .all()
        .await?;
    rows.reverse();
    rows.sort_by_key(|row| row.at); // stable: an import's events keep their own times, the rest the order of the log
    let notes: Vec<Note> = db.sql("select id, kind, text from note where case_id = $1").bind(case).all().await?;
    let notes: HashMap<i64, Note> = notes.into_iter().map(|note| (note.id, note)).collect();
    let names = Names::read(db, case).await?;
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let fact: Fact = serde_json::from_str(&row.data_json)?;
        let number = row.number.as_deref().and_then(Number::parse);
        let (text, public, note) = match told(&fact, number.as_ref(), &notes, &names) {
            Some(told) if told.1 || internal || !matches!(fact, Fact::Noted { .. }) => told,
            _ => continue,
        };
        let request = row.request_id.and(number).map(|number| number.as_str().to_owned());
        let note_id = if let Fact::Noted { note, .. } = fact { Some(note) } else { None };
        let told = Told::of(&fact, &names);
        entries.push(Entry { at: row.at, kind: row.kind, text, told, public, by: row.by, request, note, note_id });
    }
    Ok(entries)
}

/// A fact in words, whether residents can know it, and the kind of note; nothing for what is not about a case.
fn told(fact: &Fact, number: Option<&Number>, notes: &HashMap<i64, Note>, names: &Names) -> Option<(String, bool, Option<String>)> {
    let request = number.map_or("A request".to_owned(), |number| format!("Request {number}"));
    let status = |word: &str| Status::parse(word).map_or_else(|| word.to_owned(), |status| status.name().to_owned());
    let thing = |note: Option<i64>, request: &str| note.map_or_else(|| request.to_owned(), |_| "A note".to_owned());
    let public = |text: String| Some((text, true, None));
    let inside = |text: String| Some((text, false, None));
    match fact {
        Fact::Filed { source } => public(format!("{request} was filed ({source})")),
        Fact::Joined { source, by } => public(format!("{request} joined ({source}; decided by {by})")),
        Fact::Moved { from, to } => public(format!("{} → {}", status(from), status(to))),
        Fact::Assigned { team, member } => {
            let team = team.map(|team| names.teams.get(&team).map_or("another team", String::as_str));
            let member = member.map(|member| names.members.get(&member).map_or("somebody", String::as_str));
            match (team, member) {
                (_, Some(member)) => inside(format!("Given to {member}")),
                (Some(team), None) => public(format!("Given to {team}")),
                (None, None) => inside("Taken from its team".to_owned()),
            }
        }
        Fact::Corrected { place, to, .. } => {
            let service = to.map(|id| format!("filed as {}", names.services.get(&id).map_or("another service", String::as_str)));
            let parts: Vec<String> = place.then(|| "the place".to_owned()).into_iter().chain(service).collect();
            if parts.is_empty() { inside("Routed again".to_owned()) } else { public(format!("Put right: {}", parts.join(", "))) }
        }
        Fact::Noted { note, public } => {
            let note = notes.get(note);
            let text = note.map_or("A note that was erased".to_owned(), |note| note.text.clone());
            Some((text, *public, note.map(|note| note.kind.clone())))
        }
        Fact::Recurred { days, .. } => inside(match days {
            0 => "The same spot again, on the day an earlier case was finished".to_owned(),
            1 => "The same spot again, a day after an earlier case was finished".to_owned(),
            days => format!("The same spot again, {days} days after an earlier case was finished"),
        }),
        Fact::DueSoon { promise } => inside(format!("A quarter of the time is left for the {}", promised(promise))),
        Fact::Overdue { promise } => inside(format!("The {} is late", promised(promise))),
        Fact::Withdrawn => public(format!("{request} was withdrawn")),
        Fact::ContactSeen => inside("Looked at who filed".to_owned()),
        Fact::Hidden { note } => inside(format!("{} was hidden from the public", thing(*note, &request))),
        Fact::Unhidden { note } => inside(format!("{} is public again", thing(*note, &request))),
        Fact::Passed { note } => inside(format!("{} was looked at and let pass", thing(*note, &request))),
        Fact::Redacted { note, .. } => inside(match note {
            Some(_) => "Words of a note were taken out".to_owned(),
            None => format!("{request}: words were taken out"),
        }),
        Fact::PhotoRedacted { .. } => inside("Areas of a photo were blackened".to_owned()),
        Fact::AbuseReported => inside(format!("{request} was reported as abusive")),
        Fact::PhotoReviewed { state, .. } => inside(format!("Photo reviewed: {state}")),
        Fact::PhotoErased { .. } => inside("Photo erased".to_owned()),
        Fact::Erased { why, .. } if why == "person" => public(format!("{request}: words and personal data erased at the person's wish")),
        Fact::Erased { .. } => public(format!("{request}: words and personal data erased, as the rules of retention say")),
        Fact::Exported => inside(format!("{request}: all that is held of it was handed out")),
        Fact::HoldPlaced => inside("Kept as it is: nothing of it is erased".to_owned()),
        Fact::HoldReleased => inside("Kept no longer than others".to_owned()),
        _ => inside(fact.kind().replace('_', " ")),
    }
}

/// What was promised, in words.
fn promised(kind: &str) -> &'static str {
    if kind == "response" { "first answer" } else { "end of the work" }
}
