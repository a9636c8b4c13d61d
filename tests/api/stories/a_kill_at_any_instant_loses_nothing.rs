//! `kill -9` in the middle of 64 concurrent filings, 50 times: every acknowledged request is there, none twice.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::helpers::{Binary, City, Database, client};

const ROUNDS: usize = 50;
const AT_ONCE: usize = 64;

async fn send(client: &reqwest::Client, base: &str, key: &str, n: usize) -> Option<String> {
    let body = json!({ "service": "noise", "lon": 0.9 + n as f64 * 1e-4, "lat": 52.6 });
    let answer = client.post(format!("{base}/api/requests")).header("idempotency-key", key).json(&body).send().await.ok()?;
    let receipt: Value = answer.json().await.ok()?;
    receipt["number"].as_str().map(str::to_owned)
}

async fn rounds(database: Database) {
    let city = City::over(database).await;
    let (url, folder) = (city.database.url.clone(), city.database.folder().to_owned());
    for round in 0..ROUNDS {
        let mut server = Binary::serve(&url, &folder);
        let client = Arc::new(client());
        let filings: Vec<_> = (0..AT_ONCE)
            .map(|n| {
                let (client, base) = (client.clone(), server.base.clone());
                tokio::spawn(async move { send(&client, &base, &format!("{round}-{n}"), n).await })
            })
            .collect();
        // Spread over the time that the filings take, so that kills land before, inside and after commits.
        tokio::time::sleep(Duration::from_millis(1 + (round as u64 * 7) % 45)).await;
        server.kill();
        let acknowledged: Vec<Option<String>> = join_all(filings).await.into_iter().map(|a| a.unwrap()).collect();

        let mut server = Binary::serve(&url, &folder);
        let client = self::client();
        let again = join_all((0..AT_ONCE).map(|n| {
            let (client, base) = (client.clone(), server.base.clone());
            async move { send(&client, &base, &format!("{round}-{n}"), n).await.unwrap() }
        }))
        .await;
        for (n, number) in acknowledged.into_iter().enumerate() {
            assert!(
                number.is_none() || number.as_ref() == Some(&again[n]),
                "round {round}: {number:?} was acknowledged, then {}",
                again[n]
            );
        }
        server.kill();
        let filed = ((round + 1) * AT_ONCE) as i64;
        assert_eq!(city.count("select count(*) from request").await, filed, "round {round}: each key filed once");
        assert_eq!(city.count("select count(*) from case_record").await, filed);
        assert_eq!(city.count("select count(*) from event where kind = 'filed'").await, filed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    rounds(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    match Database::postgres().await {
        Some(database) => rounds(database).await,
        None => println!("skipped: WAYMARK_TEST_POSTGRES names no database"),
    }
}
