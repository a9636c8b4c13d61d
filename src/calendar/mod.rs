//! When work is done: calendars that agencies keep, one of which may be the whole city's. What is promised in working time counts
//! by them.

pub mod hours;
mod save;
mod wish;

use std::collections::BTreeMap;

pub use hours::{Hours, Span};
pub use save::{Calendar, all, one, save};
pub use wish::{CalendarWish, Day};

use crate::db::Tx;
use crate::error::Result;
use crate::record;

record! { struct Row { id: i64, zone: String, week_json: String, days_json: String } }

/// By whose hours the work on a case is done: those of its team's agency, else of the agency that answers for the service, else the
/// city's. Nothing where none of them keeps a calendar.
pub async fn of_case(tx: &mut Tx, team: Option<i64>, agency: Option<i64>) -> Result<Option<(i64, Hours)>> {
    let row: Option<Row> = tx
        .sql(
            "select id, zone, week_json, days_json from calendar where id = coalesce(
                (select a.calendar_id from team t join agency a on a.id = t.agency_id where t.id = $1),
                (select calendar_id from agency where id = $2), (select id from calendar where city))",
        )
        .bind(team)
        .bind(agency)
        .optional()
        .await?;
    row.map(|row| Ok((row.id, row.hours()?))).transpose()
}

/// The hours of a calendar.
pub async fn hours(tx: &mut Tx, id: i64) -> Result<Hours> {
    let row: Row = tx.sql("select id, zone, week_json, days_json from calendar where id = $1").bind(id).one().await?;
    row.hours()
}

impl Row {
    fn hours(&self) -> Result<Hours> {
        let days: Vec<Day> = serde_json::from_str(&self.days_json)?;
        let wish = CalendarWish {
            name: String::new(),
            zone: self.zone.clone(),
            week: serde_json::from_str(&self.week_json)?,
            days,
            agencies: Vec::new(),
            city: false,
        };
        wish.hours().map_err(crate::error::Error::Invalid)
    }
}

/// Days that differ, by date.
type Days = BTreeMap<jiff::civil::Date, Vec<Span>>;
