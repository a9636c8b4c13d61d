//! One street: its line, its name, and the houses along it.

use ::geo::{Coord, LineString};

use super::frame::{at, degrees, gap, metres};

/// How much a street carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A state road through the city.
    Highway,
    /// A main road.
    Arterial,
    /// A street people live in.
    Local,
}

/// A street with its name; its name is unique in the city.
#[derive(Clone, Debug)]
pub struct Street {
    /// Unique in the city.
    pub name: String,
    /// How much it carries.
    pub class: Class,
    /// Index into the city's districts: where its middle lies.
    pub district: usize,
    /// Its middle line in degrees.
    pub line: LineString<f64>,
    /// Its length in metres.
    pub length_m: f64,
    /// The lowest house number, always even: even numbers stand on the left, odd ones on the right.
    pub first_number: u32,
}

/// A house: number, street and place.
#[derive(Clone, Copy, Debug)]
pub struct House<'a> {
    /// The number on the door.
    pub number: u32,
    /// The street it counts in.
    pub street: &'a Street,
    /// The door, in degrees.
    pub place: Coord<f64>,
}

// a plot is 13 m wide and the door stands 10 m from the middle of the street (16 m on main roads)
const PLOT_M: f64 = 13.0;

impl Street {
    /// A street from its line on the board.
    pub(super) fn new(name: String, class: Class, district: usize, board: &[Coord<f64>], first_number: u32) -> Street {
        let line = super::frame::line(board);
        let length_m = line.0.windows(2).map(|ends| gap(metres(ends[0]), metres(ends[1]))).sum();
        Street { name, class, district, line, length_m, first_number }
    }

    /// The place `along` metres from its beginning and `aside` metres to its left (negative: to its right), in degrees.
    pub fn place(&self, along: f64, aside: f64) -> Coord<f64> {
        let mut left = along.clamp(0.0, self.length_m);
        let mut last = (at(0.0, 0.0), at(1.0, 0.0), 0.0);
        for ends in self.line.0.windows(2) {
            let (from, to) = (metres(ends[0]), metres(ends[1]));
            let length = gap(from, to);
            let direction = (to - from) / length;
            last = (from, direction, left);
            if left <= length {
                break;
            }
            left -= length;
        }
        let (from, direction, walked) = last;
        degrees(from + direction * walked + at(-direction.y, direction.x) * aside)
    }

    /// How many houses stand on each side.
    pub fn plots(&self) -> u32 {
        (self.length_m / PLOT_M) as u32
    }

    /// The highest house number on either side.
    pub fn last_number(&self) -> u32 {
        self.first_number + 2 * self.plots().saturating_sub(1) + 1
    }

    /// The house on one side whose plot holds the place `along` metres from the beginning.
    pub fn house(&self, along: f64, on_left: bool) -> House<'_> {
        let plot = ((along / PLOT_M) as u32).min(self.plots().saturating_sub(1));
        let setback = if self.class == Class::Local { 10.0 } else { 16.0 };
        let number = self.first_number + 2 * plot + u32::from(!on_left);
        House { number, street: self, place: self.place((f64::from(plot) + 0.5) * PLOT_M, if on_left { setback } else { -setback }) }
    }

    /// Every house of the street, both sides in turn, lowest number first.
    pub fn houses(&self) -> impl Iterator<Item = House<'_>> {
        (0..self.plots()).flat_map(move |plot| [true, false].map(|left| self.house((f64::from(plot) + 0.5) * PLOT_M, left)))
    }
}
