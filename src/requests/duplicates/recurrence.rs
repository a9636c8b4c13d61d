//! The same spot again after closing: the new case is linked to the earlier one, never merged with it. Work that does not last shows
//! itself this way, and whoever looks at the new case sees what was done before.

use crate::catalog::Service;
use crate::db::Tx;
use crate::error::Result;
use crate::events::{self, Fact, New};
use crate::geo::{Point, cell};

/// How long after its closing a case may come back, in days.
const WINDOW_DAYS: i64 = 365;

const DAY: i64 = 86_400_000;

/// Links a case that was opened just now to the one at the same spot that was finished last, if there is one within the service's
/// radius, and says so in the log. A case that was withdrawn, or was the same as another, was no work that could come back.
pub async fn remember(tx: &mut Tx, case: i64, service: &Service, place: Point, at: i64) -> Result<()> {
    let radius_m = service.duplicates.radius_m;
    let closed: Vec<(i64, f64, f64, i64)> = tx
        .sql("select id, lon, lat, closed_at from case_record where closed_at + 0 > $1 and closed_at + 0 <= $2 and status in ('resolved', 'closed')")
        .bind(at - WINDOW_DAYS * DAY)
        .bind(at)
        .push(" and service_id = ")
        .put(service.id)
        .within(" and cell", cell::ring(place, radius_m))
        .all()
        .await?;
    let metres = |lon: f64, lat: f64| place.metres_to(Point { lon, lat });
    let reached = closed.into_iter().map(|(id, lon, lat, closed_at)| (id, metres(lon, lat), closed_at)).filter(|(_, m, _)| *m <= radius_m);
    let Some((earlier, metres, closed_at)) = reached.max_by_key(|(id, _, closed_at)| (*closed_at, *id)) else { return Ok(()) };
    let pile: Option<(bool,)> =
        tx.sql("select pile from place_tally where lon = $1 and lat = $2").bind(place.lon).bind(place.lat).optional().await?;
    if pile.is_some_and(|(is,)| is) {
        return Ok(()); // not a spot that anything could happen at again
    }
    tx.sql("insert into case_recurrence (case_id, earlier_case_id, metres) values ($1, $2, $3)")
        .bind(case)
        .bind(earlier)
        .bind(metres)
        .run()
        .await?;
    let fact = Fact::Recurred { earlier, days: (at - closed_at) / DAY };
    events::append(tx, New::at(at, fact).of_case(case)).await
}
