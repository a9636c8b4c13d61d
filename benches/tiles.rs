//! Tiles, heat, clusters and counts over HTTP by fifty clients, over all requests in a real database, beside `/health`: what a
//! request costs before anything is asked of it, on the same server and at the same time of day.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench prints, and may stop at the first surprise")]

mod common;

use std::ops::RangeInclusive;

use common::http::{FOR, SERVICES, Served, ask, client, served};
use common::{Dice, quantile, ratio, rows};

const CLIENTS: usize = 50;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir_in(std::env::var("WAYMARK_BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    runtime.block_on(async {
        let Served { base, handle, workers, .. } = served(folder.path(), rows()).await;
        let client = client();
        let (mut floor, _) = ask(&client, &base, CLIENTS, |_| "/health".into()).await;
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
            ("counts-of-the-city", |dice| format!("/api/counts?from=202{}-01-{:02}", dice.next() % 4 + 1, dice.next() % 28 + 1)),
            ("counts-filtered", |dice| format!("/api/counts?{}", filter(dice))),
            ("counts-by-step", |dice| format!("/api/counts/steps?step=week&from=2024-01-{:02}&to=2024-12-31", dice.next() % 28 + 1)),
            ("counts-by-step-filtered", |dice| format!("/api/counts/steps?step=month&to=2025-12-31&{}", filter(dice))),
        ];
        for (name, path) in paths {
            let (mut millis, bytes) = ask(&client, &base, CLIENTS, path).await;
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
