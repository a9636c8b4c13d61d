//! `/api/session/oidc`: signing in at a provider of identities, against a certified one and against crooked ones that
//! `scripts/oidc` starts (`tests/oidc`).

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::{Client, Method, redirect::Policy};
use serde_json::{Value, json};
use waymark::config::{Config, OidcRole};
use waymark::people::staff as people;

use crate::helpers::{Answer, City, Database, NOON};
use crate::staff::{self, Browser, PASSWORD};

/// The address of the providers; without it there is nothing to test against.
fn providers() -> Option<String> {
    let found = std::env::var("WAYMARK_TEST_OIDC").ok();
    if found.is_none() {
        println!("skipped: WAYMARK_TEST_OIDC names no provider");
    }
    found
}

fn role(value: &str, role: &str, jurisdiction: &str) -> OidcRole {
    OidcRole { value: value.into(), role: role.into(), jurisdiction: jurisdiction.into(), ..OidcRole::default() }
}

/// A city whose staff may sign in at this provider; `last` may differ.
async fn city(database: Database, issuer: &str, last: impl FnOnce(&mut Config)) -> City {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let here = format!("http://127.0.0.1:{port}");
    let asked =
        json!({ "redirect_uris": [format!("{here}/api/session/oidc/callback")], "post_logout_redirect_uris": [format!("{here}/desk")] });
    let (mut id, mut secret) = ("crooked".to_owned(), "a secret".to_owned());
    if !issuer.contains("/crooked/") && !issuer.ends_with(":1") {
        let registered = Answer::of(client().post(format!("{issuer}/reg")).json(&asked)).await.expect(201).json();
        (id, secret) = (registered["client_id"].as_str().unwrap().into(), registered["client_secret"].as_str().unwrap().into());
    }
    let city = City::with(database, |config| {
        config.server.port = port;
        config.server.public_url.clone_from(&here);
        config.oidc.issuer = issuer.into();
        config.oidc.name = "the city's own".into();
        (config.oidc.client_id, config.oidc.client_secret) = (id, secret);
        config.oidc.scopes = vec!["email".into(), "profile".into(), "groups".into()];
        last(config);
    })
    .await;
    staff::appoint(&city).await;
    // The provider's tokens are of today.
    let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    city.app.clock.advance(i64::try_from(today).unwrap() - NOON);
    city
}

/// A browser that shows every step of its way.
fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap()
}

/// A browser of somebody whom the provider knows.
async fn person(provider: &str, subject: &str, claims: Value) -> Client {
    let client = client();
    Answer::of(client.put(format!("{provider}/people/{subject}")).json(&claims)).await.expect(204);
    Answer::of(client.get(format!("{provider}/be/{subject}"))).await.expect(204);
    client
}

/// Follows a way from an address until it leads to a page of ours, or to `stop`; the address it comes to.
async fn way(client: &Client, city: &City, from: &str, stop: &str) -> String {
    let mut at = from.to_owned();
    for _ in 0..12 {
        let answer = Answer::of(client.get(&at)).await;
        assert_eq!(answer.status, 303, "{at}: {answer:?}");
        let location = answer.header("location").to_owned();
        at = reqwest::Url::parse(&at).unwrap().join(&location).unwrap().to_string();
        match at.strip_prefix(&city.base) {
            Some(path) if !path.starts_with("/api/session/oidc") || (!stop.is_empty() && path.starts_with(stop)) => return at,
            _ => {}
        }
    }
    panic!("the way from {from} has no end");
}

/// The path that a sign-in ends at.
async fn sign_in(client: &Client, city: &City, to: &str) -> String {
    let from = reqwest::Url::parse_with_params(&format!("{}/api/session/oidc", city.base), [("to", to)]).unwrap();
    way(client, city, from.as_str(), "").await.replace(&city.base, "")
}

async fn me(client: &Client, city: &City) -> Answer {
    Answer::of(client.get(format!("{}/api/session", city.base))).await
}

const CALLBACK: &str = "/api/session/oidc/callback";

async fn groups_become_roles(database: Database) {
    let Some(provider) = providers() else { return };
    let city = city(database, &provider, |config| {
        config.oidc.auto_create = true;
        config.oidc.roles = vec![role("desk-north", "dispatcher", "district:north"), role("heads", "leader", "")];
        // The provider answers for its own second factor.
        config.staff.second_factor = vec!["all".into()];
    })
    .await;
    let subject = format!("ana-{}", city.database.is_postgres());
    let claims = |groups: Value| json!({ "email": "Ana@City.example", "email_verified": true, "name": "Ana Souza", "groups": groups });
    let ana = person(&provider, &subject, claims(json!(["desk-north", "chess"]))).await;
    assert_eq!(sign_in(&ana, &city, "/settings/account?x=1").await, "/settings/account?x=1");
    let session = me(&ana, &city).await.expect(200).json();
    assert_eq!(
        (&session["name"], &session["email"], &session["must_enrol"]),
        (&json!("Ana Souza"), &json!("ana@city.example"), &json!(false))
    );
    assert_eq!(session["grants"], json!([{ "role": "dispatcher", "agency": null, "jurisdiction": "district:north", "service": null }]));
    Answer::of(ana.get(format!("{}/api/cases", city.base))).await.expect(200);
    let list = Answer::of(ana.get(format!("{}/api/account/sessions", city.base))).await.json();
    assert_eq!(list["sessions"][0]["method"], "provider");
    let no_password = ana.post(format!("{}/api/account/second-factor", city.base)).header("origin", &city.base);
    Answer::of(no_password.json(&json!({ "password": "x" }))).await.expect(409);

    // The next sign-in reads the rights again; what was given by hand stays.
    let write = city.app.db.write(async move |tx| {
        let member = people::find(tx, "ana@city.example").await?;
        let by_hand = people::NewGrant { role: waymark::people::policy::Role::Auditor, agency: None, jurisdiction: None, service: None };
        people::grant(tx, member, &by_hand, None, NOON).await
    });
    write.await.unwrap();
    Answer::of(ana.put(format!("{provider}/people/{subject}")).json(&claims(json!(["heads"])))).await.expect(204);
    assert_eq!(sign_in(&ana, &city, "/desk").await, "/desk");
    let roles: Vec<Value> = me(&ana, &city).await.json()["grants"].as_array().unwrap().iter().map(|grant| grant["role"].clone()).collect();
    assert_eq!(roles, [json!("auditor"), json!("leader")]);
    assert_eq!(city.count("select count(*) from member where name = 'Ana Souza'").await, 1);
    assert_eq!(city.count("select count(*) from session where method = 'provider'").await, 1, "the session before has ended");

    // Stopped here, she stays out, whatever the provider says.
    let write = city.app.db.write(async move |tx| {
        let member = people::find(tx, "ana@city.example").await?;
        people::deactivate(tx, member, None, NOON).await
    });
    write.await.unwrap();
    me(&ana, &city).await.expect(401);
    assert_eq!(sign_in(&ana, &city, "/desk").await, "/desk?sign_in=unknown");
    me(&ana, &city).await.expect(401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_sign_in_adds_a_member_and_groups_become_roles_on_sqlite() {
    groups_become_roles(Database::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_sign_in_adds_a_member_and_groups_become_roles_on_postgres() {
    if let Some(database) = Database::postgres().await {
        groups_become_roles(database).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_are_recognised_by_a_verified_address_once_and_by_the_subject_ever_after() {
    let Some(provider) = providers() else { return };
    let city = city(Database::sqlite(), &provider, |_| ()).await;
    let unverified =
        person(&provider, "mallory", json!({ "email": "admin@city.example", "email_verified": false, "name": "Mallory" })).await;
    assert_eq!(sign_in(&unverified, &city, "/desk").await, "/desk?sign_in=unknown");
    let stranger = person(&provider, "stranger", json!({ "email": "nobody@city.example", "email_verified": true })).await;
    assert_eq!(sign_in(&stranger, &city, "/desk").await, "/desk?sign_in=unknown", "members are not made where the city does not want it");

    let leader = person(&provider, "leader-1", json!({ "email": "leader@city.example", "email_verified": true })).await;
    assert_eq!(sign_in(&leader, &city, "/insight").await, "/insight");
    assert_eq!(me(&leader, &city).await.json()["grants"][0]["role"], "leader", "grants given here stay where no groups are mapped");
    // Another address at the provider is still the same person; the old address on another subject is not.
    Answer::of(leader.put(format!("{provider}/people/leader-1")).json(&json!({ "email": "admin@city.example", "email_verified": true })))
        .await
        .expect(204);
    assert_eq!(sign_in(&leader, &city, "/insight").await, "/insight");
    assert_eq!(me(&leader, &city).await.json()["email"], "leader@city.example");
    let heir = person(&provider, "leader-2", json!({ "email": "leader@city.example", "email_verified": true })).await;
    assert_eq!(sign_in(&heir, &city, "/desk").await, "/desk?sign_in=unknown");
    assert_eq!(city.count("select count(*) from event where kind = 'sign_in_changed' and data_json like '%identity_linked%'").await, 1);

    // Signing out leads past the provider.
    let gone = leader.delete(format!("{}/api/session", city.base)).header("origin", &city.base);
    let farewell = Answer::of(gone).await.expect(200).json()["provider"].as_str().unwrap().to_owned();
    assert!(
        farewell.starts_with(&format!("{provider}/session/end?client_id=")) && farewell.contains("post_logout_redirect_uri="),
        "{farewell}"
    );
    me(&leader, &city).await.expect(401);
    Answer::of(leader.get(farewell)).await.expect(200);
    Browser::signed_in(&city, "admin@city.example").await.delete("/api/session").await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_no_role_gets_no_session() {
    let Some(provider) = providers() else { return };
    let city = city(Database::sqlite(), &provider, |config| {
        config.oidc.auto_create = true;
        config.oidc.roles = vec![role("roleless-desk", "dispatcher", "")];
    })
    .await;
    let outsider = person(&provider, "outsider", json!({ "email": "out@city.example", "email_verified": true, "groups": ["chess"] })).await;
    assert_eq!(sign_in(&outsider, &city, "/desk").await, "/desk?sign_in=unknown");
    assert_eq!(city.count("select count(*) from member where email = 'out@city.example'").await, 0, "nobody is added for nothing");
    Answer::of(
        outsider
            .put(format!("{provider}/people/outsider"))
            .json(&json!({ "email": "out@city.example", "email_verified": true, "groups": ["roleless-desk"] })),
    )
    .await;
    assert_eq!(sign_in(&outsider, &city, "/desk").await, "/desk");
    Answer::of(outsider.put(format!("{provider}/people/outsider")).json(&json!({ "email": "out@city.example", "email_verified": true })))
        .await;
    assert_eq!(sign_in(&outsider, &city, "/desk").await, "/desk?sign_in=roleless");
    assert_eq!(city.count("select count(*) from member_grant where issuer is not null").await, 0, "what the provider took away is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_belongs_to_the_browser_that_set_out_and_is_good_once() {
    let Some(provider) = providers() else { return };
    let city = city(Database::sqlite(), &provider, |_| ()).await;
    let claims = json!({ "email": "auditor@city.example", "email_verified": true });
    let auditor = person(&provider, "auditor", claims.clone()).await;
    let start = format!("{}/api/session/oidc?to=/desk", city.base);
    let set_out = Answer::of(auditor.get(&start)).await.expect(303);
    let cookie = set_out.header("set-cookie");
    assert!(
        cookie.starts_with("waymark_flow=")
            && cookie.contains("HttpOnly")
            && cookie.contains("SameSite=Lax")
            && cookie.contains("Max-Age=600"),
        "{cookie}"
    );
    for secret in ["state", "nonce", "verifier"] {
        assert!(!cookie.contains(secret));
    }
    let asked = reqwest::Url::parse(set_out.header("location")).unwrap();
    let asked: std::collections::HashMap<_, _> = asked.query_pairs().into_owned().collect();
    assert_eq!((asked["response_type"].as_str(), asked["code_challenge_method"].as_str()), ("code", "S256"));
    assert!(asked["state"].len() == 52 && asked["nonce"].len() == 52 && asked["scope"] == "openid email profile groups", "{asked:?}");

    // Another browser is handed the answer (login CSRF), then the state is changed.
    let answer = way(&auditor, &city, &start, CALLBACK).await;
    let victim = client();
    assert_eq!(way(&victim, &city, &answer, "").await, format!("{}/desk?sign_in=stale", city.base));
    me(&victim, &city).await.expect(401);
    let other_state = answer.replace("state=", "state=0");
    assert!(way(&auditor, &city, &other_state, "").await.ends_with("/desk?sign_in=stale"));
    assert!(way(&auditor, &city, &answer, "").await.ends_with("/desk?sign_in=stale"), "that used up what the browser kept");

    // A code is good once: the provider refuses it again, also with what belongs to it.
    let (flow, answer) = {
        let set_out = Answer::of(auditor.get(&start)).await.expect(303);
        let flow = set_out.header("set-cookie").split(';').next().unwrap().to_owned();
        (flow, way(&auditor, &city, set_out.header("location"), CALLBACK).await)
    };
    let with = |flow: String| Answer::of(client().get(&answer).header("cookie", flow));
    assert_eq!(with(flow.clone()).await.expect(303).header("location"), "/desk");
    assert_eq!(with(flow.clone()).await.expect(303).header("location"), "/desk?sign_in=untrusted");
    let bent = format!("{}0", &flow[..flow.len() - 1]);
    let bent = if bent == flow { format!("{}1", &flow[..flow.len() - 1]) } else { bent };
    assert_eq!(with(bent).await.expect(303).header("location"), "/desk?sign_in=stale");

    // Who answers must be who was asked (RFC 9207), and a refusal is one.
    let answer = way(&auditor, &city, &start, CALLBACK).await;
    let mixed = answer.replace("iss=", "iss=https%3A%2F%2Fevil.example%2F");
    assert!(mixed != answer && way(&auditor, &city, &mixed, "").await.ends_with("/desk?sign_in=declined"));
    let nobody = client();
    assert_eq!(sign_in(&nobody, &city, "/desk").await, "/desk?sign_in=declined");
    let answer = way(&auditor, &city, &start, CALLBACK).await;
    city.app.clock.advance(10 * 60_000);
    assert!(way(&auditor, &city, &answer, "").await.ends_with("/desk?sign_in=stale"), "too late");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_in_an_id_token_lets_nobody_in() {
    let Some(provider) = providers() else { return };
    let faults = [
        ("none", ""),
        ("audience", "untrusted"),
        ("audiences", "untrusted"),
        ("issuer", "untrusted"),
        ("expired", "untrusted"),
        ("nonce", "untrusted"),
        ("key", "untrusted"),
        ("changed", "untrusted"),
        ("unsigned", "untrusted"),
        ("symmetric", "untrusted"),
        ("access", "untrusted"),
        ("missing", "untrusted"),
        ("state", "stale"),
        ("discovery", "unreachable"),
    ];
    for (fault, why) in faults {
        let city = city(Database::sqlite(), &format!("{provider}/crooked/{fault}"), |_| ()).await;
        let crook = client();
        let came_to = sign_in(&crook, &city, "/desk").await;
        if why.is_empty() {
            assert_eq!(came_to, "/desk", "without a fault the forged provider is believed");
            assert_eq!(me(&crook, &city).await.json()["email"], "admin@city.example");
        } else {
            assert_eq!(came_to, format!("/desk?sign_in={why}"), "{fault}");
            me(&crook, &city).await.expect(401);
            assert_eq!(city.count("select count(*) from session").await, 0, "{fault}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_site_is_gone_to_afterwards() {
    let Some(provider) = providers() else { return };
    let city = city(Database::sqlite(), &provider, |_| ()).await;
    for to in
        ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "/api/session/oidc", ""]
    {
        let admin = person(&provider, "redirected", json!({ "email": "admin@city.example", "email_verified": true })).await;
        assert_eq!(sign_in(&admin, &city, to).await, "/desk", "{to:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_provider_is_down_a_page_says_so_and_passwords_work() {
    if providers().is_none() {
        return;
    }
    let city = city(Database::sqlite(), "http://127.0.0.1:1", |config| config.rates.on = true).await;
    assert_eq!(city.get("/api/config").await.json()["provider"], "the city's own");
    assert_eq!(sign_in(&client(), &city, "/desk").await, "/desk?sign_in=unreachable");
    Browser::signed_in(&city, "admin@city.example").await.get("/api/cases").await.expect(200);
    // Made-up answers are counted by where they come from.
    let mut tries = 0;
    let refused = loop {
        let answer = Answer::of(city.call(Method::GET, "/api/session/oidc/callback?code=1&state=2")).await;
        if answer.status == 429 {
            break answer;
        }
        tries += 1;
        assert!(tries < 200);
    };
    assert!(tries >= 50 && !refused.header("retry-after").is_empty(), "{tries}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_provider_there_is_no_such_way() {
    let city = City::over(Database::sqlite()).await;
    staff::appoint(&city).await;
    city.get("/api/session/oidc").await.expect(404);
    city.get(&format!("{CALLBACK}?code=1&state=2")).await.expect(404);
    assert_eq!(city.get("/api/config").await.json()["provider"], Value::Null);
    city.post("/api/session", &json!({ "email": "admin@city.example", "password": PASSWORD })).await.expect(200);
}
