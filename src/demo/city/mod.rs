//! Alderford: its outline, districts, water, parks, streets and houses. There is one Alderford; a demo's seed changes what its residents
//! report, never where they live, so that maps, addresses and boundaries agree between runs. Everything is in WGS84 degrees.

mod frame;
mod local;
mod names;
mod outline;
mod parks;
mod roads;
mod street;
mod water;

use std::sync::LazyLock;

use ::geo::{Coord, LineString, Polygon};

pub use frame::{CENTRE, degrees, gap, metres};
pub use outline::Area;
pub use street::{Class, House, Street};
pub use water::Water;

/// A place the map writes a name on that has no outline of its own.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// What is written.
    pub name: &'static str,
    /// `city`, `district`, `neighbourhood` or `station`.
    pub kind: &'static str,
    /// Where, in degrees.
    pub place: Coord<f64>,
}

/// The city as it is drawn.
#[derive(Clone, Debug)]
pub struct City {
    /// The city limits.
    pub limits: Area,
    /// Nine districts; they fill the city without gap or overlap.
    pub districts: Vec<Area>,
    /// Four depot areas made of whole districts.
    pub maintenance: Vec<Area>,
    /// Parks; they may overlap, the lower precedence wins.
    pub parks: Vec<Area>,
    /// Land of the state's roads.
    pub state_roads: Vec<Area>,
    /// The port authority's land, with two holes.
    pub port: Area,
    /// River, creek, lake, dock.
    pub waters: Vec<Water>,
    /// Every street, main roads first.
    pub streets: Vec<Street>,
    /// Footpaths through the parks.
    pub paths: Vec<LineString<f64>>,
    /// The railway's middle line.
    pub railway: LineString<f64>,
    /// Names without an outline.
    pub labels: Vec<Label>,
    river: Vec<Coord<f64>>,
}

/// The seed of the city itself, apart from any seed of a demo.
const SEED: u64 = 311;

/// The city; drawn at the first call (tens of milliseconds), then kept.
pub fn alderford() -> &'static City {
    static CITY: LazyLock<City> = LazyLock::new(|| City::draw(SEED));
    &CITY
}

impl City {
    pub(crate) fn draw(seed: u64) -> City {
        let limits = outline::city(seed);
        let (main_roads, railway) = (roads::roads(seed, &limits), roads::railway(&limits));
        let mut city = City {
            limits,
            districts: outline::districts(seed),
            maintenance: outline::maintenance(seed),
            parks: parks::parks(seed),
            state_roads: roads::state_roads(seed, &main_roads),
            port: parks::port(seed),
            waters: water::waters(seed),
            streets: vec![],
            paths: vec![],
            railway: frame::line(&railway),
            labels: labels(),
            river: outline::river(),
        };
        city.paths = parks::paths(seed).into_iter().filter(|path| !path.0.iter().any(|place| city.in_water(*place))).collect();
        for road in &main_roads {
            let middle = degrees(road.board[road.board.len() / 2]);
            let district = city.district(middle).unwrap_or(0);
            city.streets.push(Street::new(road.name.to_owned(), road.class, district, &road.board, 2));
        }
        let mut names = names::Names::new(seed, &main_roads.iter().map(|road| road.name).collect::<Vec<_>>());
        let beside = local::Beside::new(local::lines(&main_roads, &railway));
        for index in 0..city.districts.len() {
            let streets = local::streets(seed, index, &city, &beside, &mut names);
            city.streets.extend(streets);
        }
        city
    }

    /// Index of the district a place (in degrees) lies in; on a border the first that claims it.
    pub fn district(&self, place: Coord<f64>) -> Option<usize> {
        self.districts.iter().position(|district| district.holds(place))
    }

    /// Whether a place (in degrees) lies in water.
    pub fn in_water(&self, place: Coord<f64>) -> bool {
        self.waters.iter().any(|water| in_polygon(&water.shape, place))
    }

    /// Whether a place on the board lies in water or within some 35 m of it.
    fn near_water(&self, place: Coord<f64>) -> bool {
        let river = self.river.windows(2).any(|ends| from_segment(place, ends[0], ends[1]) < 135.0);
        let corners = [(35.0, 0.0), (-35.0, 0.0), (0.0, 35.0), (0.0, -35.0)];
        river
            || corners
                .iter()
                .any(|(x, y)| self.waters[1..].iter().any(|water| in_polygon(&water.shape, degrees(place + Coord { x: *x, y: *y }))))
    }
}

/// Distance in metres from a place to a straight piece of a line, all on the board.
fn from_segment(place: Coord<f64>, from: Coord<f64>, to: Coord<f64>) -> f64 {
    let (step, reach) = (to - from, place - from);
    let along = ((reach.x * step.x + reach.y * step.y) / (step.x * step.x + step.y * step.y)).clamp(0.0, 1.0);
    gap(place, from + step * along)
}

/// Whether a ring goes round a place: crossings of a ray to the east, lower end included, upper end not.
fn in_ring(ring: &LineString<f64>, place: Coord<f64>) -> bool {
    let mut inside = false;
    for ends in ring.0.windows(2) {
        let (a, b) = (ends[0], ends[1]);
        if (a.y > place.y) != (b.y > place.y) && place.x < a.x + (b.x - a.x) * (place.y - a.y) / (b.y - a.y) {
            inside = !inside;
        }
    }
    inside
}

fn in_polygon(polygon: &Polygon<f64>, place: Coord<f64>) -> bool {
    in_ring(polygon.exterior(), place) && !polygon.interiors().iter().any(|hole| in_ring(hole, place))
}

fn labels() -> Vec<Label> {
    const ROWS: &[(&str, &str, f64, f64)] = &[
        ("Alderford", "city", -600.0, 500.0),
        ("Old Town", "district", -1450.0, 600.0),
        ("Eastbank", "district", 2900.0, -350.0),
        ("Harbor", "district", 3500.0, -3050.0),
        ("Mill End", "district", -4200.0, 900.0),
        ("Creekside", "district", 2150.0, 2750.0),
        ("Southbank", "district", -900.0, -2550.0),
        ("Larkfield", "district", -3900.0, -3250.0),
        ("Weir Hill", "district", 150.0, 3300.0),
        ("Lakeshore", "district", 4850.0, 2150.0),
        ("Northgate", "neighbourhood", -4200.0, 2500.0),
        ("Tidewell", "neighbourhood", 1900.0, -2700.0),
        ("Copperfields", "neighbourhood", 4200.0, -1550.0),
        ("Lower Larkfield", "neighbourhood", -4100.0, -1550.0),
        ("Alderford Central", "station", -1050.0, -1490.0),
        ("Harbor Road", "station", 3350.0, -1960.0),
    ];
    ROWS.iter().map(|(name, kind, x, y)| Label { name, kind, place: degrees(frame::at(*x, *y)) }).collect()
}

#[cfg(test)]
mod tests;
