//! The rule of the border in whole numbers, asked of every edge: slow, without any rounding, and without a line of what it is compared
//! with. A coordinate of a city is a whole multiple of 2⁻⁵³ degrees, so sides of edges are decided by products that fit 127 bits.

use geo::{Coord, LineString, MultiPolygon, Polygon};

/// 2⁵³: a double from half a degree up is a whole number of these parts.
const PARTS: f64 = 9_007_199_254_740_992.0;

/// A place in whole parts of a degree.
type Whole = (i128, i128);

/// An area in whole parts of a degree: for each polygon its rings, and the box around all.
pub struct Exact {
    polygons: Vec<Vec<Vec<Whole>>>,
    low: Whole,
    high: Whole,
}

/// Where a point is: `Some(true)` exactly on an edge or corner, `Some(false)` inside, `None` outside.
pub type Where = Option<bool>;

/// A coordinate in whole parts.
///
/// # Panics
/// If it is none, or too large: then this is no judge.
fn whole(at: Coord) -> Whole {
    let parts = |degrees: f64| {
        let parts = degrees * PARTS;
        assert!(parts.fract() == 0.0 && degrees.abs() <= 540.0, "{degrees} is not a whole number of parts");
        parts as i128
    };
    (parts(at.x), parts(at.y))
}

impl Exact {
    pub fn new(area: &MultiPolygon) -> Exact {
        let ring = |ring: &LineString| ring.0.iter().map(|&c| whole(c)).collect::<Vec<_>>();
        let rings = |polygon: &Polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect::<Vec<_>>();
        let polygons: Vec<Vec<Vec<Whole>>> = area.iter().map(rings).collect();
        let corners = || polygons.iter().flatten().flatten();
        let (low, high) = corners().fold(((i128::MAX, i128::MAX), (i128::MIN, i128::MIN)), |(low, high), &(x, y)| {
            ((low.0.min(x), low.1.min(y)), (high.0.max(x), high.1.max(y)))
        });
        Exact { polygons, low, high }
    }

    /// On an edge of any ring; else in a polygon whose shell goes around the point and whose holes do not.
    pub fn at(&self, at: Coord) -> Where {
        let (x, y) = whole(at);
        if x < self.low.0 || x > self.high.0 || y < self.low.1 || y > self.high.1 {
            return None;
        }
        let mut inside = false;
        for polygon in &self.polygons {
            let mut holds = false;
            for (nth, ring) in polygon.iter().enumerate() {
                let mut around = 0;
                for pair in ring.windows(2) {
                    let (a, b) = (pair[0], pair[1]);
                    if y < a.1.min(b.1) || y > a.1.max(b.1) || x > a.0.max(b.0) {
                        continue;
                    }
                    // twice the area of the triangle: its sign is the side on which the point lies
                    let side = (b.0 - a.0) * (y - a.1) - (b.1 - a.1) * (x - a.0);
                    if side == 0 && x >= a.0.min(b.0) {
                        return Some(true);
                    }
                    around += i32::from(a.1 <= y && b.1 > y && side > 0) - i32::from(b.1 <= y && a.1 > y && side < 0);
                }
                holds = if nth == 0 { around != 0 } else { holds && around == 0 };
            }
            inside |= holds;
        }
        inside.then_some(false)
    }
}
