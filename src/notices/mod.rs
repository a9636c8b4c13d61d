//! What people outside are told: rendered in their language and put into the outbox in the transaction that causes it, then
//! sent by a worker that tries again until it is taken or given up.
//!
//! A dead mail server loses nothing. A server that dies between a message's being taken and its being marked sends it again
//! later, under the same Message-ID: twice at worst, never not at all. It knows neither people nor requests: whoever causes a
//! message brings the words for its template. It never answers HTTP, and no error or log line of it holds a message's words.

mod carrier;
pub mod command;
mod deliver;
mod log;
mod mail;
mod outbox;
mod sms;
mod templates;

use std::sync::Arc;

use crate::config::Config;
use crate::db::Tx;
use crate::error::{Error, Result};

pub use carrier::{Carrier, Due, Failure};
pub use deliver::{Delivered, deliver_due};
pub use log::{Entry, Page, State, list, retry, retry_all};
pub use mail::Mail;
pub use outbox::{forget, forget_old};
pub use sms::Gateway;
pub use templates::{Language, Template};

use templates::Templates;

const HOUR: i64 = 3_600_000;

/// How a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// To a mail address.
    Mail,
    /// To a telephone.
    Sms,
}

impl Channel {
    /// The word of the wire and of the database.
    pub const fn word(self) -> &'static str {
        match self {
            Channel::Mail => "mail",
            Channel::Sms => "sms",
        }
    }

    /// The channel a word means.
    pub fn parse(word: &str) -> Option<Channel> {
        [Channel::Mail, Channel::Sms].into_iter().find(|channel| channel.word() == word)
    }
}

/// A message about to be put into the outbox.
#[derive(Debug, Clone)]
pub struct Notice<'a> {
    /// What it says.
    pub template: Template,
    /// How it goes.
    pub channel: Channel,
    /// Where it goes: a mail address, or a telephone number with its country's code.
    pub address: &'a str,
    /// BCP 47 tag of the reader's language; another than ours, or none, becomes the city's.
    pub language: &'a str,
    /// What the template names beside `city`.
    pub words: &'a [(&'static str, &'a str)],
    /// A key under which it is told once, however often it is put.
    pub once: Option<String>,
    /// The request it is about, for those who erase one.
    pub request: Option<i64>,
    /// The member of staff it is for.
    pub member: Option<i64>,
    /// When it is of no use any more, epoch milliseconds: then it is a secret, which is neither tried nor kept longer.
    pub useful_until: Option<i64>,
}

impl<'a> Notice<'a> {
    /// A message by mail about nothing in particular yet.
    pub fn mail(template: Template, address: &'a str, words: &'a [(&'static str, &'a str)]) -> Notice<'a> {
        let (channel, language) = (Channel::Mail, "");
        Notice { template, channel, address, language, words, once: None, request: None, member: None, useful_until: None }
    }
}

/// Renders messages and puts them into the outbox. Cheap to clone.
#[derive(Clone)]
pub struct Notices(Arc<Inner>);

struct Inner {
    templates: Templates,
    city: String,
    public_url: String,
    language: Language,
    mail: bool,
    sms: bool,
    give_up_ms: i64,
}

impl Notices {
    /// By these settings; a setting of mail, text messages or notices that cannot be is named.
    pub fn open(config: &Config) -> Result<Notices> {
        check(config)?;
        let said = &config.notices.language;
        let language = Language::parse(said).ok_or_else(|| {
            Error::config("notices.language", format!("{said:?} is no language that is spoken here; there are en and es"))
        })?;
        Ok(Notices(Arc::new(Inner {
            templates: Templates::load()?,
            city: config.city.name.clone(),
            public_url: config.public_url(),
            language,
            mail: !config.mail.host.is_empty(),
            sms: !config.sms.url.is_empty(),
            give_up_ms: config.notices.give_up_hours * HOUR,
        })))
    }

    /// Whether messages go this way from here at all.
    pub fn sends(&self, channel: Channel) -> bool {
        match channel {
            Channel::Mail => self.0.mail,
            Channel::Sms => self.0.sms,
        }
    }

    /// The address of a page, for a link in a message.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.public_url)
    }

    /// Renders a message and puts it into the outbox, to be sent once the transaction is committed; whether it is new.
    pub async fn put(&self, tx: &mut Tx, notice: &Notice<'_>, now: i64) -> Result<bool> {
        let inner = &self.0;
        let language = Language::parse(notice.language).unwrap_or(inner.language);
        let said = inner.templates.render(notice.template, notice.channel, language, &inner.city, notice.words)?;
        let give_up_at = notice.useful_until.unwrap_or(now + inner.give_up_ms);
        outbox::insert(tx, notice, language, said, give_up_at, now).await
    }
}

/// Checks the settings of mail and text messages; the first that cannot be is named.
pub fn check(config: &Config) -> Result<()> {
    Mail::open(&config.mail)?;
    Gateway::open(&config.sms, &config.outbound)?;
    if !(1..=500).contains(&config.notices.batch) {
        return Err(Error::config("notices.batch", "must be between 1 and 500"));
    }
    if config.notices.give_up_hours < 1 || config.notices.keep_days < 1 {
        return Err(Error::config("notices", "give_up_hours and keep_days must be at least 1"));
    }
    Ok(())
}
