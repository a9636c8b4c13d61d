//! Importing a city's history into SQLite through the whole filing, beside bare inserts of the same rows in commits of the same size.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench prints, and may stop at the first surprise")]

mod common;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use common::{Dice, ratio, rows};
use sqlx::{Connection, Executor};
use waymark::app::App;
use waymark::clock::Clock;
use waymark::config::Config;
use waymark::imports::Layout;
use waymark::imports::requests::{Import, import};

/// Rows of one commit, as the import has them.
const BATCH: usize = 64;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir_in(std::env::var("WAYMARK_BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
        let many = rows() / 10;
        let mut dice = Dice(311);
        // The invented box of a city, moved to Chicago: the layout takes no other place for one.
        let places: Vec<(f64, f64)> =
            (0..many).map(|_| dice.place()).map(|(lon, lat)| (-87.9 + (lon - 0.7) * 0.8, 41.67 + (lat - 52.47) * 0.9)).collect();
        let file = folder.path().join("requests.csv");
        std::fs::write(&file, csv(&places)).unwrap();

        let mut config = Config::default();
        config.database.url = folder.path().join("imported.db").display().to_string();
        let app: Arc<App> = App::build(config.settle(folder.path()).unwrap(), Clock::real()).await.unwrap();
        let layout = Layout::named("chicago").unwrap();
        let order = Import { file, name: "chicago".into(), layout, rejects: folder.path().join("rejects.csv") };
        let start = Instant::now();
        let summary = import(&app.filing, order, &mut |_| ()).await.unwrap();
        let ours = many as f64 / start.elapsed().as_secs_f64();
        assert_eq!((summary.counts.filed, summary.counts.unplaced), (many as u64, 0), "the layout misread the file");
        println!("import: {} in {:.1} s, {ours:.0} rows/s", summary.counts, start.elapsed().as_secs_f64());

        let theirs = bare(&folder.path().join("bare.db").display().to_string(), &places).await;
        println!("import: bare inserts of case, request and event {theirs:.0} rows/s");
        ratio("import-sqlite", ours / theirs, "x-bare-inserts");
    });
}

fn csv(places: &[(f64, f64)]) -> String {
    let mut text = String::from(
        "creation_date,status,completion_date,service_request_number,type_of_service_request,street_address,zip,latitude,longitude\n",
    );
    for (n, (lon, lat)) in places.iter().enumerate() {
        let (month, day) = (n / 28 % 12 + 1, n % 28 + 1);
        writeln!(text, "2018-{month:02}-{day:02}T00:00:00.000,Completed,2018-12-30T00:00:00.000,18-{n:08},Pothole in Street,1 MAIN ST,60614,{lat},{lon}").unwrap();
    }
    text
}

async fn bare(path: &str, places: &[(f64, f64)]) -> f64 {
    let mut config = Config::default();
    config.database.url = path.into();
    drop(waymark::app::connect(&config).await.unwrap()); // migrates
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).synchronous(sqlx::sqlite::SqliteSynchronous::Full);
    let mut db = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    db.execute(
        "insert into service (code, name, description, group_name, keywords, kind, priority, duplicate_policy, duplicate_radius_m,
            duplicate_window_days, photo_review, active) values ('pothole', 'Pothole', '', '', '', 'realtime', 'normal', 'flag', 30, 60, 0, 1)",
    )
    .await
    .unwrap();
    let start = Instant::now();
    for (nth, batch) in places.chunks(BATCH).enumerate() {
        db.execute("begin immediate").await.unwrap();
        for (n, &(lon, lat)) in batch.iter().enumerate() {
            let cell = waymark::geo::cell::cell(waymark::geo::Point { lon, lat });
            let (case,): (i64,) = sqlx::query_as(
                "insert into case_record (service_id, status, priority, lon, lat, cell, address, route_json, request_count, opened_at,
                    updated_at, closed_at, version) values (1, 'closed', 'normal', $1, $2, $3, '1 MAIN ST', 'null', 1, 1, 1, 1, 1) returning id",
            )
            .bind(lon)
            .bind(lat)
            .bind(cell)
            .fetch_one(&mut db)
            .await
            .unwrap();
            sqlx::query(
                "insert into request (number, case_id, service_id, source, external_id, lon, lat, cell, address, address_id, zipcode, description,
                    media_url, language, salt, joined, filed_at, recorded_at)
                 values ($1, $2, 1, 'chicago', $1, $3, $4, $5, '1 MAIN ST', '', '60614', '', '', '', '00000000000000000000000000000000', 0, 1, 1)",
            )
            .bind(format!("{:08}", nth * BATCH + n))
            .bind(case)
            .bind(lon)
            .bind(lat)
            .bind(cell)
            .execute(&mut db)
            .await
            .unwrap();
            sqlx::query("insert into event (at, kind, case_id, request_id, data_json) values (1, 'filed', $1, $1, '{}')")
                .bind(case)
                .execute(&mut db)
                .await
                .unwrap();
        }
        db.execute("commit").await.unwrap();
    }
    places.len() as f64 / start.elapsed().as_secs_f64()
}
