//! Residents who want to see their own requests: a code by mail or text message proves that an address or telephone is
//! theirs, and opens a short session.
//!
//! The code is bound to the browser that asked, by a random token in a cookie; the database keeps a fingerprint of the one
//! and a keyed fingerprint of the other. Asking is answered alike and after the same time whether or not anything was filed
//! with the address, and the database does the same for both. A session holds the address; what is seen through it is found by
//! the contacts of requests, so that a contact that is erased takes its requests out of the list.

use std::net::IpAddr;

use super::contact::{self, email_key, phone_key};
use super::even::evenly;
use super::follow::Follow;
use super::sessions::{Attempts, Sizes};
use super::{staff, token};
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::notices::{Channel, Notice, Notices, Template};

const MINUTE: i64 = 60_000;

/// How much older `seen_at` may be than the last use.
const SEEN_EVERY: i64 = MINUTE;

/// Digits of a code: five tries at one in a hundred million.
const DIGITS: usize = 8;

/// What a wrong, used or old code is answered alike.
const WRONG: &str = "The code is wrong, was used already, or is too old. Ask for a new one if you cannot find it.";

/// Sends codes, takes them, and knows whose session is alive. One for the whole process.
pub struct Residents {
    follow: Follow,
    askings: Attempts,
    guesses: Attempts,
    code_ms: i64,
    tries: i64,
    idle_ms: i64,
    longest_ms: i64,
    country_code: String,
}

/// A mail address or telephone that somebody proved to be theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proved {
    /// Which of them.
    pub channel: Channel,
    /// What contacts are found by; a telephone may have been written in several ways.
    pub keys: Vec<String>,
}

/// A secret for a cookie, and when it ends, epoch milliseconds.
pub struct Handed {
    /// The secret; it is not stored.
    pub token: String,
    /// When it is of no use any more.
    pub expires_at: i64,
}

impl Residents {
    /// By these settings.
    pub fn new(config: &Config, follow: Follow) -> Residents {
        Residents {
            follow,
            askings: Attempts::new(Sizes::MESSAGES),
            guesses: Attempts::default(),
            code_ms: config.limits.code_minutes * MINUTE,
            tries: config.limits.code_tries,
            idle_ms: config.limits.resident_idle_minutes * MINUTE,
            longest_ms: config.limits.resident_hours * 60 * MINUTE,
            country_code: config.sms.country_code.clone(),
        }
    }

    /// Sends a code to an address, if anything was filed with it; nothing tells whether there was. `before` is the token of
    /// an earlier asking of the same browser, which ends here. `language` is a BCP 47 tag.
    #[expect(clippy::too_many_arguments, reason = "each is one thing that the asker's request says")]
    pub async fn ask(
        &self,
        db: &Db,
        notices: &Notices,
        channel: Channel,
        given: &str,
        language: &str,
        address: Option<IpAddr>,
        before: Option<&str>,
        now: i64,
    ) -> Result<Handed> {
        if !notices.sends(channel) {
            return Err(Error::Conflict("This server sends no such messages. Open your request by the link that you kept.".into()));
        }
        let key = self.key(channel, given)?;
        self.askings.take(&format!("{} {key}", channel.word()), address, now).map_err(Error::TooMany)?;
        let (browser, code) = (token::fresh(), fresh_code());
        let (stored, sealed) = (token::fingerprint(&browser), self.seal(&browser, &code));
        let (expires_at, code) = (now + self.code_ms, format!("{} {}", &code[..DIGITS / 2], &code[DIGITS / 2..]));
        let minutes = (self.code_ms / MINUTE).to_string();
        let proved = self.proved(channel, &key);
        let (before, notices, language) = (before.map(token::fingerprint).unwrap_or_default(), notices.clone(), language.to_owned());
        let write = db.write(async move |tx| {
            tx.sql("delete from resident_code where browser_hash = $1").bind(before.clone()).run().await?;
            tx.sql(
                "insert into resident_code (browser_hash, code_hash, channel, contact_key, tries, created_at, expires_at)
                 values ($1, $2, $3, $4, 0, $5, $6)",
            )
            .bind(stored.clone())
            .bind(sealed.clone())
            .bind(channel.word())
            .bind(key.clone())
            .bind(now)
            .bind(expires_at)
            .run()
            .await?;
            let Some(to) = proved.reached_at(tx).await? else { return Ok(()) };
            let words = [("code", code.as_str()), ("minutes", &minutes)];
            let notice =
                Notice { channel, language: &language, useful_until: Some(expires_at), ..Notice::mail(Template::Code, &to, &words) };
            notices.put(tx, &notice, now).await?;
            Ok::<_, Error>(())
        });
        evenly(write).await?;
        Ok(Handed { token: browser, expires_at })
    }

    /// Begins a session for whoever enters the code that was sent to where the browser asked for it.
    pub async fn enter(&self, db: &Db, browser: &str, code: &str, address: Option<IpAddr>, now: i64) -> Result<Handed> {
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        let (stored, sealed) = (token::fingerprint(browser), self.seal(browser, &digits));
        self.guesses.take(&stored, address, now).map_err(Error::TooMany)?;
        let (session, most, expires_at) = (token::fresh(), self.tries, now + self.longest_ms);
        let kept = token::fingerprint(&session);
        let (of, right) = (stored.clone(), sealed);
        let entered = db.write(async move |tx| {
            // Counted before it is looked at, so that tries at the same time are so many tries.
            let found: Option<(String, String, String)> = tx
                .sql(
                    "update resident_code set tries = tries + 1 where browser_hash = $1 and tries < $2 and expires_at > $3
                     returning code_hash, channel, contact_key",
                )
                .bind(of.clone())
                .bind(most)
                .bind(now)
                .optional()
                .await?;
            let Some((_, channel, key)) = found.filter(|(code, ..)| token::same(code, &right)) else { return Ok(false) };
            tx.sql("delete from resident_code where browser_hash = $1").bind(of.clone()).run().await?;
            tx.sql(
                "insert into resident_session (token_hash, channel, contact_key, created_at, seen_at, expires_at)
                 values ($1, $2, $3, $4, $4, $5)",
            )
            .bind(kept.clone())
            .bind(channel)
            .bind(key)
            .bind(now)
            .bind(expires_at)
            .run()
            .await?;
            Ok::<_, Error>(true)
        });
        if !entered.await? {
            return Err(Error::Unauthorized(WRONG));
        }
        self.guesses.give_back(&stored, address);
        Ok(Handed { token: session, expires_at })
    }

    /// What the holder of this token proved, if the session is alive.
    pub async fn who(&self, db: &Db, session: &str, now: i64) -> Result<Option<Proved>> {
        let stored = token::fingerprint(session);
        let found: Option<(String, String, i64)> = db
            .sql("select channel, contact_key, seen_at from resident_session where token_hash = $1 and expires_at > $2 and seen_at > $3")
            .bind(stored.clone())
            .bind(now)
            .bind(now - self.idle_ms)
            .optional()
            .await?;
        let Some((channel, key, seen_at)) = found else { return Ok(None) };
        if now - seen_at > SEEN_EVERY {
            db.write(async move |tx| {
                tx.sql("update resident_session set seen_at = $1 where token_hash = $2 and seen_at < $1")
                    .bind(now)
                    .bind(stored.clone())
                    .run()
                    .await?;
                Ok::<_, Error>(())
            })
            .await?;
        }
        Ok(Channel::parse(&channel).map(|channel| self.proved(channel, &key)))
    }

    /// Ends the session of this token; nothing happens if there is none.
    pub async fn end(&self, db: &Db, session: &str) -> Result<()> {
        let stored = token::fingerprint(session);
        db.write(async move |tx| {
            tx.sql("delete from resident_session where token_hash = $1").bind(stored.clone()).run().await?;
            Ok::<_, Error>(())
        })
        .await
    }

    /// What an address or number is known by here; the problem, if it can be none.
    fn key(&self, channel: Channel, given: &str) -> Result<String> {
        match channel {
            Channel::Mail if staff::plausible(given.trim()) => Ok(email_key(given)),
            Channel::Mail => Err(Error::invalid("email", "is no mail address; it looks like name@example.org")),
            Channel::Sms => {
                let digits = phone_key(given);
                if !(6..=15).contains(&digits.len()) || given.chars().count() > 40 {
                    return Err(Error::invalid("phone", "is no telephone number; it has 6 to 15 digits"));
                }
                let abroad = given.trim().starts_with('+') || given.trim().starts_with("00");
                Ok(international(&digits, abroad, &self.country_code))
            }
        }
    }

    fn proved(&self, channel: Channel, key: &str) -> Proved {
        let mut keys = vec![key.to_owned()];
        let national = key.strip_prefix(&self.country_code).filter(|rest| !self.country_code.is_empty() && rest.len() >= 6);
        if let (Channel::Sms, Some(national)) = (channel, national) {
            keys.extend([format!("0{national}"), national.to_owned()]);
        }
        Proved { channel, keys }
    }

    fn seal(&self, browser: &str, code: &str) -> String {
        self.follow.seal("resident code", &[browser, code])
    }
}

impl Proved {
    /// Where a message reaches them: the mail address as it was left with the newest request, never as whoever asks wrote it
    /// (two that fold alike may be two mailboxes). `None` where nothing was filed with it.
    async fn reached_at(&self, tx: &mut Tx) -> Result<Option<String>> {
        let found = contact::newest(tx, self.channel, &self.keys).await?;
        Ok(found.map(|address| match self.channel {
            Channel::Mail => address,
            Channel::Sms => format!("+{}", self.keys[0]),
        }))
    }
}

/// A number with its country's code in front, where the city's settings know it.
fn international(digits: &str, abroad: bool, country_code: &str) -> String {
    // North America writes its code without a plus, and no area there begins with it.
    let whole = country_code == "1" && digits.len() == 11 && digits.starts_with('1');
    if abroad || whole || country_code.is_empty() {
        return digits.to_owned();
    }
    format!("{country_code}{}", digits.trim_start_matches('0'))
}

fn fresh_code() -> String {
    format!("{:0width$}", rand::random_range(0..10u64.pow(DIGITS as u32)), width = DIGITS)
}

/// Forgets codes and sessions that are too old.
pub async fn forget_old(tx: &mut Tx, now: i64) -> Result<()> {
    tx.sql("delete from resident_code where expires_at <= $1").bind(now).run().await?;
    tx.sql("delete from resident_session where expires_at <= $1").bind(now).run().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_is_found_however_it_was_written() {
        let mut config = Config::default();
        config.sms.country_code = "44".into();
        let residents = Residents::new(&config, Follow::from_secret("a secret of this city"));
        for given in ["+44 7700 900123", "0044 7700 900123", "07700 900123", "7700900123"] {
            let key = residents.key(Channel::Sms, given).expect("a number");
            assert_eq!(residents.proved(Channel::Sms, &key).keys, ["447700900123", "07700900123", "7700900123"], "{given}");
        }
        assert_eq!(residents.key(Channel::Sms, "+1 212 555 0100").expect("a number"), "12125550100");
        assert_eq!(international("12125550100", false, "1"), "12125550100");
        assert_eq!(international("2125550100", false, "1"), "12125550100");
        assert_eq!(international("5550100", false, ""), "5550100");
        for wrong in ["", "12345", "1234567890123456", "call me", &"1 ".repeat(30)] {
            assert!(residents.key(Channel::Sms, wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_code_has_eight_digits_and_is_sealed_for_one_browser() {
        let residents = Residents::new(&Config::default(), Follow::from_secret("a secret of this city"));
        let codes: std::collections::HashSet<String> = (0..100).map(|_| fresh_code()).collect();
        assert!(codes.len() > 95 && codes.iter().all(|code| code.len() == DIGITS && code.bytes().all(|b| b.is_ascii_digit())));
        assert_ne!(residents.seal("one", "12345678"), residents.seal("two", "12345678"));
    }
}
