//! `/open311`: GeoReport v2 in XML and JSON. What both formats say is compared everywhere; the project's JSON Schemas judge
//! the rest where they are at hand.

mod filing;
mod media;
mod oracle;
mod refusals;
mod search;
mod services;

use serde_json::Value;
use waymark::catalog::{self, AttributeDraft, Choice, Condition, Datatype, Kind, ServiceDraft};
use waymark::error::Error;
use waymark::people::keys::{self, NewKey};

use crate::helpers::{Answer, City, NOON};

/// Text that would do harm wherever it is not escaped, and that every field has to give back as it is.
const HOSTILE: &str = "<script>alert('x')</script> &amp; ]]> \"q\" '); drop table request; --\r\n\tzweite Zeile ⛳ \u{202e}";

/// The city's services and three more: `tree` (batch, a question of every type), `praise` (blackbox), and `gas`, where an
/// answer ends the form. Filing takes the key `demo`.
pub async fn settled(city: &City) {
    let question = |code: &str, datatype| AttributeDraft::new(code, datatype, format!("What about {code}?"));
    let choice = |key: &str, name: &str| Choice { key: key.into(), name: name.into(), stop: None };
    let mut tree = ServiceDraft::new("tree", "Tree <down> & out");
    tree.kind = Kind::Batch;
    tree.description = HOSTILE.trim().into();
    tree.group = "Parks".into();
    tree.keywords = vec!["branch".into(), "storm".into()];
    tree.attributes = vec![
        AttributeDraft { variable: false, ..question("hint", Datatype::String) },
        AttributeDraft {
            required: true,
            values: vec![choice("fell", "It fell"), choice("leans", "It \"leans\"")],
            ..question("state", Datatype::SingleValueList)
        },
        AttributeDraft {
            required: true,
            condition: Some(Condition { attribute: "state".into(), any_of: vec!["leans".into()] }),
            ..question("degrees", Datatype::Number)
        },
        AttributeDraft { values: vec![choice("road", "Road"), choice("wire", "Wire")], ..question("on", Datatype::MultiValueList) },
        question("since", Datatype::Datetime),
        question("kind", Datatype::String),
        question("story", Datatype::Text),
    ];
    let mut praise = ServiceDraft::new("praise", "Praise");
    praise.kind = Kind::Blackbox;
    let mut gas = ServiceDraft::new("gas", "Smell");
    gas.attributes = vec![AttributeDraft {
        values: vec![choice("bin", "Bins"), Choice { stop: Some("Leave and call the fire service.".into()), ..choice("gas", "Gas") }],
        ..question("smell", Datatype::SingleValueList)
    }];
    let write = city.app.db.write(async move |tx| {
        catalog::save_all(tx, &[tree.clone(), praise.clone(), gas.clone()], None, NOON).await?;
        keys::put(tx, None, &NewKey::filing("Demonstration"), "demo", NOON).await?;
        Ok::<_, Error>(())
    });
    write.await.unwrap();
}

/// Files a form with the key and returns the one object of the answer.
async fn files(city: &City, fields: &[(&str, &str)]) -> Value {
    let fields: Vec<_> = [("api_key", "demo")].into_iter().chain(fields.iter().copied()).collect();
    let answer = city.form("/open311/v2/requests.json", &fields).await.expect(200);
    let list = answer.json();
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    list[0].clone()
}

/// Reads a page in both formats, asserts that they say the same, and returns it as JSON.
async fn both(city: &City, path: &str, query: &str) -> Value {
    let json = city.get(&format!("/open311/{path}.json{query}")).await.expect(200);
    let xml = city.get(&format!("/open311/{path}.xml{query}")).await.expect(200);
    assert_eq!(json.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(xml.header("content-type"), "text/xml; charset=utf-8");
    assert_eq!(json.header("access-control-allow-origin"), "*");
    oracle::says_the_same(&xml.text, &json.json());
    json.json()
}

/// The errors of a refusal in its format, as (code, description).
fn errors(answer: &Answer) -> Vec<(u64, String)> {
    let list = if answer.header("content-type").starts_with("text/xml") {
        oracle::errors_of_xml(&answer.text)
    } else {
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8", "{answer:?}");
        answer.json()
    };
    let entry = |e: &Value| (e["code"].as_u64().unwrap(), e["description"].as_str().unwrap().to_owned());
    list.as_array().unwrap().iter().map(entry).collect()
}
