//! The desk over HTTP among all requests of a real database: pages of the queue, by filters and far down, and the stream of live
//! changes with two thousand listeners while others file; beside `/health` on the same server.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench prints, and may stop at the first surprise")]

mod common;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::http::{PASSWORD, Served, ask, client, served};
use common::{Dice, quantile, ratio, rows};
use futures_util::StreamExt;
use serde_json::{Value, json};

/// Dispatchers who ask at the same time, without a pause.
const CLIENTS: usize = 20;
const LISTENERS: usize = 2000;
/// Filings while they listen, and the time between two of them.
const FILINGS: usize = 300;
const EVERY: Duration = Duration::from_millis(50);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir_in(std::env::var("WAYMARK_BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    runtime.block_on(async {
        let Served { base, app, handle, workers } = served(folder.path(), rows()).await;
        let admin = signed_in(&base, "admin").await;
        let (mut floor, _) = ask(&admin, &base, CLIENTS, |_| "/health".into()).await;
        let floor = quantile(&mut floor, 0.5);
        println!("desk: /health p50 {floor:.2} ms with {CLIENTS} clients");
        let paths: Vec<(&str, fn(&mut Dice) -> String)> = vec![
            ("newest", |_| "/api/cases?".into()),
            ("open", |_| "/api/cases?open=true".into()),
            ("open-deep", |dice| format!("/api/cases?open=true&after={}", deep(dice))),
            ("all-deep", |dice| format!("/api/cases?after={}", deep(dice))),
            ("team-open", |dice| format!("/api/cases?open=true&team=t{}", dice.next() % 8)),
            ("team-open-deep", |dice| format!("/api/cases?open=true&team=t{}&after={}", dice.next() % 8, deep(dice))),
            ("district-open", |dice| format!("/api/cases?open=true&jurisdiction=district:d{}", dice.next() % 10)),
            ("district-open-deep", |dice| format!("/api/cases?open=true&jurisdiction=district:d{}&after={}", dice.next() % 10, deep(dice))),
            ("one-service-open", |dice| format!("/api/cases?open=true&services=s{}", dice.next() % 50 + 1)),
            ("five-services-open", |dice| {
                let some: Vec<String> = (0..5).map(|_| format!("s{}", dice.next() % 50 + 1)).collect();
                format!("/api/cases?open=true&services={}", some.join(","))
            }),
            ("rare-status", |_| "/api/cases?statuses=escalated".into()),
            ("unassigned-open", |_| "/api/cases?open=true&assignee=none".into()),
            ("view-open", |dice| format!("/api/cases?open=true&bbox={}", view(dice))),
            ("view-finished", |dice| format!("/api/cases?open=false&bbox={}", view(dice))),
            ("fifty-by-id", |dice| {
                let ids: Vec<String> = (0..50).map(|_| (dice.next() as usize % rows() + 1).to_string()).collect();
                format!("/api/cases?ids={}", ids.join(","))
            }),
            ("one-case", |dice| format!("/api/cases/{}", dice.next() as usize % rows() + 1)),
        ];
        for (name, path) in paths {
            tell(name, &admin, &base, floor, path).await;
        }
        let dispatcher = signed_in(&base, "dispatcher").await;
        tell("one-district-only", &dispatcher, &base, floor, |_| "/api/cases?open=true".into()).await;
        listen(&base).await;
        drop((app, workers));
        handle.stop(false).await;
    });
}

async fn signed_in(base: &str, name: &str) -> reqwest::Client {
    let client = client();
    let body = json!({ "email": format!("{name}@city.example"), "password": PASSWORD });
    let answer = client.post(format!("{base}/api/session")).header("origin", base).json(&body).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    client
}

async fn tell(name: &str, client: &reqwest::Client, base: &str, floor: f64, path: fn(&mut Dice) -> String) {
    let (mut millis, _) = ask(client, base, CLIENTS, path).await;
    let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| quantile(&mut millis, share));
    println!("desk: {name:<20} p50 {p50:.2} ms, p95 {p95:.2} ms, p99 {p99:.2} ms, {} answers", millis.len());
    ratio(&format!("desk-{name}"), p50 / floor, "x-health");
}

/// Where a page begins that somebody leafs to, anywhere in five years.
fn deep(dice: &mut Dice) -> String {
    format!("{}.{}", 1_609_459_200_000 + (dice.unit() * 5.0 * 365.0 * 86_400_000.0) as i64, dice.next() as usize % rows() + 1)
}

/// A part of the city, 3 km wide.
fn view(dice: &mut Dice) -> String {
    let (lon, lat) = dice.place();
    format!("{:.4},{:.4},{:.4},{:.4}", lon - 0.022, lat - 0.013, lon + 0.022, lat + 0.013)
}

/// Many pages listen and a few residents file: what a listener costs, and how long after its answer a filing is heard of.
async fn listen(base: &str) {
    let before = resident_kb();
    let filed: Arc<Mutex<HashMap<String, Instant>>> = Arc::default();
    let client = client();
    let mut listeners = Vec::with_capacity(LISTENERS);
    for _ in 0..LISTENERS {
        let answer = client.get(format!("{base}/api/live")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        listeners.push(answer.bytes_stream());
    }
    let each = (resident_kb() - before) / LISTENERS as f64;
    println!("desk: {LISTENERS} listeners, {each:.1} kB of memory for each with its client");
    let tasks: Vec<_> = listeners
        .into_iter()
        .map(|mut stream| {
            let filed = filed.clone();
            tokio::spawn(async move {
                let (mut text, mut heard) = (String::new(), Vec::new());
                while heard.len() < FILINGS {
                    let Ok(Some(Ok(bytes))) = tokio::time::timeout(Duration::from_secs(10), stream.next()).await else { break };
                    let now = Instant::now();
                    text.push_str(&String::from_utf8_lossy(&bytes));
                    while let Some((event, rest)) = text.split_once("\n\n") {
                        let data = event.lines().find_map(|line| line.strip_prefix("data: "));
                        let data: Value = data.map_or(Value::Null, |data| serde_json::from_str(data).unwrap());
                        let numbers = data["numbers"].as_array().cloned().unwrap_or_default();
                        let filed = filed.lock().unwrap();
                        heard.extend(numbers.iter().filter_map(|number| {
                            filed.get(number.as_str()?).map(|at| now.saturating_duration_since(*at).as_secs_f64() * 1e3)
                        }));
                        drop(filed);
                        text = rest.to_owned();
                    }
                }
                heard
            })
        })
        .collect();
    let (mut answers, mut dice, mut ticks) = (Vec::new(), Dice(7), tokio::time::interval(EVERY));
    for _ in 0..FILINGS {
        ticks.tick().await;
        let (lon, lat) = dice.place();
        let body = json!({ "service": "s1", "lon": lon, "lat": lat, "description": "A deep hole by the kerb.", "separate": true });
        let sent = Instant::now();
        let answer = client.post(format!("{base}/api/requests")).json(&body).send().await.unwrap();
        let receipt: Value = answer.json().await.unwrap();
        answers.push(sent.elapsed().as_secs_f64() * 1e3);
        filed.lock().unwrap().insert(receipt["number"].as_str().unwrap().to_owned(), Instant::now());
    }
    let mut heard = Vec::new();
    for task in tasks {
        heard.extend(task.await.unwrap());
    }
    let share = heard.len() as f64 / (LISTENERS * FILINGS) as f64;
    let [p50, p99] = [0.5, 0.99].map(|share| quantile(&mut heard, share));
    println!("desk: heard {:.2} of {FILINGS} filings by each listener after p50 {p50:.0} ms, p99 {p99:.0} ms", share * FILINGS as f64);
    println!("desk: a filing meanwhile p50 {:.1} ms, p99 {:.1} ms", quantile(&mut answers, 0.5), quantile(&mut answers, 0.99));
}

/// Memory of this process in kB, where the system says.
fn resident_kb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0.0)
}
