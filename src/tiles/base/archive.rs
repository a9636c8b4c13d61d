//! A file of ready tiles: PMTiles 3 (<https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>), mapped into memory.

use std::path::Path;

use pmtiles::{AsyncPmTilesReader, Compression, MmapBackend, TileCoord, TileType};

use super::{About, Cut};
use crate::error::{Error, Result};
use crate::tiles::Address;

/// See the module.
pub struct Archive {
    reader: AsyncPmTilesReader<MmapBackend>,
    gzip: bool,
}

impl Archive {
    /// Opens a file; refuses one that holds something else than vector tiles, plain or packed by gzip.
    pub async fn open(path: &Path) -> Result<Archive> {
        let named = |problem: String| Error::invalid("file", format!("{}: {problem}", path.display()));
        let reader = AsyncPmTilesReader::new_with_path(path).await.map_err(|e| named(e.to_string()))?;
        let header = reader.get_header();
        if header.tile_type != TileType::Mvt {
            return Err(named(format!("holds {:?} tiles; the map draws vector tiles (MVT).", header.tile_type)));
        }
        let gzip = match header.tile_compression {
            Compression::Gzip => true,
            Compression::None => false,
            other => return Err(named(format!("its tiles are packed by {other:?}; pack them by gzip."))),
        };
        Ok(Archive { reader, gzip })
    }

    pub(super) fn about(&self) -> About {
        let header = self.reader.get_header();
        About {
            zooms: (header.min_zoom, header.max_zoom),
            bounds: [header.min_longitude, header.min_latitude, header.max_longitude, header.max_latitude],
        }
    }

    pub(super) async fn tile(&self, at: Address) -> Result<Option<Cut>> {
        let (x, y) = at.column_row();
        let coord = TileCoord::new(at.zoom(), x, y).map_err(Error::internal)?;
        let bytes = self.reader.get_tile(coord).await.map_err(Error::internal)?;
        Ok(bytes.map(|bytes| Cut { bytes: bytes.to_vec(), gzip: self.gzip }))
    }
}
