//! The queue: cases newest first, or what is late first, filtered, within what the asker may see, a page at a time.
//!
//! Pages are cut by key (opened or due, id), so that what is filed meanwhile moves nothing, and what lies out of scope cannot be
//! counted by leafing.

mod cursor;
mod filter;
mod summary;

use std::collections::HashSet;

use serde::Serialize;

use super::{Status, access};
use crate::db::{Db, Query};
use crate::error::{Error, Result};
use crate::people::policy::{Act, Reach, Scope, Who, scope};
use crate::record;

pub use cursor::Cursor;
pub use filter::{Asked, Assignee, Filter, Sort};
pub use summary::Place;
pub(super) use summary::of as summaries;

record! {
    struct Row {
        id: i64,
        service: String,
        service_name: String,
        status: Status,
        priority: String,
        team: Option<String>,
        team_name: Option<String>,
        assignee: Option<String>,
        address: String,
        lon: Option<f64>,
        lat: Option<f64>,
        opened_at: i64,
        updated_at: i64,
        due_at: Option<i64>,
        closed_at: Option<i64>,
        request_count: i64,
        version: i64,
    }
}

/// A case in the queue.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Queued {
    /// Its id, for staff.
    pub id: i64,
    /// The number of its first request: its public name.
    pub number: String,
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
    /// Name of the member who has it.
    pub assignee: Option<String>,
    /// Where it lies.
    pub jurisdictions: Vec<Place>,
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
    /// Since when the clock of that promise stands, while the case is pending or on hold.
    pub paused_at: Option<i64>,
    /// When it was finished.
    pub closed_at: Option<i64>,
    /// How many requests it has.
    pub requests: i64,
    /// Address of a small picture.
    pub photo: Option<String>,
    /// Counts the decisions made over it; send it back with a move.
    pub version: i64,
    /// Where it may go from here; empty for those who may not move it.
    pub moves: Vec<Status>,
    /// Those of them that must say why.
    pub reasons: Vec<Status>,
}

/// One page.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Page {
    /// The cases, newest first, or by when they are due.
    pub cases: Vec<Queued>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

const COLUMNS: &str = "select c.id, s.code as service, s.name as service_name, c.status, c.priority, t.code as team, t.name as team_name,
        m.name as assignee, c.address, c.lon, c.lat, c.opened_at, c.updated_at, c.due_at, c.closed_at, c.request_count, c.version from ";

// Left joins, so that no planner starts from them: the order is that of an index on cases, or of one district's.
const NAMES: &str =
    " left join service s on s.id = c.service_id left join team t on t.id = c.team_id left join member m on m.id = c.assignee_id";

/// Where what nobody promised stands in the order of what is due; the largest whole number that every client can read.
const NEVER: i64 = 9_007_199_254_740_991;

/// One page of what `who` may see.
pub async fn queue(db: &Db, who: &Who, filter: &Filter) -> Result<Page> {
    let scope = scope(who, Act::SeeQueue);
    if scope == Scope::Nothing {
        return Err(Error::Forbidden("see the queue"));
    }
    let asked = filter.jurisdiction();
    // Cases asked for by id are looked up; leafing through a district for them would read all of it.
    let by_due = filter.sort == Sort::Due;
    // What is due is read along the open cases in that order, whatever the district.
    let district = if filter.ids.is_some() || by_due { None } else { asked.or_else(|| only_district(&scope)) };
    let mut query = db.sql(COLUMNS);
    query = match district {
        // `cross join` keeps SQLite to this order: the district's cases by time, each looked up.
        Some(id) => query
            .push("case_jurisdiction j cross join case_record c")
            .push(NAMES)
            .push(" where c.id = j.case_id and j.jurisdiction_id = ")
            .put(id),
        None => query.push("case_record c").push(NAMES).push(" where 1 = 1"),
    };
    query = access::within(query, &scope);
    query = filtered(query, filter, district.is_some() && asked.is_some());
    let limit = filter.limit;
    // One more than asked for says whether there is a next page.
    query = match (district.is_some(), &filter.after) {
        (_, after) if by_due => after_key(query, " and (coalesce(c.due_at, 9007199254740991), c.id) > (", *after)
            .push(" order by coalesce(c.due_at, 9007199254740991), c.id limit "),
        (true, after) => {
            after_key(query, " and (j.opened_at, j.case_id) < (", *after).push(" order by j.opened_at desc, j.case_id desc limit ")
        }
        (false, after) => after_key(query, " and (c.opened_at, c.id) < (", *after).push(" order by c.opened_at desc, c.id desc limit "),
    };
    let mut rows: Vec<Row> = query.put(limit + 1).all().await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = rows.last().filter(|_| more).map(|row| {
        let at = if by_due { row.due_at.unwrap_or(NEVER) } else { row.opened_at };
        Cursor { at, id: row.id }.to_string()
    });
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut about = summaries(db, &ids).await?;
    let movable = movable(db, who, &scope, &ids).await?;
    let cases = rows
        .into_iter()
        .map(|row| {
            let about = about.remove(&row.id).unwrap_or_default();
            let may_move = movable.contains(&row.id);
            Queued {
                id: row.id,
                number: about.number,
                service: row.service,
                service_name: row.service_name,
                status: row.status,
                priority: row.priority,
                team: row.team,
                team_name: row.team_name,
                assignee: row.assignee,
                jurisdictions: about.jurisdictions,
                address: row.address,
                lon: row.lon,
                lat: row.lat,
                opened_at: row.opened_at,
                updated_at: row.updated_at,
                due_at: row.due_at,
                paused_at: about.paused_at,
                closed_at: row.closed_at,
                requests: row.request_count,
                photo: about.photo.map(|id| format!("/photos/{id}/small.jpg")),
                version: row.version,
                moves: if may_move { row.status.legal() } else { Vec::new() },
                reasons: if may_move { row.status.reasoned() } else { Vec::new() },
            }
        })
        .collect();
    Ok(Page { cases, next })
}

/// Those of the cases on a page that the asker may move.
async fn movable(db: &Db, who: &Who, seen: &Scope, cases: &[i64]) -> Result<HashSet<i64>> {
    let reach = scope(who, Act::MoveCase);
    // Nearly always one may move what one may see.
    let found = if reach == *seen { cases.to_vec() } else { access::visible(db, &reach, cases).await? };
    Ok(found.into_iter().collect())
}

/// The district of somebody who may see one district only.
fn only_district(scope: &Scope) -> Option<i64> {
    match scope {
        Scope::Within(reaches) => match reaches.as_slice() {
            [Reach { jurisdiction, .. }] => *jurisdiction,
            _ => None,
        },
        _ => None,
    }
}

fn after_key<'q>(query: Query<'q>, sql: &'static str, after: Option<Cursor>) -> Query<'q> {
    match after {
        Some(Cursor { at, id }) => query.push(sql).put(at).push(", ").put(id).push(")"),
        None => query,
    }
}

fn filtered<'q>(mut query: Query<'q>, filter: &Filter, district_done: bool) -> Query<'q> {
    if !district_done && let Some(ids) = &filter.jurisdictions {
        query = query
            .push(" and exists (select 1 from case_jurisdiction in_j where in_j.case_id = c.id")
            .within(" and in_j.jurisdiction_id", ids.iter().copied())
            .push(")");
    }
    if let Some(ids) = &filter.ids {
        query = query.within(" and c.id", ids.iter().copied());
    }
    query = query.filter(" and c.team_id = ", filter.team);
    query = match filter.services.as_deref() {
        None => query,
        Some([one]) => query.filter(" and c.service_id = ", Some(*one)),
        // The plus keeps SQLite from gathering all cases of several services to sort them: leafing by time finds a page sooner.
        Some(several) => query.within(" and +c.service_id", several.iter().copied()),
    };
    if let Some(statuses) = &filter.statuses {
        query = query.within(" and c.status", statuses.iter().copied());
    }
    query = match filter.assignee {
        None => query,
        Some(Assignee::Nobody) => query.push(" and c.assignee_id is null"),
        Some(Assignee::Member(id)) => query.filter(" and c.assignee_id = ", Some(id)),
    };
    query = match filter.open() {
        None => query,
        Some(true) => query.push(" and c.closed_at is null"),
        Some(false) => query.push(" and c.closed_at is not null"),
    };
    if let Some([west, south, east, north]) = filter.bbox {
        query = query.push(" and c.lon between ").put(west).push(" and ").put(east);
        query = query.push(" and c.lat between ").put(south).push(" and ").put(north);
    }
    query
}
