//! Times as cities write them, into epoch milliseconds.
//!
//! A time without an offset is local time of the city. In the hour that is skipped in spring it counts as if the clock had not
//! been moved yet (02:30 is 03:30); in the hour that comes twice in autumn the first is meant. Refuses two-digit years, years
//! before 1970 and after 2100: they are misread far more often than meant.

use std::fmt;

use jiff::civil;
use jiff::tz::TimeZone;

/// What is tried where a layout names nothing: ISO 8601 in all its forms, and the American forms of the portals.
const USUAL: [&str; 7] =
    ["iso", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%Y%m%d%H%M%S"];

/// Reads the times of one file.
#[derive(Debug, Clone)]
pub struct Dates {
    zone: TimeZone,
    formats: Vec<String>,
}

/// Why a time could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Dates {
    /// Times in this zone, in these formats of `strptime` (or `iso`), tried in order; none: the usual ones.
    pub fn new(zone: TimeZone, formats: &[String]) -> Dates {
        let formats = if formats.is_empty() { USUAL.map(str::to_owned).to_vec() } else { formats.to_vec() };
        Dates { zone, formats }
    }

    /// Checks a format by writing a day and reading it back.
    pub fn check(format: &str) -> Result<(), String> {
        if format == "iso" {
            return Ok(());
        }
        let day = civil::date(2024, 2, 29).at(13, 5, 9, 0);
        let written = jiff::fmt::strtime::format(format, &day.in_tz("UTC").map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
        match parse(format, &written) {
            Some(Local::Civil(read)) if read.date() == day.date() => Ok(()),
            Some(Local::Instant(_)) => Ok(()),
            _ => Err(format!("`{format}` does not hold a whole date")),
        }
    }

    /// Epoch milliseconds of a time as the city wrote it.
    ///
    /// # Errors
    /// [`Unreadable`] when no format fits or the year is not between 1970 and 2100.
    pub fn read(&self, text: &str) -> Result<i64, Unreadable> {
        let text = text.trim();
        let read = self.formats.iter().find_map(|format| parse(format, text));
        let (year, at) = match read {
            Some(Local::Instant(at)) => (at.to_zoned(TimeZone::UTC).year(), Some(at)),
            Some(Local::Civil(local)) => (local.year(), self.zone.to_timestamp(local).ok()),
            None => return Err(Unreadable(format!("`{}` is not a time in any known form", shortened(text)))),
        };
        match at {
            Some(at) if (1970..=2100).contains(&year) => Ok(at.as_millisecond()),
            _ => Err(Unreadable(format!("`{}` lies outside 1970 to 2100", shortened(text)))),
        }
    }
}

enum Local {
    Civil(civil::DateTime),
    Instant(jiff::Timestamp),
}

fn parse(format: &str, text: &str) -> Option<Local> {
    if format == "iso" {
        // `Timestamp` first: `DateTime` would read "…-06:00" and drop the offset.
        if !text.as_bytes().first().is_some_and(u8::is_ascii_digit) || !text.contains('-') {
            return None;
        }
        return text.parse().map(Local::Instant).or_else(|_| text.parse().map(Local::Civil)).ok();
    }
    let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
    if parsed.offset().is_some() {
        return parsed.to_timestamp().ok().map(Local::Instant);
    }
    let time = parsed.to_time().or_else(|_| parsed.hour().is_none().then_some(civil::Time::midnight()).ok_or(()));
    Some(Local::Civil(parsed.to_date().ok()?.to_datetime(time.ok()?)))
}

fn shortened(text: &str) -> String {
    if text.chars().count() > 40 { text.chars().take(40).chain(['…']).collect() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(zone: &str) -> Dates {
        Dates::new(TimeZone::get(zone).unwrap(), &[])
    }

    fn utc(dates: &Dates, text: &str) -> String {
        jiff::Timestamp::from_millisecond(dates.read(text).unwrap_or_else(|e| panic!("{e}"))).unwrap().to_string()
    }

    #[test]
    fn every_form_of_the_portals_is_read_as_local_time() {
        let chicago = dates("America/Chicago");
        for (text, expected) in [
            ("01/03/2000", "2000-01-03T06:00:00Z"),
            ("2018-12-18T00:00:00.000", "2018-12-18T06:00:00Z"),
            ("07/04/2022 01:02:03 PM", "2022-07-04T18:02:03Z"),
            ("07/04/2022 12:20:09 AM", "2022-07-04T05:20:09Z"),
            ("7/4/2022 1:02:03 PM", "2022-07-04T18:02:03Z"),
            ("07/04/2022 13:02:03", "2022-07-04T18:02:03Z"),
            ("07/04/2022 13:02", "2022-07-04T18:02:00Z"),
            ("07/04/2022 1:02 PM", "2022-07-04T18:02:00Z"),
            ("2012-05-22 23:57:23.97", "2012-05-23T04:57:23.97Z"),
            ("2022-07-04 13:02", "2022-07-04T18:02:00Z"),
            ("2022-07-04", "2022-07-04T05:00:00Z"),
            ("20241231092411", "2024-12-31T15:24:11Z"),
        ] {
            assert_eq!(utc(&chicago, text), expected, "{text}");
        }
    }

    #[test]
    fn an_offset_in_the_text_wins_over_the_zone() {
        let chicago = dates("America/Chicago");
        for (text, expected) in [
            ("2019-01-29T17:19:38-06:00", "2019-01-29T23:19:38Z"),
            ("2019-01-29T17:19:38Z", "2019-01-29T17:19:38Z"),
            ("2026-03-20 09:00:00+00", "2026-03-20T09:00:00Z"),
            ("2012-05-23T15:55:28-0400", "2012-05-23T19:55:28Z"),
        ] {
            assert_eq!(utc(&chicago, text), expected, "{text}");
        }
    }

    #[test]
    fn the_hour_that_is_skipped_and_the_hour_that_comes_twice_are_read_the_same_way_each_time() {
        let boston = dates("America/New_York");
        assert_eq!(utc(&boston, "03/08/2015 02:30:00 AM"), "2015-03-08T07:30:00Z"); // skipped: 03:30 EDT
        assert_eq!(utc(&boston, "11/01/2015 01:30:00 AM"), "2015-11-01T05:30:00Z"); // twice: the first, EDT
    }

    #[test]
    fn what_is_not_a_plausible_time_is_refused_in_words() {
        let chicago = dates("America/Chicago");
        for text in ["", "yesterday", "13/45/2020", "02/30/2020", "01/03/08", "0000-00-00", "1899-12-31T00:00:00", "2999-01-01", "12345"] {
            assert!(chicago.read(text).is_err(), "{text}");
        }
        assert_eq!(chicago.read("01/03/1900").unwrap_err().to_string(), "`01/03/1900` lies outside 1970 to 2100");
    }

    #[test]
    fn a_layout_may_name_other_forms() {
        let day_first = Dates::new(TimeZone::get("Europe/Zurich").unwrap(), &["%d.%m.%Y %H:%M".to_owned(), "%d.%m.%Y".to_owned()]);
        assert_eq!(utc(&day_first, "31.12.2024 08:15"), "2024-12-31T07:15:00Z");
        assert_eq!(utc(&day_first, "31.12.2024"), "2024-12-30T23:00:00Z");
        assert!(day_first.read("12/31/2024").is_err());
        assert!(Dates::check("%d.%m.%Y").is_ok() && Dates::check("iso").is_ok() && Dates::check("%d.%m.%Y %z").is_ok());
        assert!(Dates::check("%d.%m").is_err() && Dates::check("%Q").is_err());
    }
}
