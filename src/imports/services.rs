//! The catalogue from a file: services as any Open311 server lists them (JSON or XML), or in our own richer JSON.
//!
//! Safe to run again: a service is known by its code, and what would not change is not touched. An Open311 list knows nothing
//! of radius, policy, priority or agency, so it never changes them; our own form says everything, and what it leaves out is set
//! back. Refuses a file with a mistake as a whole, and never takes away a service that a file does not name.

use std::collections::HashMap;
use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::reading::{Reading, whole};
use crate::catalog::{AttributeDraft, Catalog, Choice, Datatype, Kind, Service, ServiceDraft, Shelf, save_all};
use crate::db::Db;
use crate::error::{Error, Result};

/// Bytes of a catalogue; the largest known are a few hundred thousand.
const LARGEST_FILE: u64 = 32 * 1024 * 1024;

/// What became of the services of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Services in the file.
    pub read: u64,
    /// New in the catalogue.
    pub added: u64,
    /// Known, and now different.
    pub changed: u64,
    /// Known, and as they were.
    pub unchanged: u64,
    /// Listed again under a code that came before in the file; the first counts.
    pub repeated: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { read, added, changed, unchanged, repeated } = self;
        write!(f, "read {read}, added {added}, changed {changed}, unchanged {unchanged}, repeated {repeated}")
    }
}

/// Reads a file into the catalogue. `now` in epoch milliseconds.
///
/// # Errors
/// [`Error::Invalid`] when the file is not such a list, or a service in it has a mistake; then nothing is changed.
pub async fn import(db: &Db, shelf: &Shelf, file: &Path, now: i64) -> Result<Counts> {
    let entries = read(file)?;
    let catalog = shelf.get(db).await?;
    let agencies: HashMap<i64, String> = db.sql("select id, code from agency").all::<(i64, String)>().await?.into_iter().collect();
    let mut counts = Counts { read: entries.len() as u64, ..Counts::default() };
    let mut drafts: Vec<ServiceDraft> = Vec::new();
    for entry in entries {
        let draft = match entry {
            Entry::Own(draft) => *draft,
            Entry::Listed(listed) => {
                let known = catalog.by_code(&listed.service_code).map(|known| draft_of(known, &catalog, &agencies));
                listed.over(known)
            }
        };
        if drafts.iter().any(|d| d.code == draft.code) {
            counts.repeated += 1;
        } else {
            drafts.push(draft);
        }
    }
    relate_both_ways(&mut drafts);
    drafts.retain(|draft| match catalog.by_code(&draft.code).map(|known| draft_of(known, &catalog, &agencies)) {
        None => {
            counts.added += 1;
            true
        }
        Some(known) if known == *draft => {
            counts.unchanged += 1;
            false
        }
        Some(_) => {
            counts.changed += 1;
            true
        }
    });
    if !drafts.is_empty() {
        let drafts = Arc::new(drafts);
        db.write(async move |tx| save_all(tx, &drafts, None, now).await).await?;
    }
    Ok(counts)
}

enum Entry {
    Own(Box<ServiceDraft>),
    Listed(Listed),
}

/// A service as an Open311 server lists it; `attributes` stand in its definition.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Listed {
    #[serde(deserialize_with = "text")]
    service_code: String,
    #[serde(deserialize_with = "text")]
    service_name: String,
    #[serde(deserialize_with = "text")]
    description: String,
    #[serde(deserialize_with = "text")]
    group: String,
    #[serde(deserialize_with = "keywords")]
    keywords: Vec<String>,
    #[serde(rename = "type", deserialize_with = "text")]
    kind: String,
    attributes: Option<Vec<Question>>,
}

#[derive(Debug, Deserialize)]
struct Question {
    #[serde(deserialize_with = "text")]
    code: String,
    #[serde(deserialize_with = "text")]
    datatype: String,
    #[serde(default, deserialize_with = "yes")]
    variable: Option<bool>,
    #[serde(default, deserialize_with = "yes")]
    required: Option<bool>,
    #[serde(default)]
    order: Value,
    #[serde(default, deserialize_with = "text")]
    description: String,
    #[serde(default, deserialize_with = "text")]
    datatype_description: String,
    #[serde(default)]
    values: Option<Vec<Offered>>,
}

#[derive(Debug, Deserialize)]
struct Offered {
    #[serde(deserialize_with = "text")]
    key: String,
    #[serde(deserialize_with = "text")]
    name: String,
}

fn read(file: &Path) -> Result<Vec<Entry>> {
    let bytes = whole(file, LARGEST_FILE)?;
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'<') {
        return read_xml(bytes);
    }
    let broken = |e: serde_json::Error| Error::invalid("file", format!("it is not a list of services: {e}"));
    let list = match serde_json::from_slice(&bytes).map_err(broken)? {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("services") {
            Some(Value::Array(list)) => list,
            _ => vec![Value::Object(object)],
        },
        _ => return Err(Error::invalid("file", "it is not a list of services")),
    };
    let mut entries = Vec::new();
    for (n, value) in list.into_iter().enumerate() {
        let wrong = |e: serde_json::Error| Error::invalid(format!("services.{n}"), e.to_string());
        entries.push(if value.get("service_code").is_some() {
            Entry::Listed(serde_json::from_value(value).map_err(wrong)?)
        } else {
            Entry::Own(serde_json::from_value(value).map_err(wrong)?)
        });
    }
    Ok(entries)
}

fn read_xml(bytes: Vec<u8>) -> Result<Vec<Entry>> {
    let names = ["service_code", "service_name", "description", "group", "keywords", "type"];
    let mut entries = Vec::new();
    let mut first_reject = None;
    Reading::of(std::io::Cursor::new(bytes), &names, b',')?.each(&mut |record| match record {
        Ok(record) => {
            let field = |place: usize| record.get(place).trim().to_owned();
            entries.push(Entry::Listed(Listed {
                service_code: field(0),
                service_name: field(1),
                description: field(2),
                group: field(3),
                keywords: split(&field(4)),
                kind: field(5),
                attributes: None,
            }));
            ControlFlow::Continue(())
        }
        Err(reject) => {
            first_reject = Some(reject);
            ControlFlow::Break(())
        }
    })?;
    match first_reject {
        Some(reject) => Err(Error::invalid(format!("services.{}", reject.line - 1), reject.reason)),
        None => Ok(entries),
    }
}

impl Listed {
    /// The service as it will be: what the list says, over what is known of it.
    fn over(self, known: Option<ServiceDraft>) -> ServiceDraft {
        let mut draft = known.unwrap_or_else(|| ServiceDraft::new(self.service_code.clone(), ""));
        let name = if self.service_name.trim().is_empty() { &self.service_code } else { &self.service_name };
        draft.name = name.trim().to_owned();
        draft.description = self.description.trim().to_owned();
        draft.group = self.group.trim().to_owned();
        draft.keywords = self.keywords;
        draft.kind = [Kind::Realtime, Kind::Batch, Kind::Blackbox].into_iter().find(|k| k.word() == self.kind).unwrap_or(draft.kind);
        if let Some(mut questions) = self.attributes {
            questions.sort_by_key(|q| q.order.as_i64().or_else(|| q.order.as_str()?.parse().ok()).unwrap_or(i64::MAX));
            draft.attributes = questions.into_iter().map(Question::draft).collect();
        }
        draft
    }
}

impl Question {
    fn draft(self) -> AttributeDraft {
        let known = [Datatype::Number, Datatype::Datetime, Datatype::Text, Datatype::SingleValueList, Datatype::MultiValueList];
        let datatype = known.into_iter().find(|d| d.word() == self.datatype).unwrap_or(Datatype::String);
        let values = self.values.unwrap_or_default().into_iter().filter(|_| datatype.is_list());
        AttributeDraft {
            variable: self.variable.unwrap_or(true),
            required: self.required.unwrap_or(false),
            datatype_description: self.datatype_description,
            values: values.map(|v| Choice { key: v.key, name: v.name, stop: None }).collect(),
            ..AttributeDraft::new(self.code, datatype, self.description)
        }
    }
}

/// Relations hold both ways; naming one side is enough.
fn relate_both_ways(drafts: &mut [ServiceDraft]) {
    let pairs: Vec<(String, String)> = drafts.iter().flat_map(|d| d.related.iter().map(|r| (r.clone(), d.code.clone()))).collect();
    for draft in drafts.iter_mut() {
        draft.related.extend(pairs.iter().filter(|(to, _)| *to == draft.code).map(|(_, from)| from.clone()));
        draft.related.sort();
        draft.related.dedup();
    }
}

fn draft_of(service: &Service, catalog: &Catalog, agencies: &HashMap<i64, String>) -> ServiceDraft {
    let mut related: Vec<String> = service.related.iter().filter_map(|id| catalog.by_id(*id)).map(|s| s.code.clone()).collect();
    related.sort();
    let attributes = service.attributes.iter().map(|a| AttributeDraft {
        code: a.code.clone(),
        variable: a.variable,
        datatype: a.datatype,
        required: a.required,
        description: a.description.clone(),
        datatype_description: a.datatype_description.clone(),
        values: a.values.clone(),
        condition: a.condition.clone(),
    });
    ServiceDraft {
        code: service.code.clone(),
        name: service.name.clone(),
        description: service.description.clone(),
        group: service.group.clone(),
        keywords: service.keywords.clone(),
        kind: service.kind,
        agency: service.agency_id.and_then(|id| agencies.get(&id)).cloned(),
        priority: service.priority,
        due_hours: service.due_hours,
        duplicates: service.duplicates,
        photo_review: service.photo_review,
        active: service.active,
        place_privacy: service.place_privacy,
        sensitive: service.sensitive,
        related,
        attributes: attributes.collect(),
    }
}

fn split(keywords: &str) -> Vec<String> {
    keywords.split(',').map(str::trim).filter(|k| !k.is_empty()).map(str::to_owned).collect()
}

fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text),
        value @ (Value::Number(_) | Value::Bool(_)) => Ok(value.to_string()),
        _ => Err(serde::de::Error::custom("expected a text")),
    }
}

fn yes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Bool(yes) => Some(yes),
        Value::String(word) => Some(word.eq_ignore_ascii_case("true")),
        _ => None,
    })
}

/// Open311 says one text with commas; some servers send an array.
fn keywords<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => split(&text),
        Value::Array(list) => list.iter().filter_map(Value::as_str).flat_map(split).collect(),
        _ => Vec::new(),
    })
}
