//! `/api/session`.

use reqwest::Method;
use serde_json::json;
use waymark::people::staff as people;

use crate::helpers::{Answer, NOON};
use crate::staff::{self, Browser, PASSWORD};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

on_both! {
    async fn staff_sign_in_see_who_they_are_and_sign_out(city) {
        staff::appoint(&city).await;
        let browser = Browser::of(&city);
        browser.get("/api/session").await.expect(401);
        let signed = browser.post("/api/session", &json!({ "email": " Dispatcher.North@CITY.example", "password": PASSWORD })).await.expect(200);
        let cookie = signed.header("set-cookie").to_owned();
        assert!(cookie.starts_with("waymark_session=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
        assert!(!cookie.contains("Secure"), "this site is plain http");
        assert_eq!(signed.header("cache-control"), "no-store");
        let me = browser.get("/api/session").await.expect(200).json();
        assert_eq!(me, signed.json());
        assert_eq!(me["email"], "dispatcher.north@city.example");
        assert_eq!(me["name"], "dispatcher.north <b>&amp;");
        assert_eq!(me["grants"], json!([{ "role": "dispatcher", "agency": null, "jurisdiction": "district:north", "service": null }]));
        assert_eq!(me["teams"], json!([]));
        assert_eq!(Browser::signed_in(&city, "member@city.example").await.get("/api/session").await.json()["teams"], json!(["crew"]));

        let kept = cookie.split(';').next().unwrap().to_owned();
        let gone = browser.delete("/api/session").await.expect(204);
        assert!(gone.header("set-cookie").contains("Max-Age=0"));
        browser.get("/api/session").await.expect(401);
        Answer::of(city.call(Method::GET, "/api/session").header("cookie", kept)).await.expect(401);
        browser.delete("/api/session").await.expect(204);
    }

    async fn what_is_wrong_is_not_said(city) {
        staff::appoint(&city).await;
        let wrong = json!({ "email": "admin@city.example", "password": "four unrelated word" });
        let unknown = json!({ "email": "nobody@city.example", "password": PASSWORD });
        let (wrong, unknown) = (city.post("/api/session", &wrong).await.expect(401), city.post("/api/session", &unknown).await.expect(401));
        assert_eq!(wrong.refusal(), unknown.refusal());
        assert_eq!(wrong.header("content-type"), "application/problem+json");
        assert!(wrong.header("set-cookie").is_empty());
    }

    async fn strange_words_sign_nobody_in(city) {
        staff::appoint(&city).await;
        for email in ["", "\u{0}", "admin@city.example\u{0}", "' or 1=1 --", "<script>alert(1)</script>", "%", &"a".repeat(10_000)] {
            city.post("/api/session", &json!({ "email": email, "password": PASSWORD })).await.expect(401);
        }
        let long = "a".repeat(100_000);
        for password in ["", "\u{0}", "' or ''='", &long] {
            city.post("/api/session", &json!({ "email": "leader@city.example", "password": password })).await.expect(401);
        }
        for body in [json!({}), json!([]), json!({ "email": 1, "password": true }), json!({ "email": "a", "password": "b", "admin": true })] {
            city.post("/api/session", &body).await.expect(422);
        }
        for cookie in ["waymark_session=", "waymark_session=0", "waymark_session=' or 1=1 --", "waymark_session=%00", "__Host-waymark_session=x"] {
            Answer::of(city.call(Method::GET, "/api/session").header("cookie", cookie)).await.expect(401);
        }
        assert_eq!(city.count("select count(*) from session").await, 0);
    }

    async fn who_tries_too_often_waits_and_others_do_not(city) {
        staff::appoint(&city).await;
        let wrong = json!({ "email": "admin@city.example", "password": "not this one either" });
        let mut tries = 0;
        let refused = loop {
            let answer = city.post("/api/session", &wrong).await;
            if answer.status == 429 { break answer; }
            tries += 1;
            assert!(tries < 50);
        };
        assert!((5..=10).contains(&tries), "{tries}");
        assert_eq!(refused.header("retry-after"), "30");
        let right = json!({ "email": "admin@city.example", "password": PASSWORD });
        city.post("/api/session", &right).await.expect(429);
        city.post("/api/session", &json!({ "email": "leader@city.example", "password": PASSWORD })).await.expect(200);
        city.app.clock.advance(MINUTE);
        city.post("/api/session", &right).await.expect(200);
        for _ in 0..20 {
            city.post("/api/session", &right).await.expect(200);
        }
    }

    async fn a_session_ends_when_it_is_not_used_and_when_it_is_old(city) {
        staff::appoint(&city).await;
        let browser = Browser::signed_in(&city, "admin@city.example").await;
        let idle = city.app.config.limits.session_idle_hours;
        city.app.clock.advance((idle - 1) * HOUR);
        browser.get("/api/session").await.expect(200);
        city.app.clock.advance((idle - 1) * HOUR);
        browser.get("/api/session").await.expect(200);
        city.app.clock.advance((idle + 1) * HOUR);
        browser.get("/api/session").await.expect(401);

        let browser = Browser::signed_in(&city, "admin@city.example").await;
        for _ in 0..city.app.config.limits.session_days * 24 / (idle - 1) {
            city.app.clock.advance((idle - 1) * HOUR);
            browser.get("/api/session").await.expect(200);
        }
        city.app.clock.advance((idle - 1) * HOUR);
        browser.get("/api/session").await.expect(401);
    }

    async fn signing_in_again_ends_the_session_before_and_a_planted_cookie_opens_nothing(city) {
        staff::appoint(&city).await;
        let first = Browser::signed_in(&city, "admin@city.example").await;
        first.post("/api/session", &json!({ "email": "leader@city.example", "password": PASSWORD })).await.expect(200);
        assert_eq!(first.get("/api/session").await.expect(200).json()["email"], "leader@city.example");
        assert_eq!(city.count("select count(*) from session").await, 1);
        let planted = city.call(Method::POST, "/api/session").header("cookie", "waymark_session=planted");
        let signed = Answer::of(planted.json(&json!({ "email": "admin@city.example", "password": PASSWORD }))).await.expect(200);
        assert!(!signed.header("set-cookie").contains("planted"));
        Answer::of(city.call(Method::GET, "/api/session").header("cookie", "waymark_session=planted")).await.expect(401);
    }

    async fn the_database_has_neither_tokens_nor_passwords(city) {
        staff::appoint(&city).await;
        let signed = city.post("/api/session", &json!({ "email": "admin@city.example", "password": PASSWORD })).await.expect(200);
        let token = signed.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
        assert_eq!(token.len(), 52);
        let (hash,): (String,) = city.app.db.sql("select token_hash from session_token").one().await.unwrap();
        assert!(hash.len() == 64 && !hash.contains(&token));
        let (stored,): (String,) = city.app.db.sql("select password_hash from member where email = 'admin@city.example'").one().await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    async fn a_member_who_is_stopped_or_gets_another_password_is_out_at_once(city) {
        staff::appoint(&city).await;
        let (one, two) = (Browser::signed_in(&city, "admin@city.example").await, Browser::signed_in(&city, "leader@city.example").await);
        let hash = city.app.sessions.passwords().hash("another four words".into()).await.unwrap();
        let write = city.app.db.write(async move |tx| {
            let admin = people::find(tx, "admin@city.example").await?;
            people::deactivate(tx, admin, None, NOON).await?;
            let leader = people::find(tx, "leader@city.example").await?;
            people::set_password(tx, leader, hash.clone(), None, NOON).await
        });
        write.await.unwrap();
        one.get("/api/session").await.expect(401);
        two.get("/api/session").await.expect(401);
        city.post("/api/session", &json!({ "email": "admin@city.example", "password": PASSWORD })).await.expect(401);
        city.post("/api/session", &json!({ "email": "leader@city.example", "password": PASSWORD })).await.expect(401);
        city.post("/api/session", &json!({ "email": "leader@city.example", "password": "another four words" })).await.expect(200);
    }

    async fn another_site_can_neither_sign_in_nor_out_nor_change_anything(city) {
        staff::appoint(&city).await;
        let (_, case) = staff::filed(&city, "pothole", Some("north"), Some("crew")).await;
        let browser = Browser::signed_in(&city, "admin@city.example").await;
        let changes = [
            ("/api/session".to_owned(), json!({ "email": "admin@city.example", "password": PASSWORD })),
            (format!("/api/cases/{case}/moves"), json!({ "to": "assigned" })),
            (format!("/api/cases/{case}/notes"), json!({ "text": "x" })),
        ];
        for (path, body) in &changes {
            let send = || browser.client.request(Method::POST, format!("{}{path}", city.base));
            for (header, value) in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
                Answer::of(send().header(header, value).json(body)).await.expect(403);
            }
            let both = send().header("sec-fetch-site", "cross-site").header("origin", &city.base).json(body);
            Answer::of(both).await.expect(403);
            // What a form of another site can send is not JSON.
            for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
                let form = send().header("origin", &city.base).header("content-type", kind).body(body.to_string());
                Answer::of(form).await.expect(415);
            }
        }
        let out = browser.client.request(Method::DELETE, format!("{}/api/session", city.base)).header("origin", "https://evil.example");
        Answer::of(out).await.expect(403);
        browser.get("/api/session").await.expect(200);
        assert_eq!(city.count("select count(*) from note").await, 0);
        assert_eq!(city.count("select count(*) from event where kind = 'moved'").await, 0);
        // A program that is no browser says neither, and needs no page of ours.
        let program = browser.client.request(Method::POST, format!("{}/api/cases/{case}/moves", city.base)).json(&json!({ "to": "assigned" }));
        Answer::of(program).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_https_the_cookie_is_bound_to_the_host() {
    use crate::helpers::{City, Database};
    let city = City::with(Database::sqlite(), |config| config.server.public_url = "https://311.city.example/".into()).await;
    staff::appoint(&city).await;
    let sign_in = city.call(Method::POST, "/api/session").header("origin", "https://311.city.example");
    let signed = Answer::of(sign_in.json(&json!({ "email": "admin@city.example", "password": PASSWORD }))).await.expect(200);
    let cookie = signed.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-waymark_session=")
            && cookie.contains("Secure")
            && cookie.contains("Path=/")
            && !cookie.contains("Domain"),
        "{cookie}"
    );
    let kept = cookie.split(';').next().unwrap().to_owned();
    Answer::of(city.call(Method::GET, "/api/session").header("cookie", &kept)).await.expect(200);
    let unbound = kept.trim_start_matches("__Host-").to_owned();
    Answer::of(city.call(Method::GET, "/api/session").header("cookie", unbound)).await.expect(401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_proxy_tries_are_counted_for_whoever_is_behind_it() {
    use crate::helpers::{City, Database};
    let city = City::with(Database::sqlite(), |config| config.server.trusted_proxies = vec!["127.0.0.1".into()]).await;
    staff::appoint(&city).await;
    let from = |address: &'static str, password: &'static str| {
        let sent = city.call(Method::POST, "/api/session").header("x-forwarded-for", address);
        Answer::of(sent.json(&json!({ "email": "admin@city.example", "password": password })))
    };
    while from("203.0.113.9", "not this one either").await.status == 401 {}
    from("203.0.113.9", PASSWORD).await.expect(429);
    // Whoever writes the header without being a proxy only names a hop that is not looked at.
    from("198.51.100.1, 203.0.113.9", PASSWORD).await.expect(429);
    from("198.51.100.1", PASSWORD).await.expect(200);
    let list: Vec<(String,)> = city.app.db.sql("select network from session").all().await.unwrap();
    assert_eq!(list, [("198.51.100.0/24".to_owned(),)]);
}
