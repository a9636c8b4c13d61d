//! Examples of the calendar, and what must hold for all hours.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3_600_000;

fn office(zone: &str, days: &[(Date, &[Span])]) -> Hours {
    let day = vec![Span { from: 9 * 60, to: 12 * 60 }, Span { from: 13 * 60, to: 17 * 60 }];
    let week = std::array::from_fn(|nth| if nth < 5 { day.clone() } else { Vec::new() });
    let zone = TimeZone::get(zone).expect("a zone");
    Hours::new(zone, week, days.iter().map(|(day, spans)| (*day, spans.to_vec())).collect())
}

fn round_the_clock(zone: &str) -> Hours {
    let week = std::array::from_fn(|_| vec![Span { from: 0, to: DAY_MINUTES }]);
    Hours::new(TimeZone::get(zone).expect("a zone"), week, BTreeMap::new())
}

fn at(zone: &str, text: &str) -> i64 {
    let wall: DateTime = text.parse().expect("a time");
    wall.to_zoned(TimeZone::get(zone).expect("a zone")).expect("a time of the zone").timestamp().as_millisecond()
}

const HERE: &str = "America/Chicago";

fn here(text: &str) -> i64 {
    at(HERE, text)
}

#[test]
fn a_promise_of_friday_afternoon_is_kept_on_monday() {
    let hours = office(HERE, &[]);
    assert_eq!(hours.add(here("2026-03-20T16:00"), 4 * HOUR), Some(here("2026-03-23T12:00")));
    assert_eq!(hours.between(here("2026-03-20T16:00"), here("2026-03-23T12:00")), 4 * HOUR);
}

#[test]
fn an_end_that_falls_on_closing_time_is_closing_time() {
    let hours = office(HERE, &[]);
    assert_eq!(hours.add(here("2026-03-18T09:00"), 7 * HOUR), Some(here("2026-03-18T17:00")));
    assert_eq!(hours.add(here("2026-03-18T09:00"), 3 * HOUR), Some(here("2026-03-18T12:00")));
    assert_eq!(hours.add(here("2026-03-18T20:00"), 1), Some(here("2026-03-19T09:00") + 1));
}

#[test]
fn a_holiday_is_passed_over_and_a_short_day_is_short() {
    let morning: &[Span] = &[Span { from: 9 * 60, to: 12 * 60 }];
    let hours = office(HERE, &[(date(2026, 12, 24), morning), (date(2026, 12, 25), &[])]);
    // Thursday morning, nothing on Friday, then Monday.
    assert_eq!(hours.add(here("2026-12-24T11:00"), 2 * HOUR), Some(here("2026-12-28T10:00")));
}

#[test]
fn clocks_that_are_moved_change_what_the_day_lasts() {
    let all = round_the_clock(HERE);
    assert_eq!(all.between(here("2026-03-08T00:00"), here("2026-03-09T00:00")), 23 * HOUR);
    assert_eq!(all.between(here("2026-11-01T00:00"), here("2026-11-02T00:00")), 25 * HOUR);
    // An hour of the night that is skipped is not worked; one that comes twice is worked once.
    let night = |from, to| {
        let week = std::array::from_fn(|_| vec![Span { from, to }]);
        Hours::new(TimeZone::get(HERE).expect("a zone"), week, BTreeMap::new())
    };
    assert_eq!(night(120, 180).between(here("2026-03-08T00:00"), here("2026-03-09T00:00")), 0);
    assert_eq!(night(60, 90).between(here("2026-11-01T00:00"), here("2026-11-02T00:00")), HOUR / 2);
    // Office hours do not notice.
    let hours = office(HERE, &[]);
    assert_eq!(hours.add(here("2026-03-06T16:00"), 2 * HOUR), Some(here("2026-03-09T10:00")));
    assert_eq!(hours.add(here("2026-10-30T16:00"), 2 * HOUR), Some(here("2026-11-02T10:00")));
}

#[test]
fn skipped_and_following_hours_are_not_worked_twice() {
    let week = std::array::from_fn(|_| vec![Span { from: 120, to: 150 }, Span { from: 150, to: 240 }]);
    let hours = Hours::new(TimeZone::get(HERE).expect("a zone"), week, BTreeMap::new());
    assert_eq!(hours.between(here("2026-03-08T00:00"), here("2026-03-09T00:00")), HOUR);
}

#[test]
fn where_nobody_ever_works_nothing_is_promised() {
    let hours = Hours::new(TimeZone::UTC, std::array::from_fn(|_| Vec::new()), BTreeMap::new());
    assert_eq!(hours.add(0, 1), None);
    assert_eq!(hours.between(0, 1_000 * HOUR), 0);
}

pub fn any_hours() -> impl Strategy<Value = Hours> {
    let day = proptest::collection::btree_set(0..=DAY_MINUTES, 0..6).prop_map(|cuts| {
        let cuts: Vec<u16> = cuts.into_iter().collect();
        cuts.chunks_exact(2).map(|cut| Span { from: cut[0], to: cut[1] }).collect::<Vec<_>>()
    });
    const ZONES: [&str; 6] = ["America/Chicago", "Europe/Lisbon", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "UTC"];
    let days = proptest::collection::btree_map(0..900_i64, day.clone(), 0..20);
    (proptest::sample::select(&ZONES[..]), proptest::array::uniform7(day), days).prop_map(|(zone, week, days)| {
        let first = date(2017, 6, 1);
        let days = days.into_iter().filter_map(|(nth, spans)| Some((first.checked_add(jiff::Span::new().days(nth)).ok()?, spans)));
        Hours::new(TimeZone::get(zone).expect("a zone"), week, days.collect())
    })
}

/// Some moment of 2017 to 2019.
pub fn any_moment() -> impl Strategy<Value = i64> {
    1_496_275_200_000..1_574_000_000_000_i64
}

proptest! {
    #[test]
    fn what_was_added_is_measured(hours in any_hours(), from in any_moment(), work in 0..400 * HOUR) {
        if let Some(end) = hours.add(from, work) {
            prop_assert!(end >= from);
            prop_assert_eq!(hours.between(from, end), work);
        }
    }

    #[test]
    fn more_work_or_a_later_start_never_ends_earlier(
        hours in any_hours(), from in any_moment(), later in 0..500 * HOUR, work in 0..400 * HOUR, more in 0..50 * HOUR,
    ) {
        let end = hours.add(from, work);
        let longer = hours.add(from, work + more);
        prop_assert!(end.unwrap_or(i64::MAX) <= longer.unwrap_or(i64::MAX));
        let after = hours.add(from + later, work);
        prop_assert!(end.unwrap_or(i64::MAX) <= after.unwrap_or(i64::MAX));
    }

    #[test]
    fn time_is_measured_in_parts(hours in any_hours(), from in any_moment(), first in 0..500 * HOUR, second in 0..500 * HOUR) {
        let (middle, end) = (from + first, from + first + second);
        prop_assert_eq!(hours.between(from, middle) + hours.between(middle, end), hours.between(from, end));
        prop_assert!(hours.between(from, end) <= end - from);
        prop_assert_eq!(hours.between(end, from), 0);
    }
}
