//! Shapes of the ground in memory, found by where they lie and cut into tiles when asked.

use ::geo::Coord;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use super::About;
use crate::error::Result;
use crate::tiles::address::{Address, EXTENT, world};
use crate::tiles::drawing::{Drawing, Tag};

/// The deepest zoom that is cut; deeper ones are drawn from it.
const DEEPEST: u8 = 16;

/// Units around a tile in which shapes still reach into it.
const REACH: f64 = 160.0;

/// Layers of Protomaps' schema, in the order in which they lie upon each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Land.
    Earth,
    /// Parks, woods, greens.
    Landuse,
    /// Rivers, lakes, basins, and the lines their names follow.
    Water,
    /// Streets, paths, rails.
    Roads,
    /// Houses.
    Buildings,
    /// Names of quarters.
    Places,
    /// Stations and the like.
    Pois,
}

impl Layer {
    fn name(self) -> &'static str {
        match self {
            Layer::Earth => "earth",
            Layer::Landuse => "landuse",
            Layer::Water => "water",
            Layer::Roads => "roads",
            Layer::Buildings => "buildings",
            Layer::Places => "places",
            Layer::Pois => "pois",
        }
    }
}

/// A shape in degrees: x is east, y is north.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A point.
    Point(Coord<f64>),
    /// A line.
    Line(Vec<Coord<f64>>),
    /// Closed rings: the outline, then holes.
    Area(Vec<Vec<Coord<f64>>>),
}

/// One thing on the ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Which layer it is in.
    pub layer: Layer,
    /// What it is, in the schema's word.
    pub kind: &'static str,
    /// What is written on it; for a house its number. May be empty.
    pub name: String,
    /// The first zoom at which it is drawn.
    pub from_zoom: u8,
    /// Its shape.
    pub shape: Shape,
}

/// See the module.
pub struct Features {
    /// In the order in which they are drawn; their shapes in the square world.
    all: Vec<Feature>,
    tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    bounds: Option<[f64; 4]>,
}

impl Features {
    /// Makes them ready to be found.
    pub fn new(mut all: Vec<Feature>) -> Features {
        let extent = |corners: &mut dyn Iterator<Item = &Coord<f64>>| {
            corners.fold(None, |box_: Option<[f64; 4]>, c| {
                let [w, s, e, n] = box_.unwrap_or([c.x, c.y, c.x, c.y]);
                Some([w.min(c.x), s.min(c.y), e.max(c.x), n.max(c.y)])
            })
        };
        let bounds = extent(&mut all.iter().flat_map(|feature| feature.shape.corners()));
        all.sort_by_key(|feature| feature.layer);
        all.iter_mut().for_each(|feature| feature.shape.project());
        let found = |(nth, feature): (usize, &Feature)| {
            let [west, north, east, south] = extent(&mut feature.shape.corners())?;
            Some(GeomWithData::new(Rectangle::from_corners([west, north], [east, south]), nth))
        };
        let tree = RTree::bulk_load(all.iter().enumerate().filter_map(found).collect());
        Features { all, tree, bounds }
    }

    pub(super) fn about(&self) -> Option<About> {
        self.bounds.map(|bounds| About { zooms: (0, DEEPEST), bounds })
    }

    /// Draws what is seen of them.
    pub(super) fn draw(&self, at: Address, drawing: &mut Drawing) -> Result<()> {
        if at.zoom() > DEEPEST {
            return Ok(());
        }
        let (x, y) = at.column_row();
        let side = f64::from(1u32 << at.zoom());
        let reach = REACH / f64::from(EXTENT);
        let edge = |at: u32, out: f64| (f64::from(at) + out) / side;
        let seen = AABB::from_corners([edge(x, -reach), edge(y, -reach)], [edge(x + 1, reach), edge(y + 1, reach)]);
        let mut found: Vec<usize> = self.tree.locate_in_envelope_intersecting(&seen).map(|found| found.data).collect();
        found.sort_unstable();
        let mut layer = None;
        for feature in found.into_iter().map(|nth| &self.all[nth]).filter(|feature| feature.from_zoom <= at.zoom()) {
            if layer.replace(feature.layer) != Some(feature.layer) {
                drawing.layer(feature.layer.name())?;
            }
            let name_key = if feature.layer == Layer::Buildings { "addr_housenumber" } else { "name" };
            let tags = [("kind", Tag::Text(feature.kind)), (name_key, Tag::Text(&feature.name))];
            let tags = if feature.name.is_empty() { &tags[..1] } else { &tags[..] };
            match &feature.shape {
                Shape::Point(place) => drawing.point(*place, tags)?,
                Shape::Line(points) => drawing.line(points, tags)?,
                Shape::Area(rings) => drawing.area(rings, tags)?,
            }
        }
        Ok(())
    }
}

impl Shape {
    fn corners(&self) -> Box<dyn Iterator<Item = &Coord<f64>> + '_> {
        match self {
            Shape::Point(place) => Box::new(std::iter::once(place)),
            Shape::Line(points) => Box::new(points.iter()),
            Shape::Area(rings) => Box::new(rings.iter().flatten()),
        }
    }

    fn project(&mut self) {
        let project = |c: &mut Coord<f64>| *c = world(c.x, c.y);
        match self {
            Shape::Point(place) => project(place),
            Shape::Line(points) => points.iter_mut().for_each(project),
            Shape::Area(rings) => rings.iter_mut().flatten().for_each(project),
        }
    }
}
