//! A filter made ready to be put to millions of rows: one table look-up for service and status, one for jurisdictions, one
//! comparison for days, and coordinates only where a box cuts through a cell.

use std::ops::{Range, RangeInclusive};

use super::names::Names;
use super::rows::Rows;
use crate::analytics::day::Day;
use crate::analytics::filter::{Bbox, Filter};

/// See the module. Made under the same lock as the columns are read, so that its tables know every number in them.
pub(in crate::analytics) struct Sieve {
    kinds: Option<Vec<u8>>,
    combinations: Option<Vec<u8>>,
    first: u16,
    span: u16,
    /// The box, if there is one.
    pub bbox: Option<Bbox>,
}

impl Sieve {
    pub(super) fn new(filter: &Filter, names: &Names) -> Sieve {
        // Starting at 1 leaves out the rows that are no longer there, also when no day is asked for.
        let (first, last) = (filter.from.unwrap_or(Day::BEFORE).max(Day::BEFORE), filter.to.unwrap_or(Day::AFTER));
        let (kinds, combinations) = (names.passing_kinds(filter), names.passing_combinations(filter));
        if first > last {
            return Sieve { kinds: Some(Vec::new()), combinations: Some(Vec::new()), first: 1, span: 0, bbox: filter.bbox };
        }
        Sieve { kinds, combinations, first: first.0, span: last.0 - first.0, bbox: filter.bbox }
    }

    /// Whether every row passes that is there at all.
    pub(in crate::analytics) fn passes_all(&self) -> bool {
        self.kinds.is_none() && self.combinations.is_none() && !self.asks_days()
    }

    /// The first and the last day asked for, if days are all that is asked.
    pub(in crate::analytics) fn days_alone(&self) -> Option<RangeInclusive<u16>> {
        let alone = self.kinds.is_none() && self.combinations.is_none() && self.bbox.is_none();
        alone.then(|| self.first..=self.first + self.span)
    }

    fn asks_days(&self) -> bool {
        (self.first, self.span) != (Day::BEFORE.0, Day::AFTER.0 - Day::BEFORE.0)
    }

    /// Counts rows that pass, wherever they lie.
    pub(in crate::analytics) fn marks<'a>(&'a self, rows: &'a Rows) -> Marks<'a> {
        Marks { sieve: self, rows, from: 0, marks: Vec::new(), sums: Vec::new() }
    }

    /// One byte for each of these rows: 1 if it passes, wherever it lies. Column by column, in loops without a branch.
    fn mark(&self, rows: &Rows, at: Range<usize>, marks: &mut Vec<u8>) {
        marks.clear();
        // Rows that are no longer there pass no column, so whichever is looked at leaves them out; the days do where none has to be.
        if self.asks_days() || (self.kinds.is_none() && self.combinations.is_none()) {
            marks.extend(rows.days[at.clone()].iter().map(|day| u8::from(day.wrapping_sub(self.first) <= self.span)));
        }
        for (table, column) in [(&self.kinds, &rows.kinds), (&self.combinations, &rows.combinations)] {
            let Some(table) = table else { continue };
            let passes = column[at.clone()].iter().map(|&number| table.get(number as usize).copied().unwrap_or(0));
            if marks.is_empty() {
                marks.extend(passes);
            } else {
                marks.iter_mut().zip(passes).for_each(|(mark, pass)| *mark &= pass);
            }
        }
    }

    /// Whether one row passes, wherever it lies.
    pub(in crate::analytics) fn passes(&self, rows: &Rows, at: usize) -> bool {
        let table = |table: &Option<Vec<u8>>, number: u32| table.as_ref().is_none_or(|t| t.get(number as usize) == Some(&1));
        rows.days[at].wrapping_sub(self.first) <= self.span
            && table(&self.kinds, rows.kinds[at])
            && table(&self.combinations, rows.combinations[at])
    }

    /// Whether one row passes and lies in the box, if there is one.
    pub(in crate::analytics) fn passes_here(&self, rows: &Rows, at: usize) -> bool {
        self.passes(rows, at) && self.bbox.is_none_or(|bbox| bbox.contains(rows.lons[at], rows.lats[at]))
    }
}

/// Counts ranges of rows that are asked for in ascending order. Rows are marked and summed up some thousands at a time, for a
/// cell of the finest resolution holds a dozen, and a loop over a dozen is mostly its beginning and its end.
pub(in crate::analytics) struct Marks<'a> {
    sieve: &'a Sieve,
    rows: &'a Rows,
    from: usize,
    marks: Vec<u8>,
    /// How many of the marked rows pass before each of them, and at the end all.
    sums: Vec<u32>,
}

/// Rows marked at once: few where ranges lie apart, more while they follow each other, and never more than a cache holds.
const LEAST: usize = 128;
const MOST: usize = 4096;

impl Marks<'_> {
    /// How many of these rows pass.
    pub(in crate::analytics) fn count(&mut self, range: Range<usize>) -> u32 {
        let (mut at, mut passed) = (range.start, 0);
        while at < range.end {
            if at < self.from || at >= self.from + self.marks.len() {
                self.mark_from(at, range.end - at);
            }
            let end = range.end.min(self.from + self.marks.len());
            passed += self.sums[end - self.from] - self.sums[at - self.from];
            at = end;
        }
        passed
    }

    fn mark_from(&mut self, at: usize, wanted: usize) {
        let goes_on = at == self.from + self.marks.len();
        let size = if goes_on { 2 * self.marks.len() } else { LEAST };
        let end = self.rows.len().min(at + size.max(wanted).clamp(LEAST, MOST));
        self.sieve.mark(self.rows, at..end, &mut self.marks);
        self.from = at;
        let mut sum = 0;
        self.sums.clear();
        self.sums.push(0);
        self.sums.extend(self.marks.iter().map(|&mark| {
            sum += u32::from(mark);
            sum
        }));
    }
}
