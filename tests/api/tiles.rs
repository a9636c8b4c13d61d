//! `/tiles`, `/api/clusters`, `/api/counts`, its steps and `/api/heat/steps`: each says the same as the others about the same requests.

use std::collections::BTreeMap;

use pmtiles::{PmTilesWriter, TileCoord, TileType};
use serde_json::{Value, json};

use crate::helpers::tile::{self, Shape};
use crate::helpers::{City, Database};

type Layers = BTreeMap<String, Vec<Shape>>;

/// The tiles of a zoom that the city lies in: about 0.88 to 0.92 east, 52.58 to 52.61 north.
fn tiles(z: u32) -> Vec<(u32, u32)> {
    let side = f64::from(1 << z);
    let column = |lon: f64| ((lon + 180.0) / 360.0 * side) as u32;
    let row = |lat: f64| ((1.0 - lat.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * side) as u32;
    (column(0.87)..=column(0.93)).flat_map(|x| (row(52.62)..=row(52.57)).map(move |y| (x, y))).collect()
}

async fn tile(city: &City, path: &str) -> Layers {
    let answer = city.call(reqwest::Method::GET, path).send().await.unwrap();
    match answer.status().as_u16() {
        204 => BTreeMap::new(),
        200 => {
            assert_eq!(answer.headers()["content-type"], "application/vnd.mapbox-vector-tile");
            tile::read(&answer.bytes().await.unwrap())
        }
        other => panic!("{path}: {other} {}", answer.text().await.unwrap()),
    }
}

/// Two hundred requests in a heap and around it, of three services.
async fn filled(city: &City) {
    for n in 0..200_u32 {
        let spread = if n % 2 == 0 { 0.002 } else { 0.02 };
        let (x, y) = (f64::from(n * 7919 % 101) / 101.0 - 0.5, f64::from(n * 104_729 % 103) / 103.0 - 0.5);
        city.files(["pothole", "lamp", "noise"][n as usize % 3], 0.9 + x * spread * 2.0, 52.595 + y * spread).await;
    }
    city.app.settle().await.unwrap();
}

on_both! {
    async fn every_request_stands_in_one_tile_of_each_zoom_and_no_other(city) {
        filled(&city).await;
        for filter in ["", "services=lamp", "services=pothole,noise&statuses=new"] {
            let total = city.get(&format!("/api/heat?{filter}")).await.expect(200).json()["total"].as_i64().unwrap();
            assert!(total > 60);
            for z in [9, 12, 14, 16] {
                let (mut seen, mut numbers) = (0, Vec::new());
                for (x, y) in tiles(z) {
                    let layers = tile(&city, &format!("/tiles/requests/{z}/{x}/{y}.mvt?{filter}")).await;
                    for cluster in layers.get("clusters").into_iter().flatten() {
                        assert!(cluster.tags["count"].as_i64().unwrap() > 1 && cluster.kind == 1);
                        seen += cluster.tags["count"].as_i64().unwrap();
                    }
                    for request in layers.get("requests").into_iter().flatten() {
                        numbers.push(request.tags["number"].as_str().unwrap().to_owned());
                    }
                }
                seen += numbers.len() as i64;
                numbers.sort();
                numbers.dedup();
                assert_eq!(seen, total, "zoom {z}, {filter}");
                assert!(z < 16 || numbers.len() as i64 == total, "close up each stands by itself");
            }
        }
    }

    async fn a_cell_counts_the_same_in_every_tile_and_in_the_heat_of_the_city(city) {
        filled(&city).await;
        for (z, resolution) in [(10, 7), (12, 9), (14, 10)] {
            let heat = city.get(&format!("/api/heat?services=lamp,noise&resolution={resolution}")).await.expect(200).json();
            let expected: BTreeMap<&str, i64> =
                heat["cells"].as_array().unwrap().iter().map(|cell| (cell[0].as_str().unwrap(), cell[1].as_i64().unwrap())).collect();
            let mut seen = BTreeMap::new();
            for (x, y) in tiles(z) {
                for cell in tile(&city, &format!("/tiles/heat/{z}/{x}/{y}?services=lamp,noise")).await.remove("heat").unwrap_or_default() {
                    assert!(cell.kind == 3 && cell.parts.len() == 1 && cell.parts[0].len() >= 3);
                    let (name, count) = (cell.tags["cell"].as_str().unwrap().to_owned(), cell.tags["count"].as_i64().unwrap());
                    assert_eq!(expected.get(name.as_str()), Some(&count), "{name} at zoom {z}");
                    seen.insert(name, count);
                }
            }
            assert_eq!(seen.len(), expected.len(), "every cell of the city is in some tile");
        }
    }

    async fn clusters_stay_where_they_are_while_one_pans_and_say_what_they_are_made_of(city) {
        filled(&city).await;
        let all = city.get("/api/clusters?zoom=13").await.expect(200).json();
        let by_cell: BTreeMap<String, Value> =
            all["clusters"].as_array().unwrap().iter().map(|c| (c["cell"].as_str().unwrap().to_owned(), c.clone())).collect();
        assert_eq!(by_cell.values().map(|c| c["count"].as_u64().unwrap()).sum::<u64>(), 200);
        for shift in [0.0, 0.0013, 0.0027, 0.0101] {
            let view = format!("{},52.59,{},52.6", 0.89 + shift, 0.9 + shift);
            let seen = city.get(&format!("/api/clusters?zoom=13&bbox={view}")).await.expect(200).json();
            let seen = seen["clusters"].as_array().unwrap();
            assert!(!seen.is_empty());
            seen.iter().for_each(|cluster| assert_eq!(Some(cluster), by_cell.get(cluster["cell"].as_str().unwrap()), "{view}"));
        }
        for cluster in by_cell.values() {
            let sum = |part: &str| cluster[part].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>();
            assert_eq!((sum("services"), sum("statuses")), (cluster["count"].as_u64().unwrap(), cluster["count"].as_u64().unwrap()));
            let (lon, lat, bbox) = (cluster["lon"].as_f64().unwrap(), cluster["lat"].as_f64().unwrap(), cluster["bbox"].as_array().unwrap());
            let edge = |n: usize| bbox[n].as_f64().unwrap();
            assert!(edge(0) <= lon + 1e-9 && lon <= edge(2) + 1e-9 && edge(1) <= lat + 1e-9 && lat <= edge(3) + 1e-9, "{cluster}");
            assert_eq!(cluster["number"].is_string(), cluster["count"] == 1);
        }
        city.get("/api/clusters?zoom=23").await.expect(422);
        city.get("/api/clusters?zoom=12&resolution=4").await.expect(422);
    }

    async fn counts_and_steps_add_up_to_the_heat(city) {
        filled(&city).await;
        city.app.clock.advance(3 * 86_400_000);
        for n in 0..7 {
            city.files("lamp", 0.9 + f64::from(n) * 0.001, 52.6).await;
        }
        city.app.settle().await.unwrap();
        let filter = "services=lamp,noise&from=2026-06-01&to=2026-06-20";
        let heat = city.get(&format!("/api/heat?{filter}&resolution=8")).await.expect(200).json();
        let counts = city.get(&format!("/api/counts?{filter}")).await.expect(200).json();
        assert_eq!(counts["total"], heat["total"]);
        let sum = |list: &Value| list.as_array().unwrap().iter().map(|row| row["count"].as_u64().unwrap()).sum::<u64>();
        assert_eq!((sum(&counts["services"]), sum(&counts["statuses"])), (counts["total"].as_u64().unwrap(), counts["total"].as_u64().unwrap()));
        assert_eq!(counts["services"][0]["code"], "lamp", "most first");
        assert_eq!(counts["days"], json!([["2026-06-10", 133], ["2026-06-13", 7]]));
        for (step, expected) in [("day", 20), ("week", 3), ("month", 1)] {
            let steps = city.get(&format!("/api/heat/steps?{filter}&resolution=8&step={step}")).await.expect(200).json();
            assert_eq!(steps["steps"].as_array().unwrap().len(), expected, "{steps}");
            assert_eq!(sum(&steps["steps"]), heat["total"].as_u64().unwrap());
            let whole: BTreeMap<&str, u64> = steps["cells"].as_array().unwrap().iter()
                .map(|cell| (cell[0].as_str().unwrap(), cell[1].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum())).collect();
            let cells: BTreeMap<&str, u64> =
                heat["cells"].as_array().unwrap().iter().map(|cell| (cell[0].as_str().unwrap(), cell[1].as_u64().unwrap())).collect();
            assert_eq!(whole, cells, "{step}");
            let counted = city.get(&format!("/api/counts/steps?{filter}&step={step}")).await.expect(200).json();
            let days = |list: &Value, count: &str| -> Vec<Value> {
                list.as_array().unwrap().iter().map(|step| json!([step["from"], step["to"], step[count]])).collect()
            };
            assert_eq!(days(&counted["steps"], "total"), days(&steps["steps"], "count"));
            let sum = |counts: &Value| counts.as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).sum::<u64>();
            for service in counts["services"].as_array().unwrap() {
                assert_eq!(sum(&counted["services"][service["code"].as_str().unwrap()]), service["count"].as_u64().unwrap());
            }
            for status in counts["statuses"].as_array().unwrap() {
                assert_eq!(sum(&counted["statuses"][status["status"].as_str().unwrap()]), status["count"].as_u64().unwrap());
            }
            for place in counts["jurisdictions"].as_array().unwrap() {
                let key = format!("{}:{}", place["layer"].as_str().unwrap(), place["code"].as_str().unwrap());
                assert_eq!(sum(&counted["jurisdictions"][key]), place["count"].as_u64().unwrap());
            }
            let (cell, expected) = cells.iter().max_by_key(|(_, n)| **n).unwrap();
            let inside = city.get(&format!("/api/counts/steps?{filter}&step={step}&cell={cell}")).await.expect(200).json();
            let found: u64 = inside["steps"].as_array().unwrap().iter().map(|step| step["total"].as_u64().unwrap()).sum();
            assert_eq!(found, *expected, "{cell}");
        }
        for (bad, field) in [
            ("from=2026-06-01", "from"),
            ("from=2026-01-01&to=2026-06-01&step=day", "step"),
            ("from=2026-06-01&to=2026-06-02&step=year", "step"),
        ] {
            for route in ["heat", "counts"] {
                assert_eq!(city.get(&format!("/api/{route}/steps?{bad}")).await.expect(422).json()["errors"][0]["field"], field);
            }
        }
        for cell in ["x", "8b2a100d25f0fff", "0", "%00"] {
            let bad = city.get(&format!("/api/counts/steps?from=2026-06-01&to=2026-06-20&cell={cell}")).await.expect(422);
            assert_eq!(bad.json()["errors"][0]["field"], "cell");
        }
    }

    async fn a_tile_is_kept_until_something_happens_and_a_bad_one_is_refused(city) {
        filled(&city).await;
        let (x, y) = tiles(12)[0];
        for layer in ["requests", "heat"] {
            let path = format!("/tiles/{layer}/12/{x}/{y}.mvt");
            let tag = city.get(&path).await.header("etag").to_owned();
            let again = city.call(reqwest::Method::GET, &path).header("if-none-match", &tag);
            crate::helpers::Answer::of(again).await.expect(304);
            city.files("noise", 0.9, 52.6).await;
            city.app.settle().await.unwrap();
            assert_ne!(city.get(&path).await.header("etag"), tag);
            for bad in ["12/4096/0", "12/0/4096", "23/0/0", "12/1/x", "12/1/-1", "300/1/1"] {
                city.get(&format!("/tiles/{layer}/{bad}.mvt")).await.expect(404);
            }
            assert_eq!(city.get(&format!("{path}?bbox=1,2,3,4")).await.expect(422).json()["errors"][0]["field"], "bbox");
            assert_eq!(city.get(&format!("{path}?service=lamp")).await.expect(422).json()["errors"][0]["field"], "service");
            let about = city.get(&format!("/tiles/{layer}.json?services=lamp")).await.expect(200).json();
            assert_eq!(about["tilejson"], "3.0.0");
            assert!(about["tiles"][0].as_str().unwrap().ends_with(&format!("/tiles/{layer}/{{z}}/{{x}}/{{y}}.mvt?services=lamp")));
        }
        city.get("/tiles/base.json").await.expect(404);
        city.get(&format!("/tiles/base/12/{x}/{y}")).await.expect(204);
        city.get("/tiles/jurisdictions/ward.json").await.expect(404);
        city.get(&format!("/tiles/jurisdictions/ward/12/{x}/{y}.mvt")).await.expect(404);
    }
}

#[actix_web::test]
async fn the_invented_city_has_streets_with_names_parks_water_and_houses() {
    let city = City::with(Database::sqlite(), |config| config.map.base = "alderford".into()).await;
    let about = city.get("/tiles/base.json").await.expect(200).json();
    assert_eq!(about["maxzoom"], 16);
    let config = city.get("/api/config").await.expect(200).json();
    assert_eq!((&config["map"]["kind"], &config["map"]["maxzoom"]), (&json!("tiles"), &json!(16)));
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for z in [13, 16] {
        for (x, y) in tiles(z) {
            for (layer, shapes) in tile(&city, &format!("/tiles/base/{z}/{x}/{y}.mvt")).await {
                for shape in shapes {
                    let inside = shape.parts.iter().flatten().all(|(x, y)| (-160..=4256).contains(x) && (-160..=4256).contains(y));
                    assert!(inside, "{layer} at {z}/{x}/{y} reaches beyond its margin");
                    *found.entry(layer.clone()).or_default() +=
                        usize::from(shape.tags.contains_key("name") || shape.tags.contains_key("addr_housenumber"));
                }
            }
        }
    }
    for (layer, least) in [("roads", 300), ("landuse", 8), ("water", 3), ("buildings", 2000), ("places", 1)] {
        assert!(found.get(layer).is_some_and(|named| *named >= least), "{layer}: {found:?}");
    }
}

#[actix_web::test]
async fn the_ground_may_be_streets_of_openstreetmap_or_an_archive_of_tiles() {
    let folder = tempfile::tempdir().unwrap();
    let streets = folder.path().join("streets.geojson");
    let line = |name: &str, tags: Value, from: [f64; 2], to: [f64; 2]| json!({ "type": "Feature", "properties": { "name": name, "highway": tags }, "geometry": { "type": "LineString", "coordinates": [from, to] } });
    let features =
        [line("Long Lane", json!("primary"), [0.88, 52.59], [0.92, 52.6]), line("Nowhere", json!(null), [0.88, 52.6], [0.92, 52.6])];
    std::fs::write(&streets, json!({ "type": "FeatureCollection", "features": features }).to_string()).unwrap();
    let (x, y) = tiles(12)[0];
    let path = format!("/tiles/base/12/{x}/{y}.mvt");

    let city = City::with(Database::sqlite(), |config| config.map.base = streets.display().to_string()).await;
    let drawn = tile(&city, &path).await;
    assert_eq!(drawn.keys().collect::<Vec<_>>(), ["roads"]);
    assert_eq!((&drawn["roads"][0].tags["kind"], &drawn["roads"][0].tags["name"]), (&json!("major_road"), &json!("Long Lane")));
    assert_eq!(drawn["roads"].len(), 1, "what has no tag that is known is left out");
    let plain = city.call(reqwest::Method::GET, &path).send().await.unwrap().bytes().await.unwrap();

    let archive = folder.path().join("city.pmtiles");
    let mut writer = PmTilesWriter::new(TileType::Mvt).create(std::fs::File::create(&archive).unwrap()).unwrap();
    writer.add_tile(TileCoord::new(12, x, y).unwrap(), &plain).unwrap();
    writer.finalize().unwrap();
    let city = City::with(Database::sqlite(), |config| config.map.base = archive.display().to_string()).await;
    assert_eq!(
        city.call(reqwest::Method::GET, &path).send().await.unwrap().bytes().await.unwrap(),
        plain,
        "unpacked for whoever takes no gzip"
    );
    let packed = city.call(reqwest::Method::GET, &path).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    city.get(&format!("/tiles/base/13/{x}/{y}")).await.expect(204);
}

#[actix_web::test]
async fn a_ground_that_cannot_be_read_is_named_when_the_server_starts() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("none.geojson", None),
        ("text.geojson", Some("no map")),
        ("empty.geojson", Some(r#"{"type":"FeatureCollection","features":[]}"#)),
        ("text.pmtiles", Some("no tiles")),
    ] {
        let file = folder.path().join(name);
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let problem = waymark::tiles::base::Base::open(&file.display().to_string()).await.err().expect("it is refused").to_string();
        assert!(problem.contains("map.base") && problem.contains(name), "{problem}");
    }
}
