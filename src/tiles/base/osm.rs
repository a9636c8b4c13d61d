//! GeoJSON with OpenStreetMap's tags (`highway`, `railway`, `natural`, `waterway`, `leisure`, `landuse`, `place`, `name`,
//! `addr:housenumber`) as features of the ground. What has no tag that is known here is left out; a file of which nothing is
//! known is refused.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use ::geo::Coord;
use flate2::read::MultiGzDecoder;
use geojson::{FeatureReader, GeometryValue, JsonObject};

use super::features::{Feature, Layer, Shape};
use crate::error::{Error, Result};

/// The most bytes that a file may have once unpacked.
const MOST_BYTES: u64 = 1 << 30;

/// Reads a file, plain or packed by gzip.
pub fn read(path: &Path) -> Result<Vec<Feature>> {
    let named = |problem: String| Error::invalid("file", format!("{}: {problem}", path.display()));
    let mut file = BufReader::new(File::open(path).map_err(|e| named(e.to_string()))?);
    let packed = file.fill_buf().map_err(|e| named(e.to_string()))?.starts_with(&[0x1f, 0x8b]);
    let plain: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut features = Vec::new();
    for (nth, feature) in FeatureReader::from_reader(plain.take(MOST_BYTES)).features().enumerate() {
        let feature = feature.map_err(|e| named(format!("feature {nth}: {e}")))?;
        let (Some(geometry), Some(tags)) = (feature.geometry, feature.properties) else { continue };
        let Some((layer, kind, from_zoom)) = known(&tags) else { continue };
        let name = word(&tags, if layer == Layer::Buildings { "addr:housenumber" } else { "name" }).unwrap_or_default().to_owned();
        features.extend(shapes(geometry.value).into_iter().map(|shape| Feature { layer, kind, name: name.clone(), from_zoom, shape }));
    }
    if features.is_empty() {
        return Err(named("has no feature with a tag of OpenStreetMap that is known here, like `highway`.".into()));
    }
    Ok(features)
}

fn word<'a>(tags: &'a JsonObject, key: &str) -> Option<&'a str> {
    tags.get(key)?.as_str().filter(|word| !word.is_empty())
}

/// What the tags make it: layer, kind, and the first zoom at which it is drawn.
fn known(tags: &JsonObject) -> Option<(Layer, &'static str, u8)> {
    if let Some(highway) = word(tags, "highway") {
        let (kind, from) = match highway {
            "motorway" | "motorway_link" | "trunk" | "trunk_link" => ("highway", 6),
            "primary" | "primary_link" => ("major_road", 8),
            "secondary" | "secondary_link" => ("major_road", 10),
            "tertiary" | "tertiary_link" => ("major_road", 11),
            "footway" | "path" | "cycleway" | "steps" | "pedestrian" | "bridleway" | "track" => ("path", 14),
            _ => ("minor_road", 11),
        };
        return Some((Layer::Roads, kind, from));
    }
    if word(tags, "railway").is_some_and(|word| matches!(word, "rail" | "light_rail" | "subway" | "tram")) {
        return Some((Layer::Roads, "rail", 11));
    }
    if word(tags, "natural") == Some("water") || word(tags, "water").is_some() {
        return Some((Layer::Water, "lake", 8));
    }
    if let Some(water) = word(tags, "waterway") {
        return Some((Layer::Water, if water == "river" { "river" } else { "stream" }, 9));
    }
    if word(tags, "leisure").is_some_and(|word| matches!(word, "park" | "garden" | "nature_reserve" | "recreation_ground" | "pitch")) {
        return Some((Layer::Landuse, "park", 10));
    }
    if word(tags, "landuse").or_else(|| word(tags, "natural")).is_some_and(|word| matches!(word, "forest" | "wood" | "grass" | "cemetery"))
    {
        return Some((Layer::Landuse, "park", 10));
    }
    if let Some(place) = word(tags, "place") {
        return Some(if matches!(place, "city" | "town") { (Layer::Places, "locality", 4) } else { (Layer::Places, "neighbourhood", 12) });
    }
    (word(tags, "addr:housenumber").is_some()).then_some((Layer::Buildings, "address", 16))
}

fn shapes(value: GeometryValue) -> Vec<Shape> {
    let coord = |p: &geojson::Position| Coord { x: p[0], y: p[1] };
    let line = |points: &[geojson::Position]| points.iter().map(coord).collect::<Vec<_>>();
    let area = |rings: &[Vec<geojson::Position>]| Shape::Area(rings.iter().map(|ring| line(ring)).collect());
    match &value {
        GeometryValue::Point { coordinates } => vec![Shape::Point(coord(coordinates))],
        GeometryValue::LineString { coordinates } => vec![Shape::Line(line(coordinates))],
        GeometryValue::MultiLineString { coordinates } => coordinates.iter().map(|part| Shape::Line(line(part))).collect(),
        GeometryValue::Polygon { coordinates } => vec![area(coordinates)],
        GeometryValue::MultiPolygon { coordinates } => coordinates.iter().map(|part| area(part)).collect(),
        _ => Vec::new(),
    }
}
