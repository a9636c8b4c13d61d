//! One street: its lines, its houses, and where a number is. Pure.
//!
//! A number is looked for among the houses first; then in the ranges that lines carry, along the line in proportion to the number, as
//! TIGER's address ranges are meant; then between the two nearest houses of the same side. What is not found by a house is an estimate.

use super::words::house_number;
use crate::geo::{Point, foot};

/// Numbers further apart are not filled in between, nor are houses further apart than so many metres.
const MOST_NUMBERS: u32 = 40;
const MOST_METRES: f64 = 300.0;

/// A street, or one of several of the same name that lie apart.
#[derive(Clone, Debug, Default)]
pub struct Street {
    /// As it is written.
    pub name: String,
    /// Its lines.
    pub lines: Vec<Line>,
    /// Its houses, by number.
    pub houses: Vec<House>,
    /// West, south, east, north.
    pub bounds: [f64; 4],
    /// The length of its lines in metres.
    pub metres: f64,
}

/// A line of a street.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Its corners.
    pub corners: Vec<Point>,
    /// Numbers along it.
    pub ranges: Vec<Range>,
}

/// Numbers along one side of a line, from its beginning to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Whether it is the side on the left of whoever goes along the line.
    pub left: bool,
    /// At the beginning.
    pub from: u32,
    /// At the end.
    pub to: u32,
}

/// A house.
#[derive(Clone, Debug, PartialEq)]
pub struct House {
    /// Its number without letters.
    pub number: u32,
    /// The letters.
    pub letters: String,
    /// The number as it is written.
    pub written: String,
    /// Postal code; may be empty.
    pub zipcode: String,
    /// Where it is.
    pub at: Point,
}

/// Where a number is.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The number as it is written, or as it was asked for.
    pub written: String,
    /// Postal code; may be empty.
    pub zipcode: String,
    /// Where.
    pub at: Point,
    /// Whether the register has it; else it is an estimate.
    pub exact: bool,
}

impl Range {
    /// Reads the ranges that a line's properties carry, by the names that TIGER and the portals of large cities give.
    pub fn read(says: impl Fn(&str) -> Option<u32>) -> Vec<Range> {
        const NAMES: [[&str; 2]; 10] = [
            ["l_f_add", "l_t_add"],
            ["r_f_add", "r_t_add"],
            ["lfromadd", "ltoadd"],
            ["rfromadd", "rtoadd"],
            ["lfromhn", "ltohn"],
            ["rfromhn", "rtohn"],
            ["from_left", "to_left"],
            ["from_right", "to_right"],
            ["fromaddr_l", "toaddr_l"],
            ["fromaddr_r", "toaddr_r"],
        ];
        // left and right in turn
        let named = NAMES.iter().enumerate();
        let ranges = named.filter_map(|(nth, [from, to])| Some(Range { left: nth % 2 == 0, from: says(from)?, to: says(to)? }));
        ranges.filter(|range| range.from + range.to > 0).collect()
    }

    /// The number at a part of the line's length.
    fn number(self, along: f64) -> u32 {
        let step = if self.from % 2 == self.to % 2 { 2.0 } else { 1.0 };
        let steps = ((f64::from(self.to) - f64::from(self.from)) * along / step).round();
        (f64::from(self.from) + steps * step).max(0.0) as u32
    }

    /// How far along the line a number is, 0 to 1.
    fn along(self, number: u32) -> Option<f64> {
        let (low, high) = (self.from.min(self.to), self.from.max(self.to));
        let one_side = self.from % 2 == self.to % 2;
        if !(low..=high).contains(&number) || (one_side && number % 2 != self.from % 2) {
            return None;
        }
        if low == high {
            return Some(0.5);
        }
        Some((f64::from(number) - f64::from(self.from)) / (f64::from(self.to) - f64::from(self.from)))
    }
}

impl Street {
    /// Where a number of it is.
    #[must_use]
    pub fn house(&self, number: u32, letters: &str) -> Option<Found> {
        let first = self.houses.partition_point(|house| house.number < number);
        let same = || self.houses[first..].iter().take_while(|house| house.number == number);
        if let Some(house) = same().find(|house| house.letters == letters).or_else(|| same().find(|house| house.letters.is_empty())) {
            return Some(Found {
                written: house.written.clone(),
                zipcode: house.zipcode.clone(),
                at: house.at,
                exact: house.letters == letters,
            });
        }
        let estimate =
            |at: Point, zipcode: &str| Found { written: format!("{number}{letters}"), zipcode: zipcode.to_owned(), at, exact: false };
        let ranged = self.lines.iter().flat_map(|line| line.ranges.iter().map(move |range| (line, range)));
        if let Some(at) = ranged.filter_map(|(line, range)| line.point(range.along(number)?)).next() {
            return Some(estimate(at, ""));
        }
        let side = |house: &&House| house.number % 2 == number % 2;
        let (before, after) = (self.houses[..first].iter().rev().find(side)?, self.houses[first..].iter().find(side)?);
        if after.number - before.number > MOST_NUMBERS || before.at.metres_to(after.at) > MOST_METRES || after.number == before.number {
            return None;
        }
        let along = f64::from(number - before.number) / f64::from(after.number - before.number);
        let between = |from: f64, to: f64| from + (to - from) * along;
        let at = Point { lon: between(before.at.lon, after.at.lon), lat: between(before.at.lat, after.at.lat) };
        Some(estimate(at, if before.zipcode == after.zipcode { &before.zipcode } else { "" }))
    }

    /// The number at a place beside it, by the ranges that its nearest line carries.
    #[must_use]
    pub fn number_at(&self, place: Point) -> Option<u32> {
        let beside = self.lines.iter().filter(|line| !line.ranges.is_empty()).filter_map(|line| Some((line, line.beside(place)?)));
        let (line, beside) = beside.min_by(|(_, a), (_, b)| a.metres.total_cmp(&b.metres))?;
        let side = line.ranges.iter().find(|range| range.left == beside.left).or(line.ranges.first())?;
        Some(side.number(beside.along))
    }

    /// The middle of its longest line, or of its houses: a place to put a pin that stands for the street.
    #[must_use]
    pub fn middle(&self) -> Option<Point> {
        let longest = self.lines.iter().max_by(|a, b| a.metres().total_cmp(&b.metres()));
        longest.and_then(|line| line.point(0.5)).or_else(|| self.houses.get(self.houses.len() / 2).map(|house| house.at))
    }
}

/// Where a place lies beside a line.
struct Along {
    metres: f64,
    along: f64,
    left: bool,
}

impl Line {
    fn beside(&self, place: Point) -> Option<Along> {
        let (whole, mut walked) = (self.metres(), 0.0);
        let mut nearest: Option<Along> = None;
        for ends in self.corners.windows(2) {
            let coord = |point: Point| geo::Coord { x: point.lon, y: point.lat };
            let foot = foot(place, coord(ends[0]), coord(ends[1]));
            let metres = place.metres_to(foot);
            if whole > 0.0 && nearest.as_ref().is_none_or(|nearest| metres < nearest.metres) {
                let along = (walked + ends[0].metres_to(foot)) / whole;
                let ahead = (ends[1].lon - ends[0].lon, ends[1].lat - ends[0].lat);
                let left = ahead.0 * (place.lat - ends[0].lat) - ahead.1 * (place.lon - ends[0].lon) > 0.0;
                nearest = Some(Along { metres, along, left });
            }
            walked += ends[0].metres_to(ends[1]);
        }
        nearest
    }

    /// Its length in metres.
    #[must_use]
    pub fn metres(&self) -> f64 {
        self.corners.windows(2).map(|ends| ends[0].metres_to(ends[1])).sum()
    }

    /// The position at a part of its length, 0 to 1.
    fn point(&self, along: f64) -> Option<Point> {
        let mut left = self.metres() * along;
        for ends in self.corners.windows(2) {
            let length = ends[0].metres_to(ends[1]);
            if left <= length && length > 0.0 {
                let part = left / length;
                let between = |from: f64, to: f64| from + (to - from) * part;
                return Some(Point { lon: between(ends[0].lon, ends[1].lon), lat: between(ends[0].lat, ends[1].lat) });
            }
            left -= length;
        }
        self.corners.last().copied()
    }
}

impl House {
    /// A house of a register; nothing for a number that is none.
    #[must_use]
    pub fn new(written: String, zipcode: String, at: Point) -> Option<House> {
        let (number, letters) = house_number(&written)?;
        Some(House { number, letters, written, zipcode, at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lon: f64) -> Point {
        Point { lon, lat: 52.6 }
    }

    fn house(written: &str, lon: f64) -> House {
        House::new(written.into(), "NR1".into(), at(lon)).expect("a house number")
    }

    fn street() -> Street {
        let line = Line {
            corners: vec![at(0.9), at(0.91)],
            ranges: vec![Range { left: true, from: 101, to: 199 }, Range { left: false, from: 198, to: 100 }],
        };
        Street {
            lines: vec![line],
            houses: vec![house("2", 0.9), house("12", 0.901), house("12a", 0.9011), house("90", 0.905)],
            ..Street::default()
        }
    }

    #[test]
    fn a_number_is_a_house_or_an_estimate() {
        let street = street();
        let lon = |number, letters| street.house(number, letters).map(|found| ((found.at.lon * 1e5).round() / 1e5, found.exact));
        assert_eq!(lon(12, ""), Some((0.901, true)));
        assert_eq!(lon(12, "a"), Some((0.9011, true)));
        assert_eq!(lon(12, "b"), Some((0.901, false)));
        assert_eq!(lon(7, ""), None, "no odd house is known");
        assert_eq!(lon(6, ""), Some((0.9004, false)), "between 2 and 12");
        assert_eq!(lon(50, ""), None, "12 and 90 are too far apart");
        assert_eq!(lon(150, ""), Some((0.9, false)).map(|(_, exact)| (0.90490, exact)), "even numbers fall along the line");
        assert_eq!(lon(101, ""), Some((0.9, false)));
        assert_eq!(lon(199, ""), Some((0.91, false)));
        assert_eq!(lon(200, ""), None);
    }

    #[test]
    fn ranges_are_read_by_their_usual_names() {
        let says = |name: &str| {
            [("l_f_add", 1), ("l_t_add", 99), ("r_f_add", 0), ("r_t_add", 0)].iter().find(|(n, _)| *n == name).map(|(_, v)| *v)
        };
        assert_eq!(Range::read(says), [Range { left: true, from: 1, to: 99 }]);
        let number = |lon, lat| street().number_at(Point { lon, lat });
        assert_eq!((number(0.9, 52.6001), number(0.905, 52.6001), number(0.91, 52.6001)), (Some(101), Some(151), Some(199)));
        assert_eq!((number(0.9, 52.5999), number(0.91, 52.5999)), (Some(198), Some(100)));
        assert!(street().middle().is_some_and(|middle| (middle.lon - 0.905).abs() < 1e-9));
    }
}
