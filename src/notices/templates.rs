//! The words of messages: one file for each template and language, carried in the binary. A name that a template does not
//! know is an error, not a blank; what a template may cost is bounded.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior, Value};

use super::Channel;
use crate::error::{Error, Result};

/// Steps that one rendering may take.
const FUEL: u64 = 20_000;

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// To whoever filed: the request was received.
    Received,
    /// To whoever filed: its case is finished.
    Finished,
    /// To a future colleague: choose a name and a password.
    Invitation,
    /// To a member: choose another password.
    Reset,
    /// To a member: the password was changed.
    PasswordChanged,
    /// To a resident: the code that shows one's own requests.
    Code,
}

impl Template {
    /// The word of the database, and the name of its files.
    pub const fn word(self) -> &'static str {
        match self {
            Template::Received => "received",
            Template::Finished => "finished",
            Template::Invitation => "invitation",
            Template::Reset => "reset",
            Template::PasswordChanged => "password_changed",
            Template::Code => "code",
        }
    }
}

/// A language that messages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    En,
    /// Spanish.
    Es,
}

impl Language {
    /// The word of the database, and the folder of its files.
    pub const fn word(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Es => "es",
        }
    }

    /// The language of a BCP 47 tag, if it is one of ours.
    pub fn parse(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        [Language::En, Language::Es].into_iter().find(|language| primary.eq_ignore_ascii_case(language.word()))
    }
}

macro_rules! files { ($($name:literal),*) => {
    [$(
        (concat!("en/", $name), include_str!(concat!("templates/en/", $name, ".txt"))),
        (concat!("es/", $name), include_str!(concat!("templates/es/", $name, ".txt"))),
    )*]
}; }

const FILES: [(&str, &str); 14] = files!["received", "finished", "invitation", "reset", "password_changed", "code", "code.sms"];

/// A message in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// The subject; a text message has none.
    pub subject: String,
    /// The rest.
    pub body: String,
}

/// All templates, ready.
pub(super) struct Templates(Environment<'static>);

impl Templates {
    pub fn load() -> Result<Templates> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        for (name, text) in FILES {
            environment.add_template(name, text).map_err(Error::internal)?;
        }
        Ok(Templates(environment))
    }

    /// The message in words. The first line of a mail's template is its subject.
    pub fn render(&self, what: Template, channel: Channel, language: Language, city: &str, words: &[(&'static str, &str)]) -> Result<Said> {
        let name = match channel {
            Channel::Mail => format!("{}/{}", language.word(), what.word()),
            Channel::Sms => format!("{}/{}.sms", language.word(), what.word()),
        };
        let known: BTreeMap<&str, Value> =
            words.iter().copied().chain([("city", city)]).map(|(name, value)| (name, value.into())).collect();
        let text = self.0.get_template(&name).and_then(|template| template.render(Value::from(known))).map_err(Error::internal)?;
        Ok(match channel {
            Channel::Sms => Said { subject: String::new(), body: text.trim().to_owned() },
            Channel::Mail => {
                let (subject, body) = text.split_once('\n').unwrap_or((&text, ""));
                Said { subject: subject.trim().to_owned(), body: format!("{}\n", body.trim()) }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [(&str, &str); 7] = [
        ("number", "4K72-18QX"),
        ("service", "Pothole"),
        ("status", "resolved"),
        ("link", "https://311.city.example/x"),
        ("days", "7"),
        ("minutes", "10"),
        ("code", "1234 5678"),
    ];

    #[test]
    fn every_template_can_be_said_in_every_language() {
        let templates = Templates::load().expect("they are well-formed");
        let all = [
            (Template::Received, Channel::Mail),
            (Template::Finished, Channel::Mail),
            (Template::Invitation, Channel::Mail),
            (Template::Reset, Channel::Mail),
            (Template::PasswordChanged, Channel::Mail),
            (Template::Code, Channel::Mail),
            (Template::Code, Channel::Sms),
        ];
        assert_eq!(all.len() * 2, FILES.len());
        for (what, channel) in all {
            let said = |language| templates.render(what, channel, language, "Alderford", &WORDS).expect("every name is known");
            let (english, spanish) = (said(Language::En), said(Language::Es));
            assert_ne!(english, spanish);
            for said in [english, spanish] {
                assert_eq!(said.subject.is_empty(), channel == Channel::Sms, "{said:?}");
                assert!(!said.subject.contains('\n') && said.body.contains("Alderford"), "{said:?}");
                assert!(channel == Channel::Mail || said.body.chars().count() <= 160, "one part of a text message: {said:?}");
            }
        }
    }

    #[test]
    fn what_ends_a_request_is_told_by_its_status() {
        let templates = Templates::load().expect("they are well-formed");
        for (status, words) in
            [("resolved", "has finished"), ("cancelled", "any further"), ("transferred", "passed"), ("duplicate", "already")]
        {
            let mut known = WORDS;
            known[2].1 = status;
            let said = templates.render(Template::Finished, Channel::Mail, Language::En, "Alderford", &known).expect("every name is known");
            assert!(said.body.contains(words), "{said:?}");
        }
    }

    #[test]
    fn a_name_that_is_missing_is_an_error_and_nothing_that_is_given_is_read_as_a_template() {
        let templates = Templates::load().expect("they are well-formed");
        assert!(templates.render(Template::Reset, Channel::Mail, Language::En, "Alderford", &[]).is_err());
        assert!(templates.render(Template::Received, Channel::Sms, Language::En, "Alderford", &WORDS).is_err(), "it has no text message");
        let said = templates.render(Template::Code, Channel::Sms, Language::En, "{{ 7 * 7 }} <b>", &WORDS).expect("a name is a name");
        assert!(said.body.starts_with("{{ 7 * 7 }} <b>:"), "{said:?}");
    }

    #[test]
    fn a_language_is_told_by_its_tag() {
        for (tag, language) in
            [("es", Some(Language::Es)), ("es-MX", Some(Language::Es)), ("EN_gb", Some(Language::En)), ("est", None), ("", None)]
        {
            assert_eq!(Language::parse(tag), language, "{tag}");
        }
    }
}
