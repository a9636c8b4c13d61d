//! Which column holds what: the names a layout knows, and where they stand in one file's header.
//!
//! Names match without regard to case, blanks and punctuation, so "Service Request Number", `service_request_number` and
//! `SERVICE-REQUEST-NUMBER` are one name. Refuses to guess: a column that a layout does not name is not read.

use std::collections::HashMap;

use serde::Deserialize;

use crate::error::{Error, Result};

/// Names under which a column may stand in the header, the best first. One name may be written without brackets.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "OneOrMany")]
pub struct Names(pub Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Names {
    fn from(names: OneOrMany) -> Names {
        match names {
            OneOrMany::One(name) => Names(vec![name]),
            OneOrMany::Many(names) => Names(names),
        }
    }
}

macro_rules! columns { ($($(#[$doc:meta])* $field:ident),* $(,)?) => {
    /// The columns of a layout, by what they hold. Of several names present in one file, the first that is filled in a row counts.
    #[derive(Debug, Clone, Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    pub struct Columns { $($(#[$doc])* pub $field: Names),* }

    /// Where the columns of a layout stand in one file: indexes into a record, the best first; empty where the file has none.
    #[derive(Debug, Clone, Default)]
    pub struct Bound { $($(#[$doc])* pub $field: Vec<usize>),* }

    impl Columns {
        /// Every name that the layout knows, in order, each once.
        pub fn names(&self) -> Vec<&str> {
            let mut names: Vec<&str> = Vec::new();
            $(for name in &self.$field.0 { if !names.iter().any(|n| folded(n) == folded(name)) { names.push(name) } })*
            names
        }

        fn find(&self, header: &Header) -> Bound {
            Bound { $($field: header.places(&self.$field)),* }
        }

        /// Each column by name, for checks.
        fn each(&self) -> Vec<(&'static str, &Names)> {
            vec![$((stringify!($field), &self.$field)),*]
        }
    }
}; }

columns! {
    /// The city's own number of the request. Required.
    id,
    /// Name of the service. Required, unless the layout names one service for the whole file.
    service,
    /// Code of the service; without it the code is made from the name.
    service_code,
    /// Group of the service in the catalogue.
    group,
    /// When it was filed. Required.
    filed_at,
    /// When it was last changed.
    updated_at,
    /// When it was closed.
    closed_at,
    /// Status in the city's words.
    status,
    /// Why it was closed, in the city's words.
    reason,
    /// Yes or no: marked as a duplicate.
    duplicate,
    /// Number of the request that this one repeats.
    parent,
    /// Latitude, WGS84 degrees.
    lat,
    /// Longitude, WGS84 degrees.
    lon,
    /// Latitude and longitude in one column: `(lat, lon)`, `POINT (lon lat)` or a GeoJSON point.
    point,
    /// Address in words.
    address,
    /// Two streets that cross, for requests without an address.
    corner,
    /// Postal code.
    zipcode,
    /// What the request is about; all of these columns that are filled, in this order.
    description,
    /// Address of a picture.
    media_url,
    /// Who is responsible, in the city's words.
    agency,
    /// Where the city itself says that it belongs (its ward, its police district …), to hold our routing against; all of these
    /// columns that are filled.
    assigned,
}

/// A header, by folded name.
pub struct Header(HashMap<String, usize>);

impl Header {
    /// The header of a file. Of two columns of one name the first counts.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Header {
        let mut places = HashMap::new();
        for (place, name) in names.into_iter().enumerate() {
            places.entry(folded(name)).or_insert(place);
        }
        Header(places)
    }

    /// Where a column of this name stands.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.0.get(&folded(name)).copied()
    }

    fn places(&self, names: &Names) -> Vec<usize> {
        names.0.iter().filter_map(|name| self.place(name)).collect()
    }
}

impl Columns {
    /// Finds the columns in a header. `strict`: every column that the layout names must be there under one of its names, for
    /// a mapping that was written for this very file.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming each required column that is missing, what the layout would take for it, and what the file has.
    pub fn bind(&self, layout: &str, header: &[&str], one_service: bool, strict: bool) -> Result<Bound> {
        let places = Header::new(header.iter().copied());
        let bound = self.find(&places);
        let mut missing: Vec<(&str, Vec<&str>)> = Vec::new();
        for (what, names) in self.each() {
            let needed = match what {
                "id" | "filed_at" => true,
                "service" => !one_service,
                _ if strict => !names.0.is_empty(),
                "lat" | "lon" => bound.point.is_empty() && !self.lat.0.is_empty(),
                "status" => bound.closed_at.is_empty() && !names.0.is_empty(),
                _ => false,
            };
            if needed && places.places(names).is_empty() {
                missing.push((what, names.0.iter().map(String::as_str).collect()));
            }
        }
        if missing.is_empty() {
            return Ok(bound);
        }
        let missing =
            missing.iter().map(|(what, names)| format!("`{what}` (called {})", names.join(" or "))).collect::<Vec<_>>().join(", ");
        let have = if header.is_empty() { "nothing".to_owned() } else { header.join(", ") };
        Err(Error::invalid("file", format!("the {layout} layout finds no column for {missing}. The header of this file is: {have}.")))
    }
}

/// A column's name without case, blanks and punctuation.
pub fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(toml: &str) -> Columns {
        let source = config::File::from_str(toml, config::FileFormat::Toml);
        config::Config::builder().add_source(source).build().unwrap().try_deserialize().unwrap()
    }

    #[test]
    fn portal_and_api_names_are_one_name() {
        assert_eq!(folded("What is the Nature of this Code Violation?"), folded("what_is_the_nature_of_this_code_violation_"));
        assert_eq!(folded(" SR_NUMBER "), folded("SR Number"));
    }

    #[test]
    fn of_two_columns_with_one_name_the_first_counts() {
        assert_eq!(Header::new(["Status", "STATUS"]).place("status"), Some(0));
    }

    #[test]
    fn every_missing_column_is_named_with_what_the_file_has() {
        let columns = columns("id = \"Number\"\nservice = \"Type\"\nfiled_at = [\"Opened\", \"Open Date\"]\nlat = \"Lat\"\nlon = \"Lon\"");
        let error = columns.bind("test", &["Number", "Lat", "Lon", "Remarks"], false, false).unwrap_err().to_string();
        assert_eq!(
            error,
            "file: the test layout finds no column for `service` (called Type), `filed_at` (called Opened or Open Date). \
             The header of this file is: Number, Lat, Lon, Remarks."
        );
        assert!(columns.bind("test", &["number", "type", "open date", "LAT", "LON"], false, false).is_ok());
    }

    #[test]
    fn a_column_with_both_coordinates_stands_in_for_two() {
        let columns = columns("id = \"a\"\nservice = \"b\"\nfiled_at = \"c\"\nlat = \"d\"\nlon = \"e\"\npoint = \"f\"");
        assert!(columns.bind("test", &["a", "b", "c", "f"], false, false).is_ok());
        assert!(columns.bind("test", &["a", "b", "c", "d"], false, false).unwrap_err().to_string().contains("`lon` (called e)"));
        assert!(columns.bind("test", &["a", "b", "c", "f"], false, true).unwrap_err().to_string().contains("`lat` (called d), `lon`"));
    }
}
