//! Who may do what over HTTP: every route of the OpenAPI document, asked by everybody, in scope and out of scope. What is
//! expected comes from the act that the route names and from the table of `people::policy`, never from the answers; the policy's
//! own table is tested beside it. A route without an act, or without a line in `routes.rs`, is unknown, and unknown is a failure.

mod askers;
mod routes;

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method};
use serde_json::Value;
use waymark::ledger;
use waymark::people::policy::{Act, On, Who, anywhere, may};

use crate::helpers::{City, NOON};
use crate::photos::picture;
use askers::{Asker, LIMITS, Limit, Place, Proof};
use routes::{Body, Of, Row};

/// Askers that are answered at a time; who asks does not change what somebody else is answered.
const AT_ONCE: usize = 8;

/// The act that each route names, in the order of the document.
fn acts() -> Vec<(String, Option<Act>)> {
    let document: Value = serde_json::from_str(&waymark::http::openapi().unwrap()).unwrap();
    let mut acts = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let act = operation.get("x-act").and_then(|act| serde_json::from_value(act.clone()).ok());
            acts.push((format!("{} {path}", method.to_uppercase()), act));
        }
    }
    acts.sort_by(|(a, _), (b, _)| a.split_once(' ').map(|(m, p)| (p, m)).cmp(&b.split_once(' ').map(|(m, p)| (p, m))));
    acts
}

/// What the policy says is answered: `None` is success, otherwise the status of the refusal.
fn expected(row: &Row, act: Act, asker: &Asker, on: &On) -> Option<u16> {
    let who = match (&asker.who, &asker.proof) {
        (_, Proof::Link { own: true }) => &Who::Resident { request: on.request.unwrap_or_default() },
        (who, _) => who,
    };
    let allowed = match row.of {
        Of::Nothing => anywhere(who, act),
        Of::City => may(who, act, &On::default()),
        Of::Team => may(who, act, &On { agency: on.agency, team: on.team, ..On::default() }),
        _ => may(who, act, on),
    };
    let seeing = match row.of {
        Of::Case | Of::FreshCase | Of::Photo | Of::Note | Of::Request => Some(Act::SeeCase),
        Of::Colleague | Of::FreshKey => Some(Act::SeeStaff),
        Of::Nothing | Of::City | Of::Place | Of::Team => None,
    };
    match (act, who) {
        // What pretends to be a key is refused before anything is asked.
        (_, Who::Anyone) if matches!(asker.proof, Proof::Key(_)) => Some(401),
        _ if allowed => None,
        (Act::ActOnOwnRequest, _) => Some(401),
        (Act::FileByKey, _) => Some(403),
        (_, Who::Anyone | Who::Resident { .. }) => Some(401),
        _ if !anywhere(who, act) => Some(403),
        // Whoever may not even see it is not told that it is there.
        _ if seeing.is_some_and(|see| !may(who, see, on)) => Some(404),
        _ => Some(403),
    }
}

async fn ask(city: &City, client: &Client, row: &Row, asker: &Asker, place: &Place) -> u16 {
    let method = Method::from_bytes(row.route.split_once(' ').unwrap().0.as_bytes()).unwrap();
    let id = match row.of {
        Of::Photo => place.photo.clone(),
        Of::Note => place.note.to_string(),
        Of::Colleague => place.colleague.to_string(),
        Of::FreshKey => place.key(city).await.to_string(),
        _ => place.case.to_string(),
    };
    let address = row.address.replace("{id}", &id).replace("{number}", &place.number).replace("{team}", place.team);
    let mut sent = client.request(method, format!("{}{address}", city.base)).header("origin", &city.base).header("if-match", "*");
    let (mut token, mut key) = ("none".to_owned(), "none".to_owned());
    match &asker.proof {
        Proof::Nothing => {}
        Proof::Link { own: true } => token.clone_from(&place.token),
        Proof::Link { own: false } => token = city.app.follow.token("another", &place.number),
        Proof::Key(known) => {
            key.clone_from(known);
            sent = sent.bearer_auth(known);
        }
        Proof::Session { cookie, .. } => sent = sent.header("cookie", cookie),
    }
    let fresh = format!("{:016x}", rand::random::<u64>());
    let other = if place.team == "crew" { "gardeners" } else { "crew" }.to_owned();
    let (grant, power) = (place.scoped("role", "resident"), place.scoped("power", "leader"));
    let filled = |text: &str| {
        let words =
            [("\"$grant\"", &grant), ("\"$power\"", &power), ("$token", &token), ("$key", &key), ("$fresh", &fresh), ("$other", &other)];
        words.iter().fold(text.replace("$service", place.service), |text, (name, value)| text.replace(name, value))
    };
    sent = match &row.body {
        Body::Nothing => sent,
        Body::Json(body) => sent.header("content-type", "application/json").body(filled(&body.to_string())),
        Body::Form(fields) => sent.form(&fields.iter().map(|(name, value)| (*name, filled(value))).collect::<Vec<_>>()),
        Body::Picture => sent.multipart(Form::new().part("photo", Part::bytes(picture(7)).file_name("a.png"))),
    };
    // Of a stream only the beginning is read.
    sent.send().await.unwrap().status().as_u16()
}

/// The places that somebody is asked about on a row: one, where what is asked is the same everywhere.
fn places<'a>(row: &Row, asker: &Asker, home: &'a Place, others: &'a [(Limit, Place)]) -> Vec<&'a Place> {
    let elsewhere =
        others.iter().filter(|(limit, _)| *limit == asker.limit && !matches!(row.of, Of::Nothing | Of::City)).map(|(_, place)| place);
    std::iter::once(home).chain(elsewhere).collect()
}

async fn matrix(city: City) {
    let client = Client::new(); // without a jar: an answer's cookies change nobody
    let askers = askers::everybody(&city).await;
    let home = askers::home(&city).await;
    // A head of the log is there for everybody, whenever the worker signs its own.
    ledger::catch_up(&city.app.db).await.unwrap();
    ledger::sign(&city.app.db, &city.app.signer, 0, NOON).await.unwrap();
    let mut others = Vec::new();
    for limit in LIMITS {
        others.push((limit, askers::elsewhere(&city, limit).await));
    }
    let mut columns: Vec<String> = askers.iter().map(|asker| asker.column.clone()).collect();
    columns.dedup();
    let (acts, rows) = (acts(), routes::rows());
    let (mut cells, mut wrong, mut unknown) = (0, Vec::new(), Vec::new());
    let mut table = format!("{:<48} {:<18}{}\n", "route", "act", columns.iter().map(|c| format!("{c:>12}")).collect::<String>());
    for (route, act) in &acts {
        let (Some(act), Some(row)) = (act, rows.iter().find(|row| row.route == route)) else {
            unknown.push(route);
            continue;
        };
        let asking = askers
            .iter()
            .filter(|asker| asker.limit == Limit::Nowhere || !anywhere(&Who::Anyone, *act)) // what everybody may has no scope
            .map(|asker| tries(&city, &client, row, asker, places(row, asker, &home, &others)));
        // In the order of the askers, whoever is answered first.
        let tried: Vec<Vec<(&Asker, On, u16)>> = stream::iter(asking).buffered(AT_ONCE).collect().await;
        let mut line: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for (asker, on, got) in tried.into_iter().flatten() {
            let wanted = expected(row, *act, asker, &on).or(row.answers);
            if wanted.map_or(!(200..300).contains(&got), |status| status != got) {
                wrong.push(format!("{route} by {} ({:?}) of {on:?}: {got}, not {wanted:?}", asker.column, asker.limit));
            }
            cells += 1;
            let cell = line.entry(columns.iter().position(|c| *c == asker.column).unwrap()).or_default();
            if !cell.contains(&got.to_string()) {
                cell.push(got.to_string());
            }
        }
        let name = serde_json::to_value(act).unwrap();
        let answers = line.values().map(|c| format!("{:>12}", c.join("/"))).collect::<String>();
        table += &format!("{route:<48} {:<18}{answers}\n", name.as_str().unwrap());
    }
    // At once, so that the tables of the two databases stand one after the other.
    println!("{table}{} routes, {} roles, {cells} cells, {} unknown", acts.len(), columns.len(), unknown.len());
    assert!(unknown.is_empty(), "these name no act (`x-act`) or have no line in tests/api/authz/routes.rs: {unknown:#?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What one asker is answered on one row, at each place in turn: an asker is nobody's neighbour but one's own.
async fn tries<'a>(city: &City, client: &Client, row: &Row, asker: &'a Asker, places: Vec<&Place>) -> Vec<(&'a Asker, On, u16)> {
    let mut answers = Vec::new();
    for place in places {
        let place = if row.of == Of::FreshCase { &askers::fresh(city, place).await } else { place };
        let got = match (&asker.proof, row.leaves) {
            (Proof::Session { email, .. }, true) if asker.who != Who::Anyone => {
                let asker = Asker { proof: askers::session(city, email).await, ..asker.clone() };
                ask(city, client, row, &asker, place).await
            }
            _ => ask(city, client, row, asker, place).await,
        };
        answers.push((asker, place.on.clone(), got));
    }
    answers
}

on_both! {
    async fn everybody_does_what_the_policy_says_and_nothing_else(city) {
        matrix(city).await
    }
}

/// A line for a route that is gone would be a line that nobody reads.
#[test]
fn every_line_is_a_route() {
    let known = acts();
    for row in routes::rows() {
        assert!(known.iter().any(|(route, _)| route == row.route), "{} is no route", row.route);
    }
}
