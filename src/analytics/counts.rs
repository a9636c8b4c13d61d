//! How many requests there are by service, status, day and jurisdiction: of the whole city summed from its days, of a part of
//! it in one pass over its rows.

use super::columns::{Columns, OneDay, Rows};
use super::day::Day;
use super::filter::Filter;
use super::heat::Scale;
use super::steps::step_of_days;
use crate::privacy::Threshold;

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

/// What is counted of some requests, by the numbers that the columns have for it.
struct Sums {
    total: u64,
    unplaced: u64,
    kinds: Vec<u64>,
    combinations: Vec<u64>,
}

impl Sums {
    fn of(columns: &Columns) -> Sums {
        let names = columns.named();
        let (kinds, combinations) = (vec![0; names.kinds().count() + 1], vec![0; names.combinations().count() + 1]);
        Sums { total: 0, unplaced: 0, kinds, combinations }
    }

    fn see(&mut self, rows: &Rows, at: usize) {
        self.total += 1;
        self.unplaced += u64::from(!rows.placed(at));
        self.kinds[rows.kinds[at] as usize] += 1;
        self.combinations[rows.combinations[at] as usize] += 1;
    }

    fn add(&mut self, day: &OneDay) {
        self.total += u64::from(day.total);
        self.unplaced += u64::from(day.unplaced);
        self.kinds.iter_mut().zip(&day.kinds).for_each(|(sum, &n)| *sum += u64::from(n));
        self.combinations.iter_mut().zip(&day.combinations).for_each(|(sum, &n)| *sum += u64::from(n));
    }

    fn counts(self, columns: &Columns) -> Counts {
        let names = columns.named();
        let of_kinds = || names.kinds().zip(&self.kinds[1..]).map(|(kind, &n)| (kind, n));
        let of_places = names.combinations().zip(&self.combinations[1..]);
        Counts {
            total: self.total,
            unplaced: self.unplaced,
            services: summed(of_kinds().map(|(kind, n)| (names.service(kind), n))),
            statuses: summed(of_kinds().map(|(kind, n)| (names.status(kind).to_owned(), n))),
            days: Vec::new(),
            jurisdictions: summed(of_places.flat_map(|(set, &n)| names.jurisdictions(set).iter().map(move |&id| (id, n)))),
        }
    }
}

impl Columns {
    /// Counts the requests that pass; sensitive services in whole steps of the threshold, each number by itself.
    pub fn counts(&self, filter: &Filter) -> Counts {
        let mut counts = self.counted(&self.reserve().open(filter));
        let Some(apart) = self.reserve().reserved(filter) else { return counts };
        for &service in apart.services.iter().flatten() {
            let alone = self.counted(&Filter { services: Some(vec![service]), ..apart.clone() });
            counts.add(&alone.kept_back(self.reserve().threshold()));
        }
        counts
    }

    fn counted(&self, filter: &Filter) -> Counts {
        let mut days = vec![0u64; usize::from(u16::MAX) + 1];
        let mut sums = [Sums::of(self)];
        self.count(filter, &mut sums, |day, n| {
            days[usize::from(day.0)] += n;
            0
        });
        let [sums] = sums;
        Counts { days: summed((0..=u16::MAX).map(Day).zip(days)), ..sums.counts(self) }
    }

    /// Counts the requests that pass, in each of some steps. `firsts` holds the first day of each, ascending; the last ends with
    /// the filter. With a `cell` (H3, of a resolution up to [`super::FINEST`]) only those in it. Days are not counted. With the same reserve as
    /// [`Columns::counts`], and blurred places in no cell that is finer than what blurs them.
    pub fn counts_by_step(&self, filter: &Filter, firsts: &[Day], cell: Option<u64>) -> Vec<Counts> {
        let (reserve, resolution) = (self.reserve(), cell.map_or(0, |cell| Scale::of_cell(cell).resolution));
        let mut steps = self.counted_by_step(&reserve.open_at(filter, resolution), firsts, cell);
        let Some(apart) = reserve.reserved(filter).filter(|_| resolution <= reserve.finest()) else { return steps };
        for &service in apart.services.iter().flatten() {
            let alone = self.counted_by_step(&Filter { services: Some(vec![service]), ..apart.clone() }, firsts, cell);
            steps.iter_mut().zip(alone).for_each(|(step, alone)| step.add(&alone.kept_back(reserve.threshold())));
        }
        steps
    }

    fn counted_by_step(&self, filter: &Filter, firsts: &[Day], cell: Option<u64>) -> Vec<Counts> {
        let Some(&first) = firsts.first() else { return Vec::new() };
        let filter = Filter { from: Some(filter.from.map_or(first, |from| from.max(first))), ..filter.clone() };
        let step_of = step_of_days(firsts);
        let mut steps: Vec<Sums> = firsts.iter().map(|_| Sums::of(self)).collect();
        match cell {
            None => self.count(&filter, &mut steps, |day, _| step_of[usize::from(day.0)] as usize),
            Some(cell) => self.each_in_cell(&filter, cell, |rows, at| steps[step_of[usize::from(rows.days[at])] as usize].see(rows, at)),
        }
        steps.into_iter().map(|sums| sums.counts(self)).collect()
    }

    /// Adds up what passes. `place` is told how many there are on a day and says which of the sums they belong to.
    fn count(&self, filter: &Filter, sums: &mut [Sums], mut place: impl FnMut(Day, u64) -> usize) {
        // What is counted one by one is all that the days hold: sensitive services are not in them.
        let all = Filter { except: Vec::new(), ..filter.clone() };
        match self.sieve(&all).days_alone() {
            Some(days) => self.daily().of(days).for_each(|(day, counts)| sums[place(day, counts.total.into())].add(counts)),
            None => self.each(filter, |rows, at| sums[place(Day(rows.days[at]), 1)].see(rows, at)),
        }
    }
}

impl Counts {
    fn kept_back(self, threshold: Threshold) -> Counts {
        fn shown<K>(counts: Vec<(K, u64)>, threshold: Threshold) -> Vec<(K, u64)> {
            counts.into_iter().map(|(key, n)| (key, threshold.shown(n))).filter(|&(_, n)| n > 0).collect()
        }
        Counts {
            total: threshold.shown(self.total),
            unplaced: threshold.shown(self.unplaced),
            services: shown(self.services, threshold),
            statuses: shown(self.statuses, threshold),
            days: shown(self.days, threshold),
            jurisdictions: shown(self.jurisdictions, threshold),
        }
    }

    fn add(&mut self, more: &Counts) {
        self.total += more.total;
        self.unplaced += more.unplaced;
        self.services = summed(self.services.iter().chain(&more.services).copied());
        self.statuses = summed(self.statuses.iter().chain(&more.statuses).cloned());
        self.days = summed(self.days.iter().chain(&more.days).copied());
        self.jurisdictions = summed(self.jurisdictions.iter().chain(&more.jurisdictions).copied());
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
