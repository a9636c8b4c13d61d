//! From a drawing board in metres to degrees and back. Alderford is invented; it is laid over thinly settled land near 52.6° N, 0.9° E,
//! so that distances, hexagons and the length of a day are those of a real place. It knows nothing of what is drawn.

use ::geo::{Coord, LineString};

use crate::demo::dice::Dice;

/// The centre of the drawing board: longitude and latitude in degrees.
pub const CENTRE: Coord<f64> = Coord { x: 0.9, y: 52.6 };

// lengths of a degree at 52.6° N from the WGS84 series; over 12 km the flat board errs by less than a metre in place names' terms
const METRES_A_DEGREE: Coord<f64> = Coord { x: 67_756.0, y: 111_279.0 };

/// A place on the board, metres east and north of the centre.
pub const fn at(x: f64, y: f64) -> Coord<f64> {
    Coord { x, y }
}

/// Degrees, rounded to a millionth (about 10 cm) so that text and number agree and shared corners stay shared.
pub fn degrees(place: Coord<f64>) -> Coord<f64> {
    let rounded = |value: f64| (value * 1e6).round() / 1e6;
    at(rounded(CENTRE.x + place.x / METRES_A_DEGREE.x), rounded(CENTRE.y + place.y / METRES_A_DEGREE.y))
}

/// Metres on the board of a place in degrees.
pub fn metres(place: Coord<f64>) -> Coord<f64> {
    at((place.x - CENTRE.x) * METRES_A_DEGREE.x, (place.y - CENTRE.y) * METRES_A_DEGREE.y)
}

/// A line of the board in degrees.
pub fn line(places: &[Coord<f64>]) -> LineString<f64> {
    let mut line: Vec<_> = places.iter().copied().map(degrees).collect();
    line.dedup();
    LineString::new(line)
}

/// Distance between two places of the board in metres.
pub fn gap(a: Coord<f64>, b: Coord<f64>) -> f64 {
    let step = b - a;
    (step.x * step.x + step.y * step.y).sqrt()
}

/// A smooth line through all the given places (Catmull–Rom), `pieces` straight pieces between each two.
pub fn smooth(places: &[Coord<f64>], pieces: usize) -> Vec<Coord<f64>> {
    let last = places.len() - 1;
    let mut curve = Vec::with_capacity(last * pieces + 1);
    for i in 0..last {
        let (before, from, to, after) = (places[i.saturating_sub(1)], places[i], places[i + 1], places[(i + 2).min(last)]);
        for piece in 0..pieces {
            let t = piece as f64 / pieces as f64;
            let (t2, t3) = (t * t, t * t * t);
            curve.push(
                (before * (2.0 * t2 - t - t3) + from * (3.0 * t3 - 5.0 * t2 + 2.0) + to * (4.0 * t2 + t - 3.0 * t3) + after * (t3 - t2))
                    * 0.5,
            );
        }
    }
    curve.push(places[last]);
    curve
}

/// A line that wanders from one place to another as old boundaries do: the middle is pushed aside by up to `roughness` of the length,
/// then each half in turn until pieces are shorter than `shortest` metres (midpoint displacement).
pub fn wander(from: Coord<f64>, to: Coord<f64>, roughness: f64, shortest: f64, dice: &mut Dice) -> Vec<Coord<f64>> {
    let step = to - from;
    if gap(from, to) < shortest {
        return vec![from, to];
    }
    let aside = at(-step.y, step.x) * (roughness * dice.between(-1.0, 1.0));
    let middle = from + step * dice.between(0.42, 0.58) + aside;
    let mut line = wander(from, middle, roughness, shortest, dice);
    line.pop();
    line.extend(wander(middle, to, roughness, shortest, dice));
    line
}

/// A closed ring around a centre: an ellipse whose radius swells and shrinks by up to `roughness`.
pub fn blob(centre: Coord<f64>, radii: Coord<f64>, roughness: f64, dice: &mut Dice) -> Vec<Coord<f64>> {
    const CORNERS: usize = 48;
    // one step of 2π/48 as a rotation: repeated multiplication needs no platform's sine
    const TURN: Coord<f64> = at(0.991_444_861_373_810_4, 0.130_526_192_220_051_6);
    let swells: Vec<f64> = (0..8).map(|_| dice.between(1.0 - roughness, 1.0 + roughness)).collect();
    let mut direction = at(1.0, 0.0);
    let mut ring = Vec::with_capacity(CORNERS + 1);
    for corner in 0..CORNERS {
        let (arc, t) = (corner * 8 / CORNERS, (corner * 8 % CORNERS) as f64 / CORNERS as f64);
        let blend = t * t * (3.0 - 2.0 * t);
        let swell = swells[arc] + (swells[(arc + 1) % 8] - swells[arc]) * blend;
        ring.push(centre + at(direction.x * radii.x, direction.y * radii.y) * swell);
        direction = at(direction.x * TURN.x - direction.y * TURN.y, direction.x * TURN.y + direction.y * TURN.x);
    }
    ring.push(ring[0]);
    ring
}

/// A ribbon along a line: `half_width` metres to each side, itself varying by up to `roughness`.
pub fn ribbon(line: &[Coord<f64>], half_width: f64, roughness: f64, dice: &mut Dice) -> Vec<Coord<f64>> {
    let last = line.len() - 1;
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for i in 0..=last {
        let along = line[(i + 1).min(last)] - line[i.saturating_sub(1)];
        let across = at(-along.y, along.x) / (along.x * along.x + along.y * along.y).sqrt();
        left.push(line[i] + across * (half_width * dice.between(1.0 - roughness, 1.0 + roughness)));
        right.push(line[i] - across * (half_width * dice.between(1.0 - roughness, 1.0 + roughness)));
    }
    left.extend(right.into_iter().rev());
    left.push(left[0]);
    left
}
