//! Requests as a tile: clusters while many share a place on the screen, each request by itself where there is room.

use super::address::{Address, world};
use super::drawing::{Drawing, MARGIN, Tag};
use crate::analytics::{Cluster, Columns, FINEST, Filter, Pins};
use crate::error::Result;
use crate::geo::Point;
use crate::requests::Pinned;

/// From this zoom on every request of a tile stands by itself, unless there are too many.
const CLOSE: u8 = 15;

/// Requests that stand by themselves in one tile, at most: more are a carpet on the screen, and each is read from the database.
const SINGLE: usize = 1000;

/// The resolution whose cells are some sixty pixels wide at a zoom: plates with numbers fit beside each other.
pub fn gathered(zoom: u8) -> u8 {
    zoom.saturating_sub(5).min(FINEST)
}

/// What a tile shows; the numbers of single requests are then read from the database.
#[derive(Debug, Default, PartialEq)]
pub struct Shown {
    /// Clusters of more than one.
    pub clusters: Vec<Cluster>,
    /// Ids of requests that stand by themselves.
    pub single: Vec<i64>,
}

/// What a tile shows of the requests that pass.
pub fn shown(columns: &Columns, filter: &Filter, at: Address) -> Shown {
    let tile = at.bbox(0.0);
    let inside = Filter { bbox: Some(tile), ..filter.clone() };
    if at.zoom() >= CLOSE {
        let Pins { total, requests } = columns.pins(&inside, SINGLE);
        if total <= SINGLE as u64 {
            return Shown { clusters: Vec::new(), single: requests };
        }
    }
    let here = Filter { bbox: Some(at.bbox(MARGIN)), ..filter.clone() };
    let (single, clusters): (Vec<_>, Vec<_>) = columns
        .clusters(&here, gathered(at.zoom()))
        .into_iter()
        .filter(|cluster| tile.contains(cluster.lon, cluster.lat))
        .partition(|cluster| cluster.only.is_some());
    Shown { clusters, single: single.into_iter().filter_map(|cluster| cluster.only).collect() }
}

/// Draws it.
pub fn requests(at: Address, clusters: &[Cluster], single: &[(Point, Pinned)]) -> Result<Vec<u8>> {
    let mut drawing = Drawing::new(at);
    drawing.layer("clusters")?;
    for cluster in clusters {
        let [west, south, east, north] = cluster.extent;
        let extent = format!("[{west},{south},{east},{north}]");
        let cell = format!("{:x}", cluster.cell);
        let tags = [("count", Tag::Number(cluster.count as i64)), ("bbox", Tag::Text(&extent)), ("cell", Tag::Text(&cell))];
        drawing.point(world(cluster.lon, cluster.lat), &tags)?;
    }
    drawing.layer("requests")?;
    for (place, request) in single {
        let mut tags = vec![
            ("number", Tag::Text(&request.number)),
            ("service", Tag::Text(&request.service)),
            ("status", Tag::Text(request.status.word())),
            ("filed_at", Tag::Number(request.filed_at)),
        ];
        if request.within_m > 0.0 {
            tags.push(("within_m", Tag::Number(request.within_m as i64)));
        }
        drawing.point(world(place.lon, place.lat), &tags)?;
    }
    drawing.finish()
}
