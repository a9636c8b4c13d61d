//! `GET /api/live`: open pages hear that something changed.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;
use tokio::time::timeout;

use crate::helpers::{City, client};
use crate::staff::{self, Browser, filed};

/// One event: its name and data.
type Heard = (String, Value);

/// Listens until it heard enough.
async fn listen(request: reqwest::RequestBuilder, enough: impl Fn(&[Heard]) -> bool) -> Vec<Heard> {
    let answer = request.send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()), (200, "text/event-stream"));
    let (mut text, mut bytes) = (String::new(), answer.bytes_stream());
    loop {
        let whole = text.rsplit_once("\n\n").map_or("", |(whole, _)| whole);
        let field = |event: &str, name: &str| event.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        let heard: Vec<Heard> = whole
            .split("\n\n")
            .filter_map(|event| Some((field(event, "event: ")?, serde_json::from_str(&field(event, "data: ")?).unwrap())))
            .collect();
        if enough(&heard) {
            return heard;
        }
        let chunk = timeout(Duration::from_secs(20), bytes.next()).await.expect("something is said").expect("the stream goes on").unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
}

fn two(heard: &[Heard]) -> bool {
    heard.len() == 2
}

fn live(city: &City, since: &str) -> reqwest::RequestBuilder {
    client().get(format!("{}/api/live{since}", city.base))
}

on_both! {
    async fn a_page_hears_of_what_is_filed_by_its_number_and_of_no_case(city) {
        // What set the city up may be told first, in a change of its own.
        let numbered = |heard: &[Heard]| heard.iter().any(|(_, data)| data.get("numbers").is_some());
        let listening = tokio::spawn(listen(live(&city, ""), numbered));
        while city.app.live.listeners() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let receipt = city.files("noise", 0.9, 52.6).await;
        let heard = listening.await.unwrap();
        assert_eq!(heard[0].0, "hello");
        let (name, data) = &heard[heard.len() - 1];
        assert_eq!((name.as_str(), &data["numbers"]), ("change", &serde_json::json!([receipt["number"]])));
        assert!(heard.iter().all(|(_, data)| data.get("cases").is_none()), "cases are for staff: {heard:?}");
    }

    async fn whoever_slept_is_told_what_was_missed_or_to_read_everything_again(city) {
        let before = city.app.bell.position();
        let receipt = city.files("noise", 0.9, 52.6).await;
        city.app.settle().await.unwrap();
        let numbered = |(name, data): &Heard| name == "change" && data["numbers"] == serde_json::json!([receipt["number"]]);
        listen(live(&city, &format!("?since={before}")), |heard| heard.iter().any(numbered)).await;
        let long_ago = listen(live(&city, "?since=-1000"), two).await;
        assert_eq!(long_ago[1].0, "reset");
        let by_header = listen(live(&city, "").header("last-event-id", "-1000"), two).await;
        assert_eq!(by_header[1].0, "reset");
    }

    async fn staff_hear_of_the_cases_that_they_may_see(city) {
        staff::appoint(&city).await;
        let before = city.app.bell.position();
        let (_, north) = filed(&city, "noise", Some("north"), Some("crew")).await;
        let (_, south) = filed(&city, "noise", Some("south"), Some("crew")).await;
        city.app.settle().await.unwrap();
        for (email, expected) in [("dispatcher.north@city.example", vec![north]), ("dispatcher@city.example", vec![north, south])] {
            let browser = Browser::signed_in(&city, email).await;
            let newest = city.app.bell.position();
            let told = |heard: &[Heard]| heard.iter().any(|(name, data)| name == "change" && data["position"] == newest);
            let heard = listen(browser.call(reqwest::Method::GET, &format!("/api/live?since={before}")), told).await;
            let cases: Vec<i64> = heard.iter().filter_map(|(_, data)| data["cases"].as_array()).flatten().map(|id| id.as_i64().unwrap()).collect();
            assert_eq!(cases, expected, "{email}");
        }
    }
}
