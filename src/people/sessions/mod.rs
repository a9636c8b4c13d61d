//! Sessions of staff: signing in, staying in, signing out.
//!
//! A session is a random token of 256 bits in a cookie, of which the database keeps the SHA-256. It ends when it was not used
//! for a while, when it is too old, at sign-out, and at once when the member is deactivated or gets another password. It does
//! not know about cookies; that is `http::auth`.

mod attempts;
pub mod password;

use std::net::IpAddr;

use super::policy::Who;
use super::staff;
use super::token;
use crate::db::Db;
use crate::error::{Error, Result};
use password::Passwords;

pub use attempts::{Attempts, Sizes};

/// A minute and an hour in milliseconds.
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Passwords that are checked at the same time: 19 MiB and a processor each, so that a flood of sign-ins leaves the other
/// processors to everybody else.
const HASHINGS: usize = 2;

/// How much older `seen_at` may be than the last use; writing it at every request would make reading a write.
const SEEN_EVERY: i64 = 5 * MINUTE;

/// What a wrong password and an unknown mail address are answered alike.
const WRONG: &str = "The mail address or the password is wrong.";

/// Signs staff in and knows who is signed in. One for the whole process.
pub struct Sessions {
    passwords: Passwords,
    attempts: Attempts,
    idle_ms: i64,
    longest_ms: i64,
}

/// A session that was just begun.
pub struct Begun {
    /// The secret for the cookie; it is not stored.
    pub token: String,
    /// Who signed in.
    pub member: i64,
    /// When it ends at the latest, epoch milliseconds.
    pub expires_at: i64,
}

impl Sessions {
    /// Sessions that end after so many hours without use, and after so many days in any case.
    pub fn new(idle_hours: i64, longest_days: i64) -> Result<Sessions> {
        Ok(Sessions {
            passwords: Passwords::new(HASHINGS)?,
            attempts: Attempts::default(),
            idle_ms: idle_hours * HOUR,
            longest_ms: longest_days * 24 * HOUR,
        })
    }

    /// Hashes passwords for new staff.
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// Begins a session for whoever knows the password. `before` is the token of the session that the browser had, which
    /// ends here: a token that somebody planted before the sign-in opens nothing after it.
    pub async fn sign_in(
        &self,
        db: &Db,
        email: &str,
        password: String,
        address: Option<IpAddr>,
        before: Option<&str>,
        now: i64,
    ) -> Result<Begun> {
        let email = staff::tidy_email(email);
        self.attempts.take(&email, address, now).map_err(Error::TooMany)?;
        // Nobody is called so, and PostgreSQL cannot even be asked.
        let email = if email.contains('\0') { String::new() } else { email };
        let found: Option<(i64, Option<String>)> = db
            .sql("select id, password_hash from member where email = $1 and active = $2")
            .bind(email.clone())
            .bind(true)
            .optional()
            .await?;
        let (member, stored) = match found {
            Some((id, stored)) => (Some(id), stored),
            None => (None, None),
        };
        let right = self.passwords.verify(stored, password).await?;
        let Some(member) = member.filter(|_| right) else { return Err(Error::Unauthorized(WRONG)) };
        self.attempts.give_back(&email, address);

        let token = token::fresh();
        let expires_at = now + self.longest_ms;
        let (stored, before) = (token::fingerprint(&token), before.map(token::fingerprint));
        db.write(async move |tx| {
            tx.sql("delete from session where token_hash = $1 or (member_id = $2 and expires_at <= $3)")
                .bind(before.clone().unwrap_or_default())
                .bind(member)
                .bind(now)
                .run()
                .await?;
            tx.sql("insert into session (token_hash, member_id, created_at, seen_at, expires_at) values ($1, $2, $3, $3, $4)")
                .bind(stored.clone())
                .bind(member)
                .bind(now)
                .bind(expires_at)
                .run()
                .await?;
            Ok::<_, Error>(())
        })
        .await?;
        Ok(Begun { token, member, expires_at })
    }

    /// Who holds this token, if its session is alive.
    pub async fn who(&self, db: &Db, token: &str, now: i64) -> Result<Option<Who>> {
        let stored = token::fingerprint(token);
        let found: Option<(i64, i64)> = db
            .sql(
                "select session.member_id, session.seen_at from session join member on member.id = session.member_id
                 where session.token_hash = $1 and session.expires_at > $2 and session.seen_at > $3 and member.active = $4",
            )
            .bind(stored.clone())
            .bind(now)
            .bind(now - self.idle_ms)
            .bind(true)
            .optional()
            .await?;
        let Some((member, seen_at)) = found else { return Ok(None) };
        if now - seen_at > SEEN_EVERY {
            db.write(async move |tx| {
                tx.sql("update session set seen_at = $1 where token_hash = $2 and seen_at < $1")
                    .bind(now)
                    .bind(stored.clone())
                    .run()
                    .await?;
                Ok::<_, Error>(())
            })
            .await?;
        }
        Ok(Some(staff::who(db, member).await?))
    }

    /// Ends the session of this token; nothing happens if there is none.
    pub async fn sign_out(&self, db: &Db, token: &str) -> Result<()> {
        let stored = token::fingerprint(token);
        db.write(async move |tx| {
            tx.sql("delete from session where token_hash = $1").bind(stored.clone()).run().await?;
            Ok::<_, Error>(())
        })
        .await
    }
}
