//! Strangers say that a request should not be public. One report for each network address and request, and so many in a day: a crowd
//! cannot be made of one person, and nobody can bury the queue. Nothing becomes hidden by it; staff decides.

use crate::config::Limits;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::record;
use crate::requests::Number;

const DAY: i64 = 86_400_000;

/// What is reported.
#[derive(Debug, Clone)]
pub struct Report {
    /// The request.
    pub number: Number,
    /// A keyed hash of the network address that it comes from.
    pub reporter: String,
    /// Why; may be empty.
    pub words: String,
}

record! {
    struct Found {
        id: i64,
        case_id: i64,
    }
}

/// Takes a report. The same address reporting the same request again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for a request that the public does not see, [`Error::TooMany`] for an address that has reported enough today.
pub async fn report(tx: &mut Tx, limits: &Limits, report: &Report, now: i64) -> Result<()> {
    let found: Option<Found> = tx
        .sql("select id, case_id from request where number = $1 and hidden_at is null")
        .bind(report.number.as_str().to_owned())
        .optional()
        .await?;
    let found = found.ok_or(Error::NotFound("request"))?;
    let words = report.words.trim();
    let length = words.chars().count();
    if length > limits.line || words.contains('\0') {
        let most = limits.line;
        return Err(Error::invalid("words", format!("has {length} characters; at most {most} are taken, and none of them U+0000.")));
    }
    let (today,): (i64,) = tx
        .sql("select count(*) from abuse_report where reporter = $1 and reported_at > $2")
        .bind(report.reporter.clone())
        .bind(now - DAY)
        .one()
        .await?;
    if today >= limits.abuse_reports {
        return Err(Error::TooMany(3600));
    }
    let taken = tx
        .sql("insert into abuse_report (request_id, reporter, words, reported_at) values ($1, $2, $3, $4) on conflict do nothing")
        .bind(found.id)
        .bind(report.reporter.clone())
        .bind(words.to_owned())
        .bind(now)
        .run()
        .await?;
    if taken > 0 {
        append(tx, New::at(now, Fact::AbuseReported).of_case(found.case_id).of_request(found.id)).await?;
    }
    Ok(())
}
