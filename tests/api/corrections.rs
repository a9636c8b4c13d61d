//! `/api/cases/{id}/corrections`: a pin moved or a service changed sends a case where it belongs, after the difference was seen.

use serde_json::{Value, json};
use waymark::catalog::Priority;
use waymark::error::Error;
use waymark::routing::rules::Conditions;
use waymark::routing::{self, JurisdictionDraft, LayerDraft, RuleDraft};

use crate::helpers::{City, NOON};
use crate::staff::{self, Browser};

const NORTH: (f64, f64) = (0.9, 52.6);
const SOUTH: (f64, f64) = (1.1, 52.6);
const HOUR: i64 = 3_600_000;
/// Degrees of latitude in a metre.
const METRE: f64 = 1.0 / 111_195.0;

fn district(code: &str, team: &str, west: f64) -> JurisdictionDraft {
    let ring = [(west, 52.5), (west + 0.2, 52.5), (west + 0.2, 52.7), (west, 52.7), (west, 52.5)];
    let area = geo::MultiPolygon(vec![geo::Polygon::new(ring.to_vec().into(), vec![])]);
    JurisdictionDraft { code: code.into(), name: format!("The {code}"), precedence: 0, team: Some(team.into()), area }
}

async fn lamps_are_urgent(city: &City, hours: i64) {
    let conditions = Conditions { services: vec!["lamp".into()], jurisdictions: vec!["district:south".into()], ..Conditions::default() };
    let (priority, due_hours) = (Some(Priority::Urgent), Some(hours));
    let rules = vec![RuleDraft { name: "Lamps".into(), conditions, team: None, team_of_layer: None, priority, due_hours }];
    city.app.db.write(async move |tx| routing::save_rules(tx, &rules, None, NOON).await).await.unwrap();
}

/// The north, whose crew mends roads, and the south of the gardeners, where lamps are urgent.
async fn two_districts(city: &City) {
    staff::appoint(city).await;
    let drafts = vec![district("north", "crew", 0.8), district("south", "gardeners", 1.0)];
    let layer = LayerDraft { code: "district".into(), name: "Districts".into(), precedence: 0 };
    city.app.db.write(async move |tx| routing::publish(tx, &layer, &drafts, None, None, NOON).await).await.unwrap();
    lamps_are_urgent(city, 4).await;
}

/// Files, and returns the number and the case.
async fn filed(city: &City, service: &str, (lon, lat): (f64, f64)) -> (String, i64) {
    let number = city.files(service, lon, lat).await["number"].as_str().unwrap().to_owned();
    (number, city.count("select max(case_id) from request").await)
}

fn place((lon, lat): (f64, f64)) -> Value {
    json!({ "lon": lon, "lat": lat })
}

fn words(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|entry| entry[field].as_str().unwrap_or_default().to_owned()).collect()
}

on_both! {
    async fn the_difference_is_shown_first_and_changes_nothing_until_it_is_confirmed(city) {
        two_districts(&city).await;
        let (number, case) = filed(&city, "pothole", NORTH).await;
        let north = Browser::signed_in(&city, "dispatcher.north@city.example").await;
        let address = format!("/api/cases/{case}/corrections");
        let events = city.count("select count(*) from event").await;

        let shown = north.post(&address, &json!({ "place": place(SOUTH), "service": "lamp", "dry_run": true })).await.expect(200).json();
        assert_eq!(shown["changed"], json!(["place", "service", "team", "priority", "due_at", "jurisdictions"]));
        assert_eq!((&shown["before"]["team"], &shown["after"]["team"]), (&json!("crew"), &json!("gardeners")));
        assert_eq!((&shown["before"]["agency"], &shown["after"]["agency"]), (&json!("roads"), &json!("parks")));
        assert_eq!((&shown["before"]["priority"], &shown["after"]["priority"]), (&json!("normal"), &json!("urgent")));
        assert_eq!((&shown["before"]["due_at"], &shown["after"]["due_at"]), (&Value::Null, &json!(NOON + 4 * HOUR)));
        assert_eq!(words(&shown["before"]["jurisdictions"], "name"), ["The north"]);
        assert_eq!(words(&shown["after"]["jurisdictions"], "name"), ["The south"]);
        assert_eq!(shown["after"]["why"]["tried"][0]["matched"], true);
        assert!((13_000.0..14_000.0).contains(&shown["moved_m"].as_f64().unwrap()), "{shown}");
        assert_eq!((&shown["applied"], &shown["version"]), (&json!(false), &json!(1)));
        assert_eq!(city.count("select count(*) from event").await, events, "nothing happened");
        assert_eq!(north.get(&format!("/api/cases/{case}")).await.expect(200).json()["team"], "crew");

        let confirmed = json!({ "place": place(SOUTH), "service": "lamp", "version": shown["version"], "routing": shown["routing"] });
        city.app.clock.advance(HOUR);
        let made = north.post(&address, &confirmed).await.expect(200);
        assert_eq!(made.header("etag"), "\"2\"");
        assert_eq!(made.json()["applied"], true);
        north.get(&format!("/api/cases/{case}")).await.expect(404);
        north.post(&address, &confirmed).await.expect(404);

        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let page = admin.get(&format!("/api/cases/{case}")).await.expect(200).json();
        assert_eq!((&page["team"], &page["service"], &page["priority"]), (&json!("gardeners"), &json!("lamp"), &json!("urgent")));
        assert_eq!(page["due_at"], NOON + 4 * HOUR, "a promise counts from the filing, not from the correction");
        assert_eq!(page["why"]["jurisdictions"][0]["code"], "south");
        let story = admin.get(&format!("/api/cases/{case}/timeline")).await.expect(200).json();
        assert_eq!(words(&story, "kind")[..3], ["filed", "corrected", "assigned"]);
        assert_eq!(story[1]["corrected"], json!({ "place": true, "from": "Pothole", "to": "Street light out" }));
        assert_eq!(story[1]["by"], "dispatcher.north <b>&amp;");
        let told = city.count("select count(*) from event where data_json like '%1.1%' or data_json like '%52.6%'").await;
        assert_eq!(told, 0, "the log knows no places");

        let public = city.get(&format!("/api/requests/{number}")).await.expect(200).json();
        assert_eq!((&public["service"], &public["lon"], &public["team"]), (&json!("lamp"), &json!(1.1), &json!("gardeners")));
        assert_eq!(words(&public["timeline"], "kind"), ["filed", "corrected"]);
        let said = "select count(*) from request r join service s on s.id = r.said_service_id where s.code = 'pothole' and said_lon = 0.9 and said_lat = 52.6";
        assert_eq!(city.count(said).await, 1, "what was filed stays beside it");
    }

    async fn what_is_near_heat_and_what_may_be_the_same_follow_the_pin(city) {
        two_districts(&city).await;
        let (here, _) = filed(&city, "pothole", NORTH).await;
        let (moved, case) = filed(&city, "pothole", SOUTH).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let beside = (NORTH.0, NORTH.1 + 10.0 * METRE);
        let address = format!("/api/cases/{case}/corrections");
        let likely = async || words(&admin.get(&format!("/api/cases/{case}")).await.expect(200).json()["duplicates"], "number");
        let near = async |(lon, lat): (f64, f64)| {
            words(&city.get(&format!("/api/nearby?service=pothole&lon={lon}&lat={lat}")).await.expect(200).json()["cases"], "number")
        };
        let heat = async |(lon, lat): (f64, f64)| {
            let bbox = format!("{},{},{},{}", lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01);
            city.get(&format!("/api/heat?bbox={bbox}")).await.expect(200).json()["total"].as_u64().unwrap()
        };
        city.app.settle().await.unwrap();
        assert_eq!((likely().await, near(beside).await, heat(NORTH).await, heat(SOUTH).await), (vec![], vec![here.clone()], 1, 1));

        admin.post(&address, &json!({ "place": place(beside) })).await.expect(200);
        city.app.settle().await.unwrap();
        assert_eq!((likely().await, near(SOUTH).await, heat(NORTH).await, heat(SOUTH).await), (vec![here.clone()], vec![], 2, 0));
        assert_eq!(near(beside).await, [moved, here], "nearest first");
        let again = json!({ "service": "pothole", "lon": beside.0, "lat": beside.1 });
        assert_eq!(city.post("/api/requests", &again).await.expect(409).json()["candidates"].as_array().unwrap().len(), 2);

        admin.post(&address, &json!({ "service": "noise" })).await.expect(200);
        city.app.settle().await.unwrap();
        assert_eq!((likely().await, near(beside).await.len(), heat(NORTH).await), (vec![], 1, 2), "another service is another problem");
        let twice = "select count(*) from request where said_lon = 1.1 and lon = 0.9 and corrected_at is not null";
        assert_eq!(city.count(twice).await, 1, "what was said first is kept, whatever was put right since");
    }

    async fn a_promise_is_remade_from_the_start_with_the_time_that_the_clock_stood_and_else_left_alone(city) {
        two_districts(&city).await;
        let (_, case) = filed(&city, "lamp", SOUTH).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let address = format!("/api/cases/{case}/corrections");
        let due = async || admin.get(&format!("/api/cases/{case}")).await.expect(200).json()["due_at"].as_i64();
        let moves = async |to: &str| drop(admin.post(&format!("/api/cases/{case}/moves"), &json!({ "to": to })).await.expect(200));
        city.app.clock.advance(HOUR);
        moves("pending").await;
        city.app.clock.advance(10 * HOUR);
        moves("assigned").await;
        assert_eq!(due().await, Some(NOON + 14 * HOUR), "four hours, and ten in which the clock stood");
        let near = (SOUTH.0, SOUTH.1 + METRE);
        assert_eq!(admin.post(&address, &json!({ "place": place(near) })).await.expect(200).json()["changed"], json!(["place"]));
        assert_eq!(due().await, Some(NOON + 14 * HOUR), "the same promise goes on");

        lamps_are_urgent(&city, 8).await;
        let again = admin.post(&address, &json!({})).await.expect(200).json();
        assert_eq!((&again["changed"], &again["after"]["due_at"]), (&json!(["due_at"]), &json!(NOON + 18 * HOUR)), "by the rules of today");
        assert_eq!(due().await, Some(NOON + 18 * HOUR));
        assert_eq!(city.count("select count(*) from promise where met_at is null and paused_at is null").await, 1);
        admin.post(&address, &json!({ "place": place(NORTH) })).await.expect(200);
        assert_eq!((due().await, city.count("select count(*) from promise").await), (None, 0), "there nothing is promised");
    }

    async fn every_request_of_a_case_goes_with_it_and_an_assignee_of_the_team_before_does_not(city) {
        two_districts(&city).await;
        let (_, case) = filed(&city, "bin", NORTH).await;
        let joins = json!({ "service": "bin", "lon": NORTH.0, "lat": NORTH.1 + 20.0 * METRE });
        assert_eq!(city.post("/api/requests", &joins).await.expect(201).json()["joined"], true);
        let assign = async move |tx: &mut waymark::db::Tx| {
            tx.sql("update case_record set status = 'assigned', assignee_id = (select min(id) from member) where id = $1").bind(case).run().await?;
            Ok::<_, Error>(())
        };
        city.app.db.write(assign).await.unwrap();
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let address = format!("/api/cases/{case}/corrections");
        let here = json!({ "place": place((NORTH.0, NORTH.1 + METRE)), "dry_run": true });
        assert_eq!(admin.post(&address, &here).await.expect(200).json()["changed"], json!(["place"]), "the same team keeps who has it");
        let away = admin.post(&address, &json!({ "place": place(SOUTH) })).await.expect(200).json();
        assert_eq!(away["changed"], json!(["place", "team", "assignee", "jurisdictions"]));
        assert_eq!((&away["after"]["assignee"], &away["version"]), (&Value::Null, &json!(3)));
        assert_eq!(city.count("select count(*) from case_record where status = 'new'").await, 1, "in nobody's hands it is as new");
        assert_eq!(city.count("select count(*) from request where lon = 1.1 and lat = 52.6").await, 2);
        assert_eq!(city.count("select count(*) from case_record where assignee_id is null and lon = 1.1").await, 1);
        assert_eq!(city.count("select count(distinct cell) from request").await, 1);
    }

    async fn what_was_not_seen_is_not_confirmed_and_what_cannot_be_is_refused(city) {
        two_districts(&city).await;
        let (_, case) = filed(&city, "pothole", NORTH).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let address = format!("/api/cases/{case}/corrections");
        let shown = admin.post(&address, &json!({ "place": place(SOUTH), "dry_run": true })).await.expect(200).json();
        let confirm = |version: i64, routing: &Value| json!({ "place": place(SOUTH), "version": version, "routing": routing });
        lamps_are_urgent(&city, 8).await;
        let stale = admin.post(&address, &confirm(1, &shown["routing"])).await.expect(409).json();
        assert!(stale["detail"].as_str().unwrap().contains("rules were published meanwhile"), "{stale}");
        let stale = admin.post(&address, &confirm(7, &Value::Null)).await.expect(409).json();
        assert!(stale["detail"].as_str().unwrap().contains("Somebody else"), "{stale}");

        for (body, field) in [
            (json!({ "service": "nothing" }), "service"),
            (json!({ "place": { "lon": 52.6, "lat": 152.6 } }), "place"),
            (json!({}), "place"),
            (json!({ "place": place(NORTH), "service": "pothole" }), "place"),
        ] {
            assert_eq!(admin.post(&address, &body).await.expect(422).json()["errors"][0]["field"], field, "{body}");
        }
        // Found to be right again: nothing would change, which a trial may say.
        assert_eq!(admin.post(&address, &json!({ "dry_run": true })).await.expect(200).json()["changed"], json!([]));

        let member = Browser::signed_in(&city, "member@city.example").await;
        member.post(&address, &json!({ "place": place(SOUTH) })).await.expect(403);
        admin.post(&format!("/api/cases/{case}/moves"), &json!({ "to": "resolved" })).await.expect(200);
        let finished = admin.post(&address, &json!({ "place": place(SOUTH) })).await.expect(409).json();
        assert!(finished["detail"].as_str().unwrap().contains("Reopen it"), "{finished}");
        assert_eq!(city.count("select count(*) from event where kind = 'corrected'").await, 0);
    }

    async fn a_request_that_came_without_a_place_is_given_one_and_goes_there(city) {
        two_districts(&city).await;
        let body = json!({ "service": "pothole", "address": "behind the mill", "description": "deep" });
        city.post("/api/requests", &body).await.expect(201);
        let case = city.count("select max(case_id) from request").await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let made = admin.post(&format!("/api/cases/{case}/corrections"), &json!({ "place": place(SOUTH) })).await.expect(200).json();
        assert_eq!((&made["before"]["lon"], &made["after"]["team"]), (&Value::Null, &json!("gardeners")));
    }
}
