//! Which jurisdictions a point belongs to.
//!
//! The rule of the border: a point belongs, in each layer, to the first of all areas that do not have it outside, by precedence, then by
//! id. So a point on a border always has the same answer, whatever was asked before, on every node. Most points are answered by a grid
//! ([`raster`](super::raster)), the rest by exact predicates ([`outline`](super::outline)); both agree by test with asking every polygon.

use std::collections::HashMap;
use std::sync::Arc;

use geo::{Coord, MultiPolygon};

use super::Point;
use super::outline::{Outline, Position};
use super::raster::{Look, Raster};

/// An area and its rank.
#[derive(Clone, Debug)]
pub struct Jurisdiction {
    /// Names it in the answers.
    pub id: i64,
    /// The layer that it is in.
    pub layer: i64,
    /// The rank of its layer among the layers; lower comes first.
    pub layer_precedence: i64,
    /// Its rank in the layer; lower comes first.
    pub precedence: i64,
    /// Degrees of WGS84. Longitudes may run beyond ±180 where the area crosses the antimeridian; parts may overlap and count as one area.
    pub area: MultiPolygon,
}

/// A jurisdiction that does not have the point outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The jurisdiction.
    pub id: i64,
    /// Its layer.
    pub layer: i64,
    /// Whether the point is exactly on its border.
    pub on_border: bool,
}

/// All jurisdictions. Cheap to clone, shared by threads.
#[derive(Clone)]
pub struct Boundaries(Arc<Index>);

struct Index {
    /// Layer and id, by layer precedence, layer, precedence and id: the number of an area is its rank.
    names: Vec<(i64, i64)>,
    outlines: Vec<Outline>,
    by_id: HashMap<i64, usize>,
    raster: Raster,
    /// Whole turns of the earth by which a longitude may have to be carried on to meet an area.
    turns: Vec<f64>,
}

impl Boundaries {
    /// Builds the index: about a tenth of a second for a city of 200 areas with 1,000 edges each.
    #[must_use]
    pub fn new(mut jurisdictions: Vec<Jurisdiction>) -> Self {
        jurisdictions.sort_by_key(|j| (j.layer_precedence, j.layer, j.precedence, j.id));
        let outlines: Vec<Outline> = jurisdictions.iter().map(|j| Outline::new(&j.area)).collect();
        let raster = Raster::new(&outlines);
        let by_id = jurisdictions.iter().enumerate().map(|(rank, j)| (j.id, rank)).collect();
        let names = jurisdictions.iter().map(|j| (j.layer, j.id)).collect();
        let (west, east) = raster.width();
        let turns = [0.0, 360.0, -360.0].into_iter().filter(|turn| turn - 180.0 <= east && turn + 180.0 >= west).collect();
        Self(Arc::new(Index { names, outlines, by_id, raster, turns }))
    }

    /// All jurisdictions that do not have the point outside: layer by layer, and in each layer the one that it belongs to first.
    #[must_use]
    pub fn locate(&self, point: Point) -> Vec<Hit> {
        let mut found: Vec<(u32, bool)> = Vec::new();
        for turn in &self.0.turns {
            let at = Coord { x: point.lon + turn, y: point.lat };
            match self.0.raster.at(at) {
                Look::Nowhere => {}
                Look::Sole(rank) => found.push((rank, false)),
                Look::Cell(known) => {
                    found.extend(known.inside.iter().map(|&rank| (rank, false)));
                    found.extend(known.border.iter().filter_map(|&rank| self.0.border(rank, at)));
                }
            }
        }
        found.sort_unstable();
        found.dedup_by_key(|found| found.0);
        found.into_iter().map(|(rank, on_border)| self.hit(rank as usize, on_border)).collect()
    }

    /// The one jurisdiction of a layer that the point belongs to: what [`locate`](Self::locate) puts first there, without a list.
    #[must_use]
    pub fn owner(&self, layer: i64, point: Point) -> Option<Hit> {
        let index = &*self.0;
        let here = |rank: u32| index.names[rank as usize].0 == layer;
        let mut first: Option<(u32, bool)> = None;
        for turn in &index.turns {
            let at = Coord { x: point.lon + turn, y: point.lat };
            let found = match index.raster.at(at) {
                Look::Nowhere => None,
                Look::Sole(rank) => here(rank).then_some((rank, false)),
                Look::Cell(known) => {
                    let inside = known.inside.iter().copied().find(|&rank| here(rank));
                    // of those whose border is near only the ones that would come before it are asked
                    let before = known.border.iter().copied().take_while(|&rank| inside.is_none_or(|inside| rank < inside));
                    let border = before.filter(|&rank| here(rank)).find_map(|rank| index.border(rank, at));
                    border.or(inside.map(|rank| (rank, false)))
                }
            };
            first = [first, found].into_iter().flatten().min();
        }
        first.map(|(rank, on_border)| self.hit(rank as usize, on_border))
    }

    /// The one jurisdiction of each layer that the point belongs to, in the order of the layers.
    #[must_use]
    pub fn owners(&self, point: Point) -> Vec<Hit> {
        let mut hits = self.locate(point);
        hits.dedup_by_key(|hit| hit.layer);
        hits
    }

    /// Metres from the point to the nearest border of a jurisdiction, from inside or outside: within a thousandth up to 10 km. Nothing if
    /// there is no such jurisdiction.
    #[must_use]
    pub fn distance_to_border(&self, id: i64, point: Point) -> Option<f64> {
        let rank = *self.0.by_id.get(&id)?;
        Some(self.0.outlines[rank].metres_to_border(point)).filter(|metres| metres.is_finite())
    }

    /// The jurisdiction whose border is nearest, and how many metres away it is.
    #[must_use]
    pub fn nearest(&self, point: Point) -> Option<(i64, f64)> {
        let distances = self.0.names.iter().zip(&self.0.outlines).map(|(&(_, id), outline)| (id, outline.metres_to_border(point)));
        distances.filter(|(_, metres)| metres.is_finite()).min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// How many jurisdictions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.names.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.names.is_empty()
    }

    fn hit(&self, rank: usize, on_border: bool) -> Hit {
        let (layer, id) = self.0.names[rank];
        Hit { id, layer, on_border }
    }
}

impl Index {
    /// An area whose border is near, and whether the place is exactly on it; nothing if it has the place outside.
    fn border(&self, rank: u32, at: Coord) -> Option<(u32, bool)> {
        match self.outlines[rank as usize].position(at) {
            Position::Outside => None,
            position => Some((rank, position == Position::Border)),
        }
    }
}

#[cfg(test)]
#[path = "boundary_tests.rs"]
mod tests;
