//! One ring of raw positions: closed, long enough, on the earth; then unrolled across the antimeridian and without repeated positions.

use geo::{Coord, coord};

use super::json::RawRing;
use super::{Limits, Place, Remark};
use crate::geo::Point;

/// A closed ring, and which position of the file each corner was.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    pub corners: Vec<Coord>,
    pub positions: Vec<usize>,
}

/// Checks a ring and makes it plain; what needed a decision goes to `repairs`.
pub(super) fn ring(raw: &RawRing, place: &Place, limits: &Limits, repairs: &mut Vec<Remark>) -> Result<Ring, Remark> {
    if raw.len() < 4 {
        return Err(place.says(format!("a ring needs four positions or more, and this has {}", raw.len())));
    }
    let (first, last) = (raw[0], raw[raw.len() - 1]);
    if first != last {
        let words = format!("the ring is not closed: its first position is {first:?} and its last is {last:?}");
        return Err(place.position(raw.len() - 1).says(words));
    }
    let mut rest = raw.clone();
    rest.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    rest.dedup();
    if rest.len() < 3 {
        return Err(place.says(format!("a ring needs three different positions or more, and this has {}", rest.len())));
    }
    let turns = raw.windows(2).any(|pair| (pair[1][0] - pair[0][0]).abs() > 180.0);
    for (nth, &[lon, lat]) in raw.iter().enumerate() {
        // longitudes up to a turn beyond are how some files cross the antimeridian, but then their edges are short
        let checked = if !turns && lon.abs() <= 360.0 { Point::new(lon.clamp(-180.0, 180.0), lat) } else { Point::new(lon, lat) };
        if let Err(misplaced) = checked {
            return Err(place.position(nth).says(misplaced.to_string()));
        }
        if let Some(words) = swapped(lon, lat, limits) {
            return Err(place.position(nth).says(words));
        }
    }
    let unrolled = if turns { unroll(raw, place, repairs)? } else { raw.clone() };
    let mut ring = Ring { corners: Vec::with_capacity(raw.len()), positions: Vec::with_capacity(raw.len()) };
    for (nth, &[x, y]) in unrolled.iter().enumerate() {
        if ring.corners.last() != Some(&coord! { x: x, y: y }) {
            ring.corners.push(coord! { x: x, y: y });
            ring.positions.push(nth);
        }
    }
    Ok(ring)
}

/// An edge of more than half a turn goes the short way round: the ring crosses the antimeridian, and its longitudes run on beyond ±180.
fn unroll(raw: &RawRing, place: &Place, repairs: &mut Vec<Remark>) -> Result<RawRing, Remark> {
    let mut turn = 0.0;
    let mut unrolled = vec![raw[0]];
    for pair in raw.windows(2) {
        let step = pair[1][0] - pair[0][0];
        if step.abs() > 180.0 {
            turn -= 360.0 * step.signum();
        }
        unrolled.push([pair[1][0] + turn, pair[1][1]]);
    }
    if turn != 0.0 {
        return Err(place.says("the ring goes round a pole: cut it along a meridian"));
    }
    let west = unrolled.iter().map(|at| at[0]).fold(f64::INFINITY, f64::min);
    let east = unrolled.iter().map(|at| at[0]).fold(f64::NEG_INFINITY, f64::max);
    if east - west > 180.0 {
        return Err(place.says(format!("the ring spans {:.1} degrees of longitude, more than half of the earth", east - west)));
    }
    repairs.push(place.says("the ring crosses the 180th meridian; its longitudes were made to run on beyond it"));
    Ok(unrolled)
}

/// Axes that look swapped although both numbers are possible: no city lies beyond 60° south or 84° north, and a city whose place is known
/// lies there.
fn swapped(lon: f64, lat: f64, limits: &Limits) -> Option<String> {
    let words =
        |why: &str| format!("longitude {lon}, latitude {lat} {why}: longitude and latitude look swapped (GeoJSON puts longitude first)");
    if let Some([west, south, east, north]) = limits.city {
        // a degree around the city is still at home
        let at_home = |lon: f64, lat: f64| (west - 1.0..=east + 1.0).contains(&lon) && (south - 1.0..=north + 1.0).contains(&lat);
        if !at_home(lon, lat) && at_home(lat, lon) {
            return Some(words("is far from the city, and the other way round is in it"));
        }
    }
    let inhabited = |lat: f64| (-60.0..=84.0).contains(&lat);
    (!inhabited(lat) && inhabited(lon)).then(|| words("is where no city is"))
}
