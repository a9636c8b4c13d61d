//! A layer of jurisdictions as tiles: its areas, and one point for the name of each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ::geo::{Coord, InteriorPoint, LineString, MultiPolygon};

use super::address::{Address, world};
use super::drawing::{Drawing, Tag};
use crate::db::Db;
use crate::error::Result;
use crate::routing;

/// Boundaries that begin or end to be valid do so without a publication: outlines are read again after so long, in
/// milliseconds.
const FRESH: i64 = 60_000;

/// Outlines of layers in memory, read again when boundaries were published.
#[derive(Default)]
pub struct OutlineShelf(Mutex<HashMap<String, Kept>>);

struct Kept {
    version: i64,
    read_at: i64,
    outlines: Arc<Outlines>,
}

impl OutlineShelf {
    /// The outlines of a layer, and the version of the boundaries they are from.
    pub async fn get(&self, db: &Db, layer: &str, now: i64) -> Result<(i64, Arc<Outlines>)> {
        let version = routing::version(db).await?;
        let fresh = |kept: &&Kept| kept.version == version && (0..FRESH).contains(&(now - kept.read_at));
        if let Some(kept) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(layer).filter(fresh) {
            return Ok((version, kept.outlines.clone()));
        }
        let outlines = Arc::new(Outlines::new(routing::layer_areas(db, layer, now).await?));
        let kept = Kept { version, read_at: now, outlines: outlines.clone() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(layer.to_owned(), kept);
        Ok((version, outlines))
    }
}

/// The areas of a layer, ready to be drawn.
pub struct Outlines {
    areas: Vec<Area>,
}

struct Area {
    code: String,
    name: String,
    polygons: Vec<Vec<Vec<Coord<f64>>>>,
    /// Where its name stands: inside, also of a crescent.
    middle: Option<Coord<f64>>,
}

impl Outlines {
    /// Of areas with their codes and names.
    pub fn new(areas: impl IntoIterator<Item = (String, String, MultiPolygon<f64>)>) -> Outlines {
        let ring = |ring: &LineString<f64>| ring.0.iter().map(|c| world(c.x, c.y)).collect::<Vec<_>>();
        let area = |(code, name, shape): (String, String, MultiPolygon<f64>)| Area {
            middle: shape.interior_point().map(|point| world(point.x(), point.y())),
            polygons: shape.iter().map(|part| std::iter::once(part.exterior()).chain(part.interiors()).map(ring).collect()).collect(),
            code,
            name,
        };
        Outlines { areas: areas.into_iter().map(area).collect() }
    }

    /// What a tile shows of them.
    pub fn draw(&self, at: Address) -> Result<Vec<u8>> {
        let mut drawing = Drawing::new(at);
        drawing.layer("jurisdictions")?;
        for area in &self.areas {
            let tags = [("code", Tag::Text(&area.code)), ("name", Tag::Text(&area.name))];
            area.polygons.iter().try_for_each(|rings| drawing.area(rings, &tags))?;
        }
        drawing.layer("names")?;
        for area in &self.areas {
            if let Some(middle) = area.middle {
                drawing.point(middle, &[("code", Tag::Text(&area.code)), ("name", Tag::Text(&area.name))])?;
            }
        }
        drawing.finish()
    }
}
