//! How a case stood and how it stands with a correction, side by side.

use serde::Serialize;

use crate::cases::queue::Place;
use crate::cases::redirect::Way;
use crate::catalog::Service;
use crate::db::Tx;
use crate::error::Result;
use crate::privacy::PlacePrivacy;
use crate::routing::{Ground, Why};

/// What a correction changes, or would change.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Correction {
    /// The case.
    pub id: i64,
    /// Whether it was made; otherwise it was only tried.
    pub applied: bool,
    /// Counts the decisions made over the case; send it back to confirm.
    pub version: i64,
    /// The version of boundaries and rules that decided; send it back to confirm.
    pub routing: i64,
    /// What differs between the two.
    pub changed: Vec<Part>,
    /// By how many metres the pin is moved.
    pub moved_m: Option<f64>,
    /// How it stood.
    pub before: Side,
    /// How it stands with the correction.
    pub after: Side,
}

/// What of a case a correction can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CorrectedPart)]
pub enum Part {
    /// Where it is.
    Place,
    /// What was asked for.
    Service,
    /// What of its place the public sees.
    PlacePrivacy,
    /// Whose queue it is in.
    Team,
    /// Who has it.
    Assignee,
    /// How urgent it is.
    Priority,
    /// By when it is promised.
    DueAt,
    /// The jurisdictions that it lies in.
    Jurisdictions,
}

/// A case before a correction or after it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = CorrectedSide)]
pub struct Side {
    /// Degrees east.
    pub lon: Option<f64>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Code of the service.
    pub service: String,
    /// Name of the service.
    pub service_name: String,
    /// What of its place the public sees.
    pub place_privacy: PlacePrivacy,
    /// Code of the team.
    pub team: Option<String>,
    /// Name of the team.
    pub team_name: Option<String>,
    /// Name of the agency that answers for it.
    pub agency: Option<String>,
    /// Name of the member who has it.
    pub assignee: Option<String>,
    /// How urgent.
    pub priority: String,
    /// By when it is promised, epoch milliseconds.
    pub due_at: Option<i64>,
    /// Where it lies.
    pub jurisdictions: Vec<Place>,
    /// Why it goes there.
    #[schema(value_type = Option<Why>)]
    pub why: serde_json::Value,
}

/// One side of the difference; who has it and by when it is promised stand beside the way.
pub(super) async fn side(
    tx: &mut Tx,
    ground: &Ground,
    service: &Service,
    way: &Way,
    (assignee, due_at): (Option<String>, Option<i64>),
) -> Result<Side> {
    let team: Option<(String, String, String)> = tx
        .sql("select t.code, t.name, a.name from team t join agency a on a.id = t.agency_id where t.id = $1")
        .bind(way.team)
        .optional()
        .await?;
    let (team, team_name, agency) = match team {
        Some((code, name, agency)) => (Some(code), Some(name), Some(agency)),
        None => {
            let own = tx.sql("select name from agency where id = $1").bind(service.agency_id).optional::<(String,)>().await?;
            (None, None, own.map(|(name,)| name))
        }
    };
    let lies = |&id: &i64| ground.named(id);
    let mut jurisdictions: Vec<Place> = way
        .jurisdictions
        .iter()
        .filter_map(lies)
        .map(|(layer, code, name)| Place { layer: layer.to_owned(), code: code.to_owned(), name: name.to_owned() })
        .collect();
    jurisdictions.sort_by(|one, other| (&one.layer, &one.code).cmp(&(&other.layer, &other.code)));
    Ok(Side {
        lon: way.place.map(|point| point.lon),
        lat: way.place.map(|point| point.lat),
        service: service.code.clone(),
        service_name: service.name.clone(),
        place_privacy: service.place_privacy,
        team,
        team_name,
        agency,
        assignee,
        priority: way.priority.clone(),
        due_at,
        jurisdictions,
        why: serde_json::from_str(&way.route_json).unwrap_or_default(),
    })
}

/// What differs between the two.
pub(super) fn changed(before: &Side, after: &Side) -> Vec<Part> {
    let parts = [
        (Part::Place, (before.lon, before.lat) != (after.lon, after.lat)),
        (Part::Service, before.service != after.service),
        (Part::PlacePrivacy, before.place_privacy != after.place_privacy),
        (Part::Team, before.team != after.team),
        (Part::Assignee, before.assignee != after.assignee),
        (Part::Priority, before.priority != after.priority),
        (Part::DueAt, before.due_at != after.due_at),
        (Part::Jurisdictions, before.jurisdictions != after.jurisdictions),
    ];
    parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect()
}
