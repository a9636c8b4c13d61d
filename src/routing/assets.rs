//! What the city keeps near a request, for the rules that ask: assets of the kinds that some rule names, and no others.
//!
//! Pure: it is handed assets and measures. The nearest one of a kind speaks for the place, so that at a corner the road that it lies on
//! decides, not every road within reach.

use std::collections::{HashMap, HashSet};

use crate::gazetteer::Asset;
use crate::geo::{Point, Things};

/// Assets by the code of their kind.
#[derive(Debug, Default)]
pub struct Assets {
    kinds: HashMap<String, Kind>,
}

#[derive(Debug)]
struct Kind {
    things: Things,
    assets: Vec<Said>,
}

#[derive(Debug)]
struct Said {
    name: String,
    properties: HashMap<String, String>,
}

/// The nearest asset of a kind.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// What people call it; may be empty.
    pub name: &'a str,
    /// Metres from the request.
    pub metres: f64,
    properties: &'a HashMap<String, String>,
}

impl Found<'_> {
    /// What is known of it under this name; nothing is the empty text.
    #[must_use]
    pub fn says(&self, property: &str) -> &str {
        self.properties.get(&property.to_lowercase()).map_or("", String::as_str)
    }
}

impl Assets {
    /// Adds a kind; of each asset those properties are kept that some rule asks for.
    pub fn put(&mut self, kind: String, assets: Vec<Asset>, asked: &HashSet<String>) {
        let things = Things::new(assets.iter().map(|asset| &asset.geometry).enumerate());
        let said = |asset: Asset| Said {
            name: asset.name,
            properties: asset.properties.into_iter().filter(|(name, _)| asked.contains(name)).collect(),
        };
        self.kinds.insert(kind, Kind { things, assets: assets.into_iter().map(said).collect() });
    }

    /// The nearest asset of a kind within so many metres.
    #[must_use]
    pub fn nearest(&self, kind: &str, point: Point, within_m: f64) -> Option<Found<'_>> {
        let kind = self.kinds.get(kind)?;
        let near = *kind.things.within(point, within_m).first()?;
        let said = kind.assets.get(near.thing)?;
        Some(Found { name: &said.name, metres: near.metres, properties: &said.properties })
    }
}

/// A point and what is near it. Nothing is looked for until a rule asks.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The assets.
    pub assets: &'a Assets,
    /// Where the request is.
    pub point: Point,
}
