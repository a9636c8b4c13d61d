//! Checks the answers to a service's questions. Pure: knows the questions, and neither who asks nor in which protocol.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::{Attribute, Datatype, Service, moment};
use crate::error::Field;

/// Answers as they were given, by the code of the question; not yet checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, Vec<String>>);

impl Answers {
    /// Adds one answer; a question may be given several.
    pub fn give(&mut self, code: impl Into<String>, value: impl Into<String>) {
        self.0.entry(code.into()).or_default().push(value.into());
    }

    /// The answers to one question.
    pub fn to(&self, code: &str) -> &[String] {
        self.0.get(code).map_or(&[], Vec::as_slice)
    }

    /// Whether nothing was answered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The codes that were answered, in the order of the alphabet.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl<C: Into<String>, V: Into<String>> FromIterator<(C, V)> for Answers {
    fn from_iter<I: IntoIterator<Item = (C, V)>>(pairs: I) -> Self {
        let mut answers = Answers::default();
        pairs.into_iter().for_each(|(code, value)| answers.give(code, value));
        answers
    }
}

impl<'de> Deserialize<'de> for Answers {
    /// Reads `{"code": "value", "other": ["one", "two"]}`.
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "an answer is a text or a list of texts")]
        enum Given {
            One(String),
            Several(Vec<String>),
        }
        let given = BTreeMap::<String, Given>::deserialize(from)?;
        let listed = given.into_iter().map(|(code, given)| match given {
            Given::One(value) => (code, vec![value]),
            Given::Several(values) => (code, values),
        });
        Ok(Answers(listed.collect()))
    }
}

/// What to do with an answer to a question that the service does not ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// Leave it out, as Open311 wants it: clients send fields of their own.
    Ignore,
    /// Say so, as a typing error in a program should be told.
    Refuse,
}

/// How much an answer may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Characters of one line.
    pub string_chars: usize,
    /// Characters of a text.
    pub text_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { string_chars: 500, text_chars: 4000 }
    }
}

/// Checks answers against a service's questions and returns what is to be kept: code and value, in the order of the
/// questions. Empty answers count as not given; an answer to a question that was not asked (its condition does not hold, or
/// it is mere information) is left out, and a value with stop words refuses with those alone. Each error names its field `answers.CODE` and says what would be right.
pub fn check_answers(service: &Service, answers: &Answers, unknown: Unknown, limits: Limits) -> Result<Vec<(String, String)>, Vec<Field>> {
    let mut kept: Vec<(String, String)> = Vec::new();
    let mut wrong = Vec::new();
    // A condition only ever names an earlier question, so one pass in order knows all that it needs.
    for attribute in service.attributes.iter().filter(|attribute| attribute.variable) {
        if !is_asked(attribute, &kept) {
            continue;
        }
        match check_one(attribute, answers.to(&attribute.code), limits) {
            Ok(values) if values.is_empty() && attribute.required => {
                wrong.push(field(&attribute.code, format!("has to be answered: {}", asked(attribute))));
            }
            Ok(values) => {
                if let Some(words) = stop(attribute, &values) {
                    return Err(vec![field(&attribute.code, words)]); // nothing else matters: the form ends here
                }
                kept.extend(values.into_iter().map(|value| (attribute.code.clone(), value)));
            }
            Err(problem) => wrong.push(field(&attribute.code, problem)),
        }
    }
    if unknown == Unknown::Refuse {
        let strangers = answers.codes().filter(|code| service.attribute(code).is_none());
        wrong.extend(strangers.map(|code| field(code, format!("is not a question of {}.", service.name))));
    }
    if wrong.is_empty() { Ok(kept) } else { Err(wrong) }
}

fn field(code: &str, problem: impl Into<String>) -> Field {
    Field::new(format!("answers.{code}"), problem)
}

/// Whether what was kept so far makes this a question.
fn is_asked(attribute: &Attribute, kept: &[(String, String)]) -> bool {
    attribute
        .condition
        .as_ref()
        .is_none_or(|condition| kept.iter().any(|(code, value)| *code == condition.attribute && condition.any_of.contains(value)))
}

/// The words that end the form, if one of these values has any.
fn stop<'a>(attribute: &'a Attribute, values: &[String]) -> Option<&'a str> {
    values.iter().find_map(|value| attribute.choice(value)?.stop.as_deref())
}

/// The answers to one question, trimmed and without repeats and empty ones, or what is wrong with them.
fn check_one(attribute: &Attribute, given: &[String], limits: Limits) -> Result<Vec<String>, String> {
    let mut values: Vec<String> = Vec::new();
    for value in given.iter().map(|value| value.trim()).filter(|value| !value.is_empty()) {
        check_value(attribute, value, limits)?;
        if !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    if values.len() > 1 && attribute.datatype != Datatype::MultiValueList {
        return Err(format!("takes one answer, and {} were given.", values.len()));
    }
    Ok(values)
}

fn check_value(attribute: &Attribute, value: &str, limits: Limits) -> Result<(), String> {
    if value.contains('\0') {
        return Err("holds the character U+0000, which cannot be kept.".into());
    }
    match attribute.datatype {
        Datatype::String if value.contains(['\n', '\r']) => Err("takes one line.".into()),
        Datatype::String => no_longer_than(value, limits.string_chars),
        Datatype::Text => no_longer_than(value, limits.text_chars),
        Datatype::Number => match value.parse::<f64>() {
            Ok(number) if number.is_finite() && value.len() <= 64 => Ok(()),
            _ => Err(format!("is {} and has to be a number, such as 12 or 3.5.", shown(value))),
        },
        Datatype::Datetime => match moment::read(value) {
            Some(_) => Ok(()),
            None => Err(format!("is {} and has to be a date and time, such as 2026-01-05T10:30:00Z.", shown(value))),
        },
        Datatype::SingleValueList | Datatype::MultiValueList => match attribute.choice(value) {
            Some(_) => Ok(()),
            None => Err(format!("is {} and has to be one of {}.", shown(value), offered(attribute))),
        },
    }
}

fn no_longer_than(value: &str, limit: usize) -> Result<(), String> {
    let length = value.chars().count();
    if length > limit { Err(format!("has {length} characters, and {limit} are allowed.")) } else { Ok(()) }
}

/// What was sent, short enough to be said back.
fn shown(value: &str) -> String {
    match value.char_indices().nth(40) {
        Some((end, _)) => format!("{:?}…", &value[..end]),
        None => format!("{value:?}"),
    }
}

fn offered(attribute: &Attribute) -> String {
    let mut keys: Vec<_> = attribute.values.iter().take(20).map(|choice| choice.key.as_str()).collect();
    if attribute.values.len() > keys.len() {
        keys.push("…");
    }
    keys.join(", ")
}

fn asked(attribute: &Attribute) -> &str {
    if attribute.description.is_empty() { &attribute.code } else { &attribute.description }
}
