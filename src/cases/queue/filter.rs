//! What of the queue is asked for: codes as people write them, read into ids.

use super::Cursor;
use crate::cases::Status;
use crate::db::{Db, Query};
use crate::error::{Error, Field, Result};

/// The filters as they were asked, in codes.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Ids of cases, with commas.
    pub ids: Option<String>,
    /// Code of a team.
    pub team: Option<String>,
    /// A jurisdiction as `layer:code`.
    pub jurisdiction: Option<String>,
    /// Codes of services, with commas.
    pub services: Option<String>,
    /// Statuses, with commas.
    pub statuses: Option<String>,
    /// `me`, `none`, or the id of a member.
    pub assignee: Option<String>,
    /// Only unfinished (`true`) or only finished cases.
    pub open: Option<bool>,
    /// West, south, east, north in degrees, with commas.
    pub bbox: Option<String>,
    /// `opened` (newest first) or `due`: unfinished ones, what is late first.
    pub sort: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// Cases on the page.
    pub limit: Option<i64>,
}

/// Whose cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignee {
    /// Those that nobody has.
    Nobody,
    /// Those of one member.
    Member(i64),
}

/// The order of the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Newest first.
    #[default]
    Opened,
    /// Unfinished cases by when they are due: what is late first, what nobody promised last.
    Due,
}

/// The filters in ids.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only these cases.
    pub ids: Option<Vec<i64>>,
    /// The team.
    pub team: Option<i64>,
    /// The rows of one jurisdiction: one for each time that its layer was published.
    pub jurisdictions: Option<Vec<i64>>,
    /// The services.
    pub services: Option<Vec<i64>>,
    /// The statuses.
    pub statuses: Option<Vec<Status>>,
    /// Whose.
    pub assignee: Option<Assignee>,
    /// Only unfinished, or only finished.
    pub open: Option<bool>,
    /// West, south, east, north.
    pub bbox: Option<[f64; 4]>,
    /// In which order.
    pub sort: Sort,
    /// After which case.
    pub after: Option<Cursor>,
    /// How many.
    pub limit: i64,
}

/// Cases on a page unless asked otherwise.
const PAGE: i64 = 50;

/// The most codes in one filter.
const CODES: usize = 200;

impl Filter {
    /// Reads what was asked; `me` is who asks and `most` the largest page. Every problem is named.
    pub async fn read(db: &Db, asked: &Asked, me: Option<i64>, most: i64) -> Result<Filter> {
        let mut problems = Vec::new();
        let mut keep = |read: std::result::Result<(), Field>| problems.extend(read.err());
        let mut filter = Filter { open: asked.open, limit: asked.limit.unwrap_or(PAGE.min(most)), ..Filter::default() };

        if let Some(list) = given(&asked.ids) {
            let found: Vec<i64> = listed(list).into_iter().take(CODES + 1).map_while(|id| id.parse().ok()).collect();
            let whole = found.len() == listed(list).len() && found.len() <= CODES;
            keep(if whole { Ok(()) } else { Err(Field::new("ids", format!("is not at most {CODES} ids of cases, with commas"))) });
            filter.ids = Some(found);
        }
        if let Some(code) = given(&asked.team) {
            let found = ids(db, "select id from team where code", &[code]).await?;
            keep(found.first().map(|id| filter.team = Some(*id)).ok_or_else(|| Field::new("team", format!("there is no team {code:?}"))));
        }
        if let Some(place) = given(&asked.jurisdiction) {
            let found = jurisdictions(db, place).await?;
            let problem = || Field::new("jurisdiction", format!("there is no jurisdiction {place:?}; write it as layer:code"));
            keep(if found.is_empty() { Err(problem()) } else { Ok(()) });
            filter.jurisdictions = Some(found);
        }
        if let Some(list) = given(&asked.services) {
            let codes = listed(list);
            keep(if codes.len() > CODES { Err(Field::new("services", format!("names more than {CODES}"))) } else { Ok(()) });
            let mut found = Vec::new();
            for code in codes.into_iter().take(CODES) {
                let one = ids(db, "select id from service where code", &[code]).await?;
                keep(one.first().map(|id| found.push(*id)).ok_or_else(|| Field::new("services", format!("there is no service {code:?}"))));
            }
            filter.services = Some(found);
        }
        if let Some(list) = given(&asked.statuses) {
            let mut found = Vec::new();
            for word in listed(list).into_iter().take(CODES) {
                let read = Status::parse(word).ok_or_else(|| Field::new("statuses", format!("{word:?} is no status of a case")));
                keep(read.map(|status| found.push(status)));
            }
            filter.statuses = Some(found);
        }
        filter.assignee = match given(&asked.assignee) {
            None => None,
            Some("none") => Some(Assignee::Nobody),
            Some("me") => me.map(Assignee::Member),
            Some(id) => {
                let read = id.parse().map_err(|_| Field::new("assignee", "is `me`, `none` or the id of a member"));
                let read = read.map(Assignee::Member);
                keep(read.as_ref().map(|_| ()).map_err(Clone::clone));
                read.ok()
            }
        };
        if let Some(text) = given(&asked.bbox) {
            let read = bbox(text);
            filter.bbox = read.ok();
            keep(read.map(|_| ()).map_err(|problem| Field::new("bbox", problem)));
        }
        filter.sort = match given(&asked.sort) {
            None | Some("opened") => Sort::Opened,
            Some("due") if filter.open == Some(false) => {
                keep(Err(Field::new("sort", "by when it is due is of unfinished cases; leave out `open=false`")));
                Sort::Due
            }
            Some("due") => Sort::Due,
            Some(_) => {
                keep(Err(Field::new("sort", "is `opened` or `due`")));
                Sort::Opened
            }
        };
        if let Some(text) = given(&asked.after) {
            filter.after = Cursor::parse(text);
            keep(filter.after.map(|_| ()).ok_or_else(|| Field::new("after", "is not what a page gave as `next`")));
        }
        keep(if (1..=most).contains(&filter.limit) { Ok(()) } else { Err(Field::new("limit", format!("is not between 1 and {most}"))) });
        if problems.is_empty() { Ok(filter) } else { Err(Error::Invalid(problems)) }
    }

    /// The one row of the jurisdiction asked for, if it has just one.
    pub(super) fn jurisdiction(&self) -> Option<i64> {
        match self.jurisdictions.as_deref() {
            Some([one]) => Some(*one),
            _ => None,
        }
    }

    /// Whether only unfinished or only finished cases are left; statuses can say so too, and then an index of the open ones
    /// will do.
    pub(super) fn open(&self) -> Option<bool> {
        if self.sort == Sort::Due {
            return Some(true);
        }
        self.open.or_else(|| match self.statuses.as_deref() {
            Some(statuses) if !statuses.is_empty() && statuses.iter().all(|status| !status.finished()) => Some(true),
            _ => None,
        })
    }
}

/// What was asked, if it was not left empty.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn listed(text: &str) -> Vec<&str> {
    text.split(',').map(str::trim).filter(|code| !code.is_empty()).collect()
}

async fn jurisdictions(db: &Db, place: &str) -> Result<Vec<i64>> {
    let Some((layer, code)) = place.split_once(':') else { return Ok(Vec::new()) };
    ids(db, "select j.id from jurisdiction j join layer l on l.id = j.layer_id where l.code = $1 and j.code", &[layer, code]).await
}

/// The ids a query finds for codes; the last code is compared with what the text ends in. PostgreSQL cannot be asked for
/// U+0000, and nothing is called so.
async fn ids(db: &Db, text: &'static str, codes: &[&str]) -> Result<Vec<i64>> {
    if codes.iter().any(|code| code.contains('\0')) {
        return Ok(Vec::new());
    }
    let Some((last, before)) = codes.split_last() else { return Ok(Vec::new()) };
    let query = before.iter().fold(db.sql(text), |query: Query<'_>, code| query.bind((*code).to_owned()));
    let found: Vec<(i64,)> = query.filter(" = ", Some((*last).to_owned())).all().await?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}

fn bbox(text: &str) -> std::result::Result<[f64; 4], &'static str> {
    let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok().filter(|n: &f64| n.is_finite())).collect();
    match numbers.as_deref() {
        Some([west, south, east, north]) if west <= east && south <= north => Ok([*west, *south, *east, *north]),
        Some([_, _, _, _]) => Err("is not in order: west, south, east, north"),
        _ => Err("is not four numbers: west, south, east, north"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_four_numbers_in_order() {
        assert_eq!(bbox("-71.2, 42.2,-71.0,42.4"), Ok([-71.2, 42.2, -71.0, 42.4]));
        for bad in ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "2,0,1,1", "0,2,1,1", "NaN,0,1,1", "0,0,inf,1"] {
            assert!(bbox(bad).is_err(), "{bad}");
        }
    }
}
