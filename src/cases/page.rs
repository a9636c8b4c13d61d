//! One case with everything that belongs to it, for those who may see it. Whoever sees who filed is on the timeline.

use std::collections::HashMap;

use serde::Serialize;

use super::access;
use super::around::{self, Around};
use super::likely::{self, Likely, SameSpot};
use super::promises::{self, Promised};
use super::queue::{Place, summaries};
use super::status::Status;
use crate::db::Db;
use crate::error::Result;
use crate::people::contact;
use crate::people::policy::{Act, Who, may};
use crate::privacy::{Hint, PlacePrivacy, Scanner, Standing, hints};
use crate::record;
use crate::routing::Why;

/// The most requests, notes and photos that are shown of one case.
const MOST: i64 = 500;

record! {
    /// The row of a case.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    pub struct Case {
        /// Its id.
        pub id: i64,
        /// Code of the service.
        pub service: String,
        /// Name of the service.
        pub service_name: String,
        /// Where it stands.
        pub status: Status,
        /// How urgent.
        pub priority: String,
        /// Code of the team that has it.
        pub team: Option<String>,
        /// Name of that team.
        pub team_name: Option<String>,
        /// Name of the agency that answers for it.
        pub agency: Option<String>,
        /// Id of the member who has it.
        pub assignee_id: Option<i64>,
        /// Name of the member who has it.
        pub assignee: Option<String>,
        /// Address in words, may be empty.
        pub address: String,
        /// Degrees east.
        pub lon: Option<f64>,
        /// Degrees north.
        pub lat: Option<f64>,
        /// When it was first reported, epoch milliseconds.
        pub opened_at: i64,
        /// When it last changed.
        pub updated_at: i64,
        /// By when it is promised.
        pub due_at: Option<i64>,
        /// When it was finished.
        pub closed_at: Option<i64>,
        /// How many requests it has.
        pub request_count: i64,
        /// Counts the decisions made over it; send it back with a move.
        pub version: i64,
        /// What of its place the public sees.
        pub place_privacy: PlacePrivacy,
        #[serde(skip)]
        route_json: String,
    }
}

record! {
    struct Filed {
        id: i64,
        number: String,
        source: String,
        filed_at: i64,
        description: String,
        address: String,
        lon: Option<f64>,
        lat: Option<f64>,
        accuracy_m: Option<f64>,
        language: String,
        media_url: String,
        joined: bool,
        erased_at: Option<i64>,
        words: Standing,
        hidden_at: Option<i64>,
        hidden_reason: Option<String>,
    }
}

/// A request of the case.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Request {
    /// Its number.
    pub number: String,
    /// How it came.
    pub source: String,
    /// When it was filed, epoch milliseconds.
    pub filed_at: i64,
    /// The resident's words.
    pub description: String,
    /// Address in words, may be empty.
    pub address: String,
    /// Degrees east.
    pub lon: Option<f64>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// How sure the phone was of the place, in metres.
    pub accuracy_m: Option<f64>,
    /// BCP 47 tag of the language of the words, may be empty.
    pub language: String,
    /// Address of a photo kept elsewhere, may be empty.
    pub media_url: String,
    /// Whether it joined a case that was open before.
    pub joined: bool,
    /// When its words and all that was personal were erased.
    pub erased_at: Option<i64>,
    /// Whether personal data was found in its words and nobody has decided.
    pub flagged: bool,
    /// What was found, in `description` and `answers.CODE`.
    pub found: Vec<Hint>,
    /// Since when it is kept from the public, epoch milliseconds.
    pub hidden_at: Option<i64>,
    /// Why it is.
    pub hidden_reason: Option<String>,
    /// Answers to the service's questions.
    pub answers: Vec<Answer>,
    /// Its pictures, with those that wait for review.
    pub photos: Vec<Photo>,
    /// Who filed it: only for those who may see that, and then it is on the timeline that they did.
    pub contact: Option<contact::Shown>,
}

/// An answer to one question.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = GivenAnswer)]
pub struct Answer {
    /// Code of the question.
    pub code: String,
    /// The question; the code, where the question is gone.
    pub question: String,
    /// What was answered, by name where it was chosen from a list.
    pub values: Vec<String>,
}

/// A picture in its two sizes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Photo {
    /// Its id.
    pub id: String,
    /// `shown`, `review` or `hidden`.
    pub state: String,
    /// Address of the small size.
    pub small: String,
    /// Address of the large size.
    pub large: String,
}

record! {
    /// A note.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    pub struct Note {
        /// Its id.
        pub id: i64,
        /// When it was written, epoch milliseconds.
        pub created_at: i64,
        /// Who wrote it.
        pub by: Option<String>,
        /// What it is about.
        pub kind: String,
        /// Whether residents read it.
        pub public: bool,
        /// The words.
        pub text: String,
        /// Since when it is kept from the public, epoch milliseconds.
        pub hidden_at: Option<i64>,
        /// Why it is.
        pub hidden_reason: Option<String>,
        /// Whether somebody has to look at the words.
        pub words: Standing,
    }
}

/// The whole of a case.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Whole {
    /// The number of its first request: its public name.
    pub number: String,
    #[serde(flatten)]
    case: Case,
    /// Where it stands, for people.
    pub status_name: &'static str,
    /// Where it lies.
    pub jurisdictions: Vec<Place>,
    /// What residents filed, first to last.
    pub requests: Vec<Request>,
    /// What was written on it, first to last.
    pub notes: Vec<Note>,
    /// Cases that may be the same, the likeliest first, as far as the asker may see them.
    pub duplicates: Vec<Likely>,
    /// The case at the same spot that was finished not long before this one was opened.
    pub recurs: Option<SameSpot>,
    /// Cases that were opened at the same spot after this one was finished.
    pub recurred: Vec<SameSpot>,
    /// Other cases around it, nearest first, as far as the asker may see them.
    pub nearby: Vec<Around>,
    /// Why it went where it went.
    #[schema(value_type = Option<Why>)]
    pub why: serde_json::Value,
    /// Where it may go from here; empty for those who may not move it.
    pub moves: Vec<Status>,
    /// Those of them that must say why.
    pub reasons: Vec<Status>,
    /// What was promised of it, and how the clocks stand.
    pub promises: Vec<Promised>,
    /// Whether the asker decides what the public sees of it.
    pub moderates: bool,
    /// Whether the asker may give it to somebody.
    pub assigns: bool,
}

impl Whole {
    /// Counts the decisions made over the case.
    pub fn version(&self) -> i64 {
        self.case.version
    }
}

/// The whole of a case, as far as `who` may see it. It writes to the log if it showed who filed.
pub async fn page(db: &Db, scanner: &Scanner, who: &Who, id: i64, now: i64) -> Result<Whole> {
    let on = access::on(db, id).await?;
    access::demand(who, Act::SeeCase, &on, "see this case")?;
    let case: Case = db
        .sql(
            "select c.id, s.code as service, s.name as service_name, c.status, c.priority, t.code as team, t.name as team_name,
                a.name as agency, c.assignee_id, m.name as assignee, c.address, c.lon, c.lat, c.opened_at, c.updated_at, c.due_at, c.closed_at,
                c.request_count, c.version, c.route_json, s.place_privacy
             from case_record c join service s on s.id = c.service_id left join team t on t.id = c.team_id
             left join agency a on a.id = coalesce(t.agency_id, s.agency_id) left join member m on m.id = c.assignee_id where c.id = $1",
        )
        .bind(id)
        .one()
        .await?;
    let about = summaries(db, &[id]).await?.remove(&id).unwrap_or_default();
    let may_see = may(who, Act::SeeContact, &on);
    let contacts = if may_see { contact::of_case(db, id, who.member(), now).await? } else { HashMap::new() };
    let internal = may(who, Act::SeeInternalNotes, &on);
    let may_move = may(who, Act::MoveCase, &on);
    let (recurs, recurred) = likely::recurrences(db, who, id).await?;
    Ok(Whole {
        promises: promises::of(db, id).await?,
        number: about.number,
        status_name: case.status.name(),
        jurisdictions: about.jurisdictions,
        requests: requests(db, scanner, id, contacts).await?,
        notes: notes(db, id, internal).await?,
        duplicates: likely::duplicates(db, who, id).await?,
        recurs,
        recurred,
        nearby: around::around(db, who, &case, now).await?,
        why: serde_json::from_str(&case.route_json).unwrap_or_default(),
        moderates: may(who, Act::Moderate, &on),
        assigns: may(who, Act::AssignCase, &on),
        moves: if may_move { case.status.legal() } else { Vec::new() },
        reasons: if may_move { case.status.reasoned() } else { Vec::new() },
        case,
    })
}

async fn requests(db: &Db, scanner: &Scanner, case: i64, mut contacts: HashMap<i64, contact::Shown>) -> Result<Vec<Request>> {
    let filed: Vec<Filed> = db
        .sql(
            "select id, number, source, filed_at, description, address, lon, lat, accuracy_m, language, media_url, joined,
                erased_at, words, hidden_at, hidden_reason
             from request where case_id = $1 order by id limit $2",
        )
        .bind(case)
        .bind(MOST)
        .all()
        .await?;
    let mut answers = answers(db, case).await?;
    let mut photos: HashMap<i64, Vec<Photo>> = HashMap::new();
    db.sql("select p.request_id, p.id, p.state from photo p join request r on r.id = p.request_id where r.case_id = $1")
        .bind(case)
        .push(" order by p.uploaded_at, p.id limit ")
        .put(MOST)
        .each(|(request, id, state): (i64, String, String)| {
            let photo = Photo { small: format!("/photos/{id}/small.jpg"), large: format!("/photos/{id}/large.jpg"), id, state };
            photos.entry(request).or_default().push(photo);
            Ok(())
        })
        .await?;
    let whole = |row: Filed| Request {
        flagged: row.words == Standing::Flagged,
        found: found(scanner, &row, answers.get(&row.id).map_or(&[], Vec::as_slice)),
        answers: answers.remove(&row.id).unwrap_or_default(),
        photos: photos.remove(&row.id).unwrap_or_default(),
        contact: contacts.remove(&row.id),
        number: row.number,
        source: row.source,
        filed_at: row.filed_at,
        description: row.description,
        address: row.address,
        lon: row.lon,
        lat: row.lat,
        accuracy_m: row.accuracy_m,
        language: row.language,
        media_url: row.media_url,
        joined: row.joined,
        erased_at: row.erased_at,
        hidden_at: row.hidden_at,
        hidden_reason: row.hidden_reason,
    };
    Ok(filed.into_iter().map(whole).collect())
}

fn found(scanner: &Scanner, row: &Filed, answers: &[Answer]) -> Vec<Hint> {
    if row.words == Standing::Clear {
        return Vec::new();
    }
    let answers = answers.iter().flat_map(|answer| answer.values.iter().map(|value| (format!("answers.{}", answer.code), value.as_str())));
    hints(scanner, std::iter::once(("description".to_owned(), row.description.as_str())).chain(answers))
}

async fn answers(db: &Db, case: i64) -> Result<HashMap<i64, Vec<Answer>>> {
    let mut answers: HashMap<i64, Vec<Answer>> = HashMap::new();
    db.sql(
        "select x.request_id, x.attribute, a.description, coalesce(v.name, x.value) from request_answer x
         join request r on r.id = x.request_id left join attribute a on a.service_id = coalesce(r.said_service_id, r.service_id) and a.code = x.attribute
         left join attribute_value v on v.attribute_id = a.id and v.key = x.value
         where r.case_id = $1 order by x.request_id, x.ordinal",
    )
    .bind(case)
    .each(|(request, code, question, value): (i64, String, Option<String>, String)| {
        let of_request = answers.entry(request).or_default();
        match of_request.last_mut().filter(|last| last.code == code) {
            Some(last) => last.values.push(value),
            None => of_request.push(Answer { question: question.unwrap_or_else(|| code.clone()), code, values: vec![value] }),
        }
        Ok(())
    })
    .await?;
    Ok(answers)
}

async fn notes(db: &Db, case: i64, internal: bool) -> Result<Vec<Note>> {
    let all: Vec<Note> = db
        .sql(
            "select n.id, n.created_at, m.name as by, n.kind, n.public, n.text, n.hidden_at, n.hidden_reason, n.words
             from note n left join member m on m.id = n.member_id
             where n.case_id = $1 order by n.id desc limit $2",
        )
        .bind(case)
        .bind(MOST)
        .all()
        .await?;
    Ok(all.into_iter().rev().filter(|note| note.public || internal).collect())
}
