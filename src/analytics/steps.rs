//! The heat map over time: for each cell one count for each step, so that whoever moves a slider asks only once.

use std::collections::BTreeMap;

use super::columns::{Columns, Kind};
use super::day::Day;
use super::filter::Filter;
use super::heat::{FINEST, Scale};

/// The answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// Requests of each step in all cells together.
    pub totals: Vec<u64>,
    /// Each cell that holds any, ascending, and how many in each step.
    pub cells: Vec<(u64, Vec<u32>)>,
}

impl Columns {
    /// Counts the requests that pass and have a place, by cell and step; with the same reserve as [`Columns::heat`]. `firsts` holds the first day of each step, ascending;
    /// the last step ends with the filter.
    pub fn heat_by_step(&self, filter: &Filter, resolution: u8, firsts: &[Day]) -> Steps {
        let Some(&first) = firsts.first() else { return Steps::default() };
        let filter = Filter { from: Some(filter.from.map_or(first, |from| from.max(first))), ..filter.clone() };
        let (reserve, resolution) = (self.reserve(), resolution.min(FINEST));
        let scale = Scale::of(resolution);
        let step_of = step_of_days(firsts);
        let mut places: BTreeMap<u64, usize> = BTreeMap::new();
        let mut counts: Vec<u32> = Vec::new();
        let mut totals = vec![0u64; firsts.len()];
        let mut last = (0, usize::MAX);
        self.each_placed(&reserve.open_at(&filter, resolution), |cell, rows, at| {
            let key = scale.key(cell);
            if last.0 != key || last.1 == usize::MAX {
                let fresh = counts.len();
                let place = *places.entry(key).or_insert(fresh);
                if place == fresh {
                    counts.resize(fresh + firsts.len(), 0);
                }
                last = (key, place);
            }
            let step = step_of[usize::from(rows.days[at])] as usize;
            counts[last.1 + step] += 1;
            totals[step] += 1;
        });
        let mut cells: BTreeMap<u64, Vec<u32>> =
            places.into_iter().map(|(key, at)| (scale.cell(key), counts[at..at + firsts.len()].to_vec())).collect();
        if let Some(apart) = reserve.reserved(&filter).filter(|_| resolution <= reserve.finest()) {
            let mut counts: BTreeMap<(u64, usize, i64), u64> = BTreeMap::new();
            self.each_placed(&apart, |cell, rows, at| {
                let step = step_of[usize::from(rows.days[at])] as usize;
                let service = self.named().service(Kind(rows.kinds[at]));
                *counts.entry((scale.cell(scale.key(cell)), step, service)).or_default() += 1;
            });
            for ((cell, step, _), count) in counts {
                let shown = reserve.threshold().shown(count);
                if shown > 0 {
                    let counts = cells.entry(cell).or_insert_with(|| vec![0; firsts.len()]);
                    counts[step] += u32::try_from(shown).unwrap_or(u32::MAX);
                    totals[step] += shown;
                }
            }
        }
        Steps { totals, cells: cells.into_iter().collect() }
    }
}

/// For each day the step it falls into, given the first day of each step, ascending. What lies before the first counts as in it.
pub(super) fn step_of_days(firsts: &[Day]) -> Vec<u32> {
    let mut step_of = vec![0; usize::from(u16::MAX) + 1];
    for (step, first) in firsts.iter().enumerate() {
        let end = firsts.get(step + 1).map_or(step_of.len(), |next| next.0.into());
        step_of[usize::from(first.0)..end].fill(step as u32);
    }
    step_of
}
