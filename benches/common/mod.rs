//! What the benches share: an invented box of a city, quantiles, and the lines that are printed.

#![allow(dead_code, clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "each bench takes what it needs")]

pub mod http;

use std::time::Instant;

use sqlx::{Connection, Executor};

/// Rows to run over: `WAYMARK_BENCH_ROWS`, or one million.
pub fn rows() -> usize {
    std::env::var("WAYMARK_BENCH_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000)
}

/// The same numbers on every machine (splitmix64; Steele et al. 2014).
#[derive(Clone)]
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A point of a city 30 km wide: half of them around forty centres, half anywhere.
    pub fn place(&mut self) -> (f64, f64) {
        let (lon, lat) = (0.7 + 0.44 * self.unit(), 52.47 + 0.27 * self.unit());
        if self.next().is_multiple_of(2) {
            return (lon, lat);
        }
        let centre = self.next() % 40;
        let mut fixed = Dice(centre * 7919);
        let bell = |dice: &mut Dice| (0..6).map(|_| dice.unit()).sum::<f64>() / 6.0 - 0.5;
        (0.7 + 0.44 * fixed.unit() + 0.03 * bell(self), 52.47 + 0.27 * fixed.unit() + 0.02 * bell(self))
    }
}

/// Seconds that `work` takes.
pub fn seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let value = work();
    (start.elapsed().as_secs_f64(), value)
}

/// The value below which a share of the samples lies.
pub fn quantile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[((samples.len() - 1) as f64 * share).round() as usize]
}

/// One line a path: `ratio NAME VALUE PEER`.
pub fn ratio(name: &str, value: f64, peer: &str) {
    println!("ratio {name} {value:.2} {peer}");
}

/// An empty database beside the one that is named; what was there under that name before is gone.
pub async fn fresh(admin: &str, name: &str) -> String {
    let mut db = sqlx::PgConnection::connect(admin).await.unwrap();
    db.execute(sqlx::AssertSqlSafe(format!("drop database if exists bench_{name}"))).await.unwrap();
    db.execute(sqlx::AssertSqlSafe(format!("create database bench_{name}"))).await.unwrap();
    format!("{}/bench_{name}", admin.rsplit_once('/').unwrap().0)
}
