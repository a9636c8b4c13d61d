//! `/api/blocks`, and what is refused by them.

use reqwest::Method;
use serde_json::{Value, json};
use waymark::config::Config;

use crate::helpers::{Answer, City, Database, NOON};
use crate::photos::picture;
use crate::staff::{self, Browser, filed};

const DAY: i64 = 86_400_000;

async fn file(city: &City, contact: &Value) -> Answer {
    city.post("/api/requests", &json!({ "service": "noise", "lon": 0.9, "lat": 52.6, "contact": contact })).await
}

async fn block(browser: &Browser, kind: &str, value: &str) -> i64 {
    let body = json!({ "kind": kind, "value": value, "reason": "Forty reports of a hole that is not there" });
    browser.post("/api/blocks", &body).await.expect(201).json()["id"].as_i64().unwrap()
}

on_both! {
    async fn whoever_is_blocked_may_read_and_nothing_else_until_it_is_lifted(city) {
        staff::appoint(&city).await;
        let (number, _) = filed(&city, "noise", Some("north"), Some("crew")).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let id = block(&admin, "network", "127.0.0.1").await;
        let refused = file(&city, &json!({})).await.expect(403).json();
        assert_eq!(refused["type"], "/problems/blocked");
        assert!(refused["detail"].as_str().unwrap().contains("tell the city"));
        let comment = json!({ "token": "x", "text": "words" });
        city.post(&format!("/api/requests/{number}/comments"), &comment).await.expect(403);
        let form = reqwest::multipart::Form::new().part("photo", reqwest::multipart::Part::bytes(picture(7)).file_name("a.jpg"));
        Answer::of(city.call(Method::POST, "/api/photos").multipart(form)).await.expect(403);
        city.get(&format!("/api/requests/{number}")).await.expect(200);
        let listed = admin.get("/api/blocks").await.expect(200).json();
        assert_eq!(listed["blocks"][0]["shown"], "127.0.0.1/32");
        assert_eq!(listed["blocks"][0]["set_by"], "admin <b>&amp;");
        admin.delete(&format!("/api/blocks/{id}")).await.expect(204);
        admin.delete(&format!("/api/blocks/{id}")).await.expect(404);
        file(&city, &json!({})).await.expect(201);
        assert_eq!(admin.get("/api/blocks").await.json()["blocks"], json!([]));
        assert_eq!(city.count("select count(*) from block").await, 1, "what was lifted is remembered");
        assert_eq!(city.count("select count(*) from event where kind in ('blocked', 'unblocked')").await, 2);
    }

    async fn people_are_known_again_by_what_they_say_however_they_write_it_and_nothing_of_it_is_kept(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "supervisor@city.example").await;
        for (kind, value) in [("mail", "Troll+1@Example.org"), ("phone", "+1 (555) 0100"), ("mail_domain", "@spam.example")] {
            block(&admin, kind, value).await;
        }
        for contact in [
            json!({ "email": "troll@example.org" }),
            json!({ "email": " TROLL+other@EXAMPLE.ORG" }),
            json!({ "phone": "0015550100" }),
            json!({ "phone": "1-555-0100" }),
            json!({ "email": "anybody@spam.example" }),
            json!({ "email": "anybody@mail.spam.example" }),
        ] {
            file(&city, &contact).await.expect(403);
        }
        for contact in [json!({}), json!({ "email": "ana@example.org" }), json!({ "email": "ana@notspam.example" }), json!({ "phone": "+1 555 0101" })] {
            file(&city, &contact).await.expect(201);
        }
        let rows: Vec<(String, String)> = city.app.db.sql("select value, shown from block where kind in ('mail', 'phone')").all().await.unwrap();
        assert!(rows.iter().all(|(value, shown)| value.len() == 64 && shown.is_empty()), "{rows:?}");
        let (logged,): (String,) = city.app.db.sql("select data_json from event where kind = 'blocked' order by seq limit 1").one().await.unwrap();
        assert!(!logged.contains("troll") && logged.contains("mail"), "{logged}");
    }

    async fn a_block_ends_by_itself(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let body = json!({ "kind": "mail", "value": "troll@example.org", "reason": "x", "expires_at": NOON + DAY / 2 });
        admin.post("/api/blocks", &body).await.expect(201);
        file(&city, &json!({ "email": "troll@example.org" })).await.expect(403);
        city.app.clock.advance(DAY / 2);
        file(&city, &json!({ "email": "troll@example.org" })).await.expect(201);
        assert_eq!(admin.get("/api/blocks").await.expect(200).json()["blocks"], json!([]));
    }

    async fn what_cannot_be_a_block_is_told(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        for (kind, value, reason, expires_at, field) in [
            ("network", "0.0.0.0/0", "x", None, "value"),
            ("network", "10.0.0.0/15", "x", None, "value"),
            ("network", "::/0", "x", None, "value"),
            ("network", "nowhere", "x", None, "value"),
            ("mail_domain", "org", "x", None, "value"),
            ("mail", "nobody", "x", None, "value"),
            ("phone", "none", "x", None, "value"),
            ("device", " ", "x", None, "value"),
            ("mail", "a@b.example", " ", None, "reason"),
            ("mail", "a@b.example", "x", Some(NOON - 1), "expires_at"),
        ] {
            let body = json!({ "kind": kind, "value": value, "reason": reason, "expires_at": expires_at });
            let refused = admin.post("/api/blocks", &body).await.expect(422).json();
            assert_eq!(refused["errors"][0]["field"], field, "{body}");
        }
        let unknown = json!({ "kind": "everybody", "value": "*", "reason": "x" });
        admin.post("/api/blocks", &unknown).await.expect(422);
        assert_eq!(city.count("select count(*) from block").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open311_says_it_in_its_own_words_and_knows_devices_and_accounts() {
    let contact = |config: &mut Config| config.open311.contact = "311@city.example".into();
    let city = City::with(Database::sqlite(), contact).await;
    staff::appoint(&city).await;
    crate::open311::settled(&city).await;
    let admin = Browser::signed_in(&city, "admin@city.example").await;
    block(&admin, "device", "abc-123").await;
    block(&admin, "account", "777").await;
    let form = |name: &'static str, value: &'static str| {
        [("service_code", "noise"), ("lat", "52.6"), ("long", "0.9"), ("api_key", "demo"), (name, value)]
    };
    for (name, value) in [("device_id", "abc-123"), ("account_id", "777")] {
        let refused = city.form("/open311/v2/requests.json", &form(name, value)).await.expect(403).json();
        assert!(refused[0]["description"].as_str().unwrap().contains("311@city.example"), "{refused}");
    }
    city.form("/open311/v2/requests.json", &form("device_id", "777")).await.expect(200);
}
