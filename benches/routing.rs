//! Which of 200 wards of a thousand corners and more a point lies in: points a second on one core, beside an R-tree of boxes with
//! `geo`'s `Contains`, and beside PostGIS asked point by point through a prepared statement. Before anything is timed a million points,
//! corners, middles of edges and their neighbours among them, are held against the rule of the border in whole numbers.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench prints, and may stop at the first surprise")]

mod common;
#[path = "common/exact.rs"]
mod exact;

use std::time::Instant;

use common::{Dice, quantile, ratio, seconds};
use exact::Exact;
use geo::{BoundingRect, Contains, Coord, LineString, MultiPolygon, Polygon};
use rstar::{AABB, RTree, RTreeObject};
use sqlx::{Connection, Executor, PgConnection};
use waymark::geo::{Boundaries, Jurisdiction, Point};

const COLUMNS: usize = 20;
const ROWS: usize = 10;
/// Corners of the line between two neighbouring crossings: four of them go around a ward.
const CORNERS: usize = 300;
const POINTS: usize = 1_000_000;
const ASKED_OF_POSTGIS: usize = 4_000;
const ROUNDS: usize = 7;
const LAYER: i64 = 1;
/// Corners are whole multiples of 2⁻³⁰ degrees, so that the middle of an edge is a number and lies on it.
const STEP: f64 = 1.0 / 1_073_741_824.0;

fn main() {
    let wards = wards(&mut Dice(311));
    let corners: usize = wards.iter().map(|ward| ward.exterior().0.len() - 1).sum();
    println!("routing: {} wards, {} corners, {:.0} each", wards.len(), corners, corners as f64 / wards.len() as f64);
    exactness(&wards);
    let (build, boundaries) = seconds(|| Boundaries::new(jurisdictions(&wards)));
    println!("routing: index built in {:.0} ms", build * 1e3);
    let mut dice = Dice(7);
    let points: Vec<Point> = (0..POINTS).map(|_| dice.place()).map(|(lon, lat)| Point { lon, lat }).collect();
    let ours = |point: &Point| boundaries.owner(LAYER, *point).map(|hit| hit.id);
    let tree = RTree::bulk_load(wards.iter().zip(1..).map(|(ward, id)| Boxed::new(id, ward)).collect());
    let theirs = |point: &Point| {
        let at = geo::Point::new(point.lon, point.lat);
        tree.locate_in_envelope_intersecting(&AABB::from_point([point.lon, point.lat]))
            .find(|boxed| boxed.ward.contains(&at))
            .map(|boxed| boxed.id)
    };
    let differ = points.iter().step_by(10).filter(|point| ours(point) != theirs(point)).count();
    println!("routing: {differ} of {} random points answered otherwise by geo's Contains", POINTS / 10);

    let mut rates = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        rates.0.push(rate(&points, ours));
        rates.1.push(rate(&points[..POINTS / 10], theirs));
    }
    let (mine, rstar) = (quantile(&mut rates.0, 0.5), quantile(&mut rates.1, 0.5));
    println!("routing: {:.1} million points a second a core; R-tree and geo's Contains {:.2} million", mine / 1e6, rstar / 1e6);
    ratio("routing-rstar", mine / rstar, "times an R-tree with geo::Contains");
    match std::env::var("WAYMARK_TEST_POSTGRES") {
        Ok(url) => {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let Some((mut micros, differ)) = runtime.block_on(postgis(&url, &wards, &points[..ASKED_OF_POSTGIS], ours)) else {
                println!("routing-postgis: PostGIS is not installed");
                return;
            };
            let postgis = 1e6 / quantile(&mut micros, 0.5);
            println!("routing: {differ} of {ASKED_OF_POSTGIS} points answered otherwise by PostGIS");
            println!("routing: {:.1} million points a second a core; PostGIS point by point {postgis:.0} a second", mine / 1e6);
            ratio("routing-postgis", mine / postgis, "times PostGIS point by point");
        }
        Err(_) => println!("routing-postgis: WAYMARK_TEST_POSTGRES names no database"),
    }
}

/// Points a second of CPU, so that what else runs on the machine flatters nobody.
fn rate(points: &[Point], ask: impl Fn(&Point) -> Option<i64>) -> f64 {
    let before = cpu_seconds();
    let found = points.iter().filter(|point| std::hint::black_box(ask(point)).is_some()).count();
    std::hint::black_box(found);
    points.len() as f64 / (cpu_seconds() - before)
}

/// CPU time of this thread so far, from the kernel's own clock in nanoseconds.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9
}

fn jurisdictions(wards: &[Polygon]) -> Vec<Jurisdiction> {
    let one =
        |(ward, id): (&Polygon, i64)| Jurisdiction { id, layer: LAYER, layer_precedence: 0, precedence: 0, area: ward.clone().into() };
    wards.iter().zip(1..).map(one).collect()
}

fn on_grid(at: Coord) -> Coord {
    Coord { x: (at.x / STEP).round() * STEP, y: (at.y / STEP).round() * STEP }
}

/// Wards that share crooked borders and fill the city of [`Dice::place`].
fn wards(dice: &mut Dice) -> Vec<Polygon> {
    let (wide, high) = (0.46 / COLUMNS as f64, 0.29 / ROWS as f64);
    let mut crossing = |column: usize, row: usize| {
        let (east, north) = (dice.unit() - 0.5, dice.unit() - 0.5);
        on_grid(Coord { x: 0.69 + (column as f64 + 0.3 * east) * wide, y: 52.46 + (row as f64 + 0.3 * north) * high })
    };
    let crossings: Vec<Vec<Coord>> = (0..=COLUMNS).map(|column| (0..=ROWS).map(|row| crossing(column, row)).collect()).collect();
    let mut line = |from: Coord, to: Coord| {
        let along = to - from;
        let mut sway = 0.0;
        (0..CORNERS)
            .map(|nth| {
                let share = nth as f64 / CORNERS as f64;
                sway = 0.95 * sway + 0.012 * (dice.unit() - 0.5);
                let out = if nth == 0 { 0.0 } else { sway * (4.0 * share * (1.0 - share)).sqrt() };
                on_grid(Coord { x: from.x + share * along.x - out * along.y, y: from.y + share * along.y + out * along.x })
            })
            .collect::<Vec<Coord>>()
    };
    let level: Vec<Vec<Vec<Coord>>> =
        (0..COLUMNS).map(|c| (0..=ROWS).map(|r| line(crossings[c][r], crossings[c + 1][r])).collect()).collect();
    let upright: Vec<Vec<Vec<Coord>>> =
        (0..=COLUMNS).map(|c| (0..ROWS).map(|r| line(crossings[c][r], crossings[c][r + 1])).collect()).collect();
    let back = |line: &[Coord], end: Coord| std::iter::once(end).chain(line[1..].iter().rev().copied()).collect::<Vec<_>>();
    let ward = |c: usize, r: usize| {
        let mut ring = level[c][r].clone();
        ring.extend(&upright[c + 1][r]);
        ring.extend(back(&level[c][r + 1], crossings[c + 1][r + 1]));
        ring.extend(back(&upright[c][r], crossings[c][r + 1]));
        Polygon::new(LineString::new(ring), vec![])
    };
    (0..COLUMNS).flat_map(|c| (0..ROWS).map(move |r| (c, r))).map(|(c, r)| ward(c, r)).collect()
}

/// Parks that overlap the wards and each other and come before them, some with a hole, some in two parts.
fn parks(dice: &mut Dice) -> Vec<MultiPolygon> {
    let star = |dice: &mut Dice, size: f64| {
        let (lon, lat) = dice.place();
        let arms: Vec<f64> = (0..40).map(|_| 0.4 + 0.6 * dice.unit()).collect();
        let ring = |scale: f64| {
            let corner = |(nth, arm): (usize, &f64)| {
                let angle = nth as f64 / arms.len() as f64 * std::f64::consts::TAU;
                on_grid(Coord { x: lon + scale * size * arm * angle.cos(), y: lat + scale * size * arm * angle.sin() })
            };
            LineString::from_iter(arms.iter().enumerate().map(corner))
        };
        let holes = if dice.next().is_multiple_of(2) { vec![ring(0.5)] } else { vec![] };
        Polygon::new(ring(1.0), holes)
    };
    (0..40).map(|nth| MultiPolygon((0..1 + nth % 2).map(|_| star(dice, 0.01)).collect())).collect()
}

/// A million points against the rule in whole numbers: whose they are, and whether they lie exactly on a border.
fn exactness(wards: &[Polygon]) {
    let mut dice = Dice(99);
    let mut all = jurisdictions(wards);
    let over = parks(&mut dice).into_iter().zip(1_000..);
    all.extend(over.map(|(area, id)| Jurisdiction { id, layer: LAYER, layer_precedence: 0, precedence: -1, area }));
    let edges: Vec<(Coord, Coord)> = all
        .iter()
        .flat_map(|j| j.area.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors())))
        .flat_map(|ring| ring.lines().map(|line| (line.start, line.end)).collect::<Vec<_>>())
        .collect();
    let beside = |(a, b): &(Coord, Coord)| {
        let middle = (*a + *b) / 2.0;
        let next = |at: Coord| Coord { x: at.x.next_up(), y: at.y };
        let level = Coord { x: a.x - 1e-3_f64.max((b.x - a.x).abs()), y: a.y };
        [*a, middle, next(middle), on_grid(level)]
    };
    let mut points: Vec<Coord> = edges.iter().flat_map(beside).take(POINTS - 50_000).collect();
    let special = points.len();
    points.extend((special..POINTS).map(|_| dice.place()).map(|(x, y)| Coord { x, y }));
    let boundaries = Boundaries::new(all.clone());
    let mut judges: Vec<(i64, i64, Exact)> = all.iter().map(|j| (j.precedence, j.id, Exact::new(&j.area))).collect();
    judges.sort_by_key(|(precedence, id, _)| (*precedence, *id));
    let (mut wrong, mut on_border) = (0, 0);
    let (took, ()) = seconds(|| {
        for at in &points {
            let rule = judges.iter().find_map(|(_, id, judge)| judge.at(*at).map(|on_border| (*id, on_border)));
            let point = Point { lon: at.x, lat: at.y };
            let owner = boundaries.owner(LAYER, point).map(|hit| (hit.id, hit.on_border));
            let first = boundaries.locate(point).first().map(|hit| (hit.id, hit.on_border));
            wrong += usize::from(owner != rule || first != rule);
            on_border += usize::from(rule.is_some_and(|(_, on_border)| on_border));
        }
    });
    println!(
        "routing: {} points, {special} made from corners and edges, {on_border} exactly on a border: {wrong} disagree with the rule in whole numbers ({took:.0} s)",
        points.len()
    );
    assert_eq!(wrong, 0, "the index does not keep the rule of the border");
}

struct Boxed<'w> {
    id: i64,
    ward: &'w Polygon,
    bounds: AABB<[f64; 2]>,
}

impl Boxed<'_> {
    fn new(id: i64, ward: &Polygon) -> Boxed<'_> {
        let bounds = ward.bounding_rect().unwrap();
        Boxed { id, ward, bounds: AABB::from_corners([bounds.min().x, bounds.min().y], [bounds.max().x, bounds.max().y]) }
    }
}

impl RTreeObject for Boxed<'_> {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.bounds
    }
}

/// Microseconds of each question to PostGIS over a GiST index, and how many answers differ; nothing without PostGIS.
async fn postgis(url: &str, wards: &[Polygon], points: &[Point], ours: impl Fn(&Point) -> Option<i64>) -> Option<(Vec<f64>, usize)> {
    let mut db = PgConnection::connect(url).await.unwrap();
    db.execute("create extension if not exists postgis").await.ok()?;
    db.execute("create temporary table ward (id bigint primary key, area geometry(polygon, 4326) not null)").await.unwrap();
    for (ward, id) in wards.iter().zip(1i64..) {
        let corners: Vec<String> = ward.exterior().0.iter().map(|c| format!("{} {}", c.x, c.y)).collect();
        let text = format!("POLYGON(({}))", corners.join(","));
        sqlx::query("insert into ward values ($1, st_geomfromtext($2, 4326))").bind(id).bind(text).execute(&mut db).await.unwrap();
    }
    db.execute("create index on ward using gist (area); analyze ward").await.unwrap();
    let (mut micros, mut differ) = (Vec::with_capacity(points.len()), 0);
    for point in points {
        let start = Instant::now();
        let text = "select id from ward where st_intersects(area, st_setsrid(st_makepoint($1, $2), 4326)) order by id limit 1";
        let found: Option<(i64,)> = sqlx::query_as(text).bind(point.lon).bind(point.lat).fetch_optional(&mut db).await.unwrap();
        micros.push(start.elapsed().as_secs_f64() * 1e6);
        differ += usize::from(found.map(|(id,)| id) != ours(point));
    }
    Some((micros, differ))
}
