//! What everybody does: "the same service, an earlier request still open within R metres and T days", with the best R and T of the
//! earlier part. It is what our score is held against, and the scale that fitting starts from.

use super::candidates::Pair;
use super::figures::Counted;
use super::history::History;

/// Radii that are tried, in metres. Pins of phones scatter by some ten metres, so nothing smaller is a radius.
pub const RADII_M: [f64; 9] = [10.0, 20.0, 30.0, 50.0, 75.0, 100.0, 150.0, 200.0, 300.0];

/// Windows that are tried, in days.
pub const WINDOWS: [f64; 9] = [1.0, 2.0, 3.0, 7.0, 14.0, 30.0, 60.0, 90.0, 120.0];

/// The radius of "on exactly the same coordinate", for cities whose places all come from an address register.
pub const EXACT_M: f64 = 1.0;

/// A radius in metres and a window in days.
pub type Rule = (f64, f64);

const DAY_MS: f64 = 86_400_000.0;

/// For each new request: what the rules say, one bit for each radius and window.
pub struct Rules {
    radii: Vec<f64>,
    /// For each request and radius the smallest age of an open one within it, in days.
    ages: Vec<Vec<f64>>,
}

impl Rules {
    /// Reads the pairs of the same service; `radii` ascending.
    pub fn new(history: &History, pairs: &[Pair], radii: &[f64]) -> Rules {
        let mut ages = vec![vec![f64::INFINITY; radii.len()]; history.filed.len()];
        for pair in pairs {
            let Some(metres) = pair.metres else { continue };
            if history.filed[pair.new].kind != history.filed[pair.earlier].kind {
                continue;
            }
            let days = pair.age_ms as f64 / DAY_MS;
            for (place, _) in radii.iter().enumerate().filter(|(_, radius)| metres <= **radius) {
                ages[pair.new][place] = ages[pair.new][place].min(days);
            }
        }
        Rules { radii: radii.to_vec(), ages }
    }

    /// Whether a rule calls a request a duplicate.
    pub fn flags(&self, new: usize, (radius_m, days): Rule) -> bool {
        self.radii.iter().position(|radius| *radius == radius_m).is_some_and(|place| self.ages[new][place] <= days)
    }

    /// How each rule does over some requests.
    pub fn counted(&self, history: &History, requests: impl Iterator<Item = usize> + Clone) -> Vec<(Rule, Counted)> {
        let rules = self.radii.iter().flat_map(|radius| WINDOWS.iter().map(move |days| (*radius, *days)));
        let count = |rule: Rule| {
            requests.clone().fold(Counted::default(), |mut counted, new| {
                let (flagged, marked) = (self.flags(new, rule), history.truth[new].marked);
                counted.hits += f64::from(u8::from(flagged && marked));
                counted.flagged += f64::from(u8::from(flagged));
                counted.marked += f64::from(u8::from(marked));
                counted
            })
        };
        rules.map(|rule| (rule, count(rule))).collect()
    }

    /// The rule with the best F1 over some requests; of equals the widest.
    pub fn best(&self, history: &History, requests: impl Iterator<Item = usize> + Clone) -> Rule {
        widest(self.counted(history, requests).into_iter().map(|(rule, counted)| (rule, counted.f1())))
    }
}

/// The best of some; of equals the last, which is the widest.
pub fn widest(scored: impl Iterator<Item = (Rule, f64)>) -> Rule {
    scored.fold(((RADII_M[0], WINDOWS[0]), -1.0), |best, next| if next.1 >= best.1 { next } else { best }).0
}
