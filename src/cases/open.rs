//! A case comes to be, and more requests join it. Called by the filing of a request, in its transaction; the filing decides
//! whether to open or to join, and appends the event.

use super::promises::{self, Opened, Promise};
use super::status::Status;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::geo::{Point, cell};

/// A case about to be opened.
#[derive(Debug, Clone)]
pub struct NewCase {
    /// The service asked for.
    pub service: i64,
    /// `New`, unless an import knows better.
    pub status: Status,
    /// How urgent: `low`, `normal`, `high` or `urgent`.
    pub priority: String,
    /// Whose queue it goes to.
    pub team: Option<i64>,
    /// Who has it.
    pub assignee: Option<i64>,
    /// Where it is, if anybody knows.
    pub place: Option<Point>,
    /// Where it is, in words; may be empty.
    pub address: String,
    /// Why it goes where it goes, as routing put it: JSON.
    pub route_json: String,
    /// Every jurisdiction it lies in.
    pub jurisdictions: Vec<i64>,
    /// When it was first reported, epoch milliseconds.
    pub opened_at: i64,
    /// When it last changed, epoch milliseconds; for what is filed now the same as `opened_at`.
    pub updated_at: i64,
    /// What is promised of it.
    pub promises: Vec<Promise>,
    /// When it is written down, epoch milliseconds.
    pub recorded_at: i64,
    /// When an imported case was finished, epoch milliseconds; kept only where the status is a finished one.
    pub closed_at: Option<i64>,
}

/// Where a case stood when a request came to it.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// The case.
    pub case: i64,
    /// Its status.
    pub status: Status,
    /// By when it is promised, epoch milliseconds.
    pub due_at: Option<i64>,
}

/// Opens a case with one request.
pub async fn open(tx: &mut Tx, new: &NewCase) -> Result<Standing> {
    // Open and finished are told apart by `closed_at` alone in SQL, so the two must agree.
    let closed_at = new.status.finished().then(|| new.closed_at.unwrap_or(new.updated_at));
    let due_at = promises::due_at(&new.promises);
    let (id,): (i64,) = tx
        .sql(
            "insert into case_record (service_id, status, priority, team_id, assignee_id, lon, lat, cell, address, route_json,
                request_count, opened_at, updated_at, due_at, closed_at, version)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $12, $13, $14, 1) returning id",
        )
        .bind(new.service)
        .bind(new.status)
        .bind(new.priority.clone())
        .bind(new.team)
        .bind(new.assignee)
        .bind(new.place.map(|point| point.lon))
        .bind(new.place.map(|point| point.lat))
        .bind(new.place.map(cell::cell))
        .bind(new.address.clone())
        .bind(new.route_json.clone())
        .bind(new.opened_at)
        .bind(new.updated_at)
        .bind(due_at)
        .bind(closed_at)
        .one()
        .await?;
    put_jurisdictions(tx, id, new.opened_at, &new.jurisdictions).await?;
    let opened = Opened { case: id, status: new.status, updated_at: new.updated_at, closed_at, recorded_at: new.recorded_at };
    promises::put(tx, &opened, &new.promises).await?;
    Ok(Standing { case: id, status: new.status, due_at })
}

/// Adds one request to a case, and returns where the case stood at that moment: the row is held until the transaction ends,
/// so nobody finishes it in between. Its version stays as it is, since nobody's decision is overtaken by a neighbour.
pub async fn join(tx: &mut Tx, case: i64, at: i64) -> Result<Standing> {
    let joined: Option<(Status, Option<i64>)> = tx
        .sql(
            "update case_record set request_count = request_count + 1, updated_at = case when updated_at < $1 then $1 else updated_at end
             where id = $2 returning status, due_at",
        )
        .bind(at)
        .bind(case)
        .optional()
        .await?;
    joined.map(|(status, due_at)| Standing { case, status, due_at }).ok_or(Error::NotFound("case"))
}

/// Whether everybody who reported a case took the report back. The row is held until the transaction ends, so that two who
/// withdraw at once do not each leave it to the other.
pub async fn withdrawn_by_all(tx: &mut Tx, case: i64) -> Result<bool> {
    tx.sql("update case_record set updated_at = updated_at where id = $1").bind(case).run().await?;
    let (left,): (i64,) = tx.sql("select count(*) from request where case_id = $1 and withdrawn_at is null").bind(case).one().await?;
    Ok(left == 0)
}

/// Says where a case lies, replacing what was said before: after its pin moved, or a layer was published.
pub async fn replace_jurisdictions(tx: &mut Tx, case: i64, jurisdictions: &[i64]) -> Result<()> {
    let (opened_at,): (i64,) =
        tx.sql("select opened_at from case_record where id = $1").bind(case).optional().await?.ok_or(Error::NotFound("case"))?;
    tx.sql("delete from case_jurisdiction where case_id = $1").bind(case).run().await?;
    put_jurisdictions(tx, case, opened_at, jurisdictions).await
}

async fn put_jurisdictions(tx: &mut Tx, case: i64, opened_at: i64, jurisdictions: &[i64]) -> Result<()> {
    for (nth, jurisdiction) in jurisdictions.iter().enumerate() {
        if jurisdictions[..nth].contains(jurisdiction) {
            continue;
        }
        tx.sql("insert into case_jurisdiction (case_id, jurisdiction_id, opened_at) values ($1, $2, $3)")
            .bind(case)
            .bind(*jurisdiction)
            .bind(opened_at)
            .run()
            .await?;
    }
    Ok(())
}
