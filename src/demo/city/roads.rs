//! The main roads and the railway, placed by hand, and the state roads' land as a layer of its own.

use ::geo::{Coord, Polygon};

use super::frame::{at, degrees, line, ribbon, smooth};
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
#[rustfmt::skip] // a row a road reads better than a line a bend
const ROADS: &[Row] = &[
    ("Foundry Avenue", Class::Highway, &[(-6300.0, -950.0), (-4900.0, -720.0), (-2500.0, -480.0), (-1000.0, -430.0), (200.0, -620.0), (950.0, -560.0), (2000.0, -320.0), (3300.0, -720.0), (4600.0, -700.0), (6300.0, -430.0)]),
    ("Northgate Road", Class::Highway, &[(-5000.0, -4700.0), (-5150.0, -2900.0), (-5000.0, -1500.0), (-4800.0, 0.0), (-4300.0, 1700.0), (-3650.0, 3000.0), (-3400.0, 4800.0)]),
    ("Weir Bridge Road", Class::Arterial, &[(-6300.0, 1200.0), (-4000.0, 850.0), (-2600.0, 1050.0), (-1600.0, 1550.0), (-650.0, 1820.0), (50.0, 2050.0), (900.0, 2050.0), (1900.0, 2400.0), (2900.0, 3150.0), (3700.0, 3950.0)]),
    ("Causeway", Class::Arterial, &[(900.0, 2050.0), (1030.0, 1250.0), (1700.0, 500.0), (2350.0, -300.0), (2850.0, -1150.0), (3300.0, -2100.0), (3750.0, -2900.0), (4300.0, -4800.0)]),
    ("Tidewell Road", Class::Arterial, &[(-2400.0, -3000.0), (-1100.0, -2950.0), (100.0, -2650.0), (1250.0, -2480.0), (2500.0, -2500.0), (3900.0, -2420.0), (6300.0, -2950.0)]),
    ("Lake Road", Class::Arterial, &[(5600.0, -1450.0), (5400.0, -300.0), (5250.0, 900.0), (5300.0, 1900.0), (5750.0, 3000.0), (5900.0, 3900.0)]),
    ("Mill Street", Class::Arterial, &[(-3620.0, 3050.0), (-2550.0, 2100.0), (-1950.0, 1000.0), (-1620.0, 150.0), (-1680.0, -600.0), (-2050.0, -1700.0), (-2500.0, -2800.0), (-2500.0, -4900.0)]),
    ("Weir Hill Road", Class::Arterial, &[(-1250.0, 4900.0), (-250.0, 3500.0), (450.0, 2950.0), (1500.0, 3250.0), (2600.0, 3500.0), (3700.0, 3950.0), (5400.0, 4600.0)]),
    ("Larkfield Road", Class::Arterial, &[(-6300.0, -1950.0), (-4500.0, -1850.0), (-3700.0, -2250.0), (-2300.0, -2350.0), (-1200.0, -2200.0), (-350.0, -2350.0), (100.0, -2650.0)]),
    ("Copper Road", Class::Arterial, &[(1200.0, -1250.0), (2200.0, -1300.0), (3400.0, -1330.0), (4500.0, -1250.0), (5600.0, -1450.0)]),
    ("Station Road", Class::Arterial, &[(-2750.0, 330.0), (-1620.0, 150.0), (-800.0, 300.0), (150.0, 250.0), (860.0, 180.0), (1700.0, 500.0)]),
    ("Priory Road", Class::Arterial, &[(-1950.0, 4900.0), (-1800.0, 3700.0), (-2050.0, 2500.0), (-2500.0, 1500.0)]),
    ("Heron Road", Class::Arterial, &[(2500.0, 350.0), (3300.0, 750.0), (4150.0, 1250.0), (5300.0, 1900.0)]),
    ("Eastquay", Class::Arterial, &[(1230.0, 300.0), (1270.0, -900.0), (1280.0, -1700.0), (1500.0, -2480.0)]),
    ("South Road", Class::Arterial, &[(-5060.0, -3950.0), (-2550.0, -3750.0), (-1300.0, -3950.0), (300.0, -3650.0), (1250.0, -2480.0)]),
    ("Mallow Road", Class::Arterial, &[(900.0, 2050.0), (1500.0, 1650.0), (2450.0, 1900.0), (3100.0, 2450.0), (3700.0, 3950.0)]),
];

// main roads that are the border between districts all along
const BORDER_ROADS: &[(&str, &str, &str)] = &[("West Wall", "p", "q"), ("South Wall", "q", "r3"), ("Abbey Road", "r2", "z")];

fn on_board(places: &[(f64, f64)]) -> Vec<Coord<f64>> {
    smooth(&places.iter().map(|(x, y)| at(*x, *y)).collect::<Vec<_>>(), 8)
}

/// The part of a line from its first to its last place in the city, lengthened to within a metre of the limits.
fn in_city(board: Vec<Coord<f64>>, limits: &Area) -> Vec<Coord<f64>> {
    let inside = |place: Coord<f64>| limits.holds(degrees(place));
    let Some(first) = board.iter().position(|place| inside(*place)) else { return vec![] };
    let last = board.iter().rposition(|place| inside(*place)).unwrap_or(first);
    let edge = |mut within: Coord<f64>, mut beyond: Coord<f64>| {
        for _ in 0..10 {
            let middle = (within + beyond) * 0.5;
            *if inside(middle) { &mut within } else { &mut beyond } = middle;
        }
        within
    };
    let entry = first.checked_sub(1).map(|before| edge(board[first], board[before]));
    let exit = board.get(last + 1).map(|after| edge(board[last], *after));
    entry.into_iter().chain(board[first..=last].iter().copied()).chain(exit).collect()
}

/// The main roads, each cut where it leaves the city.
pub(super) fn roads(seed: u64, limits: &Area) -> Vec<Road> {
    let drawn = ROADS.iter().map(|(name, class, places)| Road { name, class: *class, board: in_city(on_board(places), limits) });
    let borders = BORDER_ROADS.iter().map(|(name, from, to)| Road { name, class: Class::Arterial, board: outline::border(from, to, seed) });
    drawn.chain(borders).collect()
}

/// The land of the two state roads: 30 m to each side of their middle.
pub(super) fn state_roads(seed: u64, roads: &[Road]) -> Vec<Area> {
    let land = |name: &str| {
        let road = roads.iter().find(|road| road.name == name);
        let road = road.expect("the state roads are rows of the table above");
        let ring = line(&ribbon(&road.board, 30.0, 0.0, &mut Dice::named(seed, name)));
        vec![Polygon::new(ring, vec![])]
    };
    let area = |code, name, road| Area::new(code, name, Some("state-roads"), land(road));
    vec![area("sr-12", "State Route 12", "Foundry Avenue"), area("sr-40", "State Route 40", "Northgate Road")]
}

/// The railway's middle line on the board.
pub(super) fn railway(limits: &Area) -> Vec<Coord<f64>> {
    #[rustfmt::skip]
    let bends = [
        (-6100.0, 2150.0), (-4200.0, 300.0), (-2700.0, -1150.0), (-1000.0, -1500.0), (950.0, -1500.0), (2600.0, -2150.0), (4200.0, -1700.0), (6100.0, -1950.0),
    ];
    in_city(on_board(&bends), limits)
}
