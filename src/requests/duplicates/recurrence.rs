//! The same spot again after closing: the new case is linked to the earlier one, never merged with it. Work that does not last shows
//! itself this way, and whoever looks at the new case sees what was done before.

use super::vicinity::Vicinity;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::events::{self, Fact, New};

/// How long after its closing a case may come back, in days.
const WINDOW_DAYS: i64 = 365;

/// Cases that are looked at, those that were finished last; only the corners of a box, outside of the circle, want more than one.
const LOOKED_AT: &str = " order by closed_at + 0 desc limit 20) finished";

const DAY: i64 = 86_400_000;

/// A finished case on the same spot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Earlier {
    pub(super) case: i64,
    pub(super) metres: f64,
    pub(super) closed_at: i64,
}

// A case that was withdrawn, or was the same as another, was no work that could come back; on a pile nothing happens again. Dates are
// no way to look for it, as among the open ones.
const FINISHED: &str = "select * from (select id, service_id, lon, lat, opened_at, closed_at, '' as address, false as live from case_record
     where status in ('resolved', 'closed') and not exists (select 1 from place_tally n where n.lon = $1 and n.lat = $2 and n.pile)";

/// Completes a statement, whose `$1` and `$2` are the place, with the cases of the service that were finished there, the last first.
pub(super) fn finished<'q>(query: Query<'q>, service: i64, vicinity: &Vicinity, at: i64) -> Query<'q> {
    let query = query.push(FINISHED).push(" and closed_at + 0 > ").put(at - WINDOW_DAYS * DAY).push(" and closed_at + 0 <= ").put(at);
    vicinity.hold(query.push(" and service_id = ").put(service)).push(LOOKED_AT)
}

/// Links a case that was opened just now to the one at the same spot that was finished last, and says so in the log.
pub async fn remember(tx: &mut Tx, case: i64, earlier: Earlier, at: i64) -> Result<()> {
    tx.sql("insert into case_recurrence (case_id, earlier_case_id, metres) values ($1, $2, $3)")
        .bind(case)
        .bind(earlier.case)
        .bind(earlier.metres)
        .run()
        .await?;
    let fact = Fact::Recurred { earlier: earlier.case, days: (at - earlier.closed_at) / DAY };
    events::append(tx, New::at(at, fact).of_case(case)).await
}
