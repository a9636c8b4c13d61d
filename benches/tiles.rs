//! Tiles, heat, clusters and the queue over HTTP by fifty clients, over all requests in a real database, beside `/health`: what a
//! request costs before anything is asked of it, on the same server and at the same time of day.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench prints, and may stop at the first surprise")]

mod common;

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use common::{Dice, quantile, ratio, rows};
use sqlx::{Connection, Executor, SqliteConnection};
use waymark::app::App;
use waymark::catalog::{self, ServiceDraft};
use waymark::clock::Clock;
use waymark::config::Config;
use waymark::error::Error;
use waymark::geo::{Point, cell};

const CLIENTS: usize = 50;
const FOR: Duration = Duration::from_secs(4);
const SERVICES: i64 = 50;
const STATUSES: [&str; 4] = ["new", "assigned", "in_progress", "closed"];
const DAY: i64 = 86_400_000;
const YEARS: i64 = 5 * 365;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir_in(std::env::var("WAYMARK_BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    runtime.block_on(async {
        let mut config = Config::default();
        config.database.url = folder.path().join("tiles.db").display().to_string();
        config.server.port = 0;
        let app = App::build(config.settle(folder.path()).unwrap(), Clock::real()).await.unwrap();
        let services: Vec<_> = (1..=SERVICES).map(|n| ServiceDraft::new(format!("s{n}"), format!("Service {n}"))).collect();
        app.db
            .write(async move |tx| {
                catalog::save_all(tx, &services, None, 0).await?;
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
        fill(&app.config.database.url, rows()).await;
        let (loading, workers) = {
            let start = Instant::now();
            let workers = app.start().await.unwrap();
            (start.elapsed().as_secs_f64(), workers)
        };
        println!("tiles: {} requests in memory after {loading:.1} s", rows());
        let listener = waymark::server::bind(&app.config).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = waymark::server::serve(app.clone(), listener).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        let (mut floor, _) = ask(&base, |_| "/health".into()).await;
        let floor = quantile(&mut floor, 0.5);
        println!("tiles: /health p50 {floor:.2} ms with {CLIENTS} clients");
        let paths: Vec<(&str, fn(&mut Dice) -> String)> = vec![
            ("heat-tile", |dice| tile(dice, "heat", 11..=14, false)),
            ("heat-tile-filtered", |dice| tile(dice, "heat", 11..=14, true)),
            ("request-tile", |dice| tile(dice, "requests", 11..=16, false)),
            ("request-tile-filtered", |dice| tile(dice, "requests", 11..=16, true)),
            ("heat-of-the-city", |dice| format!("/api/heat?resolution=8&{}", filter(dice))),
            ("clusters-of-a-view", |dice| {
                let (lon, lat) = dice.place();
                format!("/api/clusters?zoom=13&bbox={lon},{lat},{},{}&{}", lon + 0.06, lat + 0.03, filter(dice))
            }),
            ("counts-of-the-city", |dice| format!("/api/counts?{}", filter(dice))),
        ];
        for (name, path) in paths {
            let (mut millis, bytes) = ask(&base, path).await;
            let (p50, p99) = (quantile(&mut millis, 0.5), quantile(&mut millis, 0.99));
            let rate = millis.len() as f64 / FOR.as_secs_f64();
            println!("tiles: {name:<22} p50 {p50:.2} ms, p99 {p99:.2} ms, {rate:.0}/s, {:.1} kB on average", bytes / 1e3);
            ratio(&format!("tiles-{name}"), p50 / floor, "x-health");
        }
        drop(workers);
        handle.stop(false).await;
    });
}

/// Other filters than the one before, so that nothing is answered from a cache.
fn filter(dice: &mut Dice) -> String {
    let some: Vec<String> = (0..5).map(|_| format!("s{}", dice.next() % SERVICES as u64 + 1)).collect();
    format!("services={}&from=202{}-01-01", some.join(","), dice.next() % 4 + 1)
}

fn tile(dice: &mut Dice, layer: &str, zooms: RangeInclusive<u32>, filtered: bool) -> String {
    let z = zooms.start() + dice.next() as u32 % (zooms.end() - zooms.start() + 1);
    let query = if filtered { filter(dice) } else { String::new() };
    let (lon, lat) = dice.place();
    let side = f64::from(1 << z);
    let x = ((lon + 180.0) / 360.0 * side) as u32;
    let y = ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * side) as u32;
    format!("/tiles/{layer}/{z}/{x}/{y}.mvt?{query}")
}

/// Milliseconds of each answer, and their mean size.
async fn ask(base: &str, path: impl Fn(&mut Dice) -> String + Clone + Send + 'static) -> (Vec<f64>, f64) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().pool_max_idle_per_host(CLIENTS).build().unwrap();
    let start = Instant::now();
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let (client, base, path) = (client.clone(), base.to_owned(), path.clone());
            tokio::spawn(async move {
                let (mut dice, mut millis, mut bytes) = (Dice(n as u64), Vec::new(), 0);
                while start.elapsed() < FOR {
                    let sent = Instant::now();
                    let answer = client.get(format!("{base}{}", path(&mut dice))).send().await.unwrap();
                    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
                    bytes += answer.bytes().await.unwrap().len();
                    millis.push(sent.elapsed().as_secs_f64() * 1e3);
                }
                (millis, bytes)
            })
        })
        .collect();
    let (mut millis, mut bytes) = (Vec::new(), 0);
    for task in tasks {
        let (some, size) = task.await.unwrap();
        millis.extend(some);
        bytes += size;
    }
    let mean = bytes as f64 / millis.len().max(1) as f64;
    (millis, mean)
}

/// Rows as filing leaves them, without filing them: one case for each request.
async fn fill(path: &str, many: usize) {
    let mut db = SqliteConnection::connect(path).await.unwrap();
    let start = Instant::now();
    let mut dice = Dice(311);
    db.execute("begin immediate").await.unwrap();
    for n in 1..=many as i64 {
        let (lon, lat) = dice.place();
        let cell = cell::cell(Point { lon, lat });
        let service = (dice.unit() * dice.unit() * SERVICES as f64) as i64 + 1;
        let status = if dice.next().is_multiple_of(5) { (dice.next() % 3) as usize } else { 3 };
        let at = 1_609_459_200_000 + (dice.next() as i64).rem_euclid(YEARS) * DAY;
        let closed = (status == 3).then_some(at + DAY);
        sqlx::query(
            "insert into case_record (id, service_id, status, priority, lon, lat, cell, address, route_json, request_count, opened_at,
                    updated_at, closed_at, version) values ($1, $2, $3, 'normal', $4, $5, $6, '', 'null', 1, $7, $7, $8, 1)",
        )
        .bind(n)
        .bind(service)
        .bind(STATUSES[status])
        .bind(lon)
        .bind(lat)
        .bind(cell)
        .bind(at)
        .bind(closed)
        .execute(&mut db)
        .await
        .unwrap();
        sqlx::query(
            "insert into request (id, number, case_id, service_id, source, lon, lat, cell, address, address_id, zipcode, description,
                    media_url, language, salt, joined, filed_at, recorded_at)
                 values ($1, $2, $1, $3, 'bench', $4, $5, $6, '', '', '', '', '', '', '', 0, $7, $7)",
        )
        .bind(n)
        .bind(format!("{n:08}"))
        .bind(service)
        .bind(lon)
        .bind(lat)
        .bind(cell)
        .bind(at)
        .execute(&mut db)
        .await
        .unwrap();
    }
    db.execute("commit").await.unwrap();
    println!("tiles: {many} rows written in {:.0} s", start.elapsed().as_secs_f64());
}
