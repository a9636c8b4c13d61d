//! A tile being drawn: shapes in the square world go in, what is seen of them comes out as bytes.

use ::geo::Coord;
use mvt::{GeomEncoder, GeomType, Layer, Tile};

use super::address::{Address, EXTENT};
use super::clip;
use crate::error::{Error, Result};

/// Units beyond the edge that are drawn too: the stroke of a line or half a name reaches over it.
pub(super) const MARGIN: f64 = 128.0;

/// A point nearer than this to the one before it is not seen: half a pixel of a tile shown at 512 pixels.
const FINE: f64 = 4.0;

/// What is said of a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tag<'a> {
    /// In words.
    Text(&'a str),
    /// As a number.
    Number(i64),
}

type Tags<'a> = &'a [(&'a str, Tag<'a>)];

/// See the module. Layers stand in the tile in the order in which they were begun.
pub struct Drawing {
    at: Address,
    tile: Tile,
    layer: Option<Layer>,
}

impl Drawing {
    /// An empty tile.
    pub fn new(at: Address) -> Drawing {
        Drawing { at, tile: Tile::new(EXTENT), layer: None }
    }

    /// What follows goes into this layer.
    pub fn layer(&mut self, name: &str) -> Result<()> {
        self.end_layer()?;
        self.layer = Some(self.tile.create_layer(name));
        Ok(())
    }

    /// A point; left out where it lies outside of the tile, so that it stands in one tile only.
    pub fn point(&mut self, place: Coord<f64>, tags: Tags<'_>) -> Result<()> {
        let at = self.at.units(place);
        let inside = 0.0..f64::from(EXTENT);
        if !inside.contains(&at.x) || !inside.contains(&at.y) {
            return Ok(());
        }
        self.add(GeomType::Point, &[vec![at]], tags)
    }

    /// A line.
    pub fn line(&mut self, points: &[Coord<f64>], tags: Tags<'_>) -> Result<()> {
        for part in clip::line(&self.seen(points), &square()) {
            self.add(GeomType::Linestring, &[part], tags)?;
        }
        Ok(())
    }

    /// An area: its outer ring and its holes.
    pub fn area(&mut self, rings: &[Vec<Coord<f64>>], tags: Tags<'_>) -> Result<()> {
        let mut cut = Vec::with_capacity(rings.len());
        for (nth, points) in rings.iter().enumerate() {
            // The standard tells holes from outlines by their turn: outlines clockwise on the screen.
            let ring = turned(clip::ring(&self.seen(points), &square()), nth == 0);
            match ring.is_empty() {
                true if nth == 0 => return Ok(()),
                true => {}
                false => cut.push(ring),
            }
        }
        self.add(GeomType::Polygon, &cut, tags)
    }

    /// The bytes; none where nothing was drawn.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        self.end_layer()?;
        self.tile.to_bytes().map_err(Error::internal)
    }

    fn end_layer(&mut self) -> Result<()> {
        match self.layer.take().filter(|layer| layer.num_features() > 0) {
            Some(layer) => self.tile.add_layer(layer).map_err(Error::internal),
            None => Ok(()),
        }
    }

    /// The line in units of the tile, without the points that nobody could tell apart. Its ends stay.
    fn seen(&self, points: &[Coord<f64>]) -> Vec<Coord<f64>> {
        let mut seen: Vec<Coord<f64>> = Vec::with_capacity(points.len());
        for (nth, point) in points.iter().enumerate() {
            let at = self.at.units(*point);
            let near = |last: &Coord<f64>| (last.x - at.x).abs() < FINE && (last.y - at.y).abs() < FINE;
            if nth == 0 || nth + 1 == points.len() || !seen.last().is_some_and(near) {
                seen.push(at);
            }
        }
        seen
    }

    fn add(&mut self, kind: GeomType, parts: &[Vec<Coord<f64>>], tags: Tags<'_>) -> Result<()> {
        let mut encoder = GeomEncoder::<i32>::new(kind);
        for part in parts {
            // The library closes rings itself.
            let points = if matches!(kind, GeomType::Polygon) { &part[..part.len() - 1] } else { &part[..] };
            for point in points {
                encoder.add_point(point.x.round() as i32, point.y.round() as i32).map_err(Error::internal)?;
            }
            encoder.complete_geom().map_err(Error::internal)?;
        }
        let layer = self.layer.take().ok_or_else(|| Error::internal("a shape was drawn before its layer was begun"))?;
        let mut feature = layer.into_feature(encoder.encode().map_err(Error::internal)?);
        for (key, tag) in tags {
            match tag {
                Tag::Text(text) => feature.add_tag_string(key, text),
                Tag::Number(number) => feature.add_tag_int(key, *number),
            }
        }
        self.layer = Some(feature.into_layer());
        Ok(())
    }
}

fn square() -> clip::Square {
    -MARGIN..=f64::from(EXTENT) + MARGIN
}

/// The ring turned as asked; empty if rounded to whole units it encloses nothing.
fn turned(mut ring: Vec<Coord<f64>>, clockwise: bool) -> Vec<Coord<f64>> {
    ring.iter_mut().for_each(|c| *c = Coord { x: c.x.round(), y: c.y.round() });
    ring.dedup();
    // Twice the area (Meister's shoelace formula); rows count downwards, so what is positive turns clockwise.
    let twice: f64 = ring.windows(2).map(|ends| ends[0].x * ends[1].y - ends[1].x * ends[0].y).sum();
    if twice == 0.0 {
        return Vec::new();
    }
    if (twice > 0.0) != clockwise {
        ring.reverse();
    }
    ring
}
