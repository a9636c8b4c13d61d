//! `/api/staff`: colleagues listed, added, changed and stopped by those who may, and only within what they hold themselves.

use reqwest::Method;
use serde_json::{Value, json};

use crate::helpers::{Answer, City};
use crate::staff::{self, Browser, PASSWORD, grant};
use waymark::people::policy::Role;
use waymark::people::staff::NewGrant;

fn admin_of(jurisdiction: &str) -> Value {
    json!([{ "role": "admin", "jurisdiction": jurisdiction }])
}

async fn id_of(city: &City, email: &str) -> i64 {
    city.app.db.sql("select id from member where email = $1").bind(email.to_owned()).one::<(i64,)>().await.unwrap().0
}

/// Sends JSON with the version that was seen.
async fn send(browser: &Browser, method: Method, path: &str, version: &str, body: &Value) -> Answer {
    Answer::of(browser.call(method, path).header("if-match", version).json(body)).await
}

async fn put_grants(browser: &Browser, id: i64, grants: &Value) -> Answer {
    send(browser, Method::PUT, &format!("/api/staff/{id}/grants"), "*", grants).await
}

async fn patch(browser: &Browser, id: i64, wish: &Value) -> Answer {
    send(browser, Method::PATCH, &format!("/api/staff/{id}"), "*", wish).await
}

/// Mail addresses on all pages of the list.
async fn listed(browser: &Browser, filters: &str) -> Vec<String> {
    let (mut emails, mut after) = (Vec::new(), String::new());
    loop {
        let page = browser.get(&format!("/api/staff?limit=5{filters}{after}")).await.expect(200).json();
        emails.extend(page["members"].as_array().unwrap().iter().map(|member| member["email"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return emails,
        }
    }
}

on_both! {
    async fn an_admin_adds_a_colleague_who_is_invited(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let new = json!({
            "name": "Zoe Example", "email": " Zoe@City.example", "agency": "roads", "teams": ["crew"],
            "grants": [{ "role": "member" }, { "role": "leader", "jurisdiction": "district:north" }],
        });
        let answer = admin.post("/api/staff", &new).await.expect(201);
        let hired = answer.json();
        let id = hired["member"]["id"].as_i64().unwrap();
        assert_eq!(answer.header("location"), format!("/api/staff/{id}"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(hired["link"].as_str().unwrap().contains("/invite#"), "this city sends no mail: {hired}");
        let member = admin.get(&format!("/api/staff/{id}")).await.expect(200);
        assert_eq!(member.header("etag"), format!("\"{}\"", member.json()["version"]));
        let member = member.json();
        assert_eq!(member, hired["member"]);
        assert_eq!((&member["email"], &member["agency"], &member["teams"]), (&json!("zoe@city.example"), &json!("roads"), &json!(["crew"])));
        assert_eq!((&member["active"], &member["invited"], &member["yours"]), (&json!(true), &json!(true), &json!(true)));
        assert_eq!(member["grants"].as_array().unwrap().len(), 2);
        admin.post("/api/staff", &new).await.expect(409);
        admin.post(&format!("/api/staff/{id}/invitation"), &json!({})).await.expect(201);
        let hasty = id_of(&city, "leader@city.example").await;
        admin.post(&format!("/api/staff/{hasty}/invitation"), &json!({})).await.expect(409);
    }

    async fn what_cannot_be_is_named(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let before = city.count("select count(*) from member").await;
        for (field, wrong) in [
            ("name", json!({ "name": "", "email": "a@b.example" })),
            ("email", json!({ "name": "A", "email": "nobody" })),
            ("agency", json!({ "name": "A", "email": "a@b.example", "agency": "none" })),
            ("team", json!({ "name": "A", "email": "a@b.example", "teams": ["none"] })),
            ("grants.role", json!({ "name": "A", "email": "a@b.example", "grants": [{ "role": "root" }] })),
            ("jurisdiction", json!({ "name": "A", "email": "a@b.example", "grants": [{ "role": "member", "jurisdiction": "district:none" }] })),
        ] {
            let refused = admin.post("/api/staff", &wrong).await.expect(422).json();
            assert_eq!(refused["errors"][0]["field"], field, "{refused}");
        }
        assert_eq!(city.count("select count(*) from member").await, before, "what is refused leaves nothing behind");
        for query in ["limit=0", "limit=100000", "limit=x", "active=x"] {
            admin.get(&format!("/api/staff?{query}")).await.expect(422);
        }
        admin.get("/api/staff/999999").await.expect(404);
        let id = id_of(&city, "leader@city.example").await;
        Answer::of(admin.call(Method::PATCH, &format!("/api/staff/{id}")).json(&json!({ "name": "X" }))).await.expect(422);
        patch(&admin, id, &json!({ "email": "other@city.example" })).await.expect(422);
        patch(&admin, id, &json!({ "teams": vec!["crew"; 101] })).await.expect(422);
    }

    async fn nobody_undoes_what_they_did_not_see(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let id = id_of(&city, "leader@city.example").await;
        let seen = admin.get(&format!("/api/staff/{id}")).await.expect(200).header("etag").to_owned();
        let path = format!("/api/staff/{id}");
        let changed = send(&admin, Method::PATCH, &path, &seen, &json!({ "name": "Lee" })).await.expect(200);
        assert_eq!(changed.json()["name"], "Lee");
        assert_ne!(changed.header("etag"), seen);
        for (method, path, body) in [(Method::PATCH, path.clone(), json!({ "name": "Ray" })), (Method::PUT, format!("{path}/grants"), json!([]))] {
            let refused = send(&admin, method, &path, &seen, &body).await.expect(412);
            assert!(refused.json()["detail"].as_str().unwrap().contains("meanwhile"));
        }
        grant(&city, "leader@city.example", NewGrant { role: Role::Auditor, agency: None, jurisdiction: None, service: None }).await;
        send(&admin, Method::PATCH, &path, changed.header("etag"), &json!({ "name": "Ray" })).await.expect(412);
        assert_eq!(admin.get(&path).await.json()["name"], "Lee");
    }

    async fn a_stopped_member_is_out_at_once_and_may_come_back(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let leader = Browser::signed_in(&city, "leader@city.example").await;
        let id = id_of(&city, "leader@city.example").await;
        patch(&admin, id, &json!({ "active": false })).await.expect(200);
        leader.get("/api/session").await.expect(401);
        leader.post("/api/session", &json!({ "email": "leader@city.example", "password": PASSWORD })).await.expect(401);
        assert_eq!(listed(&admin, "&active=false").await, ["leader@city.example"]);
        assert_eq!(patch(&admin, id, &json!({ "active": true })).await.expect(200).json()["active"], true);
        let leader = Browser::signed_in(&city, "leader@city.example").await;
        admin.delete(&format!("/api/staff/{id}/sessions")).await.expect(204);
        leader.get("/api/session").await.expect(401);
    }

    async fn a_change_of_grants_holds_at_once(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let leader = Browser::signed_in(&city, "leader@city.example").await;
        let id = id_of(&city, "leader@city.example").await;
        leader.get("/api/staff").await.expect(403);
        let all = json!([{ "role": "auditor", "agency": "", "service": null }]);
        let member = put_grants(&admin, id, &all).await.expect(200).json();
        assert_eq!(member["grants"], json!([{ "role": "auditor", "agency": null, "jurisdiction": null, "service": null }]));
        leader.get("/api/staff").await.expect(200);
        patch(&admin, id, &json!({ "agency": "parks", "teams": ["crew", "gardeners"] })).await.expect(200);
        let member = patch(&admin, id, &json!({ "agency": null, "teams": ["gardeners"] })).await.expect(200).json();
        assert_eq!((&member["agency"], &member["teams"]), (&Value::Null, &json!(["gardeners"])));
        put_grants(&admin, id, &json!([])).await.expect(200);
        leader.get("/api/staff").await.expect(403);
    }

    async fn an_admin_of_the_north_gives_and_takes_only_what_lies_in_the_north(city) {
        staff::appoint(&city).await;
        let north = Browser::signed_in(&city, "admin.north@city.example").await;
        let seen = listed(&north, "").await;
        assert!(seen.iter().all(|email| email.contains(".north@")) && seen.len() == 7, "{seen:?}");
        let (everywhere, dispatcher) = (id_of(&city, "dispatcher@city.example").await, id_of(&city, "dispatcher.north@city.example").await);
        for attempt in [
            patch(&north, everywhere, &json!({ "active": false })).await,
            put_grants(&north, everywhere, &admin_of("district:north")).await,
            north.get(&format!("/api/staff/{everywhere}")).await,
            north.delete(&format!("/api/staff/{everywhere}/sessions")).await,
            north.post(&format!("/api/staff/{everywhere}/invitation"), &json!({})).await,
        ] {
            attempt.expect(404);
        }
        for more in [json!([{ "role": "admin" }]), json!([{ "role": "resident" }]), admin_of("district:south"), json!([{ "role": "member", "agency": "roads" }])] {
            put_grants(&north, dispatcher, &more).await.expect(403);
            north.post("/api/staff", &json!({ "name": "A", "email": "a@b.example", "grants": more })).await.expect(403);
        }
        north.post("/api/staff", &json!({ "name": "A", "email": "a@b.example" })).await.expect(403);
        put_grants(&north, dispatcher, &json!([{ "role": "supervisor", "jurisdiction": "district:north", "agency": "roads" }])).await.expect(200);
        north.post("/api/staff", &json!({ "name": "A", "email": "a@b.example", "grants": admin_of("district:north") })).await.expect(201);

        // Somebody holds something in both places: the north takes and gives its own part, and nothing of the other's.
        grant(&city, "dispatcher.north@city.example", NewGrant { role: Role::Leader, agency: None, jurisdiction: Some("district:south".into()), service: None }).await;
        let south = json!({ "role": "leader", "jurisdiction": "district:south" });
        put_grants(&north, dispatcher, &json!([])).await.expect(403);
        put_grants(&north, dispatcher, &json!([south, { "role": "member", "jurisdiction": "district:north" }])).await.expect(200);
        patch(&north, dispatcher, &json!({ "active": false })).await.expect(403);
        let shown = north.get(&format!("/api/staff/{dispatcher}")).await.expect(200).json();
        assert_eq!(shown["yours"], false);
        // Who holds nothing in the north any more is nobody that the north sees.
        put_grants(&north, dispatcher, &json!([south])).await.expect(204);
        north.get(&format!("/api/staff/{dispatcher}")).await.expect(404);
    }

    async fn the_last_administrator_stays(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let me = id_of(&city, "admin@city.example").await;
        for lost in [
            patch(&admin, me, &json!({ "active": false })).await,
            put_grants(&admin, me, &json!([])).await,
            put_grants(&admin, me, &admin_of("district:north")).await,
        ] {
            assert!(lost.expect(409).json()["detail"].as_str().unwrap().contains("last administrator"));
        }
        admin.get("/api/session").await.expect(200);
        let other = id_of(&city, "leader@city.example").await;
        put_grants(&admin, other, &json!([{ "role": "admin" }])).await.expect(200);
        put_grants(&admin, me, &json!([])).await.expect(200);
        admin.get("/api/staff").await.expect(403);
    }

    async fn auditors_read_all_of_it_and_change_nothing(city) {
        staff::appoint(&city).await;
        let auditor = Browser::signed_in(&city, "auditor@city.example").await;
        assert_eq!(listed(&auditor, "").await.len(), 14);
        assert_eq!(listed(&auditor, "&q=NORTH%20dis").await, ["dispatcher.north@city.example"]);
        let id = id_of(&city, "member@city.example").await;
        assert_eq!(auditor.get(&format!("/api/staff/{id}")).await.expect(200).json()["yours"], false);
        let agencies = auditor.get("/api/scopes").await.expect(200).json()["agencies"].clone();
        assert_eq!(agencies[1], json!({ "code": "roads", "name": "roads", "teams": [{ "code": "crew", "name": "crew" }] }));
        let head = city.count("select count(*) from event").await;
        patch(&auditor, id, &json!({ "name": "X" })).await.expect(403);
        put_grants(&auditor, id, &json!([])).await.expect(403);
        auditor.delete(&format!("/api/staff/{id}/sessions")).await.expect(403);
        auditor.post("/api/staff", &json!({ "name": "A", "email": "a@b.example" })).await.expect(403);
        assert_eq!(city.count("select count(*) from event").await, head);
        let scoped = Browser::signed_in(&city, "auditor.north@city.example").await;
        assert_eq!(listed(&scoped, "").await.len(), 7);
    }

    async fn every_change_is_an_event_that_names_nobody(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let (me, id) = (id_of(&city, "admin@city.example").await, id_of(&city, "leader@city.example").await);
        let head = city.count("select max(seq) from event").await;
        put_grants(&admin, id, &json!([{ "role": "auditor", "jurisdiction": "district:north" }])).await.expect(200);
        patch(&admin, id, &json!({ "name": "Somebody Else", "teams": ["crew"], "active": false })).await.expect(200);
        let events: Vec<(String, Option<i64>, String)> = city.app.db
            .sql("select kind, member_id, data_json from event where seq > $1 order by seq").bind(head).all().await.unwrap();
        let kinds: Vec<&str> = events.iter().map(|(kind, ..)| kind.as_str()).collect();
        assert_eq!(kinds, ["grant_changed", "grant_changed", "staff_changed", "staff_changed", "member_stopped"]);
        assert!(events.iter().all(|(_, by, _)| *by == Some(me)));
        let given: Value = serde_json::from_str(&events[1].2).unwrap();
        assert_eq!((&given["member"], &given["role"], &given["given"]), (&json!(id), &json!("auditor"), &json!(true)));
        assert!(given["jurisdiction"].is_i64() && given["agency"].is_null());
        assert!(!events.iter().any(|(.., data)| data.contains("Somebody")), "{events:?}");
    }
}
