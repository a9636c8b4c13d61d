//! A filter made ready to be put to millions of rows: one table look-up for service and status, one for jurisdictions, one
//! comparison for days, and coordinates only where a box cuts through a cell.

use std::ops::Range;

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

    fn asks_days(&self) -> bool {
        (self.first, self.span) != (Day::BEFORE.0, Day::AFTER.0 - Day::BEFORE.0)
    }

    /// How many of these rows pass, wherever they lie.
    pub(in crate::analytics) fn count(&self, rows: &Rows, at: Range<usize>) -> u32 {
        // Eight copies of one loop, each without the columns that it need not read.
        match (self.kinds.is_some(), self.combinations.is_some(), self.asks_days()) {
            (true, true, true) => self.count_by::<true, true, true>(rows, at),
            (true, true, false) => self.count_by::<true, true, false>(rows, at),
            (true, false, true) => self.count_by::<true, false, true>(rows, at),
            (true, false, false) => self.count_by::<true, false, false>(rows, at),
            (false, true, true) => self.count_by::<false, true, true>(rows, at),
            (false, true, false) => self.count_by::<false, true, false>(rows, at),
            // Somebody has to leave out the rows that are no longer there: the days do.
            (false, false, _) => self.count_by::<false, false, true>(rows, at),
        }
    }

    fn count_by<const KIND: bool, const COMBINATION: bool, const DAY: bool>(&self, rows: &Rows, at: Range<usize>) -> u32 {
        let kinds = self.kinds.as_deref().unwrap_or_default();
        let combinations = self.combinations.as_deref().unwrap_or_default();
        let (first, span) = (self.first, self.span);
        let columns = rows.kinds[at.clone()].iter().zip(&rows.combinations[at.clone()]).zip(&rows.days[at]);
        let mut passed = 0;
        for ((&kind, &combination), &day) in columns {
            let mut pass = 1;
            if KIND {
                pass &= kinds.get(kind as usize).copied().unwrap_or(0);
            }
            if COMBINATION {
                pass &= combinations.get(combination as usize).copied().unwrap_or(0);
            }
            if DAY {
                pass &= u8::from(day.wrapping_sub(first) <= span);
            }
            passed += u32::from(pass);
        }
        passed
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
