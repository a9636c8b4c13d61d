//! What an entry of the timeline says, as codes: pages word it in the reader's language.

use std::collections::HashMap;

use serde::Serialize;

use super::status::Status;
use crate::db::Db;
use crate::error::Result;
use crate::events::Fact;

/// The parts of what happened. Each is there for the kinds of entries that have it.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Told {
    /// How a request came that was filed or joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Who decided that a request joined: `resident`, `policy`, `staff` or `import`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<String>,
    /// From where to where the case was moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Leap>,
    /// What was put right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected: Option<Corrected>,
    /// Name of the team that it was given to; empty for one that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Name of the member that it was given to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The state that a photo was given in a review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
    /// What was promised and is due soon or late: `response` or `resolution`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<String>,
    /// How many days after its closing an earlier case at the same spot came back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
}

/// A move that was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Leap {
    /// Where the case stood.
    pub from: Status,
    /// Where it went.
    pub to: Status,
    /// The moves that undo it, in order, as far as the table of moves goes; empty where nothing leads back.
    pub back: Vec<Status>,
}

/// What was put right of a case; nothing of both where it was only routed again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Corrected {
    /// Whether its pin was moved.
    pub place: bool,
    /// Name of the service before, if it is another now.
    pub from: Option<String>,
    /// Name of the service after, if it is another now.
    pub to: Option<String>,
}

/// Whom facts name by id.
pub(super) struct Names {
    pub teams: HashMap<i64, String>,
    pub members: HashMap<i64, String>,
    pub services: HashMap<i64, String>,
}

impl Names {
    /// Those that the facts of a case can name.
    pub async fn read(db: &Db, case: i64) -> Result<Names> {
        let teams: Vec<(i64, String)> = db.sql("select id, name from team").all().await?;
        let given = "select data_json from event where case_id = $1 and kind = 'assigned'";
        let given: Vec<(String,)> = db.sql(given).bind(case).all().await?;
        let mut ids = Vec::new();
        for (data,) in given {
            if let Fact::Assigned { member: Some(member), .. } = serde_json::from_str(&data)? {
                ids.push(member);
            }
        }
        let members: Vec<(i64, String)> = match ids.is_empty() {
            true => Vec::new(),
            false => db.sql("select id, name from member where true").within(" and id", ids).all().await?,
        };
        let services: Vec<(i64, String)> = db.sql("select id, name from service").all().await?;
        Ok(Names { teams: teams.into_iter().collect(), members: members.into_iter().collect(), services: services.into_iter().collect() })
    }
}

impl Told {
    /// The parts of a fact.
    pub(super) fn of(fact: &Fact, names: &Names) -> Told {
        let nothing = Told::default();
        match fact {
            Fact::Filed { source } => Told { source: Some(source.clone()), ..nothing },
            Fact::Joined { source, by } => Told { source: Some(source.clone()), decided: Some(by.clone()), ..nothing },
            Fact::Moved { from, to } => Told { moved: leap(from, to), ..nothing },
            Fact::Assigned { team, member } => Told {
                team: team.map(|team| names.teams.get(&team).cloned().unwrap_or_default()),
                member: member.map(|member| names.members.get(&member).cloned().unwrap_or_default()),
                ..nothing
            },
            Fact::Corrected { place, from, to } => {
                let name = |id: &Option<i64>| id.map(|id| names.services.get(&id).cloned().unwrap_or_default());
                Told { corrected: Some(Corrected { place: *place, from: name(from), to: name(to) }), ..nothing }
            }
            Fact::PhotoReviewed { state, .. } => Told { photo: Some(state.clone()), ..nothing },
            Fact::DueSoon { promise } | Fact::Overdue { promise } => Told { promise: Some(promise.clone()), ..nothing },
            Fact::Recurred { days, .. } => Told { days: Some(*days), ..nothing },
            _ => nothing,
        }
    }
}

fn leap(from: &str, to: &str) -> Option<Leap> {
    let (from, to) = (Status::parse(from)?, Status::parse(to)?);
    Some(Leap { from, to, back: to.way_back(from) })
}
