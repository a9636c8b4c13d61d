//! When work is done: calendars that agencies keep, one of which may be the whole city's. What is promised in working time counts
//! by them.

pub mod hours;
mod save;
mod wish;

use jiff::tz::TimeZone;

pub use hours::{Hours, Span};
pub use save::{Calendar, all, one, save};
pub use wish::{CalendarWish, Day};

use crate::db::Tx;
use crate::error::{Error, Result};
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

/// The hours of a calendar; without one every hour counts.
pub async fn hours(tx: &mut Tx, id: Option<i64>) -> Result<Option<Hours>> {
    let Some(id) = id else { return Ok(None) };
    let row: Row = tx.sql("select id, zone, week_json, days_json from calendar where id = $1").bind(id).one().await?;
    row.hours().map(Some)
}

impl Row {
    fn hours(&self) -> Result<Hours> {
        let days: Vec<Day> = serde_json::from_str(&self.days_json)?;
        let days = days.into_iter().map(|day| (day.date, day.hours)).collect();
        // A machine may know fewer zones than the one that checked it.
        let zone = TimeZone::get(&self.zone).map_err(Error::internal)?;
        Ok(Hours::new(zone, serde_json::from_str(&self.week_json)?, days))
    }
}
