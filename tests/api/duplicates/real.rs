//! Real cities' own marks: our decisions, fitted on the earlier part, against the plain rule tuned on the same part. Where the files
//! are not there these say so and pass.

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use waymark::catalog::Weights;
use waymark::imports::{Layout, duplicates};
use waymark::requests::duplicates::measure::history::History;
use waymark::requests::duplicates::measure::{Line, Report, measure};

use crate::helpers::NOON;

fn real(file: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = std::env::var_os("WAYMARK_SHARED").map_or(beside, PathBuf::from).join("data").join(file);
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
    }
    path.exists().then_some(path)
}

fn history(layout: &str, file: &str, change: impl FnOnce(&mut Layout)) -> Option<History> {
    let mut how = Layout::named(layout).unwrap();
    change(&mut how);
    Some(duplicates::history(&real(file)?, layout, how, &TimeZone::UTC, NOON).unwrap())
}

fn measured(history: &History) -> Report {
    let report = measure(history, &Weights::default(), 0.6, 2);
    println!("{report}");
    report
}

/// The lower bound of our interval lies above what the rule reaches.
fn beats(line: &Line) {
    let ours = line.fitted.as_ref().unwrap();
    assert!(ours.f1_interval[0] > line.rule.f1, "{:?}: ours {ours:?}, the rule's {:?}", line.service, line.rule);
}

#[test]
fn chicagos_potholes_are_told_better_than_by_the_rule() {
    let Some(history) = history("chicago", "chicago/potholes_2018_12.csv", |_| ()) else { return };
    assert_eq!((history.filed.len(), history.truth.iter().filter(|truth| truth.marked).count()), (1006, 348));
    beats(&measured(&history).lines[0]);
}

#[test]
fn chicagos_sanitation_is_told_better_than_by_the_rule() {
    let Some(history) = history("chicago", "chicago/sanitation_2011_2014.csv.gz", |_| ()) else { return };
    assert_eq!((history.filed.len(), history.truth.iter().filter(|truth| truth.marked).count()), (74_026, 3_633));
    let report = measured(&history);
    beats(&report.lines[0]);
    assert!(report.lines[0].fitted.as_ref().unwrap().f1 > 0.89);
    let (ours, exact) = (report.lines[0].fitted.as_ref().unwrap(), &report.lines[0].exact);
    assert!(ours.f1 > exact.f1 - 0.01, "nothing is lost where every place comes from an address register: {ours:?}, {exact:?}");
}

#[test]
fn all_of_boston_is_told_better_than_by_one_rule_and_its_default_point_is_found_by_its_pile() {
    // Without the layout's word on where Boston puts what has no place, and without the column that admits it.
    let forgetful = |layout: &mut Layout| {
        layout.no_place.clear();
        layout.columns.point.0.clear();
    };
    let Some(mut history) = history("boston", "boston/requests_2015_h1.csv.gz", forgetful) else { return };
    let Some(pairs) = real("boston/duplicate_pairs_2015_h1.csv") else { return };
    let duplicates::Said::Pairs(pairs) = duplicates::said(&pairs).unwrap() else { panic!("these are pairs") };
    assert_eq!(history.take_pairs(&pairs), 703);
    assert!(history.filed.iter().filter(|filed| filed.report.place.is_some()).count() > 58_000, "the default point counts as a place here");
    beats(&measured(&history).lines[0]);
}
