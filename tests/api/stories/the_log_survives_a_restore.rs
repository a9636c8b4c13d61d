//! The order of the log survives a dump and a restore into a fresh PostgreSQL cluster, and what is appended there comes after.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use waymark::clock::Clock;
use waymark::config::Config;

use crate::helpers::{City, Database, NOON, Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn into_a_fresh_cluster() {
    let Some(database) = Database::postgres().await else {
        println!("skipped: WAYMARK_TEST_POSTGRES names no database");
        return;
    };
    let city = City::over(database).await;
    for n in 0..20 {
        city.files("noise", 0.9 + f64::from(n) * 1e-3, 52.6).await;
    }
    city.app.settle().await.unwrap();
    let order = "select position, kind, coalesce(request_id, 0) from event order by position";
    let before: Vec<(i64, String, i64)> = city.app.db.sql(order).all().await.unwrap();

    let bin = std::env::var("WAYMARK_POSTGRES_BIN").unwrap();
    let dump = city.database.folder().join("dump.sql");
    let dumped = Command::new(format!("{bin}/pg_dump")).arg("-f").arg(&dump).arg(&city.database.url).status().unwrap();
    assert!(dumped.success());

    // A cluster of its own, whose transaction ids begin anew; it ends when its standard input does.
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres");
    let mut cluster = Command::new(script)
        .args(["bash", "-c", "echo \"$WAYMARK_TEST_POSTGRES\"; read -r _"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let url = BufReader::new(cluster.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    let quietly = ["-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f"];
    let restored = Command::new(format!("{bin}/psql")).args(quietly).arg(&dump).arg(&url).status().unwrap();
    assert!(restored.success());

    let mut config = Config::default();
    config.database.url.clone_from(&url);
    config.server.port = 0;
    config.server.workers = 1;
    let server = Server::start(config.settle(city.database.folder()).unwrap(), Clock::standing_at(NOON)).await;
    let after: Vec<(i64, String, i64)> = server.app.db.sql(order).all().await.unwrap();
    assert_eq!(before, after);
    server.post("/api/requests", &serde_json::json!({ "service": "noise", "lon": 0.95, "lat": 52.7 })).await.expect(201);
    server.app.settle().await.unwrap();
    let grown: Vec<(i64, String, i64)> = server.app.db.sql(order).all().await.unwrap();
    assert_eq!(grown[..before.len()], before);
    assert_eq!(grown.len(), before.len() + 1);
    drop(server);
    drop(cluster.stdin.take());
    cluster.wait().unwrap();
}
