//! One record of a file, read by a layout, into a request in our terms.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Bound, Dates, Header, Layout, Place, judge};
use crate::cases::Status;
use crate::error::{Error, Result};
use crate::imports::imported::{Imported, Named, Note, Reject};
use crate::imports::reading::Record;

/// A day: clocks of two systems may differ, and a date without a zone may be read in the wrong one.
const AHEAD_MS: i64 = 24 * 60 * 60 * 1000;

/// Characters of a number, and of a service's name.
const LONGEST_NAME: usize = 200;

/// Reads the records of one file.
pub struct Rows {
    layout: Layout,
    columns: Bound,
    dates: Dates,
    /// The columns in which the city says where a request belongs, by name.
    assigned: Vec<(String, usize)>,
    services: HashMap<(String, String), Arc<Named>>,
    latest: i64,
}

impl Rows {
    /// Finds the layout's columns in the header. `now` in epoch milliseconds: what was filed later than a day after it is refused.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the columns that are missing, and the layout that would fit.
    pub fn new(name: &str, layout: Layout, header: &[&str], city: &jiff::tz::TimeZone, now: i64) -> Result<Rows> {
        let one_service = !layout.service.trim().is_empty();
        let columns =
            layout.columns.bind(name, header, one_service, layout.strict).map_err(|error| match (error, Layout::fitting(header)) {
                (Error::Invalid(mut fields), Some(fitting)) if fitting != name => {
                    for field in &mut fields {
                        field.problem.push_str(&format!(" It looks like a file for --layout {fitting}."));
                    }
                    Error::Invalid(fields)
                }
                (error, _) => error,
            })?;
        let dates = Dates::new(layout.zone_or(city)?, &layout.dates);
        let places = Header::new(header.iter().copied());
        let assigned = layout.columns.assigned.0.iter().filter_map(|name| Some((name.clone(), places.place(name)?))).collect();
        Ok(Rows { layout, columns, dates, assigned, services: HashMap::new(), latest: now.saturating_add(AHEAD_MS) })
    }

    /// Reads one record.
    ///
    /// # Errors
    /// A [`Reject`] when it has no number, no service or no time of filing that can be read.
    pub fn read(&mut self, record: &Record) -> std::result::Result<Imported, Reject> {
        let text = |column: &[usize]| record.first(column);
        let external_id = text(&self.columns.id).to_owned();
        let reject = |reason: String| Reject { line: record.line, id: shortened(&external_id), reason };
        if external_id.is_empty() {
            return Err(reject("no number".into()));
        }
        if external_id.chars().count() > LONGEST_NAME {
            return Err(reject(format!("the number is longer than {LONGEST_NAME} characters")));
        }
        let filed = text(&self.columns.filed_at);
        if filed.is_empty() {
            return Err(reject("no time of filing".into()));
        }
        let filed_at = self.dates.read(filed).map_err(|e| reject(format!("time of filing: {e}")))?;
        if filed_at > self.latest {
            return Err(reject(format!("filed in the future ({filed})")));
        }

        let mut notes = Vec::new();
        let closing = Some(text(&self.columns.closed_at)).filter(|t| !t.is_empty()).and_then(|t| {
            let at = self.dates.read(t).ok().filter(|&at| at <= self.latest);
            if at.is_none() {
                notes.push(Note::ClosingDateUnreadable);
            }
            at
        });
        let changed = self.dates.read(text(&self.columns.updated_at)).ok().filter(|&at| at <= self.latest);
        let reason = folded_blanks(text(&self.columns.reason));
        let status = self.status(text(&self.columns.status), &reason, closing, &mut notes);
        let parent = text(&self.columns.parent);
        let marked = if self.columns.duplicate.is_empty() { !parent.is_empty() } else { is_yes(text(&self.columns.duplicate)) };
        let status = if marked { Status::Duplicate } else { status };
        let parents = match (status, parent, self.layout.parent_number) {
            (Status::Duplicate, "", Some(numbers)) => numbers.found(&reason, &external_id),
            (Status::Duplicate, parent, _) if !parent.is_empty() && parent != external_id => vec![parent.to_owned()],
            _ => Vec::new(),
        };
        let closed_at = closed_at(status, filed_at, closing, changed, &mut notes);

        let point = text(&self.columns.point);
        let place = match judge(text(&self.columns.lat), text(&self.columns.lon), point, self.layout.bounds, &self.layout.no_place) {
            Place::At { lon, lat, turned } => {
                if turned {
                    notes.push(Note::Turned);
                }
                Ok((lon, lat))
            }
            Place::Nowhere(why) => Err(why),
        };
        let service = self.service(record).map_err(reject)?;
        let text = |column: &[usize]| record.first(column);
        let corner = || self.columns.corner.iter().map(|&i| record.get(i)).filter(|t| !t.trim().is_empty()).collect::<Vec<_>>().join(" & ");
        let address = match text(&self.columns.address) {
            "" => folded_blanks(&corner()),
            address => folded_blanks(address),
        };
        let mut description: Vec<&str> = Vec::new();
        for part in self.columns.description.iter().map(|&i| record.get(i).trim()) {
            if !part.is_empty() && !part.eq_ignore_ascii_case(&service.name) && !description.contains(&part) {
                description.push(part);
            }
        }
        Ok(Imported {
            line: record.line,
            filed_at,
            updated_at: [changed, closed_at].into_iter().flatten().fold(filed_at, i64::max),
            closed_at,
            status,
            place,
            address,
            zipcode: zipcode(text(&self.columns.zipcode), self.layout.zip_digits),
            description: description.join(" · "),
            reason,
            media_url: picture(text(&self.columns.media_url)),
            agency: folded_blanks(text(&self.columns.agency)),
            assigned: self.assigned(record),
            parents,
            notes,
            service,
            external_id,
        })
    }

    fn assigned(&self, record: &Record) -> Vec<(String, String)> {
        let filled = self.assigned.iter().map(|(name, place)| (name.clone(), shortened(record.get(*place).trim())));
        filled.filter(|(_, value)| !value.is_empty()).collect()
    }

    fn status(&self, word: &str, reason: &str, closing: Option<i64>, notes: &mut Vec<Note>) -> Status {
        let known = self.layout.status.status(word);
        if known.is_none() && !word.is_empty() {
            notes.push(Note::StatusUnknown);
        }
        let status = known.unwrap_or(if closing.is_some() { Status::Closed } else { Status::New });
        match self.layout.reasons.within(reason) {
            // A clerk may call an open request a duplicate; anything else in the text is about how it ended.
            Some(more) if more == Status::Duplicate || status.finished() => more,
            _ => status,
        }
    }

    fn service(&mut self, record: &Record) -> std::result::Result<Arc<Named>, String> {
        let text = |column: &[usize]| record.first(column);
        let name = match text(&self.columns.service) {
            "" => self.layout.service.trim(),
            name => name,
        };
        let key = (name.to_owned(), text(&self.columns.service_code).to_owned());
        if let Some(known) = self.services.get(&key) {
            return Ok(known.clone());
        }
        let name = folded_blanks(name);
        // Codes stand in addresses and in lists with commas, where the catalogue has no room for these.
        let code = if key.1.is_empty() { slug(&name) } else { key.1.replace(['/', ','], "-") };
        if code.is_empty() {
            return Err("no service".into());
        }
        if name.chars().count() > LONGEST_NAME || code.chars().count() > LONGEST_NAME {
            return Err(format!("the service's name is longer than {LONGEST_NAME} characters"));
        }
        let group = match text(&self.columns.group) {
            "" => self.layout.group.trim(),
            group => group,
        };
        let named =
            Arc::new(Named { code, name, coded: !key.1.is_empty(), group: folded_blanks(group).chars().take(LONGEST_NAME).collect() });
        // A file that names a new service in every row must not fill the memory; real catalogues have a few hundred.
        if self.services.len() < 10_000 {
            self.services.insert(key, named.clone());
        }
        Ok(named)
    }
}

fn closed_at(status: Status, filed_at: i64, closing: Option<i64>, changed: Option<i64>, notes: &mut Vec<Note>) -> Option<i64> {
    if !status.finished() {
        notes.extend(closing.map(|_| Note::OpenWithClosingDate));
        return None;
    }
    let Some(at) = closing else {
        notes.push(Note::ClosedSometime);
        return Some(changed.unwrap_or(filed_at).max(filed_at));
    };
    if at < filed_at {
        notes.push(Note::ClosedBeforeFiled);
    }
    Some(at.max(filed_at))
}

fn is_yes(word: &str) -> bool {
    ["true", "t", "yes", "y", "1"].iter().any(|yes| yes.eq_ignore_ascii_case(word))
}

fn folded_blanks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}

/// A name as a code: letters and digits in lower case, hyphens between.
fn slug(name: &str) -> String {
    let letters = |c: char| if c.is_alphanumeric() { c.to_lowercase().collect::<String>() } else { " ".to_owned() };
    name.chars().map(letters).collect::<String>().split_whitespace().collect::<Vec<_>>().join("-")
}

/// A postal code without what a spreadsheet did to it: `2128.0` is `02128`; zeros and words for nothing are nothing.
fn zipcode(text: &str, digits: usize) -> String {
    let code = text.strip_suffix(".0").unwrap_or(text);
    if code.chars().all(|c| c == '0') || ["n/a", "na", "none", "null", "unknown"].iter().any(|nothing| nothing.eq_ignore_ascii_case(code)) {
        return String::new();
    }
    let eaten = code.len() >= 3 && code.len() < digits && code.bytes().all(|b| b.is_ascii_digit());
    if eaten { format!("{code:0>digits$}") } else { code.chars().take(20).collect() }
}

/// The address of a picture in a column that may hold more than it.
fn picture(text: &str) -> String {
    let start = ["https://", "http://"].iter().filter_map(|scheme| text.find(scheme)).min();
    let rest = start.map_or("", |at| &text[at..]);
    let address = rest.split(|c: char| c.is_whitespace() || "\"'()<>{}\\".contains(c)).next().unwrap_or("");
    if url::Url::parse(address).is_ok_and(|url| url.has_host()) { address.to_owned() } else { String::new() }
}
