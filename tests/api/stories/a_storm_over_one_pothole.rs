//! Two hundred residents file one overflowing bin at the same time, scattered over cell borders and over related services, and
//! it is one case: on SQLite in one process, on PostgreSQL from two.

use futures_util::future::join_all;
use serde_json::json;
use waymark::geo::{Point, cell};

use crate::helpers::{Answer, Binary, City, Database, client};

const FILINGS: usize = 200;

/// A corner where three resolution-10 cells meet, so that filings around it lie in all three.
fn corner() -> Point {
    let cell = h3o::CellIndex::try_from(cell::cell(Point { lon: 0.9, lat: 52.6 }) as u64).unwrap();
    let corner = cell.boundary()[0];
    Point { lon: corner.lng(), lat: corner.lat() }
}

async fn storm(bases: &[String]) {
    let corner = corner();
    let clients: Vec<reqwest::Client> = bases.iter().map(|_| client()).collect();
    let filings = (0..FILINGS).map(|n| {
        let at = corner.offset(24.0 * ((n % 25) as f64 / 25.0), n as f64 * 137.5); // within 24 m of the corner, so 48 m of each other
        let body = json!({ "service": if n % 2 == 0 { "bin" } else { "rubbish" }, "lon": at.lon, "lat": at.lat });
        let server = n % bases.len();
        Answer::of(clients[server].post(format!("{}/api/requests", bases[server])).json(&body))
    });
    for answer in join_all(filings).await {
        answer.expect(201);
    }
}

async fn is_one_case(city: &City) {
    assert_eq!(city.count("select count(*) from request").await, FILINGS as i64);
    assert_eq!(city.count("select count(*) from case_record").await, 1);
    assert_eq!(city.count("select request_count from case_record").await, FILINGS as i64);
    assert!(city.count("select count(distinct cell) from request").await >= 3, "the storm must cross cell borders");
    assert_eq!(city.count("select count(*) from event where kind = 'joined'").await, FILINGS as i64 - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_one_case_on_sqlite() {
    let city = City::over(Database::sqlite()).await;
    storm(std::slice::from_ref(&city.base)).await;
    is_one_case(&city).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_one_case_from_two_processes_on_postgres() {
    let Some(database) = Database::postgres().await else {
        println!("skipped: WAYMARK_TEST_POSTGRES names no database");
        return;
    };
    let city = City::over(database).await;
    let (url, folder) = (&city.database.url, city.database.folder());
    let (one, two) = (Binary::serve(url, folder), Binary::serve(url, folder));
    storm(&[one.base.clone(), two.base.clone()]).await;
    is_one_case(&city).await;
}
