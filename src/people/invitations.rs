//! Invitations: a member is added without a password and gets a link by mail, under which the person chooses a name and a
//! password. The link opens once and for some days; another invitation takes its place.
//!
//! It adds no member and grants nothing; that is `people::staff`'s, in the same transaction.

use serde::Serialize;

use super::links::{self, Purpose};
use super::sessions::password::Passwords;
use super::staff;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::notices::{Channel, Notice, Notices, Template};
use crate::record;

const DAY: i64 = 86_400_000;

/// What a used, old or wrong link is answered alike.
const GONE: &str = "This invitation was used already, or is too old, or another one took its place. Ask for a new one.";

/// An invitation that was made.
#[derive(Debug, Clone)]
pub struct Invited {
    /// When it ends, epoch milliseconds.
    pub expires_at: i64,
    /// The link, only where this server sends no mail: whoever invites hands it over.
    pub link: Option<String>,
}

/// Invites a member who has no password yet: a link by mail, good for so many days, in the language of a BCP 47 tag. Earlier
/// links of the member open nothing any more. Somebody who has a password is a conflict, and somebody who was stopped.
pub async fn invite(tx: &mut Tx, notices: &Notices, member: i64, language: &str, days: i64, by: Option<i64>, now: i64) -> Result<Invited> {
    let found: Option<(String, Option<String>, bool)> =
        tx.sql("select email, password_hash, active from member where id = $1").bind(member).optional().await?;
    let (email, password, active) = found.ok_or(Error::NotFound("member"))?;
    if !active {
        return Err(Error::Conflict("This member was stopped and cannot be invited.".into()));
    }
    if password.is_some() {
        return Err(Error::Conflict("This member has a password already; who forgot it asks for a new one at the sign-in.".into()));
    }
    links::withdraw(tx, member).await?;
    let expires_at = now + days * DAY;
    let token = links::issue(tx, Purpose::Invitation, Some(member), expires_at, now).await?;
    // In the fragment, which browsers send to nobody: no log and no page that is opened next learns it.
    let link = notices.url(&format!("/invite#{token}"));
    append(tx, New::at(now, Fact::MemberInvited { member }).by(by)).await?;
    if !notices.sends(Channel::Mail) {
        return Ok(Invited { expires_at, link: Some(link) });
    }
    let days = days.to_string();
    let words = [("link", link.as_str()), ("days", &days)];
    let notice =
        Notice { language, member: Some(member), useful_until: Some(expires_at), ..Notice::mail(Template::Invitation, &email, &words) };
    notices.put(tx, &notice, now).await?;
    Ok(Invited { expires_at, link: None })
}

record! {
    /// Whom an invitation is for.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    pub struct Invitee {
        /// The mail address to sign in with.
        pub email: String,
        /// The name that whoever invites gave.
        pub name: String,
    }
}

/// Whom the invitation with this token is for.
pub async fn look(db: &Db, token: &str, now: i64) -> Result<Invitee> {
    let member = links::find(db, Purpose::Invitation, token, now).await?.ok_or(Error::Unauthorized(GONE))?;
    Ok(db.sql("select email, name from member where id = $1").bind(member).one().await?)
}

/// Accepts the invitation with this token; every session of the member ends. A name or password that will not do uses
/// nothing up.
pub async fn accept(db: &Db, passwords: &Passwords, token: &str, name: &str, password: String, now: i64) -> Result<()> {
    let Invitee { email, .. } = look(db, token, now).await?;
    let (name, token) = (name.trim().to_owned(), token.to_owned());
    let wrong: Vec<_> =
        [staff::check_name(&name), passwords.check(&password, &[&email, &name])].into_iter().filter_map(Result::err).collect();
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let hash = passwords.hash(password).await?;
    db.write(async move |tx| {
        let member = links::take(tx, Purpose::Invitation, &token, now).await?.ok_or(Error::Unauthorized(GONE))?;
        let named =
            tx.sql("update member set name = $1 where id = $2 and active = $3").bind(name.clone()).bind(member).bind(true).run().await?;
        if named == 0 {
            return Err(Error::Unauthorized(GONE)); // stopped meanwhile
        }
        staff::set_password(tx, member, hash.clone(), Some(member), now).await?;
        append(tx, New::at(now, Fact::InvitationAccepted { member }).by(Some(member))).await
    })
    .await
}

/// Forgets links that are too old.
pub async fn forget_old(tx: &mut Tx, now: i64) -> Result<()> {
    links::forget_old(tx, now).await
}
