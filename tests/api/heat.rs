//! `/api/heat` and `GET /api/requests`: whatever was filed, moved and imported, the map counts what plain SQL counts.

use std::collections::BTreeMap;

use geo::{MultiPolygon, Rect, coord};
use h3o::{CellIndex, Resolution};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use waymark::cases::moves::{self, Move};
use waymark::cases::{STATUSES, Status};
use waymark::error::Error;
use waymark::geo::Point;
use waymark::people::policy::{Grant, Role, Who};
use waymark::requests::{self, History, NewRequest, Wish, correction};
use waymark::routing::{JurisdictionDraft, LayerDraft, publish};

use crate::helpers::{Answer, City, Database, NOON};

const WEST: f64 = 0.88;
const SOUTH: f64 = 52.58;
const WIDE: f64 = 0.04;
const HIGH: f64 = 0.03;
const SERVICES: [&str; 5] = ["pothole", "lamp", "bin", "rubbish", "noise"];
const DAY: i64 = 86_400_000;
/// The day before the tenth of June, the day of [`NOON`], and two after.
const DAYS: [&str; 4] = ["2026-06-09", "2026-06-10", "2026-06-11", "2026-06-12"];

/// Four wards, and a layer of one park over the middle of them.
async fn with_wards(city: &City) {
    let square = |code: &str, x: f64, y: f64, size: f64| {
        let corner = coord! { x: WEST + x * WIDE, y: SOUTH + y * HIGH };
        let area = Rect::new(corner, coord! { x: corner.x + size * WIDE, y: corner.y + size * HIGH });
        JurisdictionDraft { code: code.into(), name: code.into(), precedence: 1, team: None, area: MultiPolygon::from(area.to_polygon()) }
    };
    let wards: Vec<_> = (0..4).map(|n| square(&n.to_string(), f64::from(n % 2) / 2.0, f64::from(n / 2) / 2.0, 0.5)).collect();
    let parks = vec![square("green", 0.25, 0.25, 0.5)];
    let publishing = city.app.db.write(async move |tx| {
        let layer = |code: &str| LayerDraft { code: code.into(), name: code.into(), precedence: 1 };
        publish(tx, &layer("ward"), &wards, None, None, NOON).await?;
        publish(tx, &layer("park"), &parks, None, None, NOON).await?;
        Ok::<_, Error>(())
    });
    publishing.await.unwrap();
}

fn somewhere(dice: &mut StdRng) -> Point {
    Point { lon: WEST + WIDE * dice.random_range(0..200) as f64 / 200.0, lat: SOUTH + HIGH * dice.random_range(0..200) as f64 / 200.0 }
}

async fn file(city: &City, dice: &mut StdRng) {
    let place = somewhere(dice);
    let service = SERVICES[dice.random_range(0..SERVICES.len())];
    city.files(service, place.lon, place.lat).await;
}

/// History that comes in bulk: some of it without a place, some of it repeating other of it.
async fn import(city: &City, dice: &mut StdRng, round: usize) {
    let past = |n: usize, dice: &mut StdRng| NewRequest {
        service: SERVICES[dice.random_range(0..SERVICES.len())].into(),
        place: dice.random_bool(0.8).then(|| somewhere(dice)),
        address: "1 Mill Street".into(),
        source: "old".into(),
        wish: Wish::File,
        history: Some(History {
            external_id: format!("{round}-{n}"),
            filed_at: NOON + dice.random_range(-DAY..3 * DAY),
            updated_at: NOON,
            closed_at: None,
            status: STATUSES[dice.random_range(0..STATUSES.len())],
            promised: false,
            assigned: Vec::new(),
            parent: dice.random_bool(0.2).then(|| format!("{round}-{}", n / 2)),
        }),
        ..NewRequest::default()
    };
    let batch: Vec<NewRequest> = (0..60).map(|n| past(n, dice)).collect();
    for outcome in requests::record(&city.app.filing, batch.into()).await.unwrap() {
        outcome.unwrap();
    }
}

/// Tries to move some cases; what the table of moves forbids is not done.
async fn move_some(city: &City, dice: &mut StdRng) {
    let who = Who::Member { id: 1, grants: vec![Grant::everywhere(Role::Admin)], teams: vec![] };
    let cases = city.count("select max(id) from case_record").await;
    for _ in 0..25 {
        let (case, to, who) = (dice.random_range(1..=cases), STATUSES[dice.random_range(0..STATUSES.len())], who.clone());
        let wish = Move { to, reason: None, version: None };
        let _ = city.app.db.write(async move |tx| moves::make(tx, &who, case, &wish, NOON).await).await;
    }
}

/// Tries to put some cases right; those that are finished stay as they are.
async fn correct_some(city: &City, dice: &mut StdRng) {
    let who = Who::Member { id: 1, grants: vec![Grant::everywhere(Role::Admin)], teams: vec![] };
    let cases = city.count("select max(id) from case_record").await;
    for _ in 0..15 {
        let case = dice.random_range(1..=cases);
        let service = dice.random_bool(0.5).then(|| SERVICES[dice.random_range(0..SERVICES.len())].to_owned());
        let wish = correction::Wish { place: dice.random_bool(0.7).then(|| somewhere(dice)), service, ..correction::Wish::default() };
        match correction::correct(&city.app.filing, who.clone(), case, wish, dice.random_bool(0.2)).await {
            Ok(_) | Err(Error::Conflict(_) | Error::Invalid(_)) => {}
            Err(e) => panic!("{e}"),
        }
    }
}

/// A filter as an address and as SQL.
#[derive(Debug)]
struct Wanted {
    bbox: Option<[f64; 4]>,
    services: Vec<&'static str>,
    statuses: Vec<Status>,
    jurisdictions: Vec<&'static str>,
    from: Option<usize>,
    to: Option<usize>,
}

impl Wanted {
    fn any(dice: &mut StdRng) -> Wanted {
        let (a, b) = (somewhere(dice), somewhere(dice));
        let bbox = [a.lon.min(b.lon), a.lat.min(b.lat), a.lon.max(b.lon), a.lat.max(b.lat)];
        let from = dice.random_bool(0.3).then(|| dice.random_range(0..3));
        let to = dice.random_bool(0.3).then(|| dice.random_range(from.unwrap_or(0)..4));
        Wanted {
            bbox: dice.random_bool(0.5).then_some(bbox),
            services: some(&SERVICES, dice),
            statuses: some(&STATUSES, dice),
            jurisdictions: some(&["ward:0", "ward:1", "ward:2", "park:green"], dice),
            from,
            to,
        }
    }

    fn address(&self) -> String {
        let statuses: Vec<&str> = self.statuses.iter().map(|status| status.word()).collect();
        let bbox = self.bbox.map_or(String::new(), |b| b.map(|n| n.to_string()).join(","));
        let day = |day: Option<usize>| day.map_or("", |day| DAYS[day]);
        let (services, statuses, jurisdictions) = (self.services.join(","), statuses.join(","), self.jurisdictions.join(","));
        let (from, to) = (day(self.from), day(self.to));
        format!("bbox={bbox}&services={services}&statuses={statuses}&jurisdictions={jurisdictions}&from={from}&to={to}")
    }

    /// Cells of resolution 10 of the requests that fit, newest first by day and id.
    async fn by_sql(&self, city: &City) -> Vec<(Option<i64>, String)> {
        let day = |day: usize| NOON - NOON.rem_euclid(DAY) + (day as i64 - 1) * DAY;
        let mut query = city.app.db.sql("select r.cell, r.number from request r join case_record c on c.id = r.case_id where true");
        if let Some([west, south, east, north]) = self.bbox {
            query = query.filter(" and r.lon >= ", Some(west)).filter(" and r.lat >= ", Some(south));
            query = query.filter(" and r.lon <= ", Some(east)).filter(" and r.lat <= ", Some(north));
        }
        if !self.services.is_empty() {
            query = query
                .push(" and exists (select 1 from service s where s.id = r.service_id")
                .within(" and s.code", self.services.clone())
                .push(")");
        }
        if !self.statuses.is_empty() {
            query = query.within(" and c.status", self.statuses.clone());
        }
        if !self.jurisdictions.is_empty() {
            query = query.push(
                " and exists (select 1 from case_jurisdiction i join jurisdiction j on j.id = i.jurisdiction_id
                  join layer l on l.id = j.layer_id where i.case_id = c.id",
            );
            query = query.within(" and l.code || ':' || j.code", self.jurisdictions.clone()).push(")");
        }
        query = query.filter(" and r.filed_at >= ", self.from.map(day)).filter(" and r.filed_at < ", self.to.map(|to| day(to + 1)));
        query.push(" order by r.filed_at / 86400000 desc, r.id desc").all().await.unwrap()
    }
}

fn some<T: Copy>(all: &[T], dice: &mut StdRng) -> Vec<T> {
    if dice.random_bool(0.5) { all.iter().copied().filter(|_| dice.random_bool(0.4)).collect() } else { Vec::new() }
}

fn cells(heat: &Value) -> BTreeMap<String, u64> {
    let cells = heat["cells"].as_array().unwrap();
    cells.iter().map(|cell| (cell[0].as_str().unwrap().to_owned(), cell[1].as_u64().unwrap())).collect()
}

async fn compare(city: &City, dice: &mut StdRng) {
    let (wanted, resolution) = (Wanted::any(dice), dice.random_range(0..=10u8));
    let rows = wanted.by_sql(city).await;
    let placed: Vec<_> = rows.iter().filter_map(|(cell, number)| Some(((*cell)?, number))).collect();
    let mut expected = BTreeMap::<String, u64>::new();
    for (cell, _) in &placed {
        let cell = CellIndex::try_from(cell.cast_unsigned()).unwrap().parent(Resolution::try_from(resolution).unwrap()).unwrap();
        *expected.entry(cell.to_string()).or_default() += 1;
    }
    let address = wanted.address();
    let heat = city.get(&format!("/api/heat?{address}&resolution={resolution}")).await.expect(200).json();
    assert_eq!(cells(&heat), expected, "{address}");
    assert_eq!(heat["resolution"], resolution);
    assert_eq!(heat["total"], placed.len());
    assert_eq!(heat["max"], expected.values().max().copied().unwrap_or(0));
    assert_eq!(heat["unplaced"], rows.len() - placed.len());

    let pins = city.get(&format!("/api/requests?{address}&limit=50")).await.expect(200).json();
    assert_eq!(pins["total"], placed.len());
    assert_eq!(pins["truncated"], placed.len() > 50);
    let numbers: Vec<&str> = pins["features"].as_array().unwrap().iter().map(|pin| pin["properties"]["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, placed.iter().take(50).map(|(_, number)| number.as_str()).collect::<Vec<_>>(), "{address}");
}

on_both! {
    async fn heat_and_pins_are_what_sql_counts_after_any_filings_moves_corrections_and_imports(city) {
        with_wards(&city).await;
        let mut dice = StdRng::seed_from_u64(if city.database.is_postgres() { 1 } else { 2 });
        for round in 0..5 {
            for _ in 0..12 {
                file(&city, &mut dice).await;
            }
            import(&city, &mut dice, round).await;
            move_some(&city, &mut dice).await;
            correct_some(&city, &mut dice).await;
            city.app.clock.advance(DAY / 3);
            city.app.settle().await.unwrap();
            for _ in 0..20 {
                compare(&city, &mut dice).await;
            }
        }
        assert!(city.count("select count(*) from event where kind = 'moved'").await > 5, "some moves were legal");
        assert!(city.count("select count(*) from event where kind = 'corrected'").await > 5, "some cases were put right");
        assert!(city.count("select count(*) from case_jurisdiction").await > 100);
    }

    async fn a_server_that_starts_late_counts_the_same(city) {
        with_wards(&city).await;
        let mut dice = StdRng::seed_from_u64(3);
        import(&city, &mut dice, 0).await;
        city.app.settle().await.unwrap();
        let before = city.get("/api/heat?jurisdictions=park:green").await.expect(200).json();
        city.app.columns.reload(&city.app.db, before["position"].as_i64().unwrap()).await.unwrap();
        assert_eq!(city.get("/api/heat?jurisdictions=park:green").await.expect(200).json(), before);
        assert!(before["total"].as_u64().unwrap() > 3);
    }

    async fn an_entry_that_is_not_known_is_named_with_what_would_be(city) {
        with_wards(&city).await;
        let tries = [
            ("bbox=1,2,3", "bbox", "west,south,east,north"),
            ("bbox=52.5,170.0,52.6,170.9", "bbox", "west,south,east,north"),
            ("bbox=0.9,52.6,0.8,52.5", "bbox", "south above its north"),
            ("bbox=NaN,52.5,0.9,52.6", "bbox", "number"),
            ("services=pothole,potholes", "services", "lamp, bin"),
            ("statuses=done", "statuses", "in_progress"),
            ("jurisdictions=ward:9", "jurisdictions", "0, 1, 2, 3"),
            ("jurisdictions=wards:0", "jurisdictions", "park, ward"),
            ("jurisdictions=green", "jurisdictions", "layer:code"),
            ("from=yesterday", "from", "2026-06-10"),
            ("from=2026-13-01", "from", "2026-06-10"),
            ("to=1850-01-01", "to", "1900-01-01"),
            ("from=2026-06-11&to=2026-06-10", "from", "after"),
            ("service=pothole", "service", "services"),
            ("services='%3B drop table request", "services", "is not a service"),
        ];
        for (address, field, hint) in tries {
            for path in ["/api/heat", "/api/requests"] {
                let problem = city.get(&format!("{path}?{address}")).await.expect(422);
                assert_eq!(problem.header("content-type"), "application/problem+json");
                let error = &problem.json()["errors"][0];
                assert_eq!(error["field"], field, "{address}");
                assert!(error["problem"].as_str().unwrap().contains(hint), "{address}: {error}");
            }
        }
        city.get("/api/heat?resolution=11").await.expect(422);
        city.get("/api/requests?limit=0").await.expect(422);
        let many = (0..501).map(|n| format!("ward:{n}")).collect::<Vec<_>>().join(",");
        assert!(city.get(&format!("/api/heat?jurisdictions={many}")).await.expect(422).text.contains("500"));
    }

    async fn an_answer_is_kept_until_something_happens(city) {
        city.files("pothole", 0.9, 52.6).await;
        city.app.settle().await.unwrap();
        for path in ["/api/heat", "/api/requests"] {
            let first = city.get(path).await.expect(200);
            let again = |tag: &str| Answer::of(city.call(reqwest::Method::GET, path).header("if-none-match", tag));
            let kept = again(first.header("etag")).await.expect(304);
            assert_eq!((kept.text.as_str(), kept.header("etag")), ("", first.header("etag")));
            again("\"another\"").await.expect(200);
            city.files("lamp", 0.9, 52.6).await;
            city.app.settle().await.unwrap();
            let news = again(first.header("etag")).await.expect(200);
            assert_ne!(news.header("etag"), first.header("etag"));
        }
    }

    async fn pins_are_geojson_and_the_newest_come_first(city) {
        for n in 0..4 {
            city.files("lamp", 0.9 + f64::from(n) * 0.001, 52.6).await;
        }
        let last = city.files("noise", 0.95, 52.61).await;
        city.app.settle().await.unwrap();
        let pins = city.get("/api/requests?bbox=0.8,52.5,1.0,52.7&limit=2").await.expect(200).json();
        assert_eq!((&pins["type"], &pins["total"], &pins["truncated"]), (&json!("FeatureCollection"), &json!(5), &json!(true)));
        assert_eq!(pins["features"].as_array().unwrap().len(), 2);
        assert_eq!(pins["features"][0], json!({
            "type": "Feature",
            "geometry": { "type": "Point", "coordinates": [0.95, 52.61] },
            "properties": { "number": last["number"], "service": "noise", "service_name": "Noise", "status": "new", "filed_at": NOON, "within_m": 0.0 },
        }));
        let all = city.get("/api/requests?bbox=0.8,52.5,1.0,52.7&services=lamp").await.expect(200).json();
        assert_eq!((&all["total"], &all["truncated"]), (&json!(4), &json!(false)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_are_those_of_the_citys_time_zone() {
    let city = City::with(Database::sqlite(), |config| config.city.time_zone = "America/Chicago".into()).await;
    // From noon in Greenwich to 04:59:59 and 05:00:00, on either side of midnight in Chicago.
    city.app.clock.advance(17 * 3_600_000 - 1000);
    city.files("noise", 0.9, 52.6).await;
    city.app.clock.advance(1000);
    city.files("noise", 0.9, 52.6).await;
    city.app.settle().await.unwrap();
    for (days, total) in [("from=2026-06-10&to=2026-06-10", 1), ("from=2026-06-11", 1), ("to=2026-06-11", 2), ("from=2026-06-12", 0)] {
        assert_eq!(city.get(&format!("/api/heat?{days}")).await.expect(200).json()["total"], total, "{days}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_cells_than_one_answer_holds_come_as_coarser_ones() {
    let city = City::with(Database::sqlite(), |config| config.limits.heat_cells = 3).await;
    let mut dice = StdRng::seed_from_u64(4);
    for _ in 0..12 {
        file(&city, &mut dice).await;
    }
    city.app.settle().await.unwrap();
    let heat = city.get("/api/heat?resolution=10").await.expect(200).json();
    assert!(heat["resolution"].as_u64().unwrap() < 10 && cells(&heat).len() <= 3);
    assert_eq!(heat["total"], 12);
}
