//! Parks, woods and greens: the layer `park`, in which areas may overlap and precedence decides.

use ::geo::{LineString, Polygon};

use super::frame::{at, blob, line, smooth};
use super::outline::Area;
use crate::demo::dice::Dice;

// code, name, precedence, centre (m east, north), radii (m), roughness of the outline
type Row = (&'static str, &'static str, i64, f64, f64, f64, f64, f64);
const PARKS: &[Row] = &[
    ("mill-common", "Mill Common", 20, -3250.0, -1250.0, 520.0, 430.0, 0.14),
    ("larkfield-woods", "Larkfield Woods", 20, -4650.0, -2700.0, 760.0, 620.0, 0.2),
    ("larkfield-reserve", "Larkfield Nature Reserve", 10, -4250.0, -2350.0, 330.0, 260.0, 0.18),
    ("northgate-green", "Northgate Green", 10, -3000.0, 2450.0, 330.0, 260.0, 0.12),
    ("creekside-park", "Creekside Park", 10, 3350.0, 1350.0, 480.0, 380.0, 0.16),
    ("eastbank-rec", "Eastbank Recreation Ground", 10, 2350.0, -1700.0, 330.0, 240.0, 0.08),
    ("quarry-park", "Quarry Park", 10, 4550.0, 150.0, 420.0, 310.0, 0.12),
    ("lake-meadows", "Heron Lake Meadows", 20, 4400.0, 3080.0, 840.0, 640.0, 0.1),
    ("bird-sanctuary", "Heron Lake Bird Sanctuary", 10, 4830.0, 3400.0, 340.0, 270.0, 0.12),
    ("castle-gardens", "Castle Gardens", 10, -900.0, 1350.0, 230.0, 180.0, 0.12),
    ("guildhall-square", "Guildhall Square", 10, -1330.0, 330.0, 85.0, 65.0, 0.05),
    ("weir-gardens", "Weir Gardens", 10, -330.0, 3050.0, 260.0, 200.0, 0.14),
    ("south-common", "South Common", 10, -700.0, -3500.0, 430.0, 300.0, 0.15),
    ("tidewell-green", "Tidewell Green", 10, 3600.0, -3300.0, 280.0, 220.0, 0.1),
    ("bankside", "Bankside Walk", 20, 560.0, -1720.0, 250.0, 560.0, 0.12),
];

pub(super) fn parks(seed: u64) -> Vec<Area> {
    let mut dice = Dice::named(seed, "parks");
    let mut draw = |row: &Row| {
        let (code, name, precedence, x, y, wide, high, roughness) = *row;
        let ring = line(&blob(at(x, y), at(wide, high), roughness, &mut dice));
        Area { precedence, ..Area::new(code, name, Some("parks"), vec![Polygon::new(ring, vec![])]) }
    };
    PARKS.iter().map(&mut draw).collect()
}

/// The port authority's land: one area with two holes, the public ferry quay and a chapel that was there before the port.
pub(super) fn port(seed: u64) -> Area {
    let mut dice = Dice::named(seed, "port");
    let outer = line(&blob(at(2150.0, -3250.0), at(720.0, 620.0), 0.08, &mut dice));
    let holes = [(1960.0, -2780.0, 90.0, 60.0), (2550.0, -3450.0, 60.0, 75.0)];
    let holes = holes.map(|(x, y, wide, high)| line(&blob(at(x, y), at(wide, high), 0.06, &mut dice)));
    Area::new("port", "Port of Alderford", Some("port"), vec![Polygon::new(outer, holes.to_vec())])
}

/// Two footpaths through each park, from edge to edge with a bend at the middle.
pub(super) fn paths(seed: u64) -> Vec<LineString<f64>> {
    let mut dice = Dice::named(seed, "paths");
    let mut walk = |row: &Row, turn: (f64, f64)| {
        let (.., x, y, wide, high, _) = *row;
        let reach = |share: f64| at(x + wide * 0.8 * share * turn.0, y + high * 0.8 * share * turn.1);
        let bend = at(dice.between(-0.15, 0.15) * wide, dice.between(-0.15, 0.15) * high);
        line(&smooth(&[reach(-1.0), at(x, y) + bend, reach(1.0)], 8))
    };
    PARKS.iter().flat_map(|row| [walk(row, (0.8, 0.6)), walk(row, (-0.6, 0.8))]).collect()
}
