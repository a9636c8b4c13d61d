//! What waits to be looked at, oldest first, and what is kept from the public, newest first: within what the asker may decide about.

use std::collections::HashMap;

use serde::Serialize;

use crate::cases::access;
use crate::db::{Db, Query};
use crate::error::{Error, Result};
use crate::people::policy::{Act, Scope, Who, scope};
use crate::privacy::{Found, Scanner};
use crate::record;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// What waits to be looked at.
    Waiting,
    /// What is kept from the public.
    Hidden,
}

/// What kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A photo.
    Photo,
    /// A request: personal data was found in its words, or it is hidden.
    Request,
    /// A note: personal data was found in a resident's comment, or it is hidden.
    Note,
    /// A request that strangers say should not be public.
    Reported,
}

/// One thing to decide about.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Item {
    /// What kind of thing.
    pub kind: ItemKind,
    /// Id of the photo or the note, number of the request.
    pub id: String,
    /// Id of its case.
    pub case: i64,
    /// Number of the request it belongs to; empty for a note of staff.
    pub number: String,
    /// Name of the service.
    pub service_name: String,
    /// Since when it waits or is hidden, epoch milliseconds.
    pub at: i64,
    /// The words, part by part, and what was found in them.
    pub parts: Vec<Part>,
    /// Address of the photo's large size.
    pub photo: Option<String>,
    /// What strangers reported.
    pub reports: Vec<Reported>,
    /// Why it is hidden.
    pub reason: Option<String>,
}

/// Words, as they are named when something is taken out of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Part {
    /// `description` or `answers.CODE` of a request, `text` of a note.
    pub part: String,
    /// The words.
    pub text: String,
    /// What was found in them.
    pub found: Vec<Found>,
}

/// What a stranger reported.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Reported {
    /// When, epoch milliseconds.
    pub at: i64,
    /// Why; may be empty.
    pub words: String,
}

/// A list, or its beginning.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ModerationPage)]
pub struct Page {
    /// The things.
    pub items: Vec<Item>,
    /// Whether there are more than these.
    pub more: bool,
}

record! {
    struct Row {
        id: String,
        case_id: i64,
        number: Option<String>,
        service_name: String,
        at: i64,
        text: String,
        reason: Option<String>,
        request_id: Option<i64>,
    }
}

const PHOTOS: &str =
    "select p.id, c.id as case_id, r.number, s.name as service_name, p.uploaded_at as at, '' as text, p.hidden_reason as reason,
        r.id as request_id
     from photo p join request r on r.id = p.request_id join case_record c on c.id = r.case_id join service s on s.id = r.service_id";
const REQUESTS: &str =
    "select r.number as id, c.id as case_id, r.number, s.name as service_name, coalesce(r.hidden_at, r.recorded_at) as at,
        r.description as text, r.hidden_reason as reason, r.id as request_id
     from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id";
const NOTES: &str =
    "select cast(n.id as text) as id, c.id as case_id, r.number, s.name as service_name, coalesce(n.hidden_at, n.created_at) as at,
        n.text, n.hidden_reason as reason, n.request_id
     from note n join case_record c on c.id = n.case_id join service s on s.id = c.service_id left join request r on r.id = n.request_id";
const REPORTED: &str = "select r.number as id, c.id as case_id, r.number, s.name as service_name,
        (select min(a.reported_at) from abuse_report a where a.request_id = r.id and a.decided_at is null) as at,
        r.description as text, r.hidden_reason as reason, r.id as request_id
     from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id";

/// What is asked for, at most `limit` things.
///
/// # Errors
/// [`Error::Forbidden`] for those who decide about nothing.
pub async fn queue(db: &Db, scanner: &Scanner, who: &Who, asked: Asked, limit: i64) -> Result<Page> {
    let reach = scope(who, Act::Moderate);
    if reach == Scope::Nothing {
        return Err(Error::Forbidden("decide what the public sees"));
    }
    let lists = match asked {
        Asked::Waiting => [
            (ItemKind::Photo, db.sql(PHOTOS).push(" where p.state = 'review'")),
            (ItemKind::Request, db.sql(REQUESTS).push(" where r.words = 'flagged' and r.hidden_at is null")),
            (ItemKind::Note, db.sql(NOTES).push(" where n.words = 'flagged' and n.hidden_at is null")),
            (ItemKind::Reported, db.sql(REPORTED).push(" where r.id in (select request_id from abuse_report where decided_at is null)")),
        ],
        Asked::Hidden => [
            (ItemKind::Photo, db.sql(PHOTOS).push(" where p.state = 'hidden'")),
            (ItemKind::Request, db.sql(REQUESTS).push(" where r.hidden_at is not null")),
            (ItemKind::Note, db.sql(NOTES).push(" where n.hidden_at is not null")),
            (ItemKind::Reported, db.sql(REPORTED).push(" where 1 = 0")),
        ],
    };
    let mut rows = Vec::new();
    for (kind, query) in lists {
        let query = access::within(query, &reach);
        rows.extend(ordered(query, asked, limit + 1).all::<Row>().await?.into_iter().map(|row| (kind, row)));
    }
    rows.sort_by(|(_, a), (_, b)| if asked == Asked::Waiting { a.at.cmp(&b.at) } else { b.at.cmp(&a.at) });
    let more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(Page { items: whole(db, scanner, rows).await?, more })
}

fn ordered(query: Query<'_>, asked: Asked, limit: i64) -> Query<'_> {
    // By place: SQLite takes a name for a column of any table before it takes it for what is selected.
    query.push(if asked == Asked::Waiting { " order by 5, 1 limit " } else { " order by 5 desc, 1 limit " }).put(limit)
}

async fn whole(db: &Db, scanner: &Scanner, rows: Vec<(ItemKind, Row)>) -> Result<Vec<Item>> {
    let of = |kinds: &[ItemKind]| -> Vec<i64> {
        rows.iter().filter(|(kind, _)| kinds.contains(kind)).filter_map(|(_, row)| row.request_id).collect()
    };
    let mut answers: HashMap<i64, Vec<(String, String)>> = HashMap::new();
    db.sql(
        "select x.request_id, x.attribute, x.value from request_answer x join request r on r.id = x.request_id
         join attribute a on a.service_id = coalesce(r.said_service_id, r.service_id) and a.code = x.attribute where a.datatype = 'text'",
    )
    .within(" and x.request_id", of(&[ItemKind::Request]))
    .push(" order by x.request_id, x.ordinal")
    .each(|(request, code, value): (i64, String, String)| {
        answers.entry(request).or_default().push((code, value));
        Ok(())
    })
    .await?;
    let mut reports: HashMap<i64, Vec<Reported>> = HashMap::new();
    db.sql("select request_id, reported_at, words from abuse_report where decided_at is null")
        .within(" and request_id", of(&[ItemKind::Reported]))
        .push(" order by reported_at limit 500")
        .each(|(request, at, words): (i64, i64, String)| {
            reports.entry(request).or_default().push(Reported { at, words });
            Ok(())
        })
        .await?;
    let part = |part: String, text: String| Part { found: scanner.find(&text), part, text };
    let item = |(kind, row): (ItemKind, Row)| {
        let mut parts = match kind {
            ItemKind::Photo => Vec::new(),
            ItemKind::Note => vec![part("text".into(), row.text)],
            ItemKind::Request | ItemKind::Reported => vec![part("description".into(), row.text)],
        };
        if kind == ItemKind::Request {
            let found = answers.remove(&row.request_id.unwrap_or_default()).unwrap_or_default();
            parts.extend(
                found.into_iter().map(|(code, value)| part(format!("answers.{code}"), value)).filter(|part| !part.found.is_empty()),
            );
        }
        Item {
            photo: (kind == ItemKind::Photo).then(|| format!("/photos/{}/large.jpg", row.id)),
            reports: if kind == ItemKind::Reported {
                reports.remove(&row.request_id.unwrap_or_default()).unwrap_or_default()
            } else {
                Vec::new()
            },
            kind,
            id: row.id,
            case: row.case_id,
            number: row.number.unwrap_or_default(),
            service_name: row.service_name,
            at: row.at,
            parts,
            reason: row.reason,
        }
    };
    Ok(rows.into_iter().map(item).collect())
}
