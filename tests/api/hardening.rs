//! What every answer says to browsers, which pages of other sites may read what, and what a request is called.

use reqwest::Method;
use serde_json::json;

use crate::helpers::{Answer, City, Database};
use crate::staff::{self, Browser};

const EVERYWHERE: [&str; 9] = [
    "/",
    "/api/services",
    "/api/nothing",
    "/api/session",
    "/open311/v2/services.xml",
    "/open311/v2/nothing.json",
    "/tiles/heat/1/0/0.mvt",
    "/photos/1/small.jpg",
    "/health",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_is_hardened_and_tells_nothing_of_the_program() {
    let city = City::over(Database::sqlite()).await;
    for path in EVERYWHERE {
        let answer = city.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        assert!(!answer.header("permissions-policy").is_empty(), "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(!answer.header("cross-origin-resource-policy").is_empty(), "{path}");
        assert_eq!(answer.header("referrer-policy"), "strict-origin-when-cross-origin", "{path}");
        assert_eq!(
            (answer.header("server"), answer.header("x-powered-by"), answer.header("strict-transport-security")),
            ("", "", ""),
            "{path}"
        );
        assert!(!answer.text.contains(env!("CARGO_PKG_VERSION")) && !answer.header("etag").contains(env!("CARGO_PKG_VERSION")), "{path}");
        assert_eq!(answer.header("x-request-id").len(), 16, "{path}");
    }
    let secure = City::with(Database::sqlite(), |config| config.server.public_url = "https://311.city.example".into()).await;
    for path in EVERYWHERE {
        assert!(secure.get(path).await.header("strict-transport-security").starts_with("max-age=31536000"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_other_sites_read_what_everybody_may_and_nothing_else() {
    let city = City::over(Database::sqlite()).await;
    staff::appoint(&city).await;
    let elsewhere =
        async |method: Method, path: &str| Answer::of(city.call(method, path).header("origin", "https://elsewhere.example")).await;
    for path in [
        "/api/services",
        "/api/requests",
        "/api/heat",
        "/api/counts",
        "/api/layers",
        "/api/config",
        "/tiles/heat.json",
        "/open311/v2/services.json",
    ] {
        let answer = elsewhere(Method::GET, path).await;
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}: never with a cookie");
    }
    for path in ["/api/cases", "/api/session", "/api/nearby", "/api/blocks", "/api/servicesx", "/"] {
        assert_eq!(elsewhere(Method::GET, path).await.header("access-control-allow-origin"), "", "{path}");
    }
    for path in ["/api/requests", "/api/photos", "/api/session", "/api/cases/1/notes"] {
        let answer = Answer::of(city.call(Method::POST, path).header("origin", "https://elsewhere.example").json(&json!({}))).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
    let preflight = |path: &str, method: &str| {
        city.call(Method::OPTIONS, path).header("origin", "https://elsewhere.example").header("access-control-request-method", method)
    };
    let asked =
        Answer::of(preflight("/tiles/heat/1/0/0.mvt", "GET").header("access-control-request-headers", "if-none-match")).await.expect(204);
    assert_eq!(
        (asked.header("access-control-allow-methods"), asked.header("access-control-allow-headers")),
        ("GET, HEAD", "If-None-Match")
    );
    assert_eq!(Answer::of(preflight("/api/cases", "POST")).await.header("access-control-allow-origin"), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_the_asker_may_see_is_kept_by_nobody() {
    let city = City::over(Database::sqlite()).await;
    staff::appoint(&city).await;
    let browser = Browser::signed_in(&city, "admin@city.example").await;
    for path in ["/api/session", "/api/cases", "/api/blocks", "/api/challenge"] {
        assert_eq!(browser.get(path).await.expect(200).header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_has_a_name_that_strangers_cannot_give_it() {
    let given = "4bf92f3577b34da6a3ce929d0e0e4736";
    let named = async |city: &City| Answer::of(city.call(Method::GET, "/api/nothing").header("x-request-id", given)).await.expect(404);
    let alone = City::over(Database::sqlite()).await;
    let answer = named(&alone).await;
    assert_ne!(answer.header("x-request-id"), given);
    assert_eq!(answer.json()["instance"], answer.header("x-request-id"), "a refusal says it in its body, too");
    let behind = City::with(Database::sqlite(), |config| config.server.trusted_proxies = vec!["127.0.0.1".into()]).await;
    assert_eq!(named(&behind).await.header("x-request-id"), given);
    let wrong = Answer::of(behind.call(Method::GET, "/health").header("x-request-id", "a line of; the log")).await;
    assert_eq!(wrong.header("x-request-id").len(), 16);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_that_are_too_long_and_bodies_that_are_too_slow_are_refused() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let city = City::with(Database::sqlite(), |config| {
        config.limits.header_bytes = 2000;
        config.limits.request_seconds = 1;
        config.limits.head_seconds = 1;
    })
    .await;
    let long = Answer::of(city.call(Method::GET, "/api/services").header("x-long", "a".repeat(3000))).await.expect(431);
    assert_eq!(long.json()["status"], 431);
    let address = city.base.trim_start_matches("http://").to_owned();
    for (begun, told) in [
        ("POST /api/requests HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{", "503"),
        ("POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{", "503"),
        ("GET /api/services HTTP/1.1\r\nhost: x\r\nx-slow", "408"),
    ] {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut answer = vec![0; 4096];
        let read = tokio::time::timeout(std::time::Duration::from_secs(10), stream.read(&mut answer)).await.expect("an end").unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
        assert!(answer.starts_with(&format!("HTTP/1.1 {told}")), "{answer}");
        if told == "503" {
            assert!(
                answer.contains("application/problem+json") && answer.contains("nosniff") && answer.contains("x-request-id"),
                "{answer}"
            );
        }
    }
}
