//! The main roads and the railway, placed by hand, and the state roads' land as a layer of its own.

use ::geo::{Coord, MultiPolygon, Polygon};

use super::frame::{at, line, ribbon, smooth};
use super::outline::{self, Area};
use super::street::Class;
use crate::demo::dice::Dice;

/// A main road on the board.
pub(super) struct Road {
    pub(super) name: &'static str,
    pub(super) class: Class,
    pub(super) board: Vec<Coord<f64>>,
}

type Row = (&'static str, Class, &'static [(f64, f64)]);
const ROADS: &[Row] = &[
    (
        "Foundry Avenue",
        Class::Highway,
        &[
            (-5750.0, -900.0),
            (-4900.0, -720.0),
            (-2500.0, -480.0),
            (-1000.0, -430.0),
            (200.0, -620.0),
            (950.0, -560.0),
            (2000.0, -320.0),
            (3300.0, -720.0),
            (4600.0, -700.0),
            (5800.0, -480.0),
        ],
    ),
    (
        "Northgate Road",
        Class::Highway,
        &[
            (-5050.0, -4000.0),
            (-5150.0, -2900.0),
            (-5000.0, -1500.0),
            (-4800.0, 0.0),
            (-4300.0, 1700.0),
            (-3650.0, 3000.0),
            (-3450.0, 4180.0),
        ],
    ),
    (
        "Weir Bridge Road",
        Class::Arterial,
        &[
            (-5500.0, 1100.0),
            (-4000.0, 850.0),
            (-2600.0, 1050.0),
            (-1600.0, 1550.0),
            (-650.0, 1820.0),
            (50.0, 2050.0),
            (900.0, 2050.0),
            (1900.0, 2400.0),
            (2900.0, 3150.0),
            (3700.0, 3950.0),
        ],
    ),
    (
        "Causeway",
        Class::Arterial,
        &[(1050.0, 1150.0), (1700.0, 500.0), (2350.0, -300.0), (2850.0, -1150.0), (3300.0, -2100.0), (3750.0, -2900.0), (4100.0, -3950.0)],
    ),
    (
        "Tidewell Road",
        Class::Arterial,
        &[
            (-2400.0, -3000.0),
            (-1100.0, -2950.0),
            (100.0, -2650.0),
            (1250.0, -2480.0),
            (2500.0, -2500.0),
            (3900.0, -2420.0),
            (5350.0, -2750.0),
        ],
    ),
    ("Lake Road", Class::Arterial, &[(5600.0, -1450.0), (5400.0, -300.0), (5250.0, 900.0), (5300.0, 1900.0), (5680.0, 2700.0)]),
    (
        "Mill Street",
        Class::Arterial,
        &[
            (-3100.0, 3100.0),
            (-2550.0, 2100.0),
            (-1950.0, 1000.0),
            (-1620.0, 150.0),
            (-1680.0, -600.0),
            (-2050.0, -1700.0),
            (-2500.0, -2800.0),
            (-2550.0, -4150.0),
        ],
    ),
    (
        "Weir Hill Road",
        Class::Arterial,
        &[(-1150.0, 4250.0), (-250.0, 3500.0), (450.0, 2950.0), (1500.0, 3250.0), (2600.0, 3500.0), (3700.0, 3950.0), (4700.0, 4150.0)],
    ),
    (
        "Larkfield Road",
        Class::Arterial,
        &[(-5700.0, -1900.0), (-4500.0, -1850.0), (-3700.0, -2250.0), (-2300.0, -2350.0), (-1200.0, -2150.0), (100.0, -1900.0)],
    ),
    ("Copper Road", Class::Arterial, &[(1200.0, -1250.0), (2200.0, -1300.0), (3400.0, -1330.0), (4500.0, -1250.0), (5600.0, -1450.0)]),
    (
        "Station Road",
        Class::Arterial,
        &[(-2750.0, 330.0), (-1620.0, 150.0), (-800.0, 300.0), (150.0, 250.0), (860.0, 180.0), (1700.0, 500.0)],
    ),
    ("Priory Road", Class::Arterial, &[(-1450.0, 3250.0), (-2000.0, 2400.0), (-2500.0, 1500.0)]),
    ("Heron Road", Class::Arterial, &[(2500.0, 350.0), (3300.0, 750.0), (4150.0, 1250.0), (5300.0, 1900.0)]),
    ("Eastquay", Class::Arterial, &[(1230.0, 300.0), (1270.0, -900.0), (1280.0, -1700.0), (1500.0, -2480.0)]),
    ("South Road", Class::Arterial, &[(-4700.0, -3900.0), (-2550.0, -3750.0), (-1300.0, -3950.0), (300.0, -3650.0), (1250.0, -2480.0)]),
    ("Mallow Road", Class::Arterial, &[(900.0, 2050.0), (1500.0, 1650.0), (2450.0, 1900.0), (3100.0, 2450.0), (3700.0, 3950.0)]),
];

// main roads that are the border between districts all along
const BORDER_ROADS: &[(&str, &str, &str)] = &[("West Wall", "p", "q"), ("South Wall", "q", "r3"), ("Abbey Road", "r2", "z")];

fn on_board(places: &[(f64, f64)]) -> Vec<Coord<f64>> {
    smooth(&places.iter().map(|(x, y)| at(*x, *y)).collect::<Vec<_>>(), 8)
}

pub(super) fn roads(seed: u64) -> Vec<Road> {
    let drawn = ROADS.iter().map(|(name, class, places)| Road { name, class: *class, board: on_board(places) });
    let borders = BORDER_ROADS.iter().map(|(name, from, to)| Road { name, class: Class::Arterial, board: outline::border(from, to, seed) });
    drawn.chain(borders).collect()
}

/// The land of the two state roads: 30 m to each side of their middle.
pub(super) fn state_roads(seed: u64, roads: &[Road]) -> Vec<Area> {
    let land = |name: &str| {
        let road = roads.iter().find(|road| road.name == name);
        let road = road.expect("the state roads are rows of the table above");
        let ring = line(&ribbon(&road.board, 30.0, 0.0, &mut Dice::named(seed, name)));
        MultiPolygon(vec![Polygon::new(ring, vec![])])
    };
    let area = |code, name, shape| Area { code, name, team: Some("state-roads"), precedence: 0, people: 0, shape };
    vec![area("sr-12", "State Route 12", land("Foundry Avenue")), area("sr-40", "State Route 40", land("Northgate Road"))]
}

/// The railway's middle line on the board.
pub(super) fn railway() -> Vec<Coord<f64>> {
    on_board(&[
        (-5850.0, 1900.0),
        (-4200.0, 300.0),
        (-2700.0, -1150.0),
        (-1000.0, -1500.0),
        (950.0, -1500.0),
        (2600.0, -2150.0),
        (4200.0, -1700.0),
        (5850.0, -1900.0),
    ])
}
