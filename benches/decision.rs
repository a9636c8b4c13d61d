//! What deciding about duplicates costs a filing: the same requests filed under a service that looks for duplicates within 30 m and under
//! one that looks for none, turn by turn. Open are of each as many as one of fifty services has among all rows. CPU time of the whole
//! process, so that a slow disk flatters nobody; of PostgreSQL's own processes nothing is counted, so there it is time by the clock.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench prints, and may stop at the first surprise")]

mod common;

use std::sync::Arc;

use common::{Dice, quantile, ratio, rows};
use futures_util::future::join_all;
use waymark::app::App;
use waymark::catalog::{self, Duplicates, Policy, ServiceDraft};
use waymark::clock::Clock;
use waymark::config::Config;
use waymark::error::Error;
use waymark::geo::Point;
use waymark::requests::{NewRequest, file};

const ROUNDS: usize = 7;
const FILINGS: usize = 1_000;

/// Services in the city, of which one is filed under.
const SERVICES: usize = 50;

fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir_in(std::env::var("WAYMARK_BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    runtime.block_on(async {
        let file = folder.path().join("decision.db").display().to_string();
        compare("decision", file, folder.path(), cpu_seconds, "us of CPU").await;
        match std::env::var("WAYMARK_TEST_POSTGRES") {
            Ok(admin) => {
                let url = common::fresh(&admin, "decision").await;
                compare("decision-postgres", url, folder.path(), clock_seconds, "us by the clock").await;
            }
            Err(_) => println!("decision-postgres: WAYMARK_TEST_POSTGRES names no database"),
        }
    });
}

async fn compare(name: &str, url: String, folder: &std::path::Path, spent: fn() -> f64, unit: &str) {
    let mut config = Config::default();
    config.database.url = url;
    let app = App::build(config.settle(folder).unwrap(), Clock::real()).await.unwrap();
    app.db
        .write(async move |tx| {
            let draft = |code: &str, radius_m| {
                let duplicates = Duplicates { policy: Policy::Flag, radius_m, ..Duplicates::default() };
                ServiceDraft { duplicates, ..ServiceDraft::new(code, code) }
            };
            catalog::save_all(tx, &[draft("deciding", 30.0), draft("plain", 0.0)], None, 0).await?;
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let mut dice = Dice(7);
    for _ in 0..rows() / SERVICES / FILINGS {
        round(&app, "deciding", &mut dice.clone(), spent).await;
        round(&app, "plain", &mut dice, spent).await;
    }
    // PostgreSQL looks for itself once a minute; on SQLite nobody does, and nobody does here.
    if name.ends_with("postgres") {
        app.db.write(async |tx| Ok::<_, Error>(tx.sql("analyze").run().await?)).await.unwrap();
    }
    let (mut deciding, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        deciding.push(round(&app, "deciding", &mut dice.clone(), spent).await);
        plain.push(round(&app, "plain", &mut dice, spent).await);
    }
    let (candidates,): (i64,) = app.db.sql("select count(*) from duplicate_candidate").one().await.unwrap();
    let (filed,): (i64,) = app.db.sql("select count(*) / 2 from request").one().await.unwrap();
    println!("{name}: {:.2} candidates a filing that decides", candidates as f64 / filed as f64);
    let (with, without) = (quantile(&mut deciding, 0.5), quantile(&mut plain, 0.5));
    println!("{name}: medians {with:.0} {unit} a filing that decides, {without:.0} one that does not");
    ratio(name, (with - without) / with, "share-of-the-filing");
}

/// Microseconds a filing.
async fn round(app: &Arc<App>, service: &str, dice: &mut Dice, spent: fn() -> f64) -> f64 {
    let places: Vec<Point> = (0..FILINGS).map(|_| dice.place()).map(|(lon, lat)| Point { lon, lat }).collect();
    let before = spent();
    for some in places.chunks(64) {
        let filings = some.iter().map(|place| {
            let new = NewRequest {
                service: service.to_owned(),
                place: Some(*place),
                address: "12 Mill Street".into(),
                description: "A deep hole by the kerb, opposite the school.".into(),
                source: "bench".into(),
                ..NewRequest::default()
            };
            file(&app.filing, new, None)
        });
        for outcome in join_all(filings).await {
            outcome.unwrap();
        }
    }
    (spent() - before) / FILINGS as f64 * 1e6
}

/// CPU time of this process so far: user and system ticks of a hundredth of a second each, fields 14 and 15 of `/proc/self/stat`.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks = |nth: usize| after_name.split_whitespace().nth(nth).unwrap().parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

fn clock_seconds() -> f64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64()
}
