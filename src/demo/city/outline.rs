//! Where Alderford ends and how it is divided. Corners are placed by hand; each border between two corners is drawn once and used by
//! both neighbours, so that districts meet exactly, without gap or overlap. It knows no streets and no people.

use ::geo::{BoundingRect, Coord, LineString, MultiPolygon, Polygon, Rect};

use super::frame::{at, blob, line, smooth, wander};
use crate::demo::dice::Dice;

/// An area with a code and a name: one jurisdiction of a layer.
#[derive(Clone, Debug)]
pub struct Area {
    /// Unique within its layer, such as `old-town`.
    pub code: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Code of the team that works there, if the layer has teams.
    pub team: Option<&'static str>,
    /// Which wins where areas of one layer overlap; the lower one does.
    pub precedence: i64,
    /// People who live there (districts only).
    pub people: u32,
    /// Its outline in degrees.
    pub shape: MultiPolygon<f64>,
    /// The box around the outline.
    pub bounds: Rect<f64>,
}

impl Area {
    pub(super) fn new(code: &'static str, name: &'static str, team: Option<&'static str>, shape: Vec<Polygon<f64>>) -> Area {
        let shape = MultiPolygon(shape);
        let bounds = shape.bounding_rect().expect("every area is drawn with corners");
        Area { code, name, team, precedence: 0, people: 0, shape, bounds }
    }

    /// Whether the area holds a place in degrees. A place on the border falls to one side: good for drawing, not for routing.
    pub fn holds(&self, place: Coord<f64>) -> bool {
        let (low, high) = (self.bounds.min(), self.bounds.max());
        let in_box = low.x <= place.x && place.x <= high.x && low.y <= place.y && place.y <= high.y;
        in_box && self.shape.0.iter().any(|polygon| super::in_polygon(polygon, place))
    }
}

const CORNERS: &[(&str, f64, f64)] = &[
    ("A", -5800.0, 3500.0),
    ("B", -3700.0, 4250.0),
    ("C", -1650.0, 4400.0),
    ("D", 1350.0, 4500.0),
    ("E", 3100.0, 4420.0),
    ("F", 4900.0, 4300.0),
    ("G", 5900.0, 2900.0),
    ("H", 6000.0, 700.0),
    ("I", 5850.0, -1600.0),
    ("J", 5000.0, -4050.0),
    ("K", 1900.0, -4480.0),
    ("L", -2300.0, -4350.0),
    ("M", -5100.0, -4150.0),
    ("N", -5950.0, -1400.0),
    ("r1", -750.0, 2350.0),
    ("r2", 650.0, 850.0),
    ("r3", 900.0, -1250.0),
    ("r4", 1200.0, -2350.0),
    ("p", -2500.0, 1500.0),
    ("q", -2450.0, -950.0),
    ("w", 1150.0, 2600.0),
    ("x", 3150.0, 2900.0),
    ("y", 4250.0, 1750.0),
    ("z", 2500.0, 350.0),
    ("v", 3000.0, -1950.0),
];

/// The middle of the River Alder, from beyond the northern edge to beyond the southern one; named corners lie on it.
pub(super) const RIVER: &[(f64, f64)] = &[
    (-2100.0, 5600.0),
    (-1650.0, 4400.0),
    (-1350.0, 3400.0),
    (-750.0, 2350.0),
    (-50.0, 1650.0),
    (650.0, 850.0),
    (1000.0, -150.0),
    (900.0, -1250.0),
    (980.0, -1800.0),
    (1200.0, -2350.0),
    (1480.0, -3400.0),
    (1900.0, -4480.0),
    (2150.0, -5500.0),
];
const RIVER_PIECES: usize = 10;

// borders that follow a road: the bends between their corners
const ROADS: &[(&str, &str, &[(f64, f64)])] = &[
    ("p", "q", &[(-2800.0, 700.0), (-2620.0, -150.0)]),
    ("q", "r3", &[(-1550.0, -1330.0), (-350.0, -1080.0)]),
    ("r2", "z", &[(1300.0, 620.0), (1900.0, 560.0)]),
];

/// The river's middle as a smooth line on the board.
pub(super) fn river() -> Vec<Coord<f64>> {
    smooth(&RIVER.iter().map(|(x, y)| at(*x, *y)).collect::<Vec<_>>(), RIVER_PIECES)
}

fn corner(name: &str) -> Coord<f64> {
    let found = CORNERS.iter().find(|(known, ..)| *known == name);
    let (_, x, y) = found.expect("districts are written with known corners, and a test draws them all");
    at(*x, *y)
}

/// The border between two corners, from the first to the second; asked the other way round it is the same line reversed.
pub(super) fn border(from: &str, to: &str, seed: u64) -> Vec<Coord<f64>> {
    if from > to {
        return border(to, from, seed).into_iter().rev().collect();
    }
    let (start, end) = (corner(from), corner(to));
    let on_river = |place: Coord<f64>| RIVER.iter().position(|(x, y)| at(*x, *y) == place);
    if let (Some(i), Some(j)) = (on_river(start), on_river(end)) {
        let piece = &river()[i.min(j) * RIVER_PIECES..=i.max(j) * RIVER_PIECES];
        return if i < j { piece.to_vec() } else { piece.iter().rev().copied().collect() };
    }
    if let Some((.., bends)) = ROADS.iter().find(|(a, b, _)| (*a, *b) == (from, to)) {
        let mut places = vec![start];
        places.extend(bends.iter().map(|(x, y)| at(*x, *y)));
        places.push(end);
        return smooth(&places, 8);
    }
    let outer = |name: &str| name.chars().all(char::is_uppercase);
    let roughness = if outer(from) && outer(to) { 0.09 } else { 0.13 };
    wander(start, end, roughness, 130.0, &mut Dice::named(seed, &format!("border {from}{to}")))
}

fn ring(corners: &str, seed: u64) -> LineString<f64> {
    let names: Vec<&str> = corners.split(' ').collect();
    let mut places = Vec::new();
    for (i, name) in names.iter().enumerate() {
        places.extend(border(name, names[(i + 1) % names.len()], seed));
        places.pop();
    }
    places.push(places[0]);
    line(&places)
}

fn area(code: &'static str, name: &'static str, team: Option<&'static str>, people: u32, corners: &str, seed: u64) -> Area {
    with_quarry(Area { people, ..Area::new(code, name, team, vec![Polygon::new(ring(corners, seed), vec![])]) }, seed)
}

/// The old quarry, an island inside Eastbank, belongs to Lakeshore and the north: others have a hole there.
fn with_quarry(area: Area, seed: u64) -> Area {
    let mut polygons = area.shape.0;
    match area.code {
        "eastbank" | "east" => polygons[0].interiors_push(quarry(seed)),
        "lakeshore" | "north" => polygons.push(Polygon::new(quarry(seed), vec![])),
        _ => {}
    }
    Area { people: area.people, ..Area::new(area.code, area.name, area.team, polygons) }
}

fn quarry(seed: u64) -> LineString<f64> {
    line(&blob(at(4550.0, 150.0), at(560.0, 430.0), 0.16, &mut Dice::named(seed, "quarry")))
}

/// The outline of the whole city.
pub(super) fn city(seed: u64) -> Area {
    area("alderford", "City of Alderford", None, 170_100, "A B C D E F G H I J K L M N", seed)
}

/// The nine districts. The old quarry, an island inside Eastbank, belongs to Lakeshore: Eastbank has a hole, Lakeshore two parts.
pub(super) fn districts(seed: u64) -> Vec<Area> {
    vec![
        area("old-town", "Old Town", Some("roads-old-town"), 20_100, "r1 r2 r3 q p", seed),
        area("eastbank", "Eastbank", Some("roads-eastbank"), 21_500, "r2 z y H I v r4 r3", seed),
        area("harbor", "Harbor", Some("roads-harbor"), 16_100, "r4 v I J K", seed),
        area("mill-end", "Mill End", Some("roads-mill-end"), 19_500, "A B C r1 p q N", seed),
        area("creekside", "Creekside", Some("roads-creekside"), 18_400, "D E x y z r2 w", seed),
        area("southbank", "Southbank", Some("roads-southbank"), 20_400, "q r3 r4 K L", seed),
        area("larkfield", "Larkfield", Some("roads-larkfield"), 18_600, "N q L M", seed),
        area("weir-hill", "Weir Hill", Some("roads-weir-hill"), 19_600, "C D w r2 r1", seed),
        area("lakeshore", "Lakeshore", Some("roads-lakeshore"), 15_900, "E F G H y x", seed),
    ]
}

/// Four areas of the city's works depots, each made of whole districts.
pub(super) fn maintenance(seed: u64) -> Vec<Area> {
    vec![
        area("west", "Depot area West", Some("depot-west"), 0, "A B C r1 r2 r3 q L M N", seed),
        area("south", "Depot area South", Some("depot-south"), 0, "q r3 r4 v I J K L", seed),
        area("east", "Depot area East", Some("depot-east"), 0, "r2 z y H I v r4 r3", seed),
        area("north", "Depot area North", Some("depot-north"), 0, "C D E F G H y z r2 r1", seed),
    ]
}
