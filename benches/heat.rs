//! The heat map, in process and on one thread: p50 and p99 of each class of filter over all requests, beside SQLite's own
//! `group by` over the same rows by a covering index in the order of cells.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod common;

use common::{Dice, quantile, ratio, rows, seconds};
use sqlx::{AssertSqlSafe, Connection, Executor, Row as _};
use waymark::analytics::columns::{Loading, Place, Row};
use waymark::analytics::{Bbox, Columns, Day, Filter, Heat};
use waymark::geo::{Point, cell};

const SERVICES: u64 = 50;
const WARDS: u64 = 50;
const DAYS: u64 = 5 * 365;
const STATUSES: [&str; 4] = ["new", "assigned", "in_progress", "closed"];
/// How often each question is asked of the columns, and of SQLite.
const ASKED: usize = 200;
const ASKED_OF_SQL: usize = 5;

/// A request as both sides are given it.
struct Plain {
    at: Point,
    cell: i64,
    service: i64,
    status: usize,
    day: u64,
    ward: i64,
}

fn plain(dice: &mut Dice) -> Plain {
    let (lon, lat) = dice.place();
    let at = Point { lon, lat };
    // A few services are most of the requests, four of five are closed, and a ward is a square of the city.
    let service = (dice.unit() * dice.unit() * SERVICES as f64) as i64;
    let status = if dice.next().is_multiple_of(5) { (dice.next() % 3) as usize } else { 3 };
    let ward = ((lon - 0.7) / 0.44 * 10.0) as i64 * 5 + ((lat - 52.47) / 0.27 * 5.0) as i64;
    Plain { at, cell: cell::cell(at), service, status, day: dice.next() % DAYS, ward: ward.rem_euclid(WARDS as i64) }
}

fn day(n: u64) -> Day {
    Day::at((n * 86_400_000) as i64, &jiff::tz::TimeZone::UTC)
}

/// Each class of filter, its resolution, and the same for SQL. Days are those from 0 to [`DAYS`].
fn questions() -> Vec<(&'static str, u8, Filter, String)> {
    let box_of = |km: f64| Bbox { west: 0.9, south: 52.58, east: 0.9 + km / 67.7, north: 52.58 + km / 111.2 };
    let all = Filter::default();
    let few = vec![3, 4, 5, 6, 7];
    let (from, last) = (DAYS - 90, DAYS - 1);
    let bbox = |b: Bbox| format!("lon >= {} and lon <= {} and lat >= {} and lat <= {}", b.west, b.east, b.south, b.north);
    let open: Option<Vec<String>> = Some(STATUSES[..3].iter().map(|&word| word.to_owned()).collect());
    let everything = Filter {
        services: Some((0..25).collect()),
        statuses: open.clone(),
        jurisdictions: Some((0..40).collect()),
        from: Some(day(365)),
        to: Some(day(last)),
        bbox: Some(Bbox { west: 0.72, south: 52.48, east: 1.12, north: 52.73 }),
        except: Vec::new(),
    };
    vec![
        ("city, coarse", 8, all.clone(), "true".into()),
        ("city, finest", 10, all.clone(), "true".into()),
        ("five services", 9, Filter { services: Some(few.clone()), ..all.clone() }, "service in (3, 4, 5, 6, 7)".into()),
        ("open", 9, Filter { statuses: open, ..all.clone() }, "status < 3".into()),
        ("one district", 10, Filter { jurisdictions: Some(vec![17]), ..all.clone() }, "ward = 17".into()),
        ("box of 3 km", 10, Filter { bbox: Some(box_of(3.0)), ..all.clone() }, bbox(box_of(3.0))),
        ("90 days", 9, Filter { from: Some(day(from)), to: Some(day(last)), ..all.clone() }, format!("day >= {from} and day <= {last}")),
        (
            "everything at once",
            10,
            everything.clone(),
            format!(
                "service < 25 and status < 3 and ward < 40 and day >= 365 and day <= {last} and {}",
                bbox(everything.bbox.expect("it has one"))
            ),
        ),
    ]
}

fn main() {
    let mut dice = Dice(311);
    let plains: Vec<Plain> = (0..rows()).map(|_| plain(&mut dice)).collect();
    let (load, mut columns) = seconds(|| loaded(&plains));
    println!("heat: {} requests sorted into columns in {load:.2} s", plains.len());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut peer = runtime.block_on(sqlite(&plains));

    for (name, resolution, filter, sql) in questions() {
        let (mut ms, heat) = asked(&columns, &filter, resolution);
        let text = by_cell(resolution, &sql);
        let mut of_sql = Vec::new();
        for _ in 0..ASKED_OF_SQL {
            let (took, found) = seconds(|| runtime.block_on(ask(&mut peer, &text)));
            assert_eq!(found, (heat.cells.len(), heat.total, u64::from(heat.max)), "{name}: both count the same");
            of_sql.push(took * 1e3);
        }
        let (p50, p99, sql) = (quantile(&mut ms, 0.5), quantile(&mut ms, 0.99), quantile(&mut of_sql, 0.5));
        println!(
            "heat: {name:18} r{resolution:<2} p50 {p50:6.2} ms, p99 {p99:6.2} ms; SQLite {sql:7.1} ms; {} in {} cells",
            heat.total,
            heat.cells.len()
        );
        ratio(&format!("heat-sqlite-{}", name.replace([',', ' '], "-").replace("--", "-")), sql / p50, "x");
        if name == "city, finest" {
            ratio("heat-sqlite", sql / p50, "x");
        }
    }
    as_it_grows(&mut columns, &mut dice);
}

/// The same with a twentieth more filed one by one and a tenth moved, which leaves several levels and a tail.
fn as_it_grows(columns: &mut Columns, dice: &mut Dice) {
    let count = columns.len();
    let (filed, ()) = seconds(|| {
        for n in 0..count / 20 {
            let row = row(columns, (count + n) as i64, &plain(dice));
            columns.put(row);
            columns.compact();
        }
    });
    let nowhere = columns.names().combination(&[0]);
    let (moved, ()) = seconds(|| (0..count / 10).for_each(|n| columns.set_case(n as i64 * 10, "assigned", nowhere)));
    println!(
        "heat: {:.1} µs a request filed, sorting included; {:.1} µs a case moved",
        filed * 2e7 / count as f64,
        moved * 1e7 / count as f64
    );
    for (name, resolution, filter, _) in questions() {
        let (mut ms, _) = asked(columns, &filter, resolution);
        println!("heat: grown, {name:18} p50 {:6.2} ms, p99 {:6.2} ms", quantile(&mut ms, 0.5), quantile(&mut ms, 0.99));
    }
}

fn asked(columns: &Columns, filter: &Filter, resolution: u8) -> (Vec<f64>, Heat) {
    let ask = || seconds(|| std::hint::black_box(columns.heat(filter, resolution)));
    let heat = ask().1;
    ((0..ASKED).map(|_| ask().0 * 1e3).collect(), heat)
}

fn loaded(plains: &[Plain]) -> Columns {
    let mut loading = Loading::default();
    for (id, plain) in (0..).zip(plains) {
        let (kind, jurisdictions) = (loading.names.kind(plain.service, STATUSES[plain.status]), loading.names.combination(&[plain.ward]));
        loading.push(&Row { id, case: id, place: Some(place(plain)), kind, day: day(plain.day), jurisdictions });
    }
    loading.finish()
}

fn row(columns: &mut Columns, id: i64, plain: &Plain) -> Row {
    let kind = columns.names().kind(plain.service, STATUSES[plain.status]);
    let jurisdictions = columns.names().combination(&[plain.ward]);
    Row { id, case: id, place: Some(place(plain)), kind, day: day(plain.day), jurisdictions }
}

fn place(plain: &Plain) -> Place {
    Place { lon: plain.at.lon, lat: plain.at.lat, cell: plain.cell.cast_unsigned() }
}

/// SQLite in memory with what it needs in one index, in the order of the cells, so that it groups without sorting.
async fn sqlite(plains: &[Plain]) -> sqlx::SqliteConnection {
    let mut db = sqlx::SqliteConnection::connect("sqlite::memory:").await.expect("a database in memory");
    let table = "create table r (id integer primary key, cell integer, service integer, status integer, ward integer, day integer, lon real, lat real); begin";
    db.execute(table).await.expect("a table");
    for plain in plains {
        sqlx::query("insert into r (cell, service, status, ward, day, lon, lat) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(plain.cell)
            .bind(plain.service)
            .bind(plain.status as i64)
            .bind(plain.ward)
            .bind(plain.day as i64)
            .bind(plain.at.lon)
            .bind(plain.at.lat)
            .execute(&mut db)
            .await
            .expect("a row");
    }
    db.execute("commit; create index at on r (cell, service, status, ward, day, lon, lat); analyze").await.expect("an index");
    db
}

/// Coarser cells by the bits above their last digit: first by the cells of the index, in its order, then those few together.
fn by_cell(resolution: u8, condition: &str) -> String {
    let finest = format!("select cell, count(*) as n from r where {condition} group by cell");
    match resolution {
        10 => finest,
        _ => format!("select (cell >> {}) as parent, sum(n) from ({finest}) group by parent", 3 * (15 - resolution)),
    }
}

async fn ask(db: &mut sqlx::SqliteConnection, text: &str) -> (usize, u64, u64) {
    let rows = sqlx::query(AssertSqlSafe(text.to_owned())).fetch_all(db).await.expect("an answer");
    let counts: Vec<u64> = rows.iter().map(|row| row.get::<i64, _>(1) as u64).collect();
    (counts.len(), counts.iter().sum(), counts.iter().max().copied().unwrap_or(0))
}
