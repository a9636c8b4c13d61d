//! Members: added, listed, stopped.

use super::{changed, touched};
use crate::db::{Db, Tx};
use crate::error::{Error, Field, Result};
use crate::events::{Fact, New, append};
use crate::people::sessions;
use crate::record;

/// The most characters of a name or mail address.
const LONGEST: usize = 200;

/// Somebody about to be added.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// The name that colleagues see.
    pub name: String,
    /// Where mail goes, and the name to sign in with.
    pub email: String,
    /// The agency the person works for.
    pub agency: Option<i64>,
    /// The hash of a password; without one nobody can sign in.
    pub password_hash: Option<String>,
}

record! {
    /// A member in a list.
    #[derive(Debug, Clone)]
    pub struct Listed {
        /// The id.
        pub id: i64,
        /// The name that colleagues see.
        pub name: String,
        /// The mail address.
        pub email: String,
        /// The code of the agency.
        pub agency: Option<String>,
        /// Whether the person may sign in.
        pub active: bool,
    }
}

/// A mail address as it is stored and compared: without blanks around it, in lower case.
pub fn tidy_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Whether this can be somebody's name; the problem, if it cannot.
pub fn check_name(name: &str) -> Result<(), Field> {
    if name.trim().is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
        return Err(Field::new("name", format!("must have 1 to {LONGEST} characters on one line")));
    }
    Ok(())
}

/// Adds a member and returns the id; a mail address that is taken is a conflict.
pub async fn add(tx: &mut Tx, new: &NewMember, by: Option<i64>, now: i64) -> Result<i64> {
    let (name, email) = (new.name.trim(), tidy_email(&new.email));
    let mut problems: Vec<Field> = check_name(name).err().into_iter().collect();
    if !plausible(&email) {
        problems.push(Field::new("email", "is no mail address; it looks like name@city.example"));
    }
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let added: Option<(i64,)> = tx
        .sql(
            "insert into member (agency_id, name, email, password_hash, active, created_at) values ($1, $2, $3, $4, $5, $6)
             on conflict (email) do nothing returning id",
        )
        .bind(new.agency)
        .bind(name.to_owned())
        .bind(email.clone())
        .bind(new.password_hash.clone())
        .bind(true)
        .bind(now)
        .optional()
        .await?;
    let Some((id,)) = added else { return Err(Error::Conflict(format!("There is a member with the mail address {email} already."))) };
    changed(tx, Some(id), by, now).await?;
    Ok(id)
}

/// The id of the member with this mail address.
pub async fn find(tx: &mut Tx, email: &str) -> Result<i64> {
    let found: Option<(i64,)> = tx.sql("select id from member where email = $1").bind(tidy_email(email)).optional().await?;
    found.map(|(id,)| id).ok_or(Error::NotFound("member"))
}

/// The name and mail address of a member.
pub async fn name_and_email(db: &Db, member: i64) -> Result<(String, String)> {
    let found = db.sql("select name, email from member where id = $1").bind(member).optional().await?;
    found.ok_or(Error::NotFound("member"))
}

/// Gives a member another password and ends every session.
pub async fn set_password(tx: &mut Tx, member: i64, hash: String, by: Option<i64>, now: i64) -> Result<()> {
    tx.sql("update member set password_hash = $1 where id = $2").bind(hash).bind(member).run().await?;
    sessions::end_all(tx, member, None).await?;
    changed(tx, Some(member), by, now).await
}

/// Stops a member: no sign-in any more, and every session ends. What the person did stays in the log.
pub async fn deactivate(tx: &mut Tx, member: i64, by: Option<i64>, now: i64) -> Result<()> {
    tx.sql("update member set active = $1 where id = $2").bind(false).bind(member).run().await?;
    sessions::end_all(tx, member, None).await?;
    touched(tx, member).await?;
    append(tx, New::at(now, Fact::MemberStopped { member }).by(by)).await
}

/// Lets a member who was stopped sign in again.
pub async fn activate(tx: &mut Tx, member: i64, by: Option<i64>, now: i64) -> Result<()> {
    tx.sql("update member set active = $1 where id = $2").bind(true).bind(member).run().await?;
    touched(tx, member).await?;
    append(tx, New::at(now, Fact::MemberStarted { member }).by(by)).await
}

/// Gives a member another name.
pub async fn rename(tx: &mut Tx, member: i64, name: &str, by: Option<i64>, now: i64) -> Result<()> {
    let name = name.trim();
    check_name(name).map_err(|field| Error::Invalid(vec![field]))?;
    let done = tx.sql("update member set name = $1 where id = $2 and name <> $1").bind(name.to_owned()).bind(member).run().await?;
    if done > 0 { changed(tx, Some(member), by, now).await } else { Ok(()) }
}

/// Says for which agency a member works, if any.
pub async fn put_agency(tx: &mut Tx, member: i64, agency: Option<i64>, by: Option<i64>, now: i64) -> Result<()> {
    let done =
        tx.sql("update member set agency_id = $1 where id = $2 and agency_id is distinct from $1").bind(agency).bind(member).run().await?;
    if done > 0 { changed(tx, Some(member), by, now).await } else { Ok(()) }
}

/// Everybody, by mail address.
pub async fn list(db: &Db) -> Result<Vec<Listed>> {
    let mut list: Vec<Listed> = db
        .sql(
            "select member.id, member.name, member.email, agency.code as agency, member.active from member
             left join agency on agency.id = member.agency_id",
        )
        .all()
        .await?;
    list.sort_by(|a, b| a.email.cmp(&b.email));
    Ok(list)
}

/// Whether mail could go there: one `@`, something before it, a host with a letter after it, no blanks. Whether it does go
/// there only mail can tell.
pub fn plausible(email: &str) -> bool {
    let fine = |c: char| !c.is_whitespace() && !c.is_control();
    match email.split_once('@') {
        Some((local, host)) => {
            !local.is_empty()
                && !host.contains('@')
                && host.chars().any(char::is_alphabetic)
                && !host.starts_with(['.', '-'])
                && !host.ends_with(['.', '-'])
                && email.chars().all(fine)
                && email.chars().count() <= LONGEST
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_address_is_recognised() {
        for good in ["ana@city.example", "a+b@x.example", "müller@städte.example", "root@localhost"] {
            assert!(plausible(good), "{good}");
        }
        for bad in
            ["", "ana", "@x.example", "ana@", "a@b@c", "a b@x.example", "a@x.example\0", "a@.example", &format!("{}@x", "a".repeat(300))]
        {
            assert!(!plausible(bad), "{bad}");
        }
    }
}
