//! Rows sorted by cell, so that a cell of any resolution is a range of rows, and a view of the map a few ranges.
//!
//! The order never changes; status, service, jurisdictions and day of a row may, and a row may be taken away where it stands.

use std::ops::Range;

use super::names::{Combination, Kind};
use super::rows::{NOWHERE, Row, Rows};
use crate::analytics::filter::{Bbox, Extent, Fit};

/// Runs in one block; a view skips or takes a block at once.
const BLOCK: usize = 64;

/// See the module. Beside the columns it keeps one entry for each run of rows in one cell.
#[derive(Debug)]
pub(in crate::analytics) struct Sorted {
    pub rows: Rows,
    /// How many rows stand first and have no place.
    unplaced: usize,
    /// The cell of each run, ascending.
    pub cells: Vec<u64>,
    /// The first row of each run, and at the end the number of rows.
    starts: Vec<u32>,
    /// How many rows of each run are still there.
    pub live: Vec<u32>,
    extents: Vec<Extent>,
    blocks: Vec<Extent>,
    /// Rows by id, and rows by case: four bytes each instead of a hash table.
    by_id: Vec<u32>,
    by_case: Vec<u32>,
    dead: usize,
}

impl Sorted {
    /// Sorts rows that are given with their cells. Ids must differ.
    pub(super) fn new(cells: Vec<u64>, mut rows: Rows) -> Sorted {
        let mut order: Vec<(u64, u32)> = cells.into_iter().zip(0..).collect();
        order.sort_by_key(|&(cell, _)| cell); // finds the sorted pieces it is made of, where it is
        rows.reorder(&order.iter().map(|&(_, at)| at).collect::<Vec<_>>());
        let unplaced = order.partition_point(|&(cell, _)| cell == NOWHERE);
        let (mut cells, mut starts, mut live, mut extents) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut start = unplaced;
        for run in order[unplaced..].chunk_by(|a, b| a.0 == b.0) {
            let points = (start..start + run.len()).map(|at| Extent::point(rows.lons[at], rows.lats[at]));
            cells.push(run[0].0);
            starts.push(start as u32);
            live.push(run.len() as u32);
            extents.push(points.fold(Extent::EMPTY, |all, one| all.and(&one)));
            start += run.len();
        }
        starts.push(start as u32);
        let blocks = extents.chunks(BLOCK).map(|block| block.iter().fold(Extent::EMPTY, |all, one| all.and(one))).collect();
        let (by_id, by_case) = (order_by(&rows.ids), order_by(&rows.cases));
        Sorted { rows, unplaced, cells, starts, live, extents, blocks, by_id, by_case, dead: 0 }
    }

    /// How many rows are still there.
    pub(super) fn len(&self) -> usize {
        self.rows.len() - self.dead
    }

    /// Whether it is worth building anew for its dead rows alone.
    pub(super) fn is_hollow(&self) -> bool {
        self.dead * 4 > self.rows.len()
    }

    /// The rows without a place.
    pub(in crate::analytics) fn unplaced(&self) -> Range<usize> {
        0..self.unplaced
    }

    /// The rows of a run.
    pub(in crate::analytics) fn run(&self, run: usize) -> Range<usize> {
        self.starts[run] as usize..self.starts[run + 1] as usize
    }

    /// Goes over the runs that a box touches, in order; the flag says that all of the run lies in the box.
    pub(in crate::analytics) fn runs_in(&self, bbox: Option<&Bbox>, mut see: impl FnMut(usize, bool)) {
        for (block, extent) in self.blocks.iter().enumerate() {
            let runs = block * BLOCK..((block + 1) * BLOCK).min(self.cells.len());
            match bbox.map_or(Fit::Inside, |bbox| bbox.fit(extent)) {
                Fit::Outside => {}
                Fit::Inside => runs.for_each(|run| see(run, true)),
                Fit::Partly => {
                    for run in runs {
                        match bbox.map_or(Fit::Inside, |bbox| bbox.fit(&self.extents[run])) {
                            Fit::Outside => {}
                            fit => see(run, fit == Fit::Inside),
                        }
                    }
                }
            }
        }
    }

    fn run_of(&self, at: usize) -> Option<usize> {
        (at >= self.unplaced).then(|| self.starts.partition_point(|&start| start as usize <= at) - 1)
    }

    pub(super) fn row(&self, at: usize) -> Row {
        self.rows.row(at, self.run_of(at).map_or(NOWHERE, |run| self.cells[run]))
    }

    /// The row of a request, if it is still there.
    pub(super) fn find(&self, id: i64) -> Option<usize> {
        let ids = &self.rows.ids;
        let at = *self.by_id.get(self.by_id.partition_point(|&at| ids[at as usize] < id))? as usize;
        (ids[at] == id && self.rows.lives(at)).then_some(at)
    }

    /// The rows of a case that are still there.
    pub(super) fn of_case(&self, case: i64) -> impl Iterator<Item = usize> {
        let cases = &self.rows.cases;
        let first = self.by_case.partition_point(|&at| cases[at as usize] < case);
        let rows = self.by_case[first..].iter().map(|&at| at as usize);
        rows.take_while(move |&at| cases[at] == case).filter(|&at| self.rows.lives(at))
    }

    /// Changes what may change in place; `false` when the row would have to stand elsewhere.
    pub(super) fn update(&mut self, at: usize, row: &Row) -> bool {
        let old = self.row(at);
        if old.case != row.case || old.place != row.place {
            return false;
        }
        self.rows.kinds[at] = row.kind.0;
        self.rows.combinations[at] = row.jurisdictions.0;
        self.rows.days[at] = row.day.0;
        true
    }

    /// Changes what a row has from its case.
    pub(super) fn recase(&mut self, at: usize, kind: Kind, jurisdictions: Combination) {
        self.rows.kinds[at] = kind.0;
        self.rows.combinations[at] = jurisdictions.0;
    }

    /// Takes a row away.
    pub(super) fn kill(&mut self, at: usize) {
        self.rows.kill(at);
        self.dead += 1;
        if let Some(run) = self.run_of(at) {
            self.live[run] -= 1;
        }
    }

    /// The rows that are still there, in their order.
    pub(super) fn living(&self) -> impl Iterator<Item = Row> {
        let unplaced = self.unplaced().map(|at| (at, NOWHERE));
        let placed = (0..self.cells.len()).flat_map(move |run| self.run(run).map(move |at| (at, self.cells[run])));
        unplaced.chain(placed).filter(|&(at, _)| self.rows.lives(at)).map(|(at, cell)| self.rows.row(at, cell))
    }
}

/// The places of a column's entries in ascending order of the entries.
fn order_by(column: &[i64]) -> Vec<u32> {
    let mut order: Vec<(i64, u32)> = column.iter().copied().zip(0..).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, at)| at).collect()
}
