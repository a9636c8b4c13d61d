//! Who filed a request and how to reach them: apart from the request, read only by those who may, and never in a public
//! answer. Whoever reads it is on the case's timeline: the two ways in are here, and the one that shows anything appends it.

use std::collections::HashMap;

use serde::Serialize;

use crate::db::{Db, Query, Tx};
use crate::error::Result;
use crate::events::{Fact, New, append};
use crate::notices::Channel;
use crate::record;
use crate::requests::Contact;

record! {
    /// What staff see of a contact.
    #[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
    pub struct Shown {
        /// The request it belongs to.
        #[serde(skip)]
        pub request_id: i64,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Mail address.
        pub email: String,
        /// Telephone number.
        pub phone: String,
    }
}

/// Keeps who filed a request.
pub async fn keep(tx: &mut Tx, request: i64, contact: &Contact) -> Result<()> {
    tx.sql(
        "insert into contact (request_id, first_name, last_name, email, phone, account_id, device_id, email_key, phone_key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(request)
    .bind(contact.first_name.clone())
    .bind(contact.last_name.clone())
    .bind(contact.email.clone())
    .bind(contact.phone.clone())
    .bind(contact.account_id.clone())
    .bind(contact.device_id.clone())
    .bind((!contact.email.is_empty()).then(|| email_key(&contact.email)))
    .bind((!contact.phone.is_empty()).then(|| phone_key(&contact.phone)))
    .run()
    .await?;
    Ok(())
}

/// What a mail address is found by: without blanks around it, in lower case.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// What a telephone number is found by: its digits, without the zeros in front that only say that another country follows.
pub fn phone_key(phone: &str) -> String {
    let phone = phone.trim();
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("00") {
        Some(rest) if !phone.starts_with('+') => rest.to_owned(),
        _ => digits,
    }
}

/// Gives rows that are older than the keys theirs, at most `most` at a time; how many there were.
pub async fn key_old(db: &Db, most: i64) -> Result<usize> {
    let old: Vec<(i64, String, String)> = db
        .sql(
            "select request_id, email, phone from contact
             where (email <> '' and email_key is null) or (phone <> '' and phone_key is null) limit $1",
        )
        .bind(most)
        .all()
        .await?;
    let found = old.len();
    if found > 0 {
        db.write(async move |tx| {
            for (request, email, phone) in &old {
                tx.sql("update contact set email_key = $1, phone_key = $2 where request_id = $3")
                    .bind((!email.is_empty()).then(|| email_key(email)))
                    .bind((!phone.is_empty()).then(|| phone_key(phone)))
                    .bind(*request)
                    .run()
                    .await?;
            }
            Ok::<_, crate::error::Error>(())
        })
        .await?;
    }
    Ok(found)
}

/// The requests that were filed with a mail address, however it was written.
pub async fn with_email(db: &Db, email: &str) -> Result<Vec<i64>> {
    all_keyed(db).await?;
    found(db.sql("select request_id from contact where email_key = $1").bind(email_key(email))).await
}

/// The requests that were filed with a telephone number, however it was written.
pub async fn with_phone(db: &Db, phone: &str) -> Result<Vec<i64>> {
    all_keyed(db).await?;
    found(db.sql("select request_id from contact where phone_key = $1").bind(phone_key(phone))).await
}

/// Appends a condition to a query that calls `request` `r`: only what was filed with one of these keys of a channel.
pub fn filed_with<'q>(query: Query<'q>, channel: Channel, keys: &[String]) -> Query<'q> {
    let by = match channel {
        Channel::Mail => " and r.id in (select request_id from contact where email_key",
        Channel::Sms => " and r.id in (select request_id from contact where phone_key",
    };
    query.within(by, keys.iter().cloned()).push(")")
}

/// The mail address or telephone, as it was written, of the newest request that was filed with one of these keys.
pub async fn newest(tx: &mut Tx, channel: Channel, keys: &[String]) -> Result<Option<String>> {
    let (text, by) = match channel {
        Channel::Mail => ("select email from contact where email_key is not null", " and email_key"),
        Channel::Sms => ("select phone from contact where phone_key is not null", " and phone_key"),
    };
    let found: Option<(String,)> =
        tx.sql(text).within(by, keys.iter().cloned()).push(" order by request_id desc limit 1").optional().await?;
    Ok(found.map(|(address,)| address))
}

/// The mail addresses that were left with these requests, by request; for those who write to residents.
pub async fn mail_of(tx: &mut Tx, requests: &[i64]) -> Result<HashMap<i64, String>> {
    let mut found = HashMap::new();
    for some in requests.chunks(1000) {
        let query = tx.sql("select request_id, email from contact where email <> ''").within(" and request_id", some.iter().copied());
        found.extend(query.all::<(i64, String)>().await?);
    }
    Ok(found)
}

async fn all_keyed(db: &Db) -> Result<()> {
    while key_old(db, 500).await? > 0 {}
    Ok(())
}

async fn found(query: Query<'_>) -> Result<Vec<i64>> {
    Ok(query.all::<(i64,)>().await?.into_iter().map(|(request,)| request).collect())
}

/// How long looks of one person at one case count as the same: a page that is read again does not fill the timeline.
const ONE_LOOK: i64 = 86_400_000;

/// The contacts of every request of a case, by request, as `member` sees them at `now`; if there are any, that goes to the log. Only
/// for those who may `SeeContact`.
pub async fn of_case(db: &Db, case: i64, member: Option<i64>, now: i64) -> Result<HashMap<i64, Shown>> {
    let found: Vec<Shown> = db
        .sql(
            "select contact.request_id, contact.first_name, contact.last_name, contact.email, contact.phone
             from contact join request on request.id = contact.request_id where request.case_id = $1",
        )
        .bind(case)
        .all()
        .await?;
    if !found.is_empty() {
        db.write(async move |tx| record_look(tx, case, member, now).await).await?;
    }
    Ok(found.into_iter().map(|contact| (contact.request_id, contact)).collect())
}

/// Appends that somebody looked, unless it is the same look still.
async fn record_look(tx: &mut Tx, case: i64, member: Option<i64>, now: i64) -> Result<()> {
    let seen: Option<(i64,)> = tx
        .sql("select seq from event where case_id = $1 and kind = $2 and member_id is not distinct from $3 and at > $4 limit 1")
        .bind(case)
        .bind(Fact::ContactSeen.kind())
        .bind(member)
        .bind(now - ONE_LOOK)
        .optional()
        .await?;
    if seen.is_none() {
        append(tx, New::at(now, Fact::ContactSeen).of_case(case).by(member)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_found_however_it_was_written() {
        assert_eq!(email_key(" Ana.Müller@Example.ORG "), "ana.müller@example.org");
        for same in ["+44 7700 900-123", "0044 (7700) 900123", "447700900123", "+44.7700.900123"] {
            assert_eq!(phone_key(same), "447700900123", "{same}");
        }
        assert_eq!(phone_key("07700 900123"), "07700900123");
        assert_eq!(phone_key("call me"), "");
    }
}
