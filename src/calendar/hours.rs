//! Working time: the hours of a week and the days that differ, by the clocks of one time zone. Adds and measures it.
//!
//! Pure. Hours are read off the wall: where clocks are moved within them they last as long as they really do, and an hour that is
//! skipped is not worked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From one minute of the day to another; 1440 is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WorkingSpan)]
pub struct Span {
    /// The minute of the day at which work begins.
    pub from: u16,
    /// The minute at which it ends.
    pub to: u16,
}

/// When work is done.
#[derive(Debug, Clone)]
pub struct Hours {
    zone: TimeZone,
    /// Monday first.
    week: [Vec<Span>; 7],
    /// Days that differ from their weekday; without hours: nobody works.
    days: BTreeMap<Date, Vec<Span>>,
}

/// Whoever looks further ahead for an hour of work looks for nothing: longer than any promise.
const MOST_DAYS: usize = 366 * 60;

/// The minutes of a day.
pub const DAY_MINUTES: u16 = 1440;

impl Hours {
    /// Hours whose spans follow each other within each day; what overlaps is the caller's to refuse.
    pub fn new(zone: TimeZone, week: [Vec<Span>; 7], days: BTreeMap<Date, Vec<Span>>) -> Hours {
        Hours { zone, week, days }
    }

    /// The moment at which `work` milliseconds have been worked since `from`; `from` itself for none. Nothing where no work is ever
    /// done again, as far as anybody looks.
    pub fn add(&self, from: i64, work: i64) -> Option<i64> {
        if work <= 0 {
            return Some(from);
        }
        let mut left = work;
        for (begins, ends) in self.spans(from).take_while(|span| span.is_some()).flatten() {
            let begins = begins.max(from);
            if ends - begins >= left {
                return Some(begins + left);
            }
            left -= (ends - begins).max(0);
        }
        None
    }

    /// How many milliseconds are worked between two moments.
    pub fn between(&self, from: i64, to: i64) -> i64 {
        let within = self.spans(from).take_while(|span| span.is_some_and(|(begins, _)| begins < to)).flatten();
        within.map(|(begins, ends)| (ends.min(to) - begins.max(from)).max(0)).sum()
    }

    /// The spans of work from the day of a moment on, as moments, in order and apart from each other. An end of them is said once.
    fn spans(&self, from: i64) -> impl Iterator<Item = Option<(i64, i64)>> + '_ {
        let first = Timestamp::from_millisecond(from).ok().map(|at| at.to_zoned(self.zone.clone()).date());
        let days = std::iter::successors(first, |day| day.tomorrow().ok()).take(MOST_DAYS);
        let spans = days.flat_map(|day| self.on(day).iter().map(move |span| (day, span)));
        let spans = spans.map(|(day, span)| Some((self.moment(day, span.from)?, self.moment(day, span.to)?)));
        spans.chain(std::iter::once(None))
    }

    fn on(&self, day: Date) -> &[Span] {
        let nth = day.weekday().to_monday_zero_offset();
        self.days.get(&day).unwrap_or(&self.week[usize::try_from(nth).unwrap_or(0)])
    }

    /// A minute of a day on the wall, as a moment: of two the first, and where it is skipped the moment of skipping.
    fn moment(&self, day: Date, minute: u16) -> Option<i64> {
        let (day, minute) = if minute >= DAY_MINUTES { (day.tomorrow().ok()?, 0) } else { (day, minute) };
        let wall = DateTime::from_parts(day, jiff::civil::time((minute / 60) as i8, (minute % 60) as i8, 0, 0));
        let found = self.zone.to_ambiguous_timestamp(wall);
        let moment = match found.offset() {
            AmbiguousOffset::Gap { after, .. } => self.zone.following(after.to_timestamp(wall).ok()?).next()?.timestamp(),
            _ => found.earlier().ok()?,
        };
        Some(moment.as_millisecond())
    }
}

#[cfg(test)]
#[path = "hours_tests.rs"]
pub(crate) mod tests;
