//! One feature of a file of places: what it is called, where it is, and what else is said of it. Finds the usual names of properties by
//! itself, whatever their case; refuses a position that is not on the earth or has its axes swapped.

use geo::{CoordsIter, Geometry};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::events;
use crate::gazetteer::{AddressDraft, AssetDraft, Properties};
use crate::geo::Point;
use crate::imports::imported::Reject;
use crate::imports::reading::{Reading, Record};

/// Members of a feature of GeoJSON.
pub(super) const NAMES: [&str; 3] = ["id", "properties", "geometry"];

/// Properties that are kept of an asset, and characters of each.
const MOST_PROPERTIES: usize = 60;
const LONGEST_PROPERTY: usize = 500;

/// Properties that hold what; what is not named is looked for.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// The source's own number. Nothing makes one from the content, so that what changed is another.
    pub id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// The house number.
    pub number: Option<String>,
    /// The street of an address.
    pub street: Option<String>,
    /// The postal code.
    pub zipcode: Option<String>,
    /// Degrees east, in CSV.
    pub lon: Option<String>,
    /// Degrees north, in CSV.
    pub lat: Option<String>,
}

// the names that OpenStreetMap, OpenAddresses, TIGER and the portals of large cities give
const NAME: [&str; 10] =
    ["name", "full_name", "fullname", "street_name", "streetname", "st_name", "full_street_name", "label", "title", "park_name"];
const NUMBER: [&str; 10] = [
    "number",
    "addr:housenumber",
    "house_number",
    "housenumber",
    "street_number",
    "st_num",
    "house_no",
    "address_number",
    "add_number",
    "addrnum",
];
const STREET: [&str; 8] = ["street", "addr:street", "full_street_name", "street_name", "streetname", "st_name", "stname", "road"];
const WHOLE: [&str; 4] = ["full_address", "fulladdress", "address", "address_string"];
const ZIPCODE: [&str; 7] = ["postcode", "addr:postcode", "zip_code", "zipcode", "zip", "postal_code", "zip5"];
const LON: [&str; 5] = ["lon", "lng", "long", "longitude", "x"];
const LAT: [&str; 3] = ["lat", "latitude", "y"];

/// Reads the features of one file.
pub(super) struct Features {
    fields: Fields,
    city: Option<[f64; 4]>,
    /// Names of the columns; none for GeoJSON.
    columns: Option<Vec<String>>,
}

/// A feature before anybody asked what it means.
struct Raw {
    id: Option<String>,
    properties: Properties,
    geometry: Geometry,
}

impl Features {
    /// Over an open file.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a CSV file without columns for the place, or without one that was named.
    pub fn new(reading: &Reading, fields: Fields, city: Option<[f64; 4]>) -> Result<Features> {
        let columns = reading.is_csv().then(|| reading.header.iter().map(|name| folded(name)).collect::<Vec<_>>());
        if let Some(columns) = &columns {
            let there = |named: &Option<String>, usual: &[&str]| match named {
                Some(name) => columns.contains(&folded(name)),
                None => usual.iter().any(|name| columns.iter().any(|column| column == name)),
            };
            for (field, named, usual) in [("lon", &fields.lon, &LON[..]), ("lat", &fields.lat, &LAT[..])] {
                if !there(named, usual) {
                    let problem = format!("no column holds it; the file has {}. Name one with --{field}.", reading.header.join(", "));
                    return Err(Error::invalid(field, problem));
                }
            }
        }
        Ok(Features { fields, city, columns })
    }

    /// The record as an asset; one without a name is taken, unless it is a street.
    pub fn asset(&self, record: &Record, street: bool) -> Result<AssetDraft, Reject> {
        let reject = |reason: String| Reject { line: record.line, id: String::new(), reason };
        let Raw { id, properties, geometry } = self.raw(record).map_err(reject)?;
        let name = pick(&properties, self.fields.name.as_deref(), &NAME);
        if street && name.is_empty() {
            return Err(reject("it has no name; say with --name which property holds it".into()));
        }
        if street && !matches!(geometry, Geometry::LineString(_) | Geometry::MultiLineString(_)) {
            return Err(reject("a street is a LineString or a MultiLineString".into()));
        }
        let external_id = self.external_id(id, &properties).unwrap_or_else(|| {
            let ordered: std::collections::BTreeMap<_, _> = properties.iter().collect();
            digest(&[&format!("{ordered:?}"), &format!("{geometry:?}")])
        });
        Ok(AssetDraft { external_id, name, geometry, properties })
    }

    /// The record as an address.
    pub fn address(&self, record: &Record) -> Result<AddressDraft, Reject> {
        let reject = |reason: String| Reject { line: record.line, id: String::new(), reason };
        let Raw { id, properties, geometry } = self.raw(record).map_err(reject)?;
        let mut number = pick(&properties, self.fields.number.as_deref(), &NUMBER);
        let mut street = pick(&properties, self.fields.street.as_deref(), &STREET);
        if number.is_empty() || street.is_empty() {
            let whole = pick(&properties, None, &WHOLE);
            let (first, rest) = whole.split_once(char::is_whitespace).unwrap_or(("", ""));
            if first.starts_with(|c: char| c.is_ascii_digit()) {
                (number, street) = (first.trim_end_matches(',').to_owned(), rest.split(',').next().unwrap_or("").trim().to_owned());
            }
        }
        if !number.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(reject("it has no house number; say with --number which property holds it".into()));
        }
        if street.is_empty() {
            return Err(reject("it has no street; say with --street which property holds it".into()));
        }
        if number.chars().count() > 20 || street.chars().count() > 120 {
            return Err(reject("its number has more than 20 characters, or its street more than 120".into()));
        }
        let Some(at) = geo::Centroid::centroid(&geometry) else { return Err(reject("it has no place".into())) };
        let zipcode: String = pick(&properties, self.fields.zipcode.as_deref(), &ZIPCODE).chars().take(20).collect();
        let external_id = self
            .external_id(id, &properties)
            .unwrap_or_else(|| digest(&[&number, &street, &zipcode, &format!("{:.7} {:.7}", at.x(), at.y())]));
        Ok(AddressDraft { external_id, number, street, zipcode, lon: at.x(), lat: at.y() })
    }

    fn external_id(&self, id: Option<String>, properties: &Properties) -> Option<String> {
        let named = self.fields.id.as_ref().map(|field| pick(properties, Some(field), &[])).filter(|id| !id.is_empty());
        named.or(id).filter(|id| id.len() <= 100)
    }

    fn raw(&self, record: &Record) -> Result<Raw, String> {
        let (id, properties, geometry) = match &self.columns {
            Some(columns) => {
                let properties: Properties = columns.iter().cloned().zip(record.fields().map(|field| field.trim().to_owned())).collect();
                let degrees = |named: &Option<String>, usual: &[&str], what: &str| {
                    let text = pick(&properties, named.as_deref(), usual);
                    text.parse::<f64>().map_err(|_| format!("its {what} is {text:?}, which is no number of degrees"))
                };
                let (lon, lat) = (degrees(&self.fields.lon, &LON, "longitude")?, degrees(&self.fields.lat, &LAT, "latitude")?);
                (None, properties, Geometry::Point(geo::Point::new(lon, lat)))
            }
            None => {
                let all: Option<Map<String, Value>> =
                    serde_json::from_str(record.get(1)).map_err(|_| "its properties are no object".to_owned())?;
                let properties = all.unwrap_or_default().into_iter().filter_map(|(name, value)| Some((folded(&name), text(&value)?)));
                let geometry: geojson::Geometry =
                    serde_json::from_str(record.get(2)).map_err(|e| format!("its geometry cannot be read: {e}"))?;
                let geometry = Geometry::try_from(geometry.value).map_err(|e| format!("its geometry cannot be read: {e}"))?;
                (Some(record.get(0).to_owned()).filter(|id| !id.is_empty()), properties.collect(), geometry)
            }
        };
        self.check(&geometry)?;
        let properties: Properties = properties.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        if properties.len() > MOST_PROPERTIES {
            return Err(format!("it has {} properties; at most {MOST_PROPERTIES} are taken", properties.len()));
        }
        match properties.iter().find(|(_, value)| value.chars().count() > LONGEST_PROPERTY) {
            Some((name, _)) => Err(format!("its {name:?} has more than {LONGEST_PROPERTY} characters")),
            None => Ok(Raw { id, properties, geometry }),
        }
    }

    fn check(&self, geometry: &Geometry) -> Result<(), String> {
        let mut first = None;
        for corner in geometry.coords_iter() {
            let point = Point::new(corner.x, corner.y).map_err(|e| e.to_string())?;
            first = first.or(Some(point));
        }
        let short = |line: &geo::LineString| line.0.len() < 2;
        let broken = match geometry {
            Geometry::LineString(line) => short(line),
            Geometry::MultiLineString(lines) => lines.iter().any(short),
            Geometry::Polygon(polygon) => polygon.exterior().0.len() < 4,
            Geometry::MultiPolygon(all) => all.iter().any(|polygon| polygon.exterior().0.len() < 4),
            _ => false,
        };
        let Some(first) = first.filter(|_| !broken) else { return Err("its geometry has too few positions".into()) };
        let within = |city: [f64; 4], lon: f64, lat: f64| city[0] <= lon && lon <= city[2] && city[1] <= lat && lat <= city[3];
        match self.city {
            Some(city) if !within(city, first.lon, first.lat) && within(city, first.lat, first.lon) => {
                Err("longitude and latitude look swapped: the other way round it would lie in the city".into())
            }
            _ => Ok(()),
        }
    }
}

/// The property that was named, or the first usual one that is not empty.
fn pick(properties: &Properties, named: Option<&str>, usual: &[&str]) -> String {
    match named {
        Some(name) => properties.get(&folded(name)).cloned().unwrap_or_default(),
        None => usual.iter().find_map(|name| properties.get(*name).filter(|value| !value.is_empty()).cloned()).unwrap_or_default(),
    }
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// A property as text; a number without a fraction as people write it. What is a list or an object is not kept.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| !text.contains('\0')),
        Value::Number(number) => match number.as_f64() {
            Some(whole) if whole.fract() == 0.0 && whole.abs() < 1e15 => Some(format!("{whole:.0}")),
            _ => Some(number.to_string()),
        },
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn digest(parts: &[&str]) -> String {
    let mut digest = events::digest(parts.iter().map(|part| part.as_bytes()));
    digest.truncate(32);
    digest
}
