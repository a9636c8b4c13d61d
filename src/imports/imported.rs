//! What one record of a city's file says once it is understood, or why it was not taken.

use std::fmt;
use std::sync::Arc;

use super::layout::Why;
use crate::cases::Status;

/// One request of another system, in our terms. Times are epoch milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// Where it stands in the file: the line on which its record begins, or its number among the objects of a JSON or XML file.
    pub line: u64,
    /// The city's own number.
    pub external_id: String,
    /// What it is about.
    pub service: Arc<Named>,
    /// When it was filed.
    pub filed_at: i64,
    /// When it was last changed, as far as the record tells: never before it was filed or closed.
    pub updated_at: i64,
    /// When it was closed: always there when `status` ends a case, never otherwise, never before `filed_at`.
    pub closed_at: Option<i64>,
    /// Where the case stands.
    pub status: Status,
    /// Longitude and latitude, WGS84 degrees; or why there is no real place.
    pub place: Result<(f64, f64), Why>,
    /// Address in words, blanks folded.
    pub address: String,
    /// Postal code.
    pub zipcode: String,
    /// What the resident or the city's form said.
    pub description: String,
    /// Why it was closed, in the city's words.
    pub reason: String,
    /// A picture somewhere else; stored, not fetched.
    pub media_url: String,
    /// Who was responsible, in the city's words.
    pub agency: String,
    /// Where the city itself says that it belongs: the name of the column, and what stands there.
    pub assigned: Vec<(String, String)>,
    /// Requests that this one repeats, the likeliest first; only when `status` is [`Status::Duplicate`].
    pub parents: Vec<String>,
    /// What had to be mended to understand it.
    pub notes: Vec<Note>,
}

/// A service as the file names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// The file's own code, or the name in lower case with hyphens: stable from file to file.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// Whether the file itself gives a code.
    pub coded: bool,
    /// Group in the catalogue; may be empty.
    pub group: String,
}

/// Something in a record that was mended; counted at the end of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Note {
    /// Closed before it was filed: taken as closed when filed.
    ClosedBeforeFiled,
    /// Ended, but nobody wrote down when: taken as closed when last changed.
    ClosedSometime,
    /// The closing date cannot be read or lies in the future: as if it were not there.
    ClosingDateUnreadable,
    /// Open, and yet with a closing date: the status counts.
    OpenWithClosingDate,
    /// A status word that the layout does not know: the closing date says whether it is open.
    StatusUnknown,
    /// Latitude and longitude stood in each other's column.
    Turned,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Note::ClosedBeforeFiled => "closed before they were filed",
            Note::ClosedSometime => "ended without a date",
            Note::ClosingDateUnreadable => "with an impossible closing date",
            Note::OpenWithClosingDate => "open with a closing date",
            Note::StatusUnknown => "with an unknown status",
            Note::Turned => "with latitude and longitude exchanged",
        })
    }
}

/// A record that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Line or number of the record, as in [`Imported::line`].
    pub line: u64,
    /// The city's own number, where it could be read.
    pub id: String,
    /// Why, for people.
    pub reason: String,
}

impl Reject {
    /// A record that could not even be read.
    pub fn unread(line: u64, reason: impl Into<String>) -> Reject {
        Reject { line, id: String::new(), reason: reason.into() }
    }

    /// A record that was understood and still not taken.
    pub fn of(row: &Imported, reason: impl Into<String>) -> Reject {
        Reject { line: row.line, id: row.external_id.clone(), reason: reason.into() }
    }
}
