//! Who filed a request: apart from the request, read only by those who may, and never in a public answer.

use crate::db::Tx;
use crate::error::Result;
use crate::requests::Contact;

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
