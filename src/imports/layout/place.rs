//! Whether a record has a real place. Cities fill the gap with zeros, with whole degrees, with one point by the town hall.
//!
//! Refuses to move a point, with one exception: latitude and longitude in each other's column, where only the exchange makes
//! sense. A record without a real place is filed without one; it is never lost for it.

use serde::Deserialize;

/// Where a record says it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// Longitude and latitude in WGS84 degrees; `turned` where the two stood in each other's column.
    At {
        /// Degrees east.
        lon: f64,
        /// Degrees north.
        lat: f64,
        /// The two columns were exchanged.
        turned: bool,
    },
    /// No real place, and why.
    Nowhere(Why),
}

/// Why a record has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// The columns are empty.
    Missing,
    /// One of the two is zero, here or in the second location column.
    Zero,
    /// Both are whole degrees: a default, not a place.
    Whole,
    /// The point that this city gives to requests without a place.
    Default,
    /// Not numbers, or numbers that no place has.
    Nonsense,
    /// A place, but far outside the city.
    Elsewhere,
}

impl Why {
    /// In words, after "unplaced: 3".
    pub fn words(self) -> &'static str {
        match self {
            Why::Missing => "without coordinates",
            Why::Zero => "at zero",
            Why::Whole => "on whole degrees",
            Why::Default => "on the city's default point",
            Why::Nonsense => "with impossible coordinates",
            Why::Elsewhere => "far outside the city",
        }
    }
}

/// A box in degrees: west, south, east, north.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(from = "[f64; 4]")]
pub struct Bounds {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl From<[f64; 4]> for Bounds {
    fn from([west, south, east, north]: [f64; 4]) -> Bounds {
        Bounds { west, south, east, north }
    }
}

impl Bounds {
    /// Whether the box is one: west of east, south of north, on the globe.
    pub fn is_sound(self) -> bool {
        possible(self.west, self.south) && possible(self.east, self.north) && self.west < self.east && self.south < self.north
    }

    fn holds(self, lon: f64, lat: f64) -> bool {
        (self.west..=self.east).contains(&lon) && (self.south..=self.north).contains(&lat)
    }
}

/// Judges latitude and longitude as written, with the text of the second location column, the box of the city and its default
/// points (longitude, latitude).
pub fn judge(lat: &str, lon: &str, point: &str, bounds: Option<Bounds>, no_place: &[[f64; 2]]) -> Place {
    let second = pair(point);
    if second.is_some_and(|(lat, lon)| lat == 0.0 && lon == 0.0) {
        return Place::Nowhere(Why::Zero);
    }
    let (lat, lon) = match (lat.trim(), lon.trim()) {
        ("", _) | (_, "") => match second {
            Some(pair) => pair,
            None if point.trim().is_empty() || !point.contains(|c: char| c.is_ascii_digit()) => return Place::Nowhere(Why::Missing),
            None => return Place::Nowhere(Why::Nonsense),
        },
        (lat, lon) => match (lat.parse::<f64>(), lon.parse::<f64>()) {
            (Ok(lat), Ok(lon)) => (lat, lon),
            _ => return Place::Nowhere(Why::Nonsense),
        },
    };
    if !(lat.is_finite() && lon.is_finite()) {
        return Place::Nowhere(Why::Nonsense);
    }
    if lat == 0.0 || lon == 0.0 {
        return Place::Nowhere(Why::Zero);
    }
    if lat.fract() == 0.0 && lon.fract() == 0.0 {
        return Place::Nowhere(Why::Whole);
    }
    // A tenth of a metre: the same default written with more or fewer digits.
    if no_place.iter().any(|p| (p[0] - lon).abs() < 1e-6 && (p[1] - lat).abs() < 1e-6) {
        return Place::Nowhere(Why::Default);
    }
    let fits = |lon, lat| possible(lon, lat) && bounds.is_none_or(|b| b.holds(lon, lat));
    match () {
        () if fits(lon, lat) => Place::At { lon, lat, turned: false },
        () if fits(lat, lon) => Place::At { lon: lat, lat: lon, turned: true },
        () if possible(lon, lat) => Place::Nowhere(Why::Elsewhere),
        () => Place::Nowhere(Why::Nonsense),
    }
}

fn possible(lon: f64, lat: f64) -> bool {
    lon.abs() <= 180.0 && lat.abs() <= 90.0
}

/// Latitude and longitude from one column: `POINT (lon lat)`, a GeoJSON point, an object with `latitude` and `longitude`, or
/// a text that ends in `(lat, lon)`.
fn pair(text: &str) -> Option<(f64, f64)> {
    let folded = text.trim().to_ascii_lowercase();
    let numbers = |part: &str| -> Vec<f64> {
        let digits = part.split(|c: char| !(c.is_ascii_digit() || "+-.e".contains(c))).filter(|s| s.contains(|c: char| c.is_ascii_digit()));
        digits.take(2).filter_map(|s| s.parse().ok()).collect()
    };
    let two = |part: &str| match numbers(part)[..] {
        [first, second] => Some((first, second)),
        _ => None,
    };
    let after = |name: &str| numbers(&folded[folded.find(name)? + name.len()..]).first().copied();
    if let Some(rest) = folded.strip_prefix("point") {
        return two(rest).map(|(lon, lat)| (lat, lon));
    }
    if let Some(at) = folded.find("coordinates") {
        return two(&folded[at + "coordinates".len()..]).map(|(lon, lat)| (lat, lon));
    }
    if folded.starts_with('{') {
        return Some((after("latitude")?, after("longitude")?));
    }
    two(&folded[folded.rfind('(')?..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOSTON: Bounds = Bounds { west: -71.5, south: 42.0, east: -70.6, north: 42.7 };

    fn at(lat: &str, lon: &str, point: &str) -> Place {
        judge(lat, lon, point, Some(BOSTON), &[[-71.0587, 42.3594]])
    }

    #[test]
    fn a_place_in_the_city_is_taken_as_it_is() {
        let here = Place::At { lon: -71.0648, lat: 42.3574, turned: false };
        assert_eq!(at("42.3574", "-71.0648", ""), here);
        assert_eq!(at("42.3574", "-71.0648", "(42.3574, -71.0648)"), here);
        assert_eq!(at(" 42.3574", "-71.0648 ", "nowhere in particular"), here);
        for point in [
            "(42.3574, -71.0648)",
            "33 Beacon St\nBoston, MA\n(42.3574, -71.0648)",
            "POINT (-71.0648 42.3574)",
            "Point(-71.0648 42.3574)",
            r#"{"type":"Point","coordinates":[-71.0648,42.3574]}"#,
            r#"{"human_address": "", "latitude": "42.3574", "longitude": "-71.0648"}"#,
            "{'longitude': '-71.0648', 'latitude': '42.3574'}",
        ] {
            assert_eq!(at("", "", point), here, "{point}");
        }
    }

    #[test]
    fn what_is_no_place_is_told_apart() {
        use Why::{Default, Elsewhere, Missing, Nonsense, Whole, Zero};
        for (lat, lon, point, why) in [
            ("", "", "", Missing),
            ("42.3574", "", "", Missing),
            ("", "", "(, )", Missing),
            ("0", "0", "", Zero),
            ("0.0", "-71.0648", "", Zero),
            ("42.3601", "-71.0601", "(0, 0)", Zero),
            ("42.3594", "-71.0587", "(0.0, 0.0)", Zero),
            ("", "", "POINT (0 0)", Zero),
            ("42", "-71", "", Whole),
            ("42.0", "-71.000", "", Whole),
            ("42.3594", "-71.0587", "", Default),
            ("42.359400", "-71.05870000001", "", Default),
            ("NaN", "-71.0648", "", Nonsense),
            ("inf", "-71.0648", "", Nonsense),
            ("unknown", "-71.0648", "", Nonsense),
            ("2956.3", "775110.5", "", Nonsense),
            ("42.3574", "71.0648", "", Elsewhere),
            ("41.88", "-87.63", "", Elsewhere),
        ] {
            assert_eq!(at(lat, lon, point), Place::Nowhere(why), "{lat} {lon} {point}");
        }
    }

    #[test]
    fn columns_that_were_exchanged_are_turned_where_only_that_makes_sense() {
        assert_eq!(at("-71.0648", "42.3574", ""), Place::At { lon: -71.0648, lat: 42.3574, turned: true });
        let no_bounds = |lat, lon| judge(lat, lon, "", None, &[]);
        assert_eq!(no_bounds("-122.4", "37.7"), Place::At { lon: -122.4, lat: 37.7, turned: true });
        assert_eq!(no_bounds("-71.0648", "42.3574"), Place::At { lon: 42.3574, lat: -71.0648, turned: false });
        assert_eq!(no_bounds("-122.4", "137.7"), Place::Nowhere(Why::Nonsense));
    }
}
