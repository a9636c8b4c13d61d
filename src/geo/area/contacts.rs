//! Where the rings of a polygon meet: what crosses is refused, what touches gets a corner there, so that afterwards edges meet in corners
//! only. All tests are exact predicates; nothing is moved.

use std::collections::HashSet;

use geo::algorithm::kernels::RobustKernel;
use geo::{Coord, Kernel, Orientation, coord};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::ring::Ring;
use super::{Place, Remark};

/// How many pairs of edges are looked at, at most; a real city's polygon needs some ten for each edge.
const MOST_LOOKS: u64 = 50_000_000;

/// Edge `at` of ring `ring`: from that corner to the next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    ring: usize,
    at: usize,
}

/// The rings with a corner wherever another edge touches one of theirs.
///
/// # Errors
/// The place of the first crossing found.
pub(super) fn noded(rings: &[Ring], place: &Place) -> Result<Vec<Vec<Coord>>, Remark> {
    let edges = rings.iter().enumerate().flat_map(|(ring, r)| (0..r.corners.len() - 1).map(move |at| Edge { ring, at }));
    let ends = |edge: Edge| (rings[edge.ring].corners[edge.at], rings[edge.ring].corners[edge.at + 1]);
    let boxed = |edge: Edge| {
        let (a, b) = ends(edge);
        GeomWithData::new(Rectangle::from_corners([a.x, a.y], [b.x, b.y]), edge)
    };
    let tree = RTree::bulk_load(edges.map(boxed).collect());
    // which corners to insert into which edge; sets, because many edges may meet in one place
    let first: Vec<usize> = rings.iter().scan(0, |sum, r| Some(std::mem::replace(sum, *sum + r.corners.len() - 1))).collect();
    let mut inserts: Vec<Vec<Coord>> = vec![Vec::new(); rings.iter().map(|r| r.corners.len() - 1).sum()];
    let mut looked = 0_u64;
    for one in &tree {
        let (a, b) = ends(one.data);
        for other in tree.locate_in_envelope_intersecting(&AABB::from_corners([a.x, a.y], [b.x, b.y])) {
            looked += 1;
            if looked > MOST_LOOKS {
                return Err(place.says("the edges of the polygon lie over each other in too many places to be told apart"));
            }
            let (c, d) = ends(other.data);
            if other.data <= one.data {
                continue;
            }
            match meet(a, b, c, d) {
                Meeting::Apart => {}
                Meeting::Crossing(at) => return Err(crossing(rings, place, one.data, other.data, at)),
                Meeting::Touching => {
                    inserts[first[one.data.ring] + one.data.at].extend([c, d].into_iter().filter(|&c| within(c, a, b)));
                    inserts[first[other.data.ring] + other.data.at].extend([a, b].into_iter().filter(|&a| within(a, c, d)));
                }
            }
        }
    }
    Ok(rings.iter().zip(first).map(|(ring, first)| with_corners(&ring.corners, &mut inserts[first..])).collect())
}

fn with_corners(corners: &[Coord], inserts: &mut [Vec<Coord>]) -> Vec<Coord> {
    let mut noded = vec![corners[0]];
    for (pair, inserts) in corners.windows(2).zip(inserts) {
        let from = pair[0];
        let distance = |c: &Coord| (c.x - from.x).abs() + (c.y - from.y).abs();
        inserts.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        inserts.dedup();
        noded.append(inserts);
        noded.push(pair[1]);
    }
    noded
}

enum Meeting {
    Apart,
    Touching,
    Crossing(Coord),
}

/// How two edges meet. Sharing an end is no more than touching.
fn meet(a: Coord, b: Coord, c: Coord, d: Coord) -> Meeting {
    let side = |a, b, c| RobustKernel::orient2d(a, b, c);
    let (c_side, d_side, a_side, b_side) = (side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b));
    let between = |one, other| one != Orientation::Collinear && other != Orientation::Collinear && one != other;
    if between(c_side, d_side) && between(a_side, b_side) {
        let (ab, cd, ac) = (b - a, d - c, c - a);
        let share = (ac.x * cd.y - ac.y * cd.x) / (ab.x * cd.y - ab.y * cd.x);
        return Meeting::Crossing(coord! { x: a.x + share * ab.x, y: a.y + share * ab.y });
    }
    let touches = within(c, a, b) || within(d, a, b) || within(a, c, d) || within(b, c, d);
    if touches { Meeting::Touching } else { Meeting::Apart }
}

/// Whether a corner lies on an edge, but is none of its ends.
fn within(c: Coord, a: Coord, b: Coord) -> bool {
    c != a
        && c != b
        && (a.x.min(b.x)..=a.x.max(b.x)).contains(&c.x)
        && (a.y.min(b.y)..=a.y.max(b.y)).contains(&c.y)
        && RobustKernel::orient2d(a, b, c) == Orientation::Collinear
}

fn crossing(rings: &[Ring], place: &Place, one: Edge, other: Edge, at: Coord) -> Remark {
    let position = |edge: Edge| rings[edge.ring].positions[edge.at];
    let (lon, lat) = (at.x, at.y);
    let place = place.ring(one.ring).position(position(one));
    if one.ring == other.ring {
        place.says(format!(
            "the ring crosses itself near {lon:.6}, {lat:.6}, in its edges after positions {} and {}",
            position(one),
            position(other)
        ))
    } else {
        place.says(format!("the ring crosses ring {} near {lon:.6}, {lat:.6}, in its edge after position {}", other.ring, position(other)))
    }
}

/// The first edge that occurs twice, in whichever direction.
pub(super) fn doubled<'a>(rings: impl IntoIterator<Item = &'a [Coord]>) -> Option<(Coord, Coord)> {
    let bits = |c: Coord| ((c.x + 0.0).to_bits(), (c.y + 0.0).to_bits());
    let mut seen = HashSet::new();
    let mut edges = rings.into_iter().flat_map(|ring| ring.windows(2).map(|pair| (pair[0], pair[1])));
    edges.find(|&(a, b)| !seen.insert(if bits(a) < bits(b) { (bits(a), bits(b)) } else { (bits(b), bits(a)) }))
}
