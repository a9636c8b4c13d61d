//! Whether an address in words is one place and no other, so that a machine may go by it. Pure.
//!
//! Certain is a house, a crossing, a landmark, a plus code or coordinates that has every word of the question and no other, once. What
//! follows a comma is where the address is: it has to say nothing else than the city, its postal code, a state's two letters. A street
//! without a number is no place.

use super::find::{Kind, Place};
use super::index::Index;
use super::words::words;

/// Metres between two finds that are one place.
const SAME: f64 = 50.0;

impl Index {
    /// The one place that an address in words means; nothing where it could be another. `city` is the name of the city.
    #[must_use]
    pub fn certain(&self, address: &str, city: &str) -> Option<Place> {
        let found = self.only(address);
        let (first, rest) = address.split_once(',').unwrap_or((address, ""));
        found.or_else(|| self.only(first).filter(|place| fits(place, rest, city)))
    }

    fn only(&self, address: &str) -> Option<Place> {
        let found = self.find(address, None, 8);
        let meant: Vec<Place> = found.into_iter().filter(|place| place.whole && place.kind != Kind::Street).collect();
        let first = meant.first()?;
        let short = first.kind == Kind::Code && !address.trim().to_ascii_uppercase().starts_with(&first.label);
        (!short && meant.iter().all(|place| place.at.metres_to(first.at) <= SAME)).then(|| first.clone())
    }
}

/// Whether what stands after the street may be said of the place.
fn fits(place: &Place, rest: &str, city: &str) -> bool {
    let city = words(city);
    words(rest).iter().all(|word| {
        let zip = word.full.len() >= 4 && word.full.bytes().all(|b| b.is_ascii_digit());
        let known = city.iter().any(|named| named.full == word.full);
        let state = word.full.len() == 2 && word.full.bytes().all(|b| b.is_ascii_alphabetic());
        known || state || (zip && (place.zipcode.is_empty() || place.zipcode.starts_with(&word.full)))
    })
}
