//! Learns which services are asked for in place of one another: clerks said of requests of the one that they repeat requests of the other,
//! more than once, and where one of the other is open near, it is often enough the same. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::measure::candidates::pairs;
use super::measure::history::History;

/// Fewer requests that clerks called the same are somebody's slip.
const FEWEST: usize = 3;

/// Of requests beside an open one of the other service, so many have to be marked; fewer would be asked about in vain.
const LEAST_SHARE: f64 = 0.1;

/// What staff relate of each service, as they set it.
pub fn as_set(history: &History) -> Vec<Vec<usize>> {
    history.kinds.iter().map(|kind| kind.related.clone()).collect()
}

/// The related services of each, as staff set them and as what was filed before `cut` shows. `bounds` are the metres and days within
/// which each service's duplicates lie.
pub fn related(history: &History, bounds: &[(f64, f64)], cut: usize) -> Vec<Vec<usize>> {
    let both = |new: usize, earlier: usize| {
        let (one, other) = (history.filed[new].kind, history.filed[earlier].kind);
        (one.min(other), one.max(other))
    };
    let mut said: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (new, truth) in history.truth[..cut].iter().enumerate() {
        if let Some(parent) = truth.parent.filter(|parent| history.filed[*parent].kind != history.filed[new].kind) {
            *said.entry(both(new, parent)).or_default() += 1;
        }
    }
    said.retain(|_, count| *count >= FEWEST);
    let mut tried = vec![Vec::new(); history.kinds.len()];
    relate(&mut tried, said.keys());
    let mut beside: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for pair in pairs(history, bounds, &tried).into_iter().filter(|pair| pair.new < cut && pair.metres.is_some()) {
        beside.entry(both(pair.new, pair.earlier)).or_default().insert(pair.new);
    }
    let often = |both: &&(usize, usize)| {
        beside.get(*both).is_some_and(|new| {
            let marked = new.iter().filter(|new| history.truth[**new].marked).count();
            marked >= FEWEST && marked as f64 >= LEAST_SHARE * new.len() as f64
        })
    };
    let mut related = as_set(history);
    relate(&mut related, said.keys().filter(often));
    related
}

fn relate<'a>(related: &mut [Vec<usize>], both: impl Iterator<Item = &'a (usize, usize)>) {
    for &(one, other) in both {
        for (one, other) in [(one, other), (other, one)] {
            if !related[one].contains(&other) {
                related[one].push(other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::evidence::Report;
    use super::super::measure::history::{Filed, Kind};
    use super::*;
    use crate::catalog::Duplicates;
    use crate::geo::Point;

    const HOUR: i64 = 3_600_000;

    /// Three services, each request an hour after the other, a kilometre apart unless it repeats the one before.
    fn history(repeats: &[(usize, usize)], beside: usize) -> History {
        let kinds = ["lamp", "sign", "tree"].map(|code| Kind { code: code.into(), set: Duplicates::default(), related: Vec::new() });
        let mut history = History { kinds: kinds.into(), ..History::default() };
        let mut file = |kind: usize, east: f64| {
            let nth = history.filed.len();
            let place = Point { lon: 0.9, lat: 52.6 }.offset(1_000.0 * east, 90.0);
            let report = Report::of(kind as i64, nth as i64 * HOUR, Some(place), "", "");
            history.filed.push(Filed { id: nth.to_string(), kind, report, address: String::new(), closed_at: None });
        };
        for (nth, (one, other)) in repeats.iter().enumerate() {
            file(*one, nth as f64);
            file(*other, nth as f64);
        }
        for nth in 0..beside {
            file(0, 100.0 + nth as f64);
            file(1, 100.0 + nth as f64);
        }
        history.sort();
        for nth in 0..repeats.len() {
            history.pair(Some(2 * nth + 1), Some(2 * nth));
        }
        history
    }

    fn learnt(history: &History) -> Vec<Vec<usize>> {
        related(history, &[(30.0, 60.0); 3], history.filed.len())
    }

    #[test]
    fn services_that_clerks_call_the_same_again_and_again_are_related_both_ways() {
        assert_eq!(learnt(&history(&[(0, 1), (1, 0), (0, 1), (2, 2), (2, 2), (2, 2)], 0)), [vec![1], vec![0], vec![]]);
    }

    #[test]
    fn twice_is_a_slip_and_what_is_often_near_and_seldom_the_same_is_not_related() {
        let none = vec![Vec::<usize>::new(); 3];
        assert_eq!(learnt(&history(&[(0, 1), (1, 0)], 0)), none);
        assert_eq!(learnt(&history(&[(0, 1), (1, 0), (0, 1)], 60)), none);
        assert_eq!(related(&history(&[(0, 1), (1, 0), (0, 1)], 0), &[(30.0, 60.0); 3], 4), none, "later is not known");
    }
}
