//! Where a new request is compared: the circle of its service's radius, the cells that cover it and the box around it, worked out
//! once for the locks and for everything that is looked up there.

use crate::db::{Query, Tx};
use crate::error::Result;
use crate::geo::{self, Point, cell};

/// The surroundings of a place.
#[derive(Debug, Clone)]
pub struct Vicinity {
    /// The place.
    pub place: Point,
    radius_m: f64,
    ring: Vec<i64>,
    bounds: (Point, Point),
}

impl Vicinity {
    /// What lies within so many metres of a place.
    pub fn of(place: Point, radius_m: f64) -> Vicinity {
        Vicinity { place, radius_m, ring: cell::ring(place, radius_m), bounds: geo::bounds(place, radius_m) }
    }

    /// Keeps others from filing within reach until the transaction ends. Call it before reading what is there.
    pub async fn lock(&self, tx: &mut Tx) -> Result<()> {
        Ok(tx.lock(&cell::locks(&self.ring)).await?)
    }

    /// How far away a point is, if it lies within.
    pub fn metres_to(&self, point: Point) -> Option<f64> {
        Some(self.place.metres_to(point)).filter(|metres| *metres <= self.radius_m)
    }

    /// Completes the conditions on `case_record`: by cell, which the index finds, and of what is in the cells only the box, since the cells
    /// hold ten times as much as a circle of 30 m. `+ 0` says that these are no way to look for it.
    pub(super) fn hold<'q>(&self, query: Query<'q>) -> Query<'q> {
        let (south_west, north_east) = self.bounds;
        query
            .within(" and cell", self.ring.iter().copied())
            .push(" and lat + 0 >= ")
            .put(south_west.lat)
            .push(" and lat + 0 <= ")
            .put(north_east.lat)
            .push(" and lon + 0 >= ")
            .put(south_west.lon)
            .push(" and lon + 0 <= ")
            .put(north_east.lon)
    }
}
