//! A place becomes words: the nearest house, crossing, street and landmark, and what to call it all. Pure.

use super::code;
use super::index::Index;
use crate::geo::Point;

/// Metres within which each kind is looked for: what lies farther away does not name the place.
const HOUSE: f64 = 60.0;
const CROSSING: f64 = 30.0;
const STREET: f64 = 100.0;
const LANDMARK: f64 = 30.0;

/// Digits of the code of a place: a square of some 14 metres.
const DIGITS: usize = 10;

/// Something near a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// What people call it.
    pub label: String,
    /// Metres away; 0 inside of it.
    pub metres: f64,
    /// Whether a register has it here; a house number may be an estimate.
    pub exact: bool,
}

impl Beside {
    fn of(label: String, metres: f64) -> Beside {
        Beside { label, metres, exact: true }
    }
}

/// What a place is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Called {
    /// The best of what follows: inside of a landmark without a house at hand the landmark, else the house, a crossing closer than any
    /// house, the street; nothing where nothing is near.
    pub label: Option<String>,
    /// The nearest house; where no register has one at hand, the number that the ranges of the nearest street have here.
    pub address: Option<Beside>,
    /// Postal code of that house; may be empty.
    pub zipcode: String,
    /// The nearest crossing.
    pub crossing: Option<Beside>,
    /// The nearest street.
    pub street: Option<Beside>,
    /// The nearest landmark.
    pub landmark: Option<Beside>,
    /// Its plus code.
    pub code: String,
}

impl Index {
    /// What a place is called.
    #[must_use]
    pub fn called(&self, at: Point) -> Called {
        let near = &self.near;
        let name = |street: u32| self.streets[street as usize].name.as_str();
        let door = near.doors.within(at, HOUSE).into_iter().next();
        let house = door.map(|door| {
            let (street, house) = near.houses[door.thing];
            (&self.streets[street as usize].houses[house as usize], street, door.metres)
        });
        let crossing = near.crossings.within(at, CROSSING).first().map(|found| {
            let (one, other) = near.pairs[found.thing];
            Beside::of(format!("{} & {}", name(one), name(other)), found.metres)
        });
        let road = near.streets.within(at, STREET).into_iter().next();
        let street = road.map(|road| Beside::of(name(road.thing as u32).to_owned(), road.metres));
        let landmark = near.landmarks.within(at, LANDMARK);
        let landmark = landmark.first().map(|found| Beside::of(self.landmarks[found.thing].name.clone(), found.metres));
        let estimated = || {
            let road = road.filter(|road| road.metres <= HOUSE)?;
            let street = &self.streets[road.thing];
            Some(Beside { label: format!("{} {}", street.number_at(at)?, street.name), metres: road.metres, exact: false })
        };
        let address =
            house.map(|(house, street, metres)| Beside::of(format!("{} {}", house.written, name(street)), metres)).or_else(estimated);
        let inside =
            landmark.as_ref().filter(|landmark| landmark.metres == 0.0 && address.as_ref().is_none_or(|house| house.metres > 25.0));
        let corner = crossing.as_ref().filter(|crossing| address.as_ref().is_none_or(|house| house.metres > crossing.metres));
        let best = inside.or(corner).or(address.as_ref()).or(street.as_ref()).or(landmark.as_ref());
        Called {
            label: best.map(|beside| beside.label.clone()),
            zipcode: house.map(|(house, ..)| house.zipcode.clone()).unwrap_or_default(),
            address,
            crossing,
            street,
            landmark,
            code: code::encode(at, DIGITS),
        }
    }
}
