//! What those who manage staff do to a member. Nobody gives or takes what they do not hold, nobody changes what they did not
//! see, and the last administrator stays.

use super::colleagues::{self, Known};
use super::grants::{self, NewGrant};
use super::members::{self, NewMember};
use super::{changed, teams};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::people::policy::{Grant, Role, Who, may_give};
use crate::people::sessions;

/// The most grants, and the most teams, of one member.
const MOST: usize = 100;

/// Guards the rule of the last administrator: on PostgreSQL two of them could else stop each other at the same instant. No cell
/// of H3 is a number as small as this.
const ADMINISTRATORS: i64 = 311;

/// Somebody about to be added, in codes.
#[derive(Debug, Clone)]
pub struct Hire {
    /// The name that colleagues see.
    pub name: String,
    /// The mail address to sign in with.
    pub email: String,
    /// The code of the agency the person works for.
    pub agency: Option<String>,
    /// Codes of teams.
    pub teams: Vec<String>,
    /// What the person may do.
    pub grants: Vec<NewGrant>,
}

/// What is to become of a member; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The name that colleagues see.
    pub name: Option<String>,
    /// Whether the person may sign in.
    pub active: Option<bool>,
    /// The code of the agency, or none at all.
    pub agency: Option<Option<String>>,
    /// Codes of all teams.
    pub teams: Option<Vec<String>>,
}

/// Adds a member without a password and returns the id.
///
/// # Errors
/// [`Error::Forbidden`] if `who` gives more than they hold, [`Error::Conflict`] if the mail address is taken.
pub async fn hire(tx: &mut Tx, who: &Who, new: &Hire, now: i64) -> Result<i64> {
    let agency = match &new.agency {
        Some(code) => Some(teams::agency(tx, code).await?),
        None => None,
    };
    let member = NewMember { name: new.name.clone(), email: new.email.clone(), agency, password_hash: None };
    let id = members::add(tx, &member, who.member(), now).await?;
    give(tx, who, id, &new.grants, now).await?;
    put_teams(tx, who, id, &[], &new.teams, now).await?;
    // Without a grant it is the agency that says whose the member is.
    match colleagues::yours(tx, who, id).await {
        Err(Error::NotFound(_)) => Err(Error::Forbidden("add somebody whom you could not see afterwards; give a role in your part")),
        known => known.map(|_| id),
    }
}

/// Changes a member of which `who` saw this version; `None` changes whatever there is.
pub async fn change(tx: &mut Tx, who: &Who, id: i64, version: Option<i64>, wish: &Change, now: i64) -> Result<()> {
    let known = colleagues::yours(tx, who, id).await?;
    not_overtaken(&known, version)?;
    if let Some(name) = &wish.name {
        members::rename(tx, id, name, who.member(), now).await?;
    }
    if let Some(agency) = &wish.agency {
        let agency = match agency {
            Some(code) => Some(teams::agency(tx, code).await?),
            None => None,
        };
        members::put_agency(tx, id, agency, who.member(), now).await?;
        colleagues::yours(tx, who, id).await?;
    }
    if let Some(codes) = &wish.teams {
        put_teams(tx, who, id, known.teams(), codes, now).await?;
    }
    match wish.active {
        Some(false) if known.active() => {
            let before = administrators(tx).await?;
            members::deactivate(tx, id, who.member(), now).await?;
            one_stays(tx, before).await
        }
        Some(true) if !known.active() => members::activate(tx, id, who.member(), now).await,
        _ => Ok(()),
    }
}

/// Gives a member these grants in place of all that there were. What stays may be more than `who` holds; what comes and what
/// goes may not.
pub async fn put_grants(tx: &mut Tx, who: &Who, id: i64, version: Option<i64>, wish: &[NewGrant], now: i64) -> Result<()> {
    let known = colleagues::known(tx, who, id).await?;
    not_overtaken(&known, version)?;
    let before = administrators(tx).await?;
    for held in known.held().iter().filter(|held| !wish.iter().any(|new| held.is(new))) {
        allowed(who, &held.grant)?;
        grants::take(tx, id, held, who.member(), now).await?;
    }
    let fresh: Vec<NewGrant> = wish.iter().filter(|new| !known.held().iter().any(|held| held.is(new))).cloned().collect();
    give(tx, who, id, &fresh, now).await?;
    one_stays(tx, before).await
}

/// Ends every session of a member.
pub async fn end_sessions(tx: &mut Tx, who: &Who, id: i64, now: i64) -> Result<()> {
    colleagues::yours(tx, who, id).await?;
    sessions::end_all(tx, id, None).await?;
    changed(tx, Some(id), who.member(), now).await
}

/// Asks whether `who` may do what is done elsewhere to a member's way in: an invitation, a second factor.
pub async fn demand(tx: &mut Tx, who: &Who, id: i64) -> Result<()> {
    colleagues::yours(tx, who, id).await.map(drop)
}

fn not_overtaken(known: &Known, version: Option<i64>) -> Result<()> {
    if version.is_some_and(|seen| seen != known.version()) {
        return Err(Error::Overtaken("Somebody else changed this member meanwhile. Look again and decide.".into()));
    }
    Ok(())
}

async fn give(tx: &mut Tx, who: &Who, id: i64, new: &[NewGrant], now: i64) -> Result<()> {
    if new.len() > MOST {
        return Err(Error::invalid("grants", format!("are {}; at most {MOST} are taken", new.len())));
    }
    for scope in new {
        allowed(who, &grants::meant(tx, scope).await?)?;
        grants::grant(tx, id, scope, who.member(), now).await?;
    }
    Ok(())
}

fn allowed(who: &Who, grant: &Grant) -> Result<()> {
    if may_give(who, grant) { Ok(()) } else { Err(Error::Forbidden("give or take what you do not hold yourself")) }
}

async fn put_teams(tx: &mut Tx, who: &Who, id: i64, before: &[String], codes: &[String], now: i64) -> Result<()> {
    if codes.len() > MOST {
        return Err(Error::invalid("teams", format!("are {}; at most {MOST} are taken", codes.len())));
    }
    for code in before.iter().filter(|code| !codes.contains(code)) {
        teams::leave_team(tx, id, code, who.member(), now).await?;
    }
    for code in codes.iter().filter(|code| !before.contains(code)) {
        teams::join_team(tx, id, code, who.member(), now).await?;
    }
    Ok(())
}

/// How many may sign in and hold everything everywhere.
async fn administrators(tx: &mut Tx) -> Result<i64> {
    tx.lock(&[ADMINISTRATORS]).await?;
    let (count,): (i64,) = tx
        .sql(
            "select count(distinct m.id) from member m join member_grant g on g.member_id = m.id
             where m.active = $1 and g.role = $2 and g.agency_id is null and g.jurisdiction_id is null and g.service_id is null",
        )
        .bind(true)
        .bind(Role::Admin.word())
        .one()
        .await?;
    Ok(count)
}

async fn one_stays(tx: &mut Tx, before: i64) -> Result<()> {
    if before > 0 && administrators(tx).await? == 0 {
        return Err(Error::Conflict("This is the last administrator of everything. Make somebody else one first.".into()));
    }
    Ok(())
}
