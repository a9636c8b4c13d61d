//! Doing what the rules of retention say: in small transactions, an event for each request or case, the oldest first; and the same
//! counted without doing it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::rules::{self, Action, DAY, Finished, Ready, Rule};
use super::{deletion, erasure};
use crate::cases::Status;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::record;

/// Cases looked at in one piece.
const PIECE: i64 = 500;
/// Cases done in one transaction, so that nobody waits long behind it.
const BATCH: usize = 20;

record! {
    /// A finished case.
    #[derive(Debug, Clone)]
    struct Row {
        id: i64,
        service_id: i64,
        status: Status,
        closed_at: i64,
        personal: i64,
        held: i64,
    }
}

/// What is due of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RetentionDue)]
pub struct Due {
    /// Code of the service.
    pub service: String,
    /// Name of the service.
    pub service_name: String,
    /// Cases that lose what is personal.
    pub anonymise: u64,
    /// Cases that go altogether.
    pub delete: u64,
    /// Cases that would, and stay because they are under hold.
    pub held: u64,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = RetentionDone)]
pub struct Swept {
    /// Cases that lost what is personal.
    pub anonymised: u64,
    /// Cases that went.
    pub deleted: u64,
    /// Cases that stay because they are under hold.
    pub held: u64,
}

/// What the rules would do now: those that are kept, or others that are only tried.
pub async fn due(db: &Db, tried: Option<&[Rule]>, now: i64) -> Result<Vec<Due>> {
    let rules = match tried {
        Some(rules) => rules::tried(db, rules).await?,
        None => rules::ready(db).await?,
    };
    let services: Vec<(i64, String, String)> = db.sql("select id, code, name from service").all().await?;
    let mut counts: BTreeMap<i64, Due> = BTreeMap::new();
    let mut after = (i64::MIN, 0);
    loop {
        let (piece, last) = piece(db, &rules, after, now).await?;
        for (row, action) in piece {
            let count = counts.entry(row.service_id).or_default();
            match action {
                _ if row.held > 0 => count.held += 1,
                Action::Anonymise => count.anonymise += 1,
                Action::Delete => count.delete += 1,
            }
        }
        let Some(last) = last else { break };
        after = last;
    }
    let named = |(id, code, name): (i64, String, String)| Some(Due { service: code, service_name: name, ..counts.remove(&id)? });
    let mut due: Vec<Due> = services.into_iter().filter_map(named).collect();
    due.sort_by(|a, b| a.service.cmp(&b.service));
    Ok(due)
}

/// Does what the rules say. What fails stops it; the next time it goes on from there.
pub async fn sweep(db: &Db, now: i64) -> Result<Swept> {
    let rules = rules::ready(db).await?;
    let (mut swept, mut after) = (Swept::default(), (i64::MIN, 0));
    loop {
        let (piece, last) = piece(db, &rules, after, now).await?;
        for some in piece.chunks(BATCH) {
            let some = some.to_vec();
            let done = db
                .write(async move |tx| {
                    let mut done = Swept::default();
                    for (row, action) in &some {
                        one(tx, row, *action, now, &mut done).await?;
                    }
                    Ok::<_, Error>(done)
                })
                .await?;
            swept.anonymised += done.anonymised;
            swept.deleted += done.deleted;
            swept.held += done.held;
        }
        match last {
            Some(last) => after = last,
            None => return Ok(swept),
        }
    }
}

async fn one(tx: &mut Tx, row: &Row, action: Action, now: i64, done: &mut Swept) -> Result<()> {
    match action {
        _ if row.held > 0 => done.held += 1,
        Action::Delete => done.deleted += u64::from(deletion::delete(tx, row.id, row.status, row.closed_at, now).await?),
        Action::Anonymise => {
            // Reopened since it was looked at, it is work again, and its words are needed.
            let still = "update case_record set updated_at = updated_at where id = $1 and closed_at = $2";
            if tx.sql(still).bind(row.id).bind(row.closed_at).run().await? == 0 {
                return Ok(());
            }
            let left = tx.sql("select id from request where case_id = $1 and erased_at is null order by id").bind(row.id);
            let mut erased = false;
            for (id,) in left.all::<(i64,)>().await? {
                erased |= erasure::erase(tx, id, "retention", None, now).await?;
            }
            done.anonymised += u64::from(erased);
        }
    }
    Ok(())
}

type Mark = (i64, i64);

/// The cases of the next piece for which something is due, and where it ended; nothing after the last.
async fn piece(db: &Db, rules: &[Ready], after: Mark, now: i64) -> Result<(Vec<(Row, Action)>, Option<Mark>)> {
    let Some(soonest) = rules.iter().map(|rule| rule.days).min() else { return Ok((Vec::new(), None)) };
    let rows: Vec<Row> = db
        .sql(
            "select c.id, c.service_id, c.status, c.closed_at,
                (select count(*) from request r where r.case_id = c.id and r.erased_at is null) as personal,
                (select count(*) from hold h where h.case_id = c.id) as held
             from case_record c where c.closed_at is not null and c.closed_at <= $1 and (c.closed_at, c.id) > ($2, $3)
             order by c.closed_at, c.id limit $4",
        )
        .bind(now - soonest * DAY)
        .bind(after.0)
        .bind(after.1)
        .bind(PIECE)
        .all()
        .await?;
    let last = rows.last().filter(|_| rows.len() as i64 == PIECE).map(|row| (row.closed_at, row.id));
    let decided = |row: Row| {
        let case = Finished { service: row.service_id, status: row.status, closed_at: row.closed_at, personal: row.personal > 0 };
        rules::decide(rules, &case, now).map(|action| (row, action))
    };
    Ok((rows.into_iter().filter_map(decided).collect(), last))
}
