//! What staff decides about what residents wrote and sent: hints, masks, hiding, words and photos taken out for good.

use reqwest::Method;
use serde_json::{Value, json};
use waymark::catalog::{self, ServiceDraft};
use waymark::events;

use crate::helpers::{Answer, City, NOON};
use crate::photos::uploaded;
use crate::staff::{self, Browser};

async fn filed(city: &City, service: &str, words: &str, photos: &[&str]) -> Value {
    let body = json!({ "service": service, "lon": 0.9, "lat": 52.6, "separate": true, "description": words, "address": "12 Mill Lane", "photos": photos });
    city.post("/api/requests", &body).await.expect(201).json()
}

fn number(receipt: &Value) -> String {
    receipt["number"].as_str().unwrap().to_owned()
}

async fn seen(city: &City, number: &str) -> Value {
    city.get(&format!("/api/requests/{number}")).await.expect(200).json()
}

async fn waiting(browser: &Browser, list: &str) -> Vec<(String, String)> {
    let page = browser.get(&format!("/api/moderation?list={list}")).await.expect(200).json();
    let item = |item: &Value| (item["kind"].as_str().unwrap().to_owned(), item["id"].as_str().unwrap().to_owned());
    page["items"].as_array().unwrap().iter().map(item).collect()
}

/// Left half red, right half white.
fn halves() -> Vec<u8> {
    use image::{ImageFormat, Rgb, RgbImage};
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_fn(400, 200, |x, _| if x < 200 { Rgb([220, 20, 30]) } else { Rgb([255, 255, 255]) })
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

async fn pixels(city: &City, id: &str, size: &str) -> image::RgbImage {
    let bytes = city.client.get(format!("{}/photos/{id}/{size}.jpg", city.base)).send().await.unwrap().bytes().await.unwrap();
    image::load_from_memory(&bytes).unwrap().to_rgb8()
}

on_both! {
    async fn personal_data_is_pointed_out_before_and_after_and_masked_until_staff_decides(city) {
        staff::appoint(&city).await;
        let dispatcher = Browser::signed_in(&city, "dispatcher@city.example").await;
        let words = "Deep hole. Call me: 312-555-0143, or ana@example.org";
        let checked = city.post("/api/requests/check", &json!({ "description": words })).await.expect(200).json();
        assert_eq!(checked["hints"][0], json!({ "field": "description", "kind": "phone", "from": 20, "to": 32, "text": "312-555-0143" }));
        assert_eq!(checked["hints"][1]["kind"], "email");
        assert_eq!(city.count("select count(*) from request").await, 0);
        city.post("/api/requests/check", &json!({ "description": "x".repeat(4001) })).await.expect(422);
        assert_eq!(city.post("/api/requests/check", &json!({ "description": "12 Mill Lane, 2026-06-10" })).await.expect(200).json()["hints"], json!([]));

        let receipt = filed(&city, "noise", words, &[]).await;
        assert_eq!(receipt["hints"], checked["hints"], "it is taken all the same, and says what was found");
        let one = number(&receipt);
        let masked = "Deep hole. Call me: ▇▇▇, or ▇▇▇";
        assert_eq!((seen(&city, &one).await["description"].as_str(), seen(&city, &one).await["masked"].as_bool()), (Some(masked), Some(true)));
        for path in ["/open311/v2/requests.json".to_owned(), format!("/open311/v2/requests/{one}.xml")] {
            let answer = city.get(&path).await.expect(200);
            assert!(!answer.text.contains("0143") && !answer.text.contains("ana@") && answer.text.contains("▇▇▇"), "{}", answer.text);
        }
        let comment = json!({ "token": receipt["token"], "text": "My plate is AB12 CDE" });
        let commented = city.post(&format!("/api/requests/{one}/comments"), &comment).await.expect(201).json();
        assert_eq!(commented["hints"][0]["kind"], "plate");
        assert!(!city.get(&format!("/api/requests/{one}")).await.text.contains("AB12"));

        let note = city.count("select id from note").await;
        assert_eq!(waiting(&dispatcher, "waiting").await, [("request".into(), one.clone()), ("note".into(), note.to_string())]);
        let case = city.count("select case_id from request").await;
        let page = dispatcher.get(&format!("/api/cases/{case}")).await.expect(200).json();
        assert_eq!((page["requests"][0]["flagged"].as_bool(), page["requests"][0]["found"].as_array().map(Vec::len)), (Some(true), Some(2)));
        assert_eq!(page["requests"][0]["description"], words, "staff reads all of it");
        dispatcher.post(&format!("/api/requests/{one}/approval"), &json!({})).await.expect(204);
        dispatcher.post(&format!("/api/notes/{note}/approval"), &json!({})).await.expect(204);
        dispatcher.post(&format!("/api/notes/{note}/approval"), &json!({})).await.expect(204);
        assert_eq!(seen(&city, &one).await["description"], words);
        assert!(city.get(&format!("/api/requests/{one}")).await.text.contains("AB12 CDE"));
        assert_eq!(waiting(&dispatcher, "waiting").await, []);
        assert_eq!(city.count("select count(*) from event where kind = 'passed'").await, 2);
    }

    async fn words_that_are_taken_out_are_gone_and_the_log_commits_to_what_is_left(city) {
        staff::appoint(&city).await;
        let dispatcher = Browser::signed_in(&city, "dispatcher@city.example").await;
        let receipt = filed(&city, "noise", "Ñandú: call 312-555-0143 now", &[]).await;
        let (one, token) = (number(&receipt), receipt["token"].as_str().unwrap());
        let salts = async || city.app.db.sql("select salt, proof_salt from request").one::<(String, String)>().await.unwrap();
        let before = salts().await;
        let path = format!("/api/requests/{one}/redactions");
        let out = |part: &str, from: usize, to: usize, seen: &str| json!({ "part": part, "from": from, "to": to, "seen": seen });
        let good = out("description", 12, 24, "312-555-0143");
        for bad in [out("description", 12, 24, "something else"), out("description", 12, 99, "312-555-0143")] {
            dispatcher.post(&path, &bad).await.expect(409);
        }
        for bad in [out("answers.x", 0, 1, "x"), out("salt", 0, 1, "x")] {
            dispatcher.post(&path, &bad).await.expect(422);
        }
        assert_eq!(dispatcher.post(&path, &good).await.expect(200).json()["text"], "Ñandú: call ▇▇▇ now");
        dispatcher.post(&path, &good).await.expect(409);
        let address = json!({ "part": "address", "from": 0, "to": 2, "seen": "12", "with": "at" });
        assert_eq!(dispatcher.post(&path, &address).await.expect(200).json()["text"], "at Mill Lane");
        let now = seen(&city, &one).await;
        assert_eq!((now["description"].as_str(), now["masked"].as_bool()), (Some("Ñandú: call ▇▇▇ now"), Some(false)));
        assert_eq!(waiting(&dispatcher, "waiting").await, [], "nothing is left to look at");

        // Nothing in the database holds them, and the salt that could prove them is another one.
        for table in ["select count(*) from request where description like '%0143%'", "select count(*) from case_record where address like '%12%'",
            "select count(*) from event where data_json like '%0143%'"] {
            assert_eq!(city.count(table).await, 0, "{table}");
        }
        let after = salts().await;
        assert_eq!(before.0, after.0, "the follow link works on");
        assert_ne!(before.1, after.1);
        city.get(&format!("/api/requests/{one}?token={token}")).await.expect(200);
        let last: (String,) = city.app.db.sql("select commitment from event where kind = 'redacted' order by seq desc limit 1").one().await.unwrap();
        assert_eq!(last.0, events::commitment(&after.1, &[&one, "Ñandú: call ▇▇▇ now", "at Mill Lane"]));

        let comment = json!({ "token": token, "text": "it is ana@example.org" });
        city.post(&format!("/api/requests/{one}/comments"), &comment).await.expect(201);
        let note = city.count("select id from note").await;
        let salt = city.app.db.sql("select salt from note").one::<(String,)>().await.unwrap();
        let left = dispatcher.post(&format!("/api/notes/{note}/redactions"), &out("text", 6, 21, "ana@example.org")).await.expect(200).json();
        assert_eq!(left["text"], "it is ▇▇▇");
        assert_ne!(salt, city.app.db.sql("select salt from note").one::<(String,)>().await.unwrap());
        let case = city.count("select case_id from request").await;
        let story = dispatcher.get(&format!("/api/cases/{case}/timeline")).await.expect(200).text;
        assert!(story.contains("taken out") && !story.contains("ana@"), "{story}");
    }

    async fn what_is_hidden_is_in_no_public_answer_and_the_holder_is_told(city) {
        staff::appoint(&city).await;
        let dispatcher = Browser::signed_in(&city, "dispatcher@city.example").await;
        let photo = uploaded(&city, halves()).await;
        let receipt = filed(&city, "noise", "Vile words", &[&photo]).await;
        let (one, token) = (number(&receipt), receipt["token"].as_str().unwrap());
        filed(&city, "noise", "Good words", &[]).await;
        city.app.settle().await.unwrap();
        let path = format!("/api/requests/{one}/visibility");
        dispatcher.post(&path, &json!({ "hidden": true })).await.expect(422);
        for _ in 0..2 {
            dispatcher.post(&path, &json!({ "hidden": true, "reason": "An insult" })).await.expect(204);
        }
        city.app.settle().await.unwrap();
        city.get(&format!("/api/requests/{one}")).await.expect(404);
        city.get(&format!("/open311/v2/requests/{one}.json")).await.expect(404);
        city.get(&format!("/photos/{photo}/small.jpg")).await.expect(404);
        for path in ["/api/requests", "/api/clusters?zoom=18", "/open311/v2/requests.json", "/open311/v2/requests.json?bbox=0,52,1,53",
            "/api/nearby?lon=0.9&lat=52.6&service=noise"] {
            let answer = city.get(path).await.expect(200);
            assert!(!answer.text.contains(&one) && !answer.text.contains("Vile"), "{path}: {}", answer.text);
        }
        assert_eq!(city.get("/api/counts").await.json()["total"], 1);
        assert_eq!(city.get("/api/heat").await.json()["total"], 1);
        let held = city.get(&format!("/api/requests/{one}?token={token}")).await.expect(200).json();
        assert_eq!((held["hidden"].as_bool(), held["description"].as_str()), (Some(true), Some("Vile words")));
        assert_eq!(waiting(&dispatcher, "hidden").await, [("request".into(), one.clone())]);
        let case = city.count("select min(case_id) from request").await;
        let page = dispatcher.get(&format!("/api/cases/{case}")).await.expect(200).json();
        assert_eq!(page["requests"][0]["hidden_reason"], "An insult");
        assert_eq!(page["notes"][0]["text"], "An insult");
        assert_eq!(city.count("select count(*) from event where kind = 'hidden'").await, 1);

        dispatcher.post(&path, &json!({ "hidden": false })).await.expect(204);
        city.app.settle().await.unwrap();
        assert_eq!(seen(&city, &one).await["hidden"], false);
        assert_eq!(city.get("/api/counts").await.json()["total"], 2);

        // One photo, one comment.
        dispatcher.post(&format!("/api/photos/{photo}/review"), &json!({ "shown": false, "reason": "A face" })).await.expect(204);
        assert_eq!(seen(&city, &one).await["photos"], json!([]));
        let comment = json!({ "token": token, "text": "More of it" });
        city.post(&format!("/api/requests/{one}/comments"), &comment).await.expect(201);
        let note = city.count("select id from note where kind = 'comment'").await;
        dispatcher.post(&format!("/api/notes/{note}/visibility"), &json!({ "hidden": true, "reason": "As before" })).await.expect(204);
        assert!(!city.get(&format!("/api/requests/{one}")).await.text.contains("More of it"));
        assert!(!city.get("/open311/v2/requests.json?extensions=true").await.text.contains("More of it"));
        let held = city.get(&format!("/api/requests/{one}?token={token}")).await.expect(200).json();
        assert_eq!(held["hidden_photos"], 1);
        assert!(held["timeline"].as_array().unwrap().iter().any(|step| step["hidden"] == true && step["text"] == "More of it"));
        let hidden = dispatcher.get("/api/moderation?list=hidden").await.expect(200).json();
        let reasons: Vec<&str> = hidden["items"].as_array().unwrap().iter().map(|item| item["reason"].as_str().unwrap()).collect();
        assert!(reasons.contains(&"A face") && reasons.contains(&"As before"), "{reasons:?}");
    }

    async fn areas_of_a_photo_are_black_and_the_old_picture_goes_with_its_last_use(city) {
        staff::appoint(&city).await;
        let dispatcher = Browser::signed_in(&city, "dispatcher@city.example").await;
        let (first, second) = (uploaded(&city, halves()).await, uploaded(&city, halves()).await);
        let one = number(&filed(&city, "noise", "", &[&first]).await);
        let other = number(&filed(&city, "noise", "", &[&second]).await);
        assert_eq!(city.count("select count(distinct object) from photo").await, 1, "two photos of one picture");
        let (old,): (String,) = city.app.db.sql("select min(object) from photo").one().await.unwrap();
        let path = |id: &str| format!("/api/photos/{id}/redactions");
        let area = json!({ "areas": [{ "x": 0.0, "y": 0.25, "width": 0.25, "height": 0.5 }] });
        for bad in [json!({ "areas": [] }), json!({ "areas": [{ "x": 0.9, "y": 0.0, "width": 0.2, "height": 0.1 }] })] {
            dispatcher.post(&path(&first), &bad).await.expect(422);
        }
        let black = dispatcher.post(&path(&first), &area).await.expect(200).json();
        let id = black["id"].as_str().unwrap();
        assert_ne!(id, first);
        assert_eq!(seen(&city, &one).await["photos"][0]["id"], id);
        city.get(&format!("/photos/{first}/large.jpg")).await.expect(404);
        for (size, scale) in [("large", 1), ("small", 1)] {
            let picture = pixels(&city, id, size).await;
            let at = |x: f64, y: f64| picture.get_pixel((x * f64::from(picture.width())) as u32, (y * f64::from(picture.height())) as u32 / scale).0;
            assert!(at(0.1, 0.5).iter().all(|channel| *channel < 20), "{size}: {:?}", at(0.1, 0.5));
            assert!(at(0.4, 0.5)[0] > 180 && at(0.1, 0.1)[0] > 180 && at(0.8, 0.5)[1] > 230, "{size}: the rest stays");
        }
        // The other request still has the old picture; when it is redacted too, the picture is gone from the store.
        assert_eq!(seen(&city, &other).await["photos"][0]["id"], second);
        city.get(&format!("/photos/{second}/large.jpg")).await.expect(200);
        let exists = async || city.app.photos.store().get(&old, waymark::photos::store::Size::Large).await.is_ok();
        assert!(exists().await);
        dispatcher.post(&path(&second), &area).await.expect(200);
        assert!(!exists().await);
        assert_eq!(city.count("select count(*) from photo").await, 2);
        assert_eq!(city.count("select count(*) from event where kind = 'photo_redacted'").await, 2);
        dispatcher.post(&path(&second), &area).await.expect(404);
    }

    async fn anybody_may_report_a_request_once_and_only_so_many(city) {
        staff::appoint(&city).await;
        let dispatcher = Browser::signed_in(&city, "dispatcher@city.example").await;
        let mut numbers = Vec::new();
        for _ in 0..21 {
            numbers.push(number(&filed(&city, "noise", "words", &[]).await));
        }
        let path = |number: &str| format!("/api/requests/{number}/report-abuse");
        for _ in 0..2 {
            city.post(&path(&numbers[0]), &json!({ "words": "names somebody" })).await.expect(204);
        }
        city.post(&path("00000000"), &json!({})).await.expect(404);
        city.post(&path(&numbers[0]), &json!({ "words": "x".repeat(501) })).await.expect(422);
        assert_eq!(city.count("select count(*) from event where kind = 'abuse_reported'").await, 1);
        let (reporter,): (String,) = city.app.db.sql("select reporter from abuse_report").one().await.unwrap();
        assert_eq!(reporter.len(), 26, "a keyed hash, not an address");
        let page = dispatcher.get("/api/moderation").await.expect(200).json();
        assert_eq!((page["items"][0]["kind"].as_str(), page["items"][0]["reports"][0]["words"].as_str()), (Some("reported"), Some("names somebody")));
        assert_eq!(seen(&city, &numbers[0]).await["hidden"], false, "nothing is hidden by strangers");
        dispatcher.post(&format!("/api/requests/{}/approval", numbers[0]), &json!({})).await.expect(204);
        assert_eq!(waiting(&dispatcher, "waiting").await, []);
        for number in &numbers[1..20] {
            city.post(&path(number), &json!({})).await.expect(204);
        }
        let refused = city.post(&path(&numbers[20]), &json!({})).await.expect(429);
        assert!(!refused.header("retry-after").is_empty());
        dispatcher.post(&format!("/api/requests/{}/visibility", numbers[1]), &json!({ "hidden": true, "reason": "so" })).await.expect(204);
        assert_eq!(waiting(&dispatcher, "waiting").await.len(), 18, "hiding decides a report");
        city.post(&path(&numbers[1]), &json!({})).await.expect(404);
    }

    async fn who_may_moderate_and_where(city) {
        staff::appoint(&city).await;
        let draft = ServiceDraft { photo_review: true, ..ServiceDraft::new("graffiti", "Graffiti") };
        city.app.db.write(async move |tx| catalog::save(tx, &draft, None, NOON).await).await.unwrap();
        let (south, _) = staff::filed(&city, "noise", Some("south"), Some("crew")).await;
        let photo = uploaded(&city, halves()).await;
        let north = number(&filed(&city, "graffiti", "call 312-555-0143", &[&photo]).await);
        let receipt = filed(&city, "noise", "", &[]).await;
        city.post(&format!("/api/requests/{}/comments", number(&receipt)), &json!({ "token": receipt["token"], "text": "a@example.org" })).await.expect(201);
        let note = city.count("select id from note").await;
        let known = north.clone();
        city.app.db.write(async move |tx| {
            let (case,): (i64,) = tx.sql("select case_id from request where number = $1").bind(known.clone()).one().await?;
            let (district,): (i64,) = tx.sql("select id from jurisdiction where code = 'north'").one().await?;
            waymark::cases::replace_jurisdictions(tx, case, &[district]).await
        }).await.unwrap();
        let calls = |number: &str| vec![
            (format!("/api/requests/{number}/visibility"), json!({ "hidden": false })),
            (format!("/api/requests/{number}/approval"), json!({})),
            (format!("/api/requests/{number}/redactions"), json!({ "part": "description", "from": 0, "to": 1, "seen": "?" })),
        ];
        let others = [
            (format!("/api/notes/{note}/visibility"), json!({ "hidden": false })),
            (format!("/api/notes/{note}/approval"), json!({})),
            (format!("/api/notes/{note}/redactions"), json!({ "part": "text", "from": 0, "to": 1, "seen": "?" })),
            (format!("/api/photos/{photo}/redactions"), json!({ "areas": [{ "x": 0.0, "y": 0.0, "width": 0.1, "height": 0.1 }] })),
        ];
        for (path, body) in calls(&north).iter().chain(&others) {
            city.post(path, body).await.expect(401);
        }
        let dispatcher = Browser::signed_in(&city, "dispatcher.north@city.example").await;
        let mine = waiting(&dispatcher, "waiting").await;
        assert_eq!(mine.len(), 2, "a photo and words of the north: {mine:?}");
        for (path, body) in calls(&south).iter().chain(&others[..3]) {
            dispatcher.post(path, body).await.expect(404);
        }
        for (email, allowed) in [("leader", false), ("auditor", false), ("supervisor", true), ("admin", true)] {
            let browser = Browser::signed_in(&city, &format!("{email}@city.example")).await;
            for (path, body) in calls(&north).iter().chain(&others[..3]) {
                let status = browser.post(path, body).await.status.as_u16();
                let expected: &[u16] = if allowed { &[204, 409] } else { &[403] };
                assert!(expected.contains(&status), "{email} {path}: {status}");
            }
            browser.get("/api/moderation").await.expect(if allowed { 200 } else { 403 });
        }
        let get = city.call(Method::GET, "/api/moderation?limit=0");
        Answer::of(get).await.expect(401);
        dispatcher.get("/api/moderation?limit=0").await.expect(422);
        dispatcher.get("/api/moderation?list=all").await.expect(422);
        assert_eq!(dispatcher.post(&others[3].0, &others[3].1).await.expect(200).json()["id"].as_str().map(str::len), Some(32));
    }
}
