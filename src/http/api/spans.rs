//! A span of days cut into steps, as the questions over time ask for them.

use jiff::civil::Date;

use crate::analytics::{Day, Filter};
use crate::error::Field;

/// The most steps of one answer: two years of weeks, or four months of days.
const MOST_STEPS: usize = 124;

/// How long a step is.
#[derive(Clone, Copy)]
enum Length {
    Day,
    Week,
    Month,
}

/// First and last day of each step of what a filter asks for; none, and a problem, where it cannot be cut so.
pub fn of(step: Option<&str>, wanted: &Filter, problems: &mut Vec<Field>) -> Vec<(Date, Date)> {
    let length = match step {
        Some("day") => Length::Day,
        None | Some("" | "week") => Length::Week,
        Some("month") => Length::Month,
        Some(_) => {
            problems.push(Field::new("step", "must be `day`, `week` or `month`."));
            Length::Week
        }
    };
    let span = wanted.from.and_then(Day::date).zip(wanted.to.and_then(Day::date));
    if span.is_none() && problems.is_empty() {
        problems.push(Field::new("from", "is missing, or `to` is: steps need a first and a last day."));
    }
    let spans = span.map(|(from, to)| cut(from, to, length)).unwrap_or_default();
    if spans.len() > MOST_STEPS {
        problems.push(Field::new("step", format!("makes more than {MOST_STEPS} steps of these days; take longer steps or fewer days.")));
    }
    spans
}

/// The first days, as the columns want them.
pub fn firsts(spans: &[(Date, Date)]) -> Vec<Day> {
    spans.iter().map(|(first, _)| Day::of(*first)).collect()
}

/// The steps of a span of days, first and last day of each; the first and the last step may be cut short. One more than the
/// most is enough to see that there are too many.
fn cut(from: Date, to: Date, length: Length) -> Vec<(Date, Date)> {
    let mut steps = Vec::new();
    let mut first = from;
    while first <= to && steps.len() <= MOST_STEPS {
        let last = match length {
            Length::Day => first,
            Length::Week => {
                let left = i64::from(7 - first.weekday().to_monday_one_offset());
                first.checked_add(jiff::Span::new().days(left)).unwrap_or(to)
            }
            Length::Month => first.last_of_month(),
        };
        let last = last.min(to);
        steps.push((first, last));
        let Ok(next) = last.tomorrow() else { break };
        first = next;
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn weeks_begin_on_monday_and_only_the_first_and_the_last_are_cut() {
        // the 4th of November 2026 is a Wednesday
        let weeks = cut(date(2026, 11, 4), date(2026, 11, 17), Length::Week);
        let days = |first: i8, last: i8| (date(2026, 11, first), date(2026, 11, last));
        assert_eq!(weeks, [days(4, 8), days(9, 15), days(16, 17)]);
        assert_eq!(cut(date(2026, 11, 9), date(2026, 11, 15), Length::Week), [days(9, 15)]);
    }

    #[test]
    fn months_and_days_follow_each_other_without_a_gap() {
        let months = cut(date(2026, 1, 31), date(2026, 3, 1), Length::Month);
        let expected =
            [(date(2026, 1, 31), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 1))];
        assert_eq!(months, expected);
        assert_eq!(cut(date(2026, 2, 27), date(2026, 3, 1), Length::Day).len(), 3);
        assert!(cut(date(1900, 1, 1), date(2079, 1, 1), Length::Day).len() > MOST_STEPS);
    }
}
