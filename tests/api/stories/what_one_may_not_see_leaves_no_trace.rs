//! What one may not see leaves no trace: not in a count, an order, a page's length or its next cursor, not in a tag, a refusal,
//! a stream or an answer that is asked for again. Each is read, then things happen out of scope, then it is read once more.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use rand::seq::IndexedRandom;
use reqwest::Method;
use reqwest::header::{ETAG, IF_NONE_MATCH};
use serde_json::{Value, json};
use waymark::error::Error;
use waymark::people::keys::{self, NewKey, NewPower};
use waymark::people::policy::Role;
use waymark::people::staff::{self as people, NewGrant, NewMember};

use crate::helpers::{Answer, City, NOON, client};
use crate::photos::{picture, uploaded};
use crate::staff::{self, Browser, filed, grant};

/// Questions whose answers depend on what the asker may see.
const LISTS: [&str; 12] = [
    "/api/cases",
    "/api/cases?open=true",
    "/api/cases?open=false",
    "/api/cases?statuses=new,assigned,pending",
    "/api/cases?services=lamp,noise",
    "/api/cases?jurisdiction=district:south",
    "/api/cases?team=gardeners",
    "/api/cases?assignee=none",
    "/api/cases?bbox=0.5,52,3,53",
    "/api/session",
    "/api/keys",
    "/api/staff",
];

/// What an answer says, without the name of this one asking, which no two share.
fn words(answer: &Answer) -> String {
    match answer.header("x-request-id") {
        "" => answer.text.clone(),
        id => answer.text.replace(id, ""),
    }
}

/// Everything that a browser is answered, by what was asked: status, tag and body of each list, of every page of the queue cut
/// small, and of all that the lists name.
async fn everything(browser: &Browser) -> BTreeMap<String, String> {
    let mut seen = BTreeMap::new();
    let mut asked: Vec<String> = LISTS.map(str::to_owned).to_vec();
    let mut after = String::new();
    loop {
        let page = browser.get(&format!("/api/cases?limit=2{after}")).await;
        seen.insert(format!("page{after}"), format!("{} {}", page.status, words(&page)));
        let page = page.json();
        for case in page["cases"].as_array().into_iter().flatten() {
            asked.push(format!("/api/cases/{}", case["id"]));
            asked.push(format!("/api/cases/{}/timeline", case["id"]));
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    for path in asked {
        let answer = browser.get(&path).await;
        seen.insert(path, format!("{} {} {}", answer.status, answer.header("etag"), words(&answer)));
    }
    seen
}

/// Something happens in the south, to people and cases that nobody of the north, of noise or of the roads reaches.
async fn something_elsewhere(city: &City, admin: &Browser, nth: usize) {
    let mut rng = rand::rng();
    let (_, case) = filed(city, "lamp", Some("south"), Some("gardeners")).await;
    // At the very place of cases that are in scope, as near as a duplicate can be.
    let place = *[(0.9, 52.6), (0.91, 52.6), (0.92, 52.6)].choose(&mut rng).unwrap();
    let moved = city.app.db.write(async move |tx| {
        tx.sql("update case_record set lon = $1, lat = $2, cell = (select cell from case_record where lon = $1 and cell is not null order by id limit 1) where id = $3")
            .bind(place.0)
            .bind(place.1)
            .bind(case)
            .run()
            .await?;
        tx.sql("insert into duplicate_candidate (request_id, case_id, metres, reasons_json, decision)
                select min(r.id), $1, 1.0, '[]', 'open' from request r where true on conflict (request_id, case_id) do nothing")
            .bind(case)
            .run()
            .await?;
        Ok::<_, Error>(())
    });
    moved.await.unwrap();
    for what in 0..3 {
        match (nth + what) % 3 {
            0 => drop(admin.post(&format!("/api/cases/{case}/moves"), &json!({ "to": "pending" })).await.expect(200)),
            1 => drop(admin.post(&format!("/api/cases/{case}/notes"), &json!({ "text": "inside", "kind": "internal" })).await.expect(201)),
            _ => drop(admin.get(&format!("/api/cases/{case}")).await.expect(200)),
        }
    }
    let name = format!("a{nth}@city.example");
    let added = city.app.db.write(async move |tx| {
        let scope = |role| NewGrant {
            role,
            agency: Some("parks".into()),
            jurisdiction: Some("district:south".into()),
            service: Some("lamp".into()),
        };
        let new = NewMember { name: name.clone(), email: name.clone(), agency: None, password_hash: None };
        let member = people::add(tx, &new, None, NOON).await?;
        people::grant(tx, member, &scope(Role::Admin), None, NOON).await?;
        let power =
            NewPower { power: "leader".into(), agency: None, jurisdiction: Some("district:south".into()), service: Some("lamp".into()) };
        keys::create(tx, None, &NewKey { powers: vec![power], ..NewKey::filing("south") }, 1, NOON).await
    });
    added.await.unwrap();
}

on_both! {
    async fn whoever_reaches_a_part_sees_the_same_whatever_happens_in_the_rest(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        for service in ["noise", "lamp", "noise", "pothole", "noise"] {
            filed(&city, service, Some("north"), Some("crew")).await;
        }
        let scope = |agency: Option<&str>, service: Option<&str>| NewGrant {
            role: Role::Supervisor,
            agency: agency.map(str::to_owned),
            jurisdiction: None,
            service: service.map(str::to_owned),
        };
        grant(&city, "resident@city.example", scope(Some("roads"), None)).await;
        grant(&city, "resident.north@city.example", scope(None, Some("noise"))).await;
        let askers = ["member@city.example", "dispatcher.north@city.example", "admin.north@city.example", "auditor.north@city.example", "resident@city.example", "resident.north@city.example"];
        let (mut browsers, mut before) = (Vec::new(), Vec::new());
        for email in askers {
            let browser = Browser::signed_in(&city, email).await;
            everything(&browser).await; // that somebody looked is on the timeline from the first look on
            browsers.push((email, browser));
        }
        for (email, browser) in browsers {
            let seen = everything(&browser).await;
            assert!(seen.len() > LISTS.len() + 4, "{email} sees too little for this to prove anything: {:?}", seen.keys());
            before.push((email, browser, seen));
        }
        for nth in 0..9 {
            something_elsewhere(&city, &admin, nth).await;
        }
        city.app.settle().await.unwrap();
        for (email, browser, before) in before {
            let now = everything(&browser).await;
            let changed: Vec<_> = before.iter().filter(|(asked, answer)| now.get(*asked) != Some(answer)).map(|(asked, was)| (asked, was, now.get(asked))).collect();
            assert!(changed.is_empty() && now.len() == before.len(), "{email}: {changed:#?}");
        }
        let all = everything(&admin).await;
        assert!(all["/api/cases?jurisdiction=district:south"].matches("\"number\"").count() == 9, "what happened elsewhere did happen");
    }

    async fn what_is_not_there_and_what_is_not_yours_are_refused_alike(city) {
        staff::appoint(&city).await;
        let (_, south) = filed(&city, "noise", Some("south"), Some("gardeners")).await;
        let photo = uploaded(&city, picture(3)).await;
        let given = city.app.db.write(async move |tx| {
            let (request,): (i64,) = tx.sql("select id from request where case_id = $1").bind(south).one().await?;
            tx.sql("update photo set request_id = $1, state = 'review', expires_at = null").bind(request).run().await?;
            let power = NewPower { power: "leader".into(), agency: None, jurisdiction: Some("district:south".into()), service: None };
            keys::create(tx, None, &NewKey { powers: vec![power], ..NewKey::filing("south") }, 1, NOON).await
        });
        let key = given.await.unwrap().0;
        let colleague = city.count("select id from member where email = 'leader@city.example'").await;
        let nobody = "0".repeat(photo.len());
        let pairs = [
            (Method::GET, "/api/cases/{}", south.to_string(), "99999".to_owned(), Value::Null),
            (Method::GET, "/api/cases/{}/timeline", south.to_string(), "99999".to_owned(), Value::Null),
            (Method::POST, "/api/cases/{}/moves", south.to_string(), "99999".to_owned(), json!({ "to": "pending" })),
            (Method::POST, "/api/cases/{}/moves", south.to_string(), "99999".to_owned(), json!({ "to": "pending", "version": 7 })),
            (Method::POST, "/api/cases/{}/moves", south.to_string(), "99999".to_owned(), json!({ "to": "no status" })),
            (Method::POST, "/api/cases/{}/notes", south.to_string(), "99999".to_owned(), json!({ "text": "words" })),
            (Method::POST, "/api/cases/{}/notes", south.to_string(), "99999".to_owned(), json!({ "text": "" })),
            (Method::POST, "/api/photos/{}/review", photo.clone(), nobody.clone(), json!({ "shown": true })),
            (Method::GET, "/photos/{}/small.jpg", photo.clone(), nobody, Value::Null),
            (Method::GET, "/api/staff/{}", colleague.to_string(), "99999".to_owned(), Value::Null),
            (Method::PATCH, "/api/staff/{}", colleague.to_string(), "99999".to_owned(), json!({ "name": "words" })),
            (Method::PUT, "/api/staff/{}/grants", colleague.to_string(), "99999".to_owned(), json!([])),
            (Method::DELETE, "/api/staff/{}/sessions", colleague.to_string(), "99999".to_owned(), Value::Null),
            (Method::POST, "/api/staff/{}/invitation", colleague.to_string(), "99999".to_owned(), json!({})),
            (Method::DELETE, "/api/keys/{}", key.to_string(), "99999".to_owned(), Value::Null),
        ];
        for email in ["admin.north@city.example", "dispatcher.north@city.example", "auditor.north@city.example", "member.north@city.example"] {
            let browser = Browser::signed_in(&city, email).await;
            for (method, path, theirs, none, body) in &pairs {
                let ask = async |id: &String| {
                    let call = browser.call(method.clone(), &path.replace("{}", id)).header("if-match", "\"1\"").header(IF_NONE_MATCH, format!("\"{id}-small\""));
                    let answer = Answer::of(if body.is_null() { call } else { call.json(body) }).await;
                    // A refusal before the body is read may close the connection, or not, as the bytes came.
                    let telling = |name: &str| !["date", "x-request-id", "connection"].contains(&name);
                    let headers: BTreeMap<String, String> = answer.headers.iter().filter(|(name, _)| telling(name.as_str())).map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
                    (answer.status, headers, words(&answer).replace(id.as_str(), "{}"))
                };
                let (theirs, none) = (ask(theirs).await, ask(none).await);
                assert!(theirs.0.is_client_error(), "{email} {method} {path}: {theirs:?}");
                assert_eq!(theirs, none, "{email} {method} {path}");
            }
        }
    }

    async fn what_staff_do_among_themselves_is_not_heard_outside(city) {
        staff::appoint(&city).await;
        let (number, case) = filed(&city, "noise", Some("north"), Some("crew")).await;
        city.app.settle().await.unwrap();
        tokio::time::sleep(Duration::from_millis(1200)).await; // until pages have heard of the filing
        let public = ["/api/counts", "/api/heat", "/api/requests", "/api/clusters?bbox=0,52,2,53&zoom=5", "/tiles/heat/0/0/0", "/tiles/requests/0/0/0"];
        let whole = [format!("/api/requests/{number}"), "/open311/v2/requests.json?extensions=true".to_owned(), "/api/nearby?lon=0.9&lat=52.6&service=noise".to_owned()];
        let (mut tags, mut bodies) = (Vec::new(), Vec::new());
        for path in public {
            tags.push(city.get(path).await.headers.get(ETAG).unwrap().clone());
        }
        for path in &whole {
            bodies.push(city.get(path).await.expect(200).text);
        }
        let stranger = client().get(format!("{}/api/live", city.base)).send().await.unwrap();
        let mut stream = stranger.bytes_stream();
        let hello = stream.next().await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(&hello).contains("event: hello"));

        let admin = Browser::signed_in(&city, "admin@city.example").await;
        admin.post(&format!("/api/cases/{case}/notes"), &json!({ "text": "inside", "kind": "internal" })).await.expect(201);
        admin.get(&format!("/api/cases/{case}")).await.expect(200);
        admin.post("/api/keys", &json!({ "name": "key", "powers": [{ "power": "read" }] })).await.expect(201);
        grant(&city, "leader@city.example", NewGrant { role: Role::Auditor, agency: None, jurisdiction: None, service: None }).await;
        city.app.settle().await.unwrap();
        for (path, tag) in public.into_iter().zip(tags) {
            let again = Answer::of(city.call(Method::GET, path).header(IF_NONE_MATCH, &tag)).await;
            assert_eq!(again.status, 304, "{path}");
        }
        for (path, body) in whole.iter().zip(bodies) {
            assert_eq!(city.get(path).await.text, body, "{path}");
        }
        // The next that is heard is what everybody may hear, by its number.
        tokio::time::sleep(Duration::from_millis(1200)).await;
        admin.post(&format!("/api/cases/{case}/moves"), &json!({ "to": "pending" })).await.expect(200);
        let said = tokio::time::timeout(Duration::from_secs(20), stream.next()).await.unwrap().unwrap().unwrap();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(said.contains("event: change") && said.contains(&number) && !said.contains("cases"), "{said}");
        let heat = city.get("/api/heat").await;
        assert_eq!(heat.status, 200);
    }

    async fn a_key_of_idempotency_answers_only_whoever_used_it(city) {
        let made = city.app.db.write(async |tx| {
            keys::put(tx, None, &NewKey::filing("one"), "one key", NOON).await?;
            keys::put(tx, None, &NewKey::filing("two"), "two key", NOON).await
        });
        made.await.unwrap();
        let body = json!({ "service": "noise", "lon": 0.9, "lat": 52.6, "separate": true });
        let file = async |key: Option<&str>| {
            let call = city.call(Method::POST, "/api/requests").header("idempotency-key", "the same").json(&body);
            let call = match key {
                Some(key) => call.bearer_auth(key),
                None => call,
            };
            Answer::of(call).await.expect(201).json()["number"].as_str().unwrap().to_owned()
        };
        let (one, two, stranger) = (file(Some("one key")).await, file(Some("two key")).await, file(None).await);
        assert!(one != two && two != stranger && stranger != one);
        assert_eq!((file(Some("one key")).await, file(None).await), (one, stranger));
        let form = [("api_key", "two key"), ("service_code", "noise"), ("lat", "52.6"), ("long", "0.9")];
        let filed = Answer::of(city.call(Method::POST, "/open311/v2/requests.json").header("idempotency-key", "the same").form(&form)).await;
        assert_ne!(filed.expect(200).json()[0]["service_request_id"], json!(two), "another protocol is another sender");
    }
}
