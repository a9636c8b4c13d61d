//! Reads a date and time as people and programs write them. Refuses what is not a date; never guesses a zone from where
//! the server stands.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::Date};

/// A moment that was read, and how much of it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Epoch milliseconds.
    pub at: i64,
    /// Only a date was given; `at` is its midnight in UTC.
    pub date_only: bool,
}

/// Reads ISO 8601 as it is met in the field: `2026-01-05`, `2026-01-05T10:30`, with seconds and fractions, `T` or a blank
/// between date and time, then `Z`, `+HH:MM`, `-HH:MM`, or nothing for UTC. A blank instead of the `+` of an offset (a plus
/// that was not escaped in an address) is read as the plus it was. `None` for anything else.
pub fn read(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.len() > 64 || !text.is_ascii() {
        return None;
    }
    if let Ok(date) = text.parse::<Date>()
        && text.len() <= 10
    {
        let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond();
        return Some(Moment { at, date_only: true });
    }
    let text = with_its_plus(text);
    let at = match text.parse::<Timestamp>() {
        Ok(at) => at,
        Err(_) if has_zone(&text) => return None,
        Err(_) => text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp(),
    };
    Some(Moment { at: at.as_millisecond(), date_only: false })
}

/// Puts back the plus that became a blank: the blank after a time, before the digits of an offset.
fn with_its_plus(text: &str) -> String {
    match text.rfind(' ') {
        Some(blank) if text[..blank].contains(':') => format!("{}+{}", text[..blank].trim_end(), &text[blank + 1..]),
        _ => text.to_owned(),
    }
}

/// Whether something after the time claims to be a zone, which a zoneless reading must then not drop.
fn has_zone(text: &str) -> bool {
    let time = text.get(10..).unwrap_or_default();
    time.contains(['Z', 'z', '+', '-', '['])
}

/// The moment as Open311 writes it: `2026-01-05T10:30:00Z`, cut to whole seconds, always in UTC.
pub fn write(at: i64) -> String {
    let second = Timestamp::from_second(at.div_euclid(1000)).unwrap_or(Timestamp::UNIX_EPOCH);
    second.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_767_610_800_000; // 2026-01-05T11:00:00Z

    #[test]
    fn every_way_of_writing_a_moment_is_read() {
        for text in [
            "2026-01-05T11:00:00Z",
            "2026-01-05T11:00:00z",
            "2026-01-05T11:00Z",
            "2026-01-05 11:00:00Z",
            "2026-01-05T12:00:00+01:00",
            "2026-01-05T12:00:00 01:00",
            "2026-01-05 12:00:00 01:00",
            "2026-01-05T12:00:00+0100",
            "2026-01-05T12:00:00+01",
            "2026-01-05T05:00:00-06:00",
            "2026-01-05T05:00:00.000000-06:00",
            "2026-01-05T11:00:00",
            "2026-01-05 11:00:00",
            "2026-01-05T11:00",
            " 2026-01-05T11:00:00.000 ",
        ] {
            assert_eq!(read(text), Some(Moment { at: NOON, date_only: false }), "{text:?}");
        }
        assert_eq!(read("2026-01-05"), Some(Moment { at: NOON - 11 * 3_600_000, date_only: true }));
        assert_eq!(read("2026-01-05T11:00:00.999999Z").map(|m| m.at), Some(NOON + 999));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            " ",
            "yesterday",
            "2026-13-01",
            "2026-02-30",
            "2026-01-05T25:00:00Z",
            "2026-01-05T11:00:00Q",
            "05/01/2026",
            "1767610800",
            "2026-01-05T11:00:00+99:00",
            "2026-01-05T11:00:00Z; drop table request",
            "２０２６-01-05",
            "2026-01-05T11:00:00 +",
            "2026-01-05T11:00:00  ",
            "2026-01-05T11:00:00-",
        ] {
            let trimmed_is_fine = text.trim() == "2026-01-05T11:00:00";
            assert_eq!(read(text).is_some(), trimmed_is_fine, "{text:?}");
        }
    }

    #[test]
    fn a_moment_is_written_in_whole_seconds_of_utc() {
        assert_eq!(write(NOON), "2026-01-05T11:00:00Z");
        assert_eq!(write(NOON + 999), "2026-01-05T11:00:00Z");
        assert_eq!(write(-1), "1969-12-31T23:59:59Z");
        assert_eq!(read(&write(NOON)).map(|m| m.at), Some(NOON));
    }
}
