//! What somebody asks for, before anything is decided about it, and the checks that need no database.

use crate::catalog::Answers;
use crate::config::Limits;
use crate::error::{Error, Field, Result};
use crate::geo::Point;

/// A request as it arrives, from whichever protocol.
#[derive(Debug, Clone, Default)]
pub struct NewRequest {
    /// Code of the service.
    pub service: String,
    /// Where it is; none for an Open311 filing with only an address.
    pub place: Option<Point>,
    /// How sure the phone was of the place, in metres.
    pub accuracy_m: Option<f64>,
    /// The address in words.
    pub address: String,
    /// The address in a city's own register.
    pub address_id: String,
    /// The postal code.
    pub zipcode: String,
    /// The resident's own words.
    pub description: String,
    /// Answers to the service's questions.
    pub answers: Answers,
    /// Ids of uploaded photos.
    pub photos: Vec<String>,
    /// Address of a photo kept elsewhere; stored, not fetched.
    pub media_url: String,
    /// Who it is from, if they say so.
    pub contact: Contact,
    /// BCP 47 tag of the language of the words.
    pub language: String,
    /// How it came: `web`, `open311`, `staff`, or the name of an import.
    pub source: String,
    /// What the resident said about open cases nearby.
    pub wish: Wish,
    /// Set when it happened elsewhere before and is only recorded now.
    pub history: Option<History>,
}

/// Who a request is from. Kept apart from the request, never in a public answer.
#[derive(Debug, Clone, Default)]
pub struct Contact {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone: String,
    /// Account of the client that filed.
    pub account_id: String,
    /// Device of the client that filed.
    pub device_id: String,
}

impl Contact {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.fields().iter().all(|(_, value)| value.is_empty())
    }

    fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("contact.first_name", &self.first_name),
            ("contact.last_name", &self.last_name),
            ("contact.email", &self.email),
            ("contact.phone", &self.phone),
            ("contact.account_id", &self.account_id),
            ("contact.device_id", &self.device_id),
        ]
    }
}

/// What the resident said about open cases nearby.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Wish {
    /// Nothing yet: under the policy `suggest` they are asked.
    #[default]
    Ask,
    /// They cannot be asked (Open311, an import): under `suggest` it is filed and flagged.
    File,
    /// It is the case of the request with this number.
    Join(String),
    /// It is none of them.
    Separate,
}

/// When and how it happened elsewhere.
#[derive(Debug, Clone)]
pub struct History {
    /// Its id there, unique within the source.
    pub external_id: String,
    /// When it was filed there, epoch milliseconds.
    pub filed_at: i64,
    /// When it last changed there.
    pub updated_at: i64,
    /// When it was finished there.
    pub closed_at: Option<i64>,
    /// The status it has there, in our words.
    pub status: crate::cases::Status,
    /// The request there that it repeats, if the city said so.
    pub parent: Option<String>,
    /// Whether what our services and rules promise was promised there too.
    pub promised: bool,
    /// Where the other system says that it belongs: names of districts and what they are there. Routing is held against it.
    pub assigned: Vec<(String, String)>,
}

impl NewRequest {
    /// The resident's own words that the public may read.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.description.as_str())
    }

    /// Checks lengths, marks and shapes; every problem is named at once.
    pub fn check(&self, limits: &Limits) -> Result<()> {
        let mut problems = Vec::new();
        let lines = [
            ("service", self.service.as_str()),
            ("address", &self.address),
            ("address_id", &self.address_id),
            ("zipcode", &self.zipcode),
            ("media_url", &self.media_url),
            ("language", &self.language),
        ];
        for (field, text) in lines.into_iter().chain(self.contact.fields()) {
            problems.extend(line(field, text, limits.line));
        }
        problems.extend(line("description", &self.description, limits.description));
        if self.accuracy_m.is_some_and(|m| !(0.0..=100_000.0).contains(&m)) {
            problems.push(Field::new("accuracy_m", "must be metres between 0 and 100000."));
        }
        if !self.media_url.is_empty() && !web_address(&self.media_url) {
            problems.push(Field::new("media_url", "must be an http or https address."));
        }
        if !self.contact.email.is_empty() && !mail_address(&self.contact.email) {
            problems.push(Field::new("contact.email", "must look like name@example.org."));
        }
        if self.place.is_none() && self.address.trim().is_empty() && self.address_id.is_empty() && self.history.is_none() {
            problems.push(Field::new("lon", "is missing, with lat: say where it is."));
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }
}

fn line(field: &str, text: &str, most: usize) -> Option<Field> {
    if text.contains('\0') {
        return Some(Field::new(field, "must not contain the character U+0000."));
    }
    let length = text.chars().count();
    (length > most).then(|| Field::new(field, format!("has {length} characters; at most {most} are taken.")))
}

fn web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn mail_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace))
}
