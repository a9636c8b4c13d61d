//! Boundaries from GeoJSON (RFC 7946), read strictly: all features of a file, or the list of what is wrong with them.
//!
//! What has one clear meaning is put right (winding, repeated positions) and what needed a decision is reported (a ring that touches
//! itself, an area across the antimeridian). What could mean two things is refused with the feature, ring and position: rings that are not
//! closed or cross, axes that look swapped, metres or feet, other coordinate systems, TopoJSON. `bbox` members are not read.

mod contacts;
mod json;
mod polygon;
mod ring;

use std::fmt;
use std::fmt::Write as _;

use geo::MultiPolygon;
use serde_json::{Map, Value};

/// How much is read, and where it should lie.
#[derive(Clone, Debug)]
pub struct Limits {
    /// At most this many features.
    pub features: usize,
    /// At most this many positions in all features together.
    pub positions: usize,
    /// At most this many problems are listed; the rest is counted.
    pub problems: usize,
    /// West, south, east, north of the city, where known: what lies elsewhere, but would lie here with its axes swapped, is refused.
    pub city: Option<[f64; 4]>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { features: 10_000, positions: 2_000_000, problems: 20, city: None }
    }
}

/// What a file holds.
#[derive(Debug)]
pub struct Reading {
    /// One for each feature, in the order of the file; never empty.
    pub areas: Vec<Area>,
    /// What was repaired, in words for the person who publishes it.
    pub repairs: Vec<Remark>,
}

/// One feature: valid polygons (shells counterclockwise, holes clockwise) and what the file says about them.
#[derive(Debug)]
pub struct Area {
    /// Its index in the file, from 0.
    pub index: usize,
    /// Its `id` member, a number or a text.
    pub id: Option<String>,
    /// Its properties.
    pub properties: Map<String, Value>,
    /// Degrees of WGS84; longitudes beyond ±180 where it crosses the antimeridian.
    pub polygons: MultiPolygon,
}

/// Where in the file something is; indices from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The feature's index.
    pub feature: Option<usize>,
    /// Its `id` and what looks like its name.
    pub named: String,
    /// The polygon of a multipolygon.
    pub polygon: Option<usize>,
    /// The ring; 0 is the outer one.
    pub ring: Option<usize>,
    /// The position in the ring.
    pub position: Option<usize>,
}

/// Something to say about a place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Where.
    pub place: Place,
    /// What, for a person.
    pub words: String,
}

/// Why a file was refused: nothing of it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The first problems, at most one for each feature.
    pub problems: Vec<Remark>,
    /// How many more features have problems.
    pub more: usize,
}

/// Reads a FeatureCollection, a Feature or a bare geometry of polygons.
///
/// # Errors
/// [`Refused`] lists what is wrong, with feature, ring and position.
pub fn read(text: &[u8], limits: &Limits) -> Result<Reading, Refused> {
    let features = json::features(text, limits)?;
    let mut reading = Reading { areas: Vec::with_capacity(features.len()), repairs: Vec::new() };
    let mut refused = Refused { problems: Vec::new(), more: 0 };
    for feature in features {
        match feature.and_then(|feature| polygon::area(feature, limits, &mut reading.repairs)) {
            Ok(area) => reading.areas.push(area),
            Err(problem) if refused.problems.len() < limits.problems.max(1) => refused.problems.push(problem),
            Err(_) => refused.more += 1,
        }
    }
    if refused.problems.is_empty() { Ok(reading) } else { Err(refused) }
}

impl Place {
    /// The same place, said more exactly.
    fn polygon(&self, polygon: usize) -> Self {
        Self { polygon: Some(polygon), ..self.clone() }
    }

    fn ring(&self, ring: usize) -> Self {
        Self { ring: Some(ring), ..self.clone() }
    }

    fn position(&self, position: usize) -> Self {
        Self { position: Some(position), ..self.clone() }
    }

    fn says(&self, words: impl Into<String>) -> Remark {
        Remark { place: self.clone(), words: words.into() }
    }
}

impl From<Remark> for Refused {
    fn from(problem: Remark) -> Self {
        Self { problems: vec![problem], more: 0 }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.place;
        let mut at = String::new();
        if let Some(feature) = place.feature {
            write!(at, "features[{feature}]")?;
        }
        if !place.named.is_empty() {
            write!(at, " ({})", place.named)?;
        }
        for (name, index) in [("polygon", place.polygon), ("ring", place.ring), ("position", place.position)] {
            if let Some(index) = index {
                write!(at, "{}{name} {index}", if at.is_empty() { "" } else { ", " })?;
            }
        }
        if at.is_empty() { f.write_str(&self.words) } else { write!(f, "{}: {}", at.trim_start(), self.words) }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if nth == 0 { "" } else { "\n" })?;
        }
        if self.more > 0 {
            write!(f, "\n… and {} more features with problems", self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
pub(in crate::geo) mod tests;
