//! Whose a case is: given, taken, given back, and given out by a team's own rule however many file at once.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};
use waymark::error::Error;
use waymark::people::policy::Role;
use waymark::people::staff::{self as people, NewGrant, NewMember};

use crate::helpers::{Answer, City, NOON};
use crate::staff::{self, Browser};

const HOUR: i64 = 3_600_000;

/// Adds somebody to the crew; the member's id.
async fn joins(city: &City, name: &'static str) -> i64 {
    let hash = city.app.sessions.passwords().hash(staff::PASSWORD.into()).await.unwrap();
    let write = city.app.db.write(async move |tx| {
        let email = format!("{}@city.example", name.to_lowercase());
        let new = NewMember { name: name.into(), email, agency: None, password_hash: Some(hash.clone()) };
        let member = people::add(tx, &new, None, NOON).await?;
        people::grant(tx, member, &NewGrant { role: Role::Member, agency: None, jurisdiction: None, service: None }, None, NOON).await?;
        people::join_team(tx, member, "crew", None, NOON).await?;
        Ok::<_, Error>(member)
    });
    write.await.unwrap()
}

/// What comes in goes to the crew, whose only people are these.
async fn crew(city: &City, names: &[&'static str]) -> Vec<i64> {
    staff::appoint(city).await;
    let write = city.app.db.write(async move |tx| {
        tx.sql("delete from member_team").run().await?;
        let rule =
            "insert into rule (ordinal, name, conditions_json, team_id) values (0, 'All', '{}', (select id from team where code = 'crew'))";
        tx.sql(rule).run().await?;
        // Each district is all of the city.
        let shape =
            r#"{ "type": "MultiPolygon", "coordinates": [[[[0.89, 52.59], [0.99, 52.59], [0.99, 52.61], [0.89, 52.61], [0.89, 52.59]]]] }"#;
        tx.sql("update jurisdiction set geometry_json = $1").bind(shape).run().await?;
        waymark::versions::bump(tx, "routing", NOON + 1).await
    });
    write.await.unwrap();
    let mut ids = Vec::new();
    for name in names {
        ids.push(joins(city, name).await);
    }
    ids
}

async fn set(admin: &Browser, wish: &Value) -> Answer {
    Answer::of(admin.call(Method::PUT, "/api/teams/crew").header("if-match", "*").json(wish)).await
}

async fn file(city: &City, nth: usize) -> Answer {
    let body = json!({ "service": "noise", "lon": 0.9 + 0.001 * nth as f64, "lat": 52.6, "separate": true });
    city.post("/api/requests", &body).await
}

/// How many open cases each has; nobody is 0.
async fn hands(city: &City) -> HashMap<i64, i64> {
    let sql = "select coalesce(assignee_id, 0), count(*) from case_record where closed_at is null group by assignee_id";
    city.app.db.sql(sql).all::<(i64, i64)>().await.unwrap().into_iter().collect()
}

on_both! {
    async fn turns_are_fair_and_limits_hold_when_fifty_file_at_once(city) {
        let ids = crew(&city, &["Ada", "Bea", "Cem"]).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        set(&admin, &json!({ "strategy": "round_robin" })).await.expect(200);
        let all: Vec<Answer> = futures_util::future::join_all((0..50).map(|nth| file(&city, nth))).await;
        all.into_iter().for_each(|answer| drop(answer.expect(201)));
        let now = hands(&city).await;
        let mut each: Vec<i64> = ids.iter().map(|id| now[id]).collect();
        each.sort_unstable();
        assert_eq!(each, [16, 17, 17]);
        set(&admin, &json!({ "strategy": "least_loaded", "most_open": 20 })).await.expect(200);
        let all: Vec<Answer> = futures_util::future::join_all((50..70).map(|nth| file(&city, nth))).await;
        all.into_iter().for_each(|answer| drop(answer.expect(201)));
        let now = hands(&city).await;
        assert_eq!(ids.iter().map(|id| now[id]).collect::<Vec<_>>(), [20, 20, 20]);
        assert_eq!(now[&0], 10, "what nobody has room for waits in the queue");
        let given = city.count("select count(*) from event where kind = 'assigned'").await;
        assert_eq!((given, city.count("select count(*) from case_record where status = 'assigned'").await), (60, 60));
    }

    async fn who_is_away_is_covered_and_only_who_knows_it_gets_it(city) {
        let ids = crew(&city, &["Ada", "Bea", "Cem"]).await;
        let (ada, bea, cem) = (ids[0], ids[1], ids[2]);
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let away = json!([{ "from_at": NOON - HOUR, "until_at": NOON + HOUR, "cover": cem }]);
        set(&admin, &json!({ "strategy": "round_robin", "members": [{ "id": ada, "absences": away }] })).await.expect(200);
        for nth in 0..4 {
            file(&city, nth).await.expect(201);
        }
        let now = hands(&city).await;
        assert_eq!((now.get(&ada), now[&bea], now[&cem]), (None, 1, 3), "her turns are his");
        city.app.clock.advance(2 * HOUR);
        for nth in 4..7 {
            file(&city, nth).await.expect(201);
        }
        assert_eq!(hands(&city).await.get(&ada), Some(&1), "she is back");
        let skilled = json!({ "strategy": "skills", "members": [{ "id": bea, "skills": ["noise"] }, { "id": cem, "skills": ["lamp"] }] });
        set(&admin, &skilled).await.expect(200);
        let before = hands(&city).await[&bea];
        file(&city, 7).await.expect(201);
        assert_eq!(hands(&city).await[&bea], before + 1);
        let listed = admin.get("/api/teams").await.expect(200).json();
        let team = listed.as_array().unwrap().iter().find(|team| team["code"] == "crew").unwrap();
        assert_eq!((&team["strategy"], &team["members"][1]["skills"]), (&json!("skills"), &json!(["noise"])));
        for (wish, field) in [
            (json!({ "strategy": "queue", "most_open": 0 }), "most_open"),
            (json!({ "strategy": "queue", "members": [{ "id": 999_999 }] }), "members.0.id"),
            (json!({ "strategy": "queue", "members": [{ "id": ada, "skills": ["none"] }] }), "members.0.skills"),
            (json!({ "strategy": "queue", "members": [{ "id": ada, "absences": [{ "from_at": 2, "until_at": 1 }] }] }), "members.0.absences"),
            (json!({ "strategy": "queue", "members": [{ "id": ada, "absences": [{ "from_at": 1, "until_at": 2, "cover": ada }] }] }), "members.0.absences"),
        ] {
            let said = set(&admin, &wish).await.expect(422).refusal().to_string();
            assert!(said.contains(field), "{said}");
        }
    }

    async fn a_case_is_taken_given_on_with_a_reason_and_given_back(city) {
        let ids = crew(&city, &["Ada", "Bea"]).await;
        let (ada, bea) = (Browser::signed_in(&city, "ada@city.example").await, ids[1]);
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        file(&city, 0).await.expect(201);
        let (case,): (i64,) = city.app.db.sql("select max(id) from case_record").one().await.unwrap();
        let to = |what: &str| format!("/api/cases/{case}/{what}");
        let taken = ada.post(&to("take"), &json!({ "version": 1 })).await.expect(200).json();
        assert_eq!((&taken["assignee"], &taken["status"], &taken["version"]), (&json!("Ada"), &json!("assigned"), &json!(3)));
        ada.post(&to("take"), &json!({})).await.expect(409);
        ada.post(&to("assignment"), &json!({ "member": bea, "reason": "hers" })).await.expect(403);
        let bea_browser = Browser::signed_in(&city, "bea@city.example").await;
        bea_browser.post(&to("take"), &json!({})).await.expect(409);
        bea_browser.post(&to("release"), &json!({})).await.expect(409);
        let queued = ada.get("/api/cases?assignee=me").await.expect(200).json();
        assert_eq!(queued["cases"].as_array().unwrap().len(), 1);

        let crew = admin.get(&to("crew")).await.expect(200).json();
        let people: Vec<(&Value, &Value)> = crew["members"].as_array().unwrap().iter().map(|one| (&one["name"], &one["open"])).collect();
        assert_eq!(people, [(&json!("Ada"), &json!(1)), (&json!("Bea"), &json!(0))]);
        let refused = admin.post(&to("assignment"), &json!({ "member": bea })).await.expect(422).refusal().to_string();
        assert!(refused.contains("reason"), "{refused}");
        admin.post(&to("assignment"), &json!({ "member": bea, "reason": "She knows the street", "version": 1 })).await.expect(409);
        let given = admin.post(&to("assignment"), &json!({ "member": bea, "reason": "She knows the street", "version": 3 })).await.expect(200).json();
        assert_eq!((&given["assignee"], &given["status"]), (&json!("Bea"), &json!("assigned")));
        let stranger = admin.post(&to("assignment"), &json!({ "team": "gardeners", "member": bea, "reason": "x" })).await.expect(422).refusal().to_string();
        assert!(stranger.contains("member"), "{stranger}");
        let back = bea_browser.post(&to("release"), &json!({})).await.expect(200).json();
        assert_eq!((&back["assignee"], &back["status"]), (&Value::Null, &json!("new")));
        let on = admin.post(&to("assignment"), &json!({ "team": "gardeners", "reason": "A tree" })).await.expect(200).json();
        assert_eq!((&on["team"], &on["assignee"]), (&json!("gardeners"), &Value::Null));
        ada.get(&format!("/api/cases/{case}")).await.expect(404);
        let story = admin.get(&to("timeline")).await.expect(200).json();
        let given: Vec<&Value> = story.as_array().unwrap().iter().filter(|one| one["kind"] == "assigned").map(|one| &one["member"]).collect();
        assert_eq!(given, [&json!("Ada"), &json!("Bea"), &Value::Null, &Value::Null]);
        admin.post(&format!("/api/cases/{case}/moves"), &json!({ "to": "resolved" })).await.expect(200);
        admin.post(&to("assignment"), &json!({ "team": "crew", "reason": "x" })).await.expect(409);
    }
}
