//! A place on the earth, in degrees of WGS84. Refuses to hold a value that is not on the earth.

use std::fmt;

use serde::Serialize;

/// Mean radius of the earth in metres (IUGG R₁); every distance here is on this sphere.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A position in degrees, longitude first as in GeoJSON. It always lies within ±180, ±90.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Degrees east of Greenwich, −180 to 180.
    pub lon: f64,
    /// Degrees north of the equator, −90 to 90.
    pub lat: f64,
}

/// Why two numbers (longitude, latitude, as given) are no place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Misplaced {
    /// NaN or infinite.
    NotANumber,
    /// Out of range, but in range when read the other way round.
    Swapped(f64, f64),
    /// So far out that they are surely metres or feet of some local grid.
    NotDegrees(f64, f64),
    /// Out of range otherwise.
    OutOfRange(f64, f64),
}

impl Point {
    /// Checks and makes a point.
    ///
    /// # Errors
    /// [`Misplaced`] says what is wrong in words for the person who sent it.
    pub fn new(lon: f64, lat: f64) -> Result<Self, Misplaced> {
        let possible = |lon: f64, lat: f64| lon.abs() <= 180.0 && lat.abs() <= 90.0;
        if !lon.is_finite() || !lat.is_finite() {
            Err(Misplaced::NotANumber)
        } else if possible(lon, lat) {
            Ok(Self { lon, lat })
        } else if possible(lat, lon) {
            Err(Misplaced::Swapped(lon, lat))
        } else if lon.abs() > 540.0 || lat.abs() > 540.0 {
            Err(Misplaced::NotDegrees(lon, lat))
        } else {
            Err(Misplaced::OutOfRange(lon, lat))
        }
    }

    /// The great-circle distance in metres (haversine formula; Sinnott 1984), good across the antimeridian and at the poles.
    #[must_use]
    pub fn metres_to(self, other: Self) -> f64 {
        let half_lat = ((other.lat - self.lat).to_radians() / 2.0).sin();
        let half_lon = ((other.lon - self.lon).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + self.lat.to_radians().cos() * other.lat.to_radians().cos() * half_lon * half_lon;
        2.0 * EARTH_RADIUS_M * h.clamp(0.0, 1.0).sqrt().asin()
    }

    /// The same two numbers read the other way round, where that is a place too.
    #[must_use]
    pub fn swapped(self) -> Option<Self> {
        Self::new(self.lat, self.lon).ok()
    }

    /// The point `metres` away in the direction `bearing_deg` (clockwise from north).
    #[must_use]
    pub fn offset(self, metres: f64, bearing_deg: f64) -> Self {
        let (angle, bearing) = (metres / EARTH_RADIUS_M, bearing_deg.to_radians());
        let (lat, lon) = (self.lat.to_radians(), self.lon.to_radians());
        let sin_lat = (lat.sin() * angle.cos() + lat.cos() * angle.sin() * bearing.cos()).clamp(-1.0, 1.0);
        let turn = (bearing.sin() * angle.sin() * lat.cos()).atan2(angle.cos() - lat.sin() * sin_lat);
        Self { lon: wrapped((lon + turn).to_degrees()), lat: sin_lat.asin().to_degrees() }
    }
}

/// A longitude brought back into −180…180.
#[must_use]
pub fn wrapped(lon: f64) -> f64 {
    if lon.abs() <= 180.0 { lon } else { (lon + 180.0).rem_euclid(360.0) - 180.0 }
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber => write!(f, "the coordinates must be two finite numbers"),
            Self::Swapped(lon, lat) => write!(
                f,
                "latitude {lat} is outside -90…90; longitude and latitude look swapped: did you mean longitude {lat}, latitude {lon}?"
            ),
            Self::NotDegrees(lon, lat) => {
                write!(
                    f,
                    "({lon}, {lat}) is not in degrees; it looks like metres or feet of a local grid: convert it to WGS84 longitude and latitude"
                )
            }
            Self::OutOfRange(lon, lat) if lon.abs() > 180.0 => write!(f, "longitude {lon} is outside -180…180 (latitude given: {lat})"),
            Self::OutOfRange(_, lat) => write!(f, "latitude {lat} is outside -90…90"),
        }
    }
}

impl std::error::Error for Misplaced {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_place_is_refused_in_words_that_help() {
        for (lon, lat, word) in [
            (f64::NAN, 1.0, "finite"),
            (1.0, f64::INFINITY, "finite"),
            (41.8, -97.6, "look swapped: did you mean longitude -97.6, latitude 41.8?"),
            (1_164_000.0, 1_863_000.0, "metres or feet"),
            (200.0, 10.0, "longitude 200 is outside -180…180"),
            (100.0, 100.0, "latitude 100 is outside -90…90"),
        ] {
            let refused = Point::new(lon, lat).expect_err("refused").to_string();
            assert!(refused.contains(word), "({lon}, {lat}) was refused with: {refused}");
        }
    }

    #[test]
    fn the_edges_of_the_earth_are_places() {
        for (lon, lat) in [(180.0, 90.0), (-180.0, -90.0), (0.0, 0.0)] {
            assert!(Point::new(lon, lat).is_ok());
        }
    }

    #[test]
    fn a_degree_along_the_equator_is_111_km_also_across_the_antimeridian() {
        let at = |lon, lat| Point::new(lon, lat).expect("a place");
        assert!((at(0.0, 0.0).metres_to(at(1.0, 0.0)) - 111_195.08).abs() < 0.1);
        assert!((at(179.5, 0.0).metres_to(at(-179.5, 0.0)) - 111_195.08).abs() < 0.1);
        assert!(at(17.0, 90.0).metres_to(at(-120.0, 90.0)) < 1e-6);
    }

    proptest! {
        #[test]
        fn an_offset_point_lies_as_far_away_as_asked(lon in -180.0..180.0, lat in -89.0..89.0, metres in 0.1..5_000.0, bearing in 0.0..360.0) {
            let from = Point::new(lon, lat).expect("a place");
            let to = from.offset(metres, bearing);
            prop_assert!(Point::new(to.lon, to.lat).is_ok());
            prop_assert!((from.metres_to(to) - metres).abs() < 1e-3, "{} instead of {metres}", from.metres_to(to));
        }
    }
}
