//! What stands in the city: imports of streets, assets and addresses, and rules that ask what is near.

use std::path::PathBuf;

use serde_json::json;
use waymark::error::{Error, Result};
use waymark::gazetteer::Role;
use waymark::imports::places::{self, Counts, Fields, Order, Summary, What};
use waymark::routing::rules::{Conditions, Near};
use waymark::routing::{self, RuleDraft};

use crate::helpers::{City, NOON};

/// A line of a street with an owner.
fn street(name: &str, owner: &str, line: &[[f64; 2]]) -> serde_json::Value {
    json!({ "type": "Feature", "properties": { "NAME": name, "Owner": owner, "lanes": 2, "tags": ["a"] },
        "geometry": { "type": "LineString", "coordinates": line } })
}

async fn import(city: &City, what: What, name: &str, text: &str, change: impl FnOnce(&mut Order)) -> Result<Summary> {
    let folder = city.database.folder().to_owned();
    let file: PathBuf = folder.join(name);
    std::fs::write(&file, text).unwrap();
    let mut order =
        Order { rejects: folder.join(format!("{name}.rejects.csv")), file, what, fields: Fields::default(), keep: false, city: None };
    change(&mut order);
    places::import(&city.app.db, &city.app.clock, order).await
}

fn streets() -> What {
    What::Assets { kind: "street".into(), name: "Streets".into(), role: Role::Street }
}

fn collection(features: &[serde_json::Value]) -> String {
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

async fn save_rule(city: &City, near: Near) -> Result<()> {
    let conditions = Conditions { near: vec![near], ..Conditions::default() };
    let state = RuleDraft {
        name: "State roads".into(),
        conditions,
        team: Some("state".into()),
        team_of_layer: None,
        priority: None,
        due_hours: None,
    };
    let rest = RuleDraft { name: "Rest".into(), conditions: Conditions::default(), team: Some("city".into()), ..state.clone() };
    city.app.db.write(async move |tx| routing::save_rules(tx, &[state.clone(), rest.clone()], None, NOON).await).await
}

fn owned(owner: &str) -> Near {
    Near { kind: "street".into(), within_m: 25, property: Some("owner".into()), any_of: vec![owner.into()] }
}

on_both! {
    async fn streets_are_taken_once_and_what_is_gone_goes(city) {
        let main = street("Main Street", "city", &[[0.9, 52.6], [0.91, 52.6]]);
        let route = street("Route 3", "state", &[[0.9, 52.61], [0.91, 52.61]]);
        let nameless = street(" ", "city", &[[0.9, 52.62], [0.91, 52.62]]);
        let feet = street("In feet", "city", &[[1_164_000.0, 1_863_000.0], [1_164_000.0, 1_863_001.0]]);
        let text = collection(&[main.clone(), route.clone(), nameless, feet, main.clone()]);
        let first = import(&city, streets(), "streets.geojson", &text, |_| ()).await.unwrap();
        assert_eq!(first.counts, Counts { read: 5, new: 2, repeated: 1, rejected: 2, ..Counts::default() });
        let rejects = std::fs::read_to_string(first.rejects.unwrap()).unwrap();
        assert!(rejects.contains("3,,it has no name") && rejects.contains("metres or feet"), "{rejects}");
        let told = || city.count("select count(*) from event where kind = 'places_imported'");
        assert_eq!(told().await, 2, "the kind, and the streets");

        let again = import(&city, streets(), "streets.geojson", &text, |_| ()).await.unwrap();
        assert_eq!(again.counts, Counts { read: 5, same: 2, repeated: 1, rejected: 2, ..Counts::default() });
        assert_eq!(told().await, 2, "nothing changed, nothing happened");

        let one = collection(&[main]);
        let kept = import(&city, streets(), "one.geojson", &one, |order| order.keep = true).await.unwrap();
        assert_eq!((kept.counts.same, kept.counts.removed), (1, 0));
        let broken = import(&city, streets(), "broken.geojson", one.trim_end_matches("\"FeatureCollection\"}"), |_| ()).await.unwrap();
        assert!(broken.broken.is_some() && broken.counts.removed == 0, "a file that breaks off takes nothing away");
        let empty = import(&city, streets(), "none.geojson", &collection(&[]), |_| ()).await.unwrap();
        assert_eq!((empty.counts.removed, city.count("select count(*) from asset").await), (0, 2));
        let replaced = import(&city, streets(), "one.geojson", &one, |_| ()).await.unwrap();
        assert_eq!((replaced.counts.removed, city.count("select count(*) from asset").await), (1, 1));
    }

    async fn addresses_come_from_csv_as_registers_write_it(city) {
        let text = "LON,LAT,NUMBER,STREET,UNIT,POSTCODE,ID\n0.901,52.6001,12,Main Street,,NR1,a\n0.902,52.6001,12a,Main Street,,NR1,b\n\
            52.6001,0.902,14,Main Street,,NR1,c\n0.9,north,16,Main Street,,NR1,d\n0.903,52.6,,Main Street,,NR1,e\n";
        let by_id = |order: &mut Order| {
            order.fields.id = Some("id".into());
            order.city = Some([0.8, 52.5, 1.0, 52.7]);
        };
        let first = import(&city, What::Addresses, "addresses.csv", text, by_id).await.unwrap();
        assert_eq!(first.counts, Counts { read: 5, new: 2, rejected: 3, ..Counts::default() });
        let rejects = std::fs::read_to_string(first.rejects.unwrap()).unwrap();
        for reason in ["look swapped", "\"\"north\"\"", "no house number"] {
            assert!(rejects.contains(reason), "{reason}: {rejects}");
        }
        let moved = text.replace("0.901,52.6001", "0.9015,52.6001");
        let second = import(&city, What::Addresses, "addresses.csv", &moved, by_id).await.unwrap();
        assert_eq!((second.counts.changed, second.counts.same), (1, 1));
        let refused = import(&city, What::Addresses, "other.csv", "number,street\n1,Main Street\n", |_| ()).await.unwrap_err();
        assert!(refused.to_string().contains("--lon"), "{refused}");
    }

    async fn who_owns_the_nearest_road_decides(city) {
        let team = async move |tx: &mut waymark::db::Tx| {
            let (agency,): (i64,) = tx.sql("insert into agency (code, name) values ('works', 'Works') returning id").one().await?;
            for code in ["state", "city"] {
                tx.sql("insert into team (agency_id, code, name) values ($1, $2, $2)").bind(agency).bind(code).run().await?;
            }
            Ok::<_, Error>(())
        };
        city.app.db.write(team).await.unwrap();
        let refused = save_rule(&city, owned("state")).await.unwrap_err().to_string();
        assert!(refused.contains("there are no assets of that kind"), "{refused}");

        let main = street("Main Street", "city", &[[0.9, 52.6], [0.91, 52.6]]);
        let route = street("Route 3", "state", &[[0.905, 52.59], [0.905, 52.61]]);
        import(&city, streets(), "streets.geojson", &collection(&[main, route]), |_| ()).await.unwrap();
        for (near, problem) in [
            (owned("county"), "names \"county\", which is the owner of no street"),
            (Near { property: Some("surface".into()), ..owned("state") }, "which no street has"),
            (Near { within_m: 0, ..owned("state") }, "between 1 and 2000"),
            (Near { any_of: vec![], ..owned("state") }, "never match"),
            (Near { property: None, ..owned("state") }, "no property"),
        ] {
            let refused = save_rule(&city, near).await.unwrap_err().to_string();
            assert!(refused.contains("rules.0.conditions.near") && refused.contains(problem), "{refused}");
        }
        save_rule(&city, owned("state")).await.unwrap();

        let sent = async |lon: f64, lat: f64| {
            let filed = city.files("pothole", lon, lat).await;
            let number = filed["number"].as_str().unwrap().to_owned();
            let text = "select t.code, c.route_json from request r join case_record c on c.id = r.case_id join team t on t.id = c.team_id where number = $1";
            let (team, route): (String, String) = city.app.db.sql(text).bind(number).one().await.unwrap();
            (team, serde_json::from_str::<routing::Why>(&route).unwrap())
        };
        let (team, why) = sent(0.90505, 52.6002).await;
        assert_eq!(team, "state");
        let held = serde_json::to_value(&why.tried[0].held).unwrap();
        assert_eq!(held, json!([{ "kind": "near", "asset": "street", "name": "Route 3", "metres": 3, "property": "owner", "value": "state" }]));
        let (team, why) = sent(0.9085, 52.6001).await;
        assert_eq!(team, "city");
        assert!(why.tried[0].because.contains("\"Main Street\" (11 m), has \"city\" as owner and not state"), "{}", why.tried[0].because);

        // the road changes hands, and the next request goes there
        let handed = street("Main Street", "state", &[[0.9, 52.6], [0.91, 52.6]]);
        import(&city, streets(), "streets.geojson", &collection(&[handed]), |_| ()).await.unwrap();
        assert_eq!(sent(0.9015, 52.6001).await.0, "state");
    }
}

/// A town with a register: Main Street and Fifth Avenue cross, and there is a park.
async fn register(city: &City) {
    let main = street("Main Street", "city", &[[0.9, 52.6], [0.91, 52.6]]);
    let fifth = street("North Fifth Avenue", "state", &[[0.905, 52.59], [0.905, 52.61]]);
    import(city, streets(), "streets.geojson", &collection(&[main, fifth]), |_| ()).await.unwrap();
    let addresses = "number,street,zip,lon,lat\n12,Main Street,60601,0.901,52.6001\n14,Main Street,60601,0.9015,52.6001\n";
    import(city, What::Addresses, "addresses.csv", addresses, |_| ()).await.unwrap();
    let square = [[0.9, 52.62], [0.91, 52.62], [0.91, 52.63], [0.9, 52.63], [0.9, 52.62]];
    let park = json!({ "type": "Feature", "id": 7, "properties": { "name": "Saint Mary's Park" },
        "geometry": { "type": "Polygon", "coordinates": [square] } });
    let parks = What::Assets { kind: "park".into(), name: "Parks".into(), role: Role::Landmark };
    import(city, parks, "parks.geojson", &collection(&[park]), |_| ()).await.unwrap();
}

on_both! {
    async fn places_are_found_by_what_people_type(city) {
        assert_eq!(city.get("/api/gazetteer?q=main").await.expect(200).json(), json!({ "places": [] }));
        register(&city).await;
        let found = city.get("/api/gazetteer?q=12%20main%20st").await.expect(200);
        let house = json!({ "kind": "address", "label": "12 Main Street", "lon": 0.901, "lat": 52.6001, "zipcode": "60601", "exact": true });
        assert_eq!(found.json()["places"][0], house);
        let tag = found.header("etag").to_owned();
        let asked = city.call(reqwest::Method::GET, "/api/gazetteer?q=12%20main%20st").header("if-none-match", &tag);
        assert_eq!(asked.send().await.unwrap().status(), 304);

        let first = async |q: &str| city.get(&format!("/api/gazetteer?q={q}&limit=1")).await.expect(200).json()["places"][0].clone();
        for (q, kind, label) in [
            ("ma", "street", "Main Street"),
            ("main+%26+5th", "crossing", "Main Street & North Fifth Avenue"),
            ("st+marys+p", "landmark", "Saint Mary's Park"),
            ("9F42JW22%2B22", "code", "9F42JW22+22"),
            ("52.61,+0.91", "coordinates", "52.610000, 0.910000"),
        ] {
            let place = first(q).await;
            assert_eq!((place["kind"].as_str(), place["label"].as_str()), (Some(kind), Some(label)), "{q}");
        }
        for (query, field) in [("q=a&limit=0", "limit"), ("q=a&lon=1", "lon"), ("q=a&lon=1&lat=200", "lon"), ("q=a&near=1", "near"), ("q=a&limit=21", "limit")] {
            let refused = city.get(&format!("/api/gazetteer?{query}")).await.expect(422).json();
            assert!(refused.to_string().contains(field), "{query}: {refused}");
        }
        city.get(&format!("/api/gazetteer?q={}", "a".repeat(501))).await.expect(422);
    }

    async fn a_place_is_called_by_what_is_near(city) {
        register(&city).await;
        let called = city.get("/api/gazetteer/reverse?lon=0.901&lat=52.60008").await.expect(200).json();
        assert_eq!(called["label"], "12 Main Street");
        assert_eq!((called["address"]["metres"].as_f64(), called["street"]["metres"].as_f64()), (Some(2.0), Some(9.0)));
        assert_eq!((called["zipcode"].as_str(), called["code"].as_str()), (Some("60601"), Some("9F42JW22+2C")));
        let nowhere = city.get("/api/gazetteer/reverse?lon=5&lat=5").await.expect(200).json();
        assert_eq!((&nowhere["label"], &nowhere["street"]), (&json!(null), &json!(null)));
        city.get("/api/gazetteer/reverse?lon=5&lat=95").await.expect(422);
    }

    async fn an_address_that_is_one_place_needs_nobody_to_look_it_up(city) {
        register(&city).await;
        let key = async move |tx: &mut waymark::db::Tx| {
            waymark::people::keys::put(tx, None, &waymark::people::keys::NewKey::filing("test"), "a-key", NOON).await
        };
        city.app.db.write(key).await.unwrap();
        let files = async |address: &str| {
            let fields = [("api_key", "a-key"), ("service_code", "pothole"), ("address_string", address), ("description", "A hole")];
            let receipt = city.form("/open311/v2/requests.json", &fields).await.expect(200).json();
            let number = receipt[0]["service_request_id"].as_str().unwrap().to_owned();
            let text = "select lon, lat, address from request where number = $1";
            let (lon, lat, words): (Option<f64>, Option<f64>, String) = city.app.db.sql(text).bind(number).one().await.unwrap();
            assert_eq!(words, address, "what was said stays");
            (lon.zip(lat), receipt[0]["service_notice"].as_str().unwrap().to_owned())
        };
        let (place, notice) = files("12 MAIN ST, Testing 60601").await;
        assert_eq!(place, Some((0.901, 52.6001)));
        assert!(notice.contains("taken to be 12 Main Street"), "{notice}");
        assert_eq!(files("Main St & N 5th Ave").await.0, Some((0.905, 52.6)));
        for address in ["Main Street", "12 Main Street, Springfield", "99 Main Street", "behind the school"] {
            let (place, notice) = files(address).await;
            assert!(place.is_none() && notice.contains("staff will look up"), "{address}: {place:?} {notice}");
        }
    }
}
