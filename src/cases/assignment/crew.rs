//! To whom a case can be given: the teams there are, and the people of one of them.

use serde::Serialize;

use crate::cases::access;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::people::policy::{Act, Who};
use crate::record;

/// To whom a case can be given.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Crew {
    /// Every team, by agency and name.
    pub teams: Vec<TeamOf>,
    /// Code of the team whose people are listed.
    pub team: Option<String>,
    /// Its people, by name.
    pub members: Vec<Colleague>,
}

record! {
    /// A team.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    pub struct TeamOf {
        /// Its code.
        pub code: String,
        /// Its name.
        pub name: String,
        /// Name of its agency.
        pub agency: String,
    }
}

record! {
    /// Somebody who works in the team.
    #[derive(Debug, Serialize, utoipa::ToSchema)]
    #[schema(as = CrewMember)]
    pub struct Colleague {
        /// The member's id.
        pub id: i64,
        /// The name that colleagues see.
        pub name: String,
        /// How many open cases the person has.
        pub open: i64,
        /// Until when the person is away, epoch milliseconds.
        pub away_until: Option<i64>,
    }
}

/// To whom a case can be given: all teams, and the people of `team`, or else of the team that has the case.
pub async fn crew(db: &Db, who: &Who, case: i64, team: Option<&str>, now: i64) -> Result<Crew> {
    let on = access::on(db, case).await?;
    access::demand(who, Act::AssignCase, &on, "give this case to somebody")?;
    let mut teams: Vec<TeamOf> =
        db.sql("select t.code, t.name, a.name as agency from team t join agency a on a.id = t.agency_id").all().await?;
    teams.sort_by_cached_key(|team| (team.agency.to_lowercase(), team.name.to_lowercase()));
    let shown: Option<(i64, String)> = match team {
        Some(code) if code.contains('\0') => None,
        Some(code) => db.sql("select id, code from team where code = $1").bind(code.to_owned()).optional().await?,
        None => db.sql("select id, code from team where id = $1").bind(on.team).optional().await?,
    };
    if let (Some(code), None) = (team, &shown) {
        return Err(Error::invalid("team", format!("is {code:?}, and there is no team with that code.")));
    }
    let Some((id, code)) = shown else { return Ok(Crew { teams, team: None, members: Vec::new() }) };
    let mut members: Vec<Colleague> = db
        .sql(
            "select m.id, m.name,
                (select count(*) from case_record c where c.assignee_id = m.id and c.closed_at is null and c.assignee_id is not null) as open,
                (select max(a.until_at) from absence a where a.member_id = m.id and a.from_at <= $1 and a.until_at > $1) as away_until
             from member m join member_team t on t.member_id = m.id where m.active and t.team_id = $2",
        )
        .bind(now)
        .bind(id)
        .all()
        .await?;
    members.sort_by_cached_key(|member| (member.name.to_lowercase(), member.id));
    Ok(Crew { teams, team: Some(code), members })
}
