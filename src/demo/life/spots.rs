//! Where things happen: on which street, at which door, in which park, and how they gather. It chooses among what the city has and
//! draws nothing of its own.

use ::geo::Coord;

use super::habits::{Habit, Where};
use crate::demo::city::{City, Class, degrees, gap, metres};
use crate::demo::dice::Dice;

/// A place with its address.
#[derive(Clone, Debug)]
pub struct Spot {
    /// In degrees.
    pub place: Coord<f64>,
    /// Street and number, or the name of a park.
    pub address: String,
    /// Post code.
    pub zipcode: String,
    /// Index of the district.
    pub district: usize,
}

/// A point of a street: its index and metres from its beginning.
type Along = (usize, f64);

/// A part of the city with more trouble than its streets explain.
struct Hot {
    /// Every 25 m of street in reach.
    points: Vec<Along>,
    /// Its share of what happens on streets, so many days ago.
    share: fn(f64) -> f64,
}

// centre on the board (m), radius (m), share by days ago
type HotRow = (f64, f64, f64, fn(f64) -> f64);
const HOT: [HotRow; 4] = [
    (-1640.0, 150.0, 330.0, |ago| if ago < 70.0 { 0.055 + 0.06 * (1.0 - ago / 70.0) } else { 0.055 }),
    (2450.0, -430.0, 300.0, |_| 0.05),
    (3300.0, -2470.0, 230.0, |ago| if ago < 50.0 { 0.05 } else { 0.006 }),
    (1500.0, 1650.0, 210.0, |ago| if ago < 140.0 { 0.006 + 0.02 * ago / 140.0 } else { 0.026 }),
];

/// How many of the city's requests come from each district, in the order of the city's districts.
const SHARES: [f64; 9] = [846.0, 611.0, 402.0, 377.0, 298.0, 261.0, 214.0, 190.0, 97.0];

/// The city as a choice of spots.
pub struct Spots {
    city: &'static City,
    roads: Vec<f64>,
    homes: Vec<f64>,
    busy: Vec<f64>,
    parks: Vec<f64>,
    hot: Vec<Hot>,
    favourites: Vec<Vec<Along>>,
}

impl Spots {
    /// Prepares the choice; favourite spots of each habit follow from the seed.
    pub fn new(city: &'static City, habits: &[Habit], seed: u64) -> Spots {
        let mut spots = Spots {
            roads: totals(city, |class| [6.0, 4.5, 1.0][class], |district| SHARES[district]),
            homes: totals(city, |class| [0.3, 0.8, 1.0][class], |district| SHARES[district]),
            busy: totals(city, |class| [3.0, 6.0, 1.0][class], |district| SHARES[district] * if district == 0 { 1.6 } else { 1.0 }),
            parks: running(city.parks.iter().map(|park| park.bounds.width() * park.bounds.height())),
            hot: HOT.iter().map(|row| hot(city, row)).collect(),
            favourites: vec![],
            city,
        };
        let favourites = |habit: &Habit| {
            let mut dice = Dice::named(seed, &format!("favourites of {}", habit.code));
            let many = if habit.place == Where::Fixed { 40 } else { 26 };
            (0..many).map(|_| spots.anywhere(habit.place, &mut dice)).collect()
        };
        spots.favourites = habits.iter().map(favourites).collect();
        spots
    }

    /// A spot for a thing of this habit (`index` in the list of habits) that happens `days_ago`.
    pub fn find(&self, index: usize, habit: &Habit, days_ago: f64, dice: &mut Dice) -> Spot {
        if habit.place == Where::Parks {
            return self.in_a_park(dice);
        }
        let along = if dice.chance(habit.gathers) {
            let favourites = &self.favourites[index];
            let (street, along) = favourites[(favourites.len() as f64 * dice.unit() * dice.unit()) as usize];
            (street, along + dice.bell() * if habit.place == Where::Fixed { 4.0 } else { 18.0 })
        } else {
            self.hot_point(habit, days_ago, dice).unwrap_or_else(|| self.anywhere(habit.place, dice))
        };
        self.at(along, habit.place, dice)
    }

    /// The same spot as somebody else sees it: some metres off, and often at the next door.
    pub fn again(&self, spot: &Spot, dice: &mut Dice) -> Spot {
        let place = degrees(metres(spot.place) + Coord { x: dice.bell(), y: dice.bell() } * 4.5);
        Spot { place, district: self.city.district(place).unwrap_or(spot.district), ..spot.clone() }
    }

    fn anywhere(&self, place: Where, dice: &mut Dice) -> Along {
        let totals = match place {
            Where::Homes => &self.homes,
            Where::Busy => &self.busy,
            Where::Roads | Where::Fixed | Where::Parks => &self.roads,
        };
        let street = dice.in_totals(totals);
        (street, dice.unit() * self.city.streets[street].length_m)
    }

    fn hot_point(&self, habit: &Habit, days_ago: f64, dice: &mut Dice) -> Option<Along> {
        if !matches!(habit.place, Where::Roads | Where::Busy) {
            return None;
        }
        let shares: Vec<f64> = self.hot.iter().map(|hot| (hot.share)(days_ago)).collect();
        if !dice.chance(shares.iter().sum()) {
            return None;
        }
        // points are sorted by distance from the centre: a product of two throws prefers the near ones
        let points = &self.hot[dice.weighted(&shares)].points;
        let (street, along) = points[(points.len() as f64 * dice.unit() * dice.unit()) as usize];
        Some((street, along + dice.between(-12.0, 12.0)))
    }

    fn at(&self, (street, along): Along, place: Where, dice: &mut Dice) -> Spot {
        let way = &self.city.streets[street];
        let left = dice.chance(0.5);
        let house = way.house(along, left);
        let side = if left { 1.0 } else { -1.0 };
        let place = match place {
            Where::Homes => house.place,
            Where::Busy => way.place(along, side * dice.between(4.0, 9.0)),
            Where::Roads | Where::Fixed | Where::Parks => way.place(along, side * dice.between(0.5, 4.0)),
        };
        let district = self.city.district(place).unwrap_or(way.district);
        let on_bridge = self.city.in_water(place);
        let address = if on_bridge { format!("{}, bridge", way.name) } else { format!("{} {}", way.name, house.number) };
        Spot { place, address, zipcode: format!("AF{} {}", district + 1, 1 + street % 9), district }
    }

    fn in_a_park(&self, dice: &mut Dice) -> Spot {
        let park = &self.city.parks[dice.in_totals(&self.parks)];
        let (low, high) = (park.bounds.min(), park.bounds.max());
        loop {
            let inside = Coord { x: dice.between(low.x, high.x), y: dice.between(low.y, high.y) };
            if park.holds(inside) && !self.city.in_water(inside) {
                let place = degrees(metres(inside));
                let district = self.city.district(place).unwrap_or(0);
                return Spot { place, address: park.name.to_owned(), zipcode: format!("AF{} 1", district + 1), district };
            }
        }
    }
}

fn running(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    weights
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}

/// Running totals over streets: length by class, then scaled so that districts have their shares.
fn totals(city: &City, by_class: fn(usize) -> f64, by_district: fn(usize) -> f64) -> Vec<f64> {
    let class = |class: Class| match class {
        Class::Highway => 0,
        Class::Arterial => 1,
        Class::Local => 2,
    };
    let weights: Vec<f64> = city.streets.iter().map(|street| street.length_m * by_class(class(street.class))).collect();
    let mut sums = vec![0.0; city.districts.len()];
    city.streets.iter().zip(&weights).for_each(|(street, weight)| sums[street.district] += weight);
    running(city.streets.iter().zip(&weights).map(|(street, weight)| weight * by_district(street.district) / sums[street.district]))
}

fn hot(city: &City, (x, y, radius, share): &HotRow) -> Hot {
    let centre = Coord { x: *x, y: *y };
    let mut points = Vec::new();
    for (index, street) in city.streets.iter().enumerate() {
        for step in 0..(street.length_m / 25.0) as usize {
            let along = step as f64 * 25.0;
            let away = gap(metres(street.place(along, 0.0)), centre);
            if away < *radius {
                points.push((away, (index, along)));
            }
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    Hot { points: points.into_iter().map(|(_, along)| along).collect(), share: *share }
}
