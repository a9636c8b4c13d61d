//! Who filed a request and how to reach them: apart from the request, read only by those who may, and never in a public
//! answer. Whoever reads it is on the case's timeline; appending that is the caller's.

use std::collections::HashMap;

use serde::Serialize;

use crate::db::{Db, Tx};
use crate::error::Result;
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
        "insert into contact (request_id, first_name, last_name, email, phone, account_id, device_id) values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(request)
    .bind(contact.first_name.clone())
    .bind(contact.last_name.clone())
    .bind(contact.email.clone())
    .bind(contact.phone.clone())
    .bind(contact.account_id.clone())
    .bind(contact.device_id.clone())
    .run()
    .await?;
    Ok(())
}

/// The contacts of every request of a case, by request. Only for those who may `SeeContact`; the caller appends that they
/// did.
pub async fn of_case(db: &Db, case: i64) -> Result<HashMap<i64, Shown>> {
    let found: Vec<Shown> = db
        .sql(
            "select contact.request_id, contact.first_name, contact.last_name, contact.email, contact.phone
             from contact join request on request.id = contact.request_id where request.case_id = $1",
        )
        .bind(case)
        .all()
        .await?;
    Ok(found.into_iter().map(|contact| (contact.request_id, contact)).collect())
}
