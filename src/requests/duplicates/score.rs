//! Evidence into a probability, with reasons. Pure.
//!
//! Distance and age are measured by the service's own radius and window on a logarithmic scale, because the first metres and the first
//! hours say most: `1 - 2 log10(1 + 9u)` is 1 at nothing, 0 at a quarter of the scale and -1 at all of it. The scale is half of the
//! radius and a third of the window; beyond these two themselves nothing is a candidate.

use super::address::Match;
use super::evidence::Evidence;
use super::reason::{Reason, What};
use crate::catalog::{Duplicates, KINDS, Weights};

const DAY_MS: f64 = 86_400_000.0;
const MINUTE_MS: i64 = 60_000;

/// The scale of distances, as a share of the radius, and that of ages, as a share of the window.
pub(super) const REACH: f64 = 0.5;
pub(super) const SPAN: f64 = 1.0 / 3.0;

/// Likeness of words that says neither yes nor no.
const INDIFFERENT: f64 = 0.25;

/// How sure it is that two are the same, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// From 0 to 1.
    pub probability: f64,
    /// Why, in the order in which people look: place, time, service, address, words, reporter, picture.
    pub reasons: Vec<Reason>,
}

/// The evidence as numbers, in the order of [`Weights`]: each between about -1 and 1.
pub fn features(evidence: &Evidence, radius_m: f64, window_days: f64) -> [f64; KINDS] {
    let flag = |is: bool| f64::from(u8::from(is));
    let address = |is: Match| flag(evidence.address == Some(is));
    [
        evidence.metres.map_or(0.0, |metres| near(metres, evidence.accuracy_m, radius_m * REACH)),
        falling(evidence.age_ms as f64 / DAY_MS / (window_days * SPAN)),
        address(Match::Same),
        address(Match::Block),
        address(Match::Street),
        address(Match::Other),
        evidence.words.map_or(0.0, |alike| alike - INDIFFERENT),
        flag(evidence.related),
        flag(evidence.reporter),
        flag(evidence.picture),
    ]
}

/// What a distance says. What the phones themselves were unsure of is no distance, and the less sure they were, the less it says that
/// two are close.
fn near(metres: f64, accuracy_m: f64, scale_m: f64) -> f64 {
    let unsure = accuracy_m.min(scale_m);
    let says = falling((metres - unsure).max(0.0) / scale_m);
    if says > 0.0 { says * scale_m / (scale_m + unsure) } else { says }
}

fn falling(share: f64) -> f64 {
    1.0 - 2.0 * (1.0 + 9.0 * share).log10()
}

/// The probability of log-odds.
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// Weighs evidence under what is set for the service.
pub fn score(evidence: &Evidence, set: &Duplicates, weights: &Weights) -> Score {
    let features = features(evidence, set.radius_m, set.window_days as f64);
    let said: [f64; KINDS] = std::array::from_fn(|kind| features[kind] * weights.0[kind]);
    let probability = probability(set.prior + said.iter().sum::<f64>());
    let [distance, age, same, block, street, other, words, related, reporter, picture] = said;
    let accuracy_m = (evidence.accuracy_m > 0.0).then(|| evidence.accuracy_m.round() as i64);
    let place = evidence.metres.map_or(What::NoRealPlace, |metres| What::Distance { metres: metres.round() as i64, accuracy_m });
    let minutes = evidence.age_ms / MINUTE_MS;
    let mut reasons = vec![
        Reason::new(place, distance),
        Reason::new(What::Age { days: minutes / 1440, minutes }, age),
        if evidence.related { Reason::new(What::RelatedService, related) } else { Reason::new(What::SameService, 0.0) },
    ];
    reasons.extend(evidence.address.map(|how| match how {
        Match::Same => Reason::new(What::SameAddress, same),
        Match::Block => Reason::new(What::SameBlock, block),
        Match::Street => Reason::new(What::SameStreet, street),
        Match::Other => Reason::new(What::OtherStreet, other),
    }));
    reasons.extend(evidence.words.map(|alike| Reason::new(What::Words { percent: (alike * 100.0).round() as i64 }, words)));
    reasons.extend(evidence.reporter.then(|| Reason::new(What::SameReporter, reporter)));
    reasons.extend(evidence.picture.then(|| Reason::new(What::SamePicture, picture)));
    Score { probability, reasons }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600_000;

    fn evidence(metres: f64) -> Evidence {
        Evidence {
            metres: Some(metres),
            accuracy_m: 0.0,
            age_ms: 0,
            related: false,
            address: None,
            words: None,
            reporter: false,
            picture: false,
        }
    }

    fn of(evidence: &Evidence) -> f64 {
        score(evidence, &Duplicates::default(), &Weights::default()).probability
    }

    #[test]
    fn more_that_agrees_is_likelier_and_more_that_does_not_is_less_likely() {
        let plain = of(&evidence(10.0));
        let table = [
            ("the same house", Evidence { address: Some(Match::Same), ..evidence(10.0) }, true),
            ("the same block", Evidence { address: Some(Match::Block), ..evidence(10.0) }, true),
            ("another street", Evidence { address: Some(Match::Other), ..evidence(10.0) }, false),
            ("the same words", Evidence { words: Some(0.9), ..evidence(10.0) }, true),
            ("other words", Evidence { words: Some(0.0), ..evidence(10.0) }, false),
            ("the same reporter", Evidence { reporter: true, ..evidence(10.0) }, true),
            ("the same picture", Evidence { picture: true, ..evidence(10.0) }, true),
            ("another service", Evidence { related: true, ..evidence(10.0) }, false),
            ("twenty days", Evidence { age_ms: 480 * HOUR, ..evidence(10.0) }, false),
            ("phones that were sure to 50 m", Evidence { accuracy_m: 50.0, ..evidence(1.0) }, false),
        ];
        for (what, with, likelier) in table {
            let (before, after) = (if with.metres == Some(1.0) { of(&evidence(1.0)) } else { plain }, of(&with));
            assert_eq!(after > before, likelier, "{what}: {before} before, {after} after");
        }
        assert!(of(&Evidence { picture: true, ..evidence(10.0) }) > 0.95);
    }

    #[test]
    fn a_city_without_a_history_asks_about_what_is_near_and_not_about_what_is_far_and_old() {
        let threshold = Duplicates::default().threshold;
        assert!(of(&evidence(29.0)) >= threshold);
        assert!(of(&Evidence { age_ms: 50 * 24 * HOUR, ..evidence(1.0) }) >= threshold);
        assert!(of(&Evidence { age_ms: 59 * 24 * HOUR, address: Some(Match::Other), ..evidence(29.0) }) < threshold);
    }

    #[test]
    fn each_reason_says_what_it_weighs_and_they_add_up() {
        let with = Evidence { words: Some(0.8), address: Some(Match::Same), reporter: true, age_ms: 3 * HOUR, ..evidence(12.4) };
        let set = Duplicates::default();
        let score = score(&with, &set, &Weights::default());
        let words: Vec<&str> = score.reasons.iter().map(|reason| reason.words.as_str()).collect();
        let expected = [
            "12 m apart",
            "reported 3 hours before",
            "the same service",
            "the same address",
            "80 % of the words alike",
            "from the same reporter",
        ];
        assert_eq!(words, expected);
        let sum: f64 = set.prior + score.reasons.iter().map(|reason| reason.log_odds).sum::<f64>();
        assert!((probability(sum) - score.probability).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn farther_is_never_likelier(metres in 0.0..500.0f64, more in 0.0..500.0f64, accuracy in 0.0..200.0f64, radius in 1.0..1000.0f64) {
            let at = |metres| {
                let set = Duplicates { radius_m: radius, ..Duplicates::default() };
                score(&Evidence { accuracy_m: accuracy, ..evidence(metres) }, &set, &Weights::default()).probability
            };
            prop_assert!(at(metres + more) <= at(metres) + 1e-12);
        }

        #[test]
        fn older_is_never_likelier(hours in 0..5000i64, more in 0..5000i64) {
            let at = |hours: i64| of(&Evidence { age_ms: hours * HOUR, ..evidence(5.0) });
            prop_assert!(at(hours + more) <= at(hours));
        }
    }
}
