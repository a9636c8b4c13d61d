//! A city's file, or the pairs that its clerks wrote down, for measuring duplicates without recording anything.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use jiff::tz::TimeZone;

use super::imported::Note;
use super::layout::{Header, Layout, Rows};
use super::reading::Reading;
use crate::cases::Status;
use crate::catalog::Duplicates;
use crate::error::{Error, Result};
use crate::geo::Point;
use crate::requests::duplicates::Report;
use crate::requests::duplicates::measure::history::{Filed, History, Kind};

/// Names under which the two columns of a file of pairs may stand.
const DUPLICATE: [&str; 5] = ["dup", "duplicate", "duplicate id", "child", "id"];
const PARENT: [&str; 6] = ["parent", "parent id", "original", "of", "duplicate of", "parent sr number"];

/// What a file says of duplicates.
pub enum Said {
    /// Pairs of the city's numbers: the one, and what it repeats.
    Pairs(Vec<(String, String)>),
    /// A city's own requests, which carry marks, in this layout.
    Requests(&'static str),
}

/// Reads what a file says of duplicates: pairs, where its header names the two columns, else a city's own requests.
///
/// # Errors
/// [`Error::Invalid`] when it is neither.
pub fn said(path: &Path) -> Result<Said> {
    let reading = Reading::open(path, &[], b',')?;
    let header = Header::new(reading.header.iter().map(String::as_str));
    let column = |names: &[&str]| names.iter().find_map(|name| header.place(name));
    if let (Some(duplicate), Some(parent)) = (column(&DUPLICATE), column(&PARENT)) {
        let mut pairs = Vec::new();
        reading.each(&mut |record| {
            if let Ok(record) = record {
                let (one, other) = (record.get(duplicate).trim(), record.get(parent).trim());
                if !one.is_empty() && !other.is_empty() {
                    pairs.push((one.to_owned(), other.to_owned()));
                }
            }
            ControlFlow::Continue(())
        })?;
        return Ok(Said::Pairs(pairs));
    }
    let names: Vec<&str> = reading.header.iter().map(String::as_str).collect();
    Layout::fitting(&names).map(Said::Requests).ok_or_else(|| {
        let have = names.join(", ");
        Error::invalid(
            "truth",
            format!("{}: neither pairs (columns `dup` and `parent`) nor a city's requests; it has {have}", path.display()),
        )
    })
}

/// A city's requests from a file, with what its clerks marked. `now`, epoch milliseconds: what was filed later is refused.
///
/// # Errors
/// [`Error::Invalid`] when the file is not what the layout says.
pub fn history(path: &Path, name: &str, layout: Layout, city: &TimeZone, now: i64) -> Result<History> {
    let reading = Reading::open(path, &layout.columns.names(), layout.delimiter as u8)?;
    let header: Vec<&str> = reading.header.iter().map(String::as_str).collect();
    let mut rows = Rows::new(name, layout, &header, city, now)?;
    let mut history = History::default();
    let mut kinds: HashMap<String, usize> = HashMap::new();
    let mut written: HashMap<String, (bool, Vec<String>)> = HashMap::new();
    reading.each(&mut |record| {
        let Ok(row) = record.and_then(|record| rows.read(&record)) else { return ControlFlow::Continue(()) };
        if written.contains_key(&row.external_id) {
            return ControlFlow::Continue(()); // of a number that repeats the first record counts
        }
        let kind = *kinds.entry(row.service.code.clone()).or_insert_with(|| {
            history.kinds.push(Kind { code: row.service.code.clone(), set: Duplicates::default(), related: Vec::new() });
            history.kinds.len() - 1
        });
        let place = row.place.ok().map(|(lon, lat)| Point { lon, lat });
        let report = Report::of(kind as i64, row.filed_at, place, &row.address, &row.description);
        written.insert(row.external_id.clone(), (row.status == Status::Duplicate, row.parents));
        // That it ended on the day it was filed is our reading of a missing date, and not what anybody knew then.
        let closed_at = row.closed_at.filter(|_| !row.notes.contains(&Note::ClosedSometime));
        history.filed.push(Filed { id: row.external_id, kind, report, address: row.address, closed_at });
        ControlFlow::Continue(())
    })?;
    history.sort();
    let places = history.places();
    for (id, (marked, parents)) in written.iter().filter(|(_, (marked, _))| *marked) {
        debug_assert!(marked);
        let parent = parents.iter().find_map(|parent| places.get(parent)).copied();
        history.pair(places.get(id).copied(), parent);
    }
    Ok(history)
}
