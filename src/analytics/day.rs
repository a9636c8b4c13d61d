//! Days of a city: one number for each date of its time zone. It reads no clock.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

/// A date of the city's time zone in two bytes. Dates from [`Day::FIRST`] to [`Day::LAST`] are exact; whatever lies before or
/// after is kept as "before" or "after", so that comparing with a date of that span is right for every time there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub(super) u16);

impl Day {
    /// Marks a row that is no longer there; no filter lets it pass.
    pub(super) const NONE: Day = Day(0);
    /// Any time before [`Day::FIRST`].
    pub const BEFORE: Day = Day(1);
    /// Any time after [`Day::LAST`].
    pub const AFTER: Day = Day(u16::MAX);
    /// The first date that has a number of its own.
    pub const FIRST: Date = date(1900, 1, 1);
    /// The last date that has a number of its own.
    pub const LAST: Date = date(2079, 6, 3);

    /// The day in which a time falls.
    pub fn at(ms: i64, zone: &TimeZone) -> Day {
        match Timestamp::from_millisecond(ms) {
            Ok(time) => Day::of(zone.to_datetime(time).date()),
            Err(_) if ms < 0 => Day::BEFORE,
            Err(_) => Day::AFTER,
        }
    }

    /// The day of a date.
    pub fn of(date: Date) -> Day {
        let days = date.duration_since(Day::FIRST).as_hours() / 24;
        match u16::try_from(days.saturating_add(2)) {
            Ok(day) if days >= 0 && day < Day::AFTER.0 => Day(day),
            _ if days < 0 => Day::BEFORE,
            _ => Day::AFTER,
        }
    }

    /// The date, where the day is one date.
    pub fn date(self) -> Option<Date> {
        let days = i64::from(self.0) - 2;
        if self == Day::AFTER || days < 0 {
            return None;
        }
        Day::FIRST.checked_add(jiff::SignedDuration::from_hours(24 * days)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_of_the_city_and_not_of_greenwich() {
        let chicago = TimeZone::get("America/Chicago").expect("a known zone");
        let late: Timestamp = "2024-03-01T05:59:59Z".parse().expect("a time"); // 23:59:59 on the 29th of February
        assert_eq!(Day::at(late.as_millisecond(), &chicago), Day::of(date(2024, 2, 29)));
        assert_eq!(Day::at(late.as_millisecond() + 1000, &chicago), Day::of(date(2024, 3, 1)));
    }

    #[test]
    fn each_date_of_the_span_has_its_own_number_and_the_rest_is_before_or_after() {
        assert_eq!(Day::of(Day::FIRST), Day(2));
        assert_eq!(Day::of(Day::LAST), Day(u16::MAX - 1));
        let mut day = Day::FIRST;
        while day < Day::LAST {
            let next = day.tomorrow().expect("not the last day of all");
            assert_eq!(Day::of(next).0, Day::of(day).0 + 1);
            assert_eq!(Day::of(next).date(), Some(next));
            day = next;
        }
        assert_eq!(Day::of(Day::FIRST.yesterday().expect("not the first day of all")), Day::BEFORE);
        assert_eq!(Day::of(Day::LAST.tomorrow().expect("not the last day of all")), Day::AFTER);
        assert_eq!((Day::BEFORE.date(), Day::AFTER.date()), (None, None));
        assert_eq!((Day::at(i64::MIN, &TimeZone::UTC), Day::at(i64::MAX, &TimeZone::UTC)), (Day::BEFORE, Day::AFTER));
    }
}
