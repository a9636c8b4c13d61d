//! The base map: streets, water, parks and names under everything else, without anybody's server but ours.
//!
//! It comes from a PMTiles archive in the schema of Protomaps (<https://docs.protomaps.com/basemaps/layers>), from GeoJSON of
//! streets and areas tagged as in OpenStreetMap, or from shapes that somebody hands over (the invented city's); those are cut
//! into tiles of the same schema, so that one style draws them all.

mod archive;
mod features;
mod osm;

use std::path::Path;

pub use archive::Archive;
pub use features::{Feature, Features, Layer, Shape};

use super::Address;
use crate::error::{Error, Result};
use crate::tiles::Drawing;

/// Where tiles of the ground come from.
#[derive(Default)]
pub enum Base {
    /// Nowhere: the map stands on the city's own boundaries, or on somebody else's style.
    #[default]
    None,
    /// From shapes in memory.
    Features(Features),
    /// From a file of tiles.
    Archive(Archive),
}

/// A tile of the ground as it is sent.
pub struct Cut {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether they are packed by gzip.
    pub gzip: bool,
}

/// What a client has to know of the ground.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// The first and the last zoom there are tiles for.
    pub zooms: (u8, u8),
    /// West, south, east, north in degrees.
    pub bounds: [f64; 4],
}

impl Base {
    /// The ground in a file; no name is no ground.
    pub async fn open(file: &str) -> Result<Base> {
        let path = Path::new(file);
        let opened = match path.extension().and_then(|end| end.to_str()) {
            None if file.is_empty() => return Ok(Base::None),
            Some("pmtiles") => Archive::open(path).await.map(Base::Archive),
            _ => osm::read(path).map(|features| Base::Features(Features::new(features))),
        };
        opened.map_err(|e| Error::config("map.base", e))
    }

    /// What there is; nothing where there is no ground.
    pub fn about(&self) -> Option<About> {
        match self {
            Base::None => None,
            Base::Features(features) => features.about(),
            Base::Archive(archive) => Some(archive.about()),
        }
    }

    /// A tile; `None` where nothing is to be seen.
    pub async fn tile(&self, at: Address) -> Result<Option<Cut>> {
        match self {
            Base::None => Ok(None),
            Base::Features(features) => {
                let mut drawing = Drawing::new(at);
                features.draw(at, &mut drawing)?;
                let bytes = drawing.finish()?;
                Ok((!bytes.is_empty()).then_some(Cut { bytes, gzip: false }))
            }
            Base::Archive(archive) => archive.tile(at).await,
        }
    }
}
