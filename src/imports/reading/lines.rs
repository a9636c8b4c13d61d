//! Physical lines of a file, none longer than a record may be.

use std::collections::VecDeque;
use std::io::{self, BufRead};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Its bytes without the newline.
    Whole(Vec<u8>),
    /// Longer than the limit: skipped.
    TooLong,
}

/// Lines with their numbers; lines read ahead can be given back.
pub struct Lines<R> {
    inner: R,
    limit: usize,
    number: u64,
    ahead: VecDeque<(u64, Line)>,
}

impl<R: BufRead> Lines<R> {
    /// Lines of at most `limit` bytes.
    pub fn new(inner: R, limit: usize) -> Lines<R> {
        Lines { inner, limit, number: 0, ahead: VecDeque::new() }
    }

    /// The next line and its number, from 1.
    pub fn next(&mut self) -> io::Result<Option<(u64, Line)>> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let (mut any, mut too_long) = (false, false);
        loop {
            let have = self.inner.fill_buf()?;
            if have.is_empty() {
                break;
            }
            any = true;
            let end = have.iter().position(|&b| b == b'\n');
            let part = &have[..end.unwrap_or(have.len())];
            too_long |= bytes.len() + part.len() > self.limit;
            if !too_long {
                bytes.extend_from_slice(part);
            }
            let used = end.map_or(have.len(), |at| at + 1);
            self.inner.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some((self.number, if too_long { Line::TooLong } else { Line::Whole(bytes) })))
    }

    /// Gives back lines that were read ahead, in their order.
    pub fn give_back(&mut self, lines: Vec<(u64, Line)>) {
        for line in lines.into_iter().rev() {
            self.ahead.push_front(line);
        }
    }

    /// How many lines were read from the file.
    pub fn number(&self) -> u64 {
        self.number
    }
}
