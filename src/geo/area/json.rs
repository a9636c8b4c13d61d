//! The structure of a GeoJSON file: from text to features of rings of raw positions. Refuses whatever RFC 7946 does not define; it takes
//! one liberty, a Feature without `properties` has none.

use serde_json::{Map, Value};

use super::{Limits, Place, Refused, Remark};

/// A ring as it stands in the file; further dimensions dropped.
pub(super) type RawRing = Vec<[f64; 2]>;

/// A feature whose structure is right; nothing is known of its geometry yet.
pub(super) struct RawFeature {
    pub place: Place,
    pub id: Option<String>,
    pub properties: Map<String, Value>,
    pub polygons: Vec<Vec<RawRing>>,
}

/// Properties that are shown beside a feature's index, so that a person finds it.
const NAMES: [&str; 6] = ["name", "district", "ward", "code", "label", "id"];

/// The features of a file, each or what is wrong with it.
pub(super) fn features(text: &[u8], limits: &Limits) -> Result<Vec<Result<RawFeature, Remark>>, Refused> {
    let nowhere = Place::default();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let file: Value = serde_json::from_slice(text).map_err(|error| nowhere.says(format!("this is not JSON: {error}")))?;
    let Value::Object(mut file) = file else { Err(nowhere.says("this is not GeoJSON: the file holds no object"))? };
    check_crs(&file, &nowhere)?;
    let mut positions = 0;
    let mut features = Vec::new();
    match kind(&file, &nowhere)?.as_str() {
        "FeatureCollection" => {
            let Some(Value::Array(all)) = file.remove("features") else { Err(nowhere.says("\"features\" is not a list"))? };
            if all.len() > limits.features {
                Err(nowhere.says(format!("{} features are more than the limit of {}", all.len(), limits.features)))?;
            }
            for (index, value) in all.into_iter().enumerate() {
                features.push(feature(value, index, &mut positions));
                if positions > limits.positions {
                    Err(nowhere.says(format!("the file holds more positions than the limit of {}", limits.positions)))?;
                }
            }
        }
        "Feature" => features.push(feature(Value::Object(file), 0, &mut positions)),
        "Topology" => Err(nowhere.says("this is TopoJSON, not GeoJSON, whatever its name: convert it (topo2geo, mapshaper, ogr2ogr)"))?,
        _ => {
            let place = Place { feature: Some(0), ..Place::default() };
            let polygons = polygons(&Value::Object(file), &place, &mut positions, 0);
            features.push(polygons.map(|polygons| RawFeature { place, id: None, properties: Map::new(), polygons }));
        }
    }
    if positions > limits.positions {
        Err(nowhere.says(format!("the file holds more positions than the limit of {}", limits.positions)))?;
    }
    if features.is_empty() { Err(nowhere.says("the file holds no features").into()) } else { Ok(features) }
}

fn feature(value: Value, index: usize, positions: &mut usize) -> Result<RawFeature, Remark> {
    let mut place = Place { feature: Some(index), ..Place::default() };
    let Value::Object(mut feature) = value else { return Err(place.says("this is not a Feature but ".to_owned() + found(&value))) };
    let properties = match feature.remove("properties") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(properties)) => properties,
        Some(other) => return Err(place.says(format!("\"properties\" must be an object or null, not {}", found(&other)))),
    };
    let id = match feature.get("id") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(id.clone()),
        Some(Value::Number(id)) => Some(id.to_string()),
        Some(other) => return Err(place.says(format!("\"id\" must be a text or a number, not {}", found(other)))),
    };
    place.named = named(id.as_deref(), &properties);
    if kind(&feature, &place)? != "Feature" {
        return Err(place.says(format!("a FeatureCollection holds Features, not {}", kind(&feature, &place)?)));
    }
    check_crs(&feature, &place)?;
    let polygons = match feature.get("geometry") {
        None => return Err(place.says("the Feature has no \"geometry\"")),
        Some(Value::Null) => return Err(place.says("the Feature's geometry is null: give it one, or take the Feature out of the file")),
        Some(geometry) => polygons(geometry, &place, positions, 0)?,
    };
    Ok(RawFeature { place, id, properties, polygons })
}

/// The polygons of a geometry; of a GeometryCollection those of its members.
fn polygons(geometry: &Value, place: &Place, positions: &mut usize, depth: usize) -> Result<Vec<Vec<RawRing>>, Remark> {
    let Value::Object(object) = geometry else { return Err(place.says(format!("a geometry must be an object, not {}", found(geometry)))) };
    check_crs(object, place)?;
    let kind = kind(object, place)?;
    let mut read = |value: &Value, nth: usize| polygon(value, &place.polygon(nth), positions);
    match (kind.as_str(), object.get("coordinates")) {
        ("Polygon", Some(coordinates)) => Ok(vec![polygon(coordinates, place, positions)?]),
        ("MultiPolygon", Some(Value::Array(all))) => all.iter().enumerate().map(|(nth, value)| read(value, nth)).collect(),
        ("MultiPolygon", Some(other)) => Err(place.says(format!("the coordinates of a MultiPolygon must be a list, not {}", found(other)))),
        ("Polygon" | "MultiPolygon", None) => Err(place.says(format!("the {kind} has no \"coordinates\""))),
        ("GeometryCollection", _) if depth < 4 => match object.get("geometries") {
            Some(Value::Array(all)) => {
                let members: Result<Vec<_>, _> = all.iter().map(|member| polygons(member, place, positions, depth + 1)).collect();
                Ok(members?.concat())
            }
            _ => Err(place.says("the GeometryCollection has no list of \"geometries\"")),
        },
        ("GeometryCollection", _) => Err(place.says("GeometryCollections are nested too deep")),
        ("Point" | "MultiPoint" | "LineString" | "MultiLineString", _) => {
            Err(place.says(format!("a {kind} encloses no area: a boundary is a Polygon or a MultiPolygon")))
        }
        _ => Err(place.says(format!("the geometry type {kind:?} is unknown"))),
    }
}

fn polygon(coordinates: &Value, place: &Place, positions: &mut usize) -> Result<Vec<RawRing>, Remark> {
    let list = |value: &Value, what: &str, place: &Place| match value {
        Value::Array(list) => Ok(list.clone()),
        other => Err(place.says(format!("{what} must be a list, not {}: the coordinates are nested too shallow or wrong", found(other)))),
    };
    let mut rings = Vec::new();
    for (nth, ring) in list(coordinates, "a polygon", place)?.iter().enumerate() {
        let place = place.ring(nth);
        let ring = list(ring, "a ring", &place)?;
        *positions += ring.len();
        rings.push(ring.iter().enumerate().map(|(nth, at)| position(at, &place.position(nth))).collect::<Result<RawRing, _>>()?);
    }
    Ok(rings)
}

fn position(value: &Value, place: &Place) -> Result<[f64; 2], Remark> {
    let Value::Array(numbers) = value else {
        return Err(
            place.says(format!("a position must be a list of numbers, not {}: the coordinates are nested too shallow", found(value)))
        );
    };
    match &numbers[..] {
        [Value::Array(_), ..] => Err(place.says("a position must be a list of numbers, not of lists: the coordinates are nested too deep")),
        [lon, lat, ..] => match (lon.as_f64(), lat.as_f64()) {
            (Some(lon), Some(lat)) => Ok([lon, lat]),
            _ => Err(place.says(format!("longitude and latitude must be numbers, not {} and {}", found(lon), found(lat)))),
        },
        _ => Err(place.says(format!("a position needs a longitude and a latitude, and this has {} numbers", numbers.len()))),
    }
}

/// The `type` member.
fn kind(object: &Map<String, Value>, place: &Place) -> Result<String, Remark> {
    const KINDS: [&str; 10] = [
        "FeatureCollection",
        "Feature",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Topology",
    ];
    match object.get("type") {
        Some(Value::String(kind)) => match KINDS.iter().find(|known| known.eq_ignore_ascii_case(kind)) {
            Some(known) if known == kind => Ok(kind.clone()),
            Some(known) => Err(place.says(format!("the type {kind:?} is unknown: did you mean {known:?}?"))),
            None => Err(place.says(format!("the type {kind:?} is unknown in GeoJSON"))),
        },
        Some(other) => Err(place.says(format!("\"type\" must be a text, not {}", found(other)))),
        None => Err(place.says("this is not GeoJSON: it has no \"type\"")),
    }
}

/// The `crs` member of old GeoJSON is taken when it says what RFC 7946 says anyway: longitude and latitude of WGS84.
fn check_crs(object: &Map<String, Value>, place: &Place) -> Result<(), Remark> {
    let Some(crs) = object.get("crs").filter(|crs| !crs.is_null()) else { return Ok(()) };
    let name = crs.pointer("/properties/name").and_then(Value::as_str).unwrap_or("not named");
    let folded = name.to_ascii_uppercase();
    let code = folded.rsplit([':', '/', '#']).next().unwrap_or_default();
    let known = code == "CRS84" || code == "CRS84H" || (code == "4326" && folded.contains("EPSG")) || folded == "WGS84";
    let words = || {
        format!(
            "the coordinate system is {name}: convert the file to WGS84 longitude and latitude (EPSG:4326), for example with ogr2ogr -t_srs EPSG:4326"
        )
    };
    if known { Ok(()) } else { Err(place.says(words())) }
}

fn named(id: Option<&str>, properties: &Map<String, Value>) -> String {
    let short = |text: String| if text.chars().count() > 60 { text.chars().take(59).chain(['…']).collect() } else { text };
    let name = NAMES.iter().find_map(|name| properties.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null()));
    let name = name.and_then(|(key, value)| match value {
        Value::String(text) if !text.is_empty() => Some(format!("{key} {}", short(text.clone()))),
        Value::Number(number) => Some(format!("{key} {number}")),
        _ => None,
    });
    [id.map(|id| format!("id {}", short(id.to_owned()))), name].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
