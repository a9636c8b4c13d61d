//! The index against asking every polygon in whole numbers, most of all where random points never fall: on edges, on corners, at the
//! antimeridian.

#[path = "../../benches/common/exact.rs"]
mod exact;

use exact::Exact;
use geo::{LineString, Polygon, coord};
use proptest::prelude::*;

use super::*;

const LAYERS: i64 = 3;

/// Coordinates are multiples of 1/4096 degree, so that the middle of an edge is exact and truly on it.
const STEP: f64 = 1.0 / 4096.0;

fn on_grid(value: f64) -> f64 {
    (value / STEP).round() * STEP
}

/// A star around a middle: any number of corners, spikes and deep bays, sometimes with a hole of half its size.
fn star() -> impl Strategy<Value = Polygon> {
    let arms = prop::collection::vec(0.2..1.0f64, 3..24);
    (-0.05..0.05f64, -0.05..0.05f64, 0.005..0.05f64, arms, any::<bool>()).prop_map(|(x, y, size, arms, hole)| {
        let ring = |scale: f64| {
            let corner = |(nth, arm): (usize, &f64)| {
                let angle = nth as f64 / arms.len() as f64 * std::f64::consts::TAU;
                coord! { x: on_grid(x + scale * size * arm * angle.cos()), y: on_grid(y + scale * size * arm * angle.sin()) }
            };
            LineString::from_iter(arms.iter().enumerate().map(corner))
        };
        Polygon::new(ring(1.0), if hole { vec![ring(0.5)] } else { vec![] })
    })
}

/// Overlapping jurisdictions of several parts in some layers, all moved to a place on the earth.
fn jurisdictions() -> impl Strategy<Value = Vec<Jurisdiction>> {
    let parts = prop::collection::vec(star(), 1..4);
    let one = (parts, 0..LAYERS, 0..3i64);
    let place = prop_oneof![Just((10.0, 50.0)), Just((-71.0, 42.25)), Just((180.0, -17.5)), Just((-180.0, 0.0)), Just((25.0, 71.0))];
    (prop::collection::vec(one, 1..12), place).prop_map(|(all, (lon, lat))| {
        all.into_iter()
            .zip(1..)
            .map(|((parts, layer, precedence), id)| {
                let area = geo::MapCoords::map_coords(&MultiPolygon(parts), |c| coord! { x: c.x + lon, y: c.y + lat });
                Jurisdiction { id, layer, layer_precedence: -layer, precedence, area }
            })
            .collect()
    })
}

/// The rule, asked of every area on its own: whose the point is, layer by layer, and whether it lies exactly on the border.
fn by_hand(judges: &[(&Jurisdiction, Exact)], point: Point) -> Vec<(i64, i64, bool)> {
    let turned = [0.0, 360.0, -360.0].map(|turn| coord! { x: point.lon + turn, y: point.lat });
    let place = |judge: &Exact| turned.iter().filter_map(|&at| judge.at(at)).min();
    let mut hits: Vec<(&Jurisdiction, bool)> = judges.iter().filter_map(|(j, judge)| Some((*j, place(judge)?))).collect();
    hits.sort_by_key(|(j, _)| (j.layer_precedence, j.layer, j.precedence, j.id));
    hits.into_iter().map(|(j, on_border)| (j.layer, j.id, on_border)).collect()
}

/// Points everywhere in and around the areas, on their corners and in the middle of their edges.
fn probes(jurisdictions: &[Jurisdiction], random: impl Iterator<Item = (f64, f64)>) -> Vec<Point> {
    let on_earth = |c: Coord| Point::new(super::super::wrapped(c.x), c.y).expect("a place");
    let outlines: Vec<Outline> = jurisdictions.iter().map(|j| Outline::new(&j.area)).collect();
    let all = crate::geo::outline::Bounds::around(outlines.iter().map(|outline| outline.bounds));
    let edges = outlines.iter().flat_map(Outline::edges);
    let exact = edges.flat_map(|&(a, b)| [a, (a + b) / 2.0, coord! { x: a.x, y: b.y }, coord! { x: b.x - STEP, y: a.y }]);
    // as fine as whole numbers can judge near the equator too: a tenth of a millimetre
    let fine = |degrees: f64| (degrees * 1_073_741_824.0).round() / 1_073_741_824.0;
    let inside =
        random.map(|(x, y)| coord! { x: fine(all.west + x * (all.east - all.west)), y: fine(all.south + y * (all.north - all.south)) });
    exact.chain(inside).map(on_earth).collect()
}

fn assert_agrees(jurisdictions: &[Jurisdiction], points: &[Point]) {
    let boundaries = Boundaries::new(jurisdictions.to_vec());
    let judges: Vec<_> = jurisdictions.iter().map(|j| (j, Exact::new(&j.area))).collect();
    for &point in points {
        let found: Vec<_> = boundaries.locate(point).iter().map(|hit| (hit.layer, hit.id, hit.on_border)).collect();
        let expected = by_hand(&judges, point);
        assert_eq!(found, expected, "at {point:?}");
        for layer in 0..LAYERS {
            let owner = boundaries.owner(layer, point).map(|hit| (hit.layer, hit.id, hit.on_border));
            assert_eq!(owner, expected.iter().find(|hit| hit.0 == layer).copied(), "in layer {layer} at {point:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn the_index_agrees_with_asking_every_polygon(
        jurisdictions in jurisdictions(), random in prop::collection::vec((-0.1..1.1f64, -0.1..1.1f64), 100),
    ) {
        let points = probes(&jurisdictions, random.into_iter());
        assert_agrees(&jurisdictions, &points);
    }

    #[test]
    fn the_distance_to_the_border_is_that_of_the_nearest_edge(jurisdictions in jurisdictions(), x in -0.5..1.5f64, y in -0.5..1.5f64) {
        let boundaries = Boundaries::new(jurisdictions.clone());
        for point in probes(&jurisdictions[..1], std::iter::once((x, y))).into_iter().rev().take(2) {
            let outline = Outline::new(&jurisdictions[0].area);
            let step = |&(a, b): &(Coord, Coord)| (0..=100).map(move |n| a + (b - a) * (f64::from(n) / 100.0));
            let places = outline.edges().iter().flat_map(step).map(|c| Point { lon: super::super::wrapped(c.x), lat: c.y });
            let by_steps = places.map(|place| point.metres_to(place)).fold(f64::INFINITY, f64::min);
            let found = boundaries.distance_to_border(1, point).expect("the first jurisdiction");
            prop_assert!((found - by_steps).abs() <= 60.0 + by_steps * 0.01, "{found} m instead of {by_steps} m");
        }
    }
}

/// Nine squares side by side, with common edges and corners.
fn chessboard() -> Vec<Jurisdiction> {
    let square =
        |x: f64, y: f64| Polygon::new(LineString::from(vec![(x, y), (x + 0.25, y), (x + 0.25, y + 0.25), (x, y + 0.25), (x, y)]), vec![]);
    let id = |nth: i32| i64::from(nth) + 1;
    (0..9).map(|n| (n, square(f64::from(n % 3) * 0.25, f64::from(n / 3) * 0.25))).map(|(n, p)| jurisdiction(id(n), 0, p)).collect()
}

fn jurisdiction(id: i64, precedence: i64, polygon: Polygon) -> Jurisdiction {
    Jurisdiction { id, layer: 1, layer_precedence: 0, precedence, area: MultiPolygon(vec![polygon]) }
}

fn owner(boundaries: &Boundaries, lon: f64, lat: f64) -> Option<i64> {
    boundaries.owners(Point { lon, lat }).first().map(|hit| hit.id)
}

#[test]
fn a_point_on_a_border_belongs_to_the_first_by_precedence_and_then_by_id() {
    let mut board = chessboard();
    assert_eq!(owner(&Boundaries::new(board.clone()), 0.25, 0.25), Some(1));
    assert_eq!(owner(&Boundaries::new(board.clone()), 0.5, 0.375), Some(5));
    board[4].precedence = -1;
    board.reverse();
    let boundaries = Boundaries::new(board);
    assert_eq!((owner(&boundaries, 0.25, 0.25), owner(&boundaries, 0.75, 0.75), owner(&boundaries, 0.76, 0.1)), (Some(5), Some(9), None));
    assert_eq!(boundaries.locate(Point { lon: 0.25, lat: 0.25 }).iter().filter(|hit| hit.on_border).count(), 4);
}

#[test]
fn a_point_in_a_hole_is_outside_and_one_on_its_rim_is_not() {
    let ring = |west: f64, east: f64| LineString::from(vec![(west, west), (east, west), (east, east), (west, east), (west, west)]);
    // both rings wound the same way, as some cities publish them
    let boundaries = Boundaries::new(vec![jurisdiction(1, 0, Polygon::new(ring(0.0, 1.0), vec![ring(0.25, 0.5)]))]);
    assert_eq!((owner(&boundaries, 0.3, 0.3), owner(&boundaries, 0.25, 0.3), owner(&boundaries, 0.1, 0.1)), (None, Some(1), Some(1)));
}

#[test]
fn an_area_across_the_antimeridian_is_found_from_both_sides() {
    let rectangle = |west: f64, east: f64| {
        Polygon::new(LineString::from(vec![(west, -18.0), (east, -18.0), (east, -16.0), (west, -16.0), (west, -18.0)]), vec![])
    };
    let unrolled = Boundaries::new(vec![jurisdiction(1, 0, rectangle(177.5, 181.0))]);
    let mut halves = jurisdiction(1, 0, rectangle(177.5, 180.0));
    halves.area.0.push(rectangle(-180.0, -179.0));
    for boundaries in [unrolled, Boundaries::new(vec![halves])] {
        for (lon, inside) in [(178.0, true), (180.0, true), (-180.0, true), (-179.5, true), (-178.9, false), (177.4, false), (0.0, false)] {
            assert_eq!(owner(&boundaries, lon, -17.0).is_some(), inside, "at {lon}");
        }
        let metres = boundaries.distance_to_border(1, Point { lon: -178.9, lat: -17.0 }).expect("it is there");
        assert!((metres - 10_633.0).abs() < 20.0, "{metres}");
    }
}

#[test]
fn no_jurisdictions_and_empty_ones_have_nobody_inside() {
    for all in [vec![], vec![Jurisdiction { area: MultiPolygon(vec![]), ..chessboard()[0].clone() }]] {
        let boundaries = Boundaries::new(all);
        assert_eq!((owner(&boundaries, 0.0, 0.0), boundaries.nearest(Point { lon: 0.0, lat: 0.0 })), (None, None));
    }
}

#[test]
fn areas_at_both_ends_of_the_earth_do_not_make_the_grid_grow() {
    let mut far = chessboard();
    let moved = |by: f64| geo::MapCoords::map_coords(&chessboard()[4].area, |c| coord! { x: c.x + by, y: c.y + by / 3.0 });
    far.push(Jurisdiction { id: 100, area: moved(170.0), ..far[0].clone() });
    far.push(Jurisdiction { id: 101, area: moved(-170.0), ..far[0].clone() });
    let points = probes(&far, std::iter::empty());
    assert_agrees(&far, &points);
}

/// A city's own boundaries, as jurisdictions of one layer.
fn city(file: &str) -> Option<Vec<Jurisdiction>> {
    let text = crate::geo::area::tests::shared(file)?;
    let reading = crate::geo::area::read(&text, &crate::geo::area::Limits::default()).expect("real boundaries are read");
    let one =
        |(id, area): (i64, crate::geo::area::Area)| Jurisdiction { id, layer: 1, layer_precedence: 0, precedence: 0, area: area.polygons };
    Some((1..).zip(reading.areas).map(one).collect())
}

/// Points without order, the same every time (Weyl sequences of the plastic number).
fn scattered(count: usize) -> impl Iterator<Item = (f64, f64)> {
    (1..=count).map(|n| ((n as f64 * 0.754_877_666_246_692_7).fract(), (n as f64 * 0.569_840_290_998_053_2).fract()))
}

#[test]
fn the_index_agrees_on_real_cities() {
    // a million points, and all corners and edges of a whole city, are asked by the bench before it measures
    for file in
        ["chicago/wards_before_2015.geojson", "chicago/wards_2015.geojson", "boston/wards.geojson", "boston/police_districts.geojson"]
    {
        let Some(areas) = city(file) else {
            println!("skipped: {file} is not at hand");
            continue;
        };
        let all = probes(&areas, scattered(4_000));
        let step = (all.len() / 8_000).max(1);
        let points: Vec<Point> = all.into_iter().step_by(step).collect();
        assert_agrees(&areas, &points);
    }
}
