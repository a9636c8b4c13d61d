//! Rows as columns: what is known of each request, in the order in which they stand, which is not decided here.

use super::names::{Combination, Kind};
use crate::analytics::day::Day;

/// One request as the columns know it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Id of the request.
    pub id: i64,
    /// Id of its case.
    pub case: i64,
    /// Where it is; a request without a place is counted and never on the map.
    pub place: Option<Place>,
    /// Its service and the status of its case.
    pub kind: Kind,
    /// The day on which it was filed.
    pub day: Day,
    /// Where its case lies.
    pub jurisdictions: Combination,
}

/// A place and the cell it lies in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// H3 cell of resolution 10.
    pub cell: u64,
}

/// The cell of a row without a place; smaller than every H3 cell, so that such rows stand first.
pub(super) const NOWHERE: u64 = 0;

/// All columns but the cell, which stands once for each run where rows are sorted and once for each row where they are not.
#[derive(Debug, Clone, Default)]
pub(in crate::analytics) struct Rows {
    pub ids: Vec<i64>,
    pub cases: Vec<i64>,
    pub lons: Vec<f64>,
    pub lats: Vec<f64>,
    pub kinds: Vec<u32>,
    pub combinations: Vec<u32>,
    pub days: Vec<u16>,
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn push(&mut self, row: &Row) {
        // Not a number lies in no box, so a row without a place needs no other mark.
        let (lon, lat) = row.place.map_or((f64::NAN, f64::NAN), |place| (place.lon, place.lat));
        self.ids.push(row.id);
        self.cases.push(row.case);
        self.lons.push(lon);
        self.lats.push(lat);
        self.kinds.push(row.kind.0);
        self.combinations.push(row.jurisdictions.0);
        self.days.push(row.day.0);
    }

    pub(super) fn row(&self, at: usize, cell: u64) -> Row {
        let place = (cell != NOWHERE).then(|| Place { lon: self.lons[at], lat: self.lats[at], cell });
        Row {
            id: self.ids[at],
            case: self.cases[at],
            place,
            kind: Kind(self.kinds[at]),
            day: Day(self.days[at]),
            jurisdictions: Combination(self.combinations[at]),
        }
    }

    pub(super) fn swap_remove(&mut self, at: usize) {
        self.ids.swap_remove(at);
        self.cases.swap_remove(at);
        self.lons.swap_remove(at);
        self.lats.swap_remove(at);
        self.kinds.swap_remove(at);
        self.combinations.swap_remove(at);
        self.days.swap_remove(at);
    }

    /// Whether a row has a place.
    pub(in crate::analytics) fn placed(&self, at: usize) -> bool {
        !self.lons[at].is_nan()
    }

    /// Whether a row is still there.
    pub(super) fn lives(&self, at: usize) -> bool {
        self.days[at] != Day::NONE.0
    }

    /// Takes a row away where it stands: afterwards no filter lets it pass, whichever column it looks at.
    pub(super) fn kill(&mut self, at: usize) {
        self.kinds[at] = 0;
        self.combinations[at] = 0;
        self.days[at] = Day::NONE.0;
    }

    /// Puts the rows into another order, one column after the other so that only one is held twice.
    pub(super) fn reorder(&mut self, order: &[u32]) {
        fn gather<T: Copy>(column: &mut Vec<T>, order: &[u32]) {
            *column = order.iter().map(|&at| column[at as usize]).collect();
        }
        gather(&mut self.ids, order);
        gather(&mut self.cases, order);
        gather(&mut self.lons, order);
        gather(&mut self.lats, order);
        gather(&mut self.kinds, order);
        gather(&mut self.combinations, order);
        gather(&mut self.days, order);
    }
}
