//! What is promised of a case that turned out to be another: of another service, or another team's. Its clocks are those that would
//! run now if it had been promised from the start, with every pause that the log knows.

use super::{Kind, Promise, due_at, made, step, write};
use crate::calendar;
use crate::cases::status::Status;
use crate::catalog::Service;
use crate::db::Tx;
use crate::error::Result;
use crate::events::Fact;

/// By whose word something is promised.
#[derive(Debug, Clone, Copy)]
pub struct Remade<'a> {
    /// What was asked for.
    pub service: &'a Service,
    /// Whose queue it is in.
    pub team: Option<i64>,
    /// How urgent.
    pub priority: &'a str,
    /// A rule's own word, in hours.
    pub hours: Option<i64>,
}

/// What is promised of a case that was opened at `at` under other words than before; nothing if it is the same, and then its clocks
/// stay as they are.
pub async fn remade(tx: &mut Tx, case: i64, before: Remade<'_>, after: Remade<'_>, at: i64) -> Result<Option<Vec<Promise>>> {
    let old = made(tx, before.service, before.team, before.priority, before.hours, at).await?;
    let mut new = made(tx, after.service, after.team, after.priority, after.hours, at).await?;
    if old == new {
        return Ok(None);
    }
    let moves = moves(tx, case).await?;
    for promise in &mut new {
        let hours = calendar::hours(tx, promise.calendar).await?;
        let mut met = None;
        for &moved in &moves {
            step(promise.kind == Kind::Resolution, &mut promise.timer, &mut met, hours.as_ref(), moved);
        }
    }
    Ok(Some(new))
}

/// The moves of a case, in order: where to, and when.
async fn moves(tx: &mut Tx, case: i64) -> Result<Vec<(Status, i64)>> {
    let rows: Vec<(i64, String)> =
        tx.sql("select at, data_json from event where case_id = $1 and kind = 'moved' order by seq").bind(case).all().await?;
    let mut moves = Vec::with_capacity(rows.len());
    for (at, data) in rows {
        if let Fact::Moved { to, .. } = serde_json::from_str(&data)?
            && let Some(to) = Status::parse(&to)
        {
            moves.push((to, at));
        }
    }
    Ok(moves)
}

/// Writes down what is promised of a case from now on. An answer that was given stays given; what is late already is not said anew.
pub(in crate::cases) async fn keep(tx: &mut Tx, case: i64, promises: &[Promise], now: i64) -> Result<()> {
    let answered: Option<(Option<i64>,)> =
        tx.sql("select met_at from promise where case_id = $1 and kind = 'response'").bind(case).optional().await?;
    let answered = match answered {
        Some((met,)) => met,
        None => moves(tx, case).await?.first().map(|&(_, at)| at),
    };
    tx.sql("delete from promise where case_id = $1").bind(case).run().await?;
    for promise in promises {
        write(tx, case, promise, answered.filter(|_| promise.kind == Kind::Response), now).await?;
    }
    tx.sql("update case_record set due_at = $1 where id = $2").bind(due_at(promises)).bind(case).run().await?;
    Ok(())
}
