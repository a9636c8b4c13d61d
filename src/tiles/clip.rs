//! Cuts lines and rings to a square of tile units.
//!
//! Lines by Liang and Barsky (1984), piece by piece; rings by Sutherland and Hodgman (1974), one edge of the square after the
//! other. A ring that leaves the square and comes back is joined along its edge, which lies outside of what is seen.

use std::ops::RangeInclusive;

use ::geo::Coord;

/// The square, along both axes.
pub type Square = RangeInclusive<f64>;

/// The parts of a line inside.
pub fn line(points: &[Coord<f64>], square: &Square) -> Vec<Vec<Coord<f64>>> {
    let mut parts: Vec<Vec<Coord<f64>>> = Vec::new();
    let mut open = false;
    for ends in points.windows(2) {
        let Some((from, to)) = piece(ends[0], ends[1], square) else {
            open = false;
            continue;
        };
        match parts.last_mut().filter(|_| open) {
            Some(part) => part.push(to),
            None => parts.push(vec![from, to]),
        }
        open = to == ends[1];
    }
    parts
}

/// The part of one straight piece inside; its ends are the ends that were given wherever those lie inside.
fn piece(from: Coord<f64>, to: Coord<f64>, square: &Square) -> Option<(Coord<f64>, Coord<f64>)> {
    let step = to - from;
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (along, start) in [(step.x, from.x), (step.y, from.y)] {
        if along == 0.0 {
            if !square.contains(&start) {
                return None;
            }
            continue;
        }
        let (a, b) = ((square.start() - start) / along, (square.end() - start) / along);
        (enter, leave) = (enter.max(a.min(b)), leave.min(a.max(b)));
    }
    let at = |share: f64| {
        if share == 0.0 {
            from
        } else if share == 1.0 {
            to
        } else {
            from + step * share
        }
    };
    (enter <= leave).then(|| (at(enter), at(leave)))
}

/// A closed ring inside, closed again; empty if nothing of it is.
pub fn ring(points: &[Coord<f64>], square: &Square) -> Vec<Coord<f64>> {
    let (low, high) = (*square.start(), *square.end());
    let open = match points {
        [first, inner @ .., last] if first == last => [&[*first], inner].concat(),
        all => all.to_vec(),
    };
    let cut = keep(open, |c| c.x - low);
    let cut = keep(cut, |c| high - c.x);
    let cut = keep(cut, |c| c.y - low);
    let mut cut = keep(cut, |c| high - c.y);
    cut.extend(cut.first().copied());
    cut
}

/// The part of an open ring where a linear measure is not negative.
fn keep(points: Vec<Coord<f64>>, inside: impl Fn(&Coord<f64>) -> f64) -> Vec<Coord<f64>> {
    let mut kept = Vec::with_capacity(points.len() + 4);
    for (at, &to) in points.iter().enumerate() {
        let from = points[(at + points.len() - 1) % points.len()];
        let (a, b) = (inside(&from), inside(&to));
        if (a < 0.0) != (b < 0.0) {
            kept.push(from + (to - from) * (a / (a - b)));
        }
        if b >= 0.0 {
            kept.push(to);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::geo::{Area, BooleanOps, Contains, LineString, Polygon, Rect};
    use proptest::prelude::*;

    const SQUARE: Square = 0.0..=10.0;

    fn at(x: f64, y: f64) -> Coord<f64> {
        Coord { x, y }
    }

    #[test]
    fn a_line_that_leaves_and_comes_back_is_two_lines() {
        let parts = line(&[at(1.0, 1.0), at(1.0, 15.0), at(5.0, 15.0), at(5.0, 1.0)], &SQUARE);
        assert_eq!(parts, [vec![at(1.0, 1.0), at(1.0, 10.0)], vec![at(5.0, 10.0), at(5.0, 1.0)]]);
    }

    #[test]
    fn a_line_that_stays_inside_stays_as_it_is_and_one_that_passes_by_is_gone() {
        let inside = [at(1.0, 1.0), at(2.0, 7.0), at(9.0, 9.0)];
        assert_eq!(line(&inside, &SQUARE), [inside.to_vec()]);
        assert!(line(&[at(-5.0, 8.0), at(3.0, 18.0)], &SQUARE).is_empty());
    }

    #[test]
    fn a_square_around_everything_becomes_the_square_itself() {
        let around = [at(-9.0, -9.0), at(20.0, -9.0), at(20.0, 20.0), at(-9.0, 20.0), at(-9.0, -9.0)];
        let cut = Polygon::new(LineString(ring(&around, &SQUARE)), vec![]);
        assert_eq!(cut.unsigned_area(), 100.0);
        assert!(ring(&[at(20.0, 0.0), at(30.0, 0.0), at(30.0, 5.0), at(20.0, 0.0)], &SQUARE).is_empty());
    }

    proptest! {
        #[test]
        fn a_star_keeps_as_much_of_its_area_as_an_exact_intersection_says(
            radii in prop::collection::vec(1.0..9.0f64, 5..20), x in -4.0..14.0f64, y in -4.0..14.0f64,
        ) {
            let turn = std::f64::consts::TAU / radii.len() as f64;
            let mut star: Vec<_> = radii.iter().enumerate().map(|(n, r)| at(x + r * (turn * n as f64).cos(), y + r * (turn * n as f64).sin())).collect();
            star.push(star[0]);
            let exact = Polygon::new(LineString(star.clone()), vec![]).intersection(&Rect::new(at(0.0, 0.0), at(10.0, 10.0)).to_polygon());
            let cut = ring(&star, &SQUARE);
            let area = if cut.is_empty() { 0.0 } else { Polygon::new(LineString(cut), vec![]).unsigned_area() };
            prop_assert!((area - exact.unsigned_area()).abs() < 1e-6, "{area} and {}", exact.unsigned_area());
        }

        #[test]
        fn every_end_of_every_part_lies_inside(points in prop::collection::vec((-20.0..30.0f64, -20.0..30.0f64), 2..20)) {
            let points: Vec<_> = points.into_iter().map(|(x, y)| at(x, y)).collect();
            let wide = Rect::new(at(-1e-6, -1e-6), at(10.0 + 1e-6, 10.0 + 1e-6));
            for part in line(&points, &SQUARE) {
                prop_assert!(part.len() > 1 && part.iter().all(|c| wide.contains(c)));
            }
        }
    }
}
