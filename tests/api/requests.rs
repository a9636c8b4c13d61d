//! `/api/requests` and `/api/nearby`.

use serde_json::json;

use crate::helpers;

const LON: f64 = 0.9;
const LAT: f64 = 52.6;
/// Degrees of latitude in a metre.
const METRE: f64 = 1.0 / 111_195.0;

on_both! {
    async fn a_request_is_filed_and_found_by_its_number(city) {
        let receipt = city.post("/api/requests", &json!({
            "service": "pothole", "lon": LON, "lat": LAT, "description": "Deep <b>hole</b>; drop table request", "address": "1 Mill Street",
            "contact": { "first_name": "Ana", "email": "ana@example.org" },
        })).await.expect(201).json();
        assert_eq!(receipt["status"], "new");
        let number = receipt["number"].as_str().unwrap();
        let seen = city.get(&format!("/api/requests/{}", receipt["number_spoken"].as_str().unwrap().to_lowercase())).await.expect(200);
        assert!(!seen.text.contains("ana@example.org") && !seen.text.contains("Ana"), "a public answer carries no contact");
        assert_eq!(seen.json()["description"], "Deep <b>hole</b>; drop table request");
        assert_eq!(seen.json()["number"], number);
        city.get(&format!("/api/requests/{number}?token={}", receipt["token"].as_str().unwrap())).await.expect(200);
        city.get(&format!("/api/requests/{number}?token=wrong")).await.expect(401);
        city.get("/api/requests/11111111").await.expect(404);
    }

    async fn an_answer_lost_and_asked_again_files_once(city) {
        let body = json!({ "service": "pothole", "lon": LON, "lat": LAT });
        let send = || helpers::Answer::of(city.call(reqwest::Method::POST, "/api/requests").header("idempotency-key", "k1").json(&body));
        let (first, second) = (send().await.expect(201).json(), send().await.expect(201).json());
        assert_eq!(first, second);
        assert_eq!(city.count("select count(*) from request").await, 1);
        let other = city.call(reqwest::Method::POST, "/api/requests").header("idempotency-key", "k1").json(&json!({ "service": "lamp", "lon": LON, "lat": LAT }));
        helpers::Answer::of(other).await.expect(422);
    }

    async fn under_suggest_a_resident_is_asked_first_and_decides(city) {
        let first = city.files("pothole", LON, LAT).await;
        city.app.settle().await.unwrap();
        let again = json!({ "service": "pothole", "lon": LON, "lat": LAT + 10.0 * METRE });
        let asked = city.post("/api/requests", &again).await.expect(409).json();
        assert_eq!(asked["type"], "/problems/duplicates");
        assert_eq!(asked["candidates"][0]["number"], first["number"]);
        assert_eq!(asked["candidates"][0]["metres"], 10.0);
        assert_eq!(city.count("select count(*) from request").await, 1);
        let near = city.get(&format!("/api/nearby?service=pothole&lon={LON}&lat={}", LAT + 10.0 * METRE)).await.expect(200).json();
        assert_eq!(near["cases"][0]["number"], first["number"]);

        let join = json!({ "service": "pothole", "lon": LON, "lat": LAT + 10.0 * METRE, "join": first["number"] });
        assert_eq!(city.post("/api/requests", &join).await.expect(201).json()["joined"], true);
        let separate = json!({ "service": "pothole", "lon": LON, "lat": LAT + 10.0 * METRE, "separate": true });
        assert_eq!(city.post("/api/requests", &separate).await.expect(201).json()["joined"], false);
        assert_eq!(city.count("select count(*) from case_record").await, 2);
        assert_eq!(city.count("select request_count from case_record order by id limit 1").await, 2);
    }

    async fn a_key_under_which_a_resident_was_asked_may_be_used_for_the_answer(city) {
        city.files("pothole", LON, LAT).await;
        let send = |body: serde_json::Value| helpers::Answer::of(city.call(reqwest::Method::POST, "/api/requests").header("idempotency-key", "k").json(&body));
        send(json!({ "service": "pothole", "lon": LON, "lat": LAT })).await.expect(409);
        send(json!({ "service": "pothole", "lon": LON, "lat": LAT, "separate": true })).await.expect(201);
    }

    async fn under_join_what_is_near_joins_and_related_services_count(city) {
        city.files("bin", LON, LAT).await;
        let second = city.post("/api/requests", &json!({ "service": "rubbish", "lon": LON, "lat": LAT + 40.0 * METRE })).await.expect(201).json();
        assert_eq!(second["joined"], true);
        let far = city.post("/api/requests", &json!({ "service": "rubbish", "lon": LON, "lat": LAT + 60.0 * METRE })).await.expect(201).json();
        assert_eq!(far["joined"], false);
    }

    async fn what_does_not_fit_is_refused_by_field_and_files_nothing(city) {
        let tries = [
            (json!({ "service": "pothole", "lon": 52.6, "lat": 152.6 }), "lon"),
            (json!({ "service": "pothole", "lon": 0.9 }), "lat"),
            (json!({ "service": "nothing", "lon": LON, "lat": LAT }), "service"),
            (json!({ "service": "pothole", "lon": LON, "lat": LAT, "description": "a\u{0}b" }), "description"),
            (json!({ "service": "pothole", "lon": LON, "lat": LAT, "description": "x".repeat(4001) }), "description"),
            (json!({ "service": "pothole", "lon": LON, "lat": LAT, "contact": { "email": "nobody" } }), "contact.email"),
            (json!({ "service": "pothole", "lon": LON, "lat": LAT, "media_url": "javascript:alert(1)" }), "media_url"),
            (json!({ "service": "pothole", "lon": LON, "lat": LAT, "join": "11111112" }), "join"),
            (json!({ "service": "pothole", "lon": LON, "lat": LAT, "answers": { "no": "such" } }), "answers.no"),
            (json!({ "service": "pothole", "lon": "NaN", "lat": LAT }), "body"),
            (json!({ "service": "pothole", "lon": LON, "lat": LAT, "colour": "red" }), "body"),
        ];
        for (body, field) in tries {
            let problem = city.post("/api/requests", &body).await.expect(422);
            assert_eq!(problem.header("content-type"), "application/problem+json");
            assert_eq!(problem.json()["errors"][0]["field"], field, "{}", problem.text);
        }
        assert_eq!(city.count("select count(*) from request").await, 0);
        assert_eq!(city.count("select count(*) from idempotency").await, 0);
    }

    async fn wrong_methods_paths_and_bodies_are_told_so_as_problems(city) {
        let wrong = city.delete("/api/requests").await.expect(405);
        assert_eq!(wrong.json()["status"], 405);
        assert_eq!(city.get("/api/nothing").await.expect(404).json()["status"], 404);
        let text = city.call(reqwest::Method::POST, "/api/requests").body("lon=1");
        helpers::Answer::of(text).await.expect(415);
        let large = city.call(reqwest::Method::POST, "/api/requests").header("content-type", "application/json").body(vec![b' '; 300_000]);
        helpers::Answer::of(large).await.expect(413);
    }
}
