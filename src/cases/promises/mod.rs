//! What a city promised of a case: a first answer and an end, by when, and whether the clock runs. Made when the case opens, by what
//! the service promises then; stopped, moved on and met by the case's own moves.
//!
//! What is late is found by `tick`, which says it once in the log.

mod remade;
mod tick;
mod timer;

use serde::Serialize;

use super::status::Status;
use crate::calendar;
use crate::catalog::{Counts, Service};
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::record;

pub(super) use remade::keep;
pub use remade::{Remade, remade};
pub use tick::{Ticked, tick};
pub use timer::Timer;

const MINUTE: i64 = 60_000;

/// What is promised of a case about to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    kind: Kind,
    calendar: Option<i64>,
    started_at: i64,
    timer: Timer,
}

/// What can be promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PromiseKind)]
pub enum Kind {
    /// That somebody answers or begins.
    Response,
    /// That the case is finished.
    Resolution,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Kind::Response => "response",
            Kind::Resolution => "resolution",
        }
    }
}

impl Promise {
    /// By when.
    pub fn due_at(&self) -> i64 {
        self.timer.due_at
    }
}

/// By when the promises are kept that a case's end is measured by.
pub fn due_at(promises: &[Promise]) -> Option<i64> {
    promises.iter().find(|promise| promise.kind == Kind::Resolution).map(Promise::due_at)
}

/// What is promised of a case of this service with this priority that goes to this team. `hours` are a rule's own word, which goes
/// before the service's.
pub async fn made(tx: &mut Tx, service: &Service, team: Option<i64>, priority: &str, hours: Option<i64>, at: i64) -> Result<Vec<Promise>> {
    let target = service.target(priority);
    let counts = target.map_or(Counts::Elapsed, |target| target.counts);
    let worked = match counts {
        Counts::Worked => calendar::of_case(tx, team, service.agency_id).await?,
        Counts::Elapsed => None,
    };
    let promise = |kind, minutes: i64, worked: Option<&(i64, calendar::Hours)>| {
        let timer = Timer::start(worked.map(|(_, hours)| hours), at, minutes * MINUTE)?;
        Some(Promise { kind, calendar: worked.map(|(id, _)| *id), started_at: at, timer })
    };
    let by_rule = hours.map(|hours| hours * 60);
    let resolution = match (by_rule, target) {
        (Some(minutes), _) => promise(Kind::Resolution, minutes, None),
        (None, Some(target)) => target.resolution_minutes.and_then(|minutes| promise(Kind::Resolution, minutes, worked.as_ref())),
        (None, None) => service.due_hours.and_then(|hours| promise(Kind::Resolution, hours * 60, None)),
    };
    let response = target.and_then(|target| target.response_minutes).and_then(|minutes| promise(Kind::Response, minutes, worked.as_ref()));
    Ok(response.into_iter().chain(resolution).collect())
}

/// Where a case stands that is opened with promises: what was finished long ago is recorded as it was.
pub(super) struct Opened {
    pub case: i64,
    pub status: Status,
    pub updated_at: i64,
    pub closed_at: Option<i64>,
    /// When it is written down: what was late by then is not said to be late today.
    pub recorded_at: i64,
}

/// Writes down what was promised of a case that was opened.
pub(super) async fn put(tx: &mut Tx, opened: &Opened, promises: &[Promise]) -> Result<()> {
    for promise in promises {
        let begun = !matches!(opened.status, Status::New);
        let met = match promise.kind {
            Kind::Response if begun => Some(opened.updated_at),
            _ => opened.closed_at,
        };
        let timer = Timer { paused_at: opened.status.pauses().then_some(opened.updated_at), ..promise.timer };
        write(tx, opened.case, &Promise { timer, ..*promise }, met, opened.recorded_at).await?;
    }
    Ok(())
}

/// Writes one promise down; what of it is past by `now` is not said anew.
async fn write(tx: &mut Tx, case: i64, promise: &Promise, met: Option<i64>, now: i64) -> Result<()> {
    tx.sql(
        "insert into promise (case_id, kind, calendar_id, started_at, soon_at, due_at, paused_at, met_at, soon_said, overdue_said)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(case)
    .bind(promise.kind.word())
    .bind(promise.calendar)
    .bind(promise.started_at)
    .bind(promise.timer.soon_at)
    .bind(promise.timer.due_at)
    .bind(promise.timer.paused_at)
    .bind(met)
    .bind(promise.timer.soon_at < now)
    .bind(promise.timer.due_at < now)
    .run()
    .await?;
    Ok(())
}

record! { struct Row { kind: String, calendar_id: Option<i64>, soon_at: i64, due_at: i64, paused_at: Option<i64>, met_at: Option<i64> } }

/// Stops the clocks of a case that moved to a status that pauses or ends it, and lets them go on when it moved back. How the clock of
/// its end stands now, if an end was promised.
pub(super) async fn moved(tx: &mut Tx, case: i64, to: Status, now: i64) -> Result<Option<Timer>> {
    let mut end = None;
    let rows: Vec<Row> = tx
        .sql("select kind, calendar_id, soon_at, due_at, paused_at, met_at from promise where case_id = $1 order by kind")
        .bind(case)
        .all()
        .await?;
    for row in rows {
        let resolution = row.kind == Kind::Resolution.word();
        let mut timer = Timer { due_at: row.due_at, soon_at: row.soon_at, paused_at: row.paused_at };
        let mut met = row.met_at;
        let hours = calendar::hours(tx, row.calendar_id).await?;
        step(resolution, &mut timer, &mut met, hours.as_ref(), (to, now));
        tx.sql("update promise set soon_at = $1, due_at = $2, paused_at = $3, met_at = $4 where case_id = $5 and kind = $6")
            .bind(timer.soon_at)
            .bind(timer.due_at)
            .bind(timer.paused_at)
            .bind(met)
            .bind(case)
            .bind(row.kind)
            .run()
            .await?;
        if resolution {
            tx.sql("update case_record set due_at = $1 where id = $2").bind(timer.due_at).bind(case).run().await?;
            end = Some(Timer { paused_at: timer.paused_at.filter(|_| met.is_none()), ..timer });
        }
    }
    Ok(end)
}

/// What becomes of a clock when its case moves to a status at a time, and when its promise is kept.
fn step(resolution: bool, timer: &mut Timer, met: &mut Option<i64>, hours: Option<&calendar::Hours>, (to, at): (Status, i64)) {
    if to.finished() {
        *met = met.or(Some(at));
    } else if resolution && let Some(ended) = met.take() {
        // Reopened: while it was thought to be finished nobody could work on it.
        timer.paused_at = timer.paused_at.or(Some(ended));
    }
    match (to.pauses(), timer.paused_at) {
        (true, None) if met.is_none() => timer.pause(at),
        (false, Some(_)) if met.is_none() => timer.go_on(hours, at),
        _ => {}
    }
}

/// Somebody on staff answered, or began: the first one keeps the promise of an answer.
pub(super) async fn answered(tx: &mut Tx, case: i64, now: i64) -> Result<()> {
    tx.sql("update promise set met_at = $1 where case_id = $2 and kind = 'response' and met_at is null").bind(now).bind(case).run().await?;
    Ok(())
}

/// What was promised of a case, as staff sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Promised {
    /// What.
    pub kind: Kind,
    /// By when, as its clock stands.
    pub due_at: i64,
    /// Since when the clock stands, while the case is pending or on hold.
    pub paused_at: Option<i64>,
    /// When it was kept, or at last done.
    pub met_at: Option<i64>,
    /// Name of the calendar whose hours count; none where every hour does.
    pub calendar: Option<String>,
}

record! { struct Seen { kind: String, due_at: i64, paused_at: Option<i64>, met_at: Option<i64>, calendar: Option<String> } }

/// Everything that was promised of a case: the answer first.
pub(super) async fn of(db: &Db, case: i64) -> Result<Vec<Promised>> {
    let rows: Vec<Seen> = db
        .sql(
            "select p.kind, p.due_at, p.paused_at, p.met_at, c.name as calendar from promise p left join calendar c on c.id = p.calendar_id
             where p.case_id = $1 order by p.due_at",
        )
        .bind(case)
        .all()
        .await?;
    let kind = |word: &str| if word == Kind::Response.word() { Kind::Response } else { Kind::Resolution };
    let seen = |row: Seen| Promised {
        kind: kind(&row.kind),
        due_at: row.due_at,
        paused_at: row.paused_at.filter(|_| row.met_at.is_none()),
        met_at: row.met_at,
        calendar: row.calendar,
    };
    Ok(rows.into_iter().map(seen).collect())
}
