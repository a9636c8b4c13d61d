//! A service as staff or a file describe it, before it is kept. Refuses what could not work later: a question that can never
//! be asked, a list without values, a radius nobody searches.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Choice, Condition, Datatype, Duplicates, Kind, Priority};
use crate::error::Field;
use crate::privacy::PlacePrivacy;

/// A service to be saved. Everything but `code` and `name` may be left out of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceDraft {
    /// What it is called in addresses and files; saving a known code changes that service.
    pub code: String,
    /// What it is called by people.
    pub name: String,
    /// When to choose it.
    #[serde(default)]
    pub description: String,
    /// The heading under which it is listed.
    #[serde(default)]
    pub group: String,
    /// Other words for it, each without a comma.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// What an Open311 filing is answered with.
    #[serde(default = "realtime", rename = "type")]
    pub kind: Kind,
    /// The code of the agency that is responsible unless a rule says otherwise.
    #[serde(default)]
    pub agency: Option<String>,
    /// How much its cases matter unless a rule says otherwise.
    #[serde(default = "normal")]
    pub priority: Priority,
    /// How many hours a case may take unless a rule says otherwise.
    #[serde(default)]
    pub due_hours: Option<i64>,
    /// When two requests are about the same thing.
    #[serde(default)]
    pub duplicates: Duplicates,
    /// Whether photos are looked at by staff before the public sees them.
    #[serde(default)]
    pub photo_review: bool,
    /// What of a request's place the public sees: `exact`, `blurred` (in which part of town) or `hidden`.
    #[serde(default)]
    pub place_privacy: PlacePrivacy,
    /// Whether small numbers are kept back from the public. Its places have to be blurred or hidden.
    #[serde(default)]
    pub sensitive: bool,
    /// Whether it can be filed.
    #[serde(default = "yes")]
    pub active: bool,
    /// Codes of services whose open cases may be about the same thing. Mutual: naming it on one side is enough.
    #[serde(default)]
    pub related: Vec<String>,
    /// Its questions, in the order they are asked.
    #[serde(default)]
    pub attributes: Vec<AttributeDraft>,
}

/// A question of a [`ServiceDraft`]; its place in the list is its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeDraft {
    /// What it is called on the wire; unique in its service.
    pub code: String,
    /// Whether it takes an answer; off for mere information.
    #[serde(default = "yes")]
    pub variable: bool,
    /// The type of the answer.
    pub datatype: Datatype,
    /// Whether it has to be answered, where it is asked.
    #[serde(default)]
    pub required: bool,
    /// The question.
    #[serde(default)]
    pub description: String,
    /// How to answer it.
    #[serde(default)]
    pub datatype_description: String,
    /// What a list offers.
    #[serde(default)]
    pub values: Vec<Choice>,
    /// When it is asked; always, if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

fn realtime() -> Kind {
    Kind::Realtime
}
fn normal() -> Priority {
    Priority::Normal
}
fn yes() -> bool {
    true
}

impl ServiceDraft {
    /// A service with a code and a name, and everything else as it is when nothing is said.
    pub fn new(code: impl Into<String>, name: impl Into<String>) -> ServiceDraft {
        ServiceDraft {
            code: code.into(),
            name: name.into(),
            description: String::new(),
            group: String::new(),
            keywords: Vec::new(),
            kind: Kind::Realtime,
            agency: None,
            priority: Priority::Normal,
            due_hours: None,
            duplicates: Duplicates::default(),
            photo_review: false,
            place_privacy: PlacePrivacy::Exact,
            sensitive: false,
            active: true,
            related: Vec::new(),
            attributes: Vec::new(),
        }
    }

    /// Everything that is wrong with it, each under the name of its field.
    pub fn problems(&self) -> Vec<Field> {
        let mut wrong = Wrong(Vec::new());
        wrong.code("code", &self.code, &['/', ',']);
        wrong.words("name", &self.name, 1, 200);
        wrong.words("description", &self.description, 0, 4000);
        wrong.words("group", &self.group, 0, 200);
        for (n, keyword) in self.keywords.iter().enumerate() {
            wrong.words(&format!("keywords.{n}"), keyword, 1, 100);
            wrong.when(keyword.contains(','), &format!("keywords.{n}"), "may not hold a comma, which separates keywords.");
        }
        let hours = self.due_hours.is_some_and(|hours| !(1..=87_600).contains(&hours));
        wrong.when(hours, "due_hours", "has to lie between 1 and 87600 (ten years).");
        for (field, problem) in self.duplicates.problems() {
            wrong.say(&format!("duplicates.{field}"), problem);
        }
        let open = self.sensitive && self.place_privacy == PlacePrivacy::Exact;
        wrong.when(open, "sensitive", "cannot go with exact places: set `place_privacy` to `blurred` or `hidden`.");
        wrong.when(self.related.contains(&self.code), "related", "names the service itself.");
        wrong.when(self.attributes.len() > 200, "attributes", "has more than 200 questions.");
        for (n, attribute) in self.attributes.iter().enumerate() {
            attribute.problems(&format!("attributes.{n}"), &self.attributes[..n], &mut wrong);
        }
        wrong.0
    }
}

impl AttributeDraft {
    /// A question that is always asked and need not be answered.
    pub fn new(code: impl Into<String>, datatype: Datatype, description: impl Into<String>) -> AttributeDraft {
        AttributeDraft {
            code: code.into(),
            variable: true,
            datatype,
            required: false,
            description: description.into(),
            datatype_description: String::new(),
            values: Vec::new(),
            condition: None,
        }
    }

    fn problems(&self, at: &str, earlier: &[AttributeDraft], wrong: &mut Wrong) {
        wrong.code(&format!("{at}.code"), &self.code, &['[', ']']);
        wrong.when(earlier.iter().any(|other| other.code == self.code), &format!("{at}.code"), "is the code of an earlier question.");
        wrong.words(&format!("{at}.description"), &self.description, 0, 4000);
        wrong.words(&format!("{at}.datatype_description"), &self.datatype_description, 0, 4000);
        wrong.when(self.required && !self.variable, &format!("{at}.required"), "cannot be on where `variable` is off: nobody can answer.");
        let listless = self.variable && self.datatype.is_list() && self.values.is_empty();
        wrong.when(listless, &format!("{at}.values"), format!("is empty, and a {} offers at least one.", self.datatype));
        let idle = !self.datatype.is_list() && !self.values.is_empty();
        wrong.when(idle, &format!("{at}.values"), format!("offers values, and a {} takes none.", self.datatype));
        wrong.when(self.values.len() > 2000, &format!("{at}.values"), "offers more than 2000 values.");
        let mut keys = HashSet::new();
        for (n, choice) in self.values.iter().enumerate() {
            let at = format!("{at}.values.{n}");
            wrong.words(&format!("{at}.key"), &choice.key, 1, 200);
            wrong.when(!keys.insert(&choice.key), &format!("{at}.key"), "repeats an earlier key.");
            wrong.when(choice.key.trim() != choice.key, &format!("{at}.key"), "may not begin or end with a blank.");
            wrong.words(&format!("{at}.name"), &choice.name, 1, 500);
            wrong.words(&format!("{at}.stop"), choice.stop.as_deref().unwrap_or("none"), 1, 2000);
        }
        if let Some(condition) = &self.condition {
            condition_problems(condition, at, earlier, wrong);
        }
    }
}

/// A condition has to be able to hold: an earlier question that takes answers, and among them these.
fn condition_problems(condition: &Condition, at: &str, earlier: &[AttributeDraft], wrong: &mut Wrong) {
    wrong.when(condition.any_of.is_empty(), &format!("{at}.condition.any_of"), "is empty, so the question would never be asked.");
    let Some(asked) = earlier.iter().find(|other| other.code == condition.attribute && other.variable) else {
        let problem = format!("is {:?}, and no earlier question has that code.", condition.attribute);
        return wrong.say(&format!("{at}.condition.attribute"), problem);
    };
    for key in condition.any_of.iter().filter(|_| asked.datatype.is_list()) {
        let name = format!("{at}.condition.any_of");
        match asked.values.iter().find(|choice| choice.key == *key) {
            None => wrong.say(&name, format!("names {key:?}, which {:?} does not offer.", asked.code)),
            Some(choice) => wrong.when(choice.stop.is_some(), &name, format!("names {key:?}, which ends the form.")),
        }
    }
}

/// Problems as they are found.
struct Wrong(Vec<Field>);

impl Wrong {
    fn say(&mut self, name: &str, problem: impl Into<String>) {
        self.0.push(Field::new(name, problem));
    }

    fn when(&mut self, wrong: bool, name: &str, problem: impl Into<String>) {
        if wrong {
            self.say(name, problem);
        }
    }

    fn words(&mut self, name: &str, words: &str, least: usize, most: usize) {
        let length = words.trim().chars().count();
        self.when(length < least, name, "is empty.");
        self.when(length > most, name, format!("has {length} characters, and {most} are allowed."));
        self.when(words.contains('\0'), name, "holds the character U+0000, which cannot be kept.");
    }

    /// Codes stand in addresses, comma lists and the names of form fields.
    fn code(&mut self, name: &str, code: &str, forbidden: &[char]) {
        self.words(name, code, 1, 200);
        self.when(code.trim() != code, name, "may not begin or end with a blank.");
        if let Some(odd) = code.chars().find(|c| c.is_control() || forbidden.contains(c)) {
            self.say(name, format!("may not hold {odd:?}."));
        }
    }
}
