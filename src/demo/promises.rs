//! When Alderford works, and what it promises: office hours with holidays, water engineers round the clock, and a first answer and an end
//! for every service.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::TIME_ZONE;
use crate::calendar::{self, CalendarWish, Day, Span};
use crate::catalog::{self, Target};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::people::policy::Who;

/// From eight to five on weekdays.
const OFFICE: Span = Span { from: 480, to: 1020 };
const ROUND_THE_CLOCK: Span = Span { from: 0, to: 1440 };

/// What is promised of each service, by its code.
///
/// # Panics
/// Never: the file is part of the program, and a test reads it.
pub fn targets() -> BTreeMap<String, Vec<Target>> {
    serde_json::from_str(include_str!("../../fixtures/alderford/promises.json")).expect("the promises in the program are well-formed")
}

/// The calendars that a city has which was founded then, by code; `now` is in epoch milliseconds.
fn calendars(now: i64) -> Result<[(&'static str, CalendarWish); 2]> {
    // a machine without the time zone database serves the demo by UTC
    let zone = TimeZone::get(TIME_ZONE).map_or("UTC", |_| TIME_ZONE);
    let year = Timestamp::from_millisecond(now).map_err(Error::internal)?.to_zoned(TimeZone::UTC).year();
    let holiday = |year, month, day, name: &str| Day { date: date(year, month, day), name: name.into(), hours: Vec::new() };
    let days = [year, year + 1].into_iter().flat_map(|year| [holiday(year, 1, 1, "New Year"), holiday(year, 12, 25, "Christmas Day")]);
    let office = CalendarWish {
        name: "Office hours".into(),
        zone: zone.into(),
        week: std::array::from_fn(|nth| if nth < 5 { vec![OFFICE] } else { Vec::new() }),
        days: days.collect(),
        agencies: Vec::new(),
        city: true,
    };
    let water = CalendarWish {
        name: "Water emergencies".into(),
        week: std::array::from_fn(|_| vec![ROUND_THE_CLOCK]),
        days: Vec::new(),
        agencies: vec!["water".into()],
        city: false,
        ..office.clone()
    };
    Ok([("office", office), ("water", water)])
}

/// Writes both down, in the name of somebody who may set them.
pub(super) async fn found(tx: &mut Tx, by: &Who, now: i64) -> Result<()> {
    for (code, calendar) in calendars(now)? {
        calendar::save(tx, by, code, &calendar, None, now).await?;
    }
    for (service, targets) in targets() {
        catalog::promise(tx, by, &service, &targets, None, now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::services;

    #[test]
    fn every_service_has_a_promise_and_urgent_ones_are_shorter() {
        let promised = targets();
        let mut codes: Vec<String> = services().into_iter().map(|service| service.code).collect();
        codes.sort_unstable();
        assert_eq!(promised.keys().cloned().collect::<Vec<_>>(), codes);
        for (code, targets) in &promised {
            let (usual, urgent) = (&targets[0], &targets[targets.len() - 1]);
            assert_eq!(usual.priority, None, "{code}");
            assert!(targets.len() == 1 || urgent.response_minutes < usual.response_minutes, "{code}");
        }
    }

    #[test]
    fn the_calendars_of_any_year_can_be_kept() {
        for now in [0, 1_795_867_200_000] {
            for (code, calendar) in calendars(now).expect("a year") {
                assert_eq!(calendar.problems(), [], "{code}");
            }
        }
    }
}
