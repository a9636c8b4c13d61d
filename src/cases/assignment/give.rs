//! A case is given to a team and a member, taken, or given back. Nothing changes hands without the version that was seen, and nothing
//! is taken out of somebody's hands without a reason.

use serde::Serialize;

use super::choose;
use crate::cases::moves::{self, Move};
use crate::cases::notes::{self, NewNote};
use crate::cases::{Status, access};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{Fact, New, append};
use crate::people::policy::{Act, Who};
use crate::record;

/// To whom somebody gives a case.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Code of the team; `None`: as it is.
    pub team: Option<String>,
    /// The member: `None` leaves it to the team where the team is another one, `Some(None)` is nobody.
    pub member: Option<Option<i64>>,
    /// Why, in words that were checked as a note's.
    pub reason: Option<NewNote>,
    /// The version of the case that was seen.
    pub version: Option<i64>,
}

/// Whose it is now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = CaseGiven)]
pub struct Given {
    /// The case.
    pub id: i64,
    /// Code of its team.
    pub team: Option<String>,
    /// Name of its team.
    pub team_name: Option<String>,
    /// Id of the member who has it.
    pub member: Option<i64>,
    /// Name of the member.
    pub assignee: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Counts the decisions made over it.
    pub version: i64,
}

record! { struct Stands { service_id: i64, team_id: Option<i64>, assignee_id: Option<i64>, status: Status, version: i64 } }

/// Gives a case to a team, a member, or both.
pub async fn give(tx: &mut Tx, who: &Who, case: i64, wish: &Wish, now: i64) -> Result<Given> {
    let on = access::on_in(tx, case).await?;
    access::demand(who, Act::AssignCase, &on, "give this case to somebody")?;
    let stands = held(tx, case, wish.version).await?;
    let team = match &wish.team {
        None => stands.team_id,
        Some(code) => {
            let found: Option<(i64,)> = tx.sql("select id from team where code = $1").bind(code.clone()).optional().await?;
            Some(found.ok_or_else(|| Error::invalid("team", format!("is {code:?}, and there is no team with that code.")))?.0)
        }
    };
    let handed_on = team != stands.team_id;
    let member = match wish.member {
        Some(Some(member)) => Some(colleague(tx, member, team).await?),
        Some(None) => None,
        None if handed_on => match team {
            Some(team) => choose(tx, team, stands.service_id, now).await?,
            None => None,
        },
        None => stands.assignee_id,
    };
    if !handed_on && member == stands.assignee_id {
        return Err(Error::Conflict("The case is theirs already.".into()));
    }
    let others = stands.assignee_id.is_some_and(|had| who.member() != Some(had)) || (handed_on && stands.team_id.is_some());
    if others && wish.reason.is_none() {
        return Err(Error::invalid("reason", "is missing: say why it is taken from whoever has it."));
    }
    put(tx, who, case, &stands, (team, member), wish.reason.as_ref(), now).await
}

/// Takes a case oneself, from the queue.
pub async fn take(tx: &mut Tx, who: &Who, case: i64, version: Option<i64>, now: i64) -> Result<Given> {
    let on = access::on_in(tx, case).await?;
    access::demand(who, Act::MoveCase, &on, "take this case")?;
    let me = who.member().ok_or(Error::Forbidden("take this case"))?;
    let stands = held(tx, case, version).await?;
    match stands.assignee_id {
        Some(had) if had == me => return Err(Error::Conflict("The case is yours already.".into())),
        Some(_) => return Err(Error::Conflict("Somebody else has this case. Ask them, or whoever gives out the work.".into())),
        None => {}
    }
    put(tx, who, case, &stands, (stands.team_id, Some(me)), None, now).await
}

/// Puts a case that one has back into the queue.
pub async fn release(tx: &mut Tx, who: &Who, case: i64, version: Option<i64>, now: i64) -> Result<Given> {
    let on = access::on_in(tx, case).await?;
    access::demand(who, Act::MoveCase, &on, "give this case back")?;
    let stands = held(tx, case, version).await?;
    if stands.assignee_id.is_none() || stands.assignee_id != who.member() {
        return Err(Error::Conflict("The case is not yours.".into()));
    }
    put(tx, who, case, &stands, (stands.team_id, None), None, now).await
}

/// The case as it stands, held until the transaction ends.
async fn held(tx: &mut Tx, case: i64, seen: Option<i64>) -> Result<Stands> {
    let stands: Stands = tx
        .sql(
            "update case_record set updated_at = updated_at where id = $1
             returning service_id, team_id, assignee_id, status, version",
        )
        .bind(case)
        .optional()
        .await?
        .ok_or(Error::NotFound("case"))?;
    if seen.is_some_and(|seen| seen != stands.version) {
        return Err(Error::Conflict("Somebody else changed this case meanwhile. Look again and decide.".into()));
    }
    if stands.status.finished() {
        return Err(Error::Conflict("The case is finished. Reopen it first.".into()));
    }
    Ok(stands)
}

/// A member who works in the team.
async fn colleague(tx: &mut Tx, member: i64, team: Option<i64>) -> Result<i64> {
    let Some(team) = team else { return Err(Error::invalid("member", "cannot be given a case that no team has; name the team too.")) };
    let found: Option<(i64,)> = tx
        .sql("select m.id from member m join member_team t on t.member_id = m.id where m.id = $1 and t.team_id = $2 and m.active")
        .bind(member)
        .bind(team)
        .optional()
        .await?;
    found.map(|(id,)| id).ok_or_else(|| Error::invalid("member", "does not work in that team."))
}

async fn put(
    tx: &mut Tx,
    who: &Who,
    case: i64,
    stands: &Stands,
    (team, member): (Option<i64>, Option<i64>),
    reason: Option<&NewNote>,
    now: i64,
) -> Result<Given> {
    tx.sql(
        "update case_record set team_id = $1, assignee_id = $2, version = version + 1,
            updated_at = case when updated_at < $3 then $3 else updated_at end where id = $4",
    )
    .bind(team)
    .bind(member)
    .bind(now)
    .bind(case)
    .run()
    .await?;
    if let Some(reason) = reason {
        notes::put(tx, who, case, reason, now).await?;
    }
    append(tx, New::at(now, Fact::Assigned { team, member }).of_case(case).by(who.member())).await?;
    // Whoever has it is what `assigned` says; in nobody's hands it is as new.
    let to = match (member.is_some(), stands.status) {
        (true, Status::New | Status::Reopened) => Some(Status::Assigned),
        (false, Status::Assigned) => Some(Status::New),
        _ => None,
    };
    if let Some(to) = to {
        moves::put(tx, who, case, &Move { to, reason: None, version: None }, now).await?;
    }
    let row: (Option<String>, Option<String>, Option<String>, Status, i64) = tx
        .sql(
            "select t.code, t.name, m.name, c.status, c.version from case_record c left join team t on t.id = c.team_id
             left join member m on m.id = c.assignee_id where c.id = $1",
        )
        .bind(case)
        .one()
        .await?;
    let (team, team_name, assignee, status, version) = row;
    Ok(Given { id: case, team, team_name, member, assignee, status, version })
}
