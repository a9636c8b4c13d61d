//! The invented city in a database: what a newcomer finds after `waymark demo`.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use waymark::clock::Clock;
use waymark::config::Config;
use waymark::demo::{self, Filled, Options, council};
use waymark::error::Error;

use crate::helpers::{Database, NOON, Server};

const OPTIONS: Options = Options { requests: 500, seed: 311, pictures: 2 };

async fn server(database: &Database) -> Server {
    let mut config = Config::default();
    config.database.url.clone_from(&database.url);
    config.database.connections = 12;
    (config.server.port, config.server.workers) = (0, 1);
    demo::settings(&mut config);
    Server::start(config.settle(database.folder()).unwrap(), Clock::standing_at(NOON)).await
}

async fn fill(server: &Server) -> Filled {
    let filled = demo::fill(&server.app.filing, &server.app.photos, OPTIONS, |_, _| ()).await.unwrap();
    server.app.settle().await.unwrap();
    filled
}

/// What was filed, without what is thrown anew in every database (numbers, salts).
async fn filed(server: &Server) -> Vec<(String, String, Option<f64>, String, i64)> {
    let rows = "select external_id, description, lon, address, filed_at from request where source = 'demo' order by filed_at, id";
    server.app.db.sql(rows).all().await.unwrap()
}

async fn count(server: &Server, sql: &'static str) -> i64 {
    server.app.db.sql(sql).one::<(i64,)>().await.unwrap().0
}

async fn a_small_demo_has_everything(database: Database) -> Vec<(String, String, Option<f64>, String, i64)> {
    let server = server(&database).await;
    assert_eq!(fill(&server).await, Filled { requests: 500, seed: 311, added: 500 });
    assert_eq!(count(&server, "select count(*) from request").await, 500);
    assert_eq!(count(&server, "select count(*) from event where position is null").await, 0);

    let kinds: Vec<(String, i64)> = server
        .app
        .db
        .sql("select s.kind, count(*) from request r join service s on s.id = r.service_id group by s.kind")
        .all()
        .await
        .unwrap();
    assert_eq!(kinds.iter().map(|(kind, _)| kind.as_str()).collect::<HashSet<_>>(), HashSet::from(["realtime", "batch", "blackbox"]));
    assert!(count(&server, "select count(*) from case_record where closed_at is null").await > 5);
    assert!(count(&server, "select count(*) from case_record where closed_at is not null").await > 200);
    assert!(count(&server, "select count(*) from case_record where due_at is null and team_id is null").await == 0);
    assert!(count(&server, "select count(*) from case_record where request_count > 1").await > 5);
    assert!(count(&server, "select count(*) from request_answer").await > 100);
    assert!(count(&server, "select count(*) from contact").await > 50);
    assert!(count(&server, "select count(*) from note where public").await > 10);
    assert!(count(&server, "select count(*) from photo where state = 'shown'").await > 2);
    assert_eq!(count(&server, "select count(distinct object) from photo").await, 2);

    let districts: Vec<(String, i64)> = server
        .app
        .db
        .sql(
            "select j.code, (select count(*) from case_jurisdiction c where c.jurisdiction_id = j.id) from jurisdiction j
             join layer l on l.id = j.layer_id where l.code = 'district'",
        )
        .all()
        .await
        .unwrap();
    assert_eq!(districts.len(), 9);
    assert!(districts.iter().all(|(_, cases)| *cases > 0), "{districts:?}");

    // a second run adds nothing, and keeps what is there even if asked for something else
    let other = Options { requests: 900, seed: 5, pictures: 0 };
    let again = demo::fill(&server.app.filing, &server.app.photos, other, |_, _| ()).await.unwrap();
    assert_eq!(again, Filled { requests: 500, seed: 311, added: 0 });
    assert_eq!(count(&server, "select count(*) from request").await, 500);
    assert_eq!(count(&server, "select count(*) from member").await, council::STAFF.len() as i64);

    a_newcomer_looks_around(&server).await;
    filed(&server).await
}

async fn a_newcomer_looks_around(server: &Server) {
    for person in &council::STAFF {
        let signed_in = server.post("/api/session", &json!({ "email": person.email, "password": council::PASSWORD })).await.expect(200);
        assert_eq!(signed_in.json()["name"], person.name);
    }
    let dana = json!({ "email": "d.sample@alderford.example", "password": council::PASSWORD });
    server.post("/api/session", &dana).await.expect(200);
    let queue = server.get("/api/cases?open=true&jurisdiction=district:old-town").await.expect(200).json();
    assert!(!queue["cases"].as_array().unwrap().is_empty());
    // what is filed in the old town now goes to the old town's road crew
    let pothole = json!({ "service": "pothole", "lon": 0.8785, "lat": 52.6045, "description": "Hole", "separate": true });
    server.post("/api/requests", &pothole).await.expect(201);
    let teams = "select t.code from case_record c join team t on t.id = c.team_id order by c.id desc limit 1";
    assert_eq!(server.app.db.sql(teams).one::<(String,)>().await.unwrap().0, "roads-old-town");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_demo_has_everything_and_is_the_same_on_both_databases() {
    let on_sqlite = a_small_demo_has_everything(Database::sqlite()).await;
    match Database::postgres().await {
        Some(database) => {
            let on_postgres = a_small_demo_has_everything(database).await;
            let by_id = |rows: Vec<(String, String, Option<f64>, String, i64)>| {
                rows.into_iter().map(|row| (row.0.clone(), row)).collect::<HashMap<_, _>>()
            };
            let (on_sqlite, on_postgres) = (by_id(on_sqlite), by_id(on_postgres));
            assert!(on_sqlite == on_postgres, "the two databases hold different cities");
        }
        None => println!("skipped: WAYMARK_TEST_POSTGRES names no database"),
    }
}

on_both! {
    async fn the_demo_refuses_a_database_that_holds_another_city(city) {
        let refused = demo::fill(&city.app.filing, &city.app.photos, OPTIONS, |_, _| ()).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        assert_eq!(city.count("select count(*) from request").await, 0);
    }
}
