//! Why a case went where it went, as it is kept with the case and shown to whoever asks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::Tried;
use crate::catalog::Priority;

/// The reasons of one routing. Holds no words of residents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Why {
    /// The whole of it in one English sentence.
    pub because: String,
    /// What decided, as a code for whoever words it; unknown for what was filed before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// Where the request lies, as far as boundaries know.
    pub place: Place,
    /// The jurisdictions that do not have it outside, layer by layer, the one it belongs to first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jurisdictions: Vec<Lay>,
    /// The rules about its service that were asked, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tried: Vec<Tried>,
    /// How many rules about other services were passed over.
    #[serde(default)]
    pub passed_over: usize,
    /// The team that was chosen: its code and name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Chosen>,
    /// The priority that a rule gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// The hours that a rule gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_hours: Option<i64>,
    /// The version of boundaries and rules that decided.
    pub version: i64,
}

/// What decided about the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The rule that matched.
    Rule,
    /// No rule named a team; the jurisdiction of this name is responsible where it lies.
    Jurisdiction(String),
    /// Nothing named a team: the settings do.
    Settings,
}

/// Where a request lies, as far as boundaries know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Whereabouts)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// It came without a place.
    Missing,
    /// In at least one jurisdiction.
    Inside,
    /// Outside of every jurisdiction.
    Outside,
    /// No jurisdictions are published.
    Unmapped,
}

/// A jurisdiction that does not have the request outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Lay {
    /// Code of the layer.
    pub layer: String,
    /// Code of the jurisdiction.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Metres to its nearest border, rounded to the metre.
    pub metres_to_border: f64,
    /// Whether it is the one that the request belongs to in its layer; others overlap it or share the border it lies on.
    pub owns: bool,
}

/// A team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ChosenTeam)]
pub struct Chosen {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}
