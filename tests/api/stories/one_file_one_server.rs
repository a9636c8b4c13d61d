//! One server serves one SQLite file; commands beside it work, and it notices what they did.

use waymark::clock::Clock;
use waymark::db::{Db, Options};
use waymark::error::Error;
use waymark::events::{self, Fact, New};
use waymark::requests::{Filing, NewRequest, Outcome, file};

use crate::helpers::{Binary, City, Database, NOON, command};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_the_same_file_is_refused_with_a_clear_word() {
    let city = City::over(Database::sqlite()).await;
    let (url, folder) = (&city.database.url, city.database.folder());
    let _first = Binary::serve(url, folder);
    let second = command(url, folder).output().unwrap();
    assert!(!second.status.success());
    let words = String::from_utf8(second.stderr).unwrap();
    assert!(words.contains("another Waymark server already runs on"), "{words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_notices_what_another_process_wrote() {
    let city = City::over(Database::sqlite()).await;
    // Another process has a connection of its own to the same file.
    let other = Db::connect(&Options { url: city.database.url.clone(), batch: 1, connections: 1 }).await.unwrap();
    let discretion = std::sync::Arc::new(waymark::privacy::Discretion::new(&Default::default()).unwrap());
    let filing = std::sync::Arc::new(Filing {
        discretion,
        db: other.clone(),
        clock: Clock::standing_at(NOON),
        config: city.app.config.clone(),
        catalog: city.app.catalog.clone(),
        routing: city.app.routing.clone(),
        reporters: city.app.filing.reporters.clone(),
    });
    let place = waymark::geo::Point::new(0.9, 52.6).unwrap();
    let new = NewRequest { service: "noise".into(), place: Some(place), source: "other".into(), ..NewRequest::default() };
    let Outcome::Filed(filed) = file(&filing, new, None).await.unwrap() else { panic!("noise looks for no duplicates") };
    city.get(&format!("/api/requests/{}", filed.number.as_str())).await.expect(200);
    city.app.settle().await.unwrap();
    assert_eq!(city.app.open_cases.len(), 1, "the index of the server has the other process's case");
    other
        .write(async move |tx| {
            events::append(tx, New::at(NOON, Fact::ContactSeen)).await?;
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let head = events::head(&other).await.unwrap();
    let mut heard = city.app.bell.subscribe();
    tokio::time::timeout(std::time::Duration::from_secs(5), heard.wait_for(|at| *at >= head)).await.expect("the poll finds it").unwrap();
}
