//! A calendar as people write it, and everything that can be wrong with it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::{DAY_MINUTES, Span};
use crate::error::Field;

/// A calendar as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarWish {
    /// What people call it.
    pub name: String,
    /// The IANA time zone whose clocks are meant.
    pub zone: String,
    /// The working hours of each weekday, Monday first.
    pub week: [Vec<Span>; 7],
    /// Days that differ from their weekday: holidays, short days, a Saturday that is worked.
    #[serde(default)]
    pub days: Vec<Day>,
    /// Codes of the agencies that work by it.
    #[serde(default)]
    pub agencies: Vec<String>,
    /// Whether agencies without a calendar work by it.
    #[serde(default)]
    pub city: bool,
}

/// A day that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarDay)]
pub struct Day {
    /// The date, `YYYY-MM-DD`.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// What people call it.
    #[serde(default)]
    pub name: String,
    /// Its working hours; none on a holiday.
    #[serde(default)]
    pub hours: Vec<Span>,
}

/// The most days that differ: every day of ten years would be no calendar.
const MOST_DAYS: usize = 1000;
/// The most spans of one day.
const MOST_SPANS: usize = 12;
const MOST_CHARACTERS: usize = 100;

impl CalendarWish {
    /// Everything that is wrong with it, by field.
    pub(crate) fn problems(&self) -> Vec<Field> {
        let mut wrong = Vec::new();
        let mut say = |field: String, problem: &str| wrong.push(Field::new(field, problem));
        if !kept(&self.name) || self.name.chars().count() > MOST_CHARACTERS {
            say("name".into(), "has to be of at most 100 characters that can be kept.");
        }
        if TimeZone::get(&self.zone).is_err() {
            say("zone".into(), "is no IANA time zone, such as Europe/Madrid.");
        }
        for (nth, spans) in self.week.iter().enumerate() {
            if let Some(problem) = unfit(spans) {
                say(format!("week.{nth}"), problem);
            }
        }
        if self.week.iter().all(Vec::is_empty) {
            say("week".into(), "has no working hour: what counts working time would never be due.");
        }
        if self.days.len() > MOST_DAYS {
            say("days".into(), "has more than 1000 days.");
        }
        for (nth, day) in self.days.iter().enumerate() {
            if let Some(problem) = unfit(&day.hours) {
                say(format!("days.{nth}.hours"), problem);
            }
            if !kept(&day.name) || day.name.chars().count() > MOST_CHARACTERS {
                say(format!("days.{nth}.name"), "has to be of at most 100 characters that can be kept.");
            }
            if self.days[..nth].iter().any(|other| other.date == day.date) {
                say(format!("days.{nth}.date"), "is there twice.");
            }
        }
        wrong
    }
}

fn kept(text: &str) -> bool {
    !text.contains('\0')
}

fn unfit(spans: &[Span]) -> Option<&'static str> {
    if spans.len() > MOST_SPANS {
        return Some("has more than 12 spans.");
    }
    if spans.iter().any(|span| span.from >= span.to || span.to > DAY_MINUTES) {
        return Some("has a span that does not end after it begins, or ends after minute 1440. Work over midnight takes two days.");
    }
    spans.windows(2).any(|pair| pair[1].from < pair[0].to).then_some("has spans that overlap, or are not in order.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office() -> CalendarWish {
        let day = vec![Span { from: 480, to: 720 }, Span { from: 780, to: 1020 }];
        let week = std::array::from_fn(|nth| if nth < 5 { day.clone() } else { Vec::new() });
        CalendarWish { name: "Office".into(), zone: "Europe/London".into(), week, days: Vec::new(), agencies: Vec::new(), city: true }
    }

    fn fields(wish: &CalendarWish) -> Vec<String> {
        wish.problems().into_iter().map(|field| field.field).collect()
    }

    #[test]
    fn a_calendar_by_which_nothing_would_ever_be_due_is_refused() {
        assert_eq!(fields(&office()), [""; 0]);
        assert_eq!(fields(&CalendarWish { week: Default::default(), ..office() }), ["week"]);
        assert_eq!(fields(&CalendarWish { zone: "Europe/Nowhere".into(), name: "a\0b".into(), ..office() }), ["name", "zone"]);
    }

    #[test]
    fn spans_end_after_they_begin_and_follow_each_other() {
        for bad in [vec![(600, 600)], vec![(0, 1441)], vec![(600, 500)], vec![(0, 700), (600, 800)], vec![(800, 900), (100, 200)]] {
            let mut wish = office();
            wish.week[2] = bad.iter().map(|&(from, to)| Span { from, to }).collect();
            assert_eq!(fields(&wish), ["week.2"], "{bad:?}");
        }
    }

    #[test]
    fn a_day_is_named_once() {
        let day = Day { date: jiff::civil::date(2026, 12, 25), name: "Christmas".into(), hours: Vec::new() };
        assert_eq!(fields(&CalendarWish { days: vec![day.clone(), day], ..office() }), ["days.1.date"]);
    }
}
