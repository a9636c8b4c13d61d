//! Layouts: how a city's file is written. A layout is data, a TOML file; the cities that come with Waymark are written the same
//! way as a mapping that somebody writes for their own file, and serve as examples for it.
//!
//! A layout names the columns, the time zone, the words for each status, and what the city does where it has no place. It refuses
//! keys that it does not know, so that a misspelt one is not silently without effect.

mod columns;
mod dates;
mod place;
mod row;
mod words;

use jiff::tz::TimeZone;
use serde::Deserialize;

pub use self::columns::{Bound, Columns, Header};
pub use self::dates::Dates;
pub use self::place::{Bounds, Place, Why, judge};
pub use self::row::Rows;
pub use self::words::{Numbers, Words};
use crate::error::{Error, Result};

const CITIES: [(&str, &str); 5] = [
    ("chicago", include_str!("cities/chicago.toml")),
    ("boston", include_str!("cities/boston.toml")),
    ("nyc", include_str!("cities/nyc.toml")),
    ("sf", include_str!("cities/sf.toml")),
    ("open311", include_str!("cities/open311.toml")),
];

/// How a file is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Layout {
    /// Under which name the city's numbers are kept; two files of one source know each other's requests. Required.
    pub source: String,
    /// IANA time zone of times without an offset. Without it: the zone of this server's city.
    pub zone: Option<String>,
    /// Forms of the times, as for `strptime`, or `iso`; tried in order. Without it: the usual American ones and ISO.
    pub dates: Vec<String>,
    /// What stands between two fields.
    pub delimiter: char,
    /// West, south, east, north: a place outside is none of the city's.
    pub bounds: Option<Bounds>,
    /// Points (longitude, latitude) that the city gives to requests without a place.
    pub no_place: Vec<[f64; 2]>,
    /// Digits of a postal code whose leading zeros a spreadsheet may have eaten.
    pub zip_digits: usize,
    /// One service for the whole file, where no column names it.
    pub service: String,
    /// Group of services that the file does not group.
    pub group: String,
    /// The columns by what they hold.
    pub columns: Columns,
    /// The city's words for each status.
    pub status: Words,
    /// Phrases in the closing reason that say more than the status.
    pub reasons: Words,
    /// How clerks write the number of another request in the closing reason.
    pub parent_number: Option<Numbers>,
    /// Written for one file: every column it names must be there.
    #[serde(skip)]
    pub strict: bool,
}

impl Default for Layout {
    fn default() -> Layout {
        Layout {
            source: String::new(),
            zone: None,
            dates: Vec::new(),
            delimiter: ',',
            bounds: None,
            no_place: Vec::new(),
            zip_digits: 0,
            service: String::new(),
            group: String::new(),
            columns: Columns::default(),
            status: Words::default(),
            reasons: Words::default(),
            parent_number: None,
            strict: false,
        }
    }
}

impl Layout {
    /// Names of the layouts that come with Waymark.
    pub fn names() -> impl Iterator<Item = &'static str> {
        CITIES.iter().map(|(name, _)| *name)
    }

    /// A layout that comes with Waymark.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming those there are.
    pub fn named(name: &str) -> Result<Layout> {
        let Some((_, text)) = CITIES.iter().find(|(n, _)| *n == name) else {
            let names = Layout::names().collect::<Vec<_>>().join(", ");
            return Err(Error::invalid("layout", format!("there is no layout `{name}`; there are {names}, and csv with --mapping FILE")));
        };
        Layout::parse(text)
    }

    /// A mapping that somebody wrote for their own file, in TOML, or in JSON if it begins with a brace.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what is wrong: an unknown key, a missing one, a form of dates that holds no date.
    pub fn mapping(text: &str) -> Result<Layout> {
        Ok(Layout { strict: true, ..Layout::parse(text)? })
    }

    fn parse(text: &str) -> Result<Layout> {
        let text = text.trim_start_matches('\u{feff}');
        let layout: Layout = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|e| Error::invalid("mapping", e.to_string()))?
        } else {
            let source = config::File::from_str(text, config::FileFormat::Toml);
            let read = config::Config::builder().add_source(source).build().and_then(config::Config::try_deserialize);
            read.map_err(|e| Error::invalid("mapping", e.to_string()))?
        };
        layout.check()?;
        Ok(layout)
    }

    /// Checks that it names what an import needs, and only what can be.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the key and what it should say.
    pub fn check(&self) -> Result<()> {
        let refuse = |key: &str, problem: String| Err(Error::invalid(format!("mapping.{key}"), problem));
        let columns = &self.columns;
        if self.source.trim().is_empty() || self.source.len() > 40 {
            return refuse("source", "names the system the file comes from, in 1 to 40 characters, such as \"springfield\"".into());
        }
        for (key, names) in [("columns.id", &columns.id), ("columns.filed_at", &columns.filed_at)] {
            if names.0.is_empty() {
                return refuse(key, "names the column; it is required".into());
            }
        }
        if columns.service.0.is_empty() && self.service.trim().is_empty() {
            return refuse("columns.service", "names the column; or `service` names one service for the whole file".into());
        }
        if columns.lat.0.is_empty() != columns.lon.0.is_empty() {
            return refuse("columns.lat", "`lat` and `lon` go together; for one column with both there is `point`".into());
        }
        if !self.delimiter.is_ascii() || "\"\r\n".contains(self.delimiter) {
            return refuse("delimiter", "one ASCII character, such as \",\", \";\" or a tab".into());
        }
        if self.bounds.is_some_and(|b| !b.is_sound()) {
            return refuse("bounds", "four numbers in degrees: west, south, east, north".into());
        }
        for format in &self.dates {
            if let Err(problem) = Dates::check(format) {
                return refuse("dates", problem);
            }
        }
        self.zone_or(&TimeZone::UTC).map(|_| ())
    }

    /// The time zone of times without an offset: the layout's own, or else this one.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name that is no IANA zone.
    pub fn zone_or(&self, city: &TimeZone) -> Result<TimeZone> {
        match &self.zone {
            Some(name) => TimeZone::get(name).map_err(|e| Error::invalid("zone", e.to_string())),
            None => Ok(city.clone()),
        }
    }

    /// Which of the layouts that come with Waymark fits this header, for a word in an error.
    pub fn fitting(header: &[&str]) -> Option<&'static str> {
        Layout::names().find(|name| Layout::named(name).is_ok_and(|layout| layout.columns.bind(name, header, false, false).is_ok()))
    }
}

#[cfg(test)]
mod tests;
