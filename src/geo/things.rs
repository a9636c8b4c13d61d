//! What lies near a point: things made of points, lines and areas, found by an R-tree over their straight pieces.
//!
//! Distances are metres to the nearest position of a thing; inside of an area it is 0, in a hole of it the way to its rim. A line that
//! crosses the antimeridian has to be cut there, as RFC 7946 asks.

use geo::{Coord, Geometry, Intersects, LineString, Polygon};
use rstar::{AABB, RTree, RTreeObject};

use super::nearby::envelopes;
use super::{Point, wrapped};

/// A thing that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// The thing, by its number.
    pub thing: usize,
    /// Metres from the point.
    pub metres: f64,
    /// Its position that is nearest; the point itself inside of an area.
    pub at: Point,
}

/// Things by number.
#[derive(Debug, Default)]
pub struct Things {
    pieces: RTree<Piece>,
    areas: RTree<Area>,
}

/// A straight piece of a line; both ends are the same for a point.
#[derive(Clone, Copy, Debug)]
struct Piece {
    thing: usize,
    from: Coord,
    to: Coord,
}

#[derive(Clone, Debug)]
struct Area {
    thing: usize,
    polygon: Polygon,
}

impl Things {
    /// An index of these; a thing may have several geometries.
    pub fn new<'a>(things: impl IntoIterator<Item = (usize, &'a Geometry)>) -> Things {
        let (mut pieces, mut areas) = (Vec::new(), Vec::new());
        for (thing, geometry) in things {
            take(thing, geometry, &mut pieces, &mut areas);
        }
        Things { pieces: RTree::bulk_load(pieces), areas: RTree::bulk_load(areas) }
    }

    /// The things within so many metres, nearest first, then by number; each once.
    #[must_use]
    pub fn within(&self, point: Point, metres: f64) -> Vec<Nearest> {
        let mut found: Vec<Nearest> = Vec::new();
        for envelope in envelopes(point, metres) {
            found.extend(self.pieces.locate_in_envelope_intersecting(&envelope).map(|piece| piece.nearest(point)));
        }
        let here = Coord { x: point.lon, y: point.lat };
        let around = self.areas.locate_in_envelope_intersecting(&AABB::from_point([point.lon, point.lat]));
        found.extend(around.filter(|area| area.polygon.intersects(&here)).map(|area| Nearest {
            thing: area.thing,
            metres: 0.0,
            at: point,
        }));
        found.retain(|near| near.metres <= metres);
        found.sort_unstable_by(|a, b| a.thing.cmp(&b.thing).then(a.metres.total_cmp(&b.metres)));
        found.dedup_by_key(|near| near.thing);
        found.sort_by(|a, b| a.metres.total_cmp(&b.metres));
        found
    }
}

fn take(thing: usize, geometry: &Geometry, pieces: &mut Vec<Piece>, areas: &mut Vec<Area>) {
    let mut line = |line: &LineString| pieces.extend(line.0.windows(2).map(|ends| Piece { thing, from: ends[0], to: ends[1] }));
    match geometry {
        Geometry::Point(point) => pieces.push(Piece { thing, from: point.0, to: point.0 }),
        Geometry::MultiPoint(points) => pieces.extend(points.iter().map(|point| Piece { thing, from: point.0, to: point.0 })),
        Geometry::LineString(one) => line(one),
        Geometry::MultiLineString(lines) => lines.iter().for_each(line),
        Geometry::Polygon(polygon) => {
            std::iter::once(polygon.exterior()).chain(polygon.interiors()).for_each(line);
            areas.push(Area { thing, polygon: polygon.clone() });
        }
        Geometry::MultiPolygon(polygons) => {
            polygons.iter().for_each(|polygon| take(thing, &Geometry::Polygon(polygon.clone()), pieces, areas));
        }
        Geometry::GeometryCollection(all) => all.iter().for_each(|member| take(thing, member, pieces, areas)),
        Geometry::Line(_) | Geometry::Rect(_) | Geometry::Triangle(_) => {} // nothing reads such from a file
    }
}

impl Piece {
    fn nearest(&self, point: Point) -> Nearest {
        let at = foot(point, self.from, self.to);
        Nearest { thing: self.thing, metres: point.metres_to(at), at }
    }
}

/// The position of a straight piece that is nearest to a point, on the plane that touches the earth there: good to a millimetre over the
/// few hundred metres that anybody asks for.
#[must_use]
pub fn foot(point: Point, from: Coord, to: Coord) -> Point {
    let shrink = point.lat.to_radians().cos();
    let flat = |c: Coord| (wrapped(c.x - point.lon) * shrink, c.y - point.lat);
    let ((ax, ay), (bx, by)) = (flat(from), flat(to));
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx * dx + dy * dy;
    let along = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    Point { lon: wrapped(from.x + (to.x - from.x) * along), lat: from.y + (to.y - from.y) * along }
}

impl RTreeObject for Piece {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners([self.from.x, self.from.y], [self.to.x, self.to.y])
    }
}

impl RTreeObject for Area {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        let corners = self.polygon.exterior().0.iter().map(|corner| [corner.x, corner.y]).collect::<Vec<_>>();
        AABB::from_points(&corners)
    }
}

#[cfg(test)]
mod tests {
    use geo::{line_string, point, polygon};
    use proptest::prelude::*;

    use super::*;

    fn at(lon: f64, lat: f64) -> Point {
        Point::new(lon, lat).expect("a place")
    }

    #[test]
    fn points_lines_and_areas_are_found_with_their_distance() {
        let road = Geometry::from(line_string![(x: 0.0, y: 0.0), (x: 0.01, y: 0.0), (x: 0.01, y: 0.01)]);
        let lamp = Geometry::from(point! { x: 0.005, y: 0.0005 });
        let park = Geometry::from(polygon!(
            exterior: [(x: 0.02, y: 0.0), (x: 0.03, y: 0.0), (x: 0.03, y: 0.01), (x: 0.02, y: 0.01)],
            interiors: [[(x: 0.024, y: 0.004), (x: 0.026, y: 0.004), (x: 0.026, y: 0.006), (x: 0.024, y: 0.006)]],
        ));
        let things = Things::new([(0, &road), (1, &lamp), (2, &park)]);
        let found = things.within(at(0.005, 0.0002), 60.0);
        assert_eq!(found.iter().map(|near| near.thing).collect::<Vec<_>>(), [0, 1]);
        assert!((found[0].metres - 22.24).abs() < 0.01 && (found[1].metres - 33.36).abs() < 0.01, "{found:?}");
        assert_eq!((found[0].at.lon, found[0].at.lat), (0.005, 0.0));
        assert_eq!(things.within(at(0.021, 0.005), 5.0), [Nearest { thing: 2, metres: 0.0, at: at(0.021, 0.005) }]);
        let hole = things.within(at(0.025, 0.005), 200.0);
        assert!(hole.len() == 1 && (hole[0].metres - 111.2).abs() < 0.1, "{hole:?}");
        assert!(things.within(at(0.0, 1.0), 100.0).is_empty());
    }

    proptest! {
        #[test]
        fn the_tree_finds_what_measuring_every_piece_finds(
            ends in prop::collection::vec((0.0..0.05f64, 51.0..51.05f64, 0.0..0.05f64, 51.0..51.05f64), 1..40),
            lon in 0.0..0.05f64, lat in 51.0..51.05f64, metres in 1.0..2_000.0,
        ) {
            let lines: Vec<Geometry> =
                ends.iter().map(|&(a, b, c, d)| Geometry::from(line_string![(x: a, y: b), (x: c, y: d)])).collect();
            let here = at(lon, lat);
            let found = Things::new(lines.iter().enumerate()).within(here, metres);
            let by_hand: Vec<usize> = ends.iter().enumerate()
                .filter(|&(_, &(a, b, c, d))| here.metres_to(foot(here, Coord { x: a, y: b }, Coord { x: c, y: d })) <= metres)
                .map(|(nth, _)| nth).collect();
            let mut numbers: Vec<usize> = found.iter().map(|near| near.thing).collect();
            prop_assert!(found.windows(2).all(|two| two[0].metres <= two[1].metres));
            numbers.sort_unstable();
            prop_assert_eq!(numbers, by_hand);
        }

        #[test]
        fn no_position_of_a_piece_is_nearer_than_its_foot(
            (a, b, c, d) in (0.0..0.01f64, 51.0..51.01f64, 0.0..0.01f64, 51.0..51.01f64), lon in 0.0..0.01f64, lat in 51.0..51.01f64, t in 0.0..1.0f64,
        ) {
            let here = at(lon, lat);
            let nearest = here.metres_to(foot(here, Coord { x: a, y: b }, Coord { x: c, y: d }));
            let other = here.metres_to(at(a + (c - a) * t, b + (d - b) * t));
            prop_assert!(nearest <= other + 0.001, "{nearest} > {other}");
        }
    }
}
