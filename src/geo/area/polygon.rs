//! From checked rings to valid polygons: rings that touch themselves are split where they do, and holes find their shells.

use std::collections::HashMap;

use geo::algorithm::orient::{Direction, Orient};
use geo::{Area as _, Coord, LineString, MultiPolygon, Polygon, coord};

use super::contacts::{doubled, noded};
use super::json::RawFeature;
use super::ring::{Ring, ring};
use super::{Area, Limits, Place, Remark};
use crate::geo::outline::{Outline, Position};

/// The area of a feature; what was repaired goes to `repairs`.
pub(super) fn area(feature: RawFeature, limits: &Limits, repairs: &mut Vec<Remark>) -> Result<Area, Remark> {
    let RawFeature { place, id, properties, polygons } = feature;
    let several = polygons.len() > 1;
    let mut parts = Vec::new();
    for (nth, rings) in polygons.iter().enumerate() {
        let place = if several { place.polygon(nth) } else { place.clone() };
        if rings.is_empty() {
            return Err(place.says("the polygon has no rings"));
        }
        let checked = rings.iter().enumerate().map(|(nth, raw)| ring(raw, &place.ring(nth), limits, repairs));
        let mut rings = checked.collect::<Result<Vec<Ring>, _>>()?;
        align(&mut rings);
        parts.extend(polygon(&rings, &place, repairs)?);
    }
    if parts.is_empty() {
        return Err(place.says("the geometry holds no polygon"));
    }
    let index = place.feature.unwrap_or_default();
    Ok(Area { index, id, properties, polygons: MultiPolygon(parts).orient(Direction::Default) })
}

/// Brings holes to the side of the antimeridian where their shell was unrolled to.
fn align(rings: &mut [Ring]) {
    let west = |ring: &Ring| ring.corners.iter().map(|c| c.x).fold(f64::INFINITY, f64::min);
    let Some((shell, holes)) = rings.split_first_mut() else { return };
    let (shell_west, shell_east) = (west(shell), shell.corners.iter().map(|c| c.x).fold(f64::NEG_INFINITY, f64::max));
    for hole in holes {
        let turn = match west(hole) {
            hole if hole < shell_west && hole + 360.0 <= shell_east => 360.0,
            hole if hole > shell_east && hole - 360.0 >= shell_west => -360.0,
            _ => continue,
        };
        hole.corners.iter_mut().for_each(|c| c.x += turn);
    }
}

/// One polygon of the file; several where its shell touched itself.
fn polygon(rings: &[Ring], place: &Place, repairs: &mut Vec<Remark>) -> Result<Vec<Polygon>, Remark> {
    let mut shells: Vec<Vec<Coord>> = Vec::new();
    let mut holes: Vec<(usize, Vec<Coord>)> = Vec::new();
    for (nth, noded) in noded(rings, place)?.into_iter().enumerate() {
        let place = place.ring(nth);
        let (loops, touches) = split(&noded);
        let sorted = sort(loops, &place)?;
        if let Some(at) = touches.first() {
            repairs.push(place.says(touching(*at, touches.len(), sorted.len())));
        }
        for (outer, corners) in sorted {
            if outer == (nth == 0) { shells.push(corners) } else { holes.push((nth, corners)) }
        }
    }
    if let Some((a, b)) = doubled(shells.iter().chain(holes.iter().map(|hole| &hole.1)).map(Vec::as_slice)) {
        return Err(place.says(format!("two rings share the line from {:.6}, {:.6} to {:.6}, {:.6}", a.x, a.y, b.x, b.y)));
    }
    assemble(shells, holes, place)
}

fn touching(at: Coord, times: usize, parts: usize) -> String {
    let more = if times > 1 { format!(" (and so on, {times} times)") } else { String::new() };
    let became = if parts == 1 { "what had no area was dropped".to_owned() } else { format!("it became {parts} rings") };
    format!("the ring touched itself at {:.6}, {:.6}{more}; {became}", at.x, at.y)
}

/// Cuts a closed ring, in which edges meet in corners only, into closed loops that visit each corner once, and tells where it was cut.
/// What goes out and comes back the same way is no loop.
fn split(ring: &[Coord]) -> (Vec<Vec<Coord>>, Vec<Coord>) {
    let key = |c: Coord| ((c.x + 0.0).to_bits(), (c.y + 0.0).to_bits());
    let (mut loops, mut touches) = (Vec::new(), Vec::new());
    let mut path: Vec<Coord> = Vec::new();
    let mut on_path: HashMap<(u64, u64), usize> = HashMap::new();
    for (nth, &corner) in ring.iter().enumerate() {
        if let Some(&since) = on_path.get(&key(corner)) {
            if nth + 1 < ring.len() || since > 0 {
                touches.push(corner);
            }
            let mut closed = path.split_off(since);
            closed.iter().for_each(|c| {
                on_path.remove(&key(*c));
            });
            closed.push(corner);
            if closed.len() >= 4 {
                loops.push(closed);
            }
        }
        on_path.insert(key(corner), path.len());
        path.push(corner);
    }
    (loops, touches)
}

/// Which loops of one ring are its outer edge (true) and which cut something out. Loops of a ring that only touches itself alternate in
/// direction as they lie in each other; otherwise the ring crosses itself in a corner.
fn sort(loops: Vec<Vec<Coord>>, place: &Place) -> Result<Vec<(bool, Vec<Coord>)>, Remark> {
    let outlines: Vec<Outline> = loops.iter().map(|corners| Outline::new(&alone(corners).into())).collect();
    let mut sorted = Vec::new();
    let mut turning = None;
    for (nth, corners) in loops.into_iter().enumerate() {
        let around = outlines.iter().enumerate().filter(|(other, outline)| *other != nth && lies_in(&corners, outline)).count();
        let counterclockwise = alone(&corners).signed_area() > 0.0;
        let outer = around % 2 == 0;
        if *turning.get_or_insert(counterclockwise == outer) != (counterclockwise == outer) {
            let at = corners[0];
            return Err(place.says(format!("the ring crosses itself in its corner at {:.6}, {:.6}", at.x, at.y)));
        }
        sorted.push((outer, corners));
    }
    if sorted.is_empty() { Err(place.says("the ring encloses no area")) } else { Ok(sorted) }
}

/// Puts each hole into the shell that it lies in.
fn assemble(shells: Vec<Vec<Coord>>, holes: Vec<(usize, Vec<Coord>)>, place: &Place) -> Result<Vec<Polygon>, Remark> {
    let outlines: Vec<Outline> = shells.iter().map(|corners| Outline::new(&alone(corners).into())).collect();
    let mut homes: Vec<Vec<LineString>> = vec![Vec::new(); shells.len()];
    let hole_outlines: Vec<Outline> = holes.iter().map(|(_, corners)| Outline::new(&alone(corners).into())).collect();
    for (nth, (ring, corners)) in holes.iter().enumerate() {
        let place = place.ring(*ring);
        let Some(home) = outlines.iter().position(|shell| lies_in(corners, shell)) else {
            return Err(place.says("the hole does not lie within its outer ring"));
        };
        let overlaps = |other: usize| {
            other != nth && hole_outlines[other].bounds.meets(hole_outlines[nth].bounds) && overlap(corners, &hole_outlines[other])
        };
        if let Some(other) = (0..holes.len()).find(|&other| overlaps(other)) {
            return Err(place.says(format!("the hole overlaps the hole of ring {}", holes[other].0)));
        }
        homes[home].push(LineString::new(corners.clone()));
    }
    Ok(shells.into_iter().zip(homes).map(|(shell, holes)| Polygon::new(LineString::new(shell), holes)).collect())
}

/// Whether a loop lies in an area. Edges meet in corners only, so an edge's middle says where the whole edge is.
fn lies_in(corners: &[Coord], area: &Outline) -> bool {
    corners.iter().all(|&corner| area.position(corner) != Position::Outside) && overlap(corners, area)
}

/// Whether an edge of a loop runs through an area.
fn overlap(corners: &[Coord], area: &Outline) -> bool {
    corners.windows(2).any(|pair| area.position(middle(pair[0], pair[1])) == Position::Inside)
}

fn middle(a: Coord, b: Coord) -> Coord {
    coord! { x: f64::midpoint(a.x, b.x), y: f64::midpoint(a.y, b.y) }
}

fn alone(corners: &[Coord]) -> Polygon {
    Polygon::new(LineString::new(corners.to_vec()), vec![])
}
