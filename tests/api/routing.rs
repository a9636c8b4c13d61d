//! Where requests go: boundaries, rules, publications, imports of boundary files. Over the domain where no route reaches it.

use std::sync::Arc;

use waymark::catalog::{AttributeDraft, Choice, Datatype, Priority, ServiceDraft};
use waymark::config::Config;
use waymark::error::{Error, Result};
use waymark::geo::{Point, area};
use waymark::imports::jurisdictions::{Options, import_jurisdictions};
use waymark::routing::rules::{Answered, Conditions};
use waymark::routing::{self, Asked, By, JurisdictionDraft, LayerDraft, Place, Routed, Routing, RuleDraft};

use crate::helpers::{City, NOON};

const DAY: i64 = 86_400_000;

/// An area of quarters of a degree.
fn square(west: f64, south: f64) -> geo::MultiPolygon {
    let (east, north) = (west + 0.25, south + 0.25);
    let text = format!(
        r#"{{"type":"Polygon","coordinates":[[[{west},{south}],[{east},{south}],[{east},{north}],[{west},{north}],[{west},{south}]]]}}"#
    );
    area::read(text.as_bytes(), &area::Limits::default()).unwrap().areas.remove(0).polygons
}

fn ward(code: &str, west: f64, south: f64, team: Option<&str>) -> JurisdictionDraft {
    JurisdictionDraft {
        code: code.into(),
        name: format!("Ward {code}"),
        precedence: 0,
        team: team.map(str::to_owned),
        area: square(west, south),
    }
}

fn layer(code: &str, precedence: i64) -> LayerDraft {
    LayerDraft { code: code.into(), name: code.to_uppercase(), precedence }
}

fn rule(name: &str, services: &[&str], jurisdictions: &[&str], team: &str) -> RuleDraft {
    let texts = |all: &[&str]| all.iter().map(|&text| text.to_owned()).collect();
    let conditions = Conditions { services: texts(services), jurisdictions: texts(jurisdictions), ..Conditions::default() };
    RuleDraft { name: name.into(), conditions, team: Some(team.into()), team_of_layer: None, priority: None, due_hours: None }
}

async fn teams(city: &City, codes: &'static [&'static str]) {
    let made = city.app.db.write(async move |tx| {
        let (agency,): (i64,) = tx.sql("insert into agency (code, name) values ('works', 'Works') returning id").one().await?;
        for code in codes {
            tx.sql("insert into team (agency_id, code, name) values ($1, $2, $3)")
                .bind(agency)
                .bind(*code)
                .bind(format!("Team {code}"))
                .run()
                .await?;
        }
        Ok::<_, Error>(())
    });
    made.await.unwrap();
}

async fn publish(
    city: &City,
    code: &'static str,
    precedence: i64,
    drafts: Vec<JurisdictionDraft>,
    from: Option<i64>,
) -> Result<routing::Published> {
    city.app.db.write(async move |tx| routing::publish(tx, &layer(code, precedence), &drafts, from, None, NOON).await).await
}

async fn save_rules(city: &City, drafts: Vec<RuleDraft>) -> Result<()> {
    city.app.db.write(async move |tx| routing::save_rules(tx, &drafts, None, NOON).await).await
}

async fn route_at(
    city: &City,
    routing: &Arc<Routing>,
    place: Option<(f64, f64)>,
    service: &'static str,
    at: i64,
    history: bool,
) -> Result<Routed> {
    let catalog = city.app.catalog.get(&city.app.db).await?;
    let routing = routing.clone();
    let answers = vec![("depth".to_owned(), "deep".to_owned())];
    let route = async move |tx: &mut waymark::db::Tx| {
        let service = catalog.by_code(service).unwrap();
        let ground = routing.ground(tx).await?;
        let place = place.map(|(lon, lat)| Point::new(lon, lat).unwrap());
        routing.route(tx, &ground, &Asked { place, service, answers: &answers, at, history }).await
    };
    city.app.db.write(route).await
}

/// Routes a request filed now, and tells the code of its team and why.
async fn route(city: &City, place: Option<(f64, f64)>, service: &'static str) -> (Option<String>, routing::Why) {
    let routed = route_at(city, &city.app.routing, place, service, NOON, false).await.unwrap();
    (routed.why.team.clone().map(|team| team.code), routed.why)
}

fn with(change: impl FnOnce(&mut Config)) -> Arc<Routing> {
    let mut config = Config::default();
    change(&mut config);
    Arc::new(Routing::new(&config).unwrap())
}

on_both! {
    async fn a_request_goes_to_the_team_that_the_first_rule_names_and_says_why(city) {
        teams(&city, &["triage", "roads", "north", "lights"]).await;
        publish(&city, "ward", 0, vec![ward("1", 0.0, 50.0, None), ward("2", 0.25, 50.0, Some("north"))], None).await.unwrap();
        publish(&city, "park", 1, vec![ward("a", 0.2, 50.1, None)], None).await.unwrap();
        let mut deep = rule("deep holes", &["pothole"], &["ward:1"], "roads");
        (deep.priority, deep.due_hours) = (Some(Priority::Urgent), Some(8));
        let lamps = rule("lamps", &["lamp"], &[], "lights");
        save_rules(&city, vec![lamps, deep]).await.unwrap();

        let routed = route_at(&city, &city.app.routing, Some((0.21, 50.2)), "pothole", NOON, false).await.unwrap();
        assert_eq!((routed.priority.as_deref(), routed.due_hours, routed.jurisdictions.len()), (Some("urgent"), Some(8), 2));
        let why = routed.why;
        assert_eq!(why.because, "The rule \"deep holes\" sends it: to Team roads.");
        assert_eq!(why.by, Some(By::Rule));
        let held = [("service", "code", "pothole"), ("jurisdiction", "place", "ward:1")];
        assert_eq!(
            serde_json::to_value(&why.tried[0].held).unwrap().as_array().unwrap()[..2],
            held.map(|(kind, field, value)| serde_json::json!({ "kind": kind, field: value })),
        );
        assert_eq!((why.place, why.passed_over, why.tried[0].because.as_str()), (Place::Inside, 1, "the service is pothole, it lies in ward:1"));
        let lays: Vec<_> = why.jurisdictions.iter().map(|lay| (lay.layer.as_str(), lay.code.as_str(), lay.owns, lay.metres_to_border)).collect();
        assert_eq!(lays, [("ward", "1", true, 2847.0), ("park", "a", true, 712.0)]);

        let (team, why) = route(&city, Some((0.3, 50.05)), "pothole").await;
        assert_eq!((team.as_deref(), why.because.as_str()), (Some("north"), "No rule matches; Ward 2 is responsible where it lies: to Team north."));
        assert_eq!(why.by, Some(By::Jurisdiction("Ward 2".into())));
        let (team, why) = route(&city, Some((0.05, 50.05)), "noise").await;
        assert_eq!((team.as_deref(), why.because.as_str()), (Some("triage"), "No rule matches, and no boundary there has a team: to Team triage."));
        assert_eq!(why.by, Some(By::Settings));

        let case = city.files("pothole", 0.05, 50.05).await;
        assert_eq!(city.count("select count(*) from case_record join team on team.id = team_id where team.code = 'roads' and priority = 'urgent'").await, 1);
        assert_eq!(case["expected_at"], NOON + 8 * 3_600_000);
        let (json,) = city.app.db.sql("select route_json from case_record").one::<(String,)>().await.unwrap();
        let kept: routing::Why = serde_json::from_str(&json).unwrap();
        assert_eq!(kept.team.unwrap().name, "Team roads");
        assert_eq!(city.count("select count(*) from case_jurisdiction").await, 1);
    }

    async fn a_point_on_a_border_belongs_to_one_ward_for_ever(city) {
        teams(&city, &["triage", "one", "two"]).await;
        publish(&city, "ward", 0, vec![ward("2", 0.25, 50.0, Some("two")), ward("1", 0.0, 50.0, Some("one"))], None).await.unwrap();
        let (team, why) = route(&city, Some((0.25, 50.125)), "pothole").await;
        assert_eq!(team.as_deref(), Some("two"), "the lower id wins");
        assert_eq!(why.jurisdictions.iter().map(|lay| (lay.code.as_str(), lay.owns)).collect::<Vec<_>>(), [("2", true), ("1", false)]);
        publish(&city, "ward", 0, vec![JurisdictionDraft { precedence: 1, ..ward("2", 0.25, 50.0, None) }, ward("1", 0.0, 50.0, None)], None).await.unwrap();
        assert_eq!(route(&city, Some((0.25, 50.125)), "pothole").await.0.as_deref(), Some("one"), "the lower precedence wins before the id");
    }

    async fn what_has_no_place_or_lies_outside_goes_where_the_settings_say(city) {
        let (team, why) = route(&city, Some((0.1, 50.1)), "pothole").await;
        assert_eq!((team, why.place), (None, Place::Unmapped), "a city without boundaries and teams still takes requests");
        teams(&city, &["triage", "needs-location"]).await;
        let (_, why) = route(&city, None, "pothole").await;
        assert_eq!((why.place, why.because.as_str()), (Place::Missing, "It came without a place."), "memory does not know the new team's name yet");
        publish(&city, "ward", 0, vec![ward("1", 0.0, 50.0, None)], None).await.unwrap();
        assert_eq!(route(&city, None, "pothole").await.0.as_deref(), Some("needs-location"));
        let (team, why) = route(&city, Some((1.0, 50.1)), "pothole").await;
        assert_eq!((team.as_deref(), why.place), (Some("triage"), Place::Outside));

        let refusing = with(|config| config.routing.outside = "refuse".into());
        let refused = async |lon, lat| route_at(&city, &refusing, Some((lon, lat)), "pothole", NOON, false).await.unwrap_err().to_string();
        assert!(refused(50.1, 0.1).await.contains("look swapped: the other way round it would lie in Ward 1"));
        assert!(refused(0.26, 50.1).await.contains("The nearest part of it is Ward 1, 713 metres away"), "{}", refused(0.26, 50.1).await);
        assert!(route_at(&city, &refusing, Some((0.25, 50.1)), "pothole", NOON, false).await.is_ok(), "the border is inside");
        assert!(route_at(&city, &refusing, Some((3.0, 50.1)), "pothole", NOON, true).await.is_ok(), "what the city once took is not refused");
    }

    async fn the_service_area_refuses_what_lies_outside_of_it(city) {
        let file = city.database.folder().join("area.geojson");
        std::fs::write(&file, r#"{"type":"Polygon","coordinates":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]}"#).unwrap();
        let served = with(|config| config.city.service_area = Some(file.clone()));
        assert!(route_at(&city, &served, Some((0.5, 50.5)), "pothole", NOON, false).await.is_ok());
        let refused = async |lon, lat| route_at(&city, &served, Some((lon, lat)), "pothole", NOON, true).await.unwrap_err().to_string();
        assert!(refused(50.5, 0.5).await.contains("did you mean longitude 0.5, latitude 50.5?"));
        assert!(refused(2.0, 50.5).await.ends_with("outside of the area that this city serves."));
        std::fs::write(&file, "{}").unwrap();
        let mut config = Config::default();
        config.city.service_area = Some(file);
        assert!(Routing::new(&config).err().unwrap().to_string().contains("city.service_area"));
    }

    async fn a_publication_takes_effect_at_once_on_every_node(city) {
        teams(&city, &["triage", "one", "two"]).await;
        let other = with(|_| ());
        publish(&city, "ward", 0, vec![ward("1", 0.0, 50.0, Some("one"))], None).await.unwrap();
        for routing in [&city.app.routing, &other] {
            assert_eq!(route_at(&city, routing, Some((0.1, 50.1)), "pothole", NOON, false).await.unwrap().why.team.unwrap().code, "one");
        }
        publish(&city, "ward", 0, vec![ward("1", 0.0, 50.0, Some("two"))], None).await.unwrap();
        for routing in [&city.app.routing, &other] {
            assert_eq!(route_at(&city, routing, Some((0.1, 50.1)), "pothole", NOON, false).await.unwrap().why.team.unwrap().code, "two");
        }
        assert_eq!(other.extent(&city.app.db).await.unwrap(), Some([0.0, 50.0, 0.25, 50.25]));
        assert_eq!(city.count("select count(*) from event where kind = 'boundaries_published'").await, 2);
    }

    async fn a_jurisdiction_keeps_its_row_while_its_code_lives(city) {
        teams(&city, &["triage", "one"]).await;
        let ids = async || city.app.db.sql("select code, id from jurisdiction where valid_to is null order by code").all::<(String, i64)>().await.unwrap();
        let first = publish(&city, "ward", 0, vec![ward("1", 0.0, 50.0, Some("one")), ward("2", 0.25, 50.0, None)], None).await.unwrap();
        assert_eq!((first.new, first.changed, first.same, first.retired), (2, 0, 0, 0));
        let before = ids().await;
        save_rules(&city, vec![rule("second", &[], &["ward:2"], "one")]).await.unwrap();

        let again = publish(&city, "ward", 0, vec![ward("1", 0.0, 50.0, None), ward("2", 0.25, 50.0, None)], None).await.unwrap();
        assert_eq!((again.new, again.changed, again.same, again.retired, again.layer), (0, 0, 2, 0, first.layer));
        let moved = publish(&city, "ward", 0, vec![ward("1", 0.0, 50.01, None), ward("3", 0.5, 50.0, None)], None).await.unwrap();
        assert_eq!((moved.new, moved.changed, moved.same, moved.retired), (1, 1, 0, 1));
        assert_eq!(moved.broken_rules, ["the rule \"second\" names \"ward:2\", and there is no jurisdiction \"2\" in the layer \"ward\"."]);
        assert_eq!(ids().await[0], before[0]);
        let back = publish(&city, "ward", 0, vec![ward("1", 0.0, 50.01, None), ward("2", 0.25, 50.0, None)], None).await.unwrap();
        assert_eq!((back.new, back.same, back.retired), (1, 1, 1));
        assert_eq!(ids().await, before);
        assert_eq!(route(&city, Some((0.1, 50.1)), "pothole").await.0.as_deref(), Some("one"), "the team stays");
    }

    async fn what_was_filed_before_a_dated_publication_lies_in_the_old_area(city) {
        publish(&city, "ward", 0, vec![ward("1", 0.0, 50.0, None), ward("2", 0.25, 50.0, None)], None).await.unwrap();
        let from = NOON - 100 * DAY;
        let done = publish(&city, "ward", 0, vec![ward("1", 0.25, 50.0, None), ward("3", 0.0, 50.0, None)], Some(from)).await.unwrap();
        assert_eq!((done.new, done.changed, done.retired), (1, 1, 1));
        let codes = async |at| {
            let why = route_at(&city, &city.app.routing, Some((0.1, 50.1)), "pothole", at, true).await.unwrap().why;
            why.jurisdictions.iter().map(|lay| lay.code.clone()).collect::<Vec<_>>()
        };
        assert_eq!((codes(from - 1).await, codes(from).await, codes(NOON).await), (vec!["1".to_owned()], vec!["3".to_owned()], vec!["3".to_owned()]));
        let late = publish(&city, "ward", 0, vec![ward("1", 0.5, 50.0, None)], Some(from - 1)).await.unwrap_err().to_string();
        assert!(late.contains("valid_from") && late.contains("is not after"), "{late}");
        assert_eq!(codes(NOON).await, ["3"], "nothing was changed");
        let views = routing::layers(&city.app.db, NOON).await.unwrap();
        assert_eq!((views[0].code.as_str(), views[0].count), ("ward", 2));
        assert_eq!(routing::layers(&city.app.db, from - 1).await.unwrap()[0].count, 2);
        let geojson: serde_json::Value = serde_json::from_str(&routing::layer_geojson(&city.app.db, "ward", NOON).await.unwrap()).unwrap();
        assert_eq!(geojson["features"].as_array().unwrap().len(), 2);
        assert_eq!(geojson["features"][0]["geometry"]["type"], "MultiPolygon");
        assert!(matches!(routing::layer_geojson(&city.app.db, "none", NOON).await, Err(Error::NotFound("layer"))));
    }

    async fn a_publication_that_does_not_fit_changes_nothing(city) {
        for (drafts, words) in [
            (vec![], "jurisdictions: are none"),
            (vec![ward("1", 0.0, 50.0, None), ward("1", 0.25, 50.0, None)], "jurisdictions.1.code: \"1\" is the code of an earlier"),
            (vec![ward("1,2", 0.0, 50.0, None)], "may not hold ','"),
            (vec![ward("", 0.0, 50.0, None)], "jurisdictions.0.code: is empty"),
            (vec![ward("1", 0.0, 50.0, Some("nobody"))], "there is no team with that code"),
        ] {
            let refused = publish(&city, "ward", 0, drafts, None).await.unwrap_err().to_string();
            assert!(refused.contains(words), "{words}: {refused}");
        }
        assert!(publish(&city, "a:b", 0, vec![ward("1", 0.0, 50.0, None)], None).await.unwrap_err().to_string().contains("may not hold ':'"));
        assert_eq!(city.count("select count(*) from layer").await + city.count("select count(*) from jurisdiction").await, 0);
        assert_eq!(city.count("select count(*) from version where name = 'routing'").await, 0);
    }

    async fn rules_that_could_not_work_are_refused_when_they_are_saved(city) {
        teams(&city, &["roads"]).await;
        publish(&city, "ward", 0, vec![ward("1", 0.0, 50.0, None)], None).await.unwrap();
        let questions = vec![
            AttributeDraft {
                values: vec![Choice { key: "deep".into(), name: "Deep".into(), stop: None }],
                ..AttributeDraft::new("depth", Datatype::SingleValueList, "How deep?")
            },
            AttributeDraft::new("words", Datatype::String, "What else?"),
        ];
        let service = ServiceDraft { attributes: questions, ..ServiceDraft::new("hole", "Hole") };
        city.app.db.write(async move |tx| waymark::catalog::save(tx, &service, None, NOON).await).await.unwrap();
        let answered = |attribute: &str, value: &str| Answered { attribute: attribute.into(), any_of: vec![value.into()] };

        let mut bad = rule("", &["hole", "nothing"], &["ward:2", "zone"], "nobody");
        bad.conditions.answers = vec![answered("depth", "shallow"), answered("colour", "red"), Answered { attribute: "words".into(), any_of: vec![] }];
        (bad.team_of_layer, bad.due_hours) = (Some("zone".into()), Some(0));
        let empty = RuleDraft { team: None, ..rule("empty", &[], &[], "") };
        let refused = save_rules(&city, vec![bad, empty]).await.unwrap_err().to_string();
        for words in [
            "rules.0.name: is empty", "rules.0.team: is given, and team_of_layer too", "rules.0.team: is \"nobody\"", "rules.0.team_of_layer: is \"zone\"",
            "rules.0.due_hours", "rules.0.conditions.services: names \"nothing\"", "rules.0.conditions.jurisdictions: names \"ward:2\"",
            "there is no layer with the code \"zone\"", "names \"shallow\", which \"depth\" does not offer", "names the question \"colour\"",
            "names no answer to \"words\"", "rules.1.team: is missing",
        ] {
            assert!(refused.contains(words), "{words}: {refused}");
        }
        assert_eq!(city.count("select count(*) from rule").await, 0);

        let mut good = rule("good", &["hole"], &["ward"], "roads");
        good.conditions.answers = vec![answered("depth", "deep"), answered("words", "anything")];
        save_rules(&city, vec![good.clone()]).await.unwrap();
        good.conditions.answers.pop();
        save_rules(&city, vec![rule("other", &[], &["ward:1"], "roads"), good]).await.unwrap();
        assert_eq!(city.count("select count(*) from rule").await, 2);
        assert_eq!(city.count("select count(*) from event where kind = 'rules_published'").await, 2);
    }

    async fn real_boundaries_are_imported_and_again_without_a_change(city) {
        let shared = std::env::var("WAYMARK_SHARED").map_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").into(), std::path::PathBuf::from);
        for (file, layer, count, code_field, name) in [
            ("boston/wards.geojson", "ward", 22, "WARD", "Ward 1"),
            ("boston/police_districts.geojson", "police_district", 12, "DISTRICT", "Police district A15"),
            ("chicago/community_areas.geojson", "community_area", 77, "area", "Albany Park"),
        ] {
            let Ok(text) = std::fs::read(shared.join("data").join(file)) else {
                println!("skipped: {file} is not at hand");
                continue;
            };
            let report = import_jurisdictions(&city.app.db, &text[..], Options::new(layer), None, NOON).await.unwrap();
            assert_eq!((report.read, report.published.new, report.code_field.as_str()), (count, count, code_field), "{file}");
            let again = import_jurisdictions(&city.app.db, &text[..], Options::new(layer), None, NOON).await.unwrap();
            assert_eq!((again.published.new, again.published.changed, again.published.same), (0, 0, count), "{file}");
            let names = city.app.db.sql("select name from jurisdiction").all::<(String,)>().await.unwrap();
            assert!(names.iter().any(|(known,)| known == name), "{file}");
        }
    }

    async fn a_boundary_file_with_one_wrong_feature_changes_nothing(city) {
        let feature = |code: &str, ring: &str| format!(r#"{{"type":"Feature","properties":{{"ward":{code}}},"geometry":{{"type":"Polygon","coordinates":[{ring}]}}}}"#);
        let file = |features: &[String]| format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        let good = "[[0,50],[1,50],[1,51],[0,50]]";
        let import = async |text: String| import_jurisdictions(&city.app.db, text.as_bytes(), Options::new("ward"), None, NOON).await;
        let crossed = import(file(&[feature("1", good), feature("2", "[[0,50],[1,51],[1,50],[0,51],[0,50]]")])).await.unwrap_err().to_string();
        assert!(crossed.contains("features[1] (ward 2), ring 0") && crossed.contains("crosses itself"), "{crossed}");
        let nameless = import(file(&[feature("1", good), feature("null", good)])).await.unwrap_err().to_string();
        assert!(nameless.contains("No property names every feature once (there are ward)"), "{nameless}");
        assert_eq!(city.count("select count(*) from jurisdiction").await, 0);
        let mut named = Options::new("ward");
        named.code_field = Some("ward".into());
        let islands = file(&[feature("1", good), feature("1", "[[3,50],[4,50],[4,51],[3,50]]"), feature("2", "[[5,50],[6,50],[6,51],[5,50]]")]);
        let report = import_jurisdictions(&city.app.db, islands.as_bytes(), named, None, NOON).await.unwrap();
        assert_eq!((report.read, report.published.new), (3, 2));
        assert_eq!(report.repaired, ["features[1]: has the code \"1\" of an earlier feature; together they are one jurisdiction"]);
        let small = Options { bytes: 100, ..Options::new("ward") };
        let large = import_jurisdictions(&city.app.db, islands.as_bytes(), small, None, NOON).await.unwrap_err().to_string();
        assert!(large.contains("over the limit of 100 bytes"), "{large}");
    }
}
