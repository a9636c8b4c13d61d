//! Who is meant: by mail address, by telephone number, or by the number of one request.

use serde::{Deserialize, Serialize};

use crate::db::Db;
use crate::error::{Error, Result};
use crate::people::contact;
use crate::requests::Number;

/// A person, by what they are known by. What is given is added up: the requests of the address and those of the telephone.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ForgottenPerson)]
#[serde(default)]
pub struct Person {
    /// Mail address, in any case.
    pub email: Option<String>,
    /// Telephone number, with or without blanks.
    pub phone: Option<String>,
    /// Number of one request: that one alone is meant.
    pub number: Option<String>,
}

/// What a message or a session of the person is found by: the channel it goes by, and the key of the address.
pub(super) type Address = (&'static str, String);

impl Person {
    /// The addresses that are given.
    pub(super) fn addresses(&self) -> Vec<Address> {
        let mail = self.email.iter().map(|email| ("mail", contact::email_key(email)));
        mail.chain(self.phone.iter().map(|phone| ("sms", contact::phone_key(phone)))).filter(|(_, key)| !key.is_empty()).collect()
    }

    /// The requests that this person filed, oldest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] if nothing is given that could name somebody.
    pub async fn requests(&self, db: &Db) -> Result<Vec<i64>> {
        let given = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let (email, phone, number) = (given(&self.email), given(&self.phone), given(&self.number));
        let mut found = Vec::new();
        match (&email, &phone, &number) {
            (None, None, None) => return Err(Error::invalid("email", "or `phone` or `number` says who is meant; give one of them.")),
            _ if [&email, &phone].into_iter().flatten().any(|text| text.contains('\0') || text.len() > 500) => {
                return Err(Error::invalid("email", "or `phone` is not one that can have been kept here."));
            }
            _ => {}
        }
        if let Some(email) = &email {
            found.extend(contact::with_email(db, email).await?);
        }
        if let Some(phone) = &phone {
            if phone.chars().filter(char::is_ascii_digit).count() < 5 {
                return Err(Error::invalid("phone", "has too few digits to be one person's."));
            }
            found.extend(contact::with_phone(db, phone).await?);
        }
        if let Some(number) = number {
            let number = Number::parse(&number).ok_or_else(|| Error::invalid("number", "is not a request's number."))?;
            let row = db.sql("select id from request where number = $1").bind(number.as_str().to_owned());
            let (id,): (i64,) = row.optional().await?.ok_or(Error::NotFound("request"))?;
            found.push(id);
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}
