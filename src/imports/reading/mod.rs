//! Files into records: CSV, JSON and XML, plain or packed by gzip, told apart by what is in them and not by their names.
//!
//! Everything is read as a stream with bounded memory, whatever is in the file. A record that cannot be read is handed on as a
//! [`Reject`] with its line and the reason, and the reading goes on with the next.

mod csv;
mod json;
mod lines;
mod xml;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::imported::Reject;
use super::layout::Header;
use crate::error::{Error, Result};

/// Bytes of one record. A city's longest are a few thousand.
pub(crate) const LONGEST_RECORD: usize = 256 * 1024;

/// Bytes of one field.
pub(crate) const LONGEST_FIELD: usize = 64 * 1024;

/// One record: fields in the order of the header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The line on which it begins, from 1 (the header is line 1), or its number among the objects of a JSON or XML file.
    pub line: u64,
    text: String,
    ends: Vec<usize>,
}

impl Record {
    /// A record from its fields.
    pub fn new<'a>(line: u64, fields: impl IntoIterator<Item = &'a str>) -> Record {
        let mut record = Record { line, ..Record::default() };
        for field in fields {
            record.text.push_str(field);
            record.ends.push(record.text.len());
        }
        record
    }

    /// A field; empty where the record has none.
    pub fn get(&self, place: usize) -> &str {
        let end = self.ends.get(place).copied().unwrap_or(0);
        let start = if place == 0 { 0 } else { self.ends.get(place - 1).copied().unwrap_or(0) };
        self.text.get(start..end).unwrap_or("")
    }

    /// The first of these fields that is not blank, without blanks around it.
    pub fn first(&self, places: &[usize]) -> &str {
        places.iter().map(|&place| self.get(place).trim()).find(|text| !text.is_empty()).unwrap_or("")
    }

    /// All fields.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|place| self.get(place))
    }

    /// What makes it unfit to be kept, whatever the format it came in.
    fn problem(&self) -> Option<String> {
        if self.text.contains('\0') {
            return Some("it contains the character U+0000".into());
        }
        let longest = self.fields().map(str::len).max().unwrap_or(0);
        (longest > LONGEST_FIELD).then(|| format!("a field of {longest} bytes; at most {LONGEST_FIELD} are taken"))
    }
}

fn broken(e: std::io::Error) -> Error {
    Error::invalid("file", format!("it cannot be read: {e}"))
}

fn opened(path: &Path) -> Result<File> {
    File::open(path).map_err(|e| Error::invalid("file", format!("{}: {e}", path.display())))
}

/// Plain bytes, whether they are packed by gzip or not.
fn unpacked(bytes: impl Read + Send + 'static) -> Result<Box<dyn BufRead + Send>> {
    let mut packed = BufReader::with_capacity(64 * 1024, bytes);
    Ok(if packed.fill_buf().map_err(broken)?.starts_with(&[0x1f, 0x8b]) {
        Box::new(BufReader::with_capacity(64 * 1024, MultiGzDecoder::new(packed)))
    } else {
        Box::new(packed)
    })
}

/// All bytes of a small file, unpacked, without a byte order mark.
///
/// # Errors
/// [`Error::Invalid`] when it is not there, [`Error::TooLarge`] when it holds more than `most` bytes.
pub fn whole(path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    unpacked(opened(path)?)?.take(most + 1).read_to_end(&mut bytes).map_err(broken)?;
    if bytes.len() as u64 > most {
        return Err(Error::TooLarge { what: path.display().to_string(), limit: format!("{most} bytes") });
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    Ok(bytes)
}

/// What is done with each record or reject; `Break` stops the reading.
pub type Sink<'a> = &'a mut dyn FnMut(std::result::Result<Record, Reject>) -> ControlFlow<()>;

/// A file that is open at its first record.
pub struct Reading {
    /// Names of the fields of each record.
    pub header: Vec<String>,
    body: Body,
}

enum Body {
    Csv(csv::Records<Box<dyn BufRead + Send>>),
    Json(Box<dyn BufRead + Send>),
    Xml(Box<dyn BufRead + Send>),
}

impl Reading {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is not there, is empty, or is a format that is not read (a ZIP archive, UTF-16).
    pub fn open(path: &Path, names: &[&str], delimiter: u8) -> Result<Reading> {
        Reading::of(opened(path)?, names, delimiter)
    }

    /// Reads from anything that gives bytes. `names`: the values to take from the objects of a JSON or XML file, which has no
    /// header; `delimiter`: what stands between the fields of a CSV file.
    ///
    /// # Errors
    /// As [`Reading::open`].
    pub fn of(bytes: impl Read + Send + 'static, names: &[&str], delimiter: u8) -> Result<Reading> {
        let mut reader = unpacked(bytes)?;
        let start = reader.fill_buf().map_err(broken)?;
        if start.starts_with(b"PK\x03\x04") {
            return Err(Error::invalid("file", "it is a ZIP archive (perhaps a spreadsheet); unpack it or save it as CSV"));
        }
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err(Error::invalid("file", "it is UTF-16; save it as UTF-8"));
        }
        let mark = if start.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let first = start[mark..].iter().copied().find(|b| !b.is_ascii_whitespace());
        reader.consume(mark);
        let names = || names.iter().map(|&name| name.to_owned()).collect();
        match first {
            None => Err(Error::invalid("file", "it is empty")),
            Some(b'[' | b'{') => Ok(Reading { header: names(), body: Body::Json(reader) }),
            Some(b'<') => Ok(Reading { header: names(), body: Body::Xml(reader) }),
            Some(_) => {
                let mut records = csv::Records::new(reader, delimiter);
                let header = match records.next().map_err(broken)? {
                    Some(Ok(header)) => header.fields().map(|name| name.trim().to_owned()).collect::<Vec<_>>(),
                    Some(Err(reject)) => return Err(Error::invalid("file", format!("its header cannot be read: {}", reject.reason))),
                    None => return Err(Error::invalid("file", "it is empty")),
                };
                records.expect(header.len());
                Ok(Reading { header, body: Body::Csv(records) })
            }
        }
    }

    /// Whether the file has a header of its own, as only CSV does.
    pub fn is_csv(&self) -> bool {
        matches!(self.body, Body::Csv(_))
    }

    /// Hands every record to `sink`, in order.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the file breaks off; what came before has been handed on.
    pub fn each(self, sink: Sink<'_>) -> Result<()> {
        match self.body {
            Body::Csv(mut records) => loop {
                match records.next() {
                    Ok(None) => return Ok(()),
                    Ok(Some(record)) => {
                        if sink(record).is_break() {
                            return Ok(());
                        }
                    }
                    Err(e) => return Err(Error::invalid("file", format!("it breaks off after line {}: {e}", records.line()))),
                }
            },
            Body::Json(reader) => json::each(reader, &Shape::new(&self.header), sink),
            Body::Xml(reader) => xml::each(reader, &Shape::new(&self.header), sink),
        }
    }
}

/// Puts the named values of an object into the order of the header.
struct Shape {
    header: Header,
    width: usize,
}

impl Shape {
    fn new(names: &[String]) -> Shape {
        Shape { header: Header::new(names.iter().map(String::as_str)), width: names.len() }
    }

    fn record(&self, number: u64, values: &[(String, String)]) -> std::result::Result<Record, Reject> {
        let mut fields = vec![""; self.width];
        for (name, value) in values {
            if let Some(place) = self.header.place(name) {
                fields[place] = value;
            }
        }
        let record = Record::new(number, fields);
        match record.problem() {
            Some(problem) => Err(Reject::unread(number, problem)),
            None => Ok(record),
        }
    }
}

/// A reader that gives up when one record takes more than its share.
struct Metered<R> {
    inner: R,
    left: std::rc::Rc<std::cell::Cell<usize>>,
}

const TOO_LONG: &str = "a record is too long";

impl<R: BufRead> Metered<R> {
    /// The reader, and the bytes that the record under way may still take.
    fn new(inner: R) -> (Metered<R>, std::rc::Rc<std::cell::Cell<usize>>) {
        let left = std::rc::Rc::new(std::cell::Cell::new(LONGEST_RECORD));
        (Metered { inner, left: left.clone() }, left)
    }
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let have = self.fill_buf()?;
        let n = have.len().min(buf.len());
        buf[..n].copy_from_slice(&have[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.left.get() == 0 {
            return Err(std::io::Error::other(TOO_LONG));
        }
        let have = self.inner.fill_buf()?;
        let n = have.len().min(self.left.get());
        Ok(&have[..n])
    }

    fn consume(&mut self, n: usize) {
        self.left.set(self.left.get().saturating_sub(n));
        self.inner.consume(n);
    }
}

#[cfg(test)]
mod tests;
