//! A case goes another way: another place or service, and what follows from it. Called by the correction of what was filed, in its
//! transaction; routing decides where it goes, and the correction appends the event.

use super::open::replace_jurisdictions;
use super::promises::{self, Promise};
use super::status::Status;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::geo::{Point, cell};
use crate::record;

record! {
    /// Where a case stands before it goes another way.
    #[derive(Debug, Clone)]
    pub struct Stands {
        /// The service asked for.
        pub service_id: i64,
        /// Its status.
        pub status: Status,
        /// How urgent.
        pub priority: String,
        /// Whose queue it is in.
        pub team_id: Option<i64>,
        /// Name of the member who has it.
        pub assignee: Option<String>,
        /// Degrees east.
        pub lon: Option<f64>,
        /// Degrees north.
        pub lat: Option<f64>,
        /// Where it is, in words; may be empty.
        pub address: String,
        /// Why it went where it went, as routing put it: JSON.
        pub route_json: String,
        /// When it was first reported, epoch milliseconds.
        pub opened_at: i64,
        /// By when it is promised.
        pub due_at: Option<i64>,
        /// Counts the decisions made over it.
        pub version: i64,
    }
}

impl Stands {
    /// Where it is, if anybody knows.
    pub fn place(&self) -> Option<Point> {
        self.lon.zip(self.lat).map(|(lon, lat)| Point { lon, lat })
    }
}

/// The way that a case goes from now on.
#[derive(Debug, Clone)]
pub struct Way {
    /// The service asked for.
    pub service: i64,
    /// Where it is, if anybody knows.
    pub place: Option<Point>,
    /// How urgent.
    pub priority: String,
    /// Whose queue it goes to.
    pub team: Option<i64>,
    /// Why it goes there, as routing put it: JSON.
    pub route_json: String,
    /// Every jurisdiction it lies in.
    pub jurisdictions: Vec<i64>,
    /// What is promised of it; nothing if that stays as it is.
    pub promises: Option<Vec<Promise>>,
}

/// Where a case stands, and the jurisdictions that it lies in.
pub async fn stands(tx: &mut Tx, case: i64) -> Result<(Stands, Vec<i64>)> {
    let stands = tx
        .sql(
            "select c.service_id, c.status, c.priority, c.team_id, m.name as assignee, c.lon, c.lat, c.address, c.route_json, c.opened_at,
                c.due_at, c.version from case_record c left join member m on m.id = c.assignee_id where c.id = $1",
        )
        .bind(case)
        .optional()
        .await?
        .ok_or(Error::NotFound("case"))?;
    let jurisdictions: Vec<(i64,)> =
        tx.sql("select jurisdiction_id from case_jurisdiction where case_id = $1 order by jurisdiction_id").bind(case).all().await?;
    Ok((stands, jurisdictions.into_iter().map(|(id,)| id).collect()))
}

/// Sends a case another way, if it is still at the version that was seen; the version after. Who had it in the team before has it no
/// more.
///
/// # Errors
/// [`Error::Conflict`] if somebody else decided over it meanwhile.
pub async fn redirect(tx: &mut Tx, case: i64, seen: &Stands, way: &Way, now: i64) -> Result<i64> {
    let done = tx
        .sql(
            "update case_record set service_id = $1, priority = $2, team_id = $3, lon = $4, lat = $5, cell = $6, route_json = $7,
                assignee_id = case when $8 then null else assignee_id end, version = version + 1,
                updated_at = case when updated_at < $9 then $9 else updated_at end
             where id = $10 and version = $11",
        )
        .bind(way.service)
        .bind(way.priority.clone())
        .bind(way.team)
        .bind(way.place.map(|point| point.lon))
        .bind(way.place.map(|point| point.lat))
        .bind(way.place.map(cell::cell))
        .bind(way.route_json.clone())
        .bind(way.team != seen.team_id)
        .bind(now)
        .bind(case)
        .bind(seen.version)
        .run()
        .await?;
    if done == 0 {
        return Err(Error::Conflict("Somebody else decided over this case meanwhile. Look again and decide.".into()));
    }
    replace_jurisdictions(tx, case, &way.jurisdictions).await?;
    if let Some(promises) = &way.promises {
        promises::keep(tx, case, promises, now).await?;
    }
    Ok(seen.version + 1)
}
