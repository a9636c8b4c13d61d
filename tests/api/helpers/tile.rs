//! Reads a vector tile: Mapbox Vector Tile 2.1 as its `.proto` has it, decoded by another library than wrote it.

use std::collections::BTreeMap;

use prost::Message;
use serde_json::Value;

#[derive(Message)]
struct Tile {
    #[prost(message, repeated, tag = "3")]
    layers: Vec<Layer>,
}

#[derive(Message)]
struct Layer {
    #[prost(uint32, required, tag = "15")]
    version: u32,
    #[prost(string, required, tag = "1")]
    name: String,
    #[prost(message, repeated, tag = "2")]
    features: Vec<Feature>,
    #[prost(string, repeated, tag = "3")]
    keys: Vec<String>,
    #[prost(message, repeated, tag = "4")]
    values: Vec<Tag>,
    #[prost(uint32, optional, tag = "5")]
    extent: Option<u32>,
}

#[derive(Message)]
struct Feature {
    #[prost(uint32, repeated, tag = "2")]
    tags: Vec<u32>,
    #[prost(uint32, optional, tag = "3")]
    kind: Option<u32>,
    #[prost(uint32, repeated, tag = "4")]
    geometry: Vec<u32>,
}

#[derive(Message)]
struct Tag {
    #[prost(string, optional, tag = "1")]
    text: Option<String>,
    #[prost(int64, optional, tag = "4")]
    number: Option<i64>,
}

/// A shape in a tile.
#[derive(Debug, Clone)]
pub struct Shape {
    /// 1 point, 2 line, 3 area.
    pub kind: u32,
    pub tags: BTreeMap<String, Value>,
    /// Parts or rings, in units of the tile.
    pub parts: Vec<Vec<(i64, i64)>>,
}

/// The shapes of each layer; asserts what the specification says every layer has.
pub fn read(bytes: &[u8]) -> BTreeMap<String, Vec<Shape>> {
    let tile = Tile::decode(bytes).expect("a vector tile");
    let read = |layer: Layer| {
        assert_eq!((layer.version, layer.extent), (2, Some(4096)));
        let value = |tag: &Tag| tag.text.clone().map(Value::from).or(tag.number.map(Value::from)).unwrap();
        let shape = |feature: &Feature| Shape {
            kind: feature.kind.unwrap(),
            tags: feature.tags.chunks(2).map(|tag| (layer.keys[tag[0] as usize].clone(), value(&layer.values[tag[1] as usize]))).collect(),
            parts: parts(&feature.geometry),
        };
        (layer.name.clone(), layer.features.iter().map(shape).collect())
    };
    tile.layers.into_iter().map(read).collect()
}

/// Commands to points (section 4.3 of the specification).
fn parts(geometry: &[u32]) -> Vec<Vec<(i64, i64)>> {
    let (mut parts, mut at, mut pen): (Vec<Vec<(i64, i64)>>, _, _) = (Vec::new(), 0, (0, 0));
    while at < geometry.len() {
        let (command, count) = (geometry[at] & 7, geometry[at] >> 3);
        at += 1;
        for _ in 0..if command == 7 { 0 } else { count } {
            let zigzag = |n: u32| i64::from(n >> 1) ^ -i64::from(n & 1);
            pen = (pen.0 + zigzag(geometry[at]), pen.1 + zigzag(geometry[at + 1]));
            at += 2;
            if command == 1 {
                parts.push(Vec::new());
            }
            parts.last_mut().unwrap().push(pen);
        }
    }
    parts
}
