//! Who on staff is the person that the provider named, and what the provider's groups give them.
//!
//! First by the provider's own name for the person, which is never given to anybody else; then, once, by a mail address that
//! the provider has verified; last, if the city wants that, as a new member. A stopped member stays out. Where the settings
//! map groups to roles, the grants that follow from them are as they are at each sign-in; grants given by hand stay.

use super::Refusal;
use super::claims::Person;
use crate::config::Oidc;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::people::policy::Role;
use crate::people::staff::{self, NewGrant, NewMember};

/// The member to sign in, or why there is none. What changed stays changed also where nobody is let in: rights that the
/// provider took away are gone.
pub async fn admit(tx: &mut Tx, settings: &Oidc, person: &Person, now: i64) -> Result<Result<i64, Refusal>> {
    let Some(member) = recognised(tx, settings, person, now).await? else { return Ok(Err(Refusal::Unknown)) };
    let (active,): (bool,) = tx.sql("select active from member where id = $1").bind(member).one().await?;
    if !active {
        return Ok(Err(Refusal::Unknown));
    }
    if !settings.roles.is_empty() {
        staff::follow_provider(tx, member, &person.issuer, &grants(person)?, now).await?;
    }
    let (grants,): (i64,) = tx.sql("select count(*) from member_grant where member_id = $1").bind(member).one().await?;
    Ok(if grants == 0 { Err(Refusal::Roleless) } else { Ok(member) })
}

async fn recognised(tx: &mut Tx, settings: &Oidc, person: &Person, now: i64) -> Result<Option<i64>> {
    let known: Option<(i64,)> = tx
        .sql("select member_id from member_identity where issuer = $1 and subject = $2")
        .bind(person.issuer.clone())
        .bind(person.subject.clone())
        .optional()
        .await?;
    if let Some((member,)) = known {
        return Ok(Some(member));
    }
    let Some(email) = &person.email else { return Ok(None) };
    let by_mail: Option<(i64, bool)> =
        tx.sql("select id, active from member where email = $1").bind(staff::tidy_email(email)).optional().await?;
    let member = match by_mail {
        // A stopped member is not linked either: there is nothing to change about who stays out.
        Some((_, false)) => return Ok(None),
        Some((member, true)) => {
            let taken: Option<(i64,)> = tx
                .sql("select member_id from member_identity where issuer = $1 and member_id = $2")
                .bind(person.issuer.clone())
                .bind(member)
                .optional()
                .await?;
            // Somebody else at the provider is this member already; an address that went on to another person opens nothing.
            if taken.is_some() {
                return Ok(None);
            }
            member
        }
        None if settings.auto_create && (settings.roles.is_empty() || !person.roles.is_empty()) => {
            let new = NewMember { name: line(&person.name), email: email.clone(), agency: None, password_hash: None };
            staff::add(tx, &new, None, now).await?
        }
        None => return Ok(None),
    };
    tx.sql("insert into member_identity (issuer, subject, member_id, created_at) values ($1, $2, $3, $4)")
        .bind(person.issuer.clone())
        .bind(person.subject.clone())
        .bind(member)
        .bind(now)
        .run()
        .await?;
    append(tx, New::at(now, Fact::SignInChanged { member, what: "identity_linked".into() }).by(Some(member))).await?;
    Ok(Some(member))
}

fn grants(person: &Person) -> Result<Vec<NewGrant>> {
    let given = |word: &String| Some(word.clone()).filter(|word| !word.is_empty());
    let read = |role: &crate::config::OidcRole| {
        let known = Role::parse(&role.role).ok_or_else(|| Error::config("oidc.roles", format!("`{}` is no role", role.role)))?;
        Ok(NewGrant { role: known, agency: given(&role.agency), jurisdiction: given(&role.jurisdiction), service: given(&role.service) })
    };
    person.roles.iter().map(read).collect()
}

/// A name as members have it: one line, not too long.
fn line(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(200).collect()
}
