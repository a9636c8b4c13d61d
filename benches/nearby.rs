//! Open cases near a point, in process: p50 and p99 over all open cases, beside SQLite's own indexed query over the same rows.

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
