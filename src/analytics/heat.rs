//! The heat map: how many requests of a filter lie in each H3 cell.
//!
//! Rows are sorted by cell of resolution 10, and the cells inside a coarser cell are neighbours in that order, so each cell of
//! the answer is one range of rows in each level. Only where a box cuts through a cell are coordinates looked at.

use super::columns::{Columns, Kind, Marks, Rows, Sieve, Sorted};
use super::filter::Filter;
use std::collections::BTreeMap;
use std::ops::Range;

/// The finest resolution: that of the cells the rows are kept by.
pub const FINEST: u8 = 10;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heat {
    /// H3 resolution of the cells.
    pub resolution: u8,
    /// Requests in all cells together.
    pub total: u64,
    /// Requests in the fullest cell.
    pub max: u32,
    /// Requests that pass and have no place, or none that can be told as finely; none where a box is asked for.
    pub unplaced: u64,
    /// Each cell that holds any, ascending, and how many.
    pub cells: Vec<(u64, u32)>,
}

impl Columns {
    /// Counts the requests that pass, by cell of an H3 resolution (finer ones than [`FINEST`] are taken as that). Blurred places are in
    /// no cell that is finer than what blurs them, and sensitive services in whole steps of the threshold.
    pub fn heat(&self, filter: &Filter, resolution: u8) -> Heat {
        let (reserve, resolution) = (self.reserve(), resolution.min(FINEST));
        let mut heat = self.one_by_one(&reserve.open_at(filter, resolution), resolution);
        if filter.bbox.is_none() {
            reserve.too_fine(filter, resolution).into_iter().for_each(|apart| self.each(&apart, |_, _| heat.unplaced += 1));
        }
        let Some(apart) = reserve.reserved(filter) else { return heat };
        let scale = Scale::of(resolution);
        let mut counts: BTreeMap<(Option<u64>, i64), u64> = BTreeMap::new();
        let mut count = |cell: Option<u64>, rows: &Rows, at: usize| {
            *counts.entry((cell, self.named().service(Kind(rows.kinds[at])))).or_default() += 1;
        };
        self.each_unplaced(&apart, |rows, at| count(None, rows, at));
        match resolution <= reserve.finest() {
            true => self.each_placed(&apart, |cell, rows, at| count(Some(scale.cell(scale.key(cell))), rows, at)),
            false if filter.bbox.is_none() => self.each_placed(&apart, |_, rows, at| count(None, rows, at)),
            false => {}
        }
        let mut cells: BTreeMap<u64, u32> = std::mem::take(&mut heat.cells).into_iter().collect();
        for ((cell, _), count) in counts {
            match (cell, reserve.threshold().shown(count)) {
                (_, 0) => {}
                (None, shown) => heat.unplaced += shown,
                (Some(cell), shown) => *cells.entry(cell).or_default() += u32::try_from(shown).unwrap_or(u32::MAX),
            }
        }
        Heat::of(resolution, heat.unplaced, cells.into_iter().collect())
    }

    fn one_by_one(&self, filter: &Filter, resolution: u8) -> Heat {
        let sieve = self.sieve(filter);
        let scale = Scale::of(resolution);
        let mut cells = Vec::new();
        let mut unplaced = 0;
        for level in self.levels() {
            count_level(level, &sieve, scale, &mut cells);
            if sieve.bbox.is_none() {
                unplaced += u64::from(sieve.marks(&level.rows).count(level.unplaced()));
            }
        }
        let tail = self.tail();
        for (at, &cell) in tail.cells.iter().enumerate().filter(|&(at, _)| sieve.passes_here(&tail.rows, at)) {
            match tail.rows.placed(at) {
                true => cells.push((scale.key(cell), 1)),
                false => unplaced += 1,
            }
        }
        // Each level came sorted: this merges them.
        cells.sort_by_key(|&(key, _)| key);
        cells.dedup_by(|next, sum| {
            let same = next.0 == sum.0;
            sum.1 += if same { next.1 } else { 0 };
            same
        });
        cells.iter_mut().for_each(|(key, _)| *key = scale.cell(*key));
        Heat::of(resolution, unplaced, cells)
    }
}

impl Heat {
    fn of(resolution: u8, unplaced: u64, cells: Vec<(u64, u32)>) -> Heat {
        let (total, max) = (cells.iter().map(|&(_, n)| u64::from(n)).sum(), cells.iter().map(|&(_, n)| n).max().unwrap_or(0));
        Heat { resolution, total, max, unplaced, cells }
    }
}

fn count_level(level: &Sorted, sieve: &Sieve, scale: Scale, cells: &mut Vec<(u64, u32)>) {
    let all = sieve.passes_all();
    let mut open = Open { marks: sieve.marks(&level.rows), key: 0, count: 0, waiting: 0..0 };
    level.runs_in(sieve.bbox.as_ref(), |run, whole| {
        let key = scale.key(level.cells[run]);
        if key != open.key {
            open.close(cells);
            open.key = key;
        }
        match (whole, all) {
            (true, true) => open.count += level.live[run],
            (true, false) => open.wait_for(level.run(run)),
            (false, _) => open.count += level.run(run).filter(|&at| sieve.passes_here(&level.rows, at)).count() as u32,
        }
    });
    open.close(cells);
}

/// The cell being counted. Whole runs that follow each other are counted as one range.
struct Open<'a> {
    marks: Marks<'a>,
    key: u64,
    count: u32,
    waiting: Range<usize>,
}

impl Open<'_> {
    fn wait_for(&mut self, run: Range<usize>) {
        if self.waiting.end == run.start {
            self.waiting.end = run.end;
        } else {
            self.count += self.marks.count(std::mem::replace(&mut self.waiting, run));
        }
    }

    fn close(&mut self, cells: &mut Vec<(u64, u32)>) {
        self.count += self.marks.count(std::mem::replace(&mut self.waiting, 0..0));
        if self.count > 0 {
            cells.push((self.key, std::mem::take(&mut self.count)));
        }
    }
}

/// From cells of resolution 10 to cells of another. An H3 index holds the resolution in bits 52 to 55, then a base cell, then
/// three bits for each digit down to 15, all set below the index's own resolution
/// (<https://h3geo.org/docs/core-library/h3Indexing/>): cells with the same parent agree in all bits above the parent's last
/// digit.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    pub resolution: u8,
    shift: u32,
}

impl Scale {
    pub fn of(resolution: u8) -> Scale {
        Scale { resolution, shift: 3 * (15 - u32::from(resolution)) }
    }

    /// That of a cell.
    pub fn of_cell(cell: u64) -> Scale {
        Scale::of(((cell >> 52) & 0xF) as u8)
    }

    /// The key of a cell of this scale.
    pub fn key_of(self, cell: u64) -> u64 {
        self.key(cell & !(0xF << 52) | u64::from(FINEST) << 52)
    }

    /// The key of the parent of a cell of the finest resolution.
    pub fn key(self, cell: u64) -> u64 {
        cell >> self.shift
    }

    pub fn cell(self, key: u64) -> u64 {
        let bits = (key << self.shift) | ((1 << self.shift) - 1);
        bits & !(0xF << 52) | u64::from(self.resolution) << 52
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use h3o::{LatLng, Resolution};

    #[test]
    fn parents_made_of_bits_are_the_parents_of_the_library() {
        for (lat, lon) in [(41.88, -87.63), (-17.7, 178.9), (64.15, -21.94), (0.0, 0.0), (-33.87, 151.21), (58.3, -134.42)] {
            let cell = LatLng::new(lat, lon).expect("a place on earth").to_cell(Resolution::Ten);
            for resolution in 0..=FINEST {
                let parent = cell.parent(Resolution::try_from(resolution).expect("a resolution")).expect("a coarser cell");
                let scale = Scale::of(resolution);
                assert_eq!(scale.cell(scale.key(cell.into())), u64::from(parent));
                assert_eq!(Scale::of_cell(parent.into()).key_of(parent.into()), scale.key(cell.into()));
            }
        }
    }
}
