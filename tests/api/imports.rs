//! `waymark import requests | services | rules`: real cities' files where they are at hand, made-up and broken ones everywhere.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use waymark::cases::Status;
use waymark::imports::requests::{Import, Summary, import};
use waymark::imports::{Counts, Imported, Layout, Reading, Rows, rules, services};

use crate::helpers::City;

/// The folder of real files beside the project, if it is there.
pub fn real(file: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = std::env::var_os("WAYMARK_SHARED").map_or(beside, PathBuf::from).join("data").join(file);
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
    }
    path.exists().then_some(path)
}

async fn imports(city: &City, layout: Layout, file: &Path) -> Summary {
    let rejects = city.database.folder().join("rejects.csv");
    let order = Import { file: file.to_owned(), name: layout.source.clone(), layout, rejects };
    import(&city.app.filing, order, &mut |_| ()).await.unwrap()
}

async fn imports_text(city: &City, layout: &str, text: &[u8]) -> Summary {
    let file = city.database.folder().join("requests.csv");
    std::fs::write(&file, text).unwrap();
    imports(city, Layout::named(layout).unwrap(), &file).await
}

async fn rows(city: &City, sql: &'static str) -> Vec<(String, i64)> {
    city.app.db.sql(sql).all().await.unwrap()
}

const BY_STATUS: &str = "select status, count(*) from case_record group by status order by status";

const BOSTON: &str =
    "case_enquiry_id,open_dt,closed_dt,case_status,closure_reason,case_title,reason,type,location,latitude,longitude,geocoded_location\n";

fn counts(read: u64, filed: u64, joined: u64, known: u64, repeated: u64, unplaced: u64, rejected: u64) -> String {
    Counts { read, filed, joined, known, repeated, unplaced, rejected, ..Counts::default() }.to_string()
}

on_both! {
    async fn history_keeps_its_times_and_starts_no_clock(city) {
        let text = format!("{BOSTON}101001000001,01/02/2015 12:25:23 AM,01/03/2015 08:00:00 AM,Closed,Case Resolved,Deep hole,Roads,Pothole Repair,\
            1 Example St,42.35,-71.06,\"(42.35, -71.06)\"\n101001000002,01/02/2015 01:00:00 AM,,Open,,,Roads,Pothole Repair,,42.3594,-71.0587,\"(0, 0)\"\n");
        let summary = imports_text(&city, "boston", text.as_bytes()).await;
        assert_eq!(summary.counts.to_string(), counts(2, 2, 0, 0, 0, 1, 0));
        assert!(summary.rejects.is_none() && summary.broken.is_none());
        let filed: Vec<(String, i64, Option<i64>, Option<f64>)> = city.app.db
            .sql("select r.external_id, r.filed_at, c.closed_at, r.lon from request r join case_record c on c.id = r.case_id order by r.id")
            .all().await.unwrap();
        assert_eq!(filed[0], ("101001000001".into(), 1_420_176_323_000, Some(1_420_290_000_000), Some(-71.06)));
        assert_eq!((filed[1].2, filed[1].3), (None, None));
        assert_eq!(city.count("select count(*) from case_record where due_at is not null").await, 0);
        assert_eq!(city.count("select count(*) from event where kind = 'filed' and at < 1500000000000").await, 2);
        assert_eq!(rows(&city, "select duplicate_policy, count(*) from service where code = 'pothole-repair' group by duplicate_policy").await,
            [("flag".to_owned(), 1)]);
    }

    async fn a_duplicate_joins_its_parent_wherever_in_the_file_it_stands(city) {
        let row = |id: &str, status: &str, reason: &str| format!("{id},01/02/2015 10:00:00 AM,,{status},{reason},,Roads,Sign Repair,,42.35,-71.06,\n");
        let text = [BOSTON.to_owned(),
            row("101001000010", "Closed", "Duplicate of Existing Case 101001000013"), // parent below
            row("101001000011", "Closed", "duplicate of crm #000010"),                // a chain
            row("101001000012", "Closed", "duplicate of 101009999999"),               // parent unknown
            row("101001000013", "Open", ""),
            row("101001000014", "Closed", "duplicate of 101001000013"),               // parent above
            row("101001000015", "Closed", "duplicate of 101001000016"),               // a circle
            row("101001000016", "Closed", "duplicate of 101001000015"),
            row("101001000013", "Closed", "again"),                                   // repeated
            row("101001000015", "Closed", "again while it waits")].concat();
        let summary = imports_text(&city, "boston", text.as_bytes()).await;
        assert_eq!(summary.counts.to_string(), counts(9, 3, 4, 0, 2, 0, 0));
        assert_eq!(rows(&city, "select status, request_count from case_record order by id").await,
            [("new".to_owned(), 4), ("duplicate".to_owned(), 1), ("duplicate".to_owned(), 2)]);
        let again = imports_text(&city, "boston", text.as_bytes()).await;
        assert_eq!(again.counts.to_string(), counts(9, 0, 0, 9, 0, 0, 0));
    }

    async fn a_broken_line_costs_itself_and_nothing_else(city) {
        let good = |id: u32| format!("1010010000{id},01/02/2015 10:00:00 AM,,Open,,,Roads,Sign Repair,,42.35,-71.06,\n");
        let mut text = BOSTON.as_bytes().to_vec();
        text.extend(good(10).bytes());                                                                         // 2
        text.extend(b"101001000011,01/02/2015 10:00:00 AM\n");                                                  // 3
        text.extend(b"101001000012,01/02/2015 10:00:00 AM,,Open,\"never closed,,Roads,Sign Repair,,42.35,-71.06,\n"); // 4
        text.extend(good(13).bytes());                                                                         // 5
        text.extend(b"101001000014,01/02/2015 10:00:00 AM,,Open,,caf\xe9,Roads,Sign Repair,,42.35,-71.06,\n");   // 6
        text.extend(b"101001000015,01/02/2015 10:00:00 AM,,Open,,nul \0,Roads,Sign Repair,,42.35,-71.06,\n");    // 7
        text.extend(b"101001000016,someday,,Open,,,Roads,Sign Repair,,42.35,-71.06,\n");                        // 8
        text.extend(format!("101001000017,01/02/2015 10:00:00 AM,,Open,,{},Roads,Sign Repair,,42.35,-71.06,\n", "x".repeat(5000)).bytes()); // 9
        text.extend(good(18).bytes());                                                                         // 10
        let summary = imports_text(&city, "boston", &text).await;
        assert_eq!(summary.counts.to_string(), counts(9, 3, 0, 0, 0, 0, 6));
        let rejects = std::fs::read_to_string(summary.rejects.unwrap()).unwrap();
        let lines: Vec<&str> = rejects.lines().collect();
        let expected = [
            "line,id,reason",
            "3,,2 fields instead of 12",
            "4,,a quote is opened and not closed",
            "6,,it is not UTF-8",
            "7,,it contains the character U+0000",
            "8,101001000016,time of filing: `someday` is not a time in any known form",
            "9,101001000017,description: has 5000 characters; at most 4000 are taken.",
        ];
        assert_eq!(lines, expected);
    }

    async fn services_of_an_open311_server_load_twice_and_leave_what_staff_set(city) {
        let file = city.database.folder().join("services.json");
        let list = r#"[{"service_code": "001", "service_name": "Cans left out", "description": "24 hours", "metadata": false, "type": "batch",
            "keywords": ["code:1, cans"], "group": "Litter"}, {"service_code": 2, "service_name": "Plate shifted", "keywords": null},
            {"service_code": "001", "service_name": "Again"},
            {"service_code": "noise", "service_name": "Noise at night", "type": "realtime", "keywords": "loud,party"}]"#;
        std::fs::write(&file, list).unwrap();
        let load = async || services::import(&city.app.db, &city.app.catalog, &file, 1).await.unwrap().to_string();
        assert_eq!(load().await, "read 4, added 2, changed 1, unchanged 0, repeated 1");
        assert_eq!(load().await, "read 4, added 0, changed 0, unchanged 3, repeated 1");
        let catalog = city.app.catalog.get(&city.app.db).await.unwrap();
        assert_eq!(catalog.by_code("001").unwrap().keywords, ["code:1", "cans"]);
        let noise = catalog.by_code("noise").unwrap();
        assert_eq!((noise.name.as_str(), noise.duplicates.radius_m), ("Noise at night", 0.0));

        let own = r#"{"services": [{"code": "tree", "name": "Tree", "related": ["001"], "due_hours": 48, "priority": "high",
            "duplicates": {"policy": "join", "radius_m": 12, "window_days": 9},
            "attributes": [{"code": "KIND", "datatype": "singlevaluelist", "required": true, "description": "What kind?",
            "values": [{"key": "a", "name": "A"}]}]}]}"#;
        std::fs::write(&file, own).unwrap();
        assert_eq!(load().await, "read 1, added 1, changed 0, unchanged 0, repeated 0");
        assert_eq!(load().await, "read 1, added 0, changed 0, unchanged 1, repeated 0");
        std::fs::write(&file, r#"[{"code": "tree", "name": "Tree", "radius": 3}]"#).unwrap();
        let refused = services::import(&city.app.db, &city.app.catalog, &file, 1).await.unwrap_err().to_string();
        assert!(refused.contains("unknown field `radius`"), "{refused}");
        let rules_file = city.database.folder().join("rules.json");
        std::fs::write(&rules_file, r#"{"rules": [{"name": "Trees first", "conditions": {"services": ["tree"]}, "priority": "urgent"}]}"#).unwrap();
        assert_eq!(rules::import(&city.app.db, &rules_file, 1).await.unwrap(), 1);
        assert_eq!(rules::import(&city.app.db, &rules_file, 2).await.unwrap(), 1);
    }

    async fn the_catalogues_of_real_cities_load(city) {
        for (file, expected) in [
            ("chicago/open311_services.json", "read 97, added 97, changed 0, unchanged 0, repeated 0"),
            ("open311/san_francisco_services.xml", "read 38, added 38, changed 0, unchanged 0, repeated 0"),
            ("open311/bloomington_services.json", "read 46, added 46, changed 0, unchanged 0, repeated 0"),
        ] {
            let Some(path) = real(file) else { continue };
            let counts = services::import(&city.app.db, &city.app.catalog, &path, 1).await.unwrap();
            assert_eq!(counts.to_string(), expected, "{file}");
            let again = services::import(&city.app.db, &city.app.catalog, &path, 1).await.unwrap();
            assert_eq!((again.added, again.changed), (0, 0), "{file}");
        }
    }

    async fn requests_of_real_open311_servers_load(city) {
        for (file, source, expected) in [
            ("chicago/open311_requests.json", "chicago", counts(50, 50, 0, 0, 0, 2, 0)),
            ("open311/bloomington_requests.json", "bloomington", counts(21, 21, 0, 0, 0, 8, 0)),
            ("open311/san_francisco_requests.xml", "sf", counts(56, 56, 0, 0, 0, 9, 0)),
        ] {
            let Some(path) = real(file) else { continue };
            let layout = Layout { source: source.into(), ..Layout::named("open311").unwrap() };
            let summary = imports(&city, layout, &path).await;
            assert_eq!(summary.counts.to_string(), expected, "{file}");
        }
    }

    async fn a_fortnight_of_chicagos_potholes_loads(city) {
        let Some(path) = real("chicago/potholes_2018_12.csv") else { return };
        let chicago = || Layout::named("chicago").unwrap();
        assert_eq!(imports(&city, chicago(), &path).await.counts.to_string(), counts(1006, 1006, 0, 0, 0, 0, 0));
        assert_eq!(rows(&city, BY_STATUS).await, [("closed".to_owned(), 126), ("duplicate".to_owned(), 348), ("new".to_owned(), 532)]);
        assert_eq!(city.count("select cast(sum(filed_at) as bigint) from request").await, 1_553_937_998_400_000);
        assert_eq!(city.count("select cast(sum(closed_at) as bigint) from case_record").await, 732_220_084_800_000);
        assert_eq!(imports(&city, chicago(), &path).await.counts.to_string(), counts(1006, 0, 0, 1006, 0, 0, 0));
    }

    // The whole files are imported by `make bench`; a debug build takes the first thousands, which have all that is odd in them.
    async fn the_first_of_bostons_half_year_load(city) {
        let Some(path) = real("boston/requests_2015_h1.csv.gz") else { return };
        let file = first(&city, &path, FIRST);
        let summary = imports(&city, Layout::named("boston").unwrap(), &file).await;
        let all = &understood("boston", "boston/requests_2015_h1.csv.gz").unwrap()[..FIRST];
        let unplaced = all.iter().filter(|row| row.place.is_err()).count() as u64;
        let c = &summary.counts;
        assert_eq!((c.read, c.filed + c.joined, c.unplaced, c.rejected), (FIRST as u64, FIRST as u64, unplaced, 0));
        assert!(c.joined > 20, "clerks' pairs are joined");
        assert_eq!(city.count("select count(*) from request where joined").await, c.joined as i64);
        assert_eq!(city.count("select count(*) from request where lon is null").await, unplaced as i64);
    }

    async fn the_first_of_chicagos_sanitation_load(city) {
        let Some(path) = real("chicago/sanitation_2011_2014.csv.gz") else { return };
        let file = first(&city, &path, FIRST);
        let summary = imports(&city, Layout::named("chicago").unwrap(), &file).await;
        assert_eq!((summary.counts.read, summary.counts.filed + summary.counts.repeated), (FIRST as u64, FIRST as u64));
        let mut all = understood("chicago", "chicago/sanitation_2011_2014.csv.gz").unwrap();
        all.truncate(FIRST);
        let mut seen = std::collections::HashSet::new();
        all.retain(|row| seen.insert(row.external_id.clone()));
        let expected: BTreeMap<String, i64> = by_status(&all).into_iter().map(|(s, n)| (s.word().to_owned(), n as i64)).collect();
        assert_eq!(rows(&city, BY_STATUS).await.into_iter().collect::<BTreeMap<_, _>>(), expected);
    }
}

/// Records of a real file that a debug build imports.
const FIRST: usize = 3000;

/// The first records of a packed file, unpacked.
fn first(city: &City, path: &Path, records: usize) -> PathBuf {
    let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()));
    let file = city.database.folder().join("first.csv");
    let mut writer = csv::Writer::from_path(&file).unwrap();
    writer.write_record(reader.headers().unwrap()).unwrap();
    for record in reader.records().take(records) {
        writer.write_record(&record.unwrap()).unwrap();
    }
    writer.flush().unwrap();
    file
}

/// What a layout understands of a real file, without a database.
pub fn understood(layout: &str, file: &str) -> Option<Vec<Imported>> {
    let layout_of = Layout::named(layout).unwrap();
    let reading = Reading::open(&real(file)?, &layout_of.columns.names(), b',').unwrap();
    let header: Vec<&str> = reading.header.iter().map(String::as_str).collect();
    let mut rows = Rows::new(layout, layout_of, &header, &jiff::tz::TimeZone::UTC, crate::helpers::NOON).unwrap();
    let mut all = Vec::new();
    reading
        .each(&mut |item| {
            all.push(item.and_then(|record| rows.read(&record)).unwrap());
            ControlFlow::Continue(())
        })
        .unwrap();
    Some(all)
}

fn by_status(rows: &[Imported]) -> BTreeMap<Status, usize> {
    rows.iter().fold(BTreeMap::new(), |mut counts, row| {
        *counts.entry(row.status).or_default() += 1;
        counts
    })
}

#[test]
fn chicagos_sanitation_is_understood_as_counted_by_other_means() {
    let Some(mut rows) = understood("chicago", "chicago/sanitation_2011_2014.csv.gz") else { return };
    assert_eq!(rows.len(), 74_401);
    let mut seen = std::collections::HashSet::new();
    rows.retain(|row| seen.insert(row.external_id.clone()));
    assert_eq!(rows.len(), 74_026);
    assert_eq!(by_status(&rows), [(Status::New, 201), (Status::Closed, 70_192), (Status::Duplicate, 3_633)].into());
    assert_eq!(rows.iter().filter(|row| row.place.is_err()).count(), 24);
    assert_eq!(rows.iter().map(|row| row.filed_at).sum::<i64>(), 100_421_916_850_800_000);
    assert_eq!(rows.iter().filter_map(|row| row.closed_at).sum::<i64>(), 100_187_927_769_600_000);
}

#[test]
fn bostons_half_year_is_understood_as_counted_by_other_means() {
    let Some(rows) = understood("boston", "boston/requests_2015_h1.csv.gz") else { return };
    assert_eq!(rows.len(), 58_119);
    let expected = [
        (Status::New, 8_991),
        (Status::Closed, 45_595),
        (Status::Duplicate, 1_854),
        (Status::Cancelled, 1_550),
        (Status::Transferred, 129),
    ];
    assert_eq!(by_status(&rows), expected.into());
    assert_eq!(rows.iter().filter(|row| row.place.is_err()).count(), 8_752);
    assert_eq!(rows.iter().map(|row| row.service.code.as_str()).collect::<std::collections::HashSet<_>>().len(), 155);
    assert_eq!(rows.iter().map(|row| row.filed_at).sum::<i64>(), 83_011_840_563_762_000);
    assert_eq!(rows.iter().filter_map(|row| row.closed_at).sum::<i64>(), 70_254_634_098_673_000);

    // Every pair that the clerks wrote down is found in their words.
    let ids: std::collections::HashSet<&str> = rows.iter().map(|row| row.external_id.as_str()).collect();
    let first_known = |row: &Imported| row.parents.iter().find(|id| ids.contains(id.as_str())).cloned();
    let parents: HashMap<&str, String> = rows.iter().filter_map(|row| Some((row.external_id.as_str(), first_known(row)?))).collect();
    assert_eq!(parents.len(), 793);
    let pairs = std::fs::read_to_string(real("boston/duplicate_pairs_2015_h1.csv").unwrap()).unwrap();
    for pair in pairs.lines().skip(1) {
        let mut fields = pair.split(',');
        let (duplicate, parent) = (fields.next().unwrap(), fields.next().unwrap());
        assert_eq!(parents.get(duplicate).map(String::as_str), Some(parent), "{pair}");
    }
}
