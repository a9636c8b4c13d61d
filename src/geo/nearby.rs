//! The open cases near a point, from an R-tree per service in memory.
//!
//! It answers "was this reported already?" before anybody has filed, so it may lag the database by a moment. Refuses to decide: the
//! decision is made inside the transaction, by cells (see [`super::cell::ring`]).

use std::collections::HashMap;

use rstar::{AABB, RTree, RTreeObject};

use super::{EARTH_RADIUS_M, Point};

/// A case that was found, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The case.
    pub case: i64,
    /// Its service.
    pub service: i64,
    /// Its distance from the point asked about, in metres.
    pub metres: f64,
}

/// The places of open cases. About 100 bytes a case; insert, remove and search are logarithmic.
#[derive(Default)]
pub struct Nearby {
    trees: HashMap<i64, RTree<Placed>>,
    places: HashMap<i64, (i64, Point)>,
}

#[derive(Clone, Copy, PartialEq)]
struct Placed {
    case: i64,
    at: Point,
}

impl Nearby {
    /// An index of all of `(service, case, point)` at once, several times faster and better packed than inserting each. Where a case
    /// comes twice, the last counts.
    #[must_use]
    pub fn load(cases: impl IntoIterator<Item = (i64, i64, Point)>) -> Self {
        let places: HashMap<i64, (i64, Point)> = cases.into_iter().map(|(service, case, at)| (case, (service, at))).collect();
        let mut by_service: HashMap<i64, Vec<Placed>> = HashMap::new();
        for (&case, &(service, at)) in &places {
            by_service.entry(service).or_default().push(Placed { case, at });
        }
        let trees = by_service.into_iter().map(|(service, cases)| (service, RTree::bulk_load(cases))).collect();
        Self { trees, places }
    }

    /// Puts a case on the map, or moves it to another place or service.
    pub fn put(&mut self, service: i64, case: i64, at: Point) {
        self.remove(case);
        self.places.insert(case, (service, at));
        self.trees.entry(service).or_default().insert(Placed { case, at });
    }

    /// Takes a case off the map; says whether it was on it.
    pub fn remove(&mut self, case: i64) -> bool {
        let Some((service, at)) = self.places.remove(&case) else { return false };
        if let Some(tree) = self.trees.get_mut(&service) {
            tree.remove(&Placed { case, at });
        }
        true
    }

    /// The cases of these services within `radius_m` metres of the point (on the circle counts), nearest first, then by id; at most `limit`.
    #[must_use]
    pub fn within(&self, services: &[i64], point: Point, radius_m: f64, limit: usize) -> Vec<Near> {
        let envelopes = envelopes(point, radius_m);
        let mut found: Vec<Near> = services
            .iter()
            .enumerate()
            .filter(|(nth, service)| !services[..*nth].contains(service))
            .filter_map(|(_, service)| Some((*service, self.trees.get(service)?)))
            .flat_map(|(service, tree)| {
                let placed = envelopes.iter().flat_map(|envelope| tree.locate_in_envelope_intersecting(envelope));
                placed.map(move |placed| Near { case: placed.case, service, metres: point.metres_to(placed.at) })
            })
            .filter(|near| near.metres <= radius_m)
            .collect();
        found.sort_unstable_by(|a, b| a.metres.total_cmp(&b.metres).then(a.case.cmp(&b.case)));
        found.truncate(limit);
        found
    }

    /// How many cases are on the map.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether no case is on the map.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

impl RTreeObject for Placed {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_point([self.at.lon, self.at.lat])
    }
}

/// The box in degrees that holds the circle, south-west and north-east; over the antimeridian it is as wide as the earth.
#[must_use]
pub fn bounds(point: Point, radius_m: f64) -> (Point, Point) {
    let corner = |[lon, lat]: [f64; 2]| Point { lon, lat };
    match envelopes(point, radius_m)[..] {
        [one] => (corner(one.lower()), corner(one.upper())),
        [one, ..] => (Point { lon: -180.0, ..corner(one.lower()) }, Point { lon: 180.0, ..corner(one.upper()) }),
        [] => (Point { lon: -180.0, lat: -90.0 }, Point { lon: 180.0, lat: 90.0 }),
    }
}

/// The boxes in degrees that hold the circle: one, or two where it crosses the antimeridian. The longitude reached by a circle of angular
/// radius r at latitude φ is asin(sin r / cos φ) (Bronshtein et al., Handbook of Mathematics); over a pole it is every longitude.
pub(super) fn envelopes(point: Point, radius_m: f64) -> Vec<AABB<[f64; 2]>> {
    // a little more than asked, so that rounding never loses what is exactly on the circle
    let angle = radius_m.max(0.0) / EARTH_RADIUS_M * (1.0 + 1e-9) + 1e-9;
    let (south, north) = (point.lat - angle.to_degrees(), point.lat + angle.to_degrees());
    let boxed = |west: f64, east: f64| AABB::from_corners([west, south], [east, north]);
    if south <= -90.0 || north >= 90.0 {
        return vec![boxed(-180.0, 180.0)];
    }
    let reach = (angle.sin() / point.lat.to_radians().cos()).clamp(-1.0, 1.0).asin().to_degrees();
    let (west, east) = (point.lon - reach, point.lon + reach);
    match (west <= -180.0, east >= 180.0) {
        (false, false) => vec![boxed(west, east)],
        (true, true) => vec![boxed(-180.0, 180.0)],
        (true, false) => vec![boxed(-180.0, east), boxed(west + 360.0, 180.0)],
        (false, true) => vec![boxed(west, 180.0), boxed(-180.0, east - 360.0)],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SERVICES: i64 = 4;

    /// Cases within some three kilometres of a middle that may be anywhere, also on the date line and at a pole.
    fn city() -> impl Strategy<Value = (Point, Vec<(i64, Point)>)> {
        let lon = prop_oneof![2 => -180.0..180.0f64, 1 => Just(180.0), 1 => Just(-179.99)];
        let lat = prop_oneof![4 => -85.0..85.0f64, 1 => Just(90.0), 1 => Just(-89.99)];
        (lon, lat).prop_flat_map(|(lon, lat)| {
            let middle = Point { lon, lat };
            let case = (0..SERVICES, 0.0..3_000.0, 0.0..360.0)
                .prop_map(move |(service, metres, bearing)| (service, middle.offset(metres, bearing)));
            (Just(middle), prop::collection::vec(case, 0..120))
        })
    }

    fn by_hand(cases: &[(i64, i64, Point)], services: &[i64], point: Point, radius: f64) -> Vec<i64> {
        let mut near: Vec<_> =
            cases.iter().filter(|case| services.contains(&case.0)).map(|case| (point.metres_to(case.2), case.1)).collect();
        near.retain(|near| near.0 <= radius);
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        near.into_iter().map(|near| near.1).collect()
    }

    proptest! {
        #[test]
        fn the_index_finds_what_measuring_every_case_finds(
            (middle, city) in city(), away in 0.0..1_000.0, bearing in 0.0..360.0, radius in 0.0..2_000.0,
            services in prop::collection::vec(0..SERVICES, 0..5), moves in prop::collection::vec((0..120usize, 0..3u8), 0..40),
        ) {
            let mut cases: Vec<_> = city.iter().zip(1..).map(|(&(service, at), case)| (service, case, at)).collect();
            let mut nearby = Nearby::load(cases.iter().copied());
            for (which, what) in moves {
                let Some(&(service, case, at)) = cases.get(which) else { continue };
                match what {
                    0 => {
                        prop_assert!(nearby.remove(case));
                        prop_assert!(!nearby.remove(case));
                        cases.remove(which);
                    }
                    1 => {
                        cases[which] = ((service + 1) % SERVICES, case, at);
                        nearby.put(cases[which].0, case, at);
                    }
                    _ => {
                        cases[which].2 = at.offset(500.0, 45.0);
                        nearby.put(service, case, cases[which].2);
                    }
                }
            }
            let from = middle.offset(away, bearing);
            let found: Vec<i64> = nearby.within(&services, from, radius, usize::MAX).iter().map(|near| near.case).collect();
            prop_assert_eq!(&found, &by_hand(&cases, &services, from, radius));
            prop_assert_eq!(nearby.len(), cases.len());
            let first: Vec<i64> = nearby.within(&services, from, radius, 3).iter().map(|near| near.case).collect();
            prop_assert_eq!(&first[..], &found[..found.len().min(3)]);
        }
    }

    proptest! {
        #[test]
        fn the_bounds_hold_the_circle((middle, city) in city(), radius in 0.0..2_000.0) {
            let (south_west, north_east) = bounds(middle, radius);
            for (_, at) in city.into_iter().filter(|(_, at)| middle.metres_to(*at) <= radius) {
                prop_assert!((south_west.lon..=north_east.lon).contains(&at.lon) && (south_west.lat..=north_east.lat).contains(&at.lat));
            }
        }
    }

    #[test]
    fn a_service_nobody_filed_has_nothing_near() {
        let nearby = Nearby::default();
        assert!(nearby.is_empty() && nearby.within(&[1, 2], Point { lon: 0.0, lat: 0.0 }, 1_000.0, 10).is_empty());
    }
}
