//! What the holder of a follow link does: comment, add a photo, withdraw.

use reqwest::Method;
use serde_json::{Value, json};

use crate::helpers::{Answer, City};
use crate::photos::{picture, uploaded};

async fn filed(city: &City, service: &str) -> (String, String) {
    let receipt = city.files(service, 0.9, 52.6).await;
    (receipt["number"].as_str().unwrap().to_owned(), receipt["token"].as_str().unwrap().to_owned())
}

async fn seen(city: &City, number: &str) -> Value {
    city.get(&format!("/api/requests/{number}")).await.expect(200).json()
}

fn steps(seen: &Value) -> Vec<(&str, &str)> {
    seen["timeline"].as_array().unwrap().iter().map(|step| (step["kind"].as_str().unwrap(), step["text"].as_str().unwrap())).collect()
}

on_both! {
    async fn a_comment_is_part_of_the_story_and_the_same_words_again_are_one(city) {
        let (number, token) = filed(&city, "noise").await;
        let comment = |text: &str| json!({ "token": token, "text": text });
        for _ in 0..2 {
            city.post(&format!("/api/requests/{number}/comments"), &comment(" It is <b>louder</b> now ")).await.expect(201);
        }
        assert_eq!(steps(&seen(&city, &number).await), [("filed", ""), ("commented", "It is <b>louder</b> now")]);
        assert_eq!(city.count("select count(*) from note where request_id is not null and kind = 'comment' and public").await, 1);
        assert_eq!(city.count("select count(*) from event where kind = 'noted' and request_id is not null").await, 1);
        for bad in [comment("  "), comment("a\0b"), comment(&"x".repeat(4001)), json!({ "token": token, "words": "x" })] {
            city.post(&format!("/api/requests/{number}/comments"), &bad).await.expect(422);
        }
        for path in [format!("/api/requests/{number}/comments"), format!("/api/requests/{number}/withdrawal")] {
            city.post(&path, &json!({ "token": "0".repeat(26) })).await.expect(401);
            city.post(&path.replace(&number, "11111111"), &json!({ "token": token })).await.expect(404);
        }
        let (_, other) = filed(&city, "noise").await;
        city.post(&format!("/api/requests/{number}/comments"), &json!({ "token": other, "text": "not mine" })).await.expect(401);
        assert_eq!(city.count("select count(*) from note").await, 1);
    }

    async fn a_key_makes_a_comment_one_and_another_key_another(city) {
        let (number, token) = filed(&city, "noise").await;
        let path = format!("/api/requests/{number}/comments");
        let say = async |key: &str, text: &str, photos: &[String]| {
            let body = json!({ "token": token, "text": text, "photos": photos });
            Answer::of(city.call(Method::POST, &path).header("idempotency-key", key).json(&body)).await
        };
        let picture = [uploaded(&city, picture(3)).await];
        let first = say("one", "Louder", &picture).await.expect(201).json();
        city.app.clock.advance(3_600_000);
        assert_eq!(say("one", "Louder", &picture).await.expect(201).json(), first, "the lost answer, with its own time");
        assert_ne!(say("two", "Louder", &[]).await.expect(201).json(), first);
        say("three", "Louder", &[]).await.expect(201);
        assert_eq!(say("one", "Quieter", &[]).await.expect(422).json()["errors"][0]["field"], "Idempotency-Key");
        say(&"k".repeat(256), "x", &[]).await.expect(422);
        assert_eq!(city.count("select count(*) from note where kind = 'comment'").await, 3);
        // A comment that was refused used up no key, and a key means nothing to another request or without the link.
        say("four", " ", &[]).await.expect(422);
        say("four", "Still loud", &[]).await.expect(201);
        let (other, others) = filed(&city, "noise").await;
        let body = json!({ "token": others, "text": "Louder", "photos": picture });
        let elsewhere = city.call(Method::POST, &path.replace(&number, &other)).header("idempotency-key", "one").json(&body);
        assert_eq!(Answer::of(elsewhere).await.expect(422).json()["errors"][0]["field"], "photos", "that picture is taken");
        let stranger = json!({ "token": others, "text": "Louder", "photos": picture });
        Answer::of(city.call(Method::POST, &path).header("idempotency-key", "one").json(&stranger)).await.expect(401);
        // Sixteen at once are one.
        let tries = (0..16).map(|_| say("five", "At once", &[]));
        let answers = futures_util::future::join_all(tries).await;
        assert!(answers.iter().all(|answer| answer.status == 201));
        assert_eq!(city.count("select count(*) from note where text = 'At once'").await, 1);
    }

    async fn comments_have_an_end(city) {
        let (number, token) = filed(&city, "noise").await;
        for n in 0..50 {
            city.post(&format!("/api/requests/{number}/comments"), &json!({ "token": token, "text": format!("{n}") })).await.expect(201);
        }
        let more = city.post(&format!("/api/requests/{number}/comments"), &json!({ "token": token, "text": "one more" })).await.expect(409);
        assert!(more.text.contains("50"), "{}", more.text);
    }

    async fn a_photo_may_come_later_and_there_are_not_more_than_a_request_takes(city) {
        let (number, token) = filed(&city, "noise").await;
        let mut ids = Vec::new();
        for n in 0..7 {
            ids.push(uploaded(&city, picture(n)).await);
        }
        let send = |photos: &[String]| json!({ "token": token, "photos": photos });
        city.post(&format!("/api/requests/{number}/comments"), &send(&ids[..2])).await.expect(201);
        let now = seen(&city, &number).await;
        assert_eq!(now["photos"].as_array().unwrap().len(), 2);
        assert_eq!(steps(&now)[1], ("commented", "Added a photo."));
        let refused = city.post(&format!("/api/requests/{number}/comments"), &send(&ids[2..])).await.expect(422);
        assert!(refused.text.contains("at most 6"), "{}", refused.text);
        city.post(&format!("/api/requests/{number}/comments"), &send(&ids[..1])).await.expect(422);
        assert_eq!(seen(&city, &number).await["photos"].as_array().unwrap().len(), 2);
    }

    async fn what_its_only_resident_withdraws_is_cancelled(city) {
        let (number, token) = filed(&city, "noise").await;
        let path = format!("/api/requests/{number}/withdrawal");
        let gone = city.post(&path, &json!({ "token": token, "reason": "It stopped." })).await.expect(200).json();
        assert_eq!(gone["status"], "cancelled");
        assert!(gone["withdrawn_at"].is_i64());
        let kinds: Vec<&str> = steps(&gone).into_iter().map(|(kind, _)| kind).collect();
        for kind in ["filed", "withdrawn", "commented", "moved"] {
            assert!(kinds.contains(&kind), "{kinds:?}");
        }
        city.post(&path, &json!({ "token": token })).await.expect(200);
        assert_eq!(city.count("select count(*) from event where kind = 'withdrawn'").await, 1, "asked again it is withdrawn once");
        city.post(&format!("/api/requests/{number}/comments"), &json!({ "token": token, "text": "or not" })).await.expect(409);
    }

    async fn a_case_goes_on_until_everybody_withdrew(city) {
        let (first, first_token) = filed(&city, "bin").await;
        let second = city.post("/api/requests", &json!({ "service": "bin", "lon": 0.9, "lat": 52.6 })).await.expect(201).json();
        assert_eq!(second["joined"], true);
        let after = city.post(&format!("/api/requests/{first}/withdrawal"), &json!({ "token": first_token })).await.expect(200).json();
        assert_eq!(after["status"], "new");
        assert!(seen(&city, second["number"].as_str().unwrap()).await["withdrawn_at"].is_null());
        let path = format!("/api/requests/{}/withdrawal", second["number"].as_str().unwrap());
        assert_eq!(city.post(&path, &json!({ "token": second["token"] })).await.expect(200).json()["status"], "cancelled");
    }
}
