//! Legal hold: a case that must stay as it is, because a court or an auditor asked for it. Neither retention nor a person's wish erases
//! anything of it, and both say so.

use serde::Serialize;

use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::record;
use crate::requests::Number;

record! {
    /// A case that is kept.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    #[schema(as = LegalHold)]
    pub struct Hold {
        /// The case's id.
        pub case_id: i64,
        /// Number of its first request.
        pub number: String,
        /// Name of the service.
        pub service_name: String,
        /// Why it is kept, in the words of whoever said so.
        pub reason: String,
        /// When that was, epoch milliseconds.
        pub held_at: i64,
        /// Who it was.
        pub by: Option<String>,
    }
}

/// The most that are listed.
const MOST: i64 = 1000;

/// Every case under hold, the newest hold first.
pub async fn holds(db: &Db) -> Result<Vec<Hold>> {
    let all = db
        .sql(
            "select h.case_id, coalesce((select min(r.number) from request r where r.id = (
                 select min(first.id) from request first where first.case_id = h.case_id)), '') as number,
                s.name as service_name, h.reason, h.held_at, m.name as by
             from hold h join case_record c on c.id = h.case_id join service s on s.id = c.service_id
             left join member m on m.id = h.member_id order by h.held_at desc, h.case_id limit $1",
        )
        .bind(MOST)
        .all()
        .await?;
    Ok(all)
}

/// Keeps the case of a request as it is. Saying it again changes the reason.
pub async fn hold(tx: &mut Tx, number: &str, reason: &str, by: Option<i64>, most: usize, now: i64) -> Result<i64> {
    let reason = reason.trim();
    let length = reason.chars().count();
    if length == 0 || length > most || reason.contains('\0') {
        return Err(Error::invalid("reason", format!("must have 1 to {most} characters: who asked for it, and until when.")));
    }
    let number = Number::parse(number).ok_or_else(|| Error::invalid("number", "is not a request's number."))?;
    let row = tx.sql("select case_id from request where number = $1").bind(number.as_str().to_owned());
    let (case,): (i64,) = row.optional().await?.ok_or(Error::NotFound("request"))?;
    tx.sql(
        "insert into hold (case_id, member_id, reason, held_at) values ($1, $2, $3, $4)
         on conflict (case_id) do update set member_id = excluded.member_id, reason = excluded.reason, held_at = excluded.held_at",
    )
    .bind(case)
    .bind(by)
    .bind(reason.to_owned())
    .bind(now)
    .run()
    .await?;
    append(tx, New::at(now, Fact::HoldPlaced).of_case(case).by(by)).await?;
    Ok(case)
}

/// Keeps a case no longer than others.
pub async fn release(tx: &mut Tx, case: i64, by: Option<i64>, now: i64) -> Result<()> {
    if tx.sql("delete from hold where case_id = $1").bind(case).run().await? == 0 {
        return Err(Error::NotFound("hold"));
    }
    append(tx, New::at(now, Fact::HoldReleased).of_case(case).by(by)).await
}

/// Whether a case is under hold. Its row stays as it is until the transaction ends.
pub(super) async fn held(tx: &mut Tx, case: i64) -> Result<bool> {
    Ok(tx.sql("select case_id from hold where case_id = $1").bind(case).optional::<(i64,)>().await?.is_some())
}
