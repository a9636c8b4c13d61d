//! How often somebody may ask, and who somebody is.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use waymark::abuse::challenge::{Challenge, solve};
use waymark::config::{Config, Rate};
use waymark::people::keys::{self, NewKey};

use crate::helpers::{Answer, City, Database, NOON};
use crate::staff::{self, Browser, PASSWORD};

const FEW: Rate = Rate { burst: 3, per_minute: 6 };

/// A city behind a proxy on this machine, with limits.
async fn behind_a_proxy(last: impl FnOnce(&mut Config)) -> City {
    City::with(Database::sqlite(), |config| {
        config.server.trusted_proxies = vec!["127.0.0.1".into()];
        config.rates.on = true;
        config.rates.pause_ms = 1;
        last(config);
    })
    .await
}

async fn get_from(city: &City, address: &str, path: &str) -> Answer {
    Answer::of(city.call(Method::GET, path).header("x-forwarded-for", address)).await
}

async fn sign_in_from(city: &City, address: &str, password: &str) -> StatusCode {
    let body = json!({ "email": "admin@city.example", "password": password });
    Answer::of(city.call(Method::POST, "/api/session").header("x-forwarded-for", address).json(&body)).await.status
}

async fn tries_until_refused(city: &City, address: &str) -> usize {
    let mut tries = 0;
    while sign_in_from(city, address, "wrong").await == StatusCode::UNAUTHORIZED {
        tries += 1;
    }
    tries
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_trusted_proxy_each_client_has_tries_of_his_own_and_a_customer_has_one_network() {
    let city = behind_a_proxy(|_| ()).await;
    staff::appoint(&city).await;
    let tries = tries_until_refused(&city, "198.51.100.1").await;
    assert!((2..60).contains(&tries));
    assert_eq!(sign_in_from(&city, "198.51.100.2, 198.51.100.1", PASSWORD).await, 429, "what the client wrote itself changes nothing");
    assert_eq!(sign_in_from(&city, "198.51.100.2", PASSWORD).await, 200);
    tries_until_refused(&city, "2001:db8:0:1::1").await;
    assert_eq!(sign_in_from(&city, "2001:db8:0:1:ffff::9", PASSWORD).await, 429);
    assert_eq!(sign_in_from(&city, "2001:db8:0:2::1", PASSWORD).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_believed_who_is_not_named() {
    let city = City::with(Database::sqlite(), |config| config.rates.on = true).await;
    staff::appoint(&city).await;
    tries_until_refused(&city, "198.51.100.1").await;
    assert_eq!(sign_in_from(&city, "198.51.100.2", PASSWORD).await, 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_too_often_waits_and_others_do_not() {
    let city = behind_a_proxy(|config| config.rates.map = FEW).await;
    let first = get_from(&city, "198.51.100.1", "/api/heat").await.expect(200);
    assert_eq!(first.header("ratelimit-policy"), "\"map\";q=3;w=30");
    assert_eq!(first.header("ratelimit"), "\"map\";r=2;t=10");
    for path in ["/api/counts?group=status", "/api/clusters?bbox=0,0,1,1&zoom=3"] {
        assert_ne!(get_from(&city, "198.51.100.1", path).await.status, 429);
    }
    let refused = get_from(&city, "198.51.100.1", "/api/heat").await.expect(429);
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit")), ("10", "\"map\";r=0;t=30"));
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_eq!(refused.json()["status"], 429);
    get_from(&city, "198.51.100.2", "/api/heat").await.expect(200);
    get_from(&city, "198.51.100.1", "/api/services").await.expect(200);
    city.app.clock.advance(10_000);
    get_from(&city, "198.51.100.1", "/api/heat").await.expect(200);
    get_from(&city, "198.51.100.1", "/api/heat").await.expect(429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open311_says_it_in_its_own_words_and_tiles_in_theirs() {
    let city = behind_a_proxy(|config| (config.rates.lists, config.rates.tiles) = (FEW, FEW)).await;
    for _ in 0..3 {
        get_from(&city, "198.51.100.1", "/open311/v2/requests.json").await.expect(200);
        get_from(&city, "198.51.100.1", "/tiles/requests/1/0/0.mvt").await;
    }
    let json = get_from(&city, "198.51.100.1", "/open311/v2/requests.json").await.expect(429);
    assert_eq!(json.json()[0]["code"], 429);
    assert_eq!((json.header("retry-after"), json.header("access-control-allow-origin")), ("10", "*"));
    let xml = get_from(&city, "198.51.100.1", "/open311/v2/requests.xml").await.expect(429);
    assert!(xml.text.contains("<errors><error><code>429</code>"), "{}", xml.text);
    let tile = get_from(&city, "198.51.100.1", "/tiles/requests/1/0/1.mvt").await.expect(429);
    assert_eq!(tile.json()["status"], 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_has_a_rate_of_its_own_wherever_it_is_used() {
    let city = behind_a_proxy(|config| config.rates.keys = FEW).await;
    city.app
        .db
        .write(async move |tx| {
            keys::put(tx, None, &NewKey::filing("one"), "first-key", NOON).await?;
            keys::put(tx, None, &NewKey::filing("two"), "other-key", NOON).await
        })
        .await
        .unwrap();
    let file = async |address: &str, key: &str| {
        let fields = [("service_code", "noise"), ("lat", "52.6"), ("long", "0.9"), ("api_key", key)];
        Answer::of(city.call(Method::POST, "/open311/v2/requests.json").header("x-forwarded-for", address).form(&fields)).await
    };
    for n in 1..=3 {
        file(&format!("198.51.100.{n}"), "first-key").await.expect(200);
    }
    let refused = file("198.51.100.4", "first-key").await.expect(429);
    assert_eq!(refused.header("retry-after"), "10");
    file("198.51.100.5", "other-key").await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_in_browser_goes_on_where_its_address_is_at_its_limit_and_has_a_limit_too() {
    let city = behind_a_proxy(|config| {
        config.rates.everything = Rate { burst: 5, per_minute: 6 };
        config.rates.session = Rate { burst: 8, per_minute: 6 };
    })
    .await;
    staff::appoint(&city).await;
    let browser = Browser::signed_in(&city, "admin@city.example").await;
    for _ in 0..4 {
        city.get("/api/services").await.expect(200);
    }
    city.get("/api/services").await.expect(429);
    let made_up = city.call(Method::GET, "/api/services").header("cookie", "waymark_session=made-up");
    Answer::of(made_up).await.expect(429);
    for _ in 0..8 {
        browser.get("/api/cases").await.expect(200);
    }
    let refused = browser.get("/api/cases").await.expect(429);
    assert!(refused.header("ratelimit-policy").starts_with("\"session\";q=8"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_client_cannot_take_every_seat_of_those_who_listen() {
    let city = behind_a_proxy(|config| config.rates.listeners = 2).await;
    let listen = async |address: &str| city.call(Method::GET, "/api/live").header("x-forwarded-for", address).send().await.unwrap();
    let seats = [listen("198.51.100.1").await, listen("198.51.100.1").await];
    assert!(seats.iter().all(|seat| seat.status() == 200));
    let refused = listen("198.51.100.1").await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.json::<Value>().await.unwrap()["status"], 429);
    assert_eq!(listen("198.51.100.2").await.status(), 200);
}

fn filing() -> Value {
    json!({ "service": "noise", "lon": 0.9, "lat": 52.6 })
}

/// Files with the answer to a challenge.
async fn file_with(city: &City, address: &str, proof: Option<&str>, key: &str) -> Answer {
    let call = city.call(Method::POST, "/api/requests").header("x-forwarded-for", address).header("idempotency-key", key).json(&filing());
    Answer::of(match proof {
        Some(proof) => call.header("proof-of-work", proof),
        None => call,
    })
    .await
}

fn solved(challenge: &Value) -> String {
    let text = |name: &str| challenge[name].as_str().unwrap().to_owned();
    let challenge = Challenge {
        challenge: text("challenge"),
        bits: challenge["bits"].as_u64().unwrap() as u32,
        expires_at: challenge["expires_at"].as_i64().unwrap(),
    };
    solve(&challenge)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_files_much_computes_and_everybody_else_files_as_before() {
    let city = behind_a_proxy(|config| (config.challenge.free, config.challenge.bits) = (2, 8)).await;
    let ask = async |address: &str| get_from(&city, address, "/api/challenge").await.expect(200).json();
    assert_eq!(ask("198.51.100.1").await["bits"], 0);
    for key in ["first-key", "second-key"] {
        file_with(&city, "198.51.100.1", None, key).await.expect(201);
    }
    let refused = file_with(&city, "198.51.100.1", None, "third-key").await.expect(428);
    assert_eq!(
        (refused.header("content-type"), refused.json()["type"].as_str().unwrap()),
        ("application/problem+json", "/problems/challenge")
    );
    let proof = solved(&refused.json()["challenge"]);
    let wrong = format!("{proof}0");
    assert_eq!(file_with(&city, "198.51.100.1", Some(&wrong), "third-key").await.status, 428);
    let first = file_with(&city, "198.51.100.1", Some(&proof), "third-key").await.expect(201).json();
    let again = file_with(&city, "198.51.100.1", Some(&proof), "third-key").await.expect(201).json();
    assert_eq!(first["number"], again["number"], "the answer was lost, and the same is sent again");
    file_with(&city, "198.51.100.1", Some(&proof), "fourth-key").await.expect(428);
    let ahead = solved(&ask("198.51.100.1").await);
    file_with(&city, "198.51.100.1", Some(&ahead), "fourth-key").await.expect(201);
    file_with(&city, "198.51.100.2", None, "other-key").await.expect(201);
    city.app.clock.advance(3_600_000);
    file_with(&city, "198.51.100.1", None, "later-key").await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_not_used_up_by_a_filing_that_does_not_fit_and_staff_need_none() {
    let city = behind_a_proxy(|config| (config.challenge.mode, config.challenge.bits) = ("always".into(), 8)).await;
    staff::appoint(&city).await;
    let proof = solved(&get_from(&city, "127.0.0.1", "/api/challenge").await.json());
    let send = async |body: &Value| Answer::of(city.call(Method::POST, "/api/requests").header("proof-of-work", &proof).json(body)).await;
    send(&json!({ "service": "nothing", "lon": 0.9, "lat": 52.6 })).await.expect(422);
    send(&filing()).await.expect(201);
    send(&filing()).await.expect(428);
    Browser::signed_in(&city, "member@city.example").await.post("/api/requests", &filing()).await.expect(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_fills_every_field_is_refused() {
    let city = City::over(Database::sqlite()).await;
    let mut body = filing();
    body["website"] = "https://buy.example".into();
    let refused = city.post("/api/requests", &body).await.expect(422).json();
    assert_eq!(refused["errors"][0]["field"], "website");
    body["website"] = "".into();
    city.post("/api/requests", &body).await.expect(201);
}
