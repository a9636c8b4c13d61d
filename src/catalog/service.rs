//! What a city can be asked for, as the rest of the house sees it: a service with its questions. Read-only; changes go
//! through [`save`](super::save).

use serde::Serialize;
use utoipa::ToSchema;

use super::words::words;
use super::{Duplicates, Target};
use crate::privacy::PlacePrivacy;

words! {
    /// What a filing over Open311 is answered with.
    pub enum Kind {
        /// The id of the request.
        Realtime = "realtime",
        /// A token that leads to the id.
        Batch = "batch",
        /// Nothing to ask after it with.
        Blackbox = "blackbox",
    }
}

words! {
    /// What happens when a request looks like an open case nearby.
    pub enum Policy {
        /// The resident is asked, and decides.
        Suggest = "suggest",
        /// A case is opened, and marked for the dispatchers to look at.
        Flag = "flag",
        /// The request joins the case.
        Join = "join",
    }
}

words! {
    /// The type of an answer, as Open311 names them.
    pub enum Datatype {
        /// One line of words.
        String = "string",
        /// A decimal number.
        Number = "number",
        /// A date, or a date and time, in ISO 8601.
        Datetime = "datetime",
        /// Words over several lines.
        Text = "text",
        /// One key of a list.
        SingleValueList = "singlevaluelist",
        /// Any number of keys of a list.
        MultiValueList = "multivaluelist",
    }
}

impl Datatype {
    /// Whether the answer is chosen from [`Attribute::values`].
    pub fn is_list(self) -> bool {
        matches!(self, Datatype::SingleValueList | Datatype::MultiValueList)
    }
}

words! {
    /// How much a case of a service matters beside others, before any rule has looked at it.
    pub enum Priority {
        /// When there is time.
        Low = "low",
        /// In its turn.
        Normal = "normal",
        /// Before others.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

/// A kind of request.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its row.
    pub id: i64,
    /// What it is called in addresses and files; unique.
    pub code: String,
    /// What it is called by people.
    pub name: String,
    /// When to choose it.
    pub description: String,
    /// The heading under which it is listed.
    pub group: String,
    /// Other words for it.
    pub keywords: Vec<String>,
    /// What an Open311 filing is answered with.
    pub kind: Kind,
    /// Who is responsible unless a rule says otherwise.
    pub agency_id: Option<i64>,
    /// How much its cases matter unless a rule says otherwise.
    pub priority: Priority,
    /// How many hours a case may take unless a rule says otherwise.
    pub due_hours: Option<i64>,
    /// What is promised, by priority; goes before `due_hours`.
    pub targets: Vec<Target>,
    /// When two requests are about the same thing.
    pub duplicates: Duplicates,
    /// Whether photos are looked at by staff before the public sees them.
    pub photo_review: bool,
    /// What of a request's place the public sees.
    pub place_privacy: PlacePrivacy,
    /// Whether small numbers are kept back from the public.
    pub sensitive: bool,
    /// Whether it can be filed; a service with requests is never deleted, only retired.
    pub active: bool,
    /// Services whose open cases may be about the same thing; mutual, without itself.
    pub related: Vec<i64>,
    /// Its questions, in the order they are asked.
    pub attributes: Vec<Attribute>,
}

impl Service {
    /// The question with this code.
    pub fn attribute(&self, code: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.code == code)
    }

    /// Whether a question is answered in one's own words; a line is what was asked for, be it a number plate.
    pub fn asks_for_words(&self, code: &str) -> bool {
        self.attribute(code).is_some_and(|attribute| attribute.datatype == Datatype::Text)
    }
}

/// A question of a service, or with `variable` off a piece of information for whoever fills in the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Attribute {
    /// What it is called on the wire; unique in its service.
    pub code: String,
    /// Whether it takes an answer at all.
    pub variable: bool,
    /// The type of the answer.
    pub datatype: Datatype,
    /// Whether it has to be answered, where it is asked.
    pub required: bool,
    /// Its place among the questions, from 1.
    pub order: i64,
    /// The question.
    pub description: String,
    /// How to answer it.
    pub datatype_description: String,
    /// What a list offers; empty for the other types.
    pub values: Vec<Choice>,
    /// When it is asked; always, if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

impl Attribute {
    /// The offered value with this key.
    pub fn choice(&self, key: &str) -> Option<&Choice> {
        self.values.iter().find(|choice| choice.key == key)
    }
}

/// One value of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is sent.
    pub key: String,
    /// What is shown.
    pub name: String,
    /// If set, choosing this ends the form with these words, and nothing is filed ("Smell of gas: call …").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<String>,
}

/// Asks a question only after certain answers to an earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The code of the earlier question.
    pub attribute: String,
    /// It is asked when any of these is among the answers.
    pub any_of: Vec<String>,
}
