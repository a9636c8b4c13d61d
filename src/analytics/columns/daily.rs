//! How many rows there are of each kind and of each combination of jurisdictions, day by day. What is asked of the whole city
//! is summed from these, whatever the number of rows.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::rows::Row;
use crate::analytics::day::Day;

/// See the module. Kept in step with every change of a row; sorting rows anew changes nothing in it.
#[derive(Debug, Clone, Default)]
pub(in crate::analytics) struct Daily {
    days: BTreeMap<u16, OneDay>,
}

/// The rows of one day.
#[derive(Debug, Clone, Default)]
pub(in crate::analytics) struct OneDay {
    /// All of them.
    pub total: u32,
    /// Those without a place.
    pub unplaced: u32,
    /// By number of the kind, up to the greatest that the day has seen.
    pub kinds: Vec<u32>,
    /// Likewise by number of the combination.
    pub combinations: Vec<u32>,
}

impl Daily {
    /// A row came.
    pub(super) fn add(&mut self, row: &Row) {
        let day = self.days.entry(row.day.0).or_default();
        day.total += 1;
        day.unplaced += u32::from(row.place.is_none());
        *entry(&mut day.kinds, row.kind.0) += 1;
        *entry(&mut day.combinations, row.jurisdictions.0) += 1;
    }

    /// A row that was added goes, as it was then.
    pub(super) fn take(&mut self, row: &Row) {
        let Some(day) = self.days.get_mut(&row.day.0) else { return };
        day.total -= 1;
        day.unplaced -= u32::from(row.place.is_none());
        *entry(&mut day.kinds, row.kind.0) -= 1;
        *entry(&mut day.combinations, row.jurisdictions.0) -= 1;
        if day.total == 0 {
            self.days.remove(&row.day.0);
        }
    }

    /// The days of a range that have rows, ascending.
    pub(in crate::analytics) fn of(&self, days: RangeInclusive<u16>) -> impl Iterator<Item = (Day, &OneDay)> {
        let days = if days.is_empty() { None } else { Some(self.days.range(days)) };
        days.into_iter().flatten().map(|(&day, counts)| (Day(day), counts))
    }
}

fn entry(counts: &mut Vec<u32>, number: u32) -> &mut u32 {
    let number = number as usize;
    if counts.len() <= number {
        counts.resize(number + 1, 0);
    }
    &mut counts[number]
}
