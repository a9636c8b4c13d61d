//! Durable filing over HTTP through the whole server, beside the bare database's own commits of the same rows on the same disk.
//!
//! The bare side writes the case, the request and the event of one filing and commits, one filing after the other on SQLite and from a pool
//! of 16 connections on PostgreSQL: what a server without grouping would do at its best.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench prints, and may stop at the first surprise")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::{Dice, fresh, quantile, ratio};
use sqlx::{Connection, Executor};
use waymark::app::App;
use waymark::catalog::{self, Duplicates, Policy, ServiceDraft};
use waymark::clock::Clock;
use waymark::config::Config;
use waymark::error::Error;

const FOR: Duration = Duration::from_secs(5);
const ROUNDS: usize = 3;

fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir_in(std::env::var("WAYMARK_BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    runtime.block_on(async {
        let file = |name: &str| folder.path().join(name).display().to_string();
        compare("filing-sqlite", &file("served.db"), &file("bare.db")).await;
        match std::env::var("WAYMARK_TEST_POSTGRES") {
            Ok(url) => compare("filing-postgres", &fresh(&url, "served").await, &fresh(&url, "bare").await).await,
            Err(_) => println!("filing-postgres: WAYMARK_TEST_POSTGRES names no database"),
        }
    });
}

/// Both sides in turn, so that the disk's moods meet both.
async fn compare(name: &str, served: &str, bare: &str) {
    let (base, app, handle, _workers) = serve(served).await;
    let _other = serve(bare).await; // migrates
    // PostgreSQL plans by what it knows of a table, and looks for itself once a minute: until then it plans for an empty one.
    file_for(&base, 64, 99).await;
    if served.starts_with("postgres") {
        sqlx::PgConnection::connect(served).await.unwrap().execute("analyze").await.unwrap();
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for clients in [1, 64, 256] {
            let (rate, p50, p99) = file_for(&base, clients, round as u64).await;
            println!("{name}: {clients:>3} clients {rate:.0} filings/s, p50 {p50:.1} ms, p99 {p99:.1} ms");
            if clients == 256 {
                ours.push(rate);
            }
        }
        let rate = if bare.starts_with("postgres") { bare_postgres(bare).await } else { bare_sqlite(bare).await };
        println!("{name}: bare commits {rate:.0}/s");
        theirs.push(rate);
    }
    let (ours, theirs) = (quantile(&mut ours, 0.5), quantile(&mut theirs, 0.5));
    println!("{name}: medians {ours:.0} filings/s with 256 clients, {theirs:.0} bare commits/s");
    ratio(name, ours / theirs, "x-bare-commits");
    drop(app);
    handle.stop(false).await;
}

type Served = (String, Arc<App>, actix_web::dev::ServerHandle, waymark::workers::Running);

async fn serve(database: &str) -> Served {
    let mut config = Config::default();
    config.database.url = database.into();
    config.server.port = 0;
    let folder = std::env::temp_dir();
    let app = App::build(config.settle(&folder).unwrap(), Clock::real()).await.unwrap();
    let duplicates = Duplicates { policy: Policy::Flag, radius_m: 30.0, window_days: 60, ..Duplicates::default() };
    let draft = ServiceDraft { duplicates, ..ServiceDraft::new("pothole", "Pothole") };
    app.db
        .write(async move |tx| {
            catalog::save(tx, &draft, None, 0).await?;
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let workers = app.start().await.unwrap();
    let listener = waymark::server::bind(&app.config).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = waymark::server::serve(app.clone(), listener).unwrap();
    let handle = server.handle();
    tokio::spawn(server);
    (base, app, handle, workers)
}

async fn file_for(base: &str, clients: usize, seed: u64) -> (f64, f64, f64) {
    let client = reqwest::Client::builder().pool_max_idle_per_host(clients).build().unwrap();
    let (start, filed) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
    let tasks: Vec<_> = (0..clients)
        .map(|n| {
            let (client, url, filed) = (client.clone(), format!("{base}/api/requests"), filed.clone());
            tokio::spawn(async move {
                let (mut dice, mut millis) = (Dice(seed << 32 | n as u64), Vec::new());
                while start.elapsed() < FOR {
                    let (lon, lat) = dice.place();
                    let body =
                        serde_json::json!({ "service": "pothole", "lon": lon, "lat": lat, "description": "A deep hole by the kerb." });
                    let sent = Instant::now();
                    let answer = client.post(&url).json(&body).send().await.unwrap();
                    let (status, body) = (answer.status(), answer.text().await.unwrap());
                    assert_eq!(status, 201, "{body}");
                    millis.push(sent.elapsed().as_secs_f64() * 1e3);
                    filed.fetch_add(1, Ordering::Relaxed);
                }
                millis
            })
        })
        .collect();
    let mut millis = Vec::new();
    for task in tasks {
        millis.extend(task.await.unwrap());
    }
    let rate = filed.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
    (rate, quantile(&mut millis, 0.5), quantile(&mut millis, 0.99))
}

const CASE: &str = "insert into case_record (service_id, status, priority, lon, lat, cell, address, route_json, request_count, opened_at, updated_at, version)
    values (1, 'new', 'normal', $1, $2, $3, '', 'null', 1, $4, $4, 1) returning id";
const REQUEST: &str =
    "insert into request (number, case_id, service_id, source, lon, lat, cell, address, address_id, zipcode, description, media_url,
    language, salt, joined, filed_at, recorded_at)
    values ($1, $2, 1, 'web', $3, $4, $5, '', '', '', 'A deep hole by the kerb.', '', '', '00000000000000000000000000000000', $6, $7, $7)";
const EVENT: &str = "insert into event (at, kind, case_id, request_id, data_json, commitment) values ($1, 'filed', $2, $2, '{}',
    '0000000000000000000000000000000000000000000000000000000000000000')";

macro_rules! bare {
    ($db:expr, $dice:expr) => {{
        let (lon, lat) = $dice.place();
        let cell = waymark::geo::cell::cell(waymark::geo::Point { lon, lat });
        let (case,): (i64,) = sqlx::query_as(CASE).bind(lon).bind(lat).bind(cell).bind(1_i64).fetch_one(&mut *$db).await.unwrap();
        let number = format!("{:016x}", $dice.next());
        sqlx::query(REQUEST)
            .bind(number)
            .bind(case)
            .bind(lon)
            .bind(lat)
            .bind(cell)
            .bind(false)
            .bind(1_i64)
            .execute(&mut *$db)
            .await
            .unwrap();
        sqlx::query(EVENT).bind(1_i64).bind(case).execute(&mut *$db).await.unwrap();
    }};
}

async fn bare_sqlite(path: &str) -> f64 {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).synchronous(sqlx::sqlite::SqliteSynchronous::Full);
    let db = &mut sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let (mut dice, start, mut done) = (Dice(rand::random()), Instant::now(), 0);
    while start.elapsed() < FOR {
        db.execute("begin immediate").await.unwrap();
        bare!(db, dice);
        db.execute("commit").await.unwrap();
        done += 1;
    }
    f64::from(done) / start.elapsed().as_secs_f64()
}

async fn bare_postgres(url: &str) -> f64 {
    let pool = sqlx::postgres::PgPoolOptions::new().max_connections(16).connect(url).await.unwrap();
    let start = Instant::now();
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let (mut dice, mut done) = (Dice(rand::random()), 0);
                while start.elapsed() < FOR {
                    let mut tx = pool.begin().await.unwrap();
                    bare!(tx, dice);
                    tx.commit().await.unwrap();
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += task.await.unwrap();
    }
    f64::from(done) / start.elapsed().as_secs_f64()
}
