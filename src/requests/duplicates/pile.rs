//! Coordinates that stand for "no place": a default that a program writes, a point by the town hall. They are recognised by the pile
//! that grows on them, not by a list.
//!
//! A building, a park or a crossing is reported often, too, but under one address, and hardly more than what lies around it. A pile is
//! one exact point that many different services were asked for on many days, and that either goes by many different addresses, or is
//! many times as busy as the points around it. The numbers of different services, addresses and days are told from bitmaps of 64 bits
//! by linear counting (Whang, Vander-Zanden and Taylor, ACM TODS 15, 1990), so that a coordinate costs one small row and learning is
//! one `or`. Pure.

use super::words::tokens;

/// What was seen on one exact coordinate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests.
    pub requests: i64,
    /// Bitmap of their services.
    pub services: u64,
    /// Bitmap of their addresses; none is one, too.
    pub addresses: u64,
    /// Bitmap of their days.
    pub days: u64,
}

/// Fewer requests on a point are no pile.
const FEWEST: i64 = 20;

/// Fewer different services, and days, are somebody's corner.
const FEWEST_SERVICES: f64 = 5.0;
const FEWEST_DAYS: f64 = 5.0;

/// A place goes by one address, a few at most.
const MOST_ADDRESSES: f64 = 8.0;

/// Without addresses: how many times as many requests as the points around it have on average.
const TIMES_AROUND: f64 = 40.0;

impl Tally {
    /// One request. `day` counts days since 1970.
    pub fn one(service: i64, address: &str, day: i64) -> Tally {
        Tally { requests: 1, services: bit(&service.to_string()), addresses: bit(&tokens(address).join(" ")), days: bit(&day.to_string()) }
    }

    /// Two tallies of one point.
    pub fn and(self, other: Tally) -> Tally {
        Tally {
            requests: self.requests + other.requests,
            services: self.services | other.services,
            addresses: self.addresses | other.addresses,
            days: self.days | other.days,
        }
    }

    /// Whether the point may be a pile, so that it is worth looking at what lies around it.
    pub fn is_suspect(self) -> bool {
        self.requests >= FEWEST && different(self.services) >= FEWEST_SERVICES && different(self.days) >= FEWEST_DAYS
    }

    /// Whether the point is a pile. `around` is the average number of requests of the other points in its neighbourhood.
    pub fn is_pile(self, around: f64) -> bool {
        self.is_suspect() && (different(self.addresses) >= MOST_ADDRESSES || self.requests as f64 >= TIMES_AROUND * around.max(1.0))
    }
}

/// How many different things set the bits of a map.
fn different(map: u64) -> f64 {
    let free = map.count_zeros().max(1);
    -64.0 * (f64::from(free) / 64.0).ln()
}

/// One bit of 64 for a text: FNV-1a (Fowler, Noll, Vo), mixed so that short texts spread.
fn bit(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    1 << ((hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(requests: i64, services: i64, addresses: i64, days: i64) -> Tally {
        (0..requests)
            .fold(Tally::default(), |all, n| all.and(Tally::one(n % services, &format!("{} Mill Street", n % addresses), n % days)))
    }

    #[test]
    fn a_default_point_is_a_pile_and_a_busy_building_is_not() {
        let table = [
            ("the point of requests without a place, each under its own address", tally(500, 40, 200, 90), 3.0, true),
            ("the same in a city without addresses", tally(500, 40, 1, 90), 3.0, true),
            ("a town hall", tally(110, 13, 1, 57), 24.0, false),
            ("a park in a quiet suburb", tally(70, 8, 1, 9), 4.0, false),
            ("one house that complains every day", tally(400, 1, 1, 300), 3.0, false),
            ("a crew that enters its day's work in one place", tally(60, 12, 30, 1), 2.0, false),
            ("a shopping street's corner", tally(25, 6, 3, 20), 10.0, false),
            ("too few to tell", tally(12, 12, 12, 12), 1.0, false),
        ];
        for (what, tally, around, expected) in table {
            assert_eq!(tally.is_pile(around), expected, "{what}: {tally:?}");
        }
    }

    #[test]
    fn the_bitmaps_count_what_is_different() {
        for number in [1, 2, 5, 10, 20, 40] {
            let counted = different(tally(1000, number, 1, 1).services);
            assert!((counted - number as f64).abs() <= 1.0 + 0.35 * number as f64, "{number} counted as {counted}");
        }
    }
}
