//! The clock of promises: says in the log what is due soon and what is late, once each, however many servers look at once and however
//! long none did.

use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};

/// Promises looked at in one transaction.
const BATCH: i64 = 200;

/// What was said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Promises that will be due soon.
    pub soon: u64,
    /// Promises that are late.
    pub overdue: u64,
}

/// Says everything that is due soon or late and was not said.
pub async fn tick(db: &Db, now: i64) -> Result<Ticked> {
    let mut all = Ticked::default();
    loop {
        let (said, more) = db.write(async move |tx| batch(tx, now).await).await?;
        all = Ticked { soon: all.soon + said.soon, overdue: all.overdue + said.overdue };
        if !more {
            return Ok(all);
        }
    }
}

async fn batch(tx: &mut Tx, now: i64) -> Result<(Ticked, bool)> {
    let mut said = Ticked::default();
    let late: Vec<(i64, String)> = tx
        .sql("select case_id, kind from promise where met_at is null and paused_at is null and not overdue_said and due_at <= $1 order by due_at limit $2")
        .bind(now)
        .bind(BATCH)
        .all()
        .await?;
    for (case, kind) in &late {
        // Another server may have said it, or somebody finished the case, since this one looked.
        let ours = tx
            .sql(
                "update promise set overdue_said = true, soon_said = true
                 where case_id = $1 and kind = $2 and not overdue_said and met_at is null and paused_at is null and due_at <= $3",
            )
            .bind(*case)
            .bind(kind.clone())
            .bind(now);
        if ours.run().await? == 1 {
            append(tx, New::at(now, Fact::Overdue { promise: kind.clone() }).of_case(*case)).await?;
            said.overdue += 1;
        }
    }
    let near: Vec<(i64, String)> = tx
        .sql("select case_id, kind from promise where met_at is null and paused_at is null and not soon_said and soon_at <= $1 order by soon_at limit $2")
        .bind(now)
        .bind(BATCH)
        .all()
        .await?;
    for (case, kind) in &near {
        let ours = tx
            .sql(
                "update promise set soon_said = true
                 where case_id = $1 and kind = $2 and not soon_said and met_at is null and paused_at is null and soon_at <= $3",
            )
            .bind(*case)
            .bind(kind.clone())
            .bind(now);
        if ours.run().await? == 1 {
            append(tx, New::at(now, Fact::DueSoon { promise: kind.clone() }).of_case(*case)).await?;
            said.soon += 1;
        }
    }
    let full = |found: &[(i64, String)]| found.len() as i64 == BATCH;
    Ok::<_, Error>((said, full(&late) || full(&near)))
}
