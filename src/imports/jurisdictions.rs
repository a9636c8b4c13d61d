//! A city's boundaries from GeoJSON into a layer. All features of a file or none; finds by itself which properties are code and name,
//! and says which it took.

use std::collections::HashSet;
use std::io::Read;

use serde_json::{Map, Value};

use crate::db::Db;
use crate::error::{Error, Field, Result};
use crate::geo::area::{self, Area, Remark};
use crate::routing::{self, JurisdictionDraft, LayerDraft, Published};

/// How a file is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// Code of the layer; made if it is not there.
    pub layer: String,
    /// What people call the layer; nothing makes it from the code.
    pub layer_name: Option<String>,
    /// Rank of the layer; lower is asked first.
    pub precedence: i64,
    /// Property that holds the code of a jurisdiction; nothing looks for one.
    pub code_field: Option<String>,
    /// Property that holds its name; nothing looks for one.
    pub name_field: Option<String>,
    /// Property that holds the code of its team.
    pub team_field: Option<String>,
    /// From when the areas are valid, epoch milliseconds; nothing corrects them as if they had always been so.
    pub valid_from: Option<i64>,
    /// At most this many bytes are read.
    pub bytes: u64,
    /// Features, positions and problems; where the city is.
    pub limits: area::Limits,
}

impl Options {
    /// Reads into this layer; everything else is found or usual.
    #[must_use]
    pub fn new(layer: impl Into<String>) -> Options {
        Options {
            layer: layer.into(),
            layer_name: None,
            precedence: 0,
            code_field: None,
            name_field: None,
            team_field: None,
            valid_from: None,
            bytes: 256 * 1024 * 1024,
            limits: area::Limits::default(),
        }
    }
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Report {
    /// Features read.
    pub read: usize,
    /// What the publication did.
    pub published: Published,
    /// Property that the codes came from.
    pub code_field: String,
    /// Property that the names came from, if one did.
    pub name_field: Option<String>,
    /// What was repaired or joined, in words.
    pub repaired: Vec<String>,
}

/// Reads a file and publishes it as a layer, replacing what the layer held.
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong in the file, feature by feature; nothing is changed then.
pub async fn import_jurisdictions(db: &Db, file: impl Read, options: Options, member: Option<i64>, now: i64) -> Result<Report> {
    let mut text = Vec::new();
    file.take(options.bytes + 1).read_to_end(&mut text)?;
    if text.len() as u64 > options.bytes {
        return Err(Error::TooLarge { what: "The boundary file".into(), limit: format!("{} bytes", options.bytes) });
    }
    let reading = area::read(&text, &options.limits).map_err(refused)?;
    drop(text);
    let code_field = match &options.code_field {
        Some(field) => field.clone(),
        None => code_field(&reading.areas, &options.layer).ok_or_else(|| no_code(&reading.areas))?,
    };
    let name_field = options.name_field.clone().or_else(|| name_field(&reading.areas, &code_field));
    let mut report = Report {
        read: reading.areas.len(),
        published: Published::default(),
        code_field,
        name_field,
        repaired: reading.repairs.iter().map(Remark::to_string).collect(),
    };
    let layer_name = options.layer_name.clone().unwrap_or_else(|| titled(&options.layer));
    let drafts = drafts(reading.areas, &options, &layer_name, &mut report)?;
    let layer = LayerDraft { code: options.layer, name: layer_name, precedence: options.precedence };
    let valid_from = options.valid_from;
    report.published = db.write(async move |tx| routing::publish(tx, &layer, &drafts, valid_from, member, now).await).await?;
    Ok(report)
}

fn refused(refused: area::Refused) -> Error {
    let mut fields: Vec<Field> = refused.problems.iter().map(|problem| Field::new("file", problem.to_string())).collect();
    if refused.more > 0 {
        fields.push(Field::new("file", format!("… and {} more features with problems.", refused.more)));
    }
    Error::Invalid(fields)
}

/// One draft for each code. Features with the same code are parts of one jurisdiction, as some cities publish islands; that is reported.
fn drafts(areas: Vec<Area>, options: &Options, layer_name: &str, report: &mut Report) -> Result<Vec<JurisdictionDraft>> {
    let mut drafts: Vec<JurisdictionDraft> = Vec::with_capacity(areas.len());
    let mut wrong = Vec::new();
    for area in areas {
        let Some(code) = text(&area.properties, &report.code_field) else {
            wrong.push(Field::new("file", format!("features[{}]: has no {:?}, which would be its code.", area.index, report.code_field)));
            continue;
        };
        if let Some(part) = drafts.iter_mut().find(|draft| draft.code == code) {
            report
                .repaired
                .push(format!("features[{}]: has the code {code:?} of an earlier feature; together they are one jurisdiction", area.index));
            part.area.0.extend(area.polygons);
            continue;
        }
        let name = report.name_field.as_ref().and_then(|field| text(&area.properties, field));
        let named_by_code =
            |code: &str| if code.chars().count() > 8 { code.to_owned() } else { format!("{} {code}", singular(layer_name)) };
        drafts.push(JurisdictionDraft {
            name: name.unwrap_or_else(|| named_by_code(&code)),
            precedence: 0,
            team: options.team_field.as_ref().and_then(|field| text(&area.properties, field)),
            area: area.polygons,
            code,
        });
    }
    if wrong.is_empty() { Ok(drafts) } else { Err(Error::Invalid(wrong)) }
}

/// The property that names each feature once, preferring one named like the layer, then the usual words, then numbers of the software
/// that wrote the file.
fn code_field(areas: &[Area], layer: &str) -> Option<String> {
    const USUAL: [&str; 8] = ["code", "district", "ward", "precinct", "zone", "number", "name", "id"];
    let words: Vec<String> = layer.split(['_', '-', ' ']).map(|word| singular(word).to_lowercase()).collect();
    let rank = |field: &str| {
        let folded = field.to_lowercase();
        let plain = folded.trim_matches('_');
        let like_layer = words.iter().any(|word| plain == word);
        let usual = USUAL.iter().position(|usual| plain == *usual);
        let part = USUAL.iter().position(|usual| plain.contains(usual));
        match (like_layer, usual, part) {
            _ if plain.starts_with("objectid") || plain == "fid" || plain == "gid" => 1_000,
            _ if plain.starts_with("shape") || plain.ends_with("area") && !like_layer || plain.contains("length") => 2_000,
            (true, ..) => 0,
            (_, Some(nth), _) => 10 + nth,
            (_, _, Some(nth)) => 100 + nth,
            _ => 500,
        }
    };
    let fields = areas.first()?.properties.keys();
    let mut candidates: Vec<(usize, &String)> = fields.map(|field| (rank(field), field)).filter(|(rank, _)| *rank < 2_000).collect();
    candidates.sort();
    let distinct = |field: &str| {
        let values: Option<HashSet<String>> =
            areas.iter().map(|area| text(&area.properties, field).filter(|code| !code.contains(','))).collect();
        values.is_some_and(|values| values.len() == areas.len())
    };
    candidates.into_iter().map(|(_, field)| field).find(|field| distinct(field)).cloned()
}

fn name_field(areas: &[Area], code_field: &str) -> Option<String> {
    let fields = areas.first()?.properties.keys().filter(|field| *field != code_field);
    let like = |field: &&String| ["name", "label", "title"].iter().any(|word| field.to_lowercase().contains(word));
    let words = |field: &&String| {
        areas.iter().all(|area| matches!(area.properties.get(*field), Some(Value::String(name)) if !name.trim().is_empty()))
    };
    let mut fields: Vec<&String> = fields.filter(like).filter(words).collect();
    fields.sort_by_key(|field| (field.len(), field.to_lowercase()));
    fields.first().map(|field| (*field).clone())
}

fn no_code(areas: &[Area]) -> Error {
    let there = areas.first().map(|area| area.properties.keys().cloned().collect::<Vec<_>>().join(", ")).unwrap_or_default();
    let there = if there.is_empty() { "there are none".to_owned() } else { format!("there are {there}") };
    Error::invalid("file", format!("No property names every feature once ({there}): say which one is the code."))
}

/// A property as text; a number without a fraction as people write it. Nothing where it is missing, null or empty.
fn text(properties: &Map<String, Value>, field: &str) -> Option<String> {
    match properties.get(field)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => match number.as_f64() {
            Some(whole) if whole.fract() == 0.0 && whole.abs() < 1e15 => Some(format!("{whole:.0}")),
            _ => Some(number.to_string()),
        },
        _ => None,
    }
}

/// `police_districts` as people would head it: Police districts.
fn titled(code: &str) -> String {
    let words = code.replace(['_', '-'], " ");
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') && stem.chars().count() > 2 => stem,
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn areas(properties: &str) -> Vec<Area> {
        let all: Vec<Map<String, Value>> = serde_json::from_str(properties).expect("a list of objects");
        let one = |(index, properties)| Area { index, id: None, properties, polygons: geo::MultiPolygon(vec![]) };
        all.into_iter().enumerate().map(one).collect()
    }

    #[test]
    fn the_code_is_found_in_the_properties_of_real_cities() {
        for (layer, properties, code, name) in [
            (
                "ward",
                r#"[{"OBJECTID":1,"WARD":1,"CNT_WARD":14,"SHAPESTArea":1.5},{"OBJECTID":2,"WARD":2,"CNT_WARD":14,"SHAPESTArea":2.5}]"#,
                "WARD",
                None,
            ),
            ("community_areas", r#"[{"name":"Albany Park","area":"14"},{"name":"Loop","area":"32"}]"#, "area", Some("name")),
            (
                "police_district",
                r#"[{"OBJECTID":1,"DISTRICT":"A15","ID":"A15"},{"OBJECTID":2,"DISTRICT":"A7","ID":"A7"}]"#,
                "DISTRICT",
                None,
            ),
            ("wards", r#"[{"ward":"12","shape_leng":"1","shape_area":"2"},{"ward":"16","shape_leng":"3","shape_area":"4"}]"#, "ward", None),
            ("x", r#"[{"FID":1,"NAME":"Same"},{"FID":2,"NAME":"Same"}]"#, "FID", Some("NAME")),
        ] {
            let areas = areas(properties);
            let found = code_field(&areas, layer);
            assert_eq!(found.as_deref(), Some(code), "{layer}");
            assert_eq!(name_field(&areas, code).as_deref(), name, "{layer}");
        }
        assert_eq!(code_field(&areas(r#"[{"shape_area":1},{"shape_area":2}]"#), "x"), None);
        assert!(no_code(&areas(r#"[{"a":null}]"#)).to_string().contains("there are a"));
    }

    #[test]
    fn codes_are_read_as_people_write_them() {
        let areas = areas(r#"[{"a":5,"b":5.0,"c":" 06 ","d":"","e":null,"f":2.5,"g":true}]"#);
        let read = |field: &str| text(&areas[0].properties, field);
        assert_eq!([read("a"), read("b"), read("c")], [Some("5".into()), Some("5".into()), Some("06".into())]);
        assert_eq!([read("d"), read("e"), read("g"), read("h")], [None, None, None, None]);
        assert_eq!(read("f").as_deref(), Some("2.5"));
        assert_eq!((titled("police_districts"), singular("Wards"), singular("Boss")), ("Police districts".into(), "Ward", "Boss"));
    }
}
