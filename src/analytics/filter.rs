//! What a map asks for: a box, services, statuses, jurisdictions and days. It refuses to know how any of it was written on
//! the wire.

use super::day::Day;
use crate::geo::wrapped;

/// Metres in a degree of latitude, where it is shortest: at the equator.
const METRES_IN_A_DEGREE: f64 = 110_574.0;

/// Which requests are meant. Each part that is given narrows the rest; a list passes what equals any of its entries, and an
/// empty list passes nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// Requests whose place lies in the box; with a box, requests without a place never pass.
    pub bbox: Option<Bbox>,
    /// Ids of services of the request.
    pub services: Option<Vec<i64>>,
    /// Ids of services that never pass.
    pub except: Vec<i64>,
    /// Words of the status of its case.
    pub statuses: Option<Vec<String>>,
    /// Ids of jurisdictions; a request passes when its case lies in any of them.
    pub jurisdictions: Option<Vec<i64>>,
    /// The first day, inclusive.
    pub from: Option<Day>,
    /// The last day, inclusive.
    pub to: Option<Day>,
}

/// A box in degrees, its edges included. Where `west` is greater than `east` it crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bbox {
    /// Western edge, longitude.
    pub west: f64,
    /// Southern edge, latitude.
    pub south: f64,
    /// Eastern edge, longitude.
    pub east: f64,
    /// Northern edge, latitude.
    pub north: f64,
}

impl Bbox {
    /// Whether a place lies in the box. Never for one that is not a number.
    pub fn contains(&self, lon: f64, lat: f64) -> bool {
        let across = if self.west <= self.east { lon >= self.west && lon <= self.east } else { lon >= self.west || lon <= self.east };
        across && lat >= self.south && lat <= self.north
    }

    /// The box and so many metres more on each side. Near a pole, or where it goes round the world, every longitude is in it.
    pub(super) fn widened(&self, metres: f64) -> Bbox {
        let up = metres / METRES_IN_A_DEGREE;
        let (south, north) = ((self.south - up).max(-90.0), (self.north + up).min(90.0));
        let aside = up / south.abs().max(north.abs()).to_radians().cos().max(1e-9);
        let width = if self.west <= self.east { self.east - self.west } else { self.east - self.west + 360.0 };
        if width + 2.0 * aside >= 360.0 {
            return Bbox { west: -180.0, south, east: 180.0, north };
        }
        Bbox { west: wrapped(self.west - aside), south, east: wrapped(self.east + aside), north }
    }

    /// How the box holds everything inside `extent`.
    pub(super) fn fit(&self, extent: &Extent) -> Fit {
        if extent.north < self.south || extent.south > self.north {
            return Fit::Outside;
        }
        let (outside, across) = if self.west <= self.east {
            (extent.east < self.west || extent.west > self.east, extent.west >= self.west && extent.east <= self.east)
        } else {
            (extent.east < self.west && extent.west > self.east, extent.west >= self.west || extent.east <= self.east)
        };
        match (outside, across && extent.south >= self.south && extent.north <= self.north) {
            (true, _) => Fit::Outside,
            (false, true) => Fit::Inside,
            (false, false) => Fit::Partly,
        }
    }
}

/// How much of an [`Extent`] a [`Bbox`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Outside,
    Partly,
    Inside,
}

/// The smallest and greatest coordinates of some places; never crosses the antimeridian.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl Extent {
    pub(super) const EMPTY: Extent =
        Extent { west: f64::INFINITY, south: f64::INFINITY, east: f64::NEG_INFINITY, north: f64::NEG_INFINITY };

    pub(super) fn point(lon: f64, lat: f64) -> Extent {
        Extent { west: lon, south: lat, east: lon, north: lat }
    }

    pub(super) fn and(&self, other: &Extent) -> Extent {
        Extent {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CITY: Bbox = Bbox { west: -88.0, south: 41.0, east: -87.0, north: 42.0 };
    const FIJI: Bbox = Bbox { west: 177.0, south: -20.0, east: -178.0, north: -15.0 };

    #[test]
    fn edges_belong_to_the_box() {
        assert!(CITY.contains(-88.0, 41.0) && CITY.contains(-87.0, 42.0));
        assert!(!CITY.contains((-88.0f64).next_down(), 41.0) && !CITY.contains(f64::NAN, 41.5) && !CITY.contains(-87.5, f64::NAN));
    }

    #[test]
    fn a_box_across_the_antimeridian_holds_both_sides_and_not_the_rest_of_the_world() {
        assert!(FIJI.contains(179.0, -18.0) && FIJI.contains(-179.0, -18.0) && FIJI.contains(180.0, -18.0));
        assert!(!FIJI.contains(0.0, -18.0) && !FIJI.contains(-177.9, -18.0) && !FIJI.contains(179.0, -21.0));
        let both = Extent::point(179.9, -18.0).and(&Extent::point(-179.9, -18.0));
        assert_eq!(FIJI.fit(&both), Fit::Partly);
        assert_eq!(FIJI.fit(&Extent::point(178.0, -18.0)), Fit::Inside);
        assert_eq!(FIJI.fit(&Extent::point(0.0, -18.0)), Fit::Outside);
    }
}
