//! The edges of one area, ready for two questions: is a point inside, and how far is it to the border.
//!
//! Exact: the side of an edge is decided by Shewchuk's adaptive predicates (crate `robust` through `geo`), never by a tolerance, so
//! neighbours that share an edge leave no gap and no overlap between them.

use geo::algorithm::kernels::RobustKernel;
use geo::algorithm::orient::{Direction, Orient};
use geo::{Coord, Kernel, LineString, MultiPolygon, Orientation};

use super::{EARTH_RADIUS_M, Point};

/// Where a point is, seen from an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    Outside,
    Border,
    Inside,
}

/// West, south, east, north in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

/// How many neighbouring edges share a box in the search for the nearest one.
const STRETCH: usize = 32;

/// All edges of an area, in the order of its rings, and a list of those that each of many slabs of latitude touches.
pub(super) struct Outline {
    pub bounds: Bounds,
    edges: Vec<(Coord, Coord)>,
    stretches: Vec<Bounds>,
    slabs_per_degree: f64,
    /// Slab `n` touches the edges `touching[first[n]..first[n + 1]]`.
    first: Vec<u32>,
    touching: Vec<u32>,
}

impl Bounds {
    const NOWHERE: Self = Self { west: f64::INFINITY, south: f64::INFINITY, east: f64::NEG_INFINITY, north: f64::NEG_INFINITY };

    /// The smallest box around all of the edges.
    fn of<'a>(edges: impl IntoIterator<Item = &'a (Coord, Coord)>) -> Self {
        edges
            .into_iter()
            .flat_map(|(a, b)| [a, b])
            .fold(Self::NOWHERE, |bounds, c| bounds.with(Self { west: c.x, south: c.y, east: c.x, north: c.y }))
    }

    /// The smallest box around both.
    pub fn with(self, other: Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }

    /// The smallest box around all of the boxes; it holds nothing if there is none.
    pub fn around(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::NOWHERE, Self::with)
    }

    pub fn meets(self, other: Self) -> bool {
        self.west <= other.east && other.west <= self.east && self.south <= other.north && other.south <= self.north
    }

    pub fn holds(&self, at: Coord) -> bool {
        at.x >= self.west && at.x <= self.east && at.y >= self.south && at.y <= self.north
    }
}

impl Outline {
    pub fn new(area: &MultiPolygon) -> Self {
        // shells one way and holes the other, so that winding numbers of all rings may be added up
        let area = area.orient(Direction::Default);
        let rings = area.iter().flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
        let edges: Vec<(Coord, Coord)> = rings.flat_map(LineString::lines).map(|line| (line.start, line.end)).collect();
        let bounds = Bounds::of(&edges);
        let stretches = edges.chunks(STRETCH).map(Bounds::of).collect();
        let mut outline = Self { bounds, edges, stretches, slabs_per_degree: 0.0, first: vec![0, 0], touching: Vec::new() };
        outline.cut();
        outline
    }

    /// Cuts the area into as many slabs as it has edges, or fewer where tall edges would be in too many of them.
    fn cut(&mut self) {
        let height = self.bounds.north - self.bounds.south;
        let mut slabs = self.edges.len().max(1);
        loop {
            self.slabs_per_degree = if height > 0.0 { slabs as f64 / height } else { 0.0 };
            self.first = vec![0; slabs + 1];
            let total: usize = self.edges.iter().map(|edge| self.slabs_of(edge).count()).sum();
            if total <= 8 * self.edges.len() || slabs == 1 {
                break;
            }
            slabs = slabs.div_ceil(2);
        }
        let mut lists = vec![Vec::new(); slabs];
        for (edge, nth) in self.edges.iter().zip(0u32..) {
            self.slabs_of(edge).for_each(|slab| lists[slab].push(nth));
        }
        for (slab, list) in lists.iter().enumerate() {
            self.touching.extend(list);
            self.first[slab + 1] = self.touching.len() as u32;
        }
    }

    /// Rises with latitude and never falls, rounding or not: a point between the ends of an edge is in a slab between those of the ends.
    fn slab(&self, lat: f64) -> usize {
        (((lat - self.bounds.south) * self.slabs_per_degree) as usize).min(self.first.len() - 2)
    }

    fn slabs_of(&self, (a, b): &(Coord, Coord)) -> std::ops::RangeInclusive<usize> {
        self.slab(a.y.min(b.y))..=self.slab(a.y.max(b.y))
    }

    /// All edges.
    pub fn edges(&self) -> &[(Coord, Coord)] {
        &self.edges
    }

    /// Where the point is, by its winding number (Sunday 2001; the rules of edge crossing are those of `geo`'s `CoordinatePosition`).
    pub fn position(&self, at: Coord) -> Position {
        if !self.bounds.holds(at) {
            return Position::Outside;
        }
        let slab = self.slab(at.y);
        let mut winding = 0;
        for &nth in &self.touching[self.first[slab] as usize..self.first[slab + 1] as usize] {
            let (a, b) = self.edges[nth as usize];
            if a.x < at.x && b.x < at.x || at.y < a.y.min(b.y) || at.y > a.y.max(b.y) {
                continue;
            }
            // an edge that lies wholly to the east is crossed by the ray or not, and on neither side is it near
            if a.x > at.x && b.x > at.x {
                winding += i32::from(a.y <= at.y && b.y > at.y) - i32::from(a.y > at.y && b.y <= at.y);
                continue;
            }
            match RobustKernel::orient2d(a, b, at) {
                Orientation::Collinear if at.x >= a.x.min(b.x) && at.x <= a.x.max(b.x) => return Position::Border,
                Orientation::CounterClockwise if a.y <= at.y && b.y > at.y => winding += 1,
                Orientation::Clockwise if a.y > at.y && b.y <= at.y => winding -= 1,
                _ => {}
            }
        }
        if winding == 0 { Position::Outside } else { Position::Inside }
    }

    /// Metres from the point to the nearest edge, on a plane laid at the point's latitude: within a thousandth of the sphere's up to 10 km.
    /// Infinite where there is no edge.
    pub fn metres_to_border(&self, point: Point) -> f64 {
        let north = EARTH_RADIUS_M.to_radians();
        let east = north * point.lat.to_radians().cos();
        let mut best = f64::INFINITY;
        for turn in [0.0, 360.0, -360.0] {
            let plane = |c: Coord| Coord { x: (c.x - (point.lon + turn)) * east, y: (c.y - point.lat) * north };
            for (stretch, bounds) in self.stretches.iter().enumerate() {
                let (low, high) = (plane(Coord { x: bounds.west, y: bounds.south }), plane(Coord { x: bounds.east, y: bounds.north }));
                if low.x.max(-high.x).max(0.0).hypot(low.y.max(-high.y).max(0.0)) >= best {
                    continue;
                }
                for &(a, b) in self.edges[stretch * STRETCH..].iter().take(STRETCH) {
                    best = best.min(from_origin(plane(a), plane(b)));
                }
            }
        }
        best
    }
}

/// The distance from the origin to the segment.
fn from_origin(a: Coord, b: Coord) -> f64 {
    let along = b - a;
    let length_2 = along.x * along.x + along.y * along.y;
    let share = if length_2 > 0.0 { (-(a.x * along.x + a.y * along.y) / length_2).clamp(0.0, 1.0) } else { 0.0 };
    (a.x + share * along.x).hypot(a.y + share * along.y)
}
