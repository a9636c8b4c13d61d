//! Personal data in somebody's own words: telephone numbers, mail addresses, number plates, payment cards and, where the settings
//! say so, national ids.
//!
//! It suggests and never refuses, so it had rather miss something than call a case number a telephone: what has a check digit is
//! checked, and what has none must stand by itself, have the shape of its country, or follow a word such as "call" or "plate".
//! Dates, coordinates, house numbers and our own request numbers are none of these.

mod checks;
mod context;
mod shapes;
#[cfg(test)]
mod tests;

use std::ops::Range;

use regex::Regex;
use serde::Serialize;

use crate::error::{Error, Result};
use shapes::{Shape, shapes};

/// What stands where something was taken out.
pub const MASK: &str = "▇▇▇";

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[schema(as = WordsKind)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A mail address.
    Email,
    /// A payment card.
    Card,
    /// A national id.
    Id,
    /// A telephone number.
    Phone,
    /// A number plate.
    Plate,
}

/// Part of a text, in characters (Unicode scalar values), the last one not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Span {
    /// The first character.
    pub from: usize,
    /// One after the last.
    pub to: usize,
}

/// Something found, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Found {
    /// What it looks like.
    pub kind: Kind,
    #[serde(flatten)]
    /// Where it stands.
    pub span: Span,
    /// The characters themselves.
    pub text: String,
}

/// Looks through words. Made once; looking takes time linear in the text.
#[derive(Debug, Clone)]
pub struct Scanner {
    shapes: Vec<Shape>,
}

impl Scanner {
    /// Looks for plates of these countries and ids of those (ISO 3166 codes in small letters), and for the rest everywhere.
    ///
    /// # Errors
    /// [`Error::Config`] for a country that there are no shapes of.
    pub fn new(plates: &[String], ids: &[String]) -> Result<Scanner> {
        for (setting, given, known) in [("privacy.plates", plates, &shapes::PLATES[..]), ("privacy.ids", ids, &shapes::IDS[..])] {
            if let Some(odd) = given.iter().find(|code| !known.iter().any(|(country, _)| country == code)) {
                let known: Vec<&str> = known.iter().map(|(country, _)| *country).collect();
                return Err(Error::config(setting, format!("{odd:?} is not known here; known are {}", known.join(", "))));
            }
        }
        let shapes = shapes(plates, ids).map_err(|e| Error::internal(format!("a shape of the program is malformed: {e}")))?;
        Ok(Scanner { shapes })
    }

    /// What there is, in the order of the text; nothing overlaps.
    pub fn find(&self, text: &str) -> Vec<Found> {
        let mut taken: Vec<(Range<usize>, Kind)> = Vec::new();
        for shape in &self.shapes {
            shape.each(text, |at| {
                if !taken.iter().any(|(other, _)| other.start < at.end && at.start < other.end) {
                    taken.push((at, shape.kind));
                }
            });
        }
        taken.sort_by_key(|(at, _)| at.start);
        let chars = |bytes: &str| bytes.chars().count();
        taken
            .into_iter()
            .map(|(at, kind)| {
                let (from, text) = (chars(&text[..at.start]), text[at].to_owned());
                Found { kind, span: Span { from, to: from + chars(&text) }, text }
            })
            .collect()
    }

    /// Whether there is anything.
    pub fn finds(&self, text: &str) -> bool {
        !self.find(text).is_empty()
    }

    /// The text with everything that was found taken out.
    pub fn masked(&self, text: &str) -> String {
        self.find(text).into_iter().rev().fold(text.to_owned(), |text, found| redacted(&text, found.span, MASK).unwrap_or(text))
    }
}

/// The text with a span replaced; none if the text has no such span.
pub fn redacted(text: &str, Span { from, to }: Span, with: &str) -> Option<String> {
    let starts = || text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let (start, end) = (starts().nth(from)?, starts().nth(to)?);
    (from < to).then(|| format!("{}{with}{}", &text[..start], &text[end..]))
}

impl Shape {
    /// Goes over all that has the shape, passes its check and stands by itself, from left to right.
    fn each(&self, text: &str, mut see: impl FnMut(Range<usize>)) {
        let mut at = 0;
        while let Some(found) = find_at(&self.regex, text, at) {
            let good = shapes::stands_alone(text, &found) && (self.check)(text, &found);
            at = if good { found.end } else { next(text, found.start) };
            if good {
                see(found);
            }
        }
    }
}

fn find_at(regex: &Regex, text: &str, at: usize) -> Option<Range<usize>> {
    (at <= text.len()).then(|| regex.find_at(text, at)).flatten().map(|found| found.range())
}

/// Where the next character starts.
fn next(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(text.len() + 1, |c| at + c.len_utf8())
}
