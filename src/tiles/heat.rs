//! The heat map as a tile: H3 cells and how many requests each holds. Cells at the edge are counted whole and stand in every tile that
//! they reach into, so that neighbours fit.

use h3o::{CellIndex, LatLng};

use super::address::{Address, world};
use super::drawing::{Drawing, MARGIN, Tag};
use crate::analytics::{Columns, FINEST, Filter};
use crate::error::{Error, Result};

/// The resolution whose cells are about two dozen pixels wide at a zoom: a few thousand fill a large screen.
pub fn resolution(zoom: u8) -> u8 {
    zoom.saturating_sub(3).min(FINEST)
}

/// The cells of a tile, with the counts of the requests that pass.
pub fn heat(columns: &Columns, filter: &Filter, at: Address) -> Result<Vec<u8>> {
    let mut drawing = Drawing::new(at);
    drawing.layer("heat")?;
    let here = Filter { bbox: Some(at.bbox(MARGIN)), ..filter.clone() };
    for (cell, count) in columns.whole_cells(&here, resolution(at.zoom())) {
        let index = CellIndex::try_from(cell).map_err(Error::internal)?;
        let middle = LatLng::from(index).lng();
        // A cell across the antimeridian goes on beyond it rather than round the world.
        let beside = |lon: f64| lon + ((middle - lon) / 360.0).round() * 360.0;
        let mut ring: Vec<_> = index.boundary().iter().map(|corner| world(beside(corner.lng()), corner.lat())).collect();
        ring.extend(ring.first().copied());
        drawing.area(&[ring], &[("cell", Tag::Text(&index.to_string())), ("count", Tag::Number(i64::from(count)))])?;
    }
    drawing.finish()
}
