//! CSV (RFC 4180) that goes on after a broken record.
//!
//! A quote that is never closed would swallow the rest of the file. Here a record that goes wrong costs its first line only:
//! whatever was read beyond it is read again as records of its own. So a record that spans lines is believed only when its quotes
//! end where a field ends and its number of fields is the header's. An ordinary CSV reader cannot go back, hence our own.

use std::io::{self, BufRead};

use super::lines::{Line, Lines};
use super::{LONGEST_RECORD, Record};
use crate::imports::imported::Reject;

/// Lines of one record: enough for any letter, few enough that a file full of stray quotes is read quickly.
const MOST_LINES: usize = 500;

/// The records of a CSV file.
pub struct Records<R> {
    lines: Lines<R>,
    delimiter: u8,
    width: Option<usize>,
}

/// Where in a field the reading is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quote in a quoted field: its end, or the first half of an escaped quote.
    Quote,
}

struct Partial {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    state: State,
}

impl<R: BufRead> Records<R> {
    /// Records with this byte between fields.
    pub fn new(inner: R, delimiter: u8) -> Records<R> {
        Records { lines: Lines::new(inner, LONGEST_RECORD), delimiter, width: None }
    }

    /// From now on every record must have as many fields.
    pub fn expect(&mut self, width: usize) {
        self.width = Some(width);
    }

    /// How many lines were read so far.
    pub fn line(&self) -> u64 {
        self.lines.number()
    }

    /// The next record, or why it was not taken; blank lines are none.
    pub fn next(&mut self) -> io::Result<Option<Result<Record, Reject>>> {
        let (number, first) = loop {
            match self.lines.next()? {
                None => return Ok(None),
                Some((_, Line::Whole(bytes))) if bytes.iter().all(|&b| b == b'\r') => {}
                Some((number, Line::Whole(bytes))) => break (number, bytes),
                Some((number, Line::TooLong)) => {
                    return Ok(Some(Err(Reject::unread(number, format!("the line is longer than {LONGEST_RECORD} bytes")))));
                }
            }
        };
        let mut partial = Partial { bytes: Vec::with_capacity(first.len()), ends: Vec::new(), state: State::Start };
        let mut taken: Vec<(u64, Line)> = Vec::new();
        let mut problem = self.feed(&mut partial, &first).err();
        while problem.is_none() && partial.state == State::Quoted {
            partial.bytes.push(b'\n');
            let full = partial.bytes.len() > LONGEST_RECORD || taken.len() >= MOST_LINES;
            let next = if full { None } else { self.lines.next()? };
            problem = match next {
                Some((number, Line::Whole(bytes))) => {
                    let fed = self.feed(&mut partial, &bytes).err();
                    taken.push((number, Line::Whole(bytes)));
                    fed
                }
                Some(line) => {
                    taken.push(line);
                    Some("a quote is opened and not closed".into())
                }
                None => Some("a quote is opened and not closed".into()),
            };
        }
        if problem.is_none() && self.width.is_some_and(|width| width != partial.ends.len()) {
            problem = Some(format!("{} fields instead of {}", partial.ends.len(), self.width.unwrap_or(0)));
        }
        if let Some(reason) = problem {
            self.lines.give_back(taken);
            return Ok(Some(Err(Reject::unread(number, reason))));
        }
        let record = match String::from_utf8(partial.bytes) {
            Ok(text) if partial.ends.iter().all(|&end| text.is_char_boundary(end)) => Record { line: number, text, ends: partial.ends },
            _ => return Ok(Some(Err(Reject::unread(number, "it is not UTF-8")))),
        };
        Ok(Some(match record.problem() {
            Some(reason) => Err(Reject::unread(number, reason)),
            None => Ok(record),
        }))
    }

    /// Adds one line to a record.
    fn feed(&self, partial: &mut Partial, line: &[u8]) -> Result<(), String> {
        let Partial { bytes, ends, state } = partial;
        let (line, ending) = match line {
            [line @ .., b'\r'] => (line, true),
            line => (line, false),
        };
        for &byte in line {
            *state = match (*state, byte) {
                (State::Quoted, b'"') => State::Quote,
                (State::Quoted, _) => {
                    bytes.push(byte);
                    State::Quoted
                }
                (State::Start, b'"') => State::Quoted,
                (State::Quote, b'"') => {
                    bytes.push(b'"');
                    State::Quoted
                }
                (_, byte) if byte == self.delimiter => {
                    ends.push(bytes.len());
                    State::Start
                }
                (State::Quote, _) => return Err("a quote is opened and not closed where the field ends".into()),
                (State::Start | State::Plain, _) => {
                    bytes.push(byte);
                    State::Plain
                }
            };
        }
        match *state {
            State::Quoted if ending => bytes.push(b'\r'),
            State::Quoted => {}
            _ => ends.push(bytes.len()),
        }
        Ok(())
    }
}
