//! How teams hand out their work, what their people know, and who is away.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Strategy;
use crate::db::{Db, Tx};
use crate::error::{Error, Field, Result};
use crate::events::{Fact, New, append};
use crate::people::policy::{Act, On, Who, may};
use crate::record;

/// How a team works, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamWish {
    /// How it hands out what comes to it.
    pub strategy: Strategy,
    /// How many open cases one person is given at most; somebody can always take more.
    #[serde(default)]
    pub most_open: Option<i64>,
    /// Its people; those left out stay as they are.
    #[serde(default)]
    pub members: Vec<Person>,
}

/// What is known of somebody who works in a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TeamPerson)]
pub struct Person {
    /// The member's id.
    pub id: i64,
    /// The name that colleagues see; not written.
    #[serde(default)]
    pub name: String,
    /// Codes of the services that the person knows.
    #[serde(default)]
    pub skills: Vec<String>,
    /// When the person is away, now or later.
    #[serde(default)]
    pub absences: Vec<Absence>,
}

/// A time in which somebody is away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// From when, epoch milliseconds.
    pub from_at: i64,
    /// Until when, epoch milliseconds, not included.
    pub until_at: i64,
    /// Who of the same team gets what would have been theirs; without anybody it goes to the others.
    #[serde(default)]
    pub cover: Option<i64>,
}

/// How a team works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TeamSetting {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Name of its agency.
    pub agency: String,
    /// Counts its changes: the ETag.
    pub version: i64,
    /// How it works.
    #[serde(flatten)]
    pub is: TeamWish,
}

/// The most absences of one person, and the most cases that a limit may allow.
const MOST: usize = 100;
const MOST_OPEN: i64 = 10_000;

record! { struct Team { id: i64, agency_id: i64, code: String, name: String, agency: String, strategy: String, most_open: Option<i64>, version: i64 } }

const TEAMS: &str = "select t.id, t.agency_id, t.code, t.name, a.name as agency, t.strategy, t.most_open, t.version
     from team t join agency a on a.id = t.agency_id";

fn allowed(who: &Who, agency: i64, team: i64) -> bool {
    may(who, Act::EditTeams, &On { agency: Some(agency), team: Some(team), ..On::default() })
}

/// The teams that somebody may set, by agency and name.
pub async fn teams(db: &Db, who: &Who, now: i64) -> Result<Vec<TeamSetting>> {
    let mut found: Vec<Team> = db.sql(TEAMS).all().await?;
    found.retain(|team| allowed(who, team.agency_id, team.id));
    found.sort_by_cached_key(|team| (team.agency.to_lowercase(), team.name.to_lowercase()));
    let people: Vec<(i64, i64, String)> = db
        .sql("select t.team_id, m.id, m.name from member m join member_team t on t.member_id = m.id where m.active order by m.id")
        .all()
        .await?;
    let skills: Vec<(i64, String)> =
        db.sql("select k.member_id, s.code from member_skill k join service s on s.id = k.service_id order by s.id").all().await?;
    let away: Vec<(i64, i64, i64, Option<i64>)> = db
        .sql("select member_id, from_at, until_at, cover_id from absence where until_at > $1 order by from_at, id")
        .bind(now)
        .all()
        .await?;
    let person = |id: i64, name: &str| Person {
        id,
        name: name.to_owned(),
        skills: skills.iter().filter(|(of, _)| *of == id).map(|(_, code)| code.clone()).collect(),
        absences: away
            .iter()
            .filter(|(of, ..)| *of == id)
            .map(|&(_, from_at, until_at, cover)| Absence { from_at, until_at, cover })
            .collect(),
    };
    let setting = |team: Team| {
        let mut members: Vec<Person> = people.iter().filter(|(of, ..)| *of == team.id).map(|(_, id, name)| person(*id, name)).collect();
        members.sort_by_cached_key(|person| (person.name.to_lowercase(), person.id));
        let is = TeamWish { strategy: Strategy::parse(&team.strategy), most_open: team.most_open, members };
        TeamSetting { code: team.code, name: team.name, agency: team.agency, version: team.version, is }
    };
    Ok(found.into_iter().map(setting).collect())
}

/// Sets how a team works, of which `who` saw this version; `None` changes whatever there is.
pub async fn put(tx: &mut Tx, who: &Who, code: &str, wish: &TeamWish, seen: Option<i64>, now: i64) -> Result<()> {
    let held = "update team set version = version + 1 where code = $1 returning id, agency_id, version";
    let held: Option<(i64, i64, i64)> = tx.sql(held).bind(code.to_owned()).optional().await?;
    let (team, agency, version) = held.ok_or(Error::NotFound("team"))?;
    if !allowed(who, agency, team) {
        return Err(Error::Forbidden("say how this team works"));
    }
    if seen.is_some_and(|seen| seen != version - 1) {
        return Err(Error::Overtaken("Somebody else changed this team meanwhile. Look again and decide.".into()));
    }
    let services: HashMap<String, i64> = tx.sql("select code, id from service").all::<(String, i64)>().await?.into_iter().collect();
    let members: Vec<(i64,)> = tx.sql("select member_id from member_team where team_id = $1").bind(team).all().await?;
    let works = |id: i64| members.iter().any(|(member,)| *member == id);
    let wrong = problems(wish, &works, &services);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    tx.sql("update team set strategy = $1, most_open = $2 where id = $3")
        .bind(wish.strategy.word())
        .bind(wish.most_open)
        .bind(team)
        .run()
        .await?;
    for person in &wish.members {
        tx.sql("delete from member_skill where member_id = $1").bind(person.id).run().await?;
        for service in person.skills.iter().filter_map(|code| services.get(code)) {
            tx.sql("insert into member_skill (member_id, service_id) values ($1, $2) on conflict do nothing")
                .bind(person.id)
                .bind(*service)
                .run()
                .await?;
        }
        // What is past stays: it says why somebody else had the case.
        tx.sql("delete from absence where member_id = $1 and until_at > $2").bind(person.id).bind(now).run().await?;
        for Absence { from_at, until_at, cover } in &person.absences {
            tx.sql("insert into absence (member_id, from_at, until_at, cover_id) values ($1, $2, $3, $4)")
                .bind(person.id)
                .bind(*from_at)
                .bind(*until_at)
                .bind(*cover)
                .run()
                .await?;
        }
    }
    append(tx, New::at(now, Fact::TeamSet { team }).by(who.member())).await
}

fn problems(wish: &TeamWish, works: &dyn Fn(i64) -> bool, services: &HashMap<String, i64>) -> Vec<Field> {
    let mut wrong = Vec::new();
    let mut say = |field: String, problem: String| wrong.push(Field::new(field, problem));
    if wish.most_open.is_some_and(|most| !(1..=MOST_OPEN).contains(&most)) {
        say("most_open".into(), format!("has to lie between 1 and {MOST_OPEN}."));
    }
    for (nth, person) in wish.members.iter().enumerate() {
        let at = |field: &str| format!("members.{nth}.{field}");
        if !works(person.id) || wish.members[..nth].iter().any(|other| other.id == person.id) {
            say(at("id"), "does not work in this team, or is there twice.".into());
        }
        if let Some(code) = person.skills.iter().find(|code| !services.contains_key(*code)) {
            say(at("skills"), format!("names {code:?}, and there is no service with that code."));
        }
        if person.absences.len() > MOST {
            say(at("absences"), format!("are more than {MOST}."));
        }
        for absence in &person.absences {
            if absence.from_at >= absence.until_at {
                say(at("absences"), "do not end after they begin.".into());
            }
            if absence.cover.is_some_and(|cover| cover == person.id || !works(cover)) {
                say(at("absences"), "are covered by somebody who is away themselves, or does not work in this team.".into());
            }
        }
    }
    wrong
}
