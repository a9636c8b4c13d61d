//! Every request as one row of a few columns in memory, so that any slice of the map is counted in a few milliseconds.
//!
//! Rows stand in levels. A new row goes to a short unsorted tail. A full tail is sorted by cell and becomes a level; levels
//! that are not much larger are sorted into it on the way, so that each level is more than [`RATIO`] times the next and a
//! million rows stand in about four. Sorting anew ([`Columns::compacted`]) only reads: it can run beside those who read, and only
//! putting the outcome in place ([`Columns::adopt`]) excludes them.
//!
//! A change of status, service, jurisdictions or day is made in place, wherever the row stands. A change of case or place
//! takes the row away and appends it again. So the answer is exact after every single change.
//!
//! Pure: it reads no database and knows no events; `load` and `follow` do.

mod daily;
mod names;
mod rows;
mod sieve;
mod sorted;

use super::filter::Filter;
use super::heat::Scale;
use super::reserve::Reserve;
pub(super) use daily::{Daily, OneDay};
pub use names::{Combination, Kind, Names};
pub(super) use rows::Rows;
pub use rows::{Place, Row};
pub(super) use sieve::{Marks, Sieve};
pub(super) use sorted::Sorted;

/// Rows of a full tail. Short enough to be searched from end to end for one id (about a microsecond).
const TAIL: usize = 4096;

/// A level is sorted into the next when it is at most so many times as long: longer levels make fewer to look through,
/// shorter ones fewer rows to move.
const RATIO: usize = 8;

/// The store. See the module.
#[derive(Debug)]
pub struct Columns {
    names: Names,
    reserve: Reserve,
    levels: Vec<Sorted>,
    tail: Tail,
    daily: Daily,
    full: usize,
    changes: u64,
}

/// All rows on their way in at once, sorted when the last has come.
#[derive(Debug, Default)]
pub struct Loading {
    /// The numbers that rows are made with.
    pub names: Names,
    reserve: Reserve,
    rows: Tail,
    daily: Daily,
}

impl Loading {
    /// Nothing yet; what is counted with reserve.
    pub fn with(reserve: Reserve) -> Loading {
        Loading { reserve, ..Loading::default() }
    }

    /// Takes a row. No two may have the same id.
    pub fn push(&mut self, row: &Row) {
        self.rows.push(row);
        if !self.reserve.keeps_back(self.names.service(row.kind)) {
            self.daily.add(row);
        }
    }

    /// The store of all rows that came.
    pub fn finish(self) -> Columns {
        let Tail { cells, rows } = self.rows;
        let levels = if cells.is_empty() { Vec::new() } else { vec![Sorted::new(cells, rows)] };
        Columns { names: self.names, reserve: self.reserve, levels, daily: self.daily, ..Columns::default() }
    }
}

#[derive(Debug, Default)]
pub(super) struct Tail {
    pub cells: Vec<u64>,
    pub rows: Rows,
}

/// Levels sorted into one, ready to be put in their place.
#[derive(Debug)]
pub struct Compacted {
    first: usize,
    level: Sorted,
    changes: u64,
}

enum At {
    Tail(usize),
    Level(usize, usize),
}

impl Default for Columns {
    fn default() -> Self {
        let (names, reserve, tail, daily) = (Names::default(), Reserve::default(), Tail::default(), Daily::default());
        Columns { names, reserve, levels: Vec::new(), tail, daily, full: TAIL, changes: 0 }
    }
}

impl Columns {
    /// The numbers that rows are made with.
    pub fn names(&mut self) -> &mut Names {
        &mut self.names
    }

    /// What the numbers stand for.
    pub(super) fn named(&self) -> &Names {
        &self.names
    }

    /// What is counted with reserve.
    pub(super) fn reserve(&self) -> &Reserve {
        &self.reserve
    }

    pub(super) fn sieve(&self, filter: &Filter) -> Sieve {
        Sieve::new(filter, &self.names)
    }

    pub(super) fn levels(&self) -> &[Sorted] {
        &self.levels
    }

    pub(super) fn tail(&self) -> &Tail {
        &self.tail
    }

    pub(super) fn daily(&self) -> &Daily {
        &self.daily
    }

    /// Goes over the rows that pass, with a place or without, in no order.
    pub(super) fn each(&self, filter: &Filter, mut see: impl FnMut(&Rows, usize)) {
        self.each_unplaced(filter, &mut see);
        self.each_placed(filter, |_, rows, at| see(rows, at));
    }

    /// Goes over the rows that pass and have no place; with a box there are none.
    pub(super) fn each_unplaced(&self, filter: &Filter, mut see: impl FnMut(&Rows, usize)) {
        let sieve = self.sieve(filter);
        if sieve.bbox.is_none() {
            let levels = self.levels.iter().map(|level| (&level.rows, level.unplaced()));
            for (rows, range) in levels.chain([(&self.tail.rows, 0..self.tail.rows.len())]) {
                range.filter(|&at| !rows.placed(at) && sieve.passes(rows, at)).for_each(|at| see(rows, at));
            }
        }
    }

    /// Goes over the rows that pass and have a place, each with its cell; the rows of one cell follow each other.
    pub(super) fn each_placed(&self, filter: &Filter, mut see: impl FnMut(u64, &Rows, usize)) {
        let sieve = self.sieve(filter);
        for level in &self.levels {
            let rows = &level.rows;
            level.runs_in(sieve.bbox.as_ref(), |run, whole| {
                let passing = level.run(run).filter(|&at| if whole { sieve.passes(rows, at) } else { sieve.passes_here(rows, at) });
                passing.for_each(|at| see(level.cells[run], rows, at));
            });
        }
        let Tail { cells, rows } = &self.tail;
        (0..rows.len()).filter(|&at| rows.placed(at) && sieve.passes_here(rows, at)).for_each(|at| see(cells[at], rows, at));
    }

    /// Goes over the rows that pass and lie in one H3 cell of a resolution up to that of the rows.
    pub(super) fn each_in_cell(&self, filter: &Filter, cell: u64, mut see: impl FnMut(&Rows, usize)) {
        let sieve = self.sieve(filter);
        let scale = Scale::of_cell(cell);
        let key = scale.key_of(cell);
        for level in &self.levels {
            let (cells, rows) = (&level.cells, &level.rows);
            let runs = cells.partition_point(|&one| scale.key(one) < key)..cells.partition_point(|&one| scale.key(one) <= key);
            runs.for_each(|run| level.run(run).filter(|&at| sieve.passes_here(rows, at)).for_each(|at| see(rows, at)));
        }
        let Tail { cells, rows } = &self.tail;
        let inside = (0..rows.len()).filter(|&at| rows.placed(at) && scale.key(cells[at]) == key);
        inside.filter(|&at| sieve.passes_here(rows, at)).for_each(|at| see(rows, at));
    }

    /// How many requests there are, with a place or without.
    pub fn len(&self) -> usize {
        self.levels.iter().map(Sorted::len).sum::<usize>() + self.tail.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row of a request.
    pub fn get(&self, id: i64) -> Option<Row> {
        self.find(id).map(|at| match at {
            At::Tail(at) => self.tail.rows.row(at, self.tail.cells[at]),
            At::Level(level, at) => self.levels[level].row(at),
        })
    }

    /// Whether a row is counted one by one, and so in the sums of the days.
    fn in_days(&self, row: &Row) -> bool {
        !self.reserve.keeps_back(self.names.service(row.kind))
    }

    fn find(&self, id: i64) -> Option<At> {
        let tail = self.tail.rows.ids.iter().position(|&known| known == id).map(At::Tail);
        let level = |at: usize| self.levels[at].find(id).map(|row| At::Level(at, row));
        tail.or_else(|| (0..self.levels.len()).rev().find_map(level))
    }

    /// Puts a request in, or changes what is known of it.
    pub fn put(&mut self, row: Row) {
        self.changes += 1;
        if let Some(old) = self.get(row.id).filter(|old| self.in_days(old)) {
            self.daily.take(&old);
        }
        if self.in_days(&row) {
            self.daily.add(&row);
        }
        match self.find(row.id) {
            Some(At::Tail(at)) => self.tail.remove(at),
            Some(At::Level(level, at)) => {
                if self.levels[level].update(at, &row) {
                    return;
                }
                self.levels[level].kill(at);
            }
            None => {}
        }
        self.tail.push(&row);
    }

    /// Takes a request out; whether it was there.
    pub fn remove(&mut self, id: i64) -> bool {
        self.changes += 1;
        if let Some(old) = self.get(id).filter(|old| self.in_days(old)) {
            self.daily.take(&old);
        }
        match self.find(id) {
            Some(At::Tail(at)) => self.tail.remove(at),
            Some(At::Level(level, at)) => self.levels[level].kill(at),
            None => return false,
        }
        true
    }

    /// Gives all requests of a case the status and the jurisdictions of the case; those whose place is not shown as it is lie in none.
    pub fn set_case(&mut self, case: i64, status: &str, jurisdictions: Combination) {
        self.changes += 1;
        let nowhere = self.names.combination(&[]);
        for level in &mut self.levels {
            let rows: Vec<usize> = level.of_case(case).collect();
            for at in rows {
                let old = level.row(at);
                let kind = self.names.moved(old.kind, status);
                let jurisdictions = if self.reserve.veils(self.names.service(kind)) { nowhere } else { jurisdictions };
                level.recase(at, kind, jurisdictions);
                if !self.reserve.keeps_back(self.names.service(kind)) {
                    self.daily.take(&old);
                    self.daily.add(&Row { kind, jurisdictions, ..old });
                }
            }
        }
        let Tail { rows, cells } = &mut self.tail;
        for at in (0..rows.len()).filter(|&at| rows.cases[at] == case) {
            let old = rows.row(at, cells[at]);
            let kind = self.names.moved(old.kind, status);
            let jurisdictions = if self.reserve.veils(self.names.service(kind)) { nowhere } else { jurisdictions };
            rows.kinds[at] = kind.0;
            rows.combinations[at] = jurisdictions.0;
            if !self.reserve.keeps_back(self.names.service(kind)) {
                self.daily.take(&old);
                self.daily.add(&Row { kind, jurisdictions, ..old });
            }
        }
    }

    /// The ids of the requests of a case, in no order.
    pub fn requests_of(&self, case: i64) -> Vec<i64> {
        let levels = self.levels.iter().flat_map(|level| level.of_case(case).map(|at| level.rows.ids[at]));
        let tail = &self.tail.rows;
        levels.chain((0..tail.len()).filter(|&at| tail.cases[at] == case).map(|at| tail.ids[at])).collect()
    }

    /// Whether there is something to be sorted anew.
    pub fn is_due(&self) -> bool {
        self.tail.rows.len() >= self.full || self.levels.iter().any(Sorted::is_hollow)
    }

    /// Sorts the tail, and the levels that are due, into one level; `None` when nothing is due. The columns stay as they are
    /// until [`Columns::adopt`].
    pub fn compacted(&self) -> Option<Compacted> {
        if !self.is_due() {
            return None;
        }
        let hollow = self.levels.iter().position(Sorted::is_hollow);
        let mut first = hollow.unwrap_or(self.levels.len());
        let mut size = self.tail.rows.len() + self.levels[first..].iter().map(Sorted::len).sum::<usize>();
        while first > 0 && self.levels[first - 1].len() <= RATIO * size {
            first -= 1;
            size += self.levels[first].len();
        }
        let mut all = Tail::default();
        self.levels[first..].iter().flat_map(Sorted::living).for_each(|row| all.push(&row));
        (0..self.tail.rows.len()).for_each(|at| all.push(&self.tail.rows.row(at, self.tail.cells[at])));
        Some(Compacted { first, level: Sorted::new(all.cells, all.rows), changes: self.changes })
    }

    /// Puts sorted levels in their place; `false`, and nothing done, when the columns changed since.
    pub fn adopt(&mut self, compacted: Compacted) -> bool {
        if compacted.changes != self.changes {
            return false;
        }
        self.levels.truncate(compacted.first);
        if compacted.level.len() > 0 {
            self.levels.push(compacted.level);
        }
        self.tail = Tail::default();
        true
    }

    /// Compacts here and now.
    pub fn compact(&mut self) {
        while let Some(compacted) = self.compacted() {
            self.adopt(compacted);
        }
    }

    /// A store whose tail is full after so few rows that small tests have many levels.
    #[cfg(test)]
    pub(super) fn with_tail(full: usize) -> Columns {
        Columns { full, ..Columns::default() }
    }
}

impl Tail {
    fn push(&mut self, row: &Row) {
        self.cells.push(row.place.map_or(rows::NOWHERE, |place| place.cell));
        self.rows.push(row);
    }

    fn remove(&mut self, at: usize) {
        self.cells.swap_remove(at);
        self.rows.swap_remove(at);
    }
}
