//! The streets people live in: in each district a grid of its own direction and size, bent, broken by parks, water, fields and main
//! roads, and cut into streets. Sidestepping is by construction; nothing here repairs a bad street, it leaves it out.

use std::collections::HashMap;

use ::geo::Coord;

use super::City;
use super::frame::{at, degrees, gap};
use super::names::Names;
use super::outline::Area;
use super::roads::Road;
use super::street::{Class, Street};
use crate::demo::dice::{Dice, noise, smooth_noise};

// direction of the grid (a unit vector), block sizes in metres along and across it, how far it bends
type Grid = (&'static str, f64, f64, f64, f64, f64);
const GRIDS: &[Grid] = &[
    ("old-town", 0.8, 0.6, 105.0, 85.0, 85.0),
    ("eastbank", 0.96, -0.28, 170.0, 95.0, 40.0),
    ("harbor", 0.936, -0.352, 190.0, 115.0, 45.0),
    ("mill-end", 0.96, 0.28, 180.0, 105.0, 70.0),
    ("creekside", 0.8, 0.6, 170.0, 110.0, 90.0),
    ("southbank", 0.995, 0.099_874_921_777_190_9, 165.0, 100.0, 60.0),
    ("larkfield", 0.6, 0.8, 210.0, 120.0, 110.0),
    ("weir-hill", 0.8, -0.6, 175.0, 105.0, 100.0),
    ("lakeshore", 0.352, 0.936, 220.0, 130.0, 110.0),
];
/// A line is looked at in quarters of a block.
const QUARTERS: i64 = 4;
const CELL_M: f64 = 30.0;

/// What a street must not run beside: cells of 30 m near main roads and rails, each with the direction there.
pub(super) struct Beside(HashMap<(i64, i64), Coord<f64>>);

fn cell(place: Coord<f64>) -> (i64, i64) {
    ((place.x / CELL_M).floor() as i64, (place.y / CELL_M).floor() as i64)
}

impl Beside {
    pub(super) fn new<'a>(lines: impl Iterator<Item = &'a [Coord<f64>]>) -> Beside {
        let mut near = HashMap::new();
        for ends in lines.flat_map(|line| line.windows(2)) {
            let length = gap(ends[0], ends[1]);
            let direction = (ends[1] - ends[0]) / length;
            for step in 0..=(length / 15.0) as i64 {
                let (column, row) = cell(ends[0] + direction * (step as f64 * 15.0));
                for (dx, dy) in (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy))) {
                    near.entry((column + dx, row + dy)).or_insert(direction);
                }
            }
        }
        Beside(near)
    }

    fn forbids(&self, from: Coord<f64>, to: Coord<f64>) -> bool {
        let along = (to - from) / gap(from, to).max(0.001);
        let parallel = |direction: &Coord<f64>| (direction.x * along.x + direction.y * along.y).abs() > 0.8;
        self.0.get(&cell(from + (to - from) * 0.5)).is_some_and(parallel)
    }
}

/// Fields and meadows take more of the land towards the edge of the city.
fn built_up(seed: u64, place: Coord<f64>) -> bool {
    let (x, y) = (place.x / 5600.0, place.y / 4200.0);
    let outward = (x * x + y * y).sqrt();
    smooth_noise(seed ^ 0xf1e1d, place.x / 800.0, place.y / 800.0) > (outward - 0.5) * 1.05
}

struct Plan<'a> {
    seed: u64,
    grid: &'a Grid,
    district: &'a Area,
    city: &'a City,
    beside: &'a Beside,
}

impl Plan<'_> {
    /// A crossing of the grid (in quarters of blocks) as a place on the board.
    fn place(&self, along: i64, across: i64) -> Coord<f64> {
        let (_, c, s, long, wide, bend) = *self.grid;
        let (u, v) = (along as f64 * long / QUARTERS as f64, across as f64 * wide / QUARTERS as f64);
        let aside = |salt: u64| (smooth_noise(self.seed ^ salt, u / 900.0, v / 900.0) - 0.5) * 2.0 * bend;
        let (u, v) = (u + aside(0xa), v + aside(0xb));
        at(u * c - v * s, u * s + v * c)
    }

    fn allowed(&self, place: Coord<f64>) -> bool {
        let there = degrees(place);
        built_up(self.seed, place)
            && self.district.holds(there)
            && !self.city.parks.iter().any(|park| park.holds(there))
            && !self.city.near_water(place)
    }

    /// The unbroken runs of one line of the grid.
    fn runs(&self, line: i64, lengthwise: bool) -> Vec<Vec<(i64, Coord<f64>)>> {
        let reach = (13_000.0 / if lengthwise { self.grid.3 } else { self.grid.4 }) as i64 * QUARTERS / 2;
        let mut runs = vec![vec![]];
        for step in -reach..=reach {
            let place = if lengthwise { self.place(step, line * QUARTERS) } else { self.place(line * QUARTERS, step) };
            let missing = noise(self.seed ^ u64::from(lengthwise), line, step.div_euclid(QUARTERS)) < 0.09;
            let run: &mut Vec<(i64, Coord<f64>)> = runs.last_mut().expect("there is always a last run: it began with one");
            let blocked = run.last().is_some_and(|(_, before)| self.beside.forbids(*before, place));
            if missing || blocked || !self.allowed(place) {
                if !run.is_empty() {
                    runs.push(vec![]);
                }
            } else {
                run.push((step, place));
            }
        }
        runs
    }
}

/// Draws all local streets of a district and names them.
pub(super) fn streets(seed: u64, index: usize, city: &City, beside: &Beside, names: &mut Names) -> Vec<Street> {
    let district = &city.districts[index];
    let grid = GRIDS.iter().find(|grid| grid.0 == district.code).expect("each district has its row in the table, which a test counts on");
    let plan = Plan { seed: seed ^ index as u64, grid, district, city, beside };
    let mut dice = Dice::named(seed, &format!("streets of {}", district.code));
    let mut streets = Vec::new();
    for lengthwise in [true, false] {
        let lines = (6_500.0 / if lengthwise { grid.4 } else { grid.3 }) as i64;
        for run in (-lines..=lines).flat_map(|line| plan.runs(line, lengthwise)) {
            for piece in cut(&run, &mut dice) {
                let length: f64 = piece.windows(2).map(|ends| gap(ends[0], ends[1])).sum();
                if length > 90.0 {
                    let first = if dice.chance(0.8) { 2 } else { 2 + 2 * dice.below(30) as u32 };
                    streets.push(Street::new(names.give(district.code, length), Class::Local, index, &piece, first));
                }
            }
        }
    }
    streets
}

/// Cuts a run at crossings into streets of some 300 to 1,000 metres.
fn cut(run: &[(i64, Coord<f64>)], dice: &mut Dice) -> Vec<Vec<Coord<f64>>> {
    let mut pieces = Vec::new();
    let (mut piece, mut walked, mut wanted) = (Vec::new(), 0.0, dice.between(300.0, 1000.0));
    for (step, place) in run {
        walked += piece.last().map_or(0.0, |before| gap(*before, *place));
        piece.push(*place);
        if walked >= wanted && step % QUARTERS == 0 {
            pieces.push(std::mem::replace(&mut piece, vec![*place]));
            (walked, wanted) = (0.0, dice.between(300.0, 1000.0));
        }
    }
    pieces.push(piece);
    pieces
}

/// The boards of everything a local street keeps away from.
pub(super) fn lines<'a>(roads: &'a [Road], railway: &'a [Coord<f64>]) -> impl Iterator<Item = &'a [Coord<f64>]> {
    roads.iter().map(|road| road.board.as_slice()).chain([railway])
}
