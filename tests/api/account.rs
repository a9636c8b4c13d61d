//! `/api/account` and `/api/session/code`: the second factor, recovery codes, the password, the list of sessions.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::Totp;
use waymark::people::staff::command::{Command, run};

use crate::helpers::{Answer, NOON};
use crate::staff::{self, Browser, PASSWORD};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const STEP: i64 = 30 * SECOND;

/// An authenticator that holds the secret of somebody's second factor.
pub struct Phone(Totp);

impl Phone {
    /// What it shows at a time.
    pub fn at(&self, now: i64) -> String {
        self.0.generate(u64::try_from(now / 1000).unwrap()).to_string()
    }
}

/// Sets up a second factor; the phone and the recovery codes.
pub async fn enrol(city: &City, browser: &Browser) -> (Phone, Vec<String>) {
    let shown = browser.post("/api/account/second-factor", &json!({ "password": PASSWORD })).await.expect(201).json();
    let phone = Phone(Totp::from_url(shown["uri"].as_str().unwrap()).unwrap());
    assert_eq!(shown["secret"], phone.0.secret().to_base32());
    let done = browser.put("/api/account/second-factor", &json!({ "code": phone.at(city.app.clock.now()) })).await.expect(200).json();
    city.app.clock.advance(STEP);
    (phone, done["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

use crate::helpers::City;

async fn first_step(city: &City, email: &str) -> Browser {
    let browser = Browser::of(city);
    let waiting = browser.post("/api/session", &json!({ "email": email, "password": PASSWORD })).await.expect(202);
    assert_eq!(waiting.json()["next"], "code");
    browser
}

fn cookie(answer: &Answer) -> String {
    let cookies: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let found = cookies.iter().find(|cookie| cookie.starts_with("waymark_session="));
    found.map(|cookie| cookie.split(';').next().unwrap().to_owned()).unwrap_or_default()
}

async fn with(city: &City, cookie: &str) -> Answer {
    Answer::of(city.call(Method::GET, "/api/session").header("cookie", cookie)).await
}

async fn facts(city: &City) -> Vec<String> {
    let rows: Vec<(String,)> =
        city.app.db.sql("select data_json from event where kind = 'sign_in_changed' order by seq").all().await.unwrap();
    rows.into_iter().map(|(data,)| serde_json::from_str::<Value>(&data).unwrap()["what"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    async fn a_second_factor_is_set_up_and_then_asked_for(city) {
        staff::appoint(&city).await;
        let browser = Browser::signed_in(&city, "dispatcher@city.example").await;
        let other = Browser::signed_in(&city, "dispatcher@city.example").await;
        assert_eq!(browser.get("/api/account").await.expect(200).json(),
            json!({ "password": true, "second_factor_since": null, "second_factor_required": false, "recovery_codes": 0 }));
        browser.post("/api/account/second-factor", &json!({ "password": "not this one either" })).await.expect(422);
        let shown = browser.post("/api/account/second-factor", &json!({ "password": PASSWORD })).await.expect(201);
        assert_eq!(shown.header("cache-control"), "no-store");
        assert!(shown.json()["uri"].as_str().unwrap().starts_with("otpauth://totp/Testing:dispatcher%40city.example?"));
        assert!(shown.json()["picture"]["path"].as_str().unwrap().starts_with("M0 0h7v1h-7z"));
        // Until a code was seen nothing counts: whoever closes the page now can still sign in.
        browser.put("/api/account/second-factor", &json!({ "code": "000 00" })).await.expect(422);
        Browser::signed_in(&city, "dispatcher@city.example").await;
        let (phone, codes) = enrol(&city, &browser).await;
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), 10);
        assert!(codes.iter().all(|code| code.len() == 19 && code.matches('-').count() == 3), "{codes:?}");
        let account = browser.get("/api/account").await.expect(200).json();
        assert_eq!((account["second_factor_since"].as_i64(), account["recovery_codes"].as_i64()), (Some(NOON), Some(10)));
        other.get("/api/session").await.expect(401);
        browser.post("/api/account/second-factor", &json!({ "password": PASSWORD })).await.expect(409);

        let newcomer = first_step(&city, "dispatcher@city.example").await;
        newcomer.get("/api/session").await.expect(401);
        newcomer.get("/api/cases").await.expect(401);
        newcomer.get("/api/account").await.expect(401);
        newcomer.post("/api/session/code", &json!({ "code": "000000" })).await.expect(401);
        let code = phone.at(city.app.clock.now());
        let spaced = format!(" {} {} ", &code[..3], &code[3..]);
        let signed = newcomer.post("/api/session/code", &json!({ "code": spaced })).await.expect(200);
        assert_eq!(signed.json()["email"], "dispatcher@city.example");
        newcomer.get("/api/cases").await.expect(200);
        assert_eq!(facts(&city).await, ["second_factor_added"]);
    }

    async fn a_code_opens_once_and_only_in_its_time(city) {
        staff::appoint(&city).await;
        let (phone, _) = enrol(&city, &Browser::signed_in(&city, "admin@city.example").await).await;
        let at = city.app.clock.now();
        let used = phone.at(at);
        first_step(&city, "admin@city.example").await.post("/api/session/code", &json!({ "code": used })).await.expect(200);
        let browser = first_step(&city, "admin@city.example").await;
        browser.post("/api/session/code", &json!({ "code": used })).await.expect(401);
        browser.post("/api/session/code", &json!({ "code": phone.at(at - STEP) })).await.expect(401);
        browser.post("/api/session/code", &json!({ "code": phone.at(at + 2 * STEP) })).await.expect(401);
        city.app.clock.advance(STEP);
        browser.post("/api/session/code", &json!({ "code": used })).await.expect(401);
        browser.post("/api/session/code", &json!({ "code": phone.at(at + 2 * STEP) })).await.expect(200);
        // A clock that is half a minute slow is fine, but not before what was used already.
        let browser = first_step(&city, "admin@city.example").await;
        browser.post("/api/session/code", &json!({ "code": phone.at(at + STEP) })).await.expect(401);
        city.app.clock.advance(3 * STEP);
        browser.post("/api/session/code", &json!({ "code": phone.at(city.app.clock.now() - STEP) })).await.expect(200);
    }

    async fn the_second_step_belongs_to_one_browser_a_few_minutes_and_a_few_tries(city) {
        staff::appoint(&city).await;
        let (phone, _) = enrol(&city, &Browser::signed_in(&city, "admin@city.example").await).await;
        let right = |now| json!({ "code": phone.at(now) });
        city.post("/api/session/code", &right(city.app.clock.now())).await.expect(409);
        let browser = first_step(&city, "admin@city.example").await;
        Browser::of(&city).post("/api/session/code", &right(city.app.clock.now())).await.expect(409);
        city.app.clock.advance(10 * MINUTE + SECOND);
        browser.post("/api/session/code", &right(city.app.clock.now())).await.expect(409);

        let browser = first_step(&city, "admin@city.example").await;
        for _ in 0..5 {
            browser.post("/api/session/code", &json!({ "code": "123" })).await.expect(401);
        }
        browser.post("/api/session/code", &right(city.app.clock.now())).await.expect(409);
        // The password opens a new second step, but tries are counted across them.
        let browser = first_step(&city, "admin@city.example").await;
        for _ in 0..3 {
            browser.post("/api/session/code", &json!({ "code": "123" })).await.expect(401);
        }
        let refused = browser.post("/api/session/code", &right(city.app.clock.now())).await.expect(429);
        assert_eq!(refused.header("retry-after"), "30");
        city.app.clock.advance(STEP);
        browser.post("/api/session/code", &right(city.app.clock.now())).await.expect(200);
        assert_eq!(city.count("select count(*) from pending_sign_in where tries < 5 and expires_at > 0").await, 0, "what is over is forgotten");
        for body in [json!({}), json!({ "code": "1", "recovery_code": "2" }), json!({ "code": 1 }), json!({ "code": "1", "x": 1 })] {
            browser.post("/api/session/code", &body).await.expect(422);
        }
    }

    async fn a_recovery_code_stands_in_once(city) {
        staff::appoint(&city).await;
        let (_, codes) = enrol(&city, &Browser::signed_in(&city, "leader@city.example").await).await;
        let browser = first_step(&city, "leader@city.example").await;
        let typed = codes[3].to_uppercase().replace('-', " ");
        browser.post("/api/session/code", &json!({ "recovery_code": typed })).await.expect(200);
        assert_eq!(browser.get("/api/account").await.json()["recovery_codes"], 9);
        let again = first_step(&city, "leader@city.example").await;
        for wrong in [codes[3].as_str(), "", "0000-0000-0000-0000", "' or 1=1 --"] {
            again.post("/api/session/code", &json!({ "recovery_code": wrong })).await.expect(401);
        }
        let fresh = browser.post("/api/account/recovery-codes", &json!({ "password": PASSWORD })).await.expect(200).json();
        again.post("/api/session/code", &json!({ "recovery_code": codes[4] })).await.expect(401);
        let again = first_step(&city, "leader@city.example").await;
        again.post("/api/session/code", &json!({ "recovery_code": fresh["recovery_codes"][4] })).await.expect(200);
        // One person's code is nobody else's.
        enrol(&city, &Browser::signed_in(&city, "auditor@city.example").await).await;
        let other = first_step(&city, "auditor@city.example").await;
        other.post("/api/session/code", &json!({ "recovery_code": fresh["recovery_codes"][5] })).await.expect(401);
        assert_eq!(facts(&city).await, ["second_factor_added", "recovery_code_used", "recovery_codes_renewed", "recovery_code_used", "second_factor_added"]);
    }

    async fn a_second_factor_goes_with_the_password_alone_or_by_an_administrator(city) {
        staff::appoint(&city).await;
        let browser = Browser::signed_in(&city, "leader@city.example").await;
        enrol(&city, &browser).await;
        browser.post("/api/account/second-factor/removal", &json!({ "password": "not this one either" })).await.expect(422);
        browser.post("/api/account/second-factor/removal", &json!({ "password": PASSWORD })).await.expect(204);
        browser.post("/api/account/second-factor/removal", &json!({ "password": PASSWORD })).await.expect(404);
        browser.post("/api/account/recovery-codes", &json!({ "password": PASSWORD })).await.expect(409);
        Browser::signed_in(&city, "leader@city.example").await;
        assert_eq!(city.count("select count(*) from recovery_code").await, 0);

        enrol(&city, &browser).await;
        let reset = || run(&city.app.db, &city.app.config, Command::ResetSecondFactor { email: "Leader@city.example".into() }, None, NOON);
        reset().await.unwrap();
        assert!(reset().await.unwrap_err().to_string().contains("no such second factor"));
        browser.get("/api/session").await.expect(401);
        Browser::signed_in(&city, "leader@city.example").await;
        assert_eq!(facts(&city).await, ["second_factor_added", "second_factor_removed", "second_factor_added", "second_factor_reset"]);
    }

    async fn the_database_has_no_secret_of_a_second_factor(city) {
        staff::appoint(&city).await;
        let browser = Browser::signed_in(&city, "admin@city.example").await;
        let (phone, codes) = enrol(&city, &browser).await;
        let (sealed,): (String,) = city.app.db.sql("select sealed from second_factor").one().await.unwrap();
        let seed: String = phone.0.secret().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!sealed.contains(&seed) && sealed.len() == 2 * (12 + 20 + 16), "{sealed}");
        let hashes: Vec<(String,)> = city.app.db.sql("select code_hash from recovery_code").all().await.unwrap();
        assert!(hashes.iter().all(|(hash,)| hash.len() == 64 && !codes.iter().any(|code| hash.contains(&code.replace('-', "")))));
        // A sealed secret that is moved to another person's row opens nothing, and is no silent "wrong code" either.
        enrol(&city, &Browser::signed_in(&city, "leader@city.example").await).await;
        let write = city.app.db.write(async move |tx| {
            tx.sql("update second_factor set sealed = $1, last_step = 0").bind(sealed.clone()).run().await?;
            Ok::<_, waymark::error::Error>(())
        });
        write.await.unwrap();
        let moved = first_step(&city, "leader@city.example").await;
        moved.post("/api/session/code", &json!({ "code": phone.at(city.app.clock.now()) })).await.expect(500);
    }

    async fn a_password_is_changed_by_whoever_knows_it(city) {
        staff::appoint(&city).await;
        let (browser, other) = (Browser::signed_in(&city, "admin@city.example").await, Browser::signed_in(&city, "admin@city.example").await);
        let change = |old: &str, new: &str| json!({ "old": old, "new": new });
        let refused = browser.put("/api/account/password", &change("not this one either", "wholly different words")).await.expect(422);
        assert_eq!(refused.json()["errors"][0], json!({ "field": "old", "problem": "is not your password" }));
        for (weak, why) in [("short", "12 characters"), ("passwordpassword", "Add another word"), ("admin@city.example1", "too easy to guess")] {
            let refused = browser.put("/api/account/password", &change(PASSWORD, weak)).await.expect(422).json();
            assert!(refused["errors"][0]["field"] == "new" && refused["errors"][0]["problem"].as_str().unwrap().contains(why), "{refused}");
        }
        let before = cookie(&city.post("/api/session", &json!({ "email": "leader@city.example", "password": PASSWORD })).await);
        let changed = browser.put("/api/account/password", &change(PASSWORD, "wholly different words")).await.expect(204);
        assert!(cookie(&changed).len() > 52);
        browser.get("/api/session").await.expect(200);
        other.get("/api/session").await.expect(401);
        with(&city, &before).await.expect(200);
        city.post("/api/session", &json!({ "email": "admin@city.example", "password": PASSWORD })).await.expect(401);
        city.post("/api/session", &json!({ "email": "admin@city.example", "password": "wholly different words" })).await.expect(200);
        // Whoever found an open browser has as few tries as at the door.
        let mut tries = 0;
        while browser.put("/api/account/password", &change("not this one either", "wholly different words")).await.status == 422 {
            tries += 1;
        }
        assert!((5..=10).contains(&tries), "{tries}");
        assert_eq!(facts(&city).await, ["password"]);
    }

    async fn everybody_sees_and_ends_the_own_sessions(city) {
        staff::appoint(&city).await;
        let browser = Browser::signed_in(&city, "admin@city.example").await;
        let agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0";
        city.app.clock.advance(MINUTE);
        let other = Browser::of(&city);
        let sign_in = other.call(Method::POST, "/api/session").header("user-agent", agent);
        Answer::of(sign_in.json(&json!({ "email": "admin@city.example", "password": PASSWORD }))).await.expect(200);
        let stranger = Browser::signed_in(&city, "leader@city.example").await;
        let list = browser.get("/api/account/sessions").await.expect(200).json()["sessions"].clone();
        let known: Vec<_> = list.as_array().unwrap().iter().map(|one| (one["browser"].as_str().unwrap(), one["current"].as_bool().unwrap())).collect();
        assert_eq!(known, [("Firefox, Windows", false), ("", true)]);
        assert_eq!((&list[0]["network"], &list[0]["method"]), (&json!("127.0.0.0/24"), &json!("password")));
        assert_eq!((&list[0]["created_at"], &list[1]["created_at"]), (&json!(NOON + MINUTE), &json!(NOON)));
        let id = list[0]["id"].as_i64().unwrap();
        stranger.delete(&format!("/api/account/sessions/{id}")).await.expect(404);
        for wrong in ["0", "-1", "x", "999999999999999999999"] {
            browser.delete(&format!("/api/account/sessions/{wrong}")).await.expect(404);
        }
        other.get("/api/session").await.expect(200);
        browser.delete(&format!("/api/account/sessions/{id}")).await.expect(204);
        other.get("/api/session").await.expect(401);
        let third = Browser::signed_in(&city, "admin@city.example").await;
        third.delete("/api/account/sessions").await.expect(204);
        browser.get("/api/session").await.expect(401);
        third.get("/api/session").await.expect(200);
        stranger.get("/api/session").await.expect(200);
    }

    async fn a_token_in_use_is_renewed_and_a_copy_of_the_old_one_ends_the_session(city) {
        staff::appoint(&city).await;
        let first = cookie(&city.post("/api/session", &json!({ "email": "admin@city.example", "password": PASSWORD })).await);
        let renew = city.app.config.limits.session_renew_minutes * MINUTE;
        assert_eq!(cookie(&with(&city, &first).await.expect(200)), "", "not before its time");
        city.app.clock.advance(renew + SECOND);
        let public = Answer::of(city.call(Method::GET, "/api/services").header("cookie", &first)).await.expect(200);
        assert_eq!(cookie(&public), "", "what others may keep carries no cookie");
        let answer = with(&city, &first).await.expect(200);
        let second = cookie(&answer);
        assert!(second.len() > 52 && second != first && answer.header("cache-control") == "no-store");
        assert_eq!(cookie(&with(&city, &first).await.expect(200)), "", "of requests at the same time only one is given the next");

        // The answer may have been lost: the first one goes on, and is offered another.
        city.app.clock.advance(renew + SECOND);
        let third = cookie(&with(&city, &first).await.expect(200));
        with(&city, &third).await.expect(200);
        city.app.clock.advance(9 * SECOND);
        with(&city, &first).await.expect(200);
        city.app.clock.advance(2 * SECOND);
        with(&city, &third).await.expect(200);
        with(&city, &first).await.expect(401);
        with(&city, &third).await.expect(401);
        assert_eq!(city.count("select count(*) from session").await, 0);
        assert_eq!(facts(&city).await, ["token_reused"]);
    }

    async fn another_site_changes_no_account(city) {
        staff::appoint(&city).await;
        let browser = Browser::signed_in(&city, "admin@city.example").await;
        let again = json!({ "password": PASSWORD });
        let changes = [
            (Method::PUT, "/api/account/password", json!({ "old": PASSWORD, "new": "wholly different words" })),
            (Method::POST, "/api/account/second-factor", again.clone()),
            (Method::PUT, "/api/account/second-factor", json!({ "code": "000000" })),
            (Method::POST, "/api/account/second-factor/removal", again.clone()),
            (Method::POST, "/api/account/recovery-codes", again),
            (Method::POST, "/api/session/code", json!({ "code": "000000" })),
            (Method::DELETE, "/api/account/sessions", json!({})),
            (Method::DELETE, "/api/account/sessions/1", json!({})),
        ];
        for (method, path, body) in changes {
            let forged = browser.client.request(method, format!("{}{path}", city.base)).header("origin", "https://evil.example");
            Answer::of(forged.json(&body)).await.expect(403);
        }
        browser.get("/api/session").await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_role_demands_a_second_factor_nothing_else_is_answered_before_there_is_one() {
    use crate::helpers::Database;
    let city = City::with(Database::sqlite(), |config| config.staff.second_factor = vec!["admin".into(), "leader".into()]).await;
    staff::appoint(&city).await;
    let browser = Browser::signed_in(&city, "admin@city.example").await;
    assert_eq!(browser.get("/api/session").await.expect(200).json()["must_enrol"], true);
    let refused = browser.get("/api/cases").await.expect(403).json();
    assert!(refused["detail"].as_str().unwrap().contains("second factor"), "{refused}");
    let account = browser.get("/api/account").await.expect(200).json();
    assert_eq!(account["second_factor_required"], true);
    let (phone, _) = enrol(&city, &browser).await;
    assert_eq!(browser.get("/api/session").await.expect(200).json()["must_enrol"], false);
    browser.get("/api/cases").await.expect(200);
    browser.post("/api/account/second-factor/removal", &json!({ "password": PASSWORD })).await.expect(409);
    let again = first_step(&city, "admin@city.example").await;
    again.post("/api/session/code", &json!({ "code": phone.at(city.app.clock.now()) })).await.expect(200);
    Browser::signed_in(&city, "dispatcher@city.example").await.get("/api/cases").await.expect(200);
}
