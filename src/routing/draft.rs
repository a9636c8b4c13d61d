//! Rules as people write them, by codes, and everything that can be wrong with them. A rule that could not work is refused when it is
//! saved; nothing is switched off in silence.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::{Conditions, Near, parts};
use crate::catalog::{Priority, Service};
use crate::error::Field;

/// A rule as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleDraft {
    /// What people call it.
    pub name: String,
    /// When it matches.
    #[serde(default)]
    pub conditions: Conditions,
    /// Code of the team that gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Or: code of the layer whose jurisdiction's team gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_of_layer: Option<String>,
    /// How urgent it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Within how many hours it should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_hours: Option<i64>,
}

/// The most hours a rule may give: ten years.
const MOST_HOURS: i64 = 87_600;

/// The most metres that a rule may look around: who is responsible for a place is not decided from far away.
const MOST_METRES: u32 = 2_000;

/// What there is for rules to name.
pub struct World<'a> {
    /// All services.
    pub services: &'a [Service],
    /// Codes of the layers, and of the jurisdictions in each.
    pub layers: &'a HashMap<String, HashSet<String>>,
    /// Codes of the teams.
    pub teams: &'a HashSet<String>,
    /// The kinds of assets that the rules name and that there are.
    pub assets: &'a HashMap<String, Kept>,
}

/// Names of the properties of the assets of a kind, each with the values it has.
pub type Kept = HashMap<String, HashSet<String>>;

/// Everything that is wrong with the rules, by field: `rules.0.conditions.services` and so on. Empty: they can be saved.
#[must_use]
pub fn problems(drafts: &[RuleDraft], world: &World) -> Vec<Field> {
    let mut wrong = Vec::new();
    for (nth, draft) in drafts.iter().enumerate() {
        let mut say = |field: &str, problem: String| wrong.push(Field::new(format!("rules.{nth}.{field}"), problem));
        if draft.name.trim().is_empty() || draft.name.contains('\0') {
            say("name", "is empty, or holds a character that cannot be kept.".into());
        } else if drafts[..nth].iter().any(|other| other.name == draft.name) {
            say("name", format!("{:?} is the name of an earlier rule.", draft.name));
        }
        if draft.team.is_some() && draft.team_of_layer.is_some() {
            say("team", "is given, and team_of_layer too: a rule chooses one of them.".into());
        }
        if let Some(team) = draft.team.as_ref().filter(|team| !world.teams.contains(*team)) {
            say("team", format!("is {team:?}, and there is no team with that code."));
        }
        if let Some(layer) = draft.team_of_layer.as_ref().filter(|layer| !world.layers.contains_key(*layer)) {
            say("team_of_layer", format!("is {layer:?}, and there is no layer with that code."));
        }
        if draft.team.is_none() && draft.team_of_layer.is_none() && draft.priority.is_none() && draft.due_hours.is_none() {
            say("team", "is missing, and so is everything else that a rule could say.".into());
        }
        if draft.due_hours.is_some_and(|hours| !(1..=MOST_HOURS).contains(&hours)) {
            say("due_hours", format!("has to lie between 1 and {MOST_HOURS} (ten years)."));
        }
        conditions(&draft.conditions, world, &mut |field, problem| say(&format!("conditions.{field}"), problem));
    }
    wrong
}

fn conditions(conditions: &Conditions, world: &World, say: &mut impl FnMut(&str, String)) {
    for code in &conditions.services {
        if !world.services.iter().any(|service| service.code == *code) {
            say("services", format!("names {code:?}, and there is no service with that code."));
        }
    }
    for wanted in &conditions.jurisdictions {
        if let Some(problem) = unknown(wanted, world.layers) {
            say("jurisdictions", problem);
        }
    }
    let about = |service: &&Service| conditions.services.is_empty() || conditions.services.contains(&service.code);
    for answered in &conditions.answers {
        let code = &answered.attribute;
        let asked: Vec<_> = world.services.iter().filter(about).filter_map(|service| service.attribute(code)).collect();
        if asked.is_empty() {
            say("answers", format!("names the question {code:?}, which none of the rule's services asks."));
        }
        if answered.any_of.is_empty() {
            say("answers", format!("names no answer to {code:?}, so the rule would never match."));
        }
        for value in &answered.any_of {
            let possible = asked.iter().any(|question| !question.datatype.is_list() || question.choice(value).is_some());
            if !asked.is_empty() && !possible {
                say("answers", format!("names {value:?}, which {code:?} does not offer."));
            }
        }
    }
    for near in &conditions.near {
        for problem in astray(near, world.assets) {
            say("near", problem);
        }
    }
}

/// What is wrong with a condition about assets.
fn astray(near: &Near, assets: &HashMap<String, Kept>) -> Vec<String> {
    let Near { kind, within_m, property, any_of } = near;
    let mut wrong = Vec::new();
    if !(1..=MOST_METRES).contains(within_m) {
        wrong.push(format!("looks {within_m} metres around; it has to be between 1 and {MOST_METRES}."));
    }
    let Some(kept) = assets.get(kind) else {
        wrong.push(format!("names {kind:?}, and there are no assets of that kind."));
        return wrong;
    };
    match property {
        None if !any_of.is_empty() => wrong.push("names values, but no property that would have them.".into()),
        None => {}
        Some(property) => match kept.get(&property.to_lowercase()) {
            None => wrong.push(format!("names the property {property:?}, which no {kind} has.")),
            Some(_) if any_of.is_empty() => wrong.push(format!("names no value of {property:?}, so the rule would never match.")),
            Some(values) => wrong.extend(
                any_of
                    .iter()
                    .filter(|value| !values.contains(*value))
                    .map(|value| format!("names {value:?}, which is the {property} of no {kind}.")),
            ),
        },
    }
    wrong
}

/// What is wrong with `layer:code` or `layer`, if it names nothing.
pub(super) fn unknown(jurisdiction: &str, layers: &HashMap<String, HashSet<String>>) -> Option<String> {
    let (layer, code) = parts(jurisdiction);
    match (layers.get(layer), code) {
        (None, _) => Some(format!("names {jurisdiction:?}, and there is no layer with the code {layer:?}.")),
        (Some(codes), Some(code)) if !codes.contains(code) => {
            Some(format!("names {jurisdiction:?}, and there is no jurisdiction {code:?} in the layer {layer:?}."))
        }
        _ => None,
    }
}
