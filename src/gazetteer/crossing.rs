//! Where streets meet: lines that share a position, that cross, or of which one ends within a few metres of the other. Pure.
//!
//! A road over or under another counts as meeting it: who says "where Main Street crosses the Parkway" means that place.

use std::collections::HashMap;

use rstar::{AABB, RTree, RTreeObject};

use super::street::Street;
use crate::geo::{Point, foot};

/// Metres between the end of a line and another line that still meet.
const GAP: f64 = 5.0;

/// Metres between two meetings of the same streets that are one place, as at a dual carriageway.
const SAME: f64 = 60.0;

/// The places where two streets meet, by their numbers, the lower first.
pub type Crossings = HashMap<(u32, u32), Vec<Point>>;

struct Piece {
    street: u32,
    from: Point,
    to: Point,
    /// Whether the line begins or ends here.
    ends: [bool; 2],
}

impl RTreeObject for Piece {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.from.lon, self.from.lat], [self.to.lon, self.to.lat])
    }
}

/// All crossings of these streets.
#[must_use]
pub fn crossings(streets: &[Street]) -> Crossings {
    let mut pieces = Vec::new();
    for (street, number) in streets.iter().zip(0u32..) {
        for line in &street.lines {
            let last = line.corners.len().saturating_sub(2);
            let piece =
                |(nth, ends): (usize, &[Point])| Piece { street: number, from: ends[0], to: ends[1], ends: [nth == 0, nth == last] };
            pieces.extend(line.corners.windows(2).enumerate().map(piece));
        }
    }
    let tree = RTree::bulk_load(pieces);
    let mut found: Crossings = HashMap::new();
    for piece in &tree {
        // a box a little larger than the piece, so that what ends just beside it is seen
        let (lat, lon) = (GAP / 111_000.0, GAP / (111_000.0 * piece.from.lat.to_radians().cos().max(0.01)));
        let (low, high) = (piece.envelope().lower(), piece.envelope().upper());
        let around = AABB::from_corners([low[0] - lon, low[1] - lat], [high[0] + lon, high[1] + lat]);
        for other in tree.locate_in_envelope_intersecting(&around) {
            if other.street <= piece.street {
                continue;
            }
            let Some(at) = meet(piece, other) else { continue };
            let places = found.entry((piece.street, other.street)).or_default();
            if !places.iter().any(|known| known.metres_to(at) < SAME) {
                places.push(at);
            }
        }
    }
    found
}

/// Where two pieces meet.
fn meet(one: &Piece, other: &Piece) -> Option<Point> {
    let (ax, ay) = (one.to.lon - one.from.lon, one.to.lat - one.from.lat);
    let (bx, by) = (other.to.lon - other.from.lon, other.to.lat - other.from.lat);
    let (cx, cy) = (other.from.lon - one.from.lon, other.from.lat - one.from.lat);
    let across = ax * by - ay * bx;
    if across != 0.0 {
        let (along, beside) = ((cx * by - cy * bx) / across, (cx * ay - cy * ax) / across);
        if (0.0..=1.0).contains(&along) && (0.0..=1.0).contains(&beside) {
            return Some(Point { lon: one.from.lon + ax * along, lat: one.from.lat + ay * along });
        }
    }
    touches(one, other).or_else(|| touches(other, one))
}

/// The end of the first piece's line that lies on the second piece or a few metres beside it.
fn touches(one: &Piece, other: &Piece) -> Option<Point> {
    let coord = |point: Point| geo::Coord { x: point.lon, y: point.lat };
    let ends = [one.from, one.to].into_iter().zip(one.ends).filter(|(_, ends)| *ends).map(|(end, _)| end);
    ends.map(|end| (end, foot(end, coord(other.from), coord(other.to)))).find(|(end, foot)| end.metres_to(*foot) <= GAP).map(|(end, _)| end)
}

#[cfg(test)]
mod tests {
    use super::super::street::Line;
    use super::*;

    fn street(name: &str, lines: &[&[(f64, f64)]]) -> Street {
        let line =
            |corners: &&[(f64, f64)]| Line { corners: corners.iter().map(|&(lon, lat)| Point { lon, lat }).collect(), ranges: vec![] };
        Street { name: name.into(), lines: lines.iter().map(line).collect(), ..Street::default() }
    }

    #[test]
    fn streets_meet_where_they_share_a_corner_cross_or_end() {
        let streets = [
            street("Main", &[&[(0.0, 0.0), (0.01, 0.0)], &[(0.01, 0.0), (0.02, 0.0)]]),
            street("Shared", &[&[(0.01, 0.0), (0.01, 0.01)]]),
            street("Over", &[&[(0.005, -0.001), (0.005, 0.001)]]),
            street("Ends", &[&[(0.015, 0.00004), (0.015, 0.01)]]),
            street("Away", &[&[(0.018, 0.0001), (0.018, 0.01)]]),
            street("Twice", &[&[(0.0180, -0.001), (0.0180, 0.00005)], &[(0.0182, -0.001), (0.0182, 0.00005)]]),
        ];
        let found = crossings(&streets);
        let near = |pair: (u32, u32), lon: f64| found.get(&pair).is_some_and(|at| at.len() == 1 && (at[0].lon - lon).abs() < 1e-9);
        assert!(near((0, 1), 0.01) && near((0, 2), 0.005) && near((0, 3), 0.015), "{found:?}");
        assert!(!found.contains_key(&(0, 4)), "eleven metres are too far");
        assert_eq!(found.get(&(0, 5)).map(Vec::len), Some(1), "two carriageways are one crossing");
        assert!(!found.contains_key(&(1, 2)));
    }
}
