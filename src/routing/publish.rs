//! New boundaries and new rules, each in one transaction with its event. A jurisdiction keeps its row for as long as its code lives, so
//! cases and grants that name it stay; where a publication is dated, the old area is kept beside it for what was filed before.

use std::collections::{HashMap, HashSet};

use geo::MultiPolygon;

use super::VERSION;
use super::draft::{Kept, RuleDraft, World, problems, unknown};
use super::rules::Conditions;
use super::store::write_geometry;
use crate::catalog::Shelf;
use crate::db::Tx;
use crate::error::{Error, Field, Result};
use crate::events::{self, Fact};
use crate::gazetteer;
use crate::record;
use crate::versions::{Source, bump};

/// A layer as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerDraft {
    /// What it is called in addresses and rules; without `:` and `,`.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Its rank among the layers; lower is asked first.
    pub precedence: i64,
}

/// A jurisdiction as it is published.
#[derive(Clone, Debug)]
pub struct JurisdictionDraft {
    /// What it is called in addresses and rules, unique in its layer; without `,`.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Its rank where it overlaps others of its layer; lower wins.
    pub precedence: i64,
    /// Code of its team; nothing keeps the team that it has.
    pub team: Option<String>,
    /// Valid polygons, such as [`crate::geo::area::read`] gives.
    pub area: MultiPolygon,
}

/// What a publication did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The layer.
    pub layer: i64,
    /// Jurisdictions that were not there before.
    pub new: usize,
    /// Jurisdictions whose area, name, rank or team is another now.
    pub changed: usize,
    /// Jurisdictions that are as they were.
    pub same: usize,
    /// Jurisdictions that are there no more. Their cases stay.
    pub retired: usize,
    /// Rules that name a jurisdiction which is there no more, in words.
    pub broken_rules: Vec<String>,
}

/// A row about to be written.
struct New {
    code: String,
    name: String,
    precedence: i64,
    team: Option<i64>,
    geometry: String,
    valid_from: Option<i64>,
    valid_to: Option<i64>,
}
record! { struct Old {
    id: i64, code: String, name: String, precedence: i64, team_id: Option<i64>, geometry_json: String, valid_from: Option<i64>, valid_to: Option<i64>,
} }

/// Replaces a layer by these jurisdictions. With `valid_from` (epoch milliseconds) what changes is valid from then on, and what was filed
/// before is routed as before; without, the areas are corrected as if they had always been so.
///
/// # Errors
/// [`Error::Invalid`] names every code, team or date that does not fit; nothing is changed then.
pub async fn publish(
    tx: &mut Tx,
    layer: &LayerDraft,
    drafts: &[JurisdictionDraft],
    valid_from: Option<i64>,
    member: Option<i64>,
    now: i64,
) -> Result<Published> {
    bump(tx, VERSION, now).await?; // first, so that two publications take turns
    let teams: HashMap<String, i64> = tx.sql("select code, id from team").all::<(String, i64)>().await?.into_iter().collect();
    let wrong = wrong(layer, drafts, &teams);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let (layer_id,): (i64,) = tx
        .sql(
            "insert into layer (code, name, precedence) values ($1, $2, $3)
             on conflict (code) do update set name = excluded.name, precedence = excluded.precedence returning id",
        )
        .bind(layer.code.clone())
        .bind(layer.name.trim().to_owned())
        .bind(layer.precedence)
        .one()
        .await?;
    let mut old: HashMap<String, Vec<Old>> = HashMap::new();
    let all =
        "select id, code, name, precedence, team_id, geometry_json, valid_from, valid_to from jurisdiction where layer_id = $1 order by id";
    for row in tx.sql(all).bind(layer_id).all::<Old>().await? {
        old.entry(row.code.clone()).or_default().push(row);
    }
    let mut done = Published { layer: layer_id, ..Published::default() };
    for draft in drafts {
        let rows = old.remove(&draft.code).unwrap_or_default();
        let team = draft.team.as_ref().and_then(|code| teams.get(code)).copied();
        *put(tx, layer_id, draft, team, rows, valid_from, &mut done).await? += 1;
    }
    for row in old.into_values().flatten().filter(|row| row.valid_to.is_none()) {
        let ends = valid_from.unwrap_or(now);
        tx.sql("update jurisdiction set valid_to = $1 where id = $2").bind(ends).bind(row.id).run().await?;
        done.retired += 1;
    }
    done.broken_rules = broken_rules(tx).await?;
    let fact = Fact::BoundariesPublished { layer: layer_id, jurisdictions: drafts.len() as u64 };
    events::append(tx, events::New::at(now, fact).by(member)).await?;
    Ok(done)
}

/// Puts one jurisdiction into its row and tells which count it adds to.
async fn put<'d>(
    tx: &mut Tx,
    layer: i64,
    draft: &JurisdictionDraft,
    team: Option<i64>,
    rows: Vec<Old>,
    valid_from: Option<i64>,
    done: &'d mut Published,
) -> Result<&'d mut usize> {
    let mut row = New {
        code: draft.code.clone(),
        name: draft.name.trim().to_owned(),
        precedence: draft.precedence,
        team,
        geometry: write_geometry(&draft.area)?,
        valid_from,
        valid_to: None,
    };
    // the row that lives; or one that was retired, whose code comes back
    let Some(old) =
        rows.iter().position(|row| row.valid_to.is_none()).or(rows.len().checked_sub(1)).and_then(|nth| rows.into_iter().nth(nth))
    else {
        insert(tx, layer, row).await?;
        return Ok(&mut done.new);
    };
    row.team = team.or(old.team_id);
    let living = old.valid_to.is_none();
    let moved = old.geometry_json != row.geometry;
    if living && !moved && (old.name == row.name && old.precedence == row.precedence && old.team_id == row.team) {
        return Ok(&mut done.same);
    }
    // dated: the row lives on with the new area from then, and the old area goes to a row of its own that ended then
    let dated = valid_from.filter(|&from| (moved || !living) && old.valid_from != Some(from));
    if let Some(from) = dated.filter(|from| old.valid_from.is_some_and(|since| since >= *from) || old.valid_to.is_some_and(|to| to > *from))
    {
        return Err(Error::invalid("valid_from", format!("{from} is not after what is published of {:?} already.", draft.code)));
    }
    tx.sql("update jurisdiction set name = $1, precedence = $2, team_id = $3, geometry_json = $4, valid_from = $5, valid_to = null where id = $6")
        .bind(row.name)
        .bind(row.precedence)
        .bind(row.team)
        .bind(row.geometry)
        .bind(dated.or(old.valid_from))
        .bind(old.id)
        .run()
        .await?;
    if let Some(from) = dated {
        let past = New {
            code: old.code,
            name: old.name,
            precedence: old.precedence,
            team: old.team_id,
            geometry: old.geometry_json,
            valid_from: old.valid_from,
            valid_to: old.valid_to.or(Some(from)),
        };
        insert(tx, layer, past).await?;
    }
    Ok(if living { &mut done.changed } else { &mut done.new })
}

async fn insert(tx: &mut Tx, layer: i64, row: New) -> Result<()> {
    tx.sql(
        "insert into jurisdiction (layer_id, code, name, precedence, team_id, geometry_json, valid_from, valid_to)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(layer)
    .bind(row.code)
    .bind(row.name)
    .bind(row.precedence)
    .bind(row.team)
    .bind(row.geometry)
    .bind(row.valid_from)
    .bind(row.valid_to)
    .run()
    .await?;
    Ok(())
}

fn wrong(layer: &LayerDraft, drafts: &[JurisdictionDraft], teams: &HashMap<String, i64>) -> Vec<Field> {
    let mut wrong = Vec::new();
    if let Some(problem) = bad_code(&layer.code, &[',', ':', '/']) {
        wrong.push(Field::new("layer", problem));
    }
    if layer.name.trim().is_empty() || layer.name.contains('\0') {
        wrong.push(Field::new("layer.name", "is empty, or holds a character that cannot be kept."));
    }
    if drafts.is_empty() {
        wrong.push(Field::new("jurisdictions", "are none: a publication replaces the whole layer."));
    }
    let mut seen = HashSet::new();
    for (nth, draft) in drafts.iter().enumerate() {
        let mut say = |field: &str, problem: String| wrong.push(Field::new(format!("jurisdictions.{nth}.{field}"), problem));
        if let Some(problem) = bad_code(&draft.code, &[',']) {
            say("code", problem);
        }
        if !seen.insert(&draft.code) {
            say("code", format!("{:?} is the code of an earlier jurisdiction of the layer.", draft.code));
        }
        if draft.name.contains('\0') {
            say("name", "holds the character U+0000, which cannot be kept.".into());
        }
        if let Some(team) = draft.team.as_ref().filter(|team| !teams.contains_key(*team)) {
            say("team", format!("is {team:?}, and there is no team with that code."));
        }
    }
    wrong
}

fn bad_code(code: &str, reserved: &[char]) -> Option<String> {
    if code.trim().is_empty() {
        Some("is empty.".into())
    } else if code.trim() != code {
        Some("may not begin or end with a blank.".into())
    } else {
        code.chars().find(|&c| reserved.contains(&c) || c.is_control()).map(|c| format!("is {code:?} and may not hold {c:?}."))
    }
}

/// Replaces all rules; their order is the order in which they are asked.
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong ([`problems`]); nothing is changed then.
pub async fn save_rules(tx: &mut Tx, drafts: &[RuleDraft], member: Option<i64>, now: i64) -> Result<()> {
    bump(tx, VERSION, now).await?;
    let catalog = Shelf::default().get_in(tx).await?;
    let layers = world_of_layers(tx).await?;
    let teams: HashMap<String, i64> = tx.sql("select code, id from team").all::<(String, i64)>().await?.into_iter().collect();
    let layer_ids: HashMap<String, i64> = tx.sql("select code, id from layer").all::<(String, i64)>().await?.into_iter().collect();
    let assets = kept(tx, drafts).await?;
    let world = World { services: catalog.all(), layers: &layers, teams: &teams.keys().cloned().collect(), assets: &assets };
    let wrong = problems(drafts, &world);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    tx.sql("delete from rule").run().await?;
    for (draft, ordinal) in drafts.iter().zip(1i64..) {
        tx.sql(
            "insert into rule (ordinal, name, conditions_json, team_id, team_of_layer_id, priority, due_hours) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(ordinal)
        .bind(draft.name.clone())
        .bind(serde_json::to_string(&draft.conditions)?)
        .bind(draft.team.as_ref().and_then(|code| teams.get(code)).copied())
        .bind(draft.team_of_layer.as_ref().and_then(|code| layer_ids.get(code)).copied())
        .bind(draft.priority.map(|priority| priority.word().to_owned()))
        .bind(draft.due_hours)
        .run()
        .await?;
    }
    events::append(tx, events::New::at(now, Fact::RulesPublished { rules: drafts.len() as u64 }).by(member)).await
}

/// What is known of the assets of the kinds that the rules name; a kind without any is left out.
pub(super) async fn kept(tx: &mut Tx, drafts: &[RuleDraft]) -> Result<HashMap<String, Kept>> {
    let mut kinds: HashMap<String, Kept> = HashMap::new();
    let named: HashSet<&String> = drafts.iter().flat_map(|draft| &draft.conditions.near).map(|near| &near.kind).collect();
    for kind in named {
        for asset in gazetteer::assets_of(&mut Source::Tx(tx), kind).await? {
            let kept = kinds.entry(kind.clone()).or_default();
            for (property, value) in asset.properties {
                kept.entry(property).or_default().insert(value);
            }
        }
    }
    Ok(kinds)
}

/// Tells every process that what its rules ask for changed: assets that they look for near a request.
pub async fn stale(tx: &mut Tx, now: i64) -> Result<()> {
    bump(tx, VERSION, now).await
}

/// Codes of the layers, and of the living jurisdictions in each.
async fn world_of_layers(tx: &mut Tx) -> Result<HashMap<String, HashSet<String>>> {
    let mut layers: HashMap<String, HashSet<String>> = HashMap::new();
    for (code,) in tx.sql("select code from layer").all::<(String,)>().await? {
        layers.entry(code).or_default();
    }
    let living = "select layer.code, jurisdiction.code from jurisdiction join layer on layer.id = layer_id where valid_to is null";
    for (layer, code) in tx.sql(living).all::<(String, String)>().await? {
        layers.entry(layer).or_default().insert(code);
    }
    Ok(layers)
}

async fn broken_rules(tx: &mut Tx) -> Result<Vec<String>> {
    let layers = world_of_layers(tx).await?;
    let mut broken = Vec::new();
    for (name, conditions) in tx.sql("select name, conditions_json from rule order by ordinal").all::<(String, String)>().await? {
        let conditions: Conditions = serde_json::from_str(&conditions)?;
        let problems = conditions.jurisdictions.iter().filter_map(|wanted| unknown(wanted, &layers));
        broken.extend(problems.map(|problem| format!("the rule {name:?} {problem}")));
    }
    Ok(broken)
}
