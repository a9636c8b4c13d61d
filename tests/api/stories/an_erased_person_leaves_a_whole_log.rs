//! A person asks what is held about them, and then to be forgotten: nothing of them is left, and every proof of the log holds.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::{Connection, Row};
use tokio::sync::Notify;
use waymark::db::Tx;
use waymark::error::Error;
use waymark::forgetting::HOLDERS;
use waymark::ledger;
use waymark::requests::{Number, Own, Said, Ways};

use crate::helpers::{Answer, City, Database, NOON};
use crate::photos::picture;
use crate::staff::{self, Browser};

const DAY: i64 = 86_400_000;

/// What must be found nowhere once Ana is forgotten.
const OF_ANA: [&str; 6] = ["Souza", "ana@example.org", "555 0100", "my own gate", "Elm Street 7", "it hurts"];

/// Ana's request with everything that one can have; its number, case and token.
async fn of_ana(city: &City, admin: &Browser) -> (String, i64, String) {
    let form = reqwest::multipart::Form::new().part("photo", reqwest::multipart::Part::bytes(picture(7)).file_name("a.png"));
    let photo = Answer::of(city.call(reqwest::Method::POST, "/api/photos").multipart(form)).await.expect(201).json();
    let body = json!({
        "service": "noise", "lon": 0.9, "lat": 52.6, "description": "A hole before my own gate", "address": "Elm Street 7", "separate": true,
        "photos": [photo["id"]], "language": "en",
        "contact": { "first_name": "Ana", "last_name": "Souza", "email": "Ana@Example.org", "phone": "+1 555 0100" },
    });
    let call = city.call(reqwest::Method::POST, "/api/requests").header("origin", &city.base).header("idempotency-key", "anas");
    let receipt = Answer::of(call.json(&body)).await.expect(201).json();
    let (number, token) = (receipt["number"].as_str().unwrap().to_owned(), receipt["token"].as_str().unwrap().to_owned());
    city.post(&format!("/api/requests/{number}/comments"), &json!({ "token": token, "text": "Please, it hurts" })).await.expect(201);
    let case = case_of(city, &number).await;
    for (text, kind) in [("Called Ms Souza, will be there at two", "contact"), ("Asphalt ordered", "progress")] {
        admin.post(&format!("/api/cases/{case}/notes"), &json!({ "text": text, "kind": kind, "public": true })).await.expect(201);
    }
    (number, case, token)
}

async fn case_of(city: &City, number: &str) -> i64 {
    let row = city.app.db.sql("select case_id from request where number = $1").bind(number.to_owned());
    row.one::<(i64,)>().await.unwrap().0
}

/// Every text in every row of every table, on one heap.
async fn everything(city: &City) -> String {
    let url = &city.database.url;
    if city.database.is_postgres() {
        let mut db = sqlx::PgConnection::connect(url).await.unwrap();
        let tables = "select table_name::text from information_schema.tables where table_schema = 'public'";
        let mut heap = String::new();
        for table in sqlx::query(tables).fetch_all(&mut db).await.unwrap() {
            let rows = format!("select row_to_json(t)::text from {} t", table.get::<String, _>(0));
            for row in sqlx::query(sqlx::AssertSqlSafe(rows)).fetch_all(&mut db).await.unwrap() {
                heap += &row.get::<String, _>(0);
            }
        }
        return heap;
    }
    let mut db = sqlx::SqliteConnection::connect(url).await.unwrap();
    let mut heap = String::new();
    let columns = "select m.name, group_concat('coalesce(cast(\"' || c.name || '\" as text), '''')', ' || '' '' || ')
        from sqlite_master m join pragma_table_xinfo(m.name) c where m.type = 'table' and c.type <> 'BLOB' group by m.name";
    for table in sqlx::query(columns).fetch_all(&mut db).await.unwrap() {
        let rows = format!("select {} from \"{}\"", table.get::<String, _>(1), table.get::<String, _>(0));
        for row in sqlx::query(sqlx::AssertSqlSafe(rows)).fetch_all(&mut db).await.unwrap() {
            heap += &row.get::<String, _>(0);
            heap.push('\n');
        }
    }
    heap
}

async fn linked(city: &City) {
    city.app.settle().await.unwrap();
    ledger::catch_up(&city.app.db).await.unwrap();
}

fn files(folder: &std::path::Path) -> usize {
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

fn names_ana(heap: &str) -> Vec<&'static str> {
    OF_ANA.into_iter().filter(|trace| heap.to_lowercase().contains(&trace.to_lowercase())).collect()
}

on_both! {
    async fn nothing_of_the_person_is_left_and_every_proof_holds(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let (number, case, token) = of_ana(&city, &admin).await;
        city.files("noise", 0.95, 52.61).await;
        linked(&city).await;
        ledger::sign(&city.app.db, &city.app.signer, 0, NOON).await.unwrap();
        let head = ledger::newest(&city.app.db).await.unwrap().unwrap();
        assert_eq!(names_ana(&everything(&city).await), OF_ANA, "the test looks where it should");
        assert_eq!(files(&city.database.folder().join("photos")), 2);
        let photo = city.get(&format!("/api/requests/{number}")).await.json()["photos"][0]["large"].as_str().unwrap().to_owned();
        city.get(&photo).await.expect(200);

        // What is held, by any of the three ways to say who.
        let export = admin.post("/api/people/export", &json!({ "email": " ANA@example.ORG" })).await.expect(200).json();
        assert_eq!(names_ana(&export.to_string()), OF_ANA);
        let held = &export["requests"][0];
        assert_eq!(held["number"], number.as_str());
        assert_eq!((held["photos"].as_array().unwrap().len(), held["comments"].as_array().unwrap().len()), (1, 1));
        assert!(held["mentions"][0]["text"].as_str().unwrap().starts_with("Called Ms Souza"), "{held}");
        assert!(held["log"].as_array().unwrap().iter().any(|line| line["kind"] == "filed"), "{held}");
        for person in [json!({ "phone": "1 (555) 0100" }), json!({ "number": number })] {
            let same = admin.post("/api/people/export", &person).await.expect(200).json();
            assert_eq!(same["requests"][0]["number"], number.as_str());
        }

        // Two steps: what would go, then exactly that.
        let who = json!({ "email": "ana@example.org" });
        let shown = admin.post("/api/people/erase", &who).await.expect(200).json();
        assert_eq!([&shown["words"], &shown["contacts"], &shown["photos"], &shown["comments"], &shown["held"]].map(|n| n.as_i64().unwrap()), [1, 1, 1, 1, 0]);
        assert_eq!(names_ana(&everything(&city).await), OF_ANA, "a preview erases nothing");
        let with = |token: &Value| json!({ "email": "ana@example.org", "token": token });
        admin.post("/api/people/erase", &with(&json!("0".repeat(32)))).await.expect(409);
        let done = admin.post("/api/people/erase", &with(&shown["token"])).await.expect(200).json();
        assert_eq!(done, json!({ "erased": [number], "held": [] }));
        admin.post("/api/people/erase", &with(&shown["token"])).await.expect(409); // it is no longer as it was shown

        let heap = everything(&city).await;
        assert_eq!(names_ana(&heap), Vec::<&str>::new());
        assert!(heap.contains("Asphalt ordered"), "what does not name her stays");
        city.get(&photo).await.expect(404);
        assert_eq!(files(&city.database.folder().join("photos")), 0, "the picture's bytes are gone");
        // The link that was sent is dead, the number is not.
        city.get(&format!("/api/requests/{number}?token={token}")).await.expect(401);
        city.post(&format!("/api/requests/{number}/comments"), &json!({ "token": token, "text": "Me again" })).await.expect(401);
        let tombstone = city.get(&format!("/api/requests/{number}")).await.expect(200).json();
        assert_eq!((tombstone["description"].as_str(), tombstone["erased_at"].as_i64()), (Some(""), Some(NOON)));
        assert!(tombstone["timeline"].as_array().unwrap().iter().any(|step| step["kind"] == "erased"), "{tombstone}");
        let story = admin.get(&format!("/api/cases/{case}/timeline")).await.expect(200).text;
        assert!(story.contains("erased at the person's wish") && story.contains("A note that was erased") && !story.contains("Souza"), "{story}");
        assert_eq!(admin.get(&format!("/api/cases/{case}")).await.expect(200).json()["requests"][0]["contact"], Value::Null);
        // The key that filed it files anew instead of answering with what is gone.
        assert_eq!(city.count("select count(*) from idempotency").await, 0);

        linked(&city).await;
        let report = ledger::verify(&city.app.db, &[head], |_, _| ()).await.unwrap();
        assert!(report.first.is_none() && report.heads >= 2, "{report:?}");
        assert_eq!(report.erased, 3, "her request, her comment and the note about her are gone, and the log says so itself");
        // Words that are gone without an event that says so are a breach.
        let work = city.app.db.write(async move |tx| tx.sql("delete from note where text = 'Asphalt ordered'").run().await);
        assert_eq!(work.await.unwrap(), 1);
        assert!(ledger::verify(&city.app.db, &[], |_, _| ()).await.unwrap().first.unwrap().what.contains("the words of note"));
    }

    async fn of_a_place_that_is_personal_a_part_of_town_is_left_and_redacted_words_are_proved(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let (number, case, _) = of_ana(&city, &admin).await;
        let hide = city.app.db.write(async move |tx| tx.sql("update service set place_privacy = 'blurred' where code = 'noise'").run().await);
        assert_eq!(hide.await.unwrap(), 1);
        // Redacting commits anew, and the last commitment is the one that counts.
        let taken = json!({ "part": "description", "from": 2, "to": 6, "seen": "hole" });
        admin.post(&format!("/api/requests/{number}/redactions"), &taken).await.expect(200);
        linked(&city).await;
        assert_eq!(ledger::verify(&city.app.db, &[], |_, _| ()).await.unwrap().first, None);
        let who = json!({ "number": number });
        let shown = admin.post("/api/people/erase", &who).await.expect(200).json();
        admin.post("/api/people/erase", &json!({ "number": number, "token": shown["token"] })).await.expect(200);
        for table in ["request", "case_record"] {
            let key = if table == "request" { "case_id" } else { "id" };
            let place = city.app.db.sql(format!("select lon, lat from {table} where {key} = $1")).bind(case);
            let (lon, lat): (f64, f64) = place.one().await.unwrap();
            let metres = waymark::geo::Point { lon, lat }.metres_to(waymark::geo::Point { lon: 0.9, lat: 52.6 });
            assert!((1.0..1000.0).contains(&metres), "{table}: {metres} m away");
        }
        linked(&city).await;
        assert_eq!(ledger::verify(&city.app.db, &[], |_, _| ()).await.unwrap().first, None);
    }

    async fn what_is_added_at_the_moment_of_the_erasure_goes_with_it(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let (number, _, token) = of_ana(&city, &admin).await;
        let shown = admin.post("/api/people/erase", &json!({ "number": number })).await.expect(200).json();
        let added = Arc::new(Notify::new());
        let (app, written, known) = (city.app.clone(), added.clone(), Number::parse(&number).unwrap());
        let comment = tokio::spawn(async move {
            let told = app.clone();
            let write = async move |tx: &mut Tx| {
                let ways = Ways { config: &told.config, discretion: &told.discretion };
                let said = Said { words: "It is my own gate again".into(), pictures: vec![] };
                let at = Own::open(tx, &told.follow, &known, &token).await?.comment(tx, &ways, &said, None, NOON).await?;
                written.notify_one();
                // Said, and not committed, while the erasure goes as far as it is let.
                tokio::time::sleep(Duration::from_secs(2)).await;
                Ok::<_, Error>(at)
            };
            app.db.write(write).await
        });
        added.notified().await;
        admin.post("/api/people/erase", &json!({ "number": number, "token": shown["token"] })).await.expect(200);
        comment.await.unwrap().unwrap();
        assert_eq!(names_ana(&everything(&city).await), [""; 0], "what was said beside the erasure is still there");
        linked(&city).await;
        assert_eq!(ledger::verify(&city.app.db, &[], |_, _| ()).await.unwrap().first, None);
    }

    async fn a_case_under_hold_stays_as_it_is_and_says_so(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let (number, case, _) = of_ana(&city, &admin).await;
        admin.post("/api/holds", &json!({ "number": number, "reason": " " })).await.expect(422);
        admin.post("/api/holds", &json!({ "number": "1111-1111", "reason": "Court" })).await.expect(404);
        admin.post("/api/holds", &json!({ "number": number, "reason": "District court 7, until June" })).await.expect(201);
        let holds = admin.get("/api/holds").await.expect(200).json();
        assert_eq!((&holds[0]["number"], &holds[0]["reason"]), (&json!(number), &json!("District court 7, until June")));
        let who = json!({ "phone": "+1 555 0100" });
        let shown = admin.post("/api/people/erase", &who).await.expect(200).json();
        assert_eq!((shown["words"].as_i64(), shown["held"].as_i64()), (Some(0), Some(1)));
        let done = admin.post("/api/people/erase", &json!({ "phone": "+1 555 0100", "token": shown["token"] })).await.expect(200).json();
        assert_eq!(done, json!({ "erased": [], "held": [number] }));
        assert_eq!(names_ana(&everything(&city).await), OF_ANA);

        admin.post(&format!("/api/cases/{case}/moves"), &json!({ "to": "closed", "reason": "Done", "public": true })).await.expect(200);
        admin.call(reqwest::Method::PUT, "/api/retention").json(&json!({ "rules": [{ "service": null, "status": null, "days": 1, "action": "delete" }] })).send().await.unwrap();
        let swept = waymark::forgetting::sweep(&city.app.db, NOON + 9 * DAY).await.unwrap();
        assert_eq!((swept.deleted, swept.anonymised, swept.held), (0, 0, 1));
        admin.delete(&format!("/api/holds/{case}")).await.expect(204);
        admin.delete(&format!("/api/holds/{case}")).await.expect(404);
        let swept = waymark::forgetting::sweep(&city.app.db, NOON + 9 * DAY).await.unwrap();
        assert_eq!((swept.deleted, swept.held), (1, 0));
    }

    async fn what_is_old_is_anonymised_and_then_deleted_as_the_rules_say(city) {
        staff::appoint(&city).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let (number, case, _) = of_ana(&city, &admin).await;
        let open = city.files("noise", 0.95, 52.61).await["number"].as_str().unwrap().to_owned();
        let admin = &admin;
        admin.post(&format!("/api/cases/{case}/moves"), &json!({ "to": "closed", "reason": "Done", "public": true })).await.expect(200);
        let put = async |rules: Value| Answer::of(admin.call(reqwest::Method::PUT, "/api/retention").json(&json!({ "rules": rules }))).await;
        let anonymise = json!({ "service": "noise", "status": "closed", "days": 30, "action": "anonymise" });
        let delete = json!({ "service": null, "status": null, "days": 90, "action": "delete" });
        let refused = put(json!([{ "service": "nothing", "status": "new", "days": 0, "action": "delete" }])).await.expect(422).json();
        assert_eq!(refused["errors"].as_array().unwrap().len(), 3, "{refused}");
        put(json!([anonymise, delete])).await.expect(200);
        assert_eq!(admin.get("/api/retention").await.expect(200).json(), json!({ "rules": [anonymise, delete] }));

        // Shown before: nothing today, something with shorter rules.
        let dry = async |rules: Value| admin.post("/api/retention/preview", &json!({ "rules": rules })).await.expect(200).json();
        assert_eq!(dry(json!([anonymise, delete])).await, json!({ "due": [] }));
        city.app.clock.advance(40 * DAY);
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let dry = admin.post("/api/retention/preview", &json!({ "rules": [anonymise, delete] })).await.expect(200).json();
        assert_eq!(dry, json!({ "due": [{ "service": "noise", "service_name": "Noise", "anonymise": 1, "delete": 0, "held": 0 }] }));
        assert_eq!(names_ana(&everything(&city).await), OF_ANA);

        // The worker, once a day for all servers.
        let today = waymark::workers::retention::once(&city.app).await.unwrap();
        let again = waymark::workers::retention::once(&city.app).await.unwrap();
        assert_eq!((today.map(|swept| swept.anonymised), again), (Some(1), None));
        assert_eq!(names_ana(&everything(&city).await), Vec::<&str>::new());
        city.app.settle().await.unwrap();
        assert_eq!(city.get("/api/counts").await.expect(200).json()["total"], 2, "the tombstone is counted");

        city.app.clock.advance(60 * DAY);
        assert_eq!(waymark::workers::retention::once(&city.app).await.unwrap().unwrap().deleted, 1);
        let gone = city.get(&format!("/api/requests/{number}")).await.expect(410).json();
        assert!(gone["detail"].as_str().unwrap().contains("was deleted on 2026-09-18"), "{gone}");
        let open311 = city.get(&format!("/open311/v2/requests/{number}.json")).await.expect(410).json();
        assert_eq!(open311[0]["code"], 410, "{open311}");
        city.get(&format!("/api/requests/{open}")).await.expect(200);
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        admin.get(&format!("/api/cases/{case}")).await.expect(404);
        city.app.settle().await.unwrap();
        assert_eq!(city.get("/api/counts").await.expect(200).json()["total"], 1, "it is counted no more");
        linked(&city).await;
        let report = ledger::verify(&city.app.db, &[], |_, _| ()).await.unwrap();
        assert!(report.first.is_none() && report.erased >= 3, "{report:?}");
    }

    async fn only_those_who_protect_data_reach_any_of_it(city) {
        staff::appoint(&city).await;
        let posts = [
            ("/api/people/export", json!({ "email": "ana@example.org" })),
            ("/api/people/erase", json!({ "email": "ana@example.org" })),
            ("/api/holds", json!({ "number": "1111-1111", "reason": "x" })),
            ("/api/retention/preview", json!({ "rules": [] })),
        ];
        for (path, body) in &posts {
            city.post(path, body).await.expect(401);
        }
        for who in ["supervisor", "leader", "auditor", "dispatcher", "member", "admin.north"] {
            let browser = Browser::signed_in(&city, &format!("{who}@city.example")).await;
            for (path, body) in &posts {
                browser.post(path, body).await.expect(403);
            }
            browser.get("/api/holds").await.expect(403);
            browser.get("/api/retention").await.expect(403);
            browser.delete("/api/holds/1").await.expect(403);
            Answer::of(browser.call(reqwest::Method::PUT, "/api/retention").json(&json!({ "rules": [] }))).await.expect(403);
        }
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        for nobody in [json!({}), json!({ "email": " " }), json!({ "phone": "12" }), json!({ "number": "nonsense" }), json!({ "email": "a\u{0}b" })] {
            admin.post("/api/people/export", &nobody).await.expect(422);
            admin.post("/api/people/erase", &nobody).await.expect(422);
        }
        admin.post("/api/people/export", &json!({ "number": "1111-1113" })).await;
        assert_eq!(admin.post("/api/people/export", &json!({ "email": "nobody@example.org" })).await.expect(200).json()["requests"], json!([]));
    }
}

/// A table that names requests or cases and that forgetting does not know would keep what was erased, or stop a deletion.
#[tokio::test(flavor = "multi_thread")]
async fn every_table_that_names_a_request_or_a_case_is_known_to_forgetting() {
    let city = City::over(Database::sqlite()).await;
    let mut db = sqlx::SqliteConnection::connect(&city.database.url).await.unwrap();
    let columns = "select m.name, c.name from sqlite_master m join pragma_table_xinfo(m.name) c
        where m.type = 'table' and (c.name like '%request_id' or c.name like '%case_id')";
    let found: BTreeSet<(String, String)> =
        sqlx::query(columns).fetch_all(&mut db).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect();
    // Photos are let go of one by one, the log keeps its ids, and what is under hold is never deleted.
    let elsewhere = [("photo", "request_id"), ("event", "request_id"), ("event", "case_id"), ("hold", "case_id")];
    let known: BTreeSet<(String, String)> =
        HOLDERS.into_iter().chain(elsewhere).map(|(table, column)| (table.to_owned(), column.to_owned())).collect();
    assert_eq!(found, known);
}
