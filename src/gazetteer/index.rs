//! All names and places in memory: streets with their houses, landmarks, crossings, and the words that lead to them. Pure; built whole from
//! what the tables hold, in about a second for a large city.

use std::collections::{BTreeMap, HashMap};

use geo::{BoundingRect, Centroid, Geometry};

use super::crossing::{Crossings, crossings};
use super::street::{House, Line, Range, Street};
use super::words::{Word, key, words};
use super::{AddressDraft, Asset};
use crate::geo::{Point, Things};

/// Lines of one name whose boxes are no further apart than so many metres are one street; farther ones are streets of the same name.
const ONE_STREET: f64 = 400.0;

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The street with this number.
    Street(u32),
    /// The landmark with this number.
    Landmark(u32),
}

/// A name that can be found.
#[derive(Debug)]
pub(super) struct Name {
    pub words: Vec<Word>,
    pub of: Of,
}

/// A place that people know by name.
#[derive(Debug)]
pub(super) struct Landmark {
    pub name: String,
    pub at: Point,
}

/// The gazetteer at one version.
#[derive(Debug, Default)]
pub struct Index {
    pub(super) version: i64,
    pub(super) streets: Vec<Street>,
    pub(super) landmarks: Vec<Landmark>,
    pub(super) names: Vec<Name>,
    /// Forms of words, sorted, and the names that have them.
    pub(super) forms: Vec<(String, Vec<u32>)>,
    pub(super) crossings: Crossings,
    pub(super) near: Near,
}

/// What is found by a place.
#[derive(Debug, Default)]
pub(super) struct Near {
    pub streets: Things,
    /// Houses by the place in `houses`.
    pub doors: Things,
    /// Street and place among its houses.
    pub houses: Vec<(u32, u32)>,
    pub landmarks: Things,
    pub crossings: Things,
    /// The streets of each crossing.
    pub pairs: Vec<(u32, u32)>,
}

impl Index {
    /// Of the streets, landmarks and addresses of one version.
    #[must_use]
    pub fn new(version: i64, lines: Vec<Asset>, landmarks: Vec<Asset>, addresses: Vec<AddressDraft>) -> Index {
        let mut streets = streets(lines);
        settle(&mut streets, addresses);
        let crossings = crossings(&streets);
        let mut index = Index { version, near: near(&streets, &landmarks, &crossings), streets, crossings, ..Index::default() };
        let known = landmarks.into_iter().filter(|landmark| !landmark.name.is_empty());
        index.landmarks = known.filter_map(|asset| Some(Landmark { at: heart(&asset.geometry)?, name: asset.name })).collect();
        index.index();
        index
    }

    /// Whether there is nothing to be found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The version of what it was made from.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    fn index(&mut self) {
        let streets = self.streets.iter().zip(0u32..).map(|(street, nth)| (street.name.as_str(), Of::Street(nth)));
        let landmarks = self.landmarks.iter().zip(0u32..).map(|(landmark, nth)| (landmark.name.as_str(), Of::Landmark(nth)));
        self.names = streets.chain(landmarks).map(|(name, of)| Name { words: words(name), of }).collect();
        let mut forms: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (name, nth) in self.names.iter().zip(0u32..) {
            for form in name.words.iter().flat_map(|word| [&word.full, &word.short]) {
                let names = forms.entry(form).or_default();
                if names.last() != Some(&nth) {
                    names.push(nth);
                }
            }
        }
        self.forms = forms.into_iter().map(|(form, names)| (form.to_owned(), names)).collect();
    }
}

/// Lines joined to streets: those of one name that lie together.
fn streets(lines: Vec<Asset>) -> Vec<Street> {
    let mut by_key: BTreeMap<String, Vec<Asset>> = BTreeMap::new();
    for asset in lines {
        by_key.entry(key(&asset.name)).or_default().push(asset);
    }
    by_key.remove("");
    let mut streets = Vec::new();
    for same in by_key.into_values() {
        let mut groups: Vec<Street> = Vec::new();
        for asset in same {
            let Some(bounds) = asset.geometry.bounding_rect() else { continue };
            let (low, high) = (bounds.min(), bounds.max());
            let mut street =
                Street { name: asset.name.clone(), bounds: [low.x, low.y, high.x, high.y], lines: lines_of(&asset), ..Street::default() };
            // whatever it joins becomes one with it
            let (joined, apart): (Vec<_>, Vec<_>) =
                groups.into_iter().partition(|other: &Street| gap(other.bounds, street.bounds) <= ONE_STREET);
            groups = apart;
            for other in joined {
                street.bounds = around(street.bounds, other.bounds);
                street.lines.extend(other.lines);
                street.name = other.name;
            }
            groups.push(street);
        }
        streets.extend(groups);
    }
    for street in &mut streets {
        street.metres = street.lines.iter().map(Line::metres).sum();
    }
    streets
}

fn lines_of(asset: &Asset) -> Vec<Line> {
    let number = |name: &str| asset.properties.get(name).and_then(|text| text.parse::<f64>().ok()).map(|number| number as u32);
    let ranges = Range::read(number);
    let line = |line: &geo::LineString| Line {
        corners: line.0.iter().map(|corner| Point { lon: corner.x, lat: corner.y }).collect(),
        ranges: ranges.clone(),
    };
    match &asset.geometry {
        Geometry::LineString(one) => vec![line(one)],
        Geometry::MultiLineString(all) => all.iter().map(line).collect(),
        _ => Vec::new(),
    }
}

/// Puts the houses into their streets; streets that only addresses name are made.
fn settle(streets: &mut Vec<Street>, addresses: Vec<AddressDraft>) {
    let mut by_key: HashMap<String, Vec<usize>> = HashMap::new();
    for (nth, street) in streets.iter().enumerate() {
        by_key.entry(key(&street.name)).or_default().push(nth);
    }
    for address in addresses {
        let at = Point { lon: address.lon, lat: address.lat };
        let Some(house) = House::new(address.number, address.zipcode, at) else { continue };
        let spot = [at.lon, at.lat, at.lon, at.lat];
        let same = by_key.entry(key(&address.street)).or_default();
        let nearest = same.iter().copied().min_by(|a, b| gap(streets[*a].bounds, spot).total_cmp(&gap(streets[*b].bounds, spot)));
        let nth = nearest.filter(|nth| gap(streets[*nth].bounds, spot) <= ONE_STREET).unwrap_or_else(|| {
            streets.push(Street { name: address.street, bounds: spot, ..Street::default() });
            same.push(streets.len() - 1);
            streets.len() - 1
        });
        let street = &mut streets[nth];
        street.bounds = around(street.bounds, spot);
        street.houses.push(house);
    }
    for street in streets {
        street.houses.sort_by(|a, b| a.number.cmp(&b.number).then_with(|| a.letters.cmp(&b.letters)));
    }
}

fn near(streets: &[Street], landmarks: &[Asset], crossings: &Crossings) -> Near {
    let coord = |point: &Point| geo::Coord { x: point.lon, y: point.lat };
    let dot = |point: &Point| Geometry::Point(coord(point).into());
    let drawn: Vec<(usize, Geometry)> = streets
        .iter()
        .enumerate()
        .flat_map(|(nth, street)| street.lines.iter().map(move |line| (nth, line)))
        .map(|(nth, line)| (nth, Geometry::LineString(line.corners.iter().map(coord).collect())))
        .collect();
    let houses: Vec<(u32, u32)> =
        streets.iter().zip(0u32..).flat_map(|(street, nth)| (0u32..).take(street.houses.len()).map(move |house| (nth, house))).collect();
    let doors: Vec<Geometry> = streets.iter().flat_map(|street| &street.houses).map(|house| dot(&house.at)).collect();
    let mut corners: Vec<((u32, u32), Point)> =
        crossings.iter().flat_map(|(pair, places)| places.iter().map(move |at| (*pair, *at))).collect();
    corners.sort_by_key(|(pair, _)| *pair);
    let dots: Vec<Geometry> = corners.iter().map(|(_, at)| dot(at)).collect();
    let named = landmarks.iter().filter(|landmark| !landmark.name.is_empty() && heart(&landmark.geometry).is_some());
    Near {
        streets: Things::new(drawn.iter().map(|(nth, line)| (*nth, line))),
        doors: Things::new(doors.iter().enumerate()),
        houses,
        landmarks: Things::new(named.map(|landmark| &landmark.geometry).enumerate()),
        crossings: Things::new(dots.iter().enumerate()),
        pairs: corners.into_iter().map(|(pair, _)| pair).collect(),
    }
}

/// A place for the pin that stands for a thing.
fn heart(geometry: &Geometry) -> Option<Point> {
    geometry.centroid().map(|centre| Point { lon: centre.x(), lat: centre.y() })
}

fn around(one: [f64; 4], other: [f64; 4]) -> [f64; 4] {
    [one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])]
}

/// Metres between two boxes, roughly; 0 where they overlap.
pub(super) fn gap(one: [f64; 4], other: [f64; 4]) -> f64 {
    let apart = |low: f64, high: f64, low_2: f64, high_2: f64| (low_2 - high).max(low - high_2).max(0.0);
    let lat = apart(one[1], one[3], other[1], other[3]) * 111_195.0;
    let lon = apart(one[0], one[2], other[0], other[2]) * 111_195.0 * one[1].to_radians().cos();
    lat.hypot(lon)
}
