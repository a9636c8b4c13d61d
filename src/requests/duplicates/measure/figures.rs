//! Precision, recall and F1 with their uncertainty.

use serde::Serialize;

/// Resamples of the bootstrap.
const RESAMPLES: usize = 1000;

/// How well decisions agree with the truth.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Requests that were decided about.
    pub requests: usize,
    /// Of these, marked as duplicates by the clerks.
    pub marked: usize,
    /// Of these, called duplicates.
    pub flagged: usize,
    /// Both.
    pub hits: usize,
    /// Share of what was called a duplicate that is marked. Clerks do not mark every one, so this is a lower bound.
    pub precision: f64,
    /// Share of what is marked that was called a duplicate.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
    /// The middle 95 % of F1 when the requests are drawn again (Poisson bootstrap).
    pub f1_interval: [f64; 2],
    /// Pairs of which both are known.
    pub pairs: usize,
    /// Of these, those whose other one was among what was offered: the fair figure.
    pub pairs_found: usize,
    /// Share of the two.
    pub pair_recall: f64,
}

/// Counts of one set of requests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counted {
    /// Called a duplicate and marked.
    pub hits: f64,
    /// Called a duplicate.
    pub flagged: f64,
    /// Marked.
    pub marked: f64,
}

impl Counted {
    /// Harmonic mean of precision and recall.
    pub fn f1(self) -> f64 {
        2.0 * self.hits / (self.flagged + self.marked).max(1.0)
    }

    fn with(mut self, flagged: bool, marked: bool, weight: f64) -> Counted {
        self.hits += weight * f64::from(u8::from(flagged && marked));
        self.flagged += weight * f64::from(u8::from(flagged));
        self.marked += weight * f64::from(u8::from(marked));
        self
    }
}

/// The figures of decisions, each (called a duplicate, marked).
pub fn figures(decided: &[(bool, bool)], pairs: usize, pairs_found: usize) -> Figures {
    let all = decided.iter().fold(Counted::default(), |counted, &(flagged, marked)| counted.with(flagged, marked, 1.0));
    // What is neither says nothing to F1, however often it is drawn.
    let telling: Vec<(bool, bool)> = decided.iter().copied().filter(|(flagged, marked)| *flagged || *marked).collect();
    let mut dice = Dice(0x5eed);
    let mut drawn: Vec<f64> = (0..RESAMPLES)
        .map(|_| telling.iter().fold(Counted::default(), |counted, &(f, m)| counted.with(f, m, dice.poisson())).f1())
        .collect();
    drawn.sort_by(f64::total_cmp);
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    Figures {
        requests: decided.len(),
        marked: all.marked as usize,
        flagged: all.flagged as usize,
        hits: all.hits as usize,
        precision: share(all.hits, all.flagged),
        recall: share(all.hits, all.marked),
        f1: all.f1(),
        f1_interval: [drawn[RESAMPLES / 40], drawn[RESAMPLES - 1 - RESAMPLES / 40]],
        pairs,
        pairs_found,
        pair_recall: share(pairs_found as f64, pairs as f64),
    }
}

/// Repeatable chance (splitmix64, Steele, Lea and Flood 2014): the same history gives the same interval.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// How often one of many is drawn when as many are drawn as there are (Knuth's method for a mean of 1).
    fn poisson(&mut self) -> f64 {
        let (mut count, mut product) = (0.0, self.next());
        while product > (-1.0f64).exp() {
            count += 1.0;
            product *= self.next();
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_what_they_are_called() {
        let decided: Vec<(bool, bool)> = [((true, true), 60), ((true, false), 20), ((false, true), 40), ((false, false), 880)]
            .iter()
            .flat_map(|(d, n)| vec![*d; *n])
            .collect();
        let figures = figures(&decided, 50, 30);
        assert_eq!((figures.requests, figures.marked, figures.flagged, figures.hits), (1000, 100, 80, 60));
        assert!((figures.precision - 0.75).abs() < 1e-9 && (figures.recall - 0.6).abs() < 1e-9 && (figures.pair_recall - 0.6).abs() < 1e-9);
        assert!((figures.f1 - 2.0 * 60.0 / 180.0).abs() < 1e-9);
        let [low, high] = figures.f1_interval;
        assert!(low > 0.57 && low < figures.f1 && figures.f1 < high && high < 0.76, "{figures:?}");
        assert_eq!(figures, super::figures(&decided, 50, 30), "the same history gives the same interval");
    }

    #[test]
    fn nothing_to_find_is_no_division_by_nothing() {
        let figures = figures(&[(false, false)], 0, 0);
        assert_eq!((figures.f1, figures.precision, figures.recall, figures.f1_interval), (0.0, 0.0, 0.0, [0.0, 0.0]));
    }
}
