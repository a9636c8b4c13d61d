//! Open cases near a point, in process: p50 and p99 over all open cases, beside the indexed queries of SQLite and PostgreSQL over the same
//! rows; of PostgreSQL the better one of a covering B-tree on service and H3 cell and of PostGIS's GiST on service and place.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench prints, and may stop at the first surprise")]

mod common;

use std::time::Instant;

use common::{Dice, quantile, ratio, rows, seconds};
use sqlx::{Connection, Executor, Row};
use waymark::geo::{Nearby, Point, cell};

const SERVICES: i64 = 50;
const RADIUS_M: f64 = 50.0;
const ASKED: usize = 100_000;
const ASKED_OF_SQL: usize = 4_000;

fn main() {
    let mut dice = Dice(311);
    let cases: Vec<(i64, i64, Point)> = (0..rows() as i64)
        .map(|id| {
            let (lon, lat) = dice.place();
            ((dice.next() % SERVICES as u64) as i64, id, Point { lon, lat })
        })
        .collect();
    let (load, index) = seconds(|| Nearby::load(cases.iter().copied()));
    println!("nearby: {} open cases loaded in {load:.2} s", cases.len());
    let asked: Vec<(i64, Point)> = (0..ASKED)
        .map(|_| {
            let (service, _, at) = cases[(dice.next() % cases.len() as u64) as usize];
            (service, at.offset(dice.unit() * 60.0, dice.unit() * 360.0))
        })
        .collect();
    let mut found = 0;
    let mut micros: Vec<f64> = asked
        .iter()
        .map(|&(service, at)| {
            let start = Instant::now();
            found += std::hint::black_box(index.within(&[service], at, RADIUS_M, 10)).len();
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    let (p50, p99) = (quantile(&mut micros, 0.5), quantile(&mut micros, 0.99));
    println!("nearby: p50 {p50:.2} µs, p99 {p99:.2} µs, {:.2} found on average", found as f64 / ASKED as f64);

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut of_sql = runtime.block_on(sqlite(&cases, &asked[..ASKED_OF_SQL]));
    let sql = quantile(&mut of_sql, 0.5);
    println!("nearby: SQLite by (service, cell) p50 {sql:.1} µs");
    ratio("nearby-sqlite", sql / p50, "x");
    match std::env::var("WAYMARK_TEST_POSTGRES") {
        Ok(admin) => {
            let (by_cell, by_place) = runtime.block_on(postgres(&admin, &cases, &asked[..ASKED_OF_SQL]));
            let best = by_place.map_or(by_cell, |by_place| by_cell.min(by_place));
            println!("nearby: medians {p50:.2} µs, PostgreSQL {best:.1} µs");
            ratio("nearby-postgres", best / p50, "x-postgres");
        }
        Err(_) => println!("nearby-postgres: WAYMARK_TEST_POSTGRES names no database"),
    }
}

/// The same question to PostgreSQL, prepared, from one connection: the medians by cell and, where PostGIS is installed, by place.
async fn postgres(admin: &str, cases: &[(i64, i64, Point)], asked: &[(i64, Point)]) -> (f64, Option<f64>) {
    let mut db = sqlx::PgConnection::connect(&common::fresh(admin, "nearby").await).await.unwrap();
    db.execute("create table c (id bigint, service bigint, cell bigint, lon float8, lat float8)").await.unwrap();
    for some in cases.chunks(50_000) {
        let column = |of: fn(&(i64, i64, Point)) -> i64| some.iter().map(of).collect::<Vec<i64>>();
        let degrees = |of: fn(&Point) -> f64| some.iter().map(|case| of(&case.2)).collect::<Vec<f64>>();
        sqlx::query("insert into c select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::float8[], $5::float8[])")
            .bind(column(|case| case.1))
            .bind(column(|case| case.0))
            .bind(column(|case| cell::cell(case.2)))
            .bind(degrees(|at| at.lon))
            .bind(degrees(|at| at.lat))
            .execute(&mut db)
            .await
            .unwrap();
    }
    db.execute("create index c_cell on c (service, cell) include (id, lon, lat)").await.unwrap();
    db.execute("vacuum analyze c").await.unwrap();
    let mut micros = Vec::with_capacity(asked.len());
    for &(service, at) in asked {
        let start = Instant::now();
        let query = sqlx::query("select id, lon, lat from c where service = $1 and cell = any($2)").bind(service);
        let rows = query.bind(cell::ring(at, RADIUS_M)).fetch_all(&mut db).await.unwrap();
        std::hint::black_box(rows.iter().filter(|r| at.metres_to(Point { lon: r.get(1), lat: r.get(2) }) <= RADIUS_M).count());
        micros.push(start.elapsed().as_secs_f64() * 1e6);
    }
    let by_cell = quantile(&mut micros, 0.5);
    println!("nearby: PostgreSQL by (service, cell) p50 {by_cell:.1} µs, p99 {:.1} µs", quantile(&mut micros, 0.99));
    if let Err(e) = db.execute("create extension btree_gist; create extension postgis").await {
        println!("nearby: PostGIS is not there ({e}): only the B-tree was asked");
        return (by_cell, None);
    }
    // In metres of the zone (UTM 31 north), which is what one would do for speed.
    db.execute("alter table c add at geometry(point, 32631)").await.unwrap();
    db.execute("update c set at = st_transform(st_setsrid(st_makepoint(lon, lat), 4326), 32631)").await.unwrap();
    db.execute("create index c_at on c using gist (service, at)").await.unwrap();
    db.execute("vacuum analyze c").await.unwrap();
    micros.clear();
    for &(service, at) in asked {
        let start = Instant::now();
        let near =
            "select id from c where service = $1 and st_dwithin(at, st_transform(st_setsrid(st_makepoint($2, $3), 4326), 32631), $4)";
        let query = sqlx::query(near).bind(service).bind(at.lon).bind(at.lat).bind(RADIUS_M);
        std::hint::black_box(query.fetch_all(&mut db).await.unwrap().len());
        micros.push(start.elapsed().as_secs_f64() * 1e6);
    }
    let by_place = quantile(&mut micros, 0.5);
    println!("nearby: PostGIS by (service, place) p50 {by_place:.1} µs, p99 {:.1} µs", quantile(&mut micros, 0.99));
    (by_cell, Some(by_place))
}

/// The same question to SQLite, in memory, by a covering B-tree on service and cell.
async fn sqlite(cases: &[(i64, i64, Point)], asked: &[(i64, Point)]) -> Vec<f64> {
    let mut db = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
    db.execute("create table c (id integer primary key, service integer, cell integer, lon real, lat real)").await.unwrap();
    db.execute("begin").await.unwrap();
    for &(service, id, at) in cases {
        sqlx::query("insert into c values ($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(service)
            .bind(cell::cell(at))
            .bind(at.lon)
            .bind(at.lat)
            .execute(&mut db)
            .await
            .unwrap();
    }
    db.execute("commit; create index at on c (service, cell, lon, lat)").await.unwrap();
    let mut micros = Vec::with_capacity(asked.len());
    for &(service, at) in asked {
        let start = Instant::now();
        let ring = cell::ring(at, RADIUS_M).iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let text = format!("select id, lon, lat from c where service = $1 and cell in ({ring})");
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).persistent(false).bind(service).fetch_all(&mut db).await.unwrap();
        let near = rows.iter().filter(|r| at.metres_to(Point { lon: r.get(1), lat: r.get(2) }) <= RADIUS_M).count();
        std::hint::black_box(near);
        micros.push(start.elapsed().as_secs_f64() * 1e6);
    }
    micros
}
