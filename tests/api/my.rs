//! `/api/my`: a code, a session, one's own requests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use waymark::error::Error;

use crate::helpers::{Answer, City, Database, MailServer};
use crate::notices::{counted, files, on_both_with_mail};
use crate::staff::{self, Browser};

const MINUTE: i64 = 60_000;

/// The digits of the newest code that waits or waited; mail must not have taken it yet.
fn code_in(text: &str) -> String {
    let at = text.find("code is ").map(|at| at + 8).unwrap();
    text[at..at + 9].replace(' ', "")
}

async fn newest(mail: &MailServer, letters: usize) -> String {
    let letters = mail.wait_for(letters).await;
    let newest = letters
        .iter()
        .filter(|l| l.header("Subject").starts_with("Your code"))
        .max_by_key(|letter| letter.header("Message-ID").split('.').nth(1).unwrap().parse::<i64>().unwrap());
    code_in(newest.unwrap().body())
}

async fn asks(browser: &Browser, email: &str) -> Answer {
    browser.post("/api/my/code", &json!({ "email": email })).await.expect(202)
}

async fn enters(browser: &Browser, code: &str) -> Answer {
    browser.post("/api/my/session", &json!({ "code": code })).await
}

fn numbers(answer: &Answer) -> Vec<String> {
    answer.json()["requests"].as_array().unwrap().iter().map(|request| request["number"].as_str().unwrap().to_owned()).collect()
}

on_both_with_mail! {
    async fn a_code_by_mail_opens_ones_own_requests_and_nobody_elses(city, mail) {
        let (first, token) = files(&city, "Ana.Souza@Example.org", "en").await;
        city.app.clock.advance(1);
        let (second, _) = files(&city, "ana.souza@example.ORG", "en").await;
        files(&city, "somebody.else@example.org", "en").await;
        mail.wait_for(3).await;
        let browser = Browser::of(&city);
        browser.get("/api/my/requests").await.expect(401);
        let asked = asks(&browser, " ANA.souza@example.org").await;
        let cookie = asked.header("set-cookie");
        assert!(cookie.starts_with("waymark_my_code=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        let code = newest(&mail, 4).await;
        let begun = enters(&browser, &format!("{}-{}", &code[..4], &code[4..])).await.expect(200);
        assert_eq!(begun.header("cache-control"), "no-store");
        let list = browser.get("/api/my/requests").await.expect(200);
        assert_eq!(numbers(&list), [second, first.clone()]);
        assert_eq!(list.header("cache-control"), "no-store");
        let mine = &list.json()["requests"][1];
        assert_eq!((&mine["token"], &mine["status"], &mine["service_name"]), (&json!(token), &json!("new"), &json!("Noise")));
        assert!(mine["follow_url"].as_str().unwrap().ends_with(&format!("/requests/{first}?token={token}")));
        assert!(!list.text.contains("SECRET") && !list.text.contains("ana"), "{}", list.text);

        enters(&browser, &code).await.expect(401); // a code works once
        assert_eq!(city.count("select count(*) from resident_code").await, 0);
        let (kept,): (String,) = city.app.db.sql("select token_hash from resident_session").one().await.unwrap();
        assert_eq!(kept.len(), 64);
        browser.get("/api/cases").await.expect(401);
        browser.delete("/api/my/session").await.expect(204);
        browser.get("/api/my/requests").await.expect(401);
        assert_eq!(city.count("select count(*) from resident_session").await, 0);
    }

    async fn nothing_tells_whether_anything_was_filed_with_an_address(city, mail) {
        files(&city, "ana@example.org", "en").await;
        mail.wait_for(1).await;
        let (known, unknown) = (Browser::of(&city), Browser::of(&city));
        let (one, other) = (asks(&known, "ana@example.org").await, asks(&unknown, "nobody@example.org").await);
        assert_eq!(one.json(), other.json());
        let names = |answer: &Answer| {
            let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            names
        };
        assert_eq!(names(&one), names(&other));
        assert_eq!(city.count("select count(*) from resident_code").await, 2, "the database did the same for both");
        counted(&city, "select count(*) from outbox where template = 'code'", 1).await;
        for browser in [&known, &unknown] {
            let refused = enters(browser, "00000000").await.expect(401).json();
            assert_eq!(refused["detail"], "The code is wrong, was used already, or is too old. Ask for a new one if you cannot find it.");
        }
        let mut waits = Vec::new();
        for (browser, email) in [(&known, "ana@example.org"), (&unknown, "nobody@example.org")] {
            for _ in 0..2 {
                asks(browser, email).await;
            }
            let wait = browser.post("/api/my/code", &json!({ "email": email })).await.expect(429);
            waits.push((wait.header("retry-after").to_owned(), wait.json()["detail"].clone()));
        }
        assert_eq!(waits[0], waits[1]);
    }

    async fn a_code_is_for_the_browser_that_asked_and_for_ten_minutes(city, mail) {
        files(&city, "ana@example.org", "en").await;
        mail.wait_for(1).await;
        let (browser, other) = (Browser::of(&city), Browser::of(&city));
        asks(&browser, "ana@example.org").await;
        let code = newest(&mail, 2).await;
        enters(&other, &code).await.expect(401);
        asks(&other, "nobody@example.org").await;
        enters(&other, &code).await.expect(401);
        city.app.clock.advance(10 * MINUTE);
        enters(&browser, &code).await.expect(401);
        asks(&browser, "ana@example.org").await;
        let second = newest(&mail, 3).await;
        enters(&browser, &code).await.expect(401);
        enters(&browser, &second).await.expect(200);
    }

    async fn five_guesses_use_a_code_up_even_if_the_sixth_is_right(city, mail) {
        files(&city, "ana@example.org", "en").await;
        mail.wait_for(1).await;
        let browser = Browser::of(&city);
        asks(&browser, "ana@example.org").await;
        let code = newest(&mail, 2).await;
        let wrong = if code == "11111111" { "22222222" } else { "11111111" };
        for guess in [wrong, "", "\u{0}", "' or 1=1 --", &code[..7]] {
            enters(&browser, guess).await.expect(401);
        }
        enters(&browser, &code).await.expect(401);
        assert_eq!(city.count("select tries from resident_code").await, 5);
        assert_eq!(city.count("select count(*) from resident_session").await, 0);
        for body in [json!({}), json!({ "code": 1 }), json!({ "code": "1", "admin": true })] {
            browser.post("/api/my/session", &body).await.expect(422);
        }
    }

    async fn a_session_ends_when_it_is_not_used_and_when_it_is_old(city, mail) {
        files(&city, "ana@example.org", "en").await;
        mail.wait_for(1).await;
        let browser = Browser::of(&city);
        asks(&browser, "ana@example.org").await;
        enters(&browser, &newest(&mail, 2).await).await.expect(200);
        for _ in 0..49 {
            city.app.clock.advance(29 * MINUTE);
            browser.get("/api/my/requests").await.expect(200);
        }
        city.app.clock.advance(29 * MINUTE);
        browser.get("/api/my/requests").await.expect(401);
        asks(&browser, "ana@example.org").await;
        enters(&browser, &newest(&mail, 3).await).await.expect(200);
        city.app.clock.advance(30 * MINUTE);
        browser.get("/api/my/requests").await.expect(401);
        let now = city.app.clock.now();
        city.app.db.write(async move |tx| waymark::people::residents::forget_old(tx, now + 48 * 60 * MINUTE).await).await.unwrap();
        assert_eq!(city.count("select count(*) from resident_session").await, 0);
    }

    async fn who_is_erased_has_no_requests_here_any_more(city, mail) {
        let (number, _) = files(&city, "ana@example.org", "en").await;
        files(&city, "ana@example.org", "en").await;
        mail.wait_for(2).await;
        let browser = Browser::of(&city);
        asks(&browser, "ana@example.org").await;
        enters(&browser, &newest(&mail, 3).await).await.expect(200);
        assert_eq!(numbers(&browser.get("/api/my/requests").await).len(), 2);
        let known = number.clone();
        let erase = city.app.db.write(async move |tx| {
            tx.sql("delete from contact where request_id = (select id from request where number = $1)").bind(known.clone()).run().await?;
            Ok::<_, Error>(())
        });
        erase.await.unwrap();
        let left = numbers(&browser.get("/api/my/requests").await.expect(200));
        assert!(left.len() == 1 && left[0] != number, "{left:?}");
    }

    async fn the_list_comes_in_pages_and_another_site_asks_for_nothing(city, mail) {
        for _ in 0..3 {
            city.app.clock.advance(1);
            files(&city, "ana@example.org", "en").await;
        }
        mail.wait_for(3).await;
        let browser = Browser::of(&city);
        asks(&browser, "ana@example.org").await;
        enters(&browser, &newest(&mail, 4).await).await.expect(200);
        let all = numbers(&browser.get("/api/my/requests").await.expect(200));
        let rest = browser.get(&format!("/api/my/requests?before={}", all[0])).await.expect(200);
        assert_eq!((numbers(&rest).as_slice(), &rest.json()["next"]), (&all[1..], &Value::Null));
        browser.get("/api/my/requests?before=nonsense").await.expect(422);
        for (method, path, body) in [
            (Method::POST, "/api/my/code", json!({ "email": "ana@example.org" })),
            (Method::POST, "/api/my/session", json!({ "code": "1" })),
            (Method::DELETE, "/api/my/session", Value::Null),
        ] {
            let evil = browser.client.request(method, format!("{}{path}", city.base)).header("origin", "https://evil.example").json(&body);
            Answer::of(evil).await.expect(403);
        }
        for body in [json!({}), json!({ "email": "a@b.example", "phone": "123456" }), json!({ "email": "no address" }), json!({ "email": "a\u{0}@b.example" })] {
            browser.post("/api/my/code", &body).await.expect(422);
        }
        browser.post("/api/my/code", &json!({ "phone": "+44 7700 900123" })).await.expect(409);
        staff::appoint(&city).await;
        let member = Browser::signed_in(&city, "admin@city.example").await;
        member.get("/api/my/requests").await.expect(401);
    }
}

/// A gateway for text messages: answers what it is told to, and keeps what it was sent.
async fn gateway(answers: Vec<u16>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/send", listener.local_addr().unwrap());
    let sent: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = sent.clone();
    tokio::spawn(async move {
        for n in 0.. {
            let (mut line, _) = listener.accept().await.unwrap();
            let mut text = String::new();
            let mut bytes = [0; 4096];
            while !text.contains("\r\n\r\n") || !text.ends_with('}') {
                let read = line.read(&mut bytes).await.unwrap();
                text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
            }
            kept.lock().unwrap().push(text);
            let status = answers.get(n).copied().unwrap_or(202);
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            line.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, sent)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_goes_to_a_telephone_however_its_number_was_written() {
    let (url, sent) = gateway(vec![503, 202]).await;
    let city = City::with(Database::sqlite(), |config| {
        config.sms.url.clone_from(&url);
        config.outbound.private_hosts = vec!["127.0.0.1".into()];
        config.sms.headers = vec!["Authorization: Bearer hush".into(), "Idempotency-Key: {{ id }}".into()];
        config.sms.country_code = "44".into();
    })
    .await;
    let body = json!({ "service": "noise", "lon": 0.9, "lat": 52.6, "contact": { "phone": "(07700) 900-123" } });
    let number = city.post("/api/requests", &body).await.expect(201).json()["number"].clone();
    let browser = Browser::of(&city);
    browser.post("/api/my/code", &json!({ "phone": "+44 7700 900123", "language": "en" })).await.expect(202);
    counted(&city, "select count(*) from outbox where error = 'The gateway for text messages is in trouble: 503.'", 1).await;
    city.app.clock.advance(MINUTE);
    counted(&city, "select count(*) from outbox where sent_at is not null and body = ''", 1).await;
    let texts = sent.lock().unwrap().clone();
    assert_eq!(texts.len(), 2);
    let key = |text: &String| text.to_lowercase().split_once("idempotency-key: ").unwrap().1.lines().next().unwrap().to_owned();
    assert_eq!(key(&texts[0]), key(&texts[1]), "sent again it is the same message");
    let body: Value = serde_json::from_str(texts[1].split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["to"], "+447700900123");
    enters(&browser, &code_in(body["text"].as_str().unwrap())).await.expect(200);
    assert_eq!(browser.get("/api/my/requests").await.expect(200).json()["requests"][0]["number"], number);
    browser.post("/api/my/code", &json!({ "email": "ana@example.org" })).await.expect(409);
    tokio::time::sleep(Duration::from_millis(100)).await;
}
