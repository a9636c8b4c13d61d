//! Duplicates: evidence in words, piles, recurrence, what staff set, and real cities' own marks.

mod real;

use serde_json::{Value, json};
use waymark::catalog::{self, ServiceDraft};
use waymark::error::Error;

use crate::helpers::{Answer, City};
use crate::photos::uploaded;
use crate::staff::{self, Browser};

const LON: f64 = 0.9;
const LAT: f64 = 52.6;
/// Degrees of latitude in a metre.
const METRE: f64 = 1.0 / 111_195.0;
const DAY: i64 = 86_400_000;

async fn files(city: &City, mut body: Value, more: Value) -> Answer {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    city.post("/api/requests", &body).await
}

fn kinds(reasons: &Value) -> Vec<&str> {
    reasons.as_array().unwrap().iter().map(|reason| reason["kind"].as_str().unwrap()).collect()
}

/// A picture with something on it: bars that grow from left to right, or from right to left.
fn bars(turned: bool, width: u32) -> Vec<u8> {
    let shade = |x: u32, y: u32| {
        let across = if turned { width - x } else { x } * 255 / width;
        if (y * 8 / width).is_multiple_of(2) { across } else { 255 - across }
    };
    let picture = image::RgbImage::from_fn(width, width, |x, y| image::Rgb([u8::try_from(shade(x, y)).unwrap_or(255); 3]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

on_both! {
    async fn whoever_files_what_is_there_is_told_why_it_may_be_the_same(city) {
        let here = json!({ "service": "pothole", "lon": LON, "lat": LAT, "accuracy_m": 6, "address": "12 Mill Street", "description": "Deep hole by the school" });
        files(&city, here.clone(), json!({})).await.expect(201);
        city.app.clock.advance(3 * 3_600_000);
        let there = json!({ "lat": LAT + 12.0 * METRE, "address": "14 Mill St.", "description": "a deep HOLE at the school" });
        let asked = files(&city, here, there).await.expect(409).json();
        let one = &asked["candidates"][0];
        assert_eq!(kinds(&one["reasons"]), ["distance", "age", "same_service", "same_block"], "what others wrote is for staff");
        assert_eq!(one["reasons"][0]["words"], "12 m apart; the phones were sure to 8 m");
        assert_eq!(one["reasons"][1]["words"], "reported 3 hours before");
        assert!(one["reasons"][3]["log_odds"].as_f64().unwrap() > 0.3, "{one}");
        // Before anybody has written a word the same is said, as far as it is known.
        city.app.settle().await.unwrap();
        let near = city.get(&format!("/api/nearby?service=pothole&lon={LON}&lat={}&accuracy_m=6", LAT + 12.0 * METRE)).await.expect(200).json();
        assert_eq!(kinds(&near["cases"][0]["reasons"]), ["distance", "age", "same_service"]);
        assert_eq!(near["cases"][0]["reasons"][0]["words"], "12 m apart; the phones were sure to 8 m");
    }

    async fn the_same_reporter_and_the_same_picture_are_recognised_and_a_namesake_is_not(city) {
        let at = |metres: f64| json!({ "service": "lamp", "lon": LON, "lat": LAT + metres * METRE });
        let first = uploaded(&city, bars(false, 640)).await;
        files(&city, at(0.0), json!({ "photos": [first], "contact": { "first_name": "Ana", "email": "ana@example.org" } })).await.expect(201);
        let again = uploaded(&city, bars(false, 400)).await; // the same picture at another size
        let other = uploaded(&city, bars(true, 640)).await;
        files(&city, at(5.0), json!({ "photos": [again], "contact": { "first_name": "Ana", "email": "Ana@Example.org" } })).await.expect(201);
        files(&city, at(5.0), json!({ "photos": [other], "contact": { "first_name": "Ana", "email": "other@example.org" } })).await.expect(201);
        let kept: Vec<(i64, f64, String)> = city.app.db
            .sql("select request_id, probability, reasons_json from duplicate_candidate where case_id = 1 order by request_id").all().await.unwrap();
        let reasons = |nth: usize| serde_json::from_str::<Value>(&kept[nth].2).unwrap();
        assert_eq!(kinds(&reasons(0))[3..], ["same_reporter", "same_picture"]);
        assert_eq!(kinds(&reasons(1)), ["distance", "age", "same_service"]);
        assert!(kept[0].1 > 0.97 && kept[1].1 < 0.9, "{kept:?}");
        for row in city.app.db.sql("select marks from reporter_mark").all::<(String,)>().await.unwrap() {
            assert!(row.0.len() == 16 && !row.0.contains('@'), "a mark says nothing of who it is: {row:?}");
        }
    }

    async fn nothing_joins_on_a_pile_and_only_what_says_the_same_is_suggested_there(city) {
        // Twelve services on one point on ten days, each under another address: a form that has no place fills one in.
        city.app.db.write(async move |tx| {
            let drafts: Vec<ServiceDraft> = (0..12).map(|n| ServiceDraft::new(format!("kind-{n}"), format!("Kind {n}"))).collect();
            catalog::save_all(tx, &drafts, None, 0).await?;
            Ok::<_, Error>(())
        }).await.unwrap();
        for n in 0..40 {
            let address = format!("{} Street {}", n + 1, ["Oak", "Elm", "Ash", "Fir"][n % 4]);
            let body = json!({ "service": format!("kind-{}", n % 12), "lon": LON, "lat": LAT, "address": address, "separate": true });
            city.post("/api/requests", &body).await.expect(201);
            city.app.clock.advance(DAY / 4);
        }
        let piles = "select count(*) from place_tally where pile";
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while city.count(piles).await == 0 {
            assert!(std::time::Instant::now() < deadline, "the pile was not learnt");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        // Under the policy `join`, with nothing but the place in common, and with the same words.
        let bin = |words: &str| json!({ "service": "bin", "lon": LON, "lat": LAT, "description": words });
        for words in ["", "Bags beside the shelter in Elm Street", "Overflowing for a week near the fountain", "Overflowing for weeks near the fountain"] {
            let filed = files(&city, bin(words), json!({})).await.expect(201).json();
            assert_eq!(filed["joined"], false, "{words}");
        }
        let likened: Vec<(String,)> = city.app.db.sql("select reasons_json from duplicate_candidate d join request r on r.id = d.request_id
            join service s on s.id = r.service_id where s.code = 'bin'").all().await.unwrap();
        assert_eq!(likened.len(), 1, "only the two that say the same: {likened:?}");
        assert!(likened[0].0.contains("no_real_place") && !likened[0].0.contains("metres"));
        // A metre away there is a real place.
        let beside = json!({ "service": "bin", "lon": LON, "lat": LAT + 30.0 * METRE });
        assert_eq!(city.post("/api/requests", &beside).await.expect(201).json()["joined"], false, "what is near lies on the pile");
        assert_eq!(city.post("/api/requests", &beside).await.expect(201).json()["joined"], true);
    }

    async fn what_comes_back_after_closing_is_linked_and_never_merged(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let file = async || city.post("/api/requests", &json!({ "service": "pothole", "lon": LON, "lat": LAT, "separate": true })).await.expect(201).json();
        let first = file().await;
        admin.post("/api/cases/1/moves", &json!({ "to": "resolved" })).await.expect(200);
        city.app.clock.advance(20 * DAY);
        let admin = Browser::signed_in(&city, "admin@city.example").await; // the session was forgotten meanwhile
        let second = file().await;
        assert_eq!(second["joined"], false);
        let whole = admin.get("/api/cases/2").await.expect(200).json();
        assert_eq!((&whole["recurs"]["id"], &whole["recurs"]["number"]), (&json!(1), &first["number"]));
        assert_eq!(admin.get("/api/cases/1").await.json()["recurred"][0]["id"], 2);
        let told = admin.get("/api/cases/2/timeline").await.json();
        assert!(told.to_string().contains("The same spot again, 20 days after an earlier case was finished"), "{told}");
        assert_eq!(city.count("select count(*) from event where kind = 'recurred' and case_id = 2").await, 1);
        assert_eq!(city.count("select count(distinct case_id) from request").await, 2, "each keeps its own case");
        // While it is open, another one there is a duplicate and no recurrence; what was cancelled is no work that could come back.
        file().await;
        assert_eq!(city.count("select count(*) from case_recurrence").await, 1);
    }

    async fn staff_set_radius_window_policy_and_related_services_and_see_what_it_would_have_meant(city) {
        staff::appoint(&city).await;
        for n in 0..6 {
            city.post("/api/requests", &json!({ "service": "noise", "lon": LON, "lat": LAT + f64::from(n) * METRE })).await.expect(201);
        }
        let admin = Browser::signed_in(&city, "supervisor@city.example").await;
        let path = "/api/services/noise/duplicates";
        let set = admin.get(path).await.expect(200);
        let seen = set.header("etag").to_owned();
        let set = set.json();
        assert_eq!((&set["policy"], &set["radius_m"], &set["related"]), (&json!("flag"), &json!(0.0), &json!([])));
        assert_eq!(seen, format!("\"{}\"", set["version"].as_str().unwrap()));
        let wish = json!({ "policy": "join", "radius_m": 50, "window_days": 30, "threshold": 0.25, "related": ["bin"] });
        let meant = admin.post(&format!("{path}/preview"), &wish).await.expect(200).json();
        assert_eq!(meant, json!({ "days": 30, "requests": 6, "now": { "suggestions": 0, "joins": 0 }, "then": { "suggestions": 0, "joins": 5 } }));
        let put = async |wish: &Value, seen: &str| Answer::of(admin.call(reqwest::Method::PUT, path).header("if-match", seen).json(wish)).await;
        let saved = put(&wish, &seen).await.expect(200);
        assert_eq!(saved.json()["related"], json!(["bin"]));
        assert_ne!(saved.header("etag"), seen);
        assert_eq!(put(&wish, &seen).await.status.as_u16(), 409, "somebody else changed it meanwhile");
        assert_eq!(city.count("select count(*) from event where kind = 'service_saved' and member_id is not null").await, 1);
        // It takes effect with the next filing, and both ways.
        assert_eq!(city.post("/api/requests", &json!({ "service": "noise", "lon": LON, "lat": LAT })).await.expect(201).json()["joined"], true);
        assert_eq!(admin.get("/api/services/bin/duplicates").await.json()["related"], json!(["noise", "rubbish"]));
        for (field, value) in [("radius_m", json!(1001)), ("radius_m", json!(-1)), ("window_days", json!(0)), ("threshold", json!(0)), ("related", json!(["nothing"])), ("related", json!(["noise"]))] {
            let mut wrong = wish.clone();
            wrong[field] = value;
            for answer in [put(&wrong, "*").await, admin.post(&format!("{path}/preview"), &wrong).await] {
                assert_eq!(answer.expect(422).json()["errors"][0]["field"], field);
            }
        }
        admin.get("/api/services/nothing/duplicates").await.expect(404);
    }
}
