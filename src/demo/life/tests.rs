use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::*;
use crate::demo::{city, services};

const NOW: i64 = 1_795_300_000_000; // 2026-11-22

fn life(count: usize, seed: u64) -> Vec<Report> {
    Life::new(city::alderford(), services(), count, seed, NOW).collect()
}

fn fingerprint(reports: &[Report]) -> String {
    let hash = Sha256::digest(format!("{reports:?}"));
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_same_seed_gives_the_same_reports_on_every_machine() {
    let reports = life(500, 1);
    assert_eq!(fingerprint(&reports), fingerprint(&life(500, 1)));
    assert_ne!(fingerprint(&reports), fingerprint(&life(500, 2)));
    assert_eq!(fingerprint(&reports), "d970ec437470c721");
}

#[test]
fn reports_come_in_order_and_none_from_the_future() {
    let reports = life(3_000, 7);
    assert_eq!(reports.len(), 3_000);
    assert!(reports.windows(2).all(|pair| pair[0].filed_at <= pair[1].filed_at && pair[0].nth < pair[1].nth));
    assert!(reports.iter().all(|report| report.filed_at <= NOW && report.filed_at > NOW - 732 * DAY_MS));
    assert!(reports.iter().all(|report| report.repeats.is_none_or(|other| other < report.nth)));
}

#[test]
fn every_service_and_district_has_reports_open_and_closed() {
    let reports = life(20_000, 311);
    let codes: HashSet<_> = reports.iter().map(|report| report.service.as_str()).collect();
    assert_eq!(codes.len(), habits().len());
    let mut districts = HashMap::<usize, usize>::new();
    reports.iter().for_each(|report| *districts.entry(report.spot.district).or_default() += 1);
    assert!((0..9).all(|district| districts.get(&district).is_some_and(|count| *count > 300)), "{districts:?}");
    assert!(districts[&0] > districts[&8] * 4, "the old town hurts most: {districts:?}");
    let last_days: Vec<_> = reports.iter().filter(|report| report.filed_at > NOW - 4 * DAY_MS).collect();
    let finished = last_days.iter().filter(|report| report.course.status().finished()).count();
    assert!(finished > 20 && finished * 4 < last_days.len() * 3, "{finished} of {} are finished", last_days.len());
    let repeats = reports.iter().filter(|report| report.repeats.is_some()).count();
    assert!((400..3_000).contains(&repeats), "{repeats} repeat another");
    assert!(reports.iter().any(|report| report.language == "es") && reports.iter().any(|report| !report.known));
}

#[test]
fn places_lie_in_the_city_and_repeats_near_what_they_repeat() {
    let reports = life(3_000, 11);
    let city = city::alderford();
    for report in &reports {
        assert!(city.limits.holds(report.spot.place), "{:?}", report.spot);
        if let Some(other) = report.repeats {
            let away = city::gap(city::metres(report.spot.place), city::metres(reports[other].spot.place));
            assert!(away < 40.0 && reports[other].service == report.service, "{away} m");
        }
    }
}

#[test]
fn frost_brings_potholes_and_nights_bring_noise() {
    let reports = life(20_000, 5);
    let in_months = |code: &str, months: [i8; 3]| {
        reports.iter().filter(|r| r.service == code && months.contains(&weather::date_of(r.filed_at.div_euclid(DAY_MS)).month())).count()
    };
    assert!(in_months("pothole", [1, 2, 3]) > in_months("pothole", [6, 7, 8]) * 3 / 2);
    assert_eq!(in_months("winter", [6, 7, 8]) * 10 / (1 + in_months("winter", [12, 1, 2])), 0);
    let night = |code: &str| {
        let (mut night, mut all) = (0, 0);
        for report in reports.iter().filter(|report| report.service == code) {
            let hour = report.filed_at.rem_euclid(DAY_MS) / 3_600_000;
            all += 1;
            night += usize::from(!(6..22).contains(&hour));
        }
        night * 100 / all
    };
    assert!(night("noise") > 40 && night("pothole") < 15);
}

#[test]
fn a_story_tells_everything_once_and_in_order() {
    let reports = life(2_000, 3);
    let story: Vec<Step> = Story::of(Life::new(city::alderford(), services(), 2_000, 3, NOW)).collect();
    assert!(story.windows(2).all(|pair| pair[0].at() <= pair[1].at()));
    let moves: usize = reports.iter().map(|report| report.course.moves.len() + report.course.remarks.len()).sum();
    assert_eq!(story.len(), reports.len() + moves);
    let mut seen = HashSet::new();
    for step in &story {
        match step {
            Step::Reported(report) => assert!(seen.insert(report.nth)),
            Step::Moved { nth, .. } | Step::Noted { nth, .. } => {
                assert!(seen.contains(nth), "nothing happens to a case before it is opened")
            }
        }
    }
}
