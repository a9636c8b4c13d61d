//! What a city promises: calendars, targets, clocks that stand and go on, and what the log says when one runs out.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use reqwest::Method;
use serde_json::{Value, json};
use waymark::cases::promises::{Ticked, tick};
use waymark::catalog;

use crate::helpers::{Answer, City, NOON};
use crate::staff::{self, Browser};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const ZONE: &str = "America/Chicago";

fn at(text: &str) -> i64 {
    let wall: DateTime = text.parse().unwrap();
    wall.to_zoned(TimeZone::get(ZONE).unwrap()).unwrap().timestamp().as_millisecond()
}

/// From nine to five on weekdays, but not on Christmas Day.
fn office(agencies: &[&str]) -> Value {
    let day = json!([{ "from": 540, "to": 1020 }]);
    json!({
        "name": "Office", "zone": ZONE, "week": [day, day, day, day, day, [], []], "agencies": agencies, "city": agencies.is_empty(),
        "days": [{ "date": "2026-12-25", "name": "Christmas", "hours": [] }],
    })
}

async fn put(admin: &Browser, path: &str, seen: &str, body: &Value) -> Answer {
    Answer::of(admin.call(Method::PUT, path).header("if-match", seen).json(body)).await
}

/// Asserts that the answer refuses a field.
fn refused(answer: Answer, field: &str) {
    let said = answer.expect(422).refusal().to_string();
    assert!(said.contains(&format!("\"{field}\"")), "{said}");
}

async fn promises(admin: &Browser, service: &str, targets: Value) {
    put(admin, &format!("/api/services/{service}/promises"), "*", &json!({ "targets": targets })).await.expect(200);
}

/// The service is the agency's from now on.
async fn answers_for(city: &City, agency: &'static str, service: &'static str) {
    let write = city.app.db.write(async move |tx| {
        tx.sql("update service set agency_id = (select id from agency where code = $1) where code = $2")
            .bind(agency)
            .bind(service)
            .run()
            .await?;
        catalog::changed(tx, NOON + 1).await
    });
    write.await.unwrap();
}

/// Opens a case of noise in the north now; its id.
async fn opens(city: &City) -> i64 {
    staff::filed(city, "noise", Some("north"), Some("crew")).await.1
}

async fn promised(admin: &Browser, case: i64) -> Vec<Value> {
    admin.get(&format!("/api/cases/{case}")).await.expect(200).json()["promises"].as_array().unwrap().clone()
}

async fn moves(admin: &Browser, case: i64, to: &str) {
    admin.post(&format!("/api/cases/{case}/moves"), &json!({ "to": to, "reason": "because" })).await.expect(200);
}

async fn said(city: &City, case: i64) -> Vec<(String, String)> {
    let rows: Vec<(String, String)> = city
        .app
        .db
        .sql("select kind, data_json from event where case_id = $1 and kind in ('due_soon', 'overdue') order by seq")
        .bind(case)
        .all()
        .await
        .unwrap();
    let promise = |data: &str| serde_json::from_str::<Value>(data).unwrap()["promise"].as_str().unwrap().to_owned();
    rows.into_iter().map(|(kind, data)| (kind, promise(&data))).collect()
}

on_both! {
    async fn a_promise_in_working_hours_passes_over_a_holiday_weekend_and_is_said_to_be_late_once(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        put(&admin, "/api/calendars/office", "*", &office(&["roads"])).await.expect(200);
        let never_closed = json!([{ "from": 0, "to": 1440 }]);
        let mut night = office(&[]);
        night["week"] = json!(vec![never_closed; 7]);
        put(&admin, "/api/calendars/night", "*", &night).await.expect(200);
        answers_for(&city, "roads", "noise").await;
        promises(&admin, "noise", json!([{ "counts": "worked", "response_minutes": 60, "resolution_minutes": 480 }])).await;
        // Christmas Eve of 2026 is a Thursday: four hours are left that day, four on Monday.
        city.app.clock.advance(at("2026-12-24T13:00") - NOON);
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let case = opens(&city).await;
        let both = promised(&admin, case).await;
        assert_eq!((&both[0]["kind"], &both[0]["due_at"]), (&json!("response"), &json!(at("2026-12-24T14:00"))));
        assert_eq!((&both[1]["kind"], &both[1]["due_at"]), (&json!("resolution"), &json!(at("2026-12-28T13:00"))));
        assert_eq!(both[1]["calendar"], "Office");
        let row = admin.get("/api/cases?sort=due").await.expect(200).json()["cases"][0].clone();
        assert_eq!((&row["id"], &row["due_at"]), (&json!(case), &both[1]["due_at"]));

        assert_eq!(tick(&city.app.db, at("2026-12-24T13:30")).await.unwrap(), Ticked::default());
        city.app.clock.advance(45 * MINUTE);
        moves(&admin, case, "assigned").await;
        let both = promised(&admin, case).await;
        assert_eq!(both[0]["met_at"], at("2026-12-24T13:45"), "to begin is an answer");
        assert_eq!(tick(&city.app.db, at("2026-12-28T11:30")).await.unwrap(), Ticked { soon: 1, overdue: 0 });
        assert_eq!(tick(&city.app.db, at("2026-12-28T12:59")).await.unwrap(), Ticked::default());
        let db = &city.app.db;
        let late = at("2026-12-28T13:00");
        let (one, other) = tokio::join!(tick(db, late), tick(db, late));
        assert_eq!(one.unwrap().overdue + other.unwrap().overdue, 1, "of two that look at once one says it");
        assert_eq!(tick(db, late + 30 * HOUR).await.unwrap(), Ticked::default());
        assert_eq!(said(&city, case).await, [("due_soon".into(), "resolution".into()), ("overdue".into(), "resolution".into())]);
        let story = admin.get(&format!("/api/cases/{case}/timeline")).await.expect(200).json();
        let entry = story.as_array().unwrap().iter().find(|entry| entry["kind"] == "overdue").unwrap().clone();
        assert_eq!((&entry["promise"], &entry["public"]), (&json!("resolution"), &json!(false)));
    }

    async fn a_clock_stands_while_a_case_waits_and_ends_with_it(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        promises(&admin, "noise", json!([
            { "counts": "elapsed", "resolution_minutes": 600 }, { "priority": "urgent", "counts": "elapsed", "resolution_minutes": 60 },
        ])).await;
        let case = opens(&city).await;
        city.app.clock.advance(4 * HOUR);
        moves(&admin, case, "pending").await;
        let stands = promised(&admin, case).await.remove(0);
        assert_eq!((&stands["due_at"], &stands["paused_at"]), (&json!(NOON + 10 * HOUR), &json!(NOON + 4 * HOUR)));
        let queued = async || admin.get(&format!("/api/cases?ids={case}")).await.expect(200).json()["cases"][0].clone();
        assert_eq!(queued().await["paused_at"], NOON + 4 * HOUR);
        city.app.clock.advance(20 * HOUR);
        assert_eq!(tick(&city.app.db, city.app.clock.now()).await.unwrap(), Ticked::default(), "who waits is not late");
        moves(&admin, case, "on_hold").await;
        city.app.clock.advance(HOUR);
        moves(&admin, case, "in_progress").await;
        let runs = promised(&admin, case).await.remove(0);
        assert_eq!((&runs["due_at"], &runs["paused_at"]), (&json!(NOON + 31 * HOUR), &Value::Null), "six hours were left");
        let queued = queued().await;
        assert_eq!((&queued["due_at"], &queued["paused_at"]), (&json!(NOON + 31 * HOUR), &Value::Null));
        city.app.clock.advance(2 * HOUR);
        moves(&admin, case, "resolved").await;
        assert_eq!(promised(&admin, case).await[0]["met_at"], NOON + 27 * HOUR);
        city.app.clock.advance(10 * HOUR);
        assert_eq!(tick(&city.app.db, city.app.clock.now()).await.unwrap(), Ticked::default(), "what is finished is not late");
        moves(&admin, case, "reopened").await;
        let again = promised(&admin, case).await.remove(0);
        assert_eq!((&again["due_at"], &again["met_at"]), (&json!(NOON + 41 * HOUR), &Value::Null), "four hours were left");
    }

    async fn what_is_late_comes_first_and_pages_follow_each_other(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let unpromised = opens(&city).await;
        let mut expected = Vec::new();
        for minutes in [300, 100, 200, 100] {
            promises(&admin, "noise", json!([{ "counts": "elapsed", "resolution_minutes": minutes }])).await;
            expected.push((minutes, opens(&city).await));
        }
        expected.sort_unstable();
        let expected: Vec<i64> = expected.into_iter().map(|(_, case)| case).chain([unpromised]).collect();
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = admin.get(&format!("/api/cases?sort=due&services=noise&limit=2{after}")).await.expect(200).json();
            seen.extend(page["cases"].as_array().unwrap().iter().map(|case| case["id"].as_i64().unwrap()));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(seen, expected);
        refused(admin.get("/api/cases?sort=age").await, "sort");
        refused(admin.get("/api/cases?sort=due&open=false").await, "sort");
    }

    async fn what_cannot_work_is_refused_when_it_is_saved(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let worked = json!({ "targets": [{ "counts": "worked", "resolution_minutes": 60 }] });
        refused(put(&admin, "/api/services/noise/promises", "*", &worked).await, "targets.0.counts");
        refused(put(&admin, "/api/services/noise/promises", "*", &json!({ "targets": [{ "counts": "elapsed" }] })).await, "targets.0.resolution_minutes");
        put(&admin, "/api/services/nothing/promises", "*", &worked).await.expect(404);
        let mut bad = office(&[]);
        bad["zone"] = json!("Chicago");
        bad["agencies"] = json!(["nobody"]);
        bad["week"][0] = json!([{ "from": 600, "to": 600 }]);
        let fields = put(&admin, "/api/calendars/office", "*", &bad).await.expect(422).text;
        for field in ["zone", "agencies", "week.0"] {
            assert!(fields.contains(field), "{fields}");
        }
        refused(put(&admin, "/api/calendars/of%20fice", "*", &office(&[])).await, "code");
        let made = put(&admin, "/api/calendars/office", "*", &office(&[])).await.expect(200);
        assert_eq!(made.header("etag"), "\"1\"");
        put(&admin, "/api/calendars/office", "\"0\"", &office(&[])).await.expect(412);
        put(&admin, "/api/calendars/office", "\"1\"", &office(&[])).await.expect(200);
        // Of two calendars one is the city's.
        put(&admin, "/api/calendars/night", "*", &office(&[])).await.expect(200);
        let all = admin.get("/api/calendars").await.expect(200).json();
        let city_wide: Vec<bool> = all.as_array().unwrap().iter().map(|one| one["city"].as_bool().unwrap()).collect();
        assert_eq!(city_wide, [true, false], "{all}");
        put(&admin, "/api/services/noise/promises", "*", &worked).await.expect(200);
        let seen = admin.get("/api/services/noise/promises").await.expect(200);
        let tag = seen.header("etag").to_owned();
        put(&admin, "/api/services/noise/promises", &tag, &json!({ "targets": [] })).await.expect(200);
        put(&admin, "/api/services/noise/promises", &tag, &worked).await.expect(412);
    }
}
