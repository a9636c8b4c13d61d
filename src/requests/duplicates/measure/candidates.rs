//! Which earlier requests of a history were open near each new one at the moment it was filed, replayed in the order of time with
//! the same bounds as filing has, and with what was known of piles until then.

use std::collections::{HashMap, HashSet};

use super::super::evidence::Evidence;
use super::super::pile::Tally;
use super::history::History;
use crate::geo::{Point, cell};

/// An earlier request beside a new one.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The new request, as a place in the history.
    pub new: usize,
    /// The earlier one.
    pub earlier: usize,
    /// Metres between the two; nothing on a pile.
    pub metres: Option<f64>,
    /// Milliseconds between the two.
    pub age_ms: i64,
}

/// Side of a square of the grid, in metres.
const SIDE_M: f64 = 100.0;

/// Metres of a degree of latitude.
const DEGREE_M: f64 = 111_195.0;

/// Earlier requests on one pile that are looked at.
const OF_A_PILE: usize = 50;

const AROUND: u8 = 8;
const DAY: i64 = 86_400_000;

/// All pairs of a history: same or related service, the earlier still open, within `bounds` (metres and days) of the new one's kind.
/// `related` are the other kinds that each is compared with.
pub fn pairs(history: &History, bounds: &[(f64, f64)], related: &[Vec<usize>]) -> Vec<Pair> {
    let placed: Vec<f64> = history.filed.iter().filter_map(|filed| filed.report.place).map(|place| place.lat).collect();
    let middle = placed.iter().sum::<f64>() / placed.len().max(1) as f64;
    let east_m = DEGREE_M * middle.to_radians().cos();
    let square = |place: Point| ((place.lon * east_m / SIDE_M).floor() as i64, (place.lat * DEGREE_M / SIDE_M).floor() as i64);
    let mut grid: HashMap<(usize, i64, i64), Vec<usize>> = HashMap::new();
    let mut piles = Piles::default();
    let mut pairs = Vec::new();
    for (new, filed) in history.filed.iter().enumerate() {
        let Some(place) = filed.report.place else { continue };
        let (radius_m, days) = bounds[filed.kind];
        let (x, y) = square(place);
        let reach = (radius_m / SIDE_M).ceil() as i64;
        let oldest = filed.report.at - (days * DAY as f64) as i64;
        let here = piles.holds(place);
        for kind in std::iter::once(filed.kind).chain(related[filed.kind].iter().copied()) {
            for (dx, dy) in (-reach..=reach).flat_map(|dx| (-reach..=reach).map(move |dy| (dx, dy))) {
                let Some(found) = grid.get_mut(&(kind, x + dx, y + dy)) else { continue };
                // What is over is over for everybody who files later.
                found.retain(|&earlier| history.filed[earlier].closed_at.is_none_or(|closed| closed > filed.report.at));
                let mut of_a_pile = 0;
                for &earlier in found.iter().rev() {
                    let other = &history.filed[earlier].report;
                    if other.at < oldest {
                        break;
                    }
                    let Some(there) = other.place else { continue };
                    let metres = place.metres_to(there);
                    let pile = here || piles.holds(there);
                    of_a_pile += usize::from(pile);
                    if metres > radius_m || of_a_pile > OF_A_PILE {
                        continue;
                    }
                    let age_ms = filed.report.at - other.at;
                    let enough = || Evidence { metres: None, ..Evidence::of(&filed.report, other) }.says_enough_without_a_place();
                    if !pile || enough() {
                        pairs.push(Pair { new, earlier, metres: (!pile).then_some(metres), age_ms });
                    }
                }
            }
        }
        grid.entry((filed.kind, x, y)).or_default().push(new);
        piles.learn(place, Tally::one(filed.kind as i64, &filed.address, filed.report.at.div_euclid(DAY)));
    }
    pairs
}

/// What is known of piles so far.
#[derive(Default)]
struct Piles {
    points: HashMap<(u64, u64), Tally>,
    around: HashMap<i64, (i64, i64)>,
    piles: HashSet<(u64, u64)>,
}

impl Piles {
    fn holds(&self, place: Point) -> bool {
        self.piles.contains(&key(place)) || (place.lon.fract() == 0.0 && place.lat.fract() == 0.0)
    }

    fn learn(&mut self, place: Point, one: Tally) {
        let tally = self.points.entry(key(place)).or_default();
        let around = self.around.entry(cell::cell_at(place, AROUND)).or_default();
        around.0 += i64::from(tally.requests == 0);
        around.1 += 1;
        *tally = tally.and(one);
        let others = (around.1 - tally.requests) as f64 / (around.0 - 1).max(1) as f64;
        if tally.is_pile(others) {
            self.piles.insert(key(place));
        } else if tally.is_suspect() {
            self.piles.remove(&key(place));
        }
    }
}

fn key(place: Point) -> (u64, u64) {
    (place.lon.to_bits(), place.lat.to_bits())
}
