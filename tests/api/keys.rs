//! `/api/keys`: made, shown once, limited, withdrawn; and what a key opens.

use reqwest::Method;
use serde_json::{Value, json};

use crate::helpers::{Answer, City, Database, NOON};
use crate::staff::{self, Browser, filed};

const DAY: i64 = 86_400_000;

async fn made(browser: &Browser, body: Value) -> (i64, String) {
    let made = browser.post("/api/keys", &body).await.expect(201).json();
    (made["id"].as_i64().unwrap(), made["key"].as_str().unwrap().to_owned())
}

fn key(name: &str, powers: Value) -> Value {
    json!({ "name": name, "powers": powers })
}

async fn with(city: &City, key: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let call = city.call(method, path).bearer_auth(key);
    Answer::of(match body {
        Some(body) => call.json(body),
        None => call,
    })
    .await
}

async fn asks(city: &City, key: &str, path: &str) -> u16 {
    with(city, key, Method::GET, path, None).await.status.as_u16()
}

fn hole(service: &str) -> Value {
    json!({ "service": service, "lon": 0.9, "lat": 52.6, "separate": true })
}

on_both! {
    async fn a_key_is_shown_once_and_says_where_it_was_used(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let (id, secret) = made(&admin, json!({ "name": "Phone app", "expires_at": NOON + DAY, "per_minute": 600, "powers": [{ "power": "file" }, { "power": "read" }] })).await;
        assert!(secret.starts_with("wmk_") && secret.len() > 50);
        let list = admin.get("/api/keys").await.expect(200);
        assert!(!list.text.contains(&secret));
        assert_eq!(list.header("cache-control"), "no-store");
        let shown = list.json()[0].clone();
        assert_eq!((&shown["id"], &shown["hint"], &shown["used_at"], &shown["per_minute"]), (&json!(id), &json!(&secret[..8]), &Value::Null, &json!(600)));
        assert_eq!(shown["created_by"], "admin <b>&amp;");
        assert_eq!(shown["powers"][0], json!({ "power": "file", "agency": null, "jurisdiction": null, "service": null }));
        assert_eq!(asks(&city, &secret, "/api/services").await, 200);
        let shown = admin.get("/api/keys").await.json()[0].clone();
        assert_eq!((&shown["used_at"], &shown["used_from"]), (&json!(NOON), &json!("127.0.0.1/32")));
        let stored = city.app.db.sql("select key_hash from api_key where id = $1").bind(id).one::<(String,)>().await.unwrap().0;
        assert!(!stored.contains(&secret) && stored.len() == 64);
    }

    async fn a_key_opens_what_its_powers_say_and_nothing_else(city) {
        staff::appoint(&city).await;
        let (_, case) = filed(&city, "noise", Some("north"), Some("crew")).await;
        let (_, south) = filed(&city, "noise", Some("south"), Some("crew")).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let (_, files) = made(&admin, key("files", json!([{ "power": "file" }]))).await;
        let (_, reads) = made(&admin, key("reads", json!([{ "power": "read" }]))).await;
        let (_, holes) = made(&admin, key("holes", json!([{ "power": "file", "service": "pothole" }]))).await;
        let (_, leads) = made(&admin, key("leads", json!([{ "power": "leader", "jurisdiction": "district:north" }]))).await;
        assert_eq!([asks(&city, &files, "/api/services").await, asks(&city, &reads, "/api/services").await], [403, 200]);
        let statuses = |key: String| { let city = &city; async move {
            let mut statuses = Vec::new();
            for service in ["pothole", "noise"] {
                statuses.push(with(city, &key, Method::POST, "/api/requests", Some(&hole(service))).await.status.as_u16());
            }
            statuses
        } };
        assert_eq!(statuses(files.clone()).await, [201, 201]);
        assert_eq!(statuses(reads.clone()).await, [403, 403]);
        assert_eq!(statuses(holes.clone()).await, [201, 403]);
        assert_eq!(asks(&city, &reads, "/api/cases").await, 403);
        assert_eq!(asks(&city, &leads, "/api/cases").await, 200);
        assert_eq!(asks(&city, &leads, &format!("/api/cases/{case}")).await, 200);
        assert_eq!(asks(&city, &leads, &format!("/api/cases/{south}")).await, 404);
        let seen = with(&city, &leads, Method::GET, &format!("/api/cases/{case}"), None).await.json();
        assert_eq!((&seen["requests"][0]["contact"], &seen["moves"]), (&Value::Null, &json!([])));
        for (method, path, body) in [
            (Method::POST, format!("/api/cases/{case}/moves"), json!({ "to": "pending" })),
            (Method::POST, "/api/keys".into(), key("more", json!([{ "power": "read" }]))),
            (Method::GET, "/api/staff".into(), Value::Null),
            (Method::GET, "/api/session".into(), Value::Null),
        ] {
            with(&city, &leads, method, &path, Some(&body)).await.expect(403);
        }
        for field in ["pothole", "noise"] {
            let form = [("api_key", holes.as_str()), ("service_code", field), ("lat", "52.6"), ("long", "0.9")];
            city.form("/open311/v2/requests.json", &form).await.expect(if field == "pothole" { 200 } else { 403 });
        }
        let header = city.call(Method::GET, "/api/cases").header("x-api-key", &leads);
        Answer::of(header).await.expect(200);
    }

    async fn a_key_that_ended_opens_nothing_at_once(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let (id, revoked) = made(&admin, key("revoked", json!([{ "power": "read" }]))).await;
        let (_, short) = made(&admin, json!({ "name": "short", "expires_at": NOON + DAY, "powers": [{ "power": "read" }] })).await;
        assert_eq!(asks(&city, &revoked, "/api/services").await, 200);
        admin.delete(&format!("/api/keys/{id}")).await.expect(204);
        admin.delete(&format!("/api/keys/{id}")).await.expect(404);
        assert_eq!([asks(&city, &revoked, "/api/services").await, asks(&city, &short, "/api/services").await], [401, 200]);
        city.app.clock.advance(DAY);
        assert_eq!(asks(&city, &short, "/api/services").await, 401);
        for nothing in ["", "wmk_", "x", "' or 1=1 --"] {
            let answer = with(&city, nothing, Method::GET, "/api/services", None).await;
            assert!(matches!(answer.status.as_u16(), 200 | 401), "{nothing:?} {answer:?}");
            assert_eq!(asks(&city, nothing, "/api/cases").await, 401);
        }
    }

    async fn nobody_gives_a_key_more_than_they_hold(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let north = Browser::signed_in(&city, "admin.north@city.example").await;
        let auditor = Browser::signed_in(&city, "auditor@city.example").await;
        let everywhere = made(&admin, key("everywhere", json!([{ "power": "auditor" }]))).await.0;
        for more in [json!([{ "power": "leader" }]), json!([{ "power": "file" }]), json!([{ "power": "leader", "jurisdiction": "district:south" }])] {
            north.post("/api/keys", &key("more", more)).await.expect(403);
        }
        let own = made(&north, key("own", json!([{ "power": "leader", "jurisdiction": "district:north" }, { "power": "read" }]))).await.0;
        let ids = |answer: Answer| answer.json().as_array().unwrap().iter().map(|key| key["id"].as_i64().unwrap()).collect::<Vec<_>>();
        assert_eq!(ids(north.get("/api/keys").await.expect(200)), [own]);
        assert_eq!(ids(auditor.get("/api/keys").await.expect(200)), [own, everywhere]);
        north.delete(&format!("/api/keys/{everywhere}")).await.expect(404);
        auditor.delete(&format!("/api/keys/{own}")).await.expect(403);
        north.delete(&format!("/api/keys/{own}")).await.expect(204);
    }

    async fn what_cannot_be_is_named(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        for (field, wrong) in [
            ("name", key("", json!([{ "power": "read" }]))),
            ("powers", key("a", json!([]))),
            ("power", key("a", json!([{ "power": "admin" }]))),
            ("power", key("a", json!([{ "power": "read", "agency": "roads" }]))),
            ("jurisdiction", key("a", json!([{ "power": "file", "jurisdiction": "district:north" }]))),
            ("service", key("a", json!([{ "power": "file", "service": "none" }]))),
            ("expires_at", json!({ "name": "a", "expires_at": NOON, "powers": [{ "power": "read" }] })),
            ("per_minute", json!({ "name": "a", "per_minute": 0, "powers": [{ "power": "read" }] })),
            ("per_minute", json!({ "name": "a", "per_minute": 1_000_000_000, "powers": [{ "power": "read" }] })),
        ] {
            let refused = admin.post("/api/keys", &wrong).await.expect(422).json();
            assert_eq!(refused["errors"][0]["field"], field, "{refused}");
        }
        assert_eq!(city.count("select count(*) from api_key").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_asks_as_often_as_it_was_given() {
    let city = City::with(Database::sqlite(), |config| config.rates.on = true).await;
    staff::appoint(&city).await;
    let admin = Browser::signed_in(&city, "admin@city.example").await;
    let (_, slow) = made(&admin, json!({ "name": "slow", "per_minute": 3, "powers": [{ "power": "read" }] })).await;
    let (_, other) = made(&admin, json!({ "name": "other", "per_minute": 3, "powers": [{ "power": "read" }] })).await;
    for _ in 0..3 {
        assert_eq!(asks(&city, &slow, "/api/services").await, 200);
    }
    let refused = with(&city, &slow, Method::GET, "/api/services", None).await.expect(429);
    assert_eq!(refused.header("retry-after"), "20");
    assert_eq!(asks(&city, &other, "/api/services").await, 200, "another key has its own");
    city.app.clock.advance(20_000);
    assert_eq!(asks(&city, &slow, "/api/services").await, 200);
    assert_eq!(asks(&city, &slow, "/api/services").await, 429);
}
