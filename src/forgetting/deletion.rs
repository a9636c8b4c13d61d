//! Deleting a finished case with everything that belongs to it. What is left is the log, which names it by ids alone, and a line for
//! each request: its number is given to nobody else without being told so, and an import does not bring it back.

use crate::cases::Status;
use crate::db::Tx;
use crate::error::Result;
use crate::events::{Fact, New, append};
use crate::photos;

use super::holds;

/// Every column that names a request or a case, and whose row goes with it, in an order that no reference forbids. A test holds this
/// against the schema; photos are let go of one by one, and the log keeps its ids.
pub const HOLDERS: [(&str, &str); 15] = [
    ("outbox", "request_id"),
    ("contact", "request_id"),
    ("reporter_mark", "request_id"),
    ("request_answer", "request_id"),
    ("duplicate_candidate", "request_id"),
    ("idempotency", "request_id"),
    ("abuse_report", "request_id"),
    ("note", "request_id"),
    ("note", "case_id"),
    ("duplicate_candidate", "case_id"),
    ("case_jurisdiction", "case_id"),
    ("promise", "case_id"),
    ("case_recurrence", "case_id"),
    ("case_recurrence", "earlier_case_id"),
    ("request", "case_id"),
];

/// Deletes a case that is still as it was looked at; whether it did.
pub(super) async fn delete(tx: &mut Tx, case: i64, status: Status, closed_at: i64, now: i64) -> Result<bool> {
    let kept = "update case_record set updated_at = updated_at where id = $1 and status = $2 and closed_at = $3";
    if tx.sql(kept).bind(case).bind(status).bind(closed_at).run().await? == 0 || holds::held(tx, case).await? {
        return Ok(false);
    }
    let requests: Vec<(i64,)> = tx.sql("select id from request where case_id = $1 order by id").bind(case).all().await?;
    let requests: Vec<i64> = requests.into_iter().map(|(id,)| id).collect();
    let notes: Vec<(i64,)> = tx.sql("select id from note where case_id = $1 order by id").bind(case).all().await?;
    let mut photos = Vec::new();
    for request in &requests {
        photos.extend(photos::let_go_of(tx, *request, now).await?);
    }
    tx.sql(
        "insert into deleted_request (number, source, external_id, deleted_at)
         select number, source, external_id, cast($1 as bigint) from request where case_id = $2",
    )
    .bind(now)
    .bind(case)
    .run()
    .await?;
    for (table, column) in HOLDERS {
        let (ids, of) = match column {
            "request_id" => (requests.as_slice(), " and request_id"),
            "earlier_case_id" => (&[case][..], " and earlier_case_id"),
            _ => (&[case][..], " and case_id"),
        };
        for some in ids.chunks(500) {
            tx.sql(format!("delete from {table} where true")).within(of, some.iter().copied()).run().await?;
        }
    }
    tx.sql("delete from case_record where id = $1").bind(case).run().await?;
    let fact = Fact::CaseDeleted { requests, notes: notes.into_iter().map(|(id,)| id).collect(), photos };
    append(tx, New::at(now, fact).of_case(case)).await?;
    Ok(true)
}
