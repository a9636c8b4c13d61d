//! Agencies and teams: who is responsible. Both are known by a code that the city chose and never changes.

use super::changed;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};

/// The agency with this code, made or renamed as needed.
pub async fn put_agency(tx: &mut Tx, code: &str, name: &str, by: Option<i64>, now: i64) -> Result<i64> {
    let known: Option<(i64, String)> = tx.sql("select id, name from agency where code = $1").bind(code.to_owned()).optional().await?;
    if let Some((id, known)) = known
        && known == name
    {
        return Ok(id);
    }
    let (id,): (i64,) = tx
        .sql("insert into agency (code, name) values ($1, $2) on conflict (code) do update set name = excluded.name returning id")
        .bind(code.to_owned())
        .bind(name.to_owned())
        .one()
        .await?;
    changed(tx, None, by, now).await?;
    Ok(id)
}

/// The team with this code, made, renamed or moved to the agency as needed.
pub async fn put_team(tx: &mut Tx, agency: i64, code: &str, name: &str, by: Option<i64>, now: i64) -> Result<i64> {
    let known: Option<(i64, i64, String)> =
        tx.sql("select id, agency_id, name from team where code = $1").bind(code.to_owned()).optional().await?;
    if let Some((id, of, known)) = known
        && known == name
        && of == agency
    {
        return Ok(id);
    }
    let (id,): (i64,) = tx
        .sql(
            "insert into team (agency_id, code, name) values ($1, $2, $3)
             on conflict (code) do update set name = excluded.name, agency_id = excluded.agency_id returning id",
        )
        .bind(agency)
        .bind(code.to_owned())
        .bind(name.to_owned())
        .one()
        .await?;
    changed(tx, None, by, now).await?;
    Ok(id)
}

/// Puts a member into a team.
pub async fn join_team(tx: &mut Tx, member: i64, code: &str, by: Option<i64>, now: i64) -> Result<()> {
    let team: Option<(i64,)> = tx.sql("select id from team where code = $1").bind(code.to_owned()).optional().await?;
    let Some((team,)) = team else { return Err(Error::invalid("team", format!("there is no team `{code}`"))) };
    tx.sql("insert into member_team (member_id, team_id) values ($1, $2) on conflict (member_id, team_id) do nothing")
        .bind(member)
        .bind(team)
        .run()
        .await?;
    changed(tx, Some(member), by, now).await
}

/// Takes a member out of a team; nothing happens if it was in none of that code.
pub async fn leave_team(tx: &mut Tx, member: i64, code: &str, by: Option<i64>, now: i64) -> Result<()> {
    let left = tx
        .sql("delete from member_team where member_id = $1 and team_id in (select id from team where code = $2)")
        .bind(member)
        .bind(code.to_owned())
        .run()
        .await?;
    if left > 0 { changed(tx, Some(member), by, now).await } else { Ok(()) }
}

/// The id of the agency with this code.
pub(super) async fn agency(tx: &mut Tx, code: &str) -> Result<i64> {
    let found: Option<(i64,)> = tx.sql("select id from agency where code = $1").bind(code.to_owned()).optional().await?;
    found.map(|(id,)| id).ok_or_else(|| Error::invalid("agency", format!("there is no agency `{code}`")))
}

/// The codes of the teams of a member, in order.
pub async fn teams_of(db: &Db, member: i64) -> Result<Vec<String>> {
    let mut codes: Vec<(String,)> = db
        .sql("select team.code from member_team join team on team.id = member_team.team_id where member_team.member_id = $1")
        .bind(member)
        .all()
        .await?;
    codes.sort();
    Ok(codes.into_iter().map(|(code,)| code).collect())
}
