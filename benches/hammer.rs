//! Fifty people look at the map while one crawler asks for random boxes as fast as it can: what people wait for with the crawler
//! and without it, and what the crawler is told. On this machine alone, for less than a minute; a trusted proxy header gives
//! everybody an address of their own. The crawler's client shares the processors with the server, which nothing here can undo.
//!
//! `cargo bench --bench hammer`; `WAYMARK_HAMMER_ROWS` says how many requests the city has.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench prints, and may stop at the first surprise")]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Dice, quantile};
use futures_util::future::join_all;
use waymark::app::App;
use waymark::clock::Clock;
use waymark::config::Config;
use waymark::demo;

const PEOPLE: usize = 50;
const CONNECTIONS: usize = 64;
const FOR: Duration = Duration::from_secs(15);
/// How long a person looks at what the map shows.
const LOOKS: Duration = Duration::from_millis(1500);

fn main() {
    let rows = std::env::var("WAYMARK_HAMMER_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let (base, app, handle, _workers) = serve(folder.path(), rows, true).await;
        let city = app.config.city.bbox.clone();
        let quiet = people(&base, &city, 1).await;
        tell("people alone", &quiet);
        let (busy, crawled) = tokio::join!(people(&base, &city, 2), crawler(&base, &city));
        tell("people beside the crawler", &busy);
        println!("crawler: {crawled:?} in {} s from {CONNECTIONS} connections of one address", FOR.as_secs());
        drop(app);
        handle.stop(false).await;
        let (base, _app, handle, _workers) = serve(folder.path(), rows, false).await;
        let (open, crawled) = tokio::join!(people(&base, &city, 3), crawler(&base, &city));
        tell("people beside the crawler, no limits", &open);
        println!("crawler, no limits: {crawled:?}");
        handle.stop(false).await;
    });
}

type Served = (String, Arc<App>, actix_web::dev::ServerHandle, waymark::workers::Running);

async fn serve(folder: &std::path::Path, rows: usize, limits: bool) -> Served {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut config = Config::default();
    config.server.port = 0;
    config.server.trusted_proxies = vec!["127.0.0.1".into()];
    config.rates.on = limits;
    demo::settings(&mut config);
    let app = App::build(config.settle(folder).unwrap(), Clock::real()).await.unwrap();
    demo::fill(&app.filing, &app.photos, demo::Options { requests: rows, seed: 311, pictures: 2 }, |_, _| ()).await.unwrap();
    let workers = app.start().await.unwrap();
    let listener = waymark::server::bind(&app.config).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = waymark::server::serve(app.clone(), listener).unwrap();
    let handle = server.handle();
    tokio::spawn(server);
    (base, app, handle, workers)
}

/// What people waited: milliseconds of each answer and of each whole view, and what they were told.
#[derive(Default)]
struct Waited {
    answers: Vec<f64>,
    views: Vec<f64>,
    told: BTreeMap<u16, usize>,
}

async fn people(base: &str, city: &[f64], seed: u64) -> Waited {
    let client = reqwest::Client::builder().pool_max_idle_per_host(PEOPLE * 6).build().unwrap();
    let began = Instant::now();
    let person = |n: usize| {
        let (client, base, city) = (client.clone(), base.to_owned(), city.to_vec());
        tokio::spawn(async move {
            let mut dice = Dice(seed << 32 | n as u64);
            let mut waited = Waited::default();
            tokio::time::sleep(LOOKS.mul_f64(dice.unit())).await;
            while began.elapsed() < FOR {
                view(&client, &base, &city, &format!("203.0.113.{n}"), &mut dice, &mut waited).await;
                tokio::time::sleep(LOOKS.mul_f64(0.5 + dice.unit())).await;
            }
            waited
        })
    };
    let mut all = Waited::default();
    for one in join_all((1..=PEOPLE).map(person)).await {
        let one = one.unwrap();
        all.answers.extend(one.answers);
        all.views.extend(one.views);
        for (status, n) in one.told {
            *all.told.entry(status).or_default() += n;
        }
    }
    all
}

/// One view of the map as the page asks for it: the heat and the requests of the box, six tiles of the ground.
async fn view(client: &reqwest::Client, base: &str, city: &[f64], address: &str, dice: &mut Dice, waited: &mut Waited) {
    let (lon, lat) = place(city, dice);
    let size = 0.01 + 0.05 * dice.unit();
    let bbox = format!("{lon:.6},{lat:.6},{:.6},{:.6}", lon + size, lat + size * 0.6);
    let (x, y) = (8192 + (lon / 360.0 * 16_384.0) as u32, tile_row(lat, 14));
    let mut paths = vec![format!("/api/heat?resolution=9&bbox={bbox}"), format!("/api/requests?limit=400&bbox={bbox}")];
    paths.extend((0..6).map(|n| format!("/tiles/base/14/{}/{}.mvt", x + n % 3, y + n / 3)));
    let began = Instant::now();
    let answers = paths.iter().map(|path| async move {
        let sent = Instant::now();
        let answer = client.get(format!("{base}{path}")).header("x-forwarded-for", address).send().await.unwrap();
        let status = answer.status().as_u16();
        answer.bytes().await.unwrap();
        (status, sent.elapsed().as_secs_f64() * 1e3)
    });
    for (status, millis) in join_all(answers).await {
        *waited.told.entry(status).or_default() += 1;
        waited.answers.push(millis);
    }
    waited.views.push(began.elapsed().as_secs_f64() * 1e3);
}

/// Somewhere in the city's box.
fn place(city: &[f64], dice: &mut Dice) -> (f64, f64) {
    (city[0] + (city[2] - city[0]) * dice.unit(), city[1] + (city[3] - city[1]) * dice.unit())
}

fn tile_row(lat: f64, zoom: u32) -> u32 {
    let lat = lat.to_radians();
    ((1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0 * f64::from(1_u32 << zoom)) as u32
}

/// Asks for random boxes without a pause; how often it was told what.
async fn crawler(base: &str, city: &[f64]) -> BTreeMap<u16, usize> {
    let client = reqwest::Client::builder().pool_max_idle_per_host(CONNECTIONS).build().unwrap();
    let began = Instant::now();
    let connection = |n: usize| {
        let (client, base, city) = (client.clone(), base.to_owned(), city.to_vec());
        tokio::spawn(async move {
            let (mut dice, mut told) = (Dice(n as u64), BTreeMap::<u16, usize>::new());
            while began.elapsed() < FOR {
                let (lon, lat) = place(&city, &mut dice);
                let bbox = format!("{lon:.6},{lat:.6},{:.6},{:.6}", lon + 0.2 * dice.unit(), lat + 0.2 * dice.unit());
                let path = match dice.next() % 3 {
                    0 => format!("/api/heat?resolution=10&bbox={bbox}"),
                    1 => format!("/api/clusters?zoom=16&bbox={bbox}"),
                    _ => format!("/api/requests?limit=5000&bbox={bbox}"),
                };
                let answer = client.get(format!("{base}{path}")).header("x-forwarded-for", "198.51.100.66").send().await.unwrap();
                *told.entry(answer.status().as_u16()).or_default() += 1;
                let _ = answer.bytes().await;
            }
            told
        })
    };
    let mut all = BTreeMap::<u16, usize>::new();
    for one in join_all((0..CONNECTIONS).map(connection)).await {
        for (status, n) in one.unwrap() {
            *all.entry(status).or_default() += n;
        }
    }
    all
}

fn tell(who: &str, waited: &Waited) {
    let (mut answers, mut views) = (waited.answers.clone(), waited.views.clone());
    println!(
        "{who}: {} views, p50 {:.0} ms, p99 {:.0} ms; {} answers, p50 {:.1} ms, p99 {:.1} ms; told {:?}",
        views.len(),
        quantile(&mut views, 0.5),
        quantile(&mut views, 0.99),
        answers.len(),
        quantile(&mut answers, 0.5),
        quantile(&mut answers, 0.99),
        waited.told
    );
}
