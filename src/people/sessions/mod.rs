//! Sessions of staff: signing in, staying in, signing out.
//!
//! A session is known by a random token of 256 bits in a cookie, of which the database keeps the SHA-256. The token is renewed
//! while it is used and whenever what the session may do changes ([`alive`]). A session ends when it was not used for a while,
//! when it is too old, at sign-out, when its person ends it from elsewhere, and at once when the member is deactivated, gets
//! another password, or a token that was replaced is used again.
//!
//! Who has a second factor shows the password first and gets no session for it, but a *pending sign-in*: another secret in the
//! same browser, good for a few minutes and a few tries ([`pending`]). It does not know about cookies; that is `http::auth`.

mod account;
mod alive;
mod attempts;
mod browser;
mod list;
pub mod password;
mod pending;
mod recovery;
pub mod second_factor;

use super::policy::{Role, Who};
use super::staff;
use super::token;
use super::vault::Vault;
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
pub use account::{Account, reset_second_factor};
pub use alive::Present;
pub use attempts::{Attempts, Sizes};
pub use browser::From;
pub use list::Entry;
use password::Passwords;
pub use pending::{Pending, Second};

/// A minute and an hour in milliseconds.
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Passwords that are checked at the same time: 19 MiB and a processor each, so that a flood of sign-ins leaves the other
/// processors to everybody else.
const HASHINGS: usize = 2;

/// What a wrong password and an unknown mail address are answered alike.
const WRONG: &str = "The mail address or the password is wrong.";

/// Signs staff in and knows who is signed in. One for the whole process.
pub struct Sessions {
    passwords: Passwords,
    attempts: Attempts,
    codes: Attempts,
    vault: Vault,
    idle_ms: i64,
    longest_ms: i64,
    renew_ms: i64,
    /// The roles whose members must have a second factor.
    guarded: Vec<Role>,
    /// The city, as authenticators list it.
    city: String,
}

/// How somebody showed who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By a password, and by the second factor if there is one.
    Password,
    /// At the provider of identities, which answers for whatever factors it asks for.
    Provider,
}

impl Method {
    /// The word of the database.
    pub const fn word(self) -> &'static str {
        match self {
            Method::Password => "password",
            Method::Provider => "provider",
        }
    }
}

/// A session that was just begun, or whose token was just renewed.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The secret for the cookie; it is not stored.
    pub token: String,
    /// Who signed in.
    pub member: i64,
    /// When it ends at the latest, epoch milliseconds.
    pub expires_at: i64,
}

/// What a right password leads to.
pub enum SignedIn {
    /// Into a session.
    Begun(Begun),
    /// To the second factor.
    Pending(Pending),
}

impl Sessions {
    /// Sessions as the settings want them.
    pub fn new(config: &Config, vault: Vault) -> Result<Sessions> {
        Ok(Sessions {
            passwords: Passwords::new(HASHINGS, &config.city.name)?,
            attempts: Attempts::default(),
            codes: Attempts::new(Sizes::CODES),
            vault,
            idle_ms: config.limits.session_idle_hours * HOUR,
            longest_ms: config.limits.session_days * 24 * HOUR,
            renew_ms: config.limits.session_renew_minutes * MINUTE,
            guarded: config.staff.guarded()?,
            city: config.city.name.clone(),
        })
    }

    /// Hashes passwords for new staff.
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// Begins a session for whoever knows the password, or a pending sign-in where there is a second factor. `before` is the
    /// token of the session that the browser had, which ends here: a token that somebody planted before the sign-in opens
    /// nothing after it.
    pub async fn sign_in(&self, db: &Db, email: &str, password: String, from: &From, before: Option<&str>, now: i64) -> Result<SignedIn> {
        let email = staff::tidy_email(email);
        self.attempts.take(&email, from.address, now).map_err(Error::TooMany)?;
        // Nobody is called so, and PostgreSQL cannot even be asked.
        let email = if email.contains('\0') { String::new() } else { email };
        let found: Option<(i64, Option<String>, Option<i64>)> = db
            .sql(
                "select member.id, member.password_hash, second_factor.confirmed_at from member
                 left join second_factor on second_factor.member_id = member.id where member.email = $1 and member.active = $2",
            )
            .bind(email.clone())
            .bind(true)
            .optional()
            .await?;
        let (member, stored) = match found {
            Some((id, stored, factor)) => (Some((id, factor.is_some())), stored),
            None => (None, None),
        };
        let right = self.passwords.verify(stored, password).await?;
        let Some((member, factor)) = member.filter(|_| right) else { return Err(Error::Unauthorized(WRONG)) };
        self.attempts.give_back(&email, from.address);
        if factor {
            return Ok(SignedIn::Pending(pending::put(db, member, now).await?));
        }
        let (before, from) = (before.map(token::fingerprint), from.clone());
        let longest = self.longest_ms;
        let begun = db.write(async move |tx| begin(tx, member, Method::Password, &from, before.as_deref(), now, longest).await).await?;
        Ok(SignedIn::Begun(begun))
    }

    /// How long a session lasts at most, in milliseconds.
    pub fn longest_ms(&self) -> i64 {
        self.longest_ms
    }

    /// Ends the session of this token, and says how it was begun; nothing happens if there is none.
    pub async fn sign_out(&self, db: &Db, token: &str) -> Result<Option<Method>> {
        let stored = token::fingerprint(token);
        let ended: Option<(String,)> = db
            .write(async move |tx| {
                tx.sql("delete from session where id in (select session_id from session_token where token_hash = $1) returning method")
                    .bind(stored.clone())
                    .optional()
                    .await
                    .map_err(Error::from)
            })
            .await?;
        Ok(ended.map(|(method,)| if method == Method::Provider.word() { Method::Provider } else { Method::Password }))
    }

    /// Whether somebody with these roles must have a second factor.
    fn guards(&self, who: &Who) -> bool {
        matches!(who, Who::Member { grants, .. } if grants.iter().any(|grant| self.guarded.contains(&grant.role)))
    }
}

/// Ends every session of a member, except perhaps one, and every sign-in that waits for its second factor.
pub async fn end_all(tx: &mut Tx, member: i64, except: Option<i64>) -> Result<()> {
    tx.sql("delete from session where member_id = $1 and id <> $2").bind(member).bind(except.unwrap_or(0)).run().await?;
    tx.sql("delete from pending_sign_in where member_id = $1").bind(member).run().await?;
    Ok(())
}

/// Forgets sessions and pending sign-ins that have ended by the clock.
pub async fn tidy(tx: &mut Tx, now: i64) -> Result<()> {
    tx.sql("delete from session where expires_at <= $1").bind(now).run().await?;
    tx.sql("delete from pending_sign_in where expires_at <= $1").bind(now).run().await?;
    Ok(())
}

/// Begins a session for a member who has shown everything that is asked for. `before` is the fingerprint of the token that the
/// browser had.
pub(super) async fn begin(
    tx: &mut Tx,
    member: i64,
    method: Method,
    from: &From,
    before: Option<&str>,
    now: i64,
    longest_ms: i64,
) -> Result<Begun> {
    tx.sql("delete from session where id in (select session_id from session_token where token_hash = $1)")
        .bind(before.unwrap_or_default().to_owned())
        .run()
        .await?;
    let expires_at = now + longest_ms;
    let (session,): (i64,) = tx
        .sql(
            "insert into session (member_id, method, browser, network, created_at, seen_at, renewed_at, expires_at)
             values ($1, $2, $3, $4, $5, $5, $5, $6) returning id",
        )
        .bind(member)
        .bind(method.word())
        .bind(from.browser())
        .bind(from.network())
        .bind(now)
        .bind(expires_at)
        .one()
        .await?;
    let token = alive::put_token(tx, session, Some(now)).await?;
    Ok(Begun { token, member, expires_at })
}
