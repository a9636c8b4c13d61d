//! The filter that the map's questions share, as it stands in an address. Every entry that is not known is named, with what
//! would be.

use actix_web::http::header::{ETag, EntityTag, Header, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::civil::Date;
use serde::Deserialize;

use crate::analytics::{Bbox, Columns, Day, Filter};
use crate::app::App;
use crate::cases::STATUSES;
use crate::error::{Error, Field, Result};
use crate::geo::Point;
use crate::tiles::MEDIA_TYPE;

/// Which requests are meant; what is left out or empty narrows nothing.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Parts {
    /// West, south, east, north in degrees, edges included; west greater than east crosses the antimeridian.
    bbox: Option<String>,
    /// Codes of services, separated by commas: requests of any of them.
    services: Option<String>,
    /// Words of statuses, separated by commas: requests whose case has any of them.
    statuses: Option<String>,
    /// Jurisdictions as `layer:code`, separated by commas: requests whose case lies in any of them.
    jurisdictions: Option<String>,
    /// The first day, `YYYY-MM-DD` in the city's time zone, included.
    from: Option<String>,
    /// The last day, likewise.
    to: Option<String>,
}

impl Parts {
    /// What the parts mean. What is wrong with them is added to `problems`, and the filter is then of no use.
    pub async fn filter(&self, app: &App, problems: &mut Vec<Field>) -> Result<Filter> {
        let services = list("services", &self.services, app, problems);
        let statuses = list("statuses", &self.statuses, app, problems);
        let jurisdictions = list("jurisdictions", &self.jurisdictions, app, problems);
        let filter = Filter {
            bbox: self.bbox.as_deref().filter(|text| !text.is_empty()).and_then(|text| noted(bbox(text), problems)),
            services: match services {
                Some(codes) => Some(service_ids(app, &codes, problems).await?),
                None => None,
            },
            statuses: statuses.map(|words| known_statuses(words, problems)),
            jurisdictions: match jurisdictions {
                Some(codes) => Some(jurisdiction_ids(app, &codes, problems).await?),
                None => None,
            },
            from: day("from", &self.from, problems),
            to: day("to", &self.to, problems),
            except: Vec::new(),
        };
        if filter.from.zip(filter.to).is_some_and(|(from, to)| from > to) {
            problems.push(Field::new("from", "must not be after `to`."));
        }
        Ok(filter)
    }
}

/// A whole number of a range; `default` where the parameter is left out.
pub fn number(
    name: &str,
    text: &Option<String>,
    range: std::ops::RangeInclusive<usize>,
    default: usize,
    problems: &mut Vec<Field>,
) -> usize {
    match text.as_deref() {
        None | Some("") => default,
        Some(text) => text.parse().ok().filter(|n| range.contains(n)).unwrap_or_else(|| {
            problems.push(Field::new(name, format!("must be a whole number from {} to {}.", range.start(), range.end())));
            default
        }),
    }
}

/// Refuses parameters that a question does not have, so that a slip of the pen is not taken for "everything".
pub fn refuse_unknown<'a>(names: impl Iterator<Item = &'a String>, known: &str, problems: &mut Vec<Field>) {
    problems.extend(names.map(|name| Field::new(name, format!("is not a parameter here; those are {known}."))));
}

/// Asks the columns, on a thread that nobody else's answer waits for; with the answer comes the position that it holds for.
pub async fn ask<T: Send + 'static>(app: &App, question: impl FnOnce(&Columns) -> T + Send + 'static) -> Result<(T, i64)> {
    let columns = app.columns.clone();
    web::block(move || columns.ask(|columns, position| (question(columns), position))).await.map_err(Error::internal)
}

/// A word for this version: its answers are others than those of the next. Which it is, is nobody's business.
const VERSION: u32 = {
    let (text, mut hash, mut at) = (env!("CARGO_PKG_VERSION").as_bytes(), 0x811c_9dc5_u32, 0);
    while at < text.len() {
        hash = (hash ^ text[at] as u32).wrapping_mul(0x0100_0193); // FNV-1a
        at += 1;
    }
    hash
};

/// The tag of an answer made at a position of the log under these settings of what is shown; weak, since the body may come compressed
/// or not.
fn tag(app: &App, position: i64) -> EntityTag {
    let privacy = &app.config.privacy;
    EntityTag::new_weak(format!("{position}-{VERSION:x}-{}-{}", privacy.blur_resolution, privacy.smallest_count))
}

/// 304 if whoever asks has the answer of this position already.
pub fn not_modified(app: &App, asked: &HttpRequest, position: i64) -> Option<HttpResponse> {
    let tag = tag(app, position);
    has(asked, &tag).then(|| HttpResponse::NotModified().insert_header(ETag(tag)).finish())
}

/// Whether whoever asks has what carries this tag.
pub fn has(asked: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(asked) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

/// An answer that may be kept and must be asked for again: the log may have gone on.
pub fn answer(app: &App, position: i64, body: &impl serde::Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(ETag(tag(app, position))).insert_header(("cache-control", "no-cache")).json(body)
}

/// A tile, likewise.
pub fn tile(app: &App, position: i64, bytes: Vec<u8>) -> HttpResponse {
    let mut answer = if bytes.is_empty() { HttpResponse::NoContent() } else { HttpResponse::Ok() };
    answer.insert_header(ETag(tag(app, position))).insert_header(("cache-control", "no-cache"));
    if bytes.is_empty() { answer.finish() } else { answer.content_type(MEDIA_TYPE).body(bytes) }
}

fn noted<T>(outcome: Result<T, Field>, problems: &mut Vec<Field>) -> Option<T> {
    outcome.map_err(|problem| problems.push(problem)).ok()
}

fn list(name: &str, text: &Option<String>, app: &App, problems: &mut Vec<Field>) -> Option<Vec<String>> {
    let mut entries: Vec<String> = text.as_deref()?.split(',').map(str::trim).filter(|e| !e.is_empty()).map(str::to_owned).collect();
    entries.sort_unstable();
    entries.dedup();
    let limit = app.config.limits.filter_entries;
    if entries.len() > limit {
        problems.push(Field::new(name, format!("has {} entries, over the limit of {limit}.", entries.len())));
        entries.clear();
    }
    (!entries.is_empty()).then_some(entries)
}

fn bbox(text: &str) -> Result<Bbox, Field> {
    let wrong = |problem: String| Field::new("bbox", problem);
    let numbers: Option<Vec<f64>> = text.split(',').map(|number| number.trim().parse().ok()).collect();
    let Some([west, south, east, north]) = numbers.as_deref() else {
        return Err(wrong("must be four numbers: west,south,east,north in degrees.".into()));
    };
    for (lon, lat) in [(*west, *south), (*east, *north)] {
        Point::new(lon, lat).map_err(|e| wrong(format!("must be west,south,east,north in degrees: {e}")))?;
    }
    if south > north {
        return Err(wrong("has its south above its north; the order is west,south,east,north.".into()));
    }
    Ok(Bbox { west: *west, south: *south, east: *east, north: *north })
}

fn day(name: &str, text: &Option<String>, problems: &mut Vec<Field>) -> Option<Day> {
    let text = text.as_deref().filter(|text| !text.is_empty())?;
    let date = (text.len() == 10).then(|| Date::strptime("%Y-%m-%d", text).ok()).flatten();
    let day = date.filter(|date| (Day::FIRST..=Day::LAST).contains(date)).map(Day::of);
    if day.is_none() {
        problems.push(Field::new(name, format!("must be a day from {} to {}, such as 2026-06-10.", Day::FIRST, Day::LAST)));
    }
    day
}

async fn service_ids(app: &App, codes: &[String], problems: &mut Vec<Field>) -> Result<Vec<i64>> {
    let catalog = app.catalog.get(&app.db).await?;
    let known = || some_of(catalog.all().iter().map(|service| service.code.as_str()));
    let id = |code: &String| {
        let unknown = || Field::new("services", format!("{code:?} is not a service; known are {}.", known()));
        noted(catalog.by_code(code).map(|service| service.id).ok_or_else(unknown), problems)
    };
    Ok(codes.iter().filter_map(id).collect())
}

fn known_statuses(words: Vec<String>, problems: &mut Vec<Field>) -> Vec<String> {
    let known = || some_of(STATUSES.iter().map(|status| status.word()));
    let (good, bad): (Vec<_>, Vec<_>) = words.into_iter().partition(|word| STATUSES.iter().any(|status| status.word() == word));
    problems.extend(bad.iter().map(|word| Field::new("statuses", format!("{word:?} is not a status; those are {}.", known()))));
    good
}

/// The ids of jurisdictions, those of earlier boundaries under the same code included.
async fn jurisdiction_ids(app: &App, entries: &[String], problems: &mut Vec<Field>) -> Result<Vec<i64>> {
    let named: Vec<(&str, &str)> = entries.iter().map(|entry| entry.split_once(':').unwrap_or((entry, ""))).collect();
    let found: Vec<(String, String, i64)> = app
        .db
        .sql("select l.code, j.code, j.id from jurisdiction j join layer l on l.id = j.layer_id where true")
        .within(" and j.code", named.iter().map(|(_, code)| (*code).to_owned()))
        .all()
        .await?;
    for (layer, code) in &named {
        if !found.iter().any(|(l, c, _)| (l.as_str(), c.as_str()) == (*layer, *code)) {
            problems.push(unknown_jurisdiction(app, layer, code).await?);
        }
    }
    Ok(found.into_iter().filter(|(layer, code, _)| named.contains(&(layer, code))).map(|(_, _, id)| id).collect())
}

async fn unknown_jurisdiction(app: &App, layer: &str, code: &str) -> Result<Field> {
    let codes: Vec<(String,)> = app
        .db
        .sql("select distinct j.code from jurisdiction j join layer l on l.id = j.layer_id where l.code = $1 order by j.code limit 100")
        .bind(layer.to_owned())
        .all()
        .await?;
    if !codes.is_empty() {
        let known = some_of(codes.iter().map(|(code,)| code.as_str()));
        return Ok(Field::new("jurisdictions", format!("{code:?} is not in the layer {layer:?}; known are {known}.")));
    }
    let layers: Vec<(String,)> = app.db.sql("select code from layer order by code limit 100").all().await?;
    let known = some_of(layers.iter().map(|(code,)| code.as_str()));
    Ok(Field::new("jurisdictions", format!("{layer:?} is not a layer; write layer:code, with one of the layers {known}.")))
}

/// Enough of what is known to see the mistake, without a page of it.
fn some_of<'a>(known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    match known.len() {
        0 => "none yet".into(),
        n if n > 40 => format!("{} and {} more", known[..40].join(", "), n - 40),
        _ => known.join(", "),
    }
}

/// The problems, if there are any.
pub fn refuse(problems: Vec<Field>) -> Result<()> {
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}
