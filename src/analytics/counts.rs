//! How many requests there are by service, status, day and jurisdiction, all in one pass.

use super::columns::Columns;
use super::day::Day;
use super::filter::Filter;

/// The answer. Every list is ascending by its key and leaves out what has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// All that pass, with a place or without.
    pub total: u64,
    /// Those of them without a place; none where a box is asked for.
    pub unplaced: u64,
    /// By id of the service.
    pub services: Vec<(i64, u64)>,
    /// By word of the status.
    pub statuses: Vec<(String, u64)>,
    /// By day of filing.
    pub days: Vec<(Day, u64)>,
    /// By id of the jurisdiction; a request counts in each that it lies in.
    pub jurisdictions: Vec<(i64, u64)>,
}

impl Columns {
    /// Counts the requests that pass.
    pub fn counts(&self, filter: &Filter) -> Counts {
        let names = self.named();
        let mut kinds = vec![0u64; names.kinds().count() + 1];
        let mut combinations = vec![0u64; names.combinations().count() + 1];
        let mut days = vec![0u64; usize::from(u16::MAX) + 1];
        let (mut total, mut unplaced) = (0, 0);
        self.each(filter, |rows, at| {
            kinds[rows.kinds[at] as usize] += 1;
            combinations[rows.combinations[at] as usize] += 1;
            days[usize::from(rows.days[at])] += 1;
            total += 1;
            unplaced += u64::from(!rows.placed(at));
        });
        let of_kinds = || names.kinds().zip(&kinds[1..]).map(|(kind, &n)| (kind, n));
        let of_places = names.combinations().zip(&combinations[1..]);
        Counts {
            total,
            unplaced,
            services: summed(of_kinds().map(|(kind, n)| (names.service(kind), n))),
            statuses: summed(of_kinds().map(|(kind, n)| (names.status(kind).to_owned(), n))),
            days: summed((0..=u16::MAX).map(Day).zip(days)),
            jurisdictions: summed(of_places.flat_map(|(set, &n)| names.jurisdictions(set).iter().map(move |&id| (id, n)))),
        }
    }
}

fn summed<K: Ord>(counts: impl Iterator<Item = (K, u64)>) -> Vec<(K, u64)> {
    let mut counts: Vec<(K, u64)> = counts.filter(|&(_, n)| n > 0).collect();
    counts.sort_by(|a, b| a.0.cmp(&b.0));
    counts.dedup_by(|next, sum| {
        let same = next.0 == sum.0;
        sum.1 += if same { next.1 } else { 0 };
        same
    });
    counts
}
