//! `/api/cases`: the queue, a case, moves, notes, timeline.

use reqwest::Method;
use serde_json::{Value, json};
use waymark::people::policy::Role;
use waymark::people::staff::NewGrant;

use crate::helpers::Answer;
use crate::staff::{self, Browser, filed};

const HOUR: i64 = 3_600_000;

fn kinds(timeline: &Value) -> Vec<&str> {
    timeline.as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect()
}

on_both! {
    async fn a_dispatcher_of_a_district_sees_its_cases_and_no_trace_of_others(city) {
        staff::appoint(&city).await;
        let mut north = Vec::new();
        for nth in 0..7 {
            city.app.clock.advance(if nth % 3 == 0 { 0 } else { 1000 });
            north.push(filed(&city, "pothole", Some("north"), Some("crew")).await);
            filed(&city, "pothole", Some("south"), Some("crew")).await;
            filed(&city, "pothole", None, None).await;
        }
        let (_, elsewhere) = filed(&city, "pothole", Some("south"), Some("crew")).await;
        let (_, nowhere) = filed(&city, "pothole", None, Some("crew")).await;
        let newest_first: Vec<String> = north.iter().rev().map(|(number, _)| number.clone()).collect();

        let dispatcher = Browser::signed_in(&city, "dispatcher.north@city.example").await;
        for limit in [1, 2, 3, 7, 50] {
            assert_eq!(dispatcher.queue("", limit).await, newest_first, "pages of {limit}");
            assert_eq!(dispatcher.queue("&jurisdiction=district:north", limit).await, newest_first);
        }
        let last = dispatcher.get("/api/cases?limit=7").await.json();
        assert_eq!(last["next"], Value::Null, "no next page hints at what lies beyond");
        assert_eq!(dispatcher.queue("&jurisdiction=district:south", 50).await, Vec::<String>::new());
        assert_eq!(dispatcher.queue("&team=crew&services=pothole,lamp&statuses=new&open=true&assignee=none", 2).await, newest_first);
        for id in [elsewhere, nowhere, 1_000_000] {
            let unseen = dispatcher.get(&format!("/api/cases/{id}")).await.expect(404);
            assert_eq!(unseen.json()["detail"], "There is no such case.");
            dispatcher.get(&format!("/api/cases/{id}/timeline")).await.expect(404);
            dispatcher.post(&format!("/api/cases/{id}/moves"), &json!({ "to": "assigned" })).await.expect(404);
            dispatcher.post(&format!("/api/cases/{id}/notes"), &json!({ "text": "x" })).await.expect(404);
        }
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        assert_eq!(admin.queue("", 5).await.len(), 23);
        assert_eq!(admin.queue("&jurisdiction=district:south", 3).await.len(), 8);
    }

    async fn grants_by_agency_service_and_team_scope_the_queue_too(city) {
        staff::appoint(&city).await;
        let (road, road_case) = filed(&city, "pothole", Some("north"), Some("crew")).await;
        let (park, park_case) = filed(&city, "bin", Some("north"), Some("gardeners")).await;
        let (lamp, lamp_case) = filed(&city, "lamp", Some("south"), None).await;
        let scope = |agency: Option<&str>, jurisdiction: Option<&str>, service: Option<&str>| NewGrant {
            role: Role::Dispatcher,
            agency: agency.map(Into::into),
            jurisdiction: jurisdiction.map(Into::into),
            service: service.map(Into::into),
        };
        // The residents of the helper have no grant of their own: each gets one here.
        staff::grant(&city, "resident@city.example", scope(Some("parks"), None, None)).await;
        let parks = Browser::signed_in(&city, "resident@city.example").await;
        assert_eq!(parks.queue("", 1).await, std::slice::from_ref(&park));
        parks.get(&format!("/api/cases/{road_case}")).await.expect(404);
        parks.get(&format!("/api/cases/{park_case}")).await.expect(200);
        parks.get(&format!("/api/cases/{lamp_case}")).await.expect(404);

        staff::grant(&city, "resident.north@city.example", scope(None, None, Some("lamp"))).await;
        let lamps = Browser::signed_in(&city, "resident.north@city.example").await;
        assert_eq!(lamps.queue("", 1).await, std::slice::from_ref(&lamp));
        staff::grant(&city, "resident.north@city.example", scope(Some("roads"), Some("district:north"), Some("pothole"))).await;
        assert_eq!(lamps.queue("", 1).await, [lamp.clone(), road.clone()], "grants add up");
        staff::grant(&city, "resident.north@city.example", scope(Some("roads"), Some("district:south"), Some("bin"))).await;
        assert_eq!(lamps.queue("", 1).await, [lamp.clone(), road.clone()], "limits of one grant hold together");

        let member = Browser::signed_in(&city, "member@city.example").await;
        assert_eq!(member.queue("", 1).await, [road], "a member sees the own team's cases");
        member.get(&format!("/api/cases/{park_case}")).await.expect(404);
    }

    async fn a_district_published_again_keeps_its_dispatchers(city) {
        staff::appoint(&city).await;
        let (number, case) = filed(&city, "pothole", Some("north"), Some("crew")).await;
        let write = city.app.db.write(async move |tx| {
            let (id,): (i64,) = tx
                .sql(
                    "insert into jurisdiction (layer_id, code, name, precedence, geometry_json, valid_from)
                     select layer_id, code, name, precedence, geometry_json, 1 from jurisdiction where code = 'north' returning id",
                )
                .one()
                .await?;
            waymark::cases::replace_jurisdictions(tx, case, &[id]).await
        });
        write.await.unwrap();
        filed(&city, "pothole", Some("south"), Some("crew")).await;
        let dispatcher = Browser::signed_in(&city, "dispatcher.north@city.example").await;
        assert_eq!(dispatcher.queue("", 1).await, std::slice::from_ref(&number));
        assert_eq!(dispatcher.queue("&jurisdiction=district:north", 1).await, [number]);
        assert_eq!(dispatcher.queue("&jurisdiction=district:south", 1).await, Vec::<String>::new());
        dispatcher.get(&format!("/api/cases/{case}")).await.expect(200);
        let me = dispatcher.get("/api/session").await.json();
        assert_eq!(me["grants"].as_array().unwrap().len(), 1);
    }

    async fn filters_find_what_they_say_and_refuse_what_they_do_not_know(city) {
        staff::appoint(&city).await;
        let (hole, hole_case) = filed(&city, "pothole", Some("north"), Some("crew")).await;
        let (bin, bin_case) = filed(&city, "bin", Some("south"), Some("gardeners")).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let both = vec![bin.clone(), hole.clone()];
        admin.post(&format!("/api/cases/{hole_case}/moves"), &json!({ "to": "resolved" })).await.expect(200);
        for (filters, expected) in [
            ("", both.clone()),
            ("&team=crew", vec![hole.clone()]),
            ("&team=&services=&statuses=&bbox=&assignee=&jurisdiction=", both.clone()),
            ("&services=bin", vec![bin.clone()]),
            ("&services=bin,pothole,lamp", both.clone()),
            ("&statuses=resolved,closed", vec![hole.clone()]),
            ("&statuses=new,assigned", vec![bin.clone()]),
            ("&open=true", vec![bin.clone()]),
            ("&open=false", vec![hole.clone()]),
            ("&open=true&statuses=resolved", vec![]),
            ("&assignee=me", vec![]),
            ("&assignee=none", both.clone()),
            ("&assignee=1", vec![]),
            ("&bbox=0.895,52.5,0.905,52.7", vec![hole.clone()]),
            ("&bbox=-180,-90,180,90", both.clone()),
            ("&jurisdiction=district:south&services=pothole", vec![]),
            (&format!("&ids={hole_case}"), vec![hole.clone()]),
            (&format!("&ids={bin_case},{hole_case},1000000"), both.clone()),
            (&format!("&ids={bin_case},{hole_case}&open=true&jurisdiction=district:south"), vec![bin.clone()]),
        ] {
            assert_eq!(admin.queue(filters, 1).await, expected, "{filters}");
        }
        for (filters, field) in [
            ("team=nobody", "team"),
            ("team=%00", "team"),
            ("team=%27%20or%201=1%20--", "team"),
            ("services=bin,nothing", "services"),
            ("services=%00", "services"),
            ("statuses=new,open", "statuses"),
            ("jurisdiction=north", "jurisdiction"),
            ("jurisdiction=district:east", "jurisdiction"),
            ("jurisdiction=%00:%00", "jurisdiction"),
            ("assignee=somebody", "assignee"),
            ("bbox=1,2,3", "bbox"),
            ("bbox=NaN,0,1,1", "bbox"),
            ("after=elsewhere", "after"),
            ("ids=1,two", "ids"),
            ("ids=1,%002", "ids"),
            (&format!("ids={}", (1..=201).map(|id| id.to_string()).collect::<Vec<_>>().join(",")), "ids"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "query"),
            ("open=perhaps", "query"),
        ] {
            let problem = admin.get(&format!("/api/cases?{filters}")).await.expect(422);
            assert_eq!(problem.json()["errors"][0]["field"], field, "{}", problem.text);
        }
    }

    async fn cases_asked_for_by_id_are_those_one_may_see_with_the_moves_one_may_make(city) {
        staff::appoint(&city).await;
        let (north, here) = filed(&city, "pothole", Some("north"), Some("crew")).await;
        let (_, elsewhere) = filed(&city, "pothole", Some("south"), Some("crew")).await;
        let dispatcher = Browser::signed_in(&city, "dispatcher.north@city.example").await;
        let page = dispatcher.get(&format!("/api/cases?ids={elsewhere},{here}")).await.expect(200).json();
        assert_eq!((page["cases"].as_array().unwrap().len(), &page["cases"][0]["number"], &page["next"]), (1, &json!(north), &Value::Null));
        assert_eq!(page["cases"][0]["moves"][0], "assigned");
        assert_eq!(page["cases"][0]["reasons"], json!(["closed", "duplicate", "cancelled", "transferred"]));
        for role in ["leader", "auditor"] {
            let reader = Browser::signed_in(&city, &format!("{role}@city.example")).await;
            let seen = reader.get(&format!("/api/cases?ids={here}")).await.expect(200).json();
            assert_eq!((&seen["cases"][0]["moves"], &seen["cases"][0]["reasons"]), (&json!([]), &json!([])), "{role} moves nothing");
        }
    }

    async fn a_case_says_everything_about_itself(city) {
        staff::appoint(&city).await;
        let (number, case) = filed(&city, "pothole", Some("north"), Some("crew")).await;
        let join = json!({ "service": "pothole", "lon": 0.9, "lat": 52.6, "join": number, "description": "Me too" });
        let second = city.post("/api/requests", &join).await.expect(201).json();
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let answer = admin.get(&format!("/api/cases/{case}")).await.expect(200);
        assert_eq!(answer.header("etag"), "\"1\"");
        assert_eq!(answer.header("cache-control"), "no-store");
        let whole = answer.json();
        assert_eq!(whole["number"], number, "a case goes by its first request's number");
        assert_eq!((&whole["id"], &whole["status"], &whole["version"], &whole["request_count"]), (&json!(case), &json!("new"), &json!(1), &json!(2)));
        assert_eq!((&whole["service"], &whole["team"], &whole["agency"]), (&json!("pothole"), &json!("crew"), &json!("roads")));
        assert_eq!(whole["jurisdictions"], json!([{ "layer": "district", "code": "north", "name": "north" }]));
        assert_eq!(whole["requests"][0]["description"], "Deep hole");
        assert_eq!(whole["requests"][0]["contact"]["email"], "ana@example.org");
        assert_eq!(whole["requests"][1]["number"], second["number"]);
        assert_eq!(whole["requests"][1]["contact"], Value::Null);
        assert!(whole["moves"].as_array().unwrap().contains(&json!("assigned")));
        let listed = admin.get("/api/cases").await.json()["cases"][0].clone();
        for field in ["id", "number", "service", "service_name", "status", "priority", "team", "jurisdictions", "address", "lon", "lat", "opened_at", "updated_at", "due_at", "moves", "reasons"] {
            assert_eq!(listed[field], whole[field], "{field}");
        }
        assert_eq!(listed["requests"], 2);
    }

    async fn who_looked_at_a_contact_is_on_the_timeline_once_a_day(city) {
        staff::appoint(&city).await;
        let (_, case) = filed(&city, "pothole", Some("north"), Some("crew")).await;
        let (path, timeline) = (format!("/api/cases/{case}"), format!("/api/cases/{case}/timeline"));
        let looks = async |browser: &Browser| {
            let entries = browser.get(&timeline).await.expect(200).json();
            kinds(&entries).iter().filter(|kind| **kind == "contact_seen").count()
        };
        for role in ["leader", "auditor", "leader.north", "auditor.north"] {
            let browser = Browser::signed_in(&city, &format!("{role}@city.example")).await;
            let seen = browser.get(&path).await.expect(200);
            assert!(!seen.text.contains("ana@example.org") && !seen.text.contains("Souza") && !seen.text.contains("0100"), "{role} sees a contact");
            assert_eq!(looks(&browser).await, 0, "{role}");
        }
        let dispatcher = Browser::signed_in(&city, "dispatcher.north@city.example").await;
        for _ in 0..3 {
            assert_eq!(dispatcher.get(&path).await.expect(200).json()["requests"][0]["contact"]["phone"], "+1 555 0100");
        }
        assert_eq!(looks(&dispatcher).await, 1);
        city.app.clock.advance(13 * HOUR);
        dispatcher.get(&path).await.expect(200);
        assert_eq!(looks(&dispatcher).await, 1, "the same look still");
        city.app.clock.advance(12 * HOUR);
        dispatcher.get(&path).await.expect(200);
        Browser::signed_in(&city, "member@city.example").await.get(&path).await.expect(200);
        let entries = dispatcher.get(&timeline).await.expect(200).json();
        let who: Vec<&str> = entries.as_array().unwrap().iter().filter(|entry| entry["kind"] == "contact_seen").map(|entry| entry["by"].as_str().unwrap()).collect();
        assert_eq!(who, ["dispatcher.north <b>&amp;", "dispatcher.north <b>&amp;", "member <b>&amp;"]);
    }

    async fn a_case_moves_as_the_table_says_and_residents_see_where_it_stands(city) {
        staff::appoint(&city).await;
        let (number, case) = filed(&city, "pothole", Some("north"), Some("crew")).await;
        let dispatcher = Browser::signed_in(&city, "dispatcher.north@city.example").await;
        let path = format!("/api/cases/{case}/moves");
        let moved = dispatcher.post(&path, &json!({ "to": "in_progress" })).await.expect(200).json();
        assert_eq!((&moved["status"], &moved["status_name"], &moved["version"]), (&json!("in_progress"), &json!("In progress"), &json!(2)));
        let illegal = dispatcher.post(&path, &json!({ "to": "new" })).await.expect(409);
        assert_eq!(
            illegal.json()["detail"],
            "A case that is in_progress cannot become new; it can become assigned, pending, on_hold, escalated, resolved, closed, duplicate, cancelled, transferred."
        );
        dispatcher.post(&path, &json!({ "to": "in_progress" })).await.expect(409);
        for to in ["closed", "cancelled", "duplicate", "transferred"] {
            for body in [json!({ "to": to }), json!({ "to": to, "reason": "" }), json!({ "to": to, "reason": " \n" })] {
                let problem = dispatcher.post(&path, &body).await.expect(422);
                assert_eq!(problem.json()["errors"][0]["field"], "reason", "{to}");
            }
        }
        for to in ["", "open", "Resolved", "resolved\u{0}", "'; drop table case_record; --"] {
            let problem = dispatcher.post(&path, &json!({ "to": to })).await.expect(422);
            assert_eq!(problem.json()["errors"][0]["field"], "to");
        }
        city.app.clock.advance(HOUR);
        let done = dispatcher.post(&path, &json!({ "to": "resolved", "reason": "Filled <b>twice</b>; drop table note", "public": true })).await.expect(200).json();
        let closed_at = done["closed_at"].as_i64().unwrap();
        assert_eq!((&done["moves"], &done["reasons"]), (&json!(["closed", "reopened"]), &json!(["reopened"])));
        assert_eq!(done["back"], json!(["reopened", "in_progress"]));
        city.app.clock.advance(HOUR);
        assert_eq!(dispatcher.post(&path, &json!({ "to": "closed" })).await.expect(200).json()["closed_at"], closed_at);
        let seen = city.get(&format!("/api/requests/{number}")).await.expect(200).json();
        assert_eq!((&seen["status"], &seen["closed_at"]), (&json!("closed"), &json!(closed_at)));
        assert!(seen["timeline"].to_string().contains("Filled <b>twice</b>; drop table note"));

        dispatcher.post(&path, &json!({ "to": "reopened", "reason": "Secret: it broke again" })).await.expect(200);
        let seen = city.get(&format!("/api/requests/{number}")).await.expect(200);
        assert_eq!((&seen.json()["status"], &seen.json()["closed_at"]), (&json!("reopened"), &Value::Null));
        assert!(!seen.text.contains("Secret"), "a reason is public only if it was said to be");
        let timeline = dispatcher.get(&format!("/api/cases/{case}/timeline")).await.expect(200).json();
        assert_eq!(kinds(&timeline), ["filed", "moved", "noted", "moved", "moved", "noted", "moved"]);
        assert_eq!((&timeline[0]["source"], &timeline[0]["moved"]), (&json!("web"), &Value::Null));
        assert_eq!(timeline[1]["text"], "New → In progress");
        assert_eq!(timeline[1]["moved"], json!({ "from": "new", "to": "in_progress", "back": ["assigned", "new"] }));
        assert_eq!(timeline[1]["by"], "dispatcher.north <b>&amp;");
        assert_eq!((&timeline[5]["text"], &timeline[5]["public"]), (&json!("Secret: it broke again"), &json!(false)));
        let log: Vec<(String,)> = city.app.db.sql("select data_json from event").all().await.unwrap();
        assert!(log.iter().all(|(data,)| !data.contains("Secret") && !data.contains("Filled")), "the log has no words");
    }

    async fn a_case_that_somebody_else_moved_is_not_moved_again_unseen(city) {
        staff::appoint(&city).await;
        let (_, case) = filed(&city, "pothole", Some("north"), Some("crew")).await;
        let (one, two) = (Browser::signed_in(&city, "dispatcher@city.example").await, Browser::signed_in(&city, "supervisor@city.example").await);
        let path = format!("/api/cases/{case}/moves");
        let seen = two.get(&format!("/api/cases/{case}")).await.expect(200).header("etag").to_owned();
        one.post(&path, &json!({ "to": "assigned" })).await.expect(200);
        two.post(&path, &json!({ "to": "on_hold", "version": 1 })).await.expect(409);
        Answer::of(two.call(Method::POST, &path).header("if-match", &seen).json(&json!({ "to": "on_hold" }))).await.expect(409);
        Answer::of(two.call(Method::POST, &path).header("if-match", "what").json(&json!({ "to": "on_hold" }))).await.expect(422);
        Answer::of(two.call(Method::POST, &path).header("if-match", "\"2\"").json(&json!({ "to": "on_hold" }))).await.expect(200);
        // Sixteen at once from the same status: one wins, and the log says so once.
        let on = json!({ "to": "in_progress" });
        let tries = (0..16).map(|_| one.post(&path, &on));
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert!(answers.iter().all(|answer| answer.status == 200 || answer.status == 409));
        assert_eq!(city.count("select count(*) from event where kind = 'moved'").await, 3);
        assert_eq!(city.count("select version from case_record").await, 4);
    }

    async fn notes_are_read_by_those_they_are_for(city) {
        staff::appoint(&city).await;
        let (number, case) = filed(&city, "pothole", Some("north"), Some("crew")).await;
        let dispatcher = Browser::signed_in(&city, "dispatcher.north@city.example").await;
        let path = format!("/api/cases/{case}/notes");
        let nasty = "<img src=x onerror=alert(1)> '; drop table note; -- \u{202e}ünïcödé 🚧\nsecond line";
        let before = city.get(&format!("/api/requests/{number}")).await.json()["updated_at"].clone();
        city.app.clock.advance(HOUR);
        let hidden = dispatcher.post(&path, &json!({ "text": "The caller was rude", "kind": "internal" })).await.expect(201).json();
        assert_eq!((&hidden["public"], &hidden["kind"]), (&json!(false), &json!("internal")));
        assert_eq!(city.get(&format!("/api/requests/{number}")).await.json()["updated_at"], before, "an internal note shows no update");
        for kind in ["progress", "contact", "resolution", "followup"] {
            dispatcher.post(&path, &json!({ "text": format!("  {nasty} {kind}\n"), "kind": kind, "public": true })).await.expect(201);
        }
        let seen = city.get(&format!("/api/requests/{number}")).await.expect(200);
        assert!(!seen.text.contains("rude"));
        let told: Vec<Value> = seen.json()["timeline"].as_array().unwrap().iter().filter(|step| step["kind"] == "noted").map(|step| step["text"].clone()).collect();
        assert_eq!(told[0], format!("{nasty} progress"));
        assert_eq!(told.len(), 4);
        assert_ne!(seen.json()["updated_at"], before);
        let whole = dispatcher.get(&format!("/api/cases/{case}")).await.expect(200).json();
        assert_eq!(whole["notes"].as_array().unwrap().len(), 5);
        assert_eq!(whole["notes"][0]["text"], "The caller was rude");
        assert_eq!(whole["notes"][0]["by"], "dispatcher.north <b>&amp;");
        for (body, field) in [
            (json!({ "text": "" }), "text"),
            (json!({ "text": " \n\t " }), "text"),
            (json!({ "text": "a\u{0}b" }), "text"),
            (json!({ "text": "x".repeat(4001) }), "text"),
            (json!({ "text": "x", "kind": "internal", "public": true }), "public"),
            (json!({ "text": "x", "kind": "gossip" }), "body"),
            (json!({ "text": "x", "member": 1 }), "body"),
            (json!({}), "body"),
        ] {
            let problem = dispatcher.post(&path, &body).await.expect(422);
            assert_eq!(problem.json()["errors"][0]["field"], field, "{}", problem.text);
        }
        let problem = dispatcher.post(&format!("/api/cases/{case}/moves"), &json!({ "to": "cancelled", "reason": "a\u{0}b" })).await.expect(422);
        assert_eq!(problem.json()["errors"][0]["field"], "reason");
        assert_eq!(city.count("select count(*) from note").await, 5);
        assert_eq!(city.count("select count(*) from event where kind = 'noted' and commitment is not null").await, 5);
        assert_eq!(city.count("select count(distinct salt) from note").await, 5);
    }

    async fn likely_duplicates_are_shown_with_reasons_and_only_within_reach(city) {
        staff::appoint(&city).await;
        let (number, first) = filed(&city, "pothole", Some("south"), Some("crew")).await;
        let again = json!({ "service": "pothole", "lon": 0.9, "lat": 52.6001, "separate": true });
        city.post("/api/requests", &again).await.expect(201);
        let (second,): (i64,) = city.app.db.sql("select max(id) from case_record").one().await.unwrap();
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let whole = admin.get(&format!("/api/cases/{second}")).await.expect(200).json();
        assert_eq!(whole["duplicates"][0]["number"], number);
        assert_eq!(whole["duplicates"][0]["id"], first);
        assert!((whole["duplicates"][0]["metres"].as_f64().unwrap() - 11.1).abs() < 0.2);
        assert!(whole["duplicates"][0]["reasons"].is_array());
        assert_eq!(admin.get(&format!("/api/cases/{first}")).await.json()["duplicates"][0]["id"], second, "both ways");
        let write = city.app.db.write(async move |tx| {
            let (north,): (i64,) = tx.sql("select id from jurisdiction where code = 'north'").one().await?;
            waymark::cases::replace_jurisdictions(tx, second, &[north]).await
        });
        write.await.unwrap();
        let dispatcher = Browser::signed_in(&city, "dispatcher.north@city.example").await;
        assert_eq!(dispatcher.get(&format!("/api/cases/{second}")).await.expect(200).json()["duplicates"], json!([]));
    }

    async fn strangers_get_nothing_of_it(city) {
        staff::appoint(&city).await;
        let (_, case) = filed(&city, "pothole", Some("north"), Some("crew")).await;
        for path in ["/api/cases".to_owned(), format!("/api/cases/{case}"), format!("/api/cases/{case}/timeline")] {
            let refused = city.get(&path).await.expect(401);
            assert_eq!(refused.header("content-type"), "application/problem+json");
        }
        city.post(&format!("/api/cases/{case}/moves"), &json!({ "to": "assigned" })).await.expect(401);
        city.post(&format!("/api/cases/{case}/notes"), &json!({ "text": "x" })).await.expect(401);
        let resident = Browser::signed_in(&city, "resident@city.example").await;
        resident.get("/api/cases").await.expect(403);
        resident.get(&format!("/api/cases/{case}")).await.expect(403);
        for id in ["x", "1.5", "99999999999999999999", "-1", "%00"] {
            let browser = Browser::signed_in(&city, "admin@city.example").await;
            browser.get(&format!("/api/cases/{id}")).await.expect(404);
        }
    }
}
