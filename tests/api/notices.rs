//! The outbox against a real SMTP server, and `/api/notices`.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use waymark::clock::Clock;
use waymark::config::Config;

use crate::helpers::{Binary, City, Database, Letter, MailServer, NOON, Server, command};
use crate::staff::{self, Browser};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Tells each story on both databases, each with a mail server of its own.
macro_rules! on_both_with_mail { ($(async fn $name:ident($city:ident, $mail:ident) $body:block)*) => { $(
    mod $name {
        #[allow(unused_imports)]
        use super::*;
        #[allow(unused_mut)]
        async fn story($city: City, mut $mail: MailServer) $body

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn on_sqlite() {
            match MailServer::start() {
                Some(mail) => story(City::with(Database::sqlite(), |config| mail.settings(config)).await, mail).await,
                None => println!("skipped: WAYMARK_TEST_SMTP names no mail server (scripts/mail)"),
            }
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn on_postgres() {
            match (Database::postgres().await, MailServer::start()) {
                (Some(database), Some(mail)) => story(City::with(database, |config| mail.settings(config)).await, mail).await,
                _ => println!("skipped: WAYMARK_TEST_POSTGRES or WAYMARK_TEST_SMTP is not set"),
            }
        }
    }
)* }; }
pub(crate) use on_both_with_mail;

/// Files a request with a mail address; its number and token.
pub async fn files(server: &Server, email: &str, language: &str) -> (String, String) {
    let body = json!({
        "service": "noise", "lon": 0.9, "lat": 52.6, "description": "SECRET WORDS", "language": language,
        "contact": { "first_name": "Ana", "email": email },
    });
    let receipt = server.post("/api/requests", &body).await.expect(201).json();
    (receipt["number"].as_str().unwrap().to_owned(), receipt["token"].as_str().unwrap().to_owned())
}

/// Waits until a query counts so many.
pub async fn counted(city: &City, sql: &'static str, wanted: i64) {
    for _ in 0..400 {
        if city.count(sql).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let rows: Vec<(String, i64, String)> = city.app.db.sql("select address, attempts, error from outbox").all().await.unwrap();
    panic!("{sql} never counted {wanted}: {rows:?}");
}

fn ids(letters: &[Letter]) -> BTreeSet<String> {
    letters.iter().map(|letter| letter.header("Message-ID").to_owned()).collect()
}

async fn logged(city: &City, query: &str) -> Vec<Value> {
    let admin = Browser::signed_in(city, "admin@city.example").await;
    admin.get(&format!("/api/notices{query}")).await.expect(200).json()["notices"].as_array().unwrap().clone()
}

on_both_with_mail! {
    async fn a_resident_hears_that_a_request_was_received_and_finished(city, mail) {
        staff::appoint(&city).await;
        let (number, token) = files(&city, "Ana@example.org", "en").await;
        files(&city, "", "en").await;
        let letter = &mail.wait_for(1).await[0];
        assert_eq!((letter.header("To"), letter.header("From")), ("Ana@example.org", "\"City of Testing\" <311@testing.example>"));
        assert_eq!(letter.header("Subject"), format!("We have your request {}-{}", &number[..4], &number[4..]));
        assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
        assert!(letter.header("Message-ID").ends_with("@testing.example>"), "{letter:?}");
        assert!(letter.body().contains("Noise") && !letter.body().contains("SECRET WORDS"), "{letter:?}");
        assert!(letter.after("/requests/").ends_with(&format!("{number}?token={token}")), "{letter:?}");

        let (case,): (i64,) = city.app.db.sql("select case_id from request where number = $1").bind(number).one().await.unwrap();
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        for to in ["assigned", "resolved", "closed"] {
            admin.post(&format!("/api/cases/{case}/moves"), &json!({ "to": to })).await.expect(200);
        }
        let letters = mail.wait_for(2).await;
        assert!(letters.iter().any(|letter| letter.body().contains("has finished your request")), "{letters:?}");
        counted(&city, "select count(*) from outbox where sent_at is not null and body = '' and error = ''", 2).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(mail.arrived().len(), 2, "closing what was resolved tells nothing new, and who left no address hears nothing");
    }

    async fn what_happened_elsewhere_long_ago_or_by_oneself_is_not_told(city, mail) {
        let past = waymark::requests::History {
            external_id: "X-1".into(), filed_at: NOON - HOUR, updated_at: NOON - HOUR, closed_at: None, status: waymark::cases::Status::New,
            parent: None, promised: false, assigned: Vec::new(),
        };
        let contact = waymark::requests::Contact { email: "import@example.org".into(), ..Default::default() };
        let place = waymark::geo::Point::new(0.9, 52.6).unwrap();
        let new = waymark::requests::NewRequest {
            service: "noise".into(), place: Some(place), source: "web".into(), contact, history: Some(past), ..Default::default()
        };
        waymark::requests::record(&city.app.filing, std::sync::Arc::new(vec![new])).await.unwrap().remove(0).unwrap();
        let (number, token) = files(&city, "ana@example.org", "es-MX").await;
        assert!(mail.wait_for(1).await[0].header("Subject").starts_with("Tenemos su solicitud"));
        city.post(&format!("/api/requests/{number}/withdrawal"), &json!({ "token": token })).await.expect(200);
        city.app.settle().await.unwrap();
        let head = waymark::events::head(&city.app.db).await.unwrap();
        for _ in 0..200 {
            let read = city.count("select position from follower where name = 'notices'").await;
            if read == head { break }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(city.count("select position from follower where name = 'notices'").await, head);
        assert_eq!(city.count("select count(*) from outbox").await, 1);
    }

    async fn a_dead_mail_server_loses_nothing_and_sends_nothing_twice(city, mail) {
        mail.stop();
        for n in 0..5 {
            files(&city, &format!("r{n}@example.org"), "en").await;
        }
        counted(&city, "select count(*) from outbox", 5).await;
        // However many were tried by now (each connection stops at its first), those that were not are due as they were.
        let some = "select count(*) from (select id from outbox where error = 'The mail server cannot be reached.' and failed_at is null limit 1) tried";
        counted(&city, some, 1).await;
        counted(&city, "select count(*) from outbox where attempts > 0 and error = ''", 0).await;
        mail.again();
        city.app.clock.advance(6 * MINUTE);
        let letters = mail.wait_for(5).await;
        counted(&city, "select count(*) from outbox where sent_at is not null", 5).await;
        // It goes away once more, between messages.
        mail.again();
        files(&city, "r5@example.org", "en").await;
        let after = mail.wait_for(6).await;
        city.app.clock.advance(HOUR);
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!((letters.len(), after.len(), mail.arrived().len(), ids(&after).len()), (5, 6, 6, 6));
    }

    async fn refused_for_good_refused_for_now_and_given_up(city, mail) {
        staff::appoint(&city).await;
        for name in ["never", "spam", "grey", "later", "drop", "fine"] {
            files(&city, &format!("{name}@example.org"), "en").await;
        }
        files(&city, "müller@example.org", "en").await;
        mail.wait_for(1).await;
        counted(&city, "select count(*) from outbox where failed_at is not null", 3).await;
        let failed = logged(&city, "?state=failed").await;
        let told: Vec<(&str, &str)> = failed.iter().map(|entry| (entry["address"].as_str().unwrap(), entry["error"].as_str().unwrap())).collect();
        assert!(told.contains(&("n…@example.org", "The mail server refused the address or the message: 550.")), "{told:?}");
        assert!(told.contains(&("s…@example.org", "The mail server refused the address or the message: 554.")), "{told:?}");
        assert!(told.contains(&("m…@example.org", "The mail server cannot take an address with such letters.")), "{told:?}");
        counted(&city, "select count(*) from outbox where next_at is not null and attempts > 0 and error <> ''", 3).await;
        let waiting = logged(&city, "?state=waiting").await;
        let told: Vec<&str> = waiting.iter().map(|entry| entry["error"].as_str().unwrap()).collect();
        assert_eq!(told.iter().filter(|told| told.ends_with("try again later: 450.")).count(), 2, "{told:?}");
        assert!(told.contains(&"The connection to the mail server broke."), "{told:?}");
        city.app.clock.advance(HOUR);
        assert_eq!(mail.wait_for(2).await.len(), 2, "a grey list lets in who comes again");
        city.app.clock.advance(72 * HOUR);
        counted(&city, "select count(*) from outbox where error like 'Given up after%'", 2).await;
        assert_eq!(city.count("select count(*) from outbox where next_at is not null").await, 0);
    }

    async fn a_slow_answer_holds_up_nobody_for_long(city, mail) {
        files(&city, "slow@example.org", "en").await;
        counted(&city, "select count(*) from outbox where error = 'The mail server did not answer in time.'", 1).await;
        files(&city, "fine@example.org", "en").await;
        mail.wait_for(1).await;
        counted(&city, "select count(*) from outbox where sent_at is not null", 1).await;
        assert_eq!(city.count("select count(*) from outbox where next_at is not null").await, 1);
    }

    async fn a_failed_message_is_tried_again_by_command(city, mail) {
        files(&city, "never@example.org", "en").await;
        files(&city, "fine@example.org", "en").await;
        mail.wait_for(1).await;
        counted(&city, "select count(*) from outbox where failed_at is not null and body <> ''", 1).await;
        let run = |words: &[&str]| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_waymark"));
            command.arg("notices").args(words).args(["--database", &city.database.url, "--data"]).arg(city.database.folder());
            let done = command.env("WAYMARK_LOG", "error").output().unwrap();
            (done.status.success(), String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap())
        };
        let (fine, said) = run(&["list", "--failed"]);
        assert!(fine && said.contains("\tfailed\treceived\tn…@example.org\t1\t") && !said.contains("fine") && !said.contains("token"), "{said}");
        let (fine, said) = run(&["retry", "--id", "999"]);
        assert!(!fine && said.contains("999"), "{said}");
        assert!(!run(&["retry"]).0, "it asks which");
        assert_eq!(run(&["retry", "--all"]), (true, "1 message is tried again.\n".to_owned()));
        // The command's clock is the real one, and the test's stands.
        city.app.db.write(async move |tx| Ok::<_, waymark::error::Error>(tx.sql("update outbox set next_at = $1 where next_at is not null").bind(NOON).run().await?)).await.unwrap();
        counted(&city, "select count(*) from outbox where failed_at is not null and attempts = 1", 1).await;
        assert_eq!(run(&["retry", "--all"]).1, "1 message is tried again.\n");
    }

    async fn the_delivery_log_is_for_those_who_run_the_place_and_shows_no_secret(city, mail) {
        staff::appoint(&city).await;
        mail.stop();
        let mut numbers = Vec::new();
        for n in 0..7 {
            numbers.push(files(&city, &format!("resident{n}@example.org"), "en").await);
        }
        counted(&city, "select count(*) from outbox", 7).await;
        let admin = Browser::signed_in(&city, "admin@city.example").await;
        let page = admin.get("/api/notices?limit=5").await.expect(200);
        assert_eq!(page.header("cache-control"), "no-store");
        for (_, token) in &numbers {
            assert!(!page.text.contains(token.as_str()), "{}", page.text);
        }
        assert!(!page.text.contains("resident") && !page.text.contains("SECRET"), "{}", page.text);
        let page = page.json();
        let rest = admin.get(&format!("/api/notices?limit=5&before={}", page["next"])).await.expect(200).json();
        assert_eq!((page["notices"].as_array().unwrap().len(), rest["notices"].as_array().unwrap().len()), (5, 2));
        assert_eq!((&rest["next"], &page["notices"][0]["request"], &page["notices"][0]["state"]), (&Value::Null, &json!(numbers[6].0), &json!("waiting")));
        for bad in ["?limit=0", "?limit=201", "?state=gone", "?before=x"] {
            admin.get(&format!("/api/notices{bad}")).await.expect(422);
        }
        Browser::signed_in(&city, "admin.north@city.example").await.get("/api/notices").await.expect(403);
    }

    async fn what_is_old_is_forgotten_and_what_is_about_an_erased_request_at_once(city, mail) {
        let (number, _) = files(&city, "ana@example.org", "en").await;
        files(&city, "never@example.org", "en").await;
        mail.wait_for(1).await;
        counted(&city, "select count(*) from outbox where next_at is null", 2).await;
        let forget = city.app.db.write(async move |tx| {
            let (id,): (i64,) = tx.sql("select id from request where number = $1").bind(number.clone()).one().await?;
            waymark::notices::forget(tx, id).await
        });
        forget.await.unwrap();
        assert_eq!(city.count("select count(*) from outbox").await, 1);
        let days = city.app.config.notices.keep_days;
        let now = city.app.clock.now();
        for (at, left) in [(now + days * 24 * HOUR, 1), (now + days * 24 * HOUR + 1, 0)] {
            city.app.db.write(async move |tx| waymark::notices::forget_old(tx, days, at).await).await.unwrap();
            assert_eq!(city.count("select count(*) from outbox").await, left);
        }
    }
}

/// Mail settings for a server in another process.
fn environment(command: &mut std::process::Command, mail: &MailServer) {
    let set =
        [("HOST", "127.0.0.1".to_owned()), ("PORT", mail.port.to_string()), ("TLS", "none".into()), ("FROM", "311@testing.example".into())];
    for (name, value) in set {
        command.env(format!("WAYMARK__MAIL__{name}"), value);
    }
}

/// A server is killed with messages that nobody took yet, and with one that was taken while it waited for the answer.
async fn killed(database: Database, mut mail: MailServer) {
    mail.stop();
    let city = City::over(database).await; // itself it sends no mail
    let (url, folder) = (city.database.url.clone(), city.database.folder().to_owned());
    let mut sending = command(&url, &folder);
    environment(&mut sending, &mail);
    let mut first = Binary::spawn(sending);
    let client = crate::helpers::client();
    for name in ["one", "two", "three", "stall"] {
        let body = json!({ "service": "noise", "lon": 0.9, "lat": 52.6, "contact": { "email": format!("{name}@example.org") } });
        assert_eq!(client.post(format!("{}/api/requests", first.base)).json(&body).send().await.unwrap().status(), 201);
    }
    counted(&city, "select count(*) from outbox where next_at is not null", 4).await;
    first.kill();
    assert_eq!(mail.arrived().len(), 0);

    mail.again();
    // Its clock is ahead, so that every try that was put off is due.
    let ahead = Clock::standing_at(Clock::real().now() + 10 * MINUTE);
    let mut config = Config::default();
    config.database.url.clone_from(&url);
    config.server.port = 0;
    config.server.workers = 1;
    mail.settings(&mut config);
    config.mail.timeout_seconds = 60;
    config.notices.batch = 1; // nobody waits behind `stall`
    let config = config.settle(&folder).unwrap();
    let second = Server::start(config.clone(), ahead.clone()).await;
    let letters = mail.wait_for(4).await;
    drop(second); // in the middle of the answer to `stall`: taken, and not marked
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(ids(&letters).len(), 4);
    assert_eq!(city.count("select count(*) from outbox where sent_at is null").await, 1);

    ahead.advance(10 * MINUTE);
    let mut config = config;
    config.mail.timeout_seconds = 1;
    let _third = Server::start(config, ahead).await;
    let letters = mail.wait_for(5).await;
    assert_eq!(ids(&letters).len(), 4, "sent again under the same Message-ID");
    let twice = letters.iter().filter(|letter| letter.header("To") == "stall@example.org").count();
    assert_eq!(twice, 2, "twice, and never not at all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_loses_no_message_on_sqlite() {
    match MailServer::start() {
        Some(mail) => killed(Database::sqlite(), mail).await,
        None => println!("skipped: WAYMARK_TEST_SMTP names no mail server (scripts/mail)"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_loses_no_message_on_postgres() {
    match (Database::postgres().await, MailServer::start()) {
        (Some(database), Some(mail)) => killed(database, mail).await,
        _ => println!("skipped: WAYMARK_TEST_POSTGRES or WAYMARK_TEST_SMTP is not set"),
    }
}

/// A city that sends mail by `options` of the server and `last` settings.
async fn encrypted(options: &[&str], last: impl FnOnce(&mut Config)) -> Option<(City, MailServer)> {
    let mail = MailServer::with(options)?;
    let certificate = std::path::PathBuf::from(std::env::var("WAYMARK_TEST_CERT").unwrap()).join("ca.pem");
    let city = City::with(Database::sqlite(), |config| {
        mail.settings(config);
        config.mail.host = "localhost".into();
        config.mail.tls = "starttls".into();
        config.mail.ca_file = Some(certificate);
        (config.mail.username, config.mail.password) = ("city".into(), "right horse".into());
        last(config);
    });
    Some((city.await, mail))
}

const SIGNED: [&str; 8] = ["--certificate", "{}/cert.pem", "--key", "{}/key.pem", "--user", "city", "--password", "right horse"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_goes_encrypted_and_signed_in_or_waits() {
    let Some((city, mail)) = encrypted(&SIGNED, |_| ()).await else {
        println!("skipped: WAYMARK_TEST_SMTP names no mail server (scripts/mail)");
        return;
    };
    files(&city, "ana@example.org", "en").await;
    let letter = &mail.wait_for(1).await[0];
    assert_eq!((letter.header("X-Encrypted"), letter.header("X-Signed-In")), ("yes", "city"));

    let implicit: Vec<&str> = SIGNED.into_iter().chain(["--implicit"]).collect();
    let (city, mail) = encrypted(&implicit, |config| config.mail.tls = "tls".into()).await.unwrap();
    files(&city, "ana@example.org", "en").await;
    assert_eq!(mail.wait_for(1).await[0].header("X-Encrypted"), "yes");

    type Change = fn(&mut Config);
    let refused: [(&[&str], Change, &str); 3] = [
        (&SIGNED, |config| config.mail.password = "wrong horse".into(), "The mail server does not let us in: 535."),
        (&SIGNED, |config| config.mail.ca_file = None, "The mail server's certificate or encryption is not to be trusted."),
        (&[], |_| (), "The mail server offers no encryption, or no way to sign in that we know."),
    ];
    for (options, change, words) in refused {
        let (city, mail) = encrypted(options, change).await.unwrap();
        files(&city, "ana@example.org", "en").await;
        counted(&city, "select count(*) from outbox where error <> '' and next_at is not null and failed_at is null", 1).await;
        let (error,): (String,) = city.app.db.sql("select error from outbox").one().await.unwrap();
        assert_eq!((error.as_str(), mail.arrived().len()), (words, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_that_is_switched_on_later_tells_nothing_of_before() {
    let Some(mail) = MailServer::start() else {
        println!("skipped: WAYMARK_TEST_SMTP names no mail server (scripts/mail)");
        return;
    };
    let city = City::over(Database::sqlite()).await;
    files(&city, "before@example.org", "en").await;
    assert_eq!(city.count("select count(*) from follower where name = 'notices'").await, 0, "without mail nobody follows");
    let mut config = (*city.app.config).clone();
    mail.settings(&mut config);
    let later = Server::start(config, Clock::standing_at(NOON)).await;
    files(&later, "after@example.org", "en").await;
    assert_eq!(mail.wait_for(1).await[0].header("To"), "after@example.org");
    assert_eq!(city.count("select count(*) from outbox").await, 1);
}
