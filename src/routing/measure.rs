//! How well routing agrees with what a city decided itself: for each request that was imported with the city's own assignment, the
//! jurisdiction that it belongs to by our boundaries of its own day, against the one that the city wrote down.
//!
//! Refuses to forgive: a request outside of every polygon is a miss, and so is one whose district no polygon has. How far each miss
//! lies from the border of the polygon that the city named tells the two kinds apart: a different place, or a line drawn differently.

use std::collections::HashMap;

use serde::Serialize;

use super::{Ground, Routing};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::geo::Point;

/// What is compared.
#[derive(Clone, Debug)]
pub struct Question {
    /// Code of the layer.
    pub layer: String,
    /// Name of the city's column, in any case and with any punctuation.
    pub field: String,
    /// Only requests of this source; of all, if it is empty.
    pub source: String,
}

/// How well they agree.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// Code of the layer.
    pub layer: String,
    /// The city's column.
    pub field: String,
    /// Placed requests whose column is filled.
    pub compared: u64,
    /// Those that lie in the polygon that the city named.
    pub agree: u64,
    /// Those that lie in another polygon.
    pub elsewhere: u64,
    /// Those that lie in none.
    pub outside: u64,
    /// Those whose district no polygon of that day has; counted in `elsewhere` or `outside` too.
    pub unknown: u64,
    /// Percent that agree.
    pub percent: f64,
    /// How far the misses lie from the border of the polygon that the city named.
    pub metres_to_stated: Option<Spread>,
}

/// How metres are spread.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// How many there are.
    pub count: usize,
    /// Half lie within.
    pub median: f64,
    /// Nine in ten lie within.
    pub p90: f64,
    /// The farthest.
    pub farthest: f64,
    /// Percent within 25 m.
    pub within_25_m: f64,
    /// Percent within 100 m.
    pub within_100_m: f64,
}

/// Compares everything that was imported with the city's own assignment.
///
/// # Errors
/// [`Error::Invalid`] if there is no such layer, or no placed request has such a field; it names those there are.
pub async fn measure(db: &Db, routing: &Routing, question: &Question) -> Result<Agreement> {
    let ground = routing.current(db).await?;
    let mut tally = Tally::new(&ground, question)?;
    // what the city assigned, it assigned to the place that it stated, whatever was put right here since
    let mut rows = db.sql(
        "select lon, lat, filed_at, assigned_json from (
             select case when corrected_at is null then lon else said_lon end as lon, case when corrected_at is null then lat else said_lat end as lat,
                filed_at, assigned_json, source from request where assigned_json is not null
         ) stated where lon is not null",
    );
    rows = rows.filter(" and source = ", Some(question.source.clone()).filter(|source| !source.is_empty()));
    rows.each(|(lon, lat, at, assigned): (f64, f64, i64, String)| {
        let assigned: HashMap<String, String> = serde_json::from_str(&assigned).unwrap_or_default();
        tally.take(Point { lon, lat }, at, &assigned);
        Ok(())
    })
    .await?;
    tally.settle()
}

/// The same over rows that stand nowhere: each with its place, when it was filed, and the city's columns.
///
/// # Errors
/// As [`measure`].
pub fn compare(
    ground: &Ground,
    question: &Question,
    rows: impl IntoIterator<Item = (Point, i64, HashMap<String, String>)>,
) -> Result<Agreement> {
    let mut tally = Tally::new(ground, question)?;
    rows.into_iter().for_each(|(place, at, assigned)| tally.take(place, at, &assigned));
    tally.settle()
}

struct Tally<'g> {
    ground: &'g Ground,
    layer: i64,
    question: &'g Question,
    /// Jurisdictions of the layer by the words that mean them: several, where boundaries changed.
    meant: HashMap<String, Vec<i64>>,
    fields: Vec<String>,
    metres: Vec<f64>,
    counts: Agreement,
}

impl<'g> Tally<'g> {
    fn new(ground: &'g Ground, question: &'g Question) -> Result<Tally<'g>> {
        let layer = ground.layers.values().find(|layer| layer.code == question.layer);
        let Some(layer) = layer else {
            let mut known: Vec<&str> = ground.layers.values().map(|layer| layer.code.as_str()).collect();
            known.sort_unstable();
            let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
            return Err(Error::invalid("layer", format!("{:?} is not a layer; there are {known}.", question.layer)));
        };
        let mut tally = Tally {
            ground,
            layer: layer.id,
            question,
            meant: HashMap::new(),
            fields: Vec::new(),
            metres: Vec::new(),
            counts: Agreement {
                layer: question.layer.clone(),
                field: question.field.clone(),
                compared: 0,
                agree: 0,
                elsewhere: 0,
                outside: 0,
                unknown: 0,
                percent: 0.0,
                metres_to_stated: None,
            },
        };
        for (&id, named) in ground.named.iter().filter(|(_, named)| named.layer == layer.id) {
            for words in [&named.code, &named.name] {
                let ids = tally.meant.entry(tally.meaning(words)).or_default();
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
        Ok(tally)
    }

    /// What a code or a name means, however it is written: "Ward 6", "06", "6.0" and "6" are one ward.
    fn meaning(&self, words: &str) -> String {
        let (layer, field) = (plain(&self.question.layer), plain(&self.question.field));
        let whole = words.trim().strip_suffix(".0").unwrap_or(words.trim());
        let parts: Vec<String> = whole.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(plain).collect();
        let telling = |part: &&String| !layer.starts_with(part.as_str()) && !field.starts_with(part.as_str());
        let mut kept: Vec<&str> = parts.iter().filter(telling).map(String::as_str).collect();
        if kept.is_empty() {
            kept = parts.iter().map(String::as_str).collect();
        }
        let zeros = |part: &str| Some(part.trim_start_matches('0').to_owned()).filter(|rest| !rest.is_empty()).unwrap_or("0".into());
        kept.into_iter().map(|part| if part.bytes().all(|b| b.is_ascii_digit()) { zeros(part) } else { part.to_owned() }).collect()
    }

    fn take(&mut self, place: Point, at: i64, assigned: &HashMap<String, String>) {
        let field = plain(&self.question.field);
        let Some(stated) = assigned.iter().find(|(name, _)| plain(name) == field).map(|(_, value)| value) else {
            for name in assigned.keys().filter(|name| !self.fields.contains(name)).cloned().collect::<Vec<_>>() {
                self.fields.push(name);
            }
            return;
        };
        let counts = &mut self.counts;
        counts.compared += 1;
        let owner = self.ground.locate(place, at).into_iter().find(|hit| hit.layer == self.layer).map(|hit| hit.id);
        let valid = |id: &i64| self.ground.valid(*id, at);
        let stated: Vec<i64> = self.meant.get(&self.meaning(stated)).into_iter().flatten().copied().filter(valid).collect();
        let counts = &mut self.counts;
        match owner {
            Some(owner) if stated.contains(&owner) => counts.agree += 1,
            Some(_) => counts.elsewhere += 1,
            None => counts.outside += 1,
        }
        if owner.is_some_and(|owner| stated.contains(&owner)) {
            return;
        }
        counts.unknown += u64::from(stated.is_empty());
        let boundaries = self.ground.boundaries.as_ref();
        let metres = stated.iter().filter_map(|&id| boundaries?.distance_to_border(id, place)).min_by(f64::total_cmp);
        self.metres.extend(metres);
    }

    fn settle(self) -> Result<Agreement> {
        let Tally { question, mut fields, metres, mut counts, .. } = self;
        if counts.compared == 0 {
            fields.sort_unstable();
            let known = if fields.is_empty() { "none: import requests first".to_owned() } else { fields.join(", ") };
            return Err(Error::invalid(
                "field",
                format!("no placed request has the field {:?}; those there are: {known}.", question.field),
            ));
        }
        counts.percent = 100.0 * counts.agree as f64 / counts.compared as f64;
        counts.metres_to_stated = spread(metres);
        Ok(counts)
    }
}

/// Letters and digits alone, in lower case.
fn plain(words: &str) -> String {
    words.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn spread(mut metres: Vec<f64>) -> Option<Spread> {
    metres.sort_by(f64::total_cmp);
    let farthest = *metres.last()?;
    let at = |share: f64| metres[((metres.len() - 1) as f64 * share).round() as usize];
    let within = |most: f64| 100.0 * metres.partition_point(|&m| m <= most) as f64 / metres.len() as f64;
    Some(Spread { count: metres.len(), median: at(0.5), p90: at(0.9), farthest, within_25_m: within(25.0), within_100_m: within(100.0) })
}

impl std::fmt::Display for Agreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Agreement { layer, field, compared, agree, elsewhere, outside, unknown, percent, metres_to_stated } = self;
        writeln!(f, "layer {layer}, field {field}: {compared} placed requests carry one")?;
        writeln!(f, "agree   {agree} ({percent:.2} %)")?;
        write!(f, "misses  {}: {elsewhere} in another polygon, {outside} outside of every polygon", compared - agree)?;
        write!(f, "; no polygon of that day has the district of {unknown} of them")?;
        let Some(Spread { count, median, p90, farthest, within_25_m, within_100_m }) = metres_to_stated else { return Ok(()) };
        writeln!(f)?;
        write!(
            f,
            "metres of {count} misses to the border of the polygon that the city named: median {median:.0}, nine in ten within {p90:.0}, "
        )?;
        write!(f, "farthest {farthest:.0}; within 25 m {within_25_m:.1} %, within 100 m {within_100_m:.1} %")
    }
}
