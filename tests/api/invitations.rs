//! `/api/invitations`: invited, looked at, accepted once. Mail waits in the outbox here; that it arrives is in `notices.rs`.

use serde_json::json;
use waymark::error::{Error, Result};
use waymark::people::invitations::{self, Invited};
use waymark::people::staff::{self as people, NewMember};

use crate::helpers::{City, Database, NOON};
use crate::staff::{self, Browser, PASSWORD};

const DAY: i64 = 86_400_000;
const EMAIL: &str = "new.here@city.example";

/// A city whose mail server nobody answers at.
async fn mailing(database: Database) -> City {
    City::with(database, |config| {
        config.mail.host = "127.0.0.1".into();
        config.mail.port = 1;
        config.mail.tls = "none".into();
        config.mail.from = "Testing <311@testing.example>".into();
    })
    .await
}

/// Adds a member without a password and invites; the id.
async fn invite(city: &City) -> (i64, Result<Invited>) {
    let (notices, now) = (city.app.notices.clone(), city.app.clock.now());
    let member = city.app.db.write(async move |tx| {
        let known: Option<(i64,)> = tx.sql("select id from member where email = $1").bind(EMAIL).optional().await?;
        match known {
            Some((id,)) => Ok(id),
            None => {
                let new = NewMember { name: "New Here".into(), email: EMAIL.into(), agency: None, password_hash: None };
                people::add(tx, &new, None, NOON).await
            }
        }
    });
    let member: i64 = member.await.unwrap_or_else(|e: Error| panic!("{e}"));
    let write = city.app.db.write(async move |tx| invitations::invite(tx, &notices, member, "es-MX", 7, None, now).await);
    (member, write.await)
}

/// The token in the newest message to that address.
pub async fn token(city: &City, email: &'static str, page: &str) -> String {
    let (body,): (String,) =
        city.app.db.sql("select body from outbox where address = $1 order by id desc limit 1").bind(email).one().await.unwrap();
    body.split_once(&format!("/{page}#")).unwrap().1.split_whitespace().next().unwrap().to_owned()
}

on_both! {
    async fn without_a_mail_server_the_link_is_for_whoever_invites(city) {
        let (_, invited) = invite(&city).await;
        let link = invited.unwrap().link.unwrap();
        let token = link.split_once("/invite#").unwrap().1;
        assert_eq!(city.post("/api/invitations", &json!({ "token": token })).await.expect(200).json()["email"], EMAIL);
        assert_eq!(city.count("select count(*) from outbox").await, 0);
    }
}

macro_rules! on_both_mailing { ($($name:ident($city:ident) $body:block)*) => { $(
    mod $name {
        use super::*;
        async fn story($city: City) $body
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn on_sqlite() { story(mailing(Database::sqlite()).await).await }
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn on_postgres() {
            match Database::postgres().await {
                Some(database) => story(mailing(database).await).await,
                None => println!("skipped: WAYMARK_TEST_POSTGRES names no database"),
            }
        }
    }
)* }; }

on_both_mailing! {
    an_invitation_is_accepted_once_with_a_name_and_a_password(city) {
        let (member, invited) = invite(&city).await;
        assert!(invited.unwrap().link.is_none(), "it goes by mail alone");
        assert_eq!(city.count("select count(*) from outbox where language = 'es' and secret and subject like 'Invita%'").await, 1);
        let token = token(&city, EMAIL, "invite").await;
        assert_eq!(city.count("select count(*) from member_link where length(token_hash) = 64").await, 1);
        let seen = city.post("/api/invitations", &json!({ "token": token })).await.expect(200);
        assert_eq!((seen.json(), seen.header("cache-control")), (json!({ "email": EMAIL, "name": "New Here" }), "no-store"));
        city.post("/api/session", &json!({ "email": EMAIL, "password": "" })).await.expect(401);

        let accept = |name: &str, password: &str| json!({ "token": token, "name": name, "password": password });
        let bad = city.post("/api/invitations/accept", &accept(" ", "short")).await.expect(422).json();
        assert_eq!(bad["errors"].as_array().unwrap().len(), 2, "{bad}");
        city.post("/api/invitations/accept", &accept("A\nB", PASSWORD)).await.expect(422);
        city.post("/api/invitations/accept", &accept(" Nueva Persona ", PASSWORD)).await.expect(204);
        city.post("/api/invitations/accept", &accept("Somebody Else", "another four words")).await.expect(401);
        city.post("/api/invitations", &json!({ "token": token })).await.expect(401);
        let browser = Browser::signed_in(&city, EMAIL).await;
        assert_eq!(browser.get("/api/session").await.expect(200).json()["name"], "Nueva Persona");
        let kinds: Vec<(String,)> = city.app.db.sql("select kind from event where kind in ('member_invited', 'invitation_accepted') order by seq").all().await.unwrap();
        assert_eq!(kinds, [("member_invited".to_owned(),), ("invitation_accepted".to_owned(),)]);
        let told = city.count("select count(*) from event where data_json like '%Persona%' or data_json like '%@%'").await;
        assert_eq!(told, 0, "the log names nobody");
        let again = city.app.notices.clone();
        let write = city.app.db.write(async move |tx| invitations::invite(tx, &again, member, "", 7, None, NOON).await);
        assert!(matches!(write.await, Err(Error::Conflict(_))), "who has a password is not invited");
    }

    an_invitation_ends_by_another_by_time_and_with_the_member(city) {
        invite(&city).await.1.unwrap();
        let first = token(&city, EMAIL, "invite").await;
        let (member, again) = invite(&city).await;
        again.unwrap();
        let second = token(&city, EMAIL, "invite").await;
        assert_ne!(first, second);
        city.post("/api/invitations", &json!({ "token": first })).await.expect(401);
        city.app.clock.advance(7 * DAY - 1);
        city.post("/api/invitations", &json!({ "token": second })).await.expect(200);
        city.app.clock.advance(1);
        let late = json!({ "token": second, "name": "New Here", "password": PASSWORD });
        city.post("/api/invitations/accept", &late).await.expect(401);

        invite(&city).await.1.unwrap();
        let third = token(&city, EMAIL, "invite").await;
        city.app.db.write(async move |tx| people::deactivate(tx, member, None, NOON).await).await.unwrap();
        let stopped = json!({ "token": third, "name": "New Here", "password": PASSWORD });
        city.post("/api/invitations/accept", &stopped).await.expect(401);
        assert!(matches!(invite(&city).await.1, Err(Error::Conflict(_))));
    }

    strange_tokens_open_nothing_and_another_site_accepts_nothing(city) {
        staff::appoint(&city).await;
        invite(&city).await.1.unwrap();
        let good = token(&city, EMAIL, "invite").await;
        for token in ["", "0", "\u{0}", "' or 1=1 --", &good[1..], &format!("{good}0"), &"a".repeat(100_000)] {
            city.post("/api/invitations", &json!({ "token": token })).await.expect(401);
            city.post("/api/invitations/accept", &json!({ "token": token, "name": "X", "password": PASSWORD })).await.expect(401);
            city.post("/api/password/reset", &json!({ "token": token, "password": PASSWORD })).await.expect(401);
        }
        // An invitation is no way to a new password, nor the other way round.
        city.post("/api/password/reset", &json!({ "token": good, "password": PASSWORD })).await.expect(401);
        let body = json!({ "token": good, "name": "X", "password": PASSWORD });
        let evil = city.call(reqwest::Method::POST, "/api/invitations/accept").header("origin", "https://evil.example").json(&body);
        crate::helpers::Answer::of(evil).await.expect(403);
        city.post("/api/invitations", &json!({ "token": good })).await.expect(200);
    }

    a_forgotten_password_is_chosen_anew_and_every_session_ends(city) {
        staff::appoint(&city).await;
        let before = Browser::signed_in(&city, "leader@city.example").await;
        for email in ["Leader@CITY.example ", "nobody@city.example"] {
            city.post("/api/password/forgot", &json!({ "email": email, "language": "es" })).await.expect(204);
        }
        assert_eq!(city.count("select count(*) from outbox where template = 'reset' and language = 'es'").await, 1);
        assert_eq!(city.count("select count(*) from member_link").await, 2, "the database did the same for both");
        let token = token(&city, "leader@city.example", "reset").await;
        city.post("/api/password/reset", &json!({ "token": token, "password": "leader" })).await.expect(422);
        before.get("/api/session").await.expect(200);
        city.post("/api/password/reset", &json!({ "token": token, "password": "another four words" })).await.expect(204);
        before.get("/api/session").await.expect(401);
        city.post("/api/password/reset", &json!({ "token": token, "password": "a third four words" })).await.expect(401);
        city.post("/api/session", &json!({ "email": "leader@city.example", "password": PASSWORD })).await.expect(401);
        city.post("/api/session", &json!({ "email": "leader@city.example", "password": "another four words" })).await.expect(200);
        assert_eq!(city.count("select count(*) from event where kind in ('reset_asked', 'password_reset')").await, 2);
        assert_eq!(city.count("select count(*) from outbox where template = 'password_changed'").await, 1);
    }

    a_link_to_a_new_password_is_good_for_an_hour_and_there_are_not_many(city) {
        staff::appoint(&city).await;
        let ask = json!({ "email": "admin@city.example" });
        for _ in 0..3 {
            city.post("/api/password/forgot", &ask).await.expect(204);
        }
        let wait = city.post("/api/password/forgot", &ask).await.expect(429);
        assert_eq!(wait.header("retry-after"), "300");
        let unknown = json!({ "email": "nobody@city.example" });
        for _ in 0..3 {
            city.post("/api/password/forgot", &unknown).await.expect(204);
        }
        assert_eq!(city.post("/api/password/forgot", &unknown).await.expect(429).refusal(), wait.refusal());
        let token = token(&city, "admin@city.example", "reset").await;
        city.app.clock.advance(60 * 60_000);
        city.post("/api/password/reset", &json!({ "token": token, "password": "another four words" })).await.expect(401);
        city.post("/api/password/forgot", &ask).await.expect(204);
    }

    who_was_stopped_or_never_had_a_password_gets_none_by_mail(city) {
        staff::appoint(&city).await;
        let (_, invited) = invite(&city).await;
        invited.unwrap();
        let write = city.app.db.write(async move |tx| {
            let leader = people::find(tx, "leader@city.example").await?;
            people::deactivate(tx, leader, None, NOON).await
        });
        write.await.unwrap();
        for email in ["leader@city.example", EMAIL, "\u{0}", "", "' or 1=1 --"] {
            city.post("/api/password/forgot", &json!({ "email": email })).await.expect(204);
        }
        assert_eq!(city.count("select count(*) from outbox where template = 'reset'").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_mail_is_sent_nobody_waits_for_one() {
    let city = City::over(Database::sqlite()).await;
    let said = city.post("/api/password/forgot", &json!({ "email": "a@b.example" })).await.expect(409);
    assert!(said.text.contains("administrator"), "{}", said.text);
}
