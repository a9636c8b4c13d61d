//! Answers against questions, and drafts against what could not work later.

use proptest::prelude::*;

use super::*;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::privacy::PlacePrivacy;

fn choice(key: &str, stop: Option<&str>) -> Choice {
    Choice { key: key.into(), name: key.to_uppercase(), stop: stop.map(str::to_owned) }
}

/// A service with a question of every type: where (list, required; gas ends the form), depth (asked in the road), parts,
/// when, road (a line) and words (a text), and a piece of information.
fn draft() -> ServiceDraft {
    let mut draft = ServiceDraft::new("pothole", "Pothole");
    let question = |code: &str, datatype| AttributeDraft::new(code, datatype, format!("{code}?"));
    draft.attributes = vec![
        AttributeDraft { variable: false, ..question("hint", Datatype::String) },
        AttributeDraft {
            required: true,
            values: vec![choice("road", None), choice("path", None), choice("gas", Some("Leave the place and call the fire service."))],
            ..question("where", Datatype::SingleValueList)
        },
        AttributeDraft {
            required: true,
            condition: Some(Condition { attribute: "where".into(), any_of: vec!["road".into()] }),
            ..question("depth", Datatype::Number)
        },
        AttributeDraft {
            condition: Some(Condition { attribute: "depth".into(), any_of: vec!["12".into()] }),
            ..question("deep", Datatype::String)
        },
        AttributeDraft { values: vec![choice("kerb", None), choice("drain", None)], ..question("parts", Datatype::MultiValueList) },
        question("when", Datatype::Datetime),
        question("line", Datatype::String),
        question("words", Datatype::Text),
    ];
    draft
}

fn service() -> Service {
    let draft = draft();
    let attributes = draft.attributes.into_iter().zip(1..).map(|(a, order)| Attribute {
        code: a.code,
        variable: a.variable,
        datatype: a.datatype,
        required: a.required,
        order,
        description: a.description,
        datatype_description: a.datatype_description,
        values: a.values,
        condition: a.condition,
    });
    Service {
        id: 1,
        code: draft.code,
        name: draft.name,
        description: String::new(),
        group: String::new(),
        keywords: vec![],
        kind: Kind::Realtime,
        agency_id: None,
        priority: Priority::Normal,
        due_hours: None,
        targets: vec![],
        duplicates: Duplicates::default(),
        photo_review: false,
        place_privacy: PlacePrivacy::Exact,
        sensitive: false,
        active: true,
        related: vec![],
        attributes: attributes.collect(),
    }
}

const LIMITS: Limits = Limits { string_chars: 10, text_chars: 20 };

fn checked(given: &[(&str, &str)], unknown: Unknown) -> Result<String, String> {
    let answers = given.iter().copied().collect();
    match check_answers(&service(), &answers, unknown, LIMITS) {
        Ok(kept) => Ok(kept.iter().map(|(code, value)| format!("{code}={value}")).collect::<Vec<_>>().join(" ")),
        Err(wrong) => Err(wrong.iter().map(|f| f.to_string()).collect::<Vec<_>>().join(" ")),
    }
}

#[test]
fn answers_that_fit_are_kept_in_the_order_of_the_questions() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("where", "path")], "where=path"),
        (&[("parts", "drain"), ("where", "path"), ("parts", "kerb")], "where=path parts=drain parts=kerb"),
        (&[("where", " road "), ("depth", " 12.50 ")], "where=road depth=12.50"),
        (&[("where", "road"), ("depth", "12"), ("deep", "yes")], "where=road depth=12 deep=yes"),
        (&[("where", "road"), ("depth", "-0.5e1"), ("deep", "unasked")], "where=road depth=-0.5e1"),
        // not asked, so neither needed nor kept; what hangs on it is not asked either
        (&[("where", "path"), ("depth", "12"), ("deep", "yes")], "where=path"),
        // empty is not given, a repeat is said once, information takes no answer, a stranger is left out
        (&[("where", ""), ("where", "path"), ("when", " ")], "where=path"),
        (&[("where", "path"), ("where", "path"), ("parts", "kerb"), ("parts", "kerb")], "where=path parts=kerb"),
        (&[("where", "path"), ("hint", "x"), ("easting", "1")], "where=path"),
        (&[("where", "path"), ("when", "2026-01-05T10:30:00+01:00")], "where=path when=2026-01-05T10:30:00+01:00"),
        (&[("where", "path"), ("line", "0123456789"), ("words", "a\nb")], "where=path line=0123456789 words=a\nb"),
        (&[("where", "path"), ("line", "ääääääääää")], "where=path line=ääääääääää"), // characters, not bytes
    ];
    for (given, kept) in cases {
        assert_eq!(checked(given, Unknown::Ignore), Ok(kept.to_string()), "{given:?}");
    }
}

#[test]
fn answers_that_do_not_fit_are_told_what_would() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "answers.where: has to be answered: where?"),
        (&[("where", "moon")], "answers.where: is \"moon\" and has to be one of road, path, gas."),
        (&[("where", "ROAD")], "answers.where: is \"ROAD\" and has to be one of road, path, gas."),
        (&[("where", "road")], "answers.depth: has to be answered: depth?"),
        (&[("where", "road"), ("where", "path")], "answers.where: takes one answer, and 2 were given."),
        (&[("where", "road"), ("depth", "NaN")], "answers.depth: is \"NaN\" and has to be a number, such as 12 or 3.5."),
        (&[("where", "road"), ("depth", "inf")], "answers.depth: is \"inf\" and has to be a number, such as 12 or 3.5."),
        (&[("where", "road"), ("depth", "0x10")], "answers.depth: is \"0x10\" and has to be a number, such as 12 or 3.5."),
        (&[("where", "path"), ("when", "soon")], "answers.when: is \"soon\" and has to be a date and time, such as 2026-01-05T10:30:00Z."),
        (&[("where", "path"), ("line", "a\nb")], "answers.line: takes one line."),
        (&[("where", "path"), ("line", "01234567890")], "answers.line: has 11 characters, and 10 are allowed."),
        (&[("where", "path"), ("words", "012345678901234567890")], "answers.words: has 21 characters, and 20 are allowed."),
        (&[("where", "path"), ("words", "a\0b")], "answers.words: holds the character U+0000, which cannot be kept."),
        (&[("where", "path"), ("parts", "kerb"), ("parts", "roof")], "answers.parts: is \"roof\" and has to be one of kerb, drain."),
        // two problems, two entries
        (&[("line", "a\nb")], "answers.where: has to be answered: where? answers.line: takes one line."),
        // a stop value ends the form with its words, whatever else is missing or wrong
        (&[("where", "gas"), ("line", "a\nb")], "answers.where: Leave the place and call the fire service."),
    ];
    for (given, problem) in cases {
        assert_eq!(checked(given, Unknown::Ignore), Err(problem.to_string()), "{given:?}");
    }
    let stranger = [("where", "path"), ("colour", "red")];
    assert_eq!(checked(&stranger, Unknown::Refuse), Err("answers.colour: is not a question of Pothole.".into()));
}

#[test]
fn answers_are_read_from_json_as_one_or_several() {
    let read: Answers = serde_json::from_str(r#"{"where":"road","parts":["kerb","drain"],"none":[]}"#).expect("reads");
    assert_eq!(read.to("where"), ["road"]);
    assert_eq!(read.to("parts"), ["kerb", "drain"]);
    assert!(read.to("none").is_empty() && read.to("other").is_empty());
    for odd in [r#"{"where":1}"#, r#"{"where":null}"#, r#"{"where":{"a":"b"}}"#, r#"["where"]"#] {
        assert!(serde_json::from_str::<Answers>(odd).is_err(), "{odd}");
    }
}

proptest! {
    /// Whatever is sent: what is kept fits, holds every required answer, and passes again unchanged; strangers change nothing.
    #[test]
    fn what_is_kept_fits_the_questions(given in prop::collection::vec((
        prop::sample::select(vec!["hint", "where", "depth", "deep", "parts", "when", "line", "words", "stranger"]),
        prop_oneof![
            prop::sample::select(vec!["", "road", "path", "gas", "kerb", "drain", "12", "1e400", "2026-01-05", "a\0", "two\nlines"]).prop_map(str::to_owned),
            ".{0,25}",
        ],
    ), 0..12)) {
        let service = service();
        let answers: Answers = given.iter().cloned().collect();
        let known: Answers = given.iter().filter(|(code, _)| *code != "stranger").cloned().collect();
        let outcome = check_answers(&service, &answers, Unknown::Ignore, LIMITS);
        prop_assert_eq!(&outcome, &check_answers(&service, &known, Unknown::Ignore, LIMITS));
        match outcome {
            Err(wrong) => prop_assert!(!wrong.is_empty()),
            Ok(kept) => {
                prop_assert!(kept.iter().any(|(code, _)| code == "where"));
                let road = kept.iter().any(|(code, value)| code == "where" && value == "road");
                prop_assert_eq!(road, kept.iter().any(|(code, _)| code == "depth"));
                for (code, value) in &kept {
                    let attribute = service.attribute(code).expect("only known codes are kept");
                    prop_assert!(attribute.variable && !value.is_empty() && value.trim() == value && !value.contains('\0'));
                    prop_assert!(!attribute.datatype.is_list() || attribute.choice(value).is_some_and(|choice| choice.stop.is_none()));
                    prop_assert!(given.iter().any(|(c, v)| c == code && v.trim() == value), "nothing is invented");
                }
                prop_assert_eq!(Ok(kept.clone()), check_answers(&service, &kept.into_iter().collect(), Unknown::Refuse, LIMITS));
            }
        }
    }
}

#[test]
fn a_draft_that_can_work_has_no_problems() {
    assert_eq!(draft().problems(), []);
    assert_eq!(ServiceDraft::new("a", "A").problems(), []);
}

#[test]
fn a_draft_that_could_not_work_is_told_why() {
    let change = |change: fn(&mut ServiceDraft)| {
        let mut draft = draft();
        change(&mut draft);
        draft.problems().iter().map(|f| f.to_string()).collect::<Vec<_>>().join(" ")
    };
    let cases: &[(fn(&mut ServiceDraft), &str)] = &[
        (|d| d.code = "".into(), "code: is empty."),
        (|d| d.code = "a/b".into(), "code: may not hold '/'."),
        (|d| d.code = "a,b".into(), "code: may not hold ','."),
        (|d| d.code = " a".into(), "code: may not begin or end with a blank."),
        (|d| d.name = " ".into(), "name: is empty."),
        (|d| d.description = "a\0".into(), "description: holds the character U+0000, which cannot be kept."),
        (|d| d.keywords = vec!["a,b".into()], "keywords.0: may not hold a comma, which separates keywords."),
        (|d| d.due_hours = Some(0), "due_hours: has to lie between 1 and 87600 (ten years)."),
        (|d| d.duplicates.radius_m = 1e6, "duplicates.radius_m: has to lie between 0 and 1000 metres."),
        (|d| d.duplicates.radius_m = f64::NAN, "duplicates.radius_m: has to lie between 0 and 1000 metres."),
        (|d| d.duplicates.window_days = 0, "duplicates.window_days: has to lie between 1 and 3650."),
        (|d| d.related = vec!["pothole".into()], "related: names the service itself."),
        (
            |d| d.attributes[2].code = "where".into(),
            "attributes.2.code: is the code of an earlier question. attributes.3.condition.attribute: is \"depth\", and no earlier question has that code.",
        ),
        (|d| d.attributes[6].code = "a]".into(), "attributes.6.code: may not hold ']'."),
        (|d| d.attributes[0].required = true, "attributes.0.required: cannot be on where `variable` is off: nobody can answer."),
        (|d| d.attributes[4].values.clear(), "attributes.4.values: is empty, and a multivaluelist offers at least one."),
        (|d| d.attributes[6].values = vec![choice("a", None)], "attributes.6.values: offers values, and a string takes none."),
        (|d| d.attributes[4].values[1].key = "kerb".into(), "attributes.4.values.1.key: repeats an earlier key."),
        (|d| d.attributes[4].values[1].stop = Some(" ".into()), "attributes.4.values.1.stop: is empty."),
        (
            |d| d.attributes[2].condition = Some(Condition { attribute: "parts".into(), any_of: vec!["kerb".into()] }),
            "attributes.2.condition.attribute: is \"parts\", and no earlier question has that code.",
        ),
        (
            |d| d.attributes[2].condition = Some(Condition { attribute: "where".into(), any_of: vec![] }),
            "attributes.2.condition.any_of: is empty, so the question would never be asked.",
        ),
        (
            |d| d.attributes[2].condition = Some(Condition { attribute: "where".into(), any_of: vec!["moon".into()] }),
            "attributes.2.condition.any_of: names \"moon\", which \"where\" does not offer.",
        ),
        (
            |d| d.attributes[2].condition = Some(Condition { attribute: "where".into(), any_of: vec!["gas".into()] }),
            "attributes.2.condition.any_of: names \"gas\", which ends the form.",
        ),
    ];
    for (spoil, problem) in cases {
        assert_eq!(change(*spoil), *problem);
    }
}

#[test]
fn a_draft_is_read_from_a_file_with_little_in_it() {
    let read: ServiceDraft =
        serde_json::from_str(r#"{"code":"a","name":"A","type":"batch","attributes":[{"code":"x","datatype":"text"}]}"#).expect("reads");
    let mut same = ServiceDraft::new("a", "A");
    same.kind = Kind::Batch;
    same.attributes = vec![AttributeDraft::new("x", Datatype::Text, "")];
    assert_eq!(read, same);
    let odd = serde_json::from_str::<ServiceDraft>(r#"{"code":"a","name":"A","type":"express"}"#).expect_err("is refused").to_string();
    assert!(odd.contains("realtime"), "{odd}");
}

/// A SQLite file of its own; `tests/api/open311_catalog.rs` does the same on both databases.
async fn database(folder: &tempfile::TempDir) -> Db {
    let url = folder.path().join("waymark.db").display().to_string();
    Db::connect(&crate::db::Options { url, batch: 8, connections: 2 }).await.expect("a fresh database opens")
}

async fn saved(db: &Db, drafts: Vec<ServiceDraft>) -> Result<Vec<i64>> {
    db.write(async move |tx| save_all(tx, &drafts, None, 1000).await).await
}

#[tokio::test]
async fn what_is_saved_is_read_back_and_the_shelf_notices() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = database(&folder).await;
    let shelf = Shelf::default();
    assert!(shelf.get(&db).await.expect("reads").all().is_empty());

    let mut street = ServiceDraft::new("street", "Street, other");
    street.related = vec!["pothole".into()];
    street.keywords = vec!["road".into(), "hole".into()];
    let ids = saved(&db, vec![street.clone(), draft()]).await.expect("saves");
    let catalog = shelf.get(&db).await.expect("reads");
    let pothole = catalog.by_code("pothole").expect("is there");
    assert_eq!(Service { id: ids[1], related: vec![ids[0]], ..service() }, *pothole);
    assert_eq!(catalog.by_id(ids[0]).expect("is there").related, [ids[1]]);
    assert_eq!(catalog.by_id(ids[0]).expect("is there").keywords, ["road", "hole"]);
    assert!(std::sync::Arc::ptr_eq(&catalog, &shelf.get(&db).await.expect("reads")), "nothing changed, nothing is read");

    street.active = false;
    street.related.clear();
    assert_eq!(saved(&db, vec![street]).await.expect("saves again"), [ids[0]]);
    let later = shelf.get(&db).await.expect("reads");
    assert!(later.version() > catalog.version());
    assert!(later.by_code("pothole").expect("is there").related.is_empty(), "relations end on both sides");
    assert!(matches!(later.open("street"), Err(Error::NotFound("service"))));
    assert_eq!(later.active().map(|s| s.code.as_str()).collect::<Vec<_>>(), ["pothole"]);
    let facts: Vec<(String,)> = db.sql("select kind from event order by seq").all().await.expect("reads");
    assert_eq!(facts.len(), 3);
}

#[tokio::test]
async fn a_draft_with_problems_saves_nothing_of_its_batch() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = database(&folder).await;
    let mut lost = ServiceDraft::new("lost", "Lost");
    lost.agency = Some("nobody".into());
    lost.duplicates.radius_m = -1.0;
    match saved(&db, vec![draft(), lost.clone()]).await {
        Err(Error::Invalid(wrong)) => {
            let names: Vec<_> = wrong.iter().map(|f| f.field.as_str()).collect();
            assert_eq!(names, ["lost.duplicates.radius_m", "lost.agency"]);
        }
        other => panic!("{other:?}"),
    }
    lost = ServiceDraft::new("lost", "Lost");
    lost.related = vec!["nothing".into()];
    assert!(matches!(saved(&db, vec![draft(), lost]).await, Err(Error::Invalid(_))));
    assert_eq!(db.sql("select count(*) from service").one::<(i64,)>().await.expect("reads"), (0,));
}
