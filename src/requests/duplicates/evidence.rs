//! What two reports have in common, measured. Only what was known when the later one was filed.

use super::address::{Address, Match};
use super::words::Words;
use crate::geo::Point;

/// Bits in which two fingerprints of 64 may differ and still be of one picture, sent again at another size or quality.
const PICTURE_BITS: u32 = 6;

/// A report as it is compared.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The service that was asked for.
    pub service: i64,
    /// When it was filed, epoch milliseconds.
    pub at: i64,
    /// Where it is.
    pub place: Option<Point>,
    /// Whether that place is a point that requests without a place are given.
    pub pile: bool,
    /// How sure the phone was of the place, in metres.
    pub accuracy_m: Option<f64>,
    /// The address in words.
    pub address: Option<Address>,
    /// What was said.
    pub words: Words,
    /// Keyed hashes of how the reporter can be reached.
    pub reporter: Vec<String>,
    /// Fingerprints of its pictures.
    pub pictures: Vec<u64>,
}

impl Report {
    /// A report of a service at a time, with the address and words made comparable.
    pub fn of(service: i64, at: i64, place: Option<Point>, address: &str, description: &str) -> Report {
        Report { service, at, place, address: Address::of(address), words: Words::of(description), ..Report::default() }
    }
}

/// What two reports have in common.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// Metres between the two; nothing where one of them has no real place.
    pub metres: Option<f64>,
    /// How far off the two phones may have been together, in metres.
    pub accuracy_m: f64,
    /// Milliseconds between the two.
    pub age_ms: i64,
    /// Whether the services differ.
    pub related: bool,
    /// How the addresses go together, where both have one.
    pub address: Option<Match>,
    /// How alike the words are, from 0 to 1, where both say enough.
    pub words: Option<f64>,
    /// Whether it is the same reporter.
    pub reporter: bool,
    /// Whether they share a picture.
    pub picture: bool,
}

impl Evidence {
    /// Compares a new report with an earlier one. What is nearest to the two of them, a lamp or a bin of the city's register, would
    /// be compared here, beside the address.
    pub fn of(new: &Report, earlier: &Report) -> Evidence {
        let real = !new.pile && !earlier.pile;
        let metres = new.place.zip(earlier.place).filter(|_| real).map(|(one, other)| one.metres_to(other));
        Evidence {
            metres,
            accuracy_m: new.accuracy_m.unwrap_or(0.0).hypot(earlier.accuracy_m.unwrap_or(0.0)),
            age_ms: (new.at - earlier.at).max(0),
            related: new.service != earlier.service,
            address: new.address.as_ref().zip(earlier.address.as_ref()).map(|(one, other)| one.matches(other)),
            words: new.words.likeness(&earlier.words),
            reporter: new.reporter.iter().any(|mark| earlier.reporter.contains(mark)),
            picture: new.pictures.iter().any(|one| earlier.pictures.iter().any(|other| (one ^ other).count_ones() <= PICTURE_BITS)),
        }
    }

    /// Whether it says enough without a distance: nothing is likened by a place that is none.
    pub fn says_enough_without_a_place(&self) -> bool {
        self.picture || self.words.is_some_and(|alike| alike >= 0.6)
    }
}
