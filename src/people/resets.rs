//! A forgotten password: a link by mail under which the member chooses another one.
//!
//! Asking is answered alike for everybody and after the same time, and the database does the same for an address that nobody
//! here has. The second factor, where somebody has one, is asked for at the sign-in as before. Who never had a password gets
//! none this way.

use std::net::IpAddr;

use super::even::evenly;
use super::links::{self, Purpose};
use super::sessions::password::Passwords;
use super::sessions::{Attempts, Sizes};
use super::staff;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::notices::{Channel, Notice, Notices, Template};

const MINUTE: i64 = 60_000;

/// What a used, old or wrong link is answered alike.
const GONE: &str = "This link was used already, or is too old. Ask for a new one at the sign-in.";

/// The askings of late. One for the whole process.
pub struct Resets {
    attempts: Attempts,
}

impl Default for Resets {
    fn default() -> Self {
        Resets { attempts: Attempts::new(Sizes::MESSAGES) }
    }
}

impl Resets {
    /// Sends a link to the member with this address, good for so many minutes; nothing tells whether there is one. `language`
    /// is a BCP 47 tag.
    #[expect(clippy::too_many_arguments, reason = "each is one thing that the asker's request says or the settings do")]
    pub async fn ask(
        &self,
        db: &Db,
        notices: &Notices,
        email: &str,
        language: &str,
        address: Option<IpAddr>,
        minutes: i64,
        now: i64,
    ) -> Result<()> {
        if !notices.sends(Channel::Mail) {
            return Err(Error::Conflict("This server sends no mail. Ask an administrator for a new password.".into()));
        }
        let email = staff::tidy_email(email);
        self.attempts.take(&email, address, now).map_err(Error::TooMany)?;
        // Nobody is called so, and PostgreSQL cannot even be asked.
        let email = if email.contains('\0') { String::new() } else { email };
        let (notices, language) = (notices.clone(), language.to_owned());
        let write = db.write(async move |tx| {
            let found: Option<(i64, String)> = tx
                .sql("select id, email from member where email = $1 and active = $2 and password_hash is not null")
                .bind(email.clone())
                .bind(true)
                .optional()
                .await?;
            let expires_at = now + minutes * MINUTE;
            let token = links::issue(tx, Purpose::Reset, found.as_ref().map(|(id, _)| *id), expires_at, now).await?;
            let Some((member, email)) = found else { return Ok(()) };
            let (link, minutes) = (notices.url(&format!("/reset#{token}")), minutes.to_string());
            let words = [("link", link.as_str()), ("minutes", &minutes)];
            let notice = Notice {
                language: &language,
                member: Some(member),
                useful_until: Some(expires_at),
                ..Notice::mail(Template::Reset, &email, &words)
            };
            notices.put(tx, &notice, now).await?;
            append(tx, New::at(now, Fact::ResetAsked { member })).await
        });
        evenly(write).await
    }

    /// Sets another password by the token of a link; every session of the member ends, and the mailbox is told. A password
    /// that will not do uses nothing up.
    pub async fn reset(&self, db: &Db, notices: &Notices, passwords: &Passwords, token: &str, password: String, now: i64) -> Result<()> {
        let member = links::find(db, Purpose::Reset, token, now).await?.ok_or(Error::Unauthorized(GONE))?;
        let (name, email) = staff::name_and_email(db, member).await?;
        let hash = passwords.choose(password, vec![name, email.clone()]).await?;
        let (notices, token) = (notices.clone(), token.to_owned());
        db.write(async move |tx| {
            let member = links::take(tx, Purpose::Reset, &token, now).await?.ok_or(Error::Unauthorized(GONE))?;
            staff::set_password(tx, member, hash.clone(), Some(member), now).await?;
            append(tx, New::at(now, Fact::PasswordReset { member }).by(Some(member))).await?;
            if notices.sends(Channel::Mail) {
                notices.put(tx, &Notice { member: Some(member), ..Notice::mail(Template::PasswordChanged, &email, &[]) }, now).await?;
            }
            Ok(())
        })
        .await
    }
}
