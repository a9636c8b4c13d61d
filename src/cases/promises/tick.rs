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

/// A mark on the way of a clock, and what is said when it is passed.
struct Mark {
    /// Of which promises nothing was said, up to a time.
    waiting: &'static str,
    order: &'static str,
    said: &'static str,
    fact: fn(String) -> Fact,
}

/// What is late is not also said to be due soon.
const OVERDUE: Mark = Mark {
    waiting: " and not overdue_said and due_at <= ",
    order: " order by due_at limit ",
    said: "update promise set overdue_said = true, soon_said = true",
    fact: |promise| Fact::Overdue { promise },
};

const SOON: Mark = Mark {
    waiting: " and not soon_said and soon_at <= ",
    order: " order by soon_at limit ",
    said: "update promise set soon_said = true",
    fact: |promise| Fact::DueSoon { promise },
};

/// The clock runs.
const RUNS: &str = " where met_at is null and paused_at is null";

/// Says everything that is due soon or late and was not said.
pub async fn tick(db: &Db, now: i64) -> Result<Ticked> {
    let mut all = Ticked::default();
    loop {
        let (overdue, soon) =
            db.write(async move |tx| Ok::<_, Error>((pass(tx, &OVERDUE, now).await?, pass(tx, &SOON, now).await?))).await?;
        all = Ticked { soon: all.soon + soon.said, overdue: all.overdue + overdue.said };
        if !overdue.more && !soon.more {
            return Ok(all);
        }
    }
}

struct Passed {
    said: u64,
    more: bool,
}

/// Says of a batch that it passed a mark.
async fn pass(tx: &mut Tx, mark: &Mark, now: i64) -> Result<Passed> {
    let found = tx.sql("select case_id, kind from promise").push(RUNS).push(mark.waiting).put(now).push(mark.order).put(BATCH);
    let found: Vec<(i64, String)> = found.all().await?;
    let more = found.len() as i64 == BATCH;
    let mut said = 0;
    for (case, kind) in found {
        // Another server may have said it, or somebody finished the case, since this one looked.
        let ours = tx.sql(mark.said).push(RUNS).push(mark.waiting).put(now);
        if ours.push(" and case_id = ").put(case).push(" and kind = ").put(kind.clone()).run().await? == 1 {
            append(tx, New::at(now, (mark.fact)(kind)).of_case(case)).await?;
            said += 1;
        }
    }
    Ok(Passed { said, more })
}
