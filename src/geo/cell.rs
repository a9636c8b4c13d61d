//! H3 cells as the spatial key: one integer that SQL can index with a plain B-tree on any database.
//!
//! A case's place is stored as its cell of resolution 10 (about 66 m from side to middle). Who looks for cases near a point asks for the
//! cells of [`ring`] and measures the distance of what comes back. Refuses to be a distance: two points in one cell may be 180 m apart.

use std::collections::HashSet;

use h3o::{CellIndex, LatLng, Resolution};

use super::Point;

/// The resolution of every cell that SQL stores.
pub const RESOLUTION: u8 = 10;

/// The resolution of what filings lock: hexagons of about 530 m a side, so that a search of 50 m touches one to three of them.
const LOCK_RESOLUTION: Resolution = Resolution::Eight;

/// The largest radius, in metres, that a service may ask duplicates to be looked for in.
pub const LARGEST_RADIUS_M: f64 = 1_000.0;

/// What floating point may move a cell's border by, in metres, with a wide margin.
const SLACK_M: f64 = 0.5;

/// No cell of resolution 10 reaches less far from its middle than the one, nor farther than the other, in metres: what lies beyond
/// is told without measuring its corners, which is the dear part.
const LEAST_REACH_M: f64 = 45.0;
const MOST_REACH_M: f64 = 100.0;

/// The cell of resolution 10 that holds the point.
#[must_use]
pub fn cell(point: Point) -> i64 {
    key(index(point, Resolution::Ten))
}

/// The cell of another resolution (0 to 15; more is taken as 15) that holds the point.
#[must_use]
pub fn cell_at(point: Point, resolution: u8) -> i64 {
    key(index(point, Resolution::try_from(resolution).unwrap_or(Resolution::Fifteen)))
}

/// The cells of resolution 10 that together cover the circle, sorted: no point within `radius_m` of `point` lies outside them.
///
/// A cell is a convex spherical polygon, so it lies inside the cap around its centre that reaches its farthest corner; a cell whose cap
/// ends before the circle begins cannot touch the circle. The circle is connected, so the cells that do touch it are found by walking from
/// the middle cell from neighbour to neighbour. No average edge length enters, hence it holds at every latitude, over the twelve
/// pentagons and across the antimeridian.
#[must_use]
pub fn ring(point: Point, radius_m: f64) -> Vec<i64> {
    let start = index(point, Resolution::Ten);
    let mut seen = HashSet::from([start]);
    let mut open = vec![start];
    let mut ring = Vec::new();
    while let Some(cell) = open.pop() {
        ring.push(key(cell));
        for next in cell.grid_disk_safe(1) {
            if seen.insert(next) && may_touch(next, point, radius_m) {
                open.push(next);
            }
        }
    }
    ring.sort_unstable();
    ring
}

/// The coarse cells to lock, ascending and each once, before reading what the ring holds and writing into it.
///
/// Two points within the radius always share a lock: the cell of the one is in the rings of both, and so its parent is in both lists.
#[must_use]
pub fn locks(ring: &[i64]) -> Vec<i64> {
    let mut locks: Vec<i64> = ring.iter().filter_map(|&cell| index_of(cell)?.parent(LOCK_RESOLUTION)).map(key).collect();
    locks.sort_unstable();
    locks.dedup();
    locks
}

/// The ancestor of a cell at a coarser (or its own) resolution; nothing if that is finer, or the number is no cell.
#[must_use]
pub fn parent(cell: i64, resolution: u8) -> Option<i64> {
    index_of(cell)?.parent(Resolution::try_from(resolution).ok()?).map(key)
}

/// The descendants of a cell at a finer (or its own) resolution, ascending; none if that is coarser, or the number is no cell.
pub fn children(cell: i64, resolution: u8) -> impl Iterator<Item = i64> {
    let resolution = Resolution::try_from(resolution).ok();
    index_of(cell).zip(resolution).into_iter().flat_map(|(cell, resolution)| cell.children(resolution)).map(key)
}

/// The middle of a cell, if the number is one.
#[must_use]
pub fn centre(cell: i64) -> Option<Point> {
    index_of(cell).map(centre_of)
}

/// How far the farthest corner of a cell is from its middle, in metres; 0 if the number is no cell.
#[must_use]
pub fn reach(cell: i64) -> f64 {
    index_of(cell).map_or(0.0, reach_of)
}

/// The cell as the rest of the world writes it (`8a1fb46622dffff`), if the number is one.
#[must_use]
pub fn text(cell: i64) -> Option<String> {
    index_of(cell).map(|cell| cell.to_string())
}

fn may_touch(cell: CellIndex, point: Point, radius_m: f64) -> bool {
    let beyond = centre_of(cell).metres_to(point) - radius_m.max(0.0) - SLACK_M;
    beyond <= LEAST_REACH_M || (beyond <= MOST_REACH_M && beyond <= reach_of(cell))
}

fn reach_of(cell: CellIndex) -> f64 {
    let centre = centre_of(cell);
    cell.boundary().iter().map(|corner| centre.metres_to(place(*corner))).fold(0.0, f64::max)
}

fn index(point: Point, resolution: Resolution) -> CellIndex {
    LatLng::new(point.lat, point.lon).expect("a point is finite by construction").to_cell(resolution)
}

fn index_of(cell: i64) -> Option<CellIndex> {
    CellIndex::try_from(cell.cast_unsigned()).ok()
}

/// An H3 index leaves its highest bit 0, so it keeps its order as a signed integer.
fn key(cell: CellIndex) -> i64 {
    u64::from(cell).cast_signed()
}

fn centre_of(cell: CellIndex) -> Point {
    place(LatLng::from(cell))
}

fn place(at: LatLng) -> Point {
    Point { lon: at.lng(), lat: at.lat() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Points where covering is hard: anywhere, on a cell's corner, and beside a pentagon.
    fn places() -> impl Strategy<Value = Point> {
        let anywhere = (-180.0..180.0, -85.0..85.0).prop_map(|(lon, lat)| Point { lon, lat });
        let at_a_corner = (-180.0..180.0, -85.0..85.0, 0..5usize, 0.0..1.0).prop_map(|(lon, lat, corner, metres)| {
            let boundary = index(Point { lon, lat }, Resolution::Ten).boundary();
            place(boundary[corner.min(boundary.len() - 1)]).offset(metres, 360.0 * metres)
        });
        let by_a_pentagon = (0..12usize, 0.0..400.0, 0.0..360.0).prop_map(|(which, metres, bearing)| {
            let pentagon = Resolution::Ten.pentagons().nth(which).expect("there are twelve pentagons");
            centre_of(pentagon).offset(metres, bearing)
        });
        let at_the_date_line =
            (-0.005..0.005, -85.0..85.0).prop_map(|(off, lat)| Point { lon: if off < 0.0 { 180.0 + off } else { -180.0 + off }, lat });
        prop_oneof![3 => anywhere, 2 => at_a_corner, 2 => by_a_pentagon, 1 => at_the_date_line]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn the_ring_holds_the_cell_of_every_point_within_the_radius(
            from in places(), radius in 1.0..LARGEST_RADIUS_M, share in prop_oneof![0.0..1.0, Just(1.0)], bearing in 0.0..360.0,
        ) {
            let to = from.offset(radius * share, bearing);
            let ring = ring(from, radius);
            prop_assert!(ring.binary_search(&cell(to)).is_ok(), "{to:?} is {} m from {from:?} and outside its ring of {radius} m", from.metres_to(to));
        }

        #[test]
        fn no_cell_reaches_less_or_farther_than_is_taken_for_granted(place in places()) {
            let reach = reach_of(index(place, Resolution::Ten));
            prop_assert!((LEAST_REACH_M..=MOST_REACH_M).contains(&reach), "{reach} m");
        }

        #[test]
        fn two_points_within_the_radius_share_a_lock(from in places(), radius in 1.0..LARGEST_RADIUS_M, share in 0.0..1.0, bearing in 0.0..360.0) {
            let to = from.offset(radius * share, bearing);
            let (mine, theirs) = (locks(&ring(from, radius)), locks(&ring(to, radius)));
            prop_assert!(mine.iter().any(|lock| theirs.contains(lock)));
            prop_assert!(mine.is_sorted_by(|a, b| a < b));
        }

        #[test]
        fn the_ring_is_no_larger_than_it_must_be(from in places(), radius in 1.0..LARGEST_RADIUS_M) {
            // every cell lies within the circle grown by twice the largest reach of a cell of this resolution (under 100 m)
            for cell in ring(from, radius) {
                prop_assert!(centre(cell).expect("a cell").metres_to(from) < radius + 100.0);
            }
        }
    }

    #[test]
    fn a_usual_search_asks_for_few_cells_and_few_locks() {
        let ring = ring(Point { lon: -87.63, lat: 41.88 }, 50.0);
        assert!(ring.len() <= 5 && locks(&ring).len() <= 3, "{} cells", ring.len());
    }

    #[test]
    fn a_cell_knows_its_parents_children_and_name() {
        let ten = cell(Point { lon: -122.4194, lat: 37.7749 });
        let nine = parent(ten, 9).expect("a parent");
        assert!(children(nine, 10).any(|child| child == ten));
        assert_eq!(children(nine, 10).count(), 7);
        assert_eq!(parent(ten, 11), None);
        assert_eq!(children(ten, 9).count(), 0);
        assert_eq!(text(ten).expect("a name"), format!("{ten:x}"));
        assert_eq!((parent(-1, 3), text(0), centre(7)), (None, None, None));
    }
}
