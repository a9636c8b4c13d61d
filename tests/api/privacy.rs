//! What strangers see of requests whose place is blurred or hidden, and of small numbers.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use waymark::catalog::{self, Duplicates, Policy, ServiceDraft};
use waymark::error::Error;
use waymark::geo::Point;
use waymark::privacy::{PlacePrivacy, Veil};

use crate::helpers::{City, NOON, tile};
use crate::staff;

const DAY: i64 = 86_400_000;

/// The services `camp` (blurred), `person` (hidden), `needle` (blurred and sensitive) and `shelter` (hidden and sensitive), of which
/// the first two look for duplicates as well as any.
pub async fn with_discreet_services(city: &City) {
    let service = |code: &str, place_privacy, sensitive, policy, related: &[&str]| ServiceDraft {
        place_privacy,
        sensitive,
        duplicates: Duplicates { policy, radius_m: 50.0, window_days: 60, ..Duplicates::default() },
        related: related.iter().map(|code| (*code).to_owned()).collect(),
        ..ServiceDraft::new(code, code.to_uppercase())
    };
    let drafts = vec![
        service("camp", PlacePrivacy::Blurred, false, Policy::Suggest, &["pothole"]),
        service("person", PlacePrivacy::Hidden, false, Policy::Join, &[]),
        service("needle", PlacePrivacy::Blurred, true, Policy::Flag, &[]),
        service("shelter", PlacePrivacy::Hidden, true, Policy::Flag, &[]),
    ];
    let save = city.app.db.write(async move |tx| catalog::save_all(tx, &drafts, None, NOON).await);
    save.await.unwrap();
}

struct Secret {
    number: String,
    service: &'static str,
    point: Point,
    address: String,
}

async fn file(city: &City, service: &'static str, point: Point, nth: usize) -> Secret {
    let address = format!("{} Hermit Passage {service}{nth}", 1000 + nth);
    let body = json!({ "service": service, "lon": point.lon, "lat": point.lat, "address": address, "description": "Please help" });
    let receipt = city.post("/api/requests", &body).await.expect(201).json();
    assert_eq!(receipt["joined"], false, "nobody learns by filing that another one is near");
    Secret { number: receipt["number"].as_str().unwrap().to_owned(), service, point, address }
}

fn somewhere(dice: &mut StdRng) -> Point {
    let at = |from: f64, wide: f64, n: i32| ((from + wide * f64::from(n) / 10_000.0) * 1e7).round() / 1e7 + 3.7e-7;
    Point { lon: at(0.9, 0.03, dice.random_range(0..10_000)), lat: at(52.6, 0.02, dice.random_range(0..10_000)) }
}

/// Every public address that may say something about requests.
fn addresses(numbers: &[&str]) -> Vec<String> {
    let mut all: Vec<String> = [
        "/api/requests?limit=5000",
        "/api/requests?limit=5000&bbox=0.8,52.5,1,52.7",
        "/api/heat?resolution=10",
        "/api/heat?resolution=9",
        "/api/heat?resolution=7&bbox=0.9,52.6,0.92,52.62",
        "/api/heat/steps?from=2026-06-01&to=2026-06-30&step=day&resolution=10",
        "/api/heat/steps?from=2026-06-01&to=2026-06-30&step=week&resolution=8",
        "/api/counts",
        "/api/config",
        "/api/services",
        "/open311/v2/requests.json?extensions=true",
        "/open311/v2/requests.xml?extensions=true",
        "/open311/v2/requests.json?bbox=0.8,52.5,1,52.7",
        "/open311/v2/requests.json?lat=52.61&long=0.915&radius=9000",
    ]
    .map(str::to_owned)
    .into();
    all.extend((0..=22).step_by(2).map(|zoom| format!("/api/clusters?zoom={zoom}")));
    for number in numbers {
        all.push(format!("/api/requests/{number}"));
        all.extend(["json", "xml"].map(|format| format!("/open311/v2/requests/{number}.{format}")));
        all.push(format!("/open311/v2/requests.json?service_request_id={number}"));
    }
    all
}

fn tile_of(point: Point, z: u32) -> (u32, u32) {
    let side = f64::from(1u32 << z);
    let sine = point.lat.to_radians().sin();
    let y = 0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI);
    (((point.lon / 360.0 + 0.5) * side) as u32, (y * side) as u32)
}

/// Where a point of a tile lies.
fn place_in(z: u32, (x, y): (u32, u32), (at_x, at_y): (i64, i64)) -> Point {
    let side = f64::from(1u32 << z);
    let (wx, wy) = ((f64::from(x) + at_x as f64 / 4096.0) / side, (f64::from(y) + at_y as f64 / 4096.0) / side);
    let lat = (std::f64::consts::PI * (1.0 - 2.0 * wy)).sinh().atan().to_degrees();
    Point { lon: (wx - 0.5) * 360.0, lat }
}

on_both! {
    async fn no_public_answer_holds_the_place_or_the_address_of_what_is_blurred_or_hidden(city) {
        with_discreet_services(&city).await;
        let dice = &mut StdRng::seed_from_u64(4);
        let mut secrets = Vec::new();
        for nth in 0..48 {
            let service = ["camp", "person", "needle", "shelter"][nth % 4];
            let point = somewhere(dice);
            secrets.push(file(&city, service, point, nth).await);
        }
        city.files("pothole", 0.91, 52.61).await;
        city.app.settle().await.unwrap();
        let veil = Veil::new(9, false);
        let numbers: Vec<&str> = secrets.iter().map(|secret| secret.number.as_str()).collect();
        let mut probes = addresses(&numbers);
        for secret in &secrets {
            let Point { lon, lat } = secret.point;
            for service in ["camp", "person", "needle", "shelter", "pothole"] {
                probes.push(format!("/api/nearby?lon={}&lat={}&service={service}", lon + 1e-5, lat));
            }
            probes.push(format!("/open311/v2/requests.json?lat={}&long={}&radius=60", lat + 1e-5, lon));
        }
        // The middles of cells are shown, and one of them may begin like the place of somebody else.
        let middles = secrets.iter().filter_map(|secret| veil.point(PlacePrivacy::Blurred, secret.point));
        let middles: BTreeSet<String> = middles.flat_map(|at| [at.lon.to_string(), at.lat.to_string()]).collect();
        for address in &probes {
            let answer = city.get(address).await.expect(200);
            let text = middles.iter().fold(answer.text.clone(), |text, middle| text.replace(middle, "_"));
            for secret in &secrets {
                for digits in [format!("{:.6}", secret.point.lon), format!("{:.6}", secret.point.lat)] {
                    // Cut, not rounded: whatever more digits there were.
                    let digits = &digits[..digits.len() - 1];
                    assert!(!text.contains(digits), "{address} holds {digits} of {}: {text}", secret.service);
                }
                assert!(!answer.text.contains("Hermit"), "{address} holds {}: {}", secret.address, answer.text);
            }
        }
        // What is said is what the veil says, and the same by every way.
        for secret in &secrets {
            let seen = city.get(&format!("/api/requests/{}", secret.number)).await.expect(200).json();
            let open311 = city.get(&format!("/open311/v2/requests/{}.json", secret.number)).await.expect(200).json();
            let hidden = matches!(secret.service, "person" | "shelter");
            let shown = (!hidden).then(|| veil.point(PlacePrivacy::Blurred, secret.point).unwrap());
            assert_eq!(seen["lon"].as_f64(), shown.map(|p| p.lon), "{seen}");
            assert_eq!(seen["place"], if hidden { "hidden" } else { "blurred" });
            assert_eq!(open311[0]["long"].as_f64(), shown.map(|p| p.lon), "{open311}");
            assert_eq!(seen["address"], "");
        }
        for z in [3, 11, 14, 16] {
            for tile_at in secrets.iter().map(|secret| tile_of(secret.point, z)).collect::<BTreeSet<_>>() {
                for kind in ["requests", "heat"] {
                    let path = format!("/tiles/{kind}/{z}/{}/{}.mvt", tile_at.0, tile_at.1);
                    let answer = city.client.get(format!("{}{path}", city.base)).send().await.unwrap();
                    for shape in tile::read(&answer.bytes().await.unwrap()).remove("requests").unwrap_or_default() {
                        let Some(secret) = secrets.iter().find(|secret| shape.tags["number"] == secret.number) else { continue };
                        assert_eq!(secret.service, "camp", "only what is blurred and no more is on the map by itself");
                        let middle = veil.point(PlacePrivacy::Blurred, secret.point).unwrap();
                        let drawn = place_in(z, tile_at, shape.parts[0][0]);
                        let unit = 40_075_000.0 / f64::from(1u32 << z) / 4096.0;
                        assert!(drawn.metres_to(middle) < 2.0 * unit, "{path} draws it {} m off", drawn.metres_to(middle));
                        assert!(shape.tags["within_m"].as_i64().unwrap() > 100);
                    }
                }
            }
        }
    }

    async fn no_search_finds_a_place_that_is_not_shown(city) {
        with_discreet_services(&city).await;
        let point = Point { lon: 0.912_345_6, lat: 52.611_111_1 };
        let secret = file(&city, "camp", point, 0).await;
        let hidden = file(&city, "person", point, 1).await;
        city.app.settle().await.unwrap();
        let middle = Veil::new(9, false).point(PlacePrivacy::Blurred, point).unwrap();
        let found = async |query: String| {
            let list = city.get(&format!("/open311/v2/requests.json?{query}")).await.expect(200).json();
            list.as_array().unwrap().iter().map(|r| r["service_request_id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let circle = |at: Point, radius: f64| format!("lat={}&long={}&radius={radius}", at.lat, at.lon);
        let square = |at: Point, d: f64| format!("bbox={},{},{},{}", at.lon - d, at.lat - d, at.lon + d, at.lat + d);
        assert_eq!(found(circle(middle, 5.0)).await, [secret.number.as_str()]);
        assert_eq!(found(square(middle, 1e-4)).await, [secret.number.as_str()]);
        let off = point.metres_to(middle);
        assert!(off > 20.0, "the story needs a place off the middle, not {off} m");
        assert!(found(circle(point, off - 3.0)).await.is_empty(), "not where it is, only where it is shown");
        assert!(found(square(point, 1e-5)).await.is_empty());
        assert_eq!(found("bbox=0.8,52.5,1,52.7&page_size=1&page=1".into()).await, [secret.number.as_str()]);
        assert!(found("bbox=0.8,52.5,1,52.7&page_size=1&page=2".into()).await.is_empty(), "{} has no place", hidden.number);

        // Beside it or at the other end of the cell: the same suggestion, and no distance to the real place.
        let nearby = async |at: Point, service: &str| {
            city.get(&format!("/api/nearby?lon={}&lat={}&service={service}", at.lon, at.lat)).await.expect(200).json()["cases"].clone()
        };
        let (beside, there) = (nearby(point, "camp").await, nearby(middle, "camp").await);
        assert_eq!((beside[0]["number"].as_str(), there[0]["number"].as_str()), (Some(secret.number.as_str()), Some(secret.number.as_str())));
        assert_eq!(beside[0]["reasons"], json!([{ "kind": "same_area", "log_odds": 0.0, "words": "in the same part of town" }]));
        assert!((beside[0]["metres"].as_f64().unwrap() - off).abs() < 0.2);
        assert_eq!(nearby(point, "person").await, json!([]));
        // Filing beside them asks nothing and joins nothing; staff sees that they are near.
        for service in ["camp", "person", "pothole"] {
            let body = json!({ "service": service, "lon": point.lon, "lat": point.lat });
            let receipt = city.post("/api/requests", &body).await.expect(201).json();
            assert_eq!(receipt["joined"], false);
        }
        assert_eq!(city.count("select count(*) from duplicate_candidate").await, 4, "a pothole is near two camps");
    }

    async fn a_service_that_becomes_discreet_is_so_at_once(city) {
        let number = city.files("pothole", 0.912_345_6, 52.611_111_1).await["number"].as_str().unwrap().to_owned();
        city.app.settle().await.unwrap();
        assert_eq!(city.get("/api/requests").await.json()["features"][0]["geometry"]["coordinates"], json!([0.9123456, 52.6111111]));
        let before = city.get("/api/requests").await.header("etag").to_owned();
        let draft = ServiceDraft { place_privacy: PlacePrivacy::Hidden, ..ServiceDraft::new("pothole", "Pothole") };
        city.app.db.write(async move |tx| catalog::save(tx, &draft, None, NOON).await).await.unwrap();
        assert_eq!(city.get(&format!("/api/requests/{number}")).await.json()["lon"], Value::Null);
        city.app.settle().await.unwrap();
        let known = city.call(reqwest::Method::GET, "/api/requests").header("if-none-match", before);
        let now = crate::helpers::Answer::of(known).await.expect(200).json();
        assert_eq!((now["total"].as_u64(), now["features"].as_array().map(Vec::len)), (Some(0), Some(0)));
        assert_eq!(city.get("/api/counts").await.json()["unplaced"], 1);
        assert_eq!(city.get("/api/nearby?lon=0.9123456&lat=52.6111111&service=pothole").await.json()["cases"], json!([]));
    }

    async fn where_a_case_lies_says_nothing_of_a_place_that_is_not_shown(city) {
        with_discreet_services(&city).await;
        staff::appoint(&city).await;
        for service in ["camp", "person", "pothole"] {
            staff::filed(&city, service, Some("north"), Some("crew")).await;
        }
        city.app.settle().await.unwrap();
        let columns = city.app.columns.clone();
        columns.reload(&city.app.db, city.app.columns.position()).await.unwrap();
        let counts = city.get("/api/counts?jurisdictions=district:north").await.expect(200).json();
        assert_eq!(counts["total"], 1, "{counts}");
        let numbers: Vec<(String,)> = city.app.db.sql("select number from request order by id").all().await.unwrap();
        let team = async |nth: usize| city.get(&format!("/api/requests/{}", numbers[nth].0)).await.json()["team"].clone();
        assert_eq!((team(0).await, team(1).await, team(2).await), (Value::Null, Value::Null, json!("crew")));
    }

    async fn small_numbers_of_sensitive_services_are_not_shown(city) {
        with_discreet_services(&city).await;
        let point = Point { lon: 0.912_345_6, lat: 52.611_111_1 };
        for nth in 0..4 {
            file(&city, "needle", point, nth).await;
            file(&city, "shelter", point, nth).await;
        }
        city.files("pothole", point.lon, point.lat).await;
        let shown = async || {
            city.app.settle().await.unwrap();
            let number = async |path: &str, key: &str| city.get(path).await.expect(200).json()[key].as_u64().unwrap();
            let steps = city.get("/api/heat/steps?from=2026-06-10&to=2026-06-10&step=day").await.expect(200).json();
            [
                number("/api/heat?resolution=8", "total").await,
                number("/api/heat?resolution=8&services=needle", "total").await,
                number("/api/counts", "total").await,
                number("/api/counts?services=needle", "total").await,
                number("/api/requests", "total").await,
                steps["steps"][0]["count"].as_u64().unwrap(),
                city.get("/api/clusters?zoom=12").await.json()["clusters"].as_array().unwrap().iter().map(|c| c["count"].as_u64().unwrap()).sum(),
            ]
        };
        assert_eq!(shown().await, [1, 0, 1, 0, 1, 1, 1]);
        for nth in 4..7 {
            file(&city, "needle", point, nth).await;
        }
        assert_eq!(shown().await, [6, 5, 6, 5, 1, 6, 6], "seven are shown as five");
        let list = city.get("/open311/v2/requests.json?service_code=needle").await.expect(200).json();
        assert_eq!(list, json!([]), "a list can be counted");
        let draft = ServiceDraft { sensitive: true, ..ServiceDraft::new("open", "Open") };
        let refused = city.app.db.write(async move |tx| catalog::save(tx, &draft, None, NOON + DAY).await).await.unwrap_err();
        assert!(matches!(&refused, Error::Invalid(fields) if fields[0].field == "sensitive"), "{refused}");
    }
}
