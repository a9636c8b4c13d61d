//! Colleagues as those who manage or audit staff see them: whoever's grants they reach, and nobody else.

use std::collections::HashMap;

use serde::Serialize;

use super::grants::{self, Granted, Held};
use crate::db::{Db, Query, Tx};
use crate::error::{Error, Result};
use crate::people::policy::{Act, On, Who, holds, may, may_give};
use crate::record;

/// A member of staff.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Colleague {
    /// The id.
    pub id: i64,
    /// The name that colleagues see.
    pub name: String,
    /// The mail address to sign in with.
    pub email: String,
    /// The code of the agency the person works for.
    pub agency: Option<String>,
    /// Whether the person may sign in.
    pub active: bool,
    /// Whether the person was invited and has no password yet.
    pub invited: bool,
    /// Roles and where they hold; what is null is no limit.
    pub grants: Vec<Granted>,
    /// Codes of the teams.
    pub teams: Vec<String>,
    /// Counts the changes; send it back as `If-Match`.
    pub version: i64,
    /// Whether whoever asks may change it.
    pub yours: bool,
}

/// Some colleagues.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Colleagues {
    /// By mail address.
    pub members: Vec<Colleague>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// Which colleagues are asked for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Words of the name or the mail address, in any case.
    pub words: Option<String>,
    /// Only those who may sign in, or only those who may not.
    pub active: Option<bool>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// How many at most.
    pub limit: usize,
}

record! {
    struct Row {
        id: i64,
        name: String,
        email: String,
        agency_id: Option<i64>,
        agency: Option<String>,
        active: bool,
        invited: bool,
        version: i64,
    }
}

const ROWS: &str =
    "select m.id, m.name, m.email, m.agency_id, agency.code as agency, m.active, m.password_hash is null as invited, m.version
     from member m left join agency on agency.id = m.agency_id where 1 = 1";
const TEAMS: &str = "select mt.member_id, team.code from member_team mt join team on team.id = mt.team_id where 1 = 1";

/// A member with what decides who may see and change it.
pub(super) struct Known {
    row: Row,
    held: Vec<Held>,
    teams: Vec<String>,
}

impl Known {
    /// Whether somebody sees the member: who reaches one of the grants, and oneself.
    fn seen_by(&self, who: &Who) -> bool {
        let act = Act::SeeStaff;
        who.member() == Some(self.row.id)
            || self.held.iter().any(|held| holds(who, act, &held.grant))
            || (self.held.is_empty() && may(who, act, &self.of_no_grant()))
    }

    /// Whether somebody may change the member: who could give all that it holds.
    fn changed_by(&self, who: &Who) -> bool {
        match self.held.as_slice() {
            [] => may(who, Act::ManageStaff, &self.of_no_grant()),
            held => held.iter().all(|held| may_give(who, &held.grant)),
        }
    }

    /// Somebody without a grant belongs to an agency at most.
    fn of_no_grant(&self) -> On {
        On { agency: self.row.agency_id, ..On::default() }
    }

    fn shown(self, who: &Who) -> Colleague {
        let yours = self.changed_by(who);
        let Known { row, held, teams } = self;
        let Row { id, name, email, agency, active, invited, version, .. } = row;
        let mut grants: Vec<Granted> = held.into_iter().map(|held| held.granted).collect();
        grants.sort();
        Colleague { id, name, email, agency, active, invited, grants, teams, version, yours }
    }

    pub(super) fn version(&self) -> i64 {
        self.row.version
    }
    pub(super) fn active(&self) -> bool {
        self.row.active
    }
    pub(super) fn held(&self) -> &[Held] {
        &self.held
    }
    pub(super) fn teams(&self) -> &[String] {
        &self.teams
    }
}

/// The colleagues that `who` sees, by mail address.
pub async fn colleagues(db: &Db, who: &Who, search: &Search) -> Result<Colleagues> {
    let words = search.words.as_deref().unwrap_or_default().to_lowercase();
    let words: Vec<&str> = words.split_whitespace().collect();
    let found = |row: &Row| {
        let text = format!("{} {}", row.name.to_lowercase(), row.email);
        words.iter().all(|word| text.contains(word))
            && search.active.is_none_or(|active| row.active == active)
            && search.after.as_ref().is_none_or(|after| row.email > *after)
    };
    let mut rows: Vec<Row> = db.sql(ROWS).all().await?;
    rows.retain(found);
    rows.sort_by(|a, b| a.email.cmp(&b.email));
    let mut held = by_member(grants::held(db.sql(grants::HELD)).await?);
    let mut teams = by_member(db.sql(TEAMS).push(" order by team.code").all::<(i64, String)>().await?);
    let known = rows.into_iter().map(|row| {
        let (held, teams) = (held.remove(&row.id).unwrap_or_default(), teams.remove(&row.id).unwrap_or_default());
        Known { row, held, teams }
    });
    // One more than asked for says whether there is a next page.
    let mut members: Vec<Colleague> =
        known.filter(|known| known.seen_by(who)).take(search.limit + 1).map(|known| known.shown(who)).collect();
    let more = members.len() > search.limit;
    members.truncate(search.limit);
    let next = members.last().filter(|_| more).map(|last| last.email.clone());
    Ok(Colleagues { members, next })
}

fn by_member<T>(list: Vec<(i64, T)>) -> HashMap<i64, Vec<T>> {
    let mut map: HashMap<i64, Vec<T>> = HashMap::new();
    for (member, one) in list {
        map.entry(member).or_default().push(one);
    }
    map
}

/// One colleague.
///
/// # Errors
/// [`Error::NotFound`] if there is no such member, or none that `who` sees.
pub async fn colleague(db: &Db, who: &Who, id: i64) -> Result<Colleague> {
    let (rows, held, teams) = (one(db.sql(ROWS), id).await?, held_of(db.sql(grants::HELD), id).await?, teams_of(db.sql(TEAMS), id).await?);
    seen(who, rows, held, teams).map(|known| known.shown(who))
}

/// The member that somebody is about to change.
///
/// # Errors
/// [`Error::NotFound`] if `who` does not see the member.
pub(super) async fn known(tx: &mut Tx, who: &Who, id: i64) -> Result<Known> {
    let row = one(tx.sql(ROWS), id).await?;
    let held = held_of(tx.sql(grants::HELD), id).await?;
    let teams = teams_of(tx.sql(TEAMS), id).await?;
    seen(who, row, held, teams)
}

/// The same for whoever may change all of it.
///
/// # Errors
/// [`Error::NotFound`] if `who` does not see the member, [`Error::Forbidden`] if they hold less than the member does.
pub(super) async fn yours(tx: &mut Tx, who: &Who, id: i64) -> Result<Known> {
    let known = known(tx, who, id).await?;
    if known.changed_by(who) { Ok(known) } else { Err(Error::Forbidden("change somebody who holds more than you do")) }
}

fn seen(who: &Who, row: Option<Row>, held: Vec<Held>, teams: Vec<String>) -> Result<Known> {
    let known = row.map(|row| Known { row, held, teams });
    known.filter(|known| known.seen_by(who)).ok_or(Error::NotFound("member"))
}

async fn one(query: Query<'_>, id: i64) -> Result<Option<Row>> {
    Ok(query.filter(" and m.id = ", Some(id)).optional().await?)
}

async fn held_of(query: Query<'_>, id: i64) -> Result<Vec<Held>> {
    Ok(grants::held(query.filter(" and g.member_id = ", Some(id))).await?.into_iter().map(|(_, held)| held).collect())
}

async fn teams_of(query: Query<'_>, id: i64) -> Result<Vec<String>> {
    let codes: Vec<(i64, String)> = query.filter(" and mt.member_id = ", Some(id)).push(" order by team.code").all().await?;
    Ok(codes.into_iter().map(|(_, code)| code).collect())
}
