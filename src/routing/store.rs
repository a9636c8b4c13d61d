//! Reads layers, jurisdictions, rules and teams from their rows, as of one version.

use std::collections::{HashMap, HashSet};

use geo::{Coord, LineString, MultiPolygon, Polygon};
use serde::{Deserialize, Serialize};

use super::assets::{Around, Assets};
use super::rules::{Choice, Rule};
use crate::error::{Error, Result};
use crate::gazetteer;
use crate::geo::{Boundaries, Jurisdiction, Point};
use crate::record;
use crate::versions::Source;

record! { struct LayerRow { id: i64, code: String, name: String, precedence: i64 } }
record! { struct JurisdictionRow {
    id: i64, layer_id: i64, code: String, name: String, precedence: i64, team_id: Option<i64>, geometry_json: String, valid_from: Option<i64>,
    valid_to: Option<i64>,
} }
record! { struct RuleRow {
    name: String, conditions_json: String, team_id: Option<i64>, team_of_layer_id: Option<i64>, priority: Option<String>, due_hours: Option<i64>,
} }

/// A layer of boundaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its row.
    pub id: i64,
    /// What it is called in addresses and rules.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Its rank among the layers; lower is asked first.
    pub precedence: i64,
}

/// What a jurisdiction is besides its area.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub layer: i64,
    pub code: String,
    pub name: String,
    pub team: Option<i64>,
    pub valid_from: Option<i64>,
    pub valid_to: Option<i64>,
}

/// All that routing needs to know, as it was at one version.
#[derive(Default)]
pub struct Ground {
    pub(super) version: i64,
    pub(super) layers: HashMap<i64, Layer>,
    pub(super) boundaries: Option<Boundaries>,
    pub(super) named: HashMap<i64, Named>,
    pub(super) rules: Vec<Rule>,
    /// Assets of the kinds that the rules ask for.
    pub(super) assets: Assets,
    /// Code and name of each team.
    pub(super) teams: HashMap<i64, (String, String)>,
    /// West, south, east, north of all that is valid to date.
    pub(super) extent: Option<[f64; 4]>,
}

impl Source<'_> {
    /// Everything, under a version that the caller has read before and reads again after.
    pub(super) async fn ground(&mut self, version: i64) -> Result<Ground> {
        let layers: Vec<LayerRow> = self.sql("select * from layer order by precedence, id").all().await?;
        let rows: Vec<JurisdictionRow> = self.sql("select * from jurisdiction order by id").all().await?;
        let rules: Vec<RuleRow> = self.sql("select * from rule order by ordinal").all().await?;
        let teams: Vec<(i64, String, String)> = self.sql("select id, code, name from team").all().await?;
        let layers: HashMap<i64, Layer> =
            layers.into_iter().map(|l| (l.id, Layer { id: l.id, code: l.code, name: l.name, precedence: l.precedence })).collect();
        let mut ground = Ground { version, ..Ground::default() };
        ground.rules = rules.into_iter().map(|row| row.rule(&layers)).collect::<Result<_>>()?;
        ground.assets = self.assets(&ground.rules).await?;
        ground.teams = teams.into_iter().map(|(id, code, name)| (id, (code, name))).collect();
        let mut areas = Vec::with_capacity(rows.len());
        for row in rows {
            let area = read_geometry(&row.geometry_json)?;
            ground.reach(&area, row.valid_to);
            let layer_precedence = layers.get(&row.layer_id).map_or(0, |layer| layer.precedence);
            areas.push(Jurisdiction { id: row.id, layer: row.layer_id, layer_precedence, precedence: row.precedence, area });
            let named = Named {
                layer: row.layer_id,
                code: row.code,
                name: row.name,
                team: row.team_id,
                valid_from: row.valid_from,
                valid_to: row.valid_to,
            };
            ground.named.insert(row.id, named);
        }
        ground.boundaries = (!areas.is_empty()).then(|| Boundaries::new(areas));
        ground.layers = layers;
        Ok(ground)
    }

    /// The assets that these rules ask for.
    pub(super) async fn assets(&mut self, rules: &[Rule]) -> Result<Assets> {
        let mut asked: HashMap<&str, HashSet<String>> = HashMap::new();
        for near in rules.iter().flat_map(|rule| &rule.conditions.near) {
            asked.entry(&near.kind).or_default().extend(near.property.as_ref().map(|property| property.to_lowercase()));
        }
        let mut assets = Assets::default();
        for (kind, properties) in asked {
            assets.put(kind.to_owned(), gazetteer::assets_of(self, kind).await?, &properties);
        }
        Ok(assets)
    }
}

impl Ground {
    /// What stands near a place, for the rules that ask.
    pub fn around(&self, point: Point) -> Around<'_> {
        Around { assets: &self.assets, point }
    }

    /// Code of the layer, code and name of a jurisdiction, of today or earlier.
    pub fn named(&self, jurisdiction: i64) -> Option<(&str, &str, &str)> {
        let named = self.named.get(&jurisdiction)?;
        Some((&self.layers.get(&named.layer)?.code, &named.code, &named.name))
    }

    fn reach(&mut self, area: &MultiPolygon, valid_to: Option<i64>) {
        let Some(bounds) = geo::BoundingRect::bounding_rect(area).filter(|_| valid_to.is_none()) else { return };
        let (min, max) = (bounds.min(), bounds.max());
        let [west, south, east, north] = self.extent.unwrap_or([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY]);
        self.extent = Some([west.min(min.x), south.min(min.y), east.max(max.x), north.max(max.y)]);
    }
}

impl RuleRow {
    fn rule(self, layers: &HashMap<i64, Layer>) -> Result<Rule> {
        let team = match (self.team_id, self.team_of_layer_id) {
            (Some(team), _) => Choice::Team(team),
            (None, Some(layer)) => Choice::TeamOf(layers.get(&layer).map(|layer| layer.code.clone()).unwrap_or_default()),
            (None, None) => Choice::Unsaid,
        };
        let priority =
            self.priority.map(|word| word.parse().map_err(|problem| Error::internal(format!("rule {:?}: priority {problem}", self.name))));
        Ok(Rule {
            conditions: serde_json::from_str(&self.conditions_json)?,
            name: self.name,
            team,
            priority: priority.transpose()?,
            due_hours: self.due_hours,
        })
    }
}

/// A GeoJSON MultiPolygon, as the table keeps it.
#[derive(Serialize, Deserialize)]
struct Geometry {
    #[serde(rename = "type")]
    kind: String,
    coordinates: Vec<Vec<Vec<[f64; 2]>>>,
}

/// The area as GeoJSON, with every digit.
pub(super) fn write_geometry(area: &MultiPolygon) -> Result<String> {
    let ring = |ring: &LineString| ring.0.iter().map(|c| [c.x, c.y]).collect();
    let polygon = |polygon: &Polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect();
    Ok(serde_json::to_string(&Geometry { kind: "MultiPolygon".into(), coordinates: area.iter().map(polygon).collect() })?)
}

/// The area back; only what [`write_geometry`] wrote is read, so it is valid.
pub(super) fn read_geometry(text: &str) -> Result<MultiPolygon> {
    let geometry: Geometry = serde_json::from_str(text)?;
    let ring = |ring: Vec<[f64; 2]>| LineString::new(ring.into_iter().map(|[x, y]| Coord { x, y }).collect());
    let polygon = |rings: Vec<Vec<[f64; 2]>>| {
        let mut rings = rings.into_iter().map(ring);
        rings.next().map(|shell| Polygon::new(shell, rings.collect()))
    };
    Ok(MultiPolygon(geometry.coordinates.into_iter().filter_map(polygon).collect()))
}
