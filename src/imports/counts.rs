//! What an import did, counted, and the file of what it did not take.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::imported::{Imported, Note, Reject};
use super::layout::Why;
use crate::error::{Error, Result};

/// What became of the records of a file. `filed`, `joined`, `known`, `repeated` and `rejected` add up to `read`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records in the file.
    pub read: u64,
    /// Recorded now, each with a case of its own.
    pub filed: u64,
    /// Recorded now, on the case of the request that it repeats.
    pub joined: u64,
    /// Recorded by an earlier import; left as they are.
    pub known: u64,
    /// Numbers that came before in this file; the first record counts.
    pub repeated: u64,
    /// Of those recorded now: without a real place.
    pub unplaced: u64,
    /// Not taken; each stands in the rejects file with its reason.
    pub rejected: u64,
    /// Services that the catalogue did not have.
    pub services: u64,
    /// Why the unplaced have no place.
    pub nowhere: BTreeMap<Why, u64>,
    /// What was mended in those recorded now.
    pub mended: BTreeMap<Note, u64>,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { read, filed, joined, known, repeated, unplaced, rejected, .. } = self;
        write!(
            f,
            "read {read}, filed {filed}, joined {joined}, known {known}, repeated {repeated}, unplaced {unplaced}, rejected {rejected}"
        )
    }
}

impl Counts {
    /// What is worth knowing beside the counts, one line each; often nothing.
    pub fn remarks(&self) -> Vec<String> {
        let listed = |counts: Vec<String>| (!counts.is_empty()).then(|| counts.join(", "));
        let nowhere = listed(self.nowhere.iter().map(|(why, n)| format!("{n} {}", why.words())).collect());
        let mended = listed(self.mended.iter().map(|(note, n)| format!("{n} {note}")).collect());
        let services = (self.services > 0).then(|| format!("new services: {}", self.services));
        [services, nowhere.map(|text| format!("unplaced: {text}")), mended.map(|text| format!("mended: {text}"))]
            .into_iter()
            .flatten()
            .collect()
    }

    pub(super) fn recorded(&mut self, row: &Imported, joined: bool) {
        *if joined { &mut self.joined } else { &mut self.filed } += 1;
        if let Err(why) = row.place {
            self.unplaced += 1;
            *self.nowhere.entry(why).or_default() += 1;
        }
        for note in &row.notes {
            *self.mended.entry(*note).or_default() += 1;
        }
    }
}

/// The file of rejects, with line, id and reason; made when there is one.
pub(super) struct Rejects {
    path: PathBuf,
    writer: Option<csv::Writer<File>>,
}

impl Rejects {
    /// A file at this path; one from an earlier import is taken away.
    pub fn at(path: &Path) -> Rejects {
        let _ = std::fs::remove_file(path); // not there, or found out when it is written
        Rejects { path: path.to_owned(), writer: None }
    }

    /// Adds one reject.
    pub fn add(&mut self, reject: &Reject) -> Result<()> {
        let path = self.path.display();
        let failed =
            |e: &dyn fmt::Display| Error::invalid("rejects", format!("{path} cannot be written; name another with --rejects: {e}"));
        let writer = match &mut self.writer {
            Some(writer) => writer,
            None => {
                let mut writer = csv::Writer::from_path(&self.path).map_err(|e| failed(&e))?;
                writer.write_record(["line", "id", "reason"]).map_err(|e| failed(&e))?;
                self.writer.insert(writer)
            }
        };
        writer.write_record([&reject.line.to_string(), &reject.id, &reject.reason]).map_err(|e| failed(&e))
    }

    /// Writes what is left; where the file is, if there is one.
    pub fn finish(mut self) -> Result<Option<PathBuf>> {
        let Some(mut writer) = self.writer.take() else { return Ok(None) };
        writer.flush()?;
        Ok(Some(self.path))
    }
}
