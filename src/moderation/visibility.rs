//! Whether the public sees something: hidden by staff with a reason, shown again, or let pass as it is.

use super::Target;
use crate::cases::notes::{self, NewNote, NoteKind};
use crate::db::Tx;
use crate::error::Result;
use crate::events::{Fact, append};
use crate::people::policy::Who;

/// Hides something from every public answer. The reason is kept for staff, beside it and as an internal note; what strangers
/// reported about it is thereby decided. Doing it again changes nothing.
pub async fn hide(tx: &mut Tx, who: &Who, target: &Target, reason: &NewNote, now: i64) -> Result<()> {
    let held = target.hold(tx, who).await?;
    let hide = match target {
        Target::Request(_) => "update request set hidden_at = $1, hidden_reason = $2 where id = $3 and hidden_at is null",
        Target::Note(_) => "update note set hidden_at = $1, hidden_reason = $2 where id = $3 and hidden_at is null",
    };
    let hidden = tx.sql(hide).bind(now).bind(reason.text.clone()).bind(held.id).run().await?;
    if let Target::Request(_) = target {
        decide_reports(tx, held.id, now).await?;
    }
    if hidden > 0 {
        append(tx, held.event(Fact::Hidden { note: target.note() }, who, now)).await?;
        notes::put(tx, who, held.case_id, &NewNote { kind: NoteKind::Internal, public: false, ..reason.clone() }, now).await?;
    }
    Ok(())
}

/// Shows it to the public again.
pub async fn show(tx: &mut Tx, who: &Who, target: &Target, now: i64) -> Result<()> {
    let held = target.hold(tx, who).await?;
    let show = match target {
        Target::Request(_) => "update request set hidden_at = null, hidden_reason = null where id = $1 and hidden_at is not null",
        Target::Note(_) => "update note set hidden_at = null, hidden_reason = null where id = $1 and hidden_at is not null",
    };
    if tx.sql(show).bind(held.id).run().await? > 0 {
        append(tx, held.event(Fact::Unhidden { note: target.note() }, who, now)).await?;
    }
    Ok(())
}

/// Lets it pass as it is: its words are no longer masked, and what strangers reported about it is decided.
pub async fn pass(tx: &mut Tx, who: &Who, target: &Target, now: i64) -> Result<()> {
    let held = target.hold(tx, who).await?;
    let clear = match target {
        Target::Request(_) => "update request set words = 'clear' where id = $1 and words = 'flagged'",
        Target::Note(_) => "update note set words = 'clear' where id = $1 and words = 'flagged'",
    };
    let mut passed = tx.sql(clear).bind(held.id).run().await?;
    if let Target::Request(_) = target {
        passed += decide_reports(tx, held.id, now).await?;
    }
    if passed > 0 {
        append(tx, held.event(Fact::Passed { note: target.note() }, who, now)).await?;
    }
    Ok(())
}

async fn decide_reports(tx: &mut Tx, request: i64, now: i64) -> Result<u64> {
    let decide = "update abuse_report set decided_at = $1 where request_id = $2 and decided_at is null";
    Ok(tx.sql(decide).bind(now).bind(request).run().await?)
}
