//! What deciding about duplicates costs a filing: the same requests filed under a service that looks for duplicates within 30 m and under
//! one that looks for none, turn by turn, among open cases of both. CPU time of the whole process, so that a slow disk flatters nobody.

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

fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir_in(std::env::var("WAYMARK_BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    runtime.block_on(async {
        let mut config = Config::default();
        config.database.url = folder.path().join("decision.db").display().to_string();
        let app = App::build(config.settle(folder.path()).unwrap(), Clock::real()).await.unwrap();
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
        for _ in 0..rows().min(100_000) / (2 * FILINGS) {
            round(&app, "deciding", &mut dice.clone()).await;
            round(&app, "plain", &mut dice).await;
        }
        let (mut deciding, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            deciding.push(round(&app, "deciding", &mut dice.clone()).await);
            plain.push(round(&app, "plain", &mut dice).await);
        }
        let (with, without) = (quantile(&mut deciding, 0.5), quantile(&mut plain, 0.5));
        println!("decision: {with:.0} us of CPU a filing that decides, {without:.0} us one that does not");
        ratio("decision", (with - without) / with, "share of the filing");
    });
}

/// Microseconds of CPU a filing.
async fn round(app: &Arc<App>, service: &str, dice: &mut Dice) -> f64 {
    let places: Vec<Point> = (0..FILINGS).map(|_| dice.place()).map(|(lon, lat)| Point { lon, lat }).collect();
    let before = cpu_seconds();
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
    (cpu_seconds() - before) / FILINGS as f64 * 1e6
}

/// CPU time of this process so far: user and system ticks of a hundredth of a second each, fields 14 and 15 of `/proc/self/stat`.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks = |nth: usize| after_name.split_whitespace().nth(nth).unwrap().parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}
