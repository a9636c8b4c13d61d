//! What each role may do over HTTP, in its district and outside, as a table. The policy's own table is tested beside it;
//! here it is what the routes ask for that is tested.

use reqwest::StatusCode;
use serde_json::{Value, json};
use waymark::people::policy::ROLES;

use crate::helpers::City;
use crate::staff::{self, Browser, filed};

/// Each route of staff with a body that would work, and what strangers, residents, members, dispatchers, supervisors,
/// leaders, auditors and admins are answered in scope. `{id}` is a case; out of scope it is 404 for everybody but strangers.
fn routes() -> Vec<(&'static str, &'static str, Option<Value>, [u16; 8])> {
    vec![
        ("GET", "/api/session", None, [401, 200, 200, 200, 200, 200, 200, 200]),
        ("GET", "/api/cases", None, [401, 403, 200, 200, 200, 200, 200, 200]),
        ("GET", "/api/cases/{id}", None, [401, 404, 200, 200, 200, 200, 200, 200]),
        ("GET", "/api/cases/{id}/timeline", None, [401, 404, 200, 200, 200, 200, 200, 200]),
        ("POST", "/api/cases/{id}/notes", Some(json!({ "text": "words" })), [401, 404, 201, 201, 201, 403, 403, 201]),
        ("POST", "/api/cases/{id}/moves", Some(json!({ "to": "pending" })), [401, 404, 200, 200, 200, 403, 403, 200]),
    ]
}

async fn ask(browser: &Browser, method: &str, path: &str, body: Option<&Value>) -> StatusCode {
    match body {
        Some(body) => browser.post(path, body).await.status,
        None if method == "GET" => browser.get(path).await.status,
        None => browser.delete(path).await.status,
    }
}

async fn fresh_case(city: &City, district: &'static str) -> i64 {
    filed(city, "noise", Some(district), Some("crew")).await.1
}

on_both! {
    async fn every_role_does_what_the_table_says_in_its_district_and_nothing_outside(city) {
        staff::appoint(&city).await;
        let mut cells = 0;
        for nth in 0..8_usize {
            let role = nth.checked_sub(1).map(|role| ROLES[role]);
            for suffix in ["", ".north"] {
                let browser = match role {
                    None => Browser::of(&city),
                    Some(role) => Browser::signed_in(&city, &format!("{role}{suffix}@city.example")).await,
                };
                for (method, route, body, expected) in routes() {
                    for district in ["north", "south"] {
                        let case = if route.contains("{id}") { fresh_case(&city, district).await } else { 0 };
                        let outside = suffix == ".north" && district == "south" && case != 0;
                        let wanted = if outside && nth > 0 { 404 } else { expected[nth] };
                        let got = ask(&browser, method, &route.replace("{id}", &case.to_string()), body.as_ref()).await;
                        assert_eq!(got.as_u16(), wanted, "{role:?}{suffix} {method} {route} in the {district}");
                        cells += 1;
                    }
                }
            }
        }
        println!("{} routes of staff, {} kinds of people, {cells} cells", routes().len(), 8);
    }
}

/// Every route of the OpenAPI document is in the table, or is public and says so.
#[test]
fn no_route_of_staff_is_left_out() {
    let document: Value = serde_json::from_str(&waymark::http::openapi().unwrap()).unwrap();
    let known: Vec<(String, String)> = routes().into_iter().map(|(method, path, ..)| (method.to_lowercase(), path.to_owned())).collect();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let public = operation["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == "public" || tag == "open311"));
            let signing = path == "/api/session" && method != "get"; // in tests/api/session.rs
            let reviewing = path == "/api/photos/{id}/review"; // in tests/api/photos.rs
            assert!(
                public || signing || reviewing || known.contains(&(method.clone(), path.clone())),
                "{method} {path} is in no table of permissions"
            );
        }
    }
}
