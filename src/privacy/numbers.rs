//! Small numbers of sensitive services: what is less than a threshold is not shown, and what is more is shown in whole steps of it,
//! so that nobody gets a small number by taking one answer from another.

/// The least number that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold(u64);

impl Threshold {
    /// A threshold; 0 and 1 keep nothing back.
    pub fn new(least: u64) -> Threshold {
        Threshold(least.max(1))
    }

    /// The greatest multiple of the threshold that is not more than the number.
    pub fn shown(self, number: u64) -> u64 {
        number - number % self.0
    }

    /// The least number that is shown.
    pub fn least(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_below_the_threshold_is_shown_and_nothing_between_its_steps() {
        let five = Threshold::new(5);
        assert_eq!([0, 1, 4, 5, 6, 9, 10, 14].map(|n| five.shown(n)), [0, 0, 0, 5, 5, 5, 10, 10]);
        assert_eq!([0, 1, 4].map(|n| Threshold::new(0).shown(n)), [0, 1, 4]);
    }

    proptest! {
        #[test]
        fn what_two_answers_differ_by_is_no_small_number(least in 2u64..20, a in 0u64..10_000, b in 0u64..10_000) {
            let threshold = Threshold::new(least);
            let difference = threshold.shown(a).abs_diff(threshold.shown(b));
            prop_assert!(difference == 0 || difference >= least);
        }
    }
}
