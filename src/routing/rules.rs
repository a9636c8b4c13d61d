//! Ordered rules over service, place and answers: the first that matches says which team, how urgent and by when.
//!
//! Pure: it is given what is known of a request, and gives back a decision with its reasons. Refuses to know the database or the time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::assets::Around;
use crate::catalog::Priority;

/// What a rule asks for. All kinds that are given must hold; of one kind, any one entry. A rule that asks for nothing always matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Conditions {
    /// Codes of services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// Jurisdictions as `layer:code`, or `layer` for anywhere in that layer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jurisdictions: Vec<String>,
    /// Answers; all of these must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answered>,
    /// What stands near; all of these must hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<Near>,
}

/// An asset of a kind stands within some metres, and perhaps the nearest one says something of itself: who owns the road decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NearAsset)]
pub struct Near {
    /// Code of the kind of asset.
    pub kind: String,
    /// Metres from the request to the nearest position of it.
    pub within_m: u32,
    /// Property of the nearest one that is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// Values of which the property has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<String>,
}

/// A question was answered with one of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// The question's code.
    pub attribute: String,
    /// Values of which one must be among the answers.
    pub any_of: Vec<String>,
}

/// Whose queue a rule chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The rule says nothing about the team.
    Unsaid,
    /// This team.
    Team(i64),
    /// The team of the jurisdiction in the layer with this code.
    TeamOf(String),
}

/// One rule, as it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What people call it.
    pub name: String,
    /// When it matches.
    pub conditions: Conditions,
    /// Whose queue.
    pub team: Choice,
    /// How urgent, if it says.
    pub priority: Option<Priority>,
    /// Within how many hours, if it says.
    pub due_hours: Option<i64>,
}

/// The jurisdiction of one layer that a request lies in.
#[derive(Clone, Copy, Debug)]
pub struct Lies<'a> {
    /// Code of the layer.
    pub layer: &'a str,
    /// Code of the jurisdiction.
    pub code: &'a str,
    /// Its team.
    pub team: Option<i64>,
}

/// What is known of a request.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Code of the service.
    pub service: &'a str,
    /// One jurisdiction of each layer, in the order of the layers.
    pub lies: &'a [Lies<'a>],
    /// Code of the question and value.
    pub answers: &'a [(String, String)],
    /// What stands near, looked for when a rule asks; nothing where the place is not known.
    pub around: Option<Around<'a>>,
}

/// How a rule that is about the service fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tried {
    /// The rule's name.
    pub rule: String,
    /// Whether it matched.
    pub matched: bool,
    /// What held, or the first thing that did not, in English.
    pub because: String,
    /// What held, as codes; empty where the rule did not match, and for one that matches every request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Held>,
}

/// A condition that held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Held {
    /// It is about a service of the rule.
    Service {
        /// Code of the service.
        code: String,
    },
    /// It lies in a jurisdiction of the rule.
    Jurisdiction {
        /// As `layer:code`, or `layer` for anywhere in that layer.
        place: String,
    },
    /// A question was answered with a value of the rule.
    Answer {
        /// Code of the question.
        attribute: String,
        /// The value.
        value: String,
    },
    /// The nearest asset of a kind is near enough, and says what the rule asks.
    Near {
        /// Code of the kind.
        asset: String,
        /// What people call it; may be empty.
        name: String,
        /// Metres to it, rounded.
        metres: u32,
        /// The property that the rule asks for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        property: Option<String>,
        /// Its value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
    },
}

/// What the rules say.
#[derive(Clone, Debug)]
pub struct Decision<'r> {
    /// The first rule that matched.
    pub rule: Option<&'r Rule>,
    /// The team it chose.
    pub team: Option<i64>,
    /// The rules about this service, in order, up to the one that matched.
    pub tried: Vec<Tried>,
    /// How many rules before it were about other services.
    pub passed_over: usize,
}

/// Asks the rules in order. A rule that wants the team of a jurisdiction which has none does not match: it could not say where to go.
#[must_use]
pub fn decide<'r>(rules: &'r [Rule], known: &Known) -> Decision<'r> {
    let mut decision = Decision { rule: None, team: None, tried: Vec::new(), passed_over: 0 };
    for rule in rules {
        if !rule.conditions.services.is_empty() && !rule.conditions.services.iter().any(|code| code == known.service) {
            decision.passed_over += 1;
            continue;
        }
        let outcome = holds(&rule.conditions, known).and_then(|held| Ok((held, chosen(&rule.team, known)?)));
        let (matched, because, held) = match outcome {
            Ok((held, team)) => {
                (decision.rule, decision.team) = (Some(rule), team);
                (true, in_words(&held), held)
            }
            Err(because) => (false, because, Vec::new()),
        };
        decision.tried.push(Tried { rule: rule.name.clone(), matched, because, held });
        if matched {
            break;
        }
    }
    decision
}

/// What held; or as an error the first thing that did not, in words.
fn holds(conditions: &Conditions, known: &Known) -> Result<Vec<Held>, String> {
    let mut held = Vec::new();
    if !conditions.services.is_empty() {
        held.push(Held::Service { code: known.service.to_owned() });
    }
    if !conditions.jurisdictions.is_empty() {
        let lies_in = |wanted: &&String| {
            let (layer, code) = parts(wanted);
            known.lies.iter().any(|lies| lies.layer == layer && code.is_none_or(|code| code == lies.code))
        };
        match conditions.jurisdictions.iter().find(lies_in) {
            Some(found) => held.push(Held::Jurisdiction { place: found.clone() }),
            None => return Err(format!("it does not lie in {}", any_of(&conditions.jurisdictions))),
        }
    }
    for Answered { attribute, any_of: wanted } in &conditions.answers {
        let given = |value: &&String| known.answers.iter().any(|(code, answer)| code == attribute && answer == *value);
        match wanted.iter().find(given) {
            Some(value) => held.push(Held::Answer { attribute: attribute.clone(), value: value.clone() }),
            None => return Err(format!("{attribute} is not {}", any_of(wanted))),
        }
    }
    for near in &conditions.near {
        held.push(stands(near, known)?);
    }
    Ok(held)
}

/// The nearest asset of the kind, if it is near enough and says what is asked.
fn stands(near: &Near, known: &Known) -> Result<Held, String> {
    let Near { kind, within_m, property, any_of: wanted } = near;
    let found = known.around.and_then(|around| around.assets.nearest(kind, around.point, f64::from(*within_m)));
    let found = found.ok_or_else(|| format!("no {kind} is within {within_m} m"))?;
    let (name, metres) = (found.name.to_owned(), found.metres.round() as u32);
    let value = property.as_ref().map(|property| found.says(property));
    match (property, value) {
        (Some(property), Some(value)) if !wanted.iter().any(|wanted| wanted == value) => {
            let which = if name.is_empty() { String::new() } else { format!(", {name:?}") };
            let has = if value.is_empty() { "nothing".to_owned() } else { format!("{value:?}") };
            Err(format!("the nearest {kind}{which} ({metres} m), has {has} as {property} and not {}", any_of(wanted)))
        }
        _ => Ok(Held::Near { asset: kind.clone(), name, metres, property: property.clone(), value: value.map(str::to_owned) }),
    }
}

fn in_words(held: &[Held]) -> String {
    let words = held.iter().map(|held| match held {
        Held::Service { code } => format!("the service is {code}"),
        Held::Jurisdiction { place } => format!("it lies in {place}"),
        Held::Answer { attribute, value } => format!("{attribute} is {value}"),
        Held::Near { asset, name, metres, property, value } => {
            let which = if name.is_empty() { asset.clone() } else { format!("{asset} {name:?}") };
            let says = property.as_ref().zip(value.as_ref()).map(|(property, value)| format!(", whose {property} is {value}"));
            format!("{which} is {metres} m away{}", says.unwrap_or_default())
        }
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "it matches every request".into() } else { words.join(", ") }
}

fn chosen(choice: &Choice, known: &Known) -> Result<Option<i64>, String> {
    match choice {
        Choice::Unsaid => Ok(None),
        Choice::Team(team) => Ok(Some(*team)),
        Choice::TeamOf(layer) => match known.lies.iter().find(|lies| lies.layer == layer) {
            Some(Lies { team: Some(team), .. }) => Ok(Some(*team)),
            Some(lies) => Err(format!("{layer}:{} has no team", lies.code)),
            None => Err(format!("it lies in no {layer}")),
        },
    }
}

/// Layer and code of `layer:code`; a layer alone has no code.
pub(super) fn parts(jurisdiction: &str) -> (&str, Option<&str>) {
    jurisdiction.split_once(':').map_or((jurisdiction, None), |(layer, code)| (layer, Some(code)))
}

/// A list for reading; of a long one the beginning, since it is kept with every case.
fn any_of(wanted: &[String]) -> String {
    match wanted {
        [.., _, _, _, _] if wanted.len() > 6 => format!("any of {} and {} more", wanted[..5].join(", "), wanted.len() - 5),
        [one] => one.clone(),
        _ => format!("any of {}", wanted.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gazetteer::Asset;
    use crate::geo::Point;
    use crate::routing::assets::Assets;

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|&text| text.to_owned()).collect()
    }

    fn rule(name: &str, services: &[&str], jurisdictions: &[&str], team: Choice) -> Rule {
        let conditions = Conditions { services: texts(services), jurisdictions: texts(jurisdictions), ..Conditions::default() };
        Rule { name: name.into(), conditions, team, priority: None, due_hours: None }
    }

    const WARD: Lies<'static> = Lies { layer: "ward", code: "5", team: Some(50) };
    const PARK: Lies<'static> = Lies { layer: "park", code: "north:1", team: None };

    fn ask<'r>(rules: &'r [Rule], lies: &[Lies], answers: &[(&str, &str)]) -> (Option<&'r str>, Option<i64>, Vec<String>, usize) {
        let answers: Vec<_> = answers.iter().map(|&(code, value)| (code.to_owned(), value.to_owned())).collect();
        let decision = decide(rules, &Known { service: "pothole", lies, answers: &answers, around: None });
        let tried = decision.tried.iter().map(|tried| format!("{}: {}", tried.rule, tried.because)).collect();
        (decision.rule.map(|rule| rule.name.as_str()), decision.team, tried, decision.passed_over)
    }

    #[test]
    fn the_first_rule_that_matches_wins() {
        let rules = [
            rule("lights", &["light"], &[], Choice::Team(1)),
            rule("ward six", &[], &["ward:6", "ward:7"], Choice::Team(2)),
            rule("holes here", &["hole", "pothole"], &["ward:5"], Choice::Team(3)),
            rule("rest", &[], &[], Choice::Team(4)),
        ];
        let (name, team, tried, passed_over) = ask(&rules, &[WARD], &[]);
        assert_eq!((name, team, passed_over), (Some("holes here"), Some(3), 1));
        assert_eq!(tried, ["ward six: it does not lie in any of ward:6, ward:7", "holes here: the service is pothole, it lies in ward:5"]);
        assert_eq!(ask(&rules, &[], &[]).0, Some("rest"));
        assert_eq!(ask(&rules[..1], &[WARD], &[]), (None, None, vec![], 1));
    }

    #[test]
    fn a_place_is_a_layer_and_perhaps_a_code() {
        for (wanted, holds) in
            [("ward", true), ("ward:5", true), ("ward:55", false), ("park:north:1", true), ("park:north", false), ("war", false)]
        {
            let rules = [rule("r", &[], &[wanted], Choice::Team(1))];
            assert_eq!(ask(&rules, &[WARD, PARK], &[]).0.is_some(), holds, "{wanted}");
        }
    }

    #[test]
    fn the_team_of_a_jurisdiction_is_taken_where_there_is_one() {
        let rules = [rule("park", &[], &[], Choice::TeamOf("park".into())), rule("ward", &[], &[], Choice::TeamOf("ward".into()))];
        let (name, team, tried, _) = ask(&rules, &[PARK, WARD], &[]);
        assert_eq!((name, team, tried[0].as_str()), (Some("ward"), Some(50), "park: park:north:1 has no team"));
        assert_eq!(ask(&rules, &[], &[]).2, ["park: it lies in no park", "ward: it lies in no ward"]);
        let urgent = [Rule { priority: Some(Priority::Urgent), ..rule("only urgency", &[], &[], Choice::Unsaid) }];
        assert_eq!(ask(&urgent, &[WARD], &[]).1, None);
    }

    #[test]
    fn all_questions_must_be_answered_with_one_of_the_values() {
        let mut deep = rule("deep", &[], &[], Choice::Team(1));
        deep.conditions.answers = vec![
            Answered { attribute: "depth".into(), any_of: texts(&["deep", "very deep"]) },
            Answered { attribute: "part".into(), any_of: texts(&["road"]) },
        ];
        let rules = [deep];
        assert_eq!(ask(&rules, &[], &[("part", "kerb"), ("part", "road"), ("depth", "deep")]).2, ["deep: depth is deep, part is road"]);
        assert_eq!(ask(&rules, &[], &[("part", "kerb"), ("depth", "deep")]).2, ["deep: part is not road"]);
        assert_eq!(ask(&rules, &[], &[("part", "road")]).2, ["deep: depth is not any of deep, very deep"]);
    }

    #[test]
    fn the_nearest_asset_speaks_for_the_place() {
        let road = |id, name: &str, owner: &str, lat| Asset {
            id,
            name: name.into(),
            geometry: geo::LineString::from(vec![(0.0, lat), (0.01, lat)]).into(),
            properties: [("owner".to_owned(), owner.to_owned())].into(),
        };
        let mut assets = Assets::default();
        let roads = vec![road(1, "Route 3", "state", 0.0), road(2, "Mill Lane", "city", 0.0003)];
        assets.put("street".into(), roads, &["owner".to_owned()].into());
        let near = |property: Option<&str>, any_of: &[&str]| {
            let near = Near { kind: "street".into(), within_m: 30, property: property.map(str::to_owned), any_of: texts(any_of) };
            let mut rule = rule("r", &[], &[], Choice::Team(1));
            rule.conditions.near = vec![near];
            [rule]
        };
        let ask = |rules: &[Rule], lat: Option<f64>| {
            let around = lat.map(|lat| Around { assets: &assets, point: Point { lon: 0.005, lat } });
            let decision = decide(rules, &Known { service: "pothole", lies: &[], answers: &[], around });
            (decision.team, decision.tried[0].because.clone())
        };
        let state = near(Some("Owner"), &["state"]);
        // eleven metres from the state's road and twenty-two from the city's, both within reach
        assert_eq!(ask(&state, Some(0.0001)), (Some(1), "street \"Route 3\" is 11 m away, whose Owner is state".into()));
        let city = "the nearest street, \"Mill Lane\" (11 m), has \"city\" as Owner and not state";
        assert_eq!(ask(&state, Some(0.0002)), (None, city.into()));
        assert_eq!(ask(&state, Some(0.001)), (None, "no street is within 30 m".into()));
        assert_eq!(ask(&state, None), (None, "no street is within 30 m".into()));
        assert_eq!(ask(&near(None, &[]), Some(0.0002)), (Some(1), "street \"Mill Lane\" is 11 m away".into()));
        let unsaid = ask(&near(Some("width"), &["7"]), Some(0.0002)).1;
        assert_eq!(unsaid, "the nearest street, \"Mill Lane\" (11 m), has nothing as width and not 7");
    }

    #[test]
    fn reasons_stay_short() {
        let many: Vec<String> = (1..=50).map(|n| format!("ward:{n}x")).collect();
        let rules = [rule("many", &[], &many.iter().map(String::as_str).collect::<Vec<_>>(), Choice::Team(1))];
        assert_eq!(
            ask(&rules, &[WARD], &[]).2[0],
            "many: it does not lie in any of ward:1x, ward:2x, ward:3x, ward:4x, ward:5x and 45 more"
        );
    }

    #[test]
    fn conditions_are_kept_as_short_json_that_knows_no_other_words() {
        let conditions = Conditions { services: texts(&["pothole"]), ..Conditions::default() };
        assert_eq!(serde_json::to_string(&conditions).expect("it is plain"), r#"{"services":["pothole"]}"#);
        assert!(serde_json::from_str::<Conditions>(r#"{"service":["pothole"]}"#).is_err());
    }
}
