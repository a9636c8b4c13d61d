//! The place of a request as strangers see it: as it is, as the middle of a cell, or not at all.
//!
//! A blurred place is the middle of an H3 cell, so it is the same in every answer and for everybody in that cell: asking again does
//! not average it out, and moving a search about finds nothing that is not in the answer. Whatever searches or measures for
//! strangers has to do so with these places.

use serde::{Deserialize, Serialize};

use crate::geo::{Point, cell};

/// The finest cells that blur: of resolution 10 and up a cell is one building.
pub const FINEST: u8 = 9;

/// The coarsest: cells of resolution 5 are a whole city.
pub const COARSEST: u8 = 5;

/// What of a place the public sees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum PlacePrivacy {
    /// All of it.
    #[default]
    Exact,
    /// In which part of town it is.
    Blurred,
    /// Nothing.
    Hidden,
}

impl PlacePrivacy {
    /// The word in the database and on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            PlacePrivacy::Exact => "exact",
            PlacePrivacy::Blurred => "blurred",
            PlacePrivacy::Hidden => "hidden",
        }
    }
}

/// What is shown of a place.
#[derive(Debug, Clone, PartialEq)]
pub struct PublicPlace {
    /// How much of it this is.
    pub privacy: PlacePrivacy,
    /// Where it is, or the middle of where it may be.
    pub point: Option<Point>,
    /// How far from there it may be, in metres; 0 for a place as it is.
    pub within_m: f64,
    /// What is left of the address.
    pub address: String,
}

/// How places are blurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Veil {
    resolution: u8,
    street: bool,
}

impl Veil {
    /// Blurs to H3 cells of a resolution; `street` leaves the name of the street, without a number, in an address.
    pub fn new(resolution: u8, street: bool) -> Veil {
        Veil { resolution: resolution.clamp(COARSEST, FINEST), street }
    }

    /// H3 resolution of the cells.
    pub fn resolution(self) -> u8 {
        self.resolution
    }

    /// How far the farthest place may be from the middle that stands for it, in metres, wherever on earth: no cell is larger than
    /// 1.5 times the average (<https://h3geo.org/docs/core-library/restable/>).
    pub fn largest_reach_m(self) -> f64 {
        h3o::Resolution::try_from(self.resolution).map_or(f64::INFINITY, |resolution| 1.5 * resolution.edge_length_m())
    }

    /// What is shown of a place and its address.
    pub fn over(self, privacy: PlacePrivacy, place: Option<Point>, address: &str) -> PublicPlace {
        let point = place.and_then(|place| self.point(privacy, place));
        let within_m = match (privacy, point) {
            (PlacePrivacy::Blurred, Some(middle)) => cell::reach(cell::cell_at(middle, self.resolution)).round(),
            _ => 0.0,
        };
        PublicPlace { privacy, point, within_m, address: self.address(privacy, address) }
    }

    /// What is shown of a place.
    pub fn point(self, privacy: PlacePrivacy, place: Point) -> Option<Point> {
        match privacy {
            PlacePrivacy::Exact => Some(place),
            PlacePrivacy::Blurred => cell::centre(cell::cell_at(place, self.resolution)).map(short),
            PlacePrivacy::Hidden => None,
        }
    }

    /// What is shown of an address.
    pub fn address(self, privacy: PlacePrivacy, address: &str) -> String {
        match privacy {
            PlacePrivacy::Exact => address.to_owned(),
            PlacePrivacy::Blurred if self.street => street(address),
            PlacePrivacy::Blurred | PlacePrivacy::Hidden => String::new(),
        }
    }
}

/// A hand's breadth is enough for the middle of a cell, and easier to read.
fn short(Point { lon, lat }: Point) -> Point {
    let six = |degrees: f64| (degrees * 1e6).round() / 1e6;
    Point { lon: six(lon), lat: six(lat) }
}

/// The first part of an address without any word that has a digit in it.
fn street(address: &str) -> String {
    let first = address.split([',', ';', '\n']).find(|part| part.chars().any(char::is_alphabetic)).unwrap_or_default();
    let words = first.split_whitespace().filter(|word| !word.chars().any(char::is_numeric));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_cut_to_the_street() {
        let veil = Veil::new(9, true);
        for (address, left) in [
            ("12 Mill Lane, Old Town, AF1 2BC", "Mill Lane"),
            ("12a Mill Lane", "Mill Lane"),
            ("Hauptstraße 5a, 10115 Berlin", "Hauptstraße"),
            ("Calle Mayor, 12, 3º B", "Calle Mayor"),
            ("123, rue de la Paix", "rue de la Paix"),
            ("Flat 3 / 44 Dock Road", "Flat / Dock Road"),
            ("AF1 2BC", ""),
            ("", ""),
        ] {
            assert_eq!(veil.address(PlacePrivacy::Blurred, address), left, "{address:?}");
            assert_eq!(veil.address(PlacePrivacy::Hidden, address), "");
            assert_eq!(veil.address(PlacePrivacy::Exact, address), address);
            assert_eq!(Veil::new(9, false).address(PlacePrivacy::Blurred, address), "");
        }
    }

    proptest! {
        #[test]
        fn a_blurred_place_says_no_more_than_its_cell(lon in -179.0..179.0, lat in -84.0..84.0, resolution in COARSEST..=FINEST) {
            let (veil, place) = (Veil::new(resolution, true), Point { lon, lat });
            let shown = veil.over(PlacePrivacy::Blurred, Some(place), "1 Some Street");
            let middle = shown.point.unwrap();
            let cell = cell::cell_at(place, resolution);
            prop_assert_eq!(cell::cell_at(middle, resolution), cell, "the middle lies in the cell");
            prop_assert!(place.metres_to(middle) <= shown.within_m + 1.0);
            prop_assert!(shown.within_m <= veil.largest_reach_m());
            prop_assert_eq!(veil.point(PlacePrivacy::Blurred, middle), Some(middle), "blurring again changes nothing");
            for other in cell::children(cell, resolution + 2).filter_map(cell::centre) {
                // H3's cells are not quite made of their children: what counts is the cell that a place lies in.
                if cell::cell_at(other, resolution) == cell {
                    prop_assert_eq!(veil.point(PlacePrivacy::Blurred, other), Some(middle));
                }
            }
            prop_assert_eq!(veil.point(PlacePrivacy::Hidden, place), None);
            prop_assert_eq!(veil.point(PlacePrivacy::Exact, place), Some(place));
        }
    }
}
