//! Calendars in the database: read for those who keep them, written with the version that was seen. None is ever deleted, since what
//! was promised by it may still run.

use serde::Serialize;

use super::wish::CalendarWish;
use crate::db::{Db, Tx};
use crate::error::{Error, Field, Result};
use crate::events::{Fact, New, append};
use crate::people::policy::{Act, On, Who, may};
use crate::record;

/// A calendar that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Calendar {
    /// What it is called in addresses.
    pub code: String,
    /// Counts its changes: the ETag.
    pub version: i64,
    /// What it says.
    #[serde(flatten)]
    pub is: CalendarWish,
}

record! { struct Row { id: i64, code: String, name: String, zone: String, week_json: String, days_json: String, city: bool, version: i64 } }

fn demand(who: &Who) -> Result<()> {
    if may(who, Act::EditCalendars, &On::default()) { Ok(()) } else { Err(Error::Forbidden("see or change the calendars")) }
}

/// Every calendar, by code.
pub async fn all(db: &Db, who: &Who) -> Result<Vec<Calendar>> {
    demand(who)?;
    let mut rows: Vec<Row> = db.sql("select * from calendar").all().await?;
    rows.sort_by(|a, b| a.code.cmp(&b.code));
    let agencies: Vec<(i64, String)> =
        db.sql("select calendar_id, code from agency where calendar_id is not null order by id").all().await?;
    rows.into_iter()
        .map(|row| {
            let mut by: Vec<String> = agencies.iter().filter(|(id, _)| *id == row.id).map(|(_, code)| code.clone()).collect();
            by.sort_unstable();
            Ok(Calendar {
                code: row.code,
                version: row.version,
                is: CalendarWish {
                    name: row.name,
                    zone: row.zone,
                    week: serde_json::from_str(&row.week_json)?,
                    days: serde_json::from_str(&row.days_json)?,
                    agencies: by,
                    city: row.city,
                },
            })
        })
        .collect()
}

/// One of them.
pub async fn one(db: &Db, who: &Who, code: &str) -> Result<Calendar> {
    all(db, who).await?.into_iter().find(|calendar| calendar.code == code).ok_or(Error::NotFound("calendar"))
}

/// Makes or changes the calendar with this code, of which `who` saw this version; `None` changes whatever there is. Promises that
/// run keep their time, until they stand and go on.
pub async fn save(tx: &mut Tx, who: &Who, code: &str, wish: &CalendarWish, seen: Option<i64>, now: i64) -> Result<()> {
    demand(who)?;
    let mut wrong = wish.problems();
    if code.is_empty() || code.len() > 60 || !code.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
        wrong.push(Field::new("code", "has to be of 1 to 60 letters, digits, hyphens, dots and underscores."));
    }
    let mut agencies = Vec::new();
    for agency in &wish.agencies {
        match tx.sql("select id from agency where code = $1").bind(agency.clone()).optional::<(i64,)>().await? {
            Some((id,)) => agencies.push(id),
            None => wrong.push(Field::new("agencies", format!("names {agency:?}, and there is no agency with that code."))),
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    tx.sql("insert into calendar (code, name, zone, week_json, days_json, city, version) values ($1, '', '', '[]', '[]', false, 0) on conflict (code) do nothing")
        .bind(code.to_owned())
        .run()
        .await?;
    let changed: Option<(i64,)> = tx
        .sql("update calendar set name = $1, zone = $2, week_json = $3, days_json = $4, city = $5, version = version + 1 where code = $6")
        .bind(wish.name.trim().to_owned())
        .bind(wish.zone.clone())
        .bind(serde_json::to_string(&wish.week)?)
        .bind(serde_json::to_string(&wish.days)?)
        .bind(wish.city)
        .bind(code.to_owned())
        .filter(" and version = ", seen)
        .push(" returning id")
        .optional()
        .await?;
    let Some((calendar,)) = changed else {
        return Err(Error::Overtaken("Somebody else changed this calendar meanwhile. Look again and decide.".into()));
    };
    if wish.city {
        tx.sql("update calendar set city = false, version = version + 1 where city and id <> $1").bind(calendar).run().await?;
    }
    tx.sql("update agency set calendar_id = null where calendar_id = $1").bind(calendar).run().await?;
    if !agencies.is_empty() {
        tx.sql("update agency set calendar_id = ").put(calendar).push(" where true").within(" and id", agencies).run().await?;
    }
    append(tx, New::at(now, Fact::CalendarSaved { calendar }).by(who.member())).await
}
