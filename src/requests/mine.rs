//! What somebody filed: the requests with a mail address or telephone that they proved to be theirs.

use serde::Serialize;

use super::Number;
use crate::cases::Status;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::notices::Notices;
use crate::people::contact;
use crate::people::follow::Follow;
use crate::people::residents::Proved;
use crate::record;

/// One of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Mine {
    /// Its number.
    pub number: String,
    /// The same as it is read aloud.
    pub number_spoken: String,
    /// Where its case stands.
    pub status: Status,
    /// The same for people.
    pub status_name: &'static str,
    /// Code of the service.
    pub service: String,
    /// Name of the service.
    pub service_name: String,
    /// Address in words, may be empty.
    pub address: String,
    /// When it was filed, epoch milliseconds.
    pub filed_at: i64,
    /// When its case last changed.
    pub updated_at: i64,
    /// By when its case is promised.
    pub expected_at: Option<i64>,
    /// When its case was finished.
    pub closed_at: Option<i64>,
    /// When whoever filed it took it back.
    pub withdrawn_at: Option<i64>,
    /// Who holds it may act for this request.
    pub token: String,
    /// Page that tells the story.
    pub follow_url: String,
}

/// A page of them, newest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MyRequests {
    /// The requests.
    pub requests: Vec<Mine>,
    /// What `before` must say for the next page; null on the last.
    pub next: Option<String>,
}

record! {
    struct Row {
        number: String,
        salt: String,
        status: Status,
        service: String,
        service_name: String,
        address: String,
        filed_at: i64,
        updated_at: i64,
        due_at: Option<i64>,
        closed_at: Option<i64>,
        withdrawn_at: Option<i64>,
    }
}

/// A page of the requests of whoever proved it; `before` is the number of the last one on the page before.
pub async fn mine(db: &Db, notices: &Notices, follow: &Follow, who: &Proved, before: Option<&str>, limit: i64) -> Result<MyRequests> {
    let before =
        before.map(|typed| Number::parse(typed).ok_or_else(|| Error::invalid("before", "is not a request's number."))).transpose()?;
    let mut query = db.sql(
        "select r.number, r.salt, c.status, s.code as service, s.name as service_name, r.address, r.filed_at, c.updated_at, c.due_at,
                c.closed_at, r.withdrawn_at
             from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id where true",
    );
    query = contact::filed_with(query, who.channel, &who.keys);
    if let Some(before) = before {
        query = query
            .push(" and (r.filed_at, r.id) < (select filed_at, id from request where number = ")
            .put(before.as_str().to_owned())
            .push(")");
    }
    let mut rows: Vec<Row> = query.push(" order by r.filed_at desc, r.id desc limit ").put(limit + 1).all().await?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let next = rows.last().map(|row| row.number.clone()).filter(|_| more);
    let requests = rows.into_iter().map(|row| shown(row, notices, follow)).collect::<Result<_>>()?;
    Ok(MyRequests { requests, next })
}

fn shown(row: Row, notices: &Notices, follow: &Follow) -> Result<Mine> {
    let number = Number::parse(&row.number).ok_or_else(|| Error::internal("a stored number is malformed"))?;
    Ok(Mine {
        number_spoken: number.to_string(),
        token: follow.token(&row.salt, &row.number),
        follow_url: notices.url(&follow.path(&row.salt, &row.number)),
        number: row.number,
        status: row.status,
        status_name: row.status.name(),
        service: row.service,
        service_name: row.service_name,
        address: row.address,
        filed_at: row.filed_at,
        updated_at: row.updated_at,
        expected_at: row.due_at,
        closed_at: row.closed_at,
        withdrawn_at: row.withdrawn_at,
    })
}
