//! Lists of requests as everybody may see them: by number, or by service, status, dates and place, newest first. Refuses to
//! know who filed anything, and never hands out a photo that waits for review. A request of a sensitive service is in no list, for a
//! list can be counted; who knows its number may ask for it.

use std::collections::HashMap;

use super::Number;
use crate::cases::{STATUSES, Status};
use crate::db::{Db, Query};
use crate::error::Result;
use crate::geo::Point;
use crate::privacy::{Discretion, PlacePrivacy, Standing, Veil};
use crate::record;

/// Which requests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// Only these; what is no number, or nobody's, is left out.
    pub numbers: Option<Vec<String>>,
    /// Codes of services; empty for all.
    pub services: Vec<String>,
    /// Only those whose case is finished, or only those whose case is not.
    pub closed: Option<bool>,
    /// First and last millisecond of filing.
    pub filed: (Option<i64>, Option<i64>),
    /// First and last millisecond of the last change.
    pub updated: (Option<i64>, Option<i64>),
    /// Only those that lie here, as far as it is shown where they lie.
    pub area: Option<Area>,
    /// How many at most.
    pub limit: i64,
    /// How many newer ones to leave out first.
    pub offset: i64,
}

/// A part of the earth's surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Area {
    /// Degrees of WGS84, borders included; with `west` greater than `east` it crosses the 180th meridian.
    Box {
        /// Smallest longitude.
        west: f64,
        /// Smallest latitude.
        south: f64,
        /// Greatest longitude.
        east: f64,
        /// Greatest latitude.
        north: f64,
    },
    /// All that lies within so many metres, by the flat-earth measure: right to one in a thousand within 50 km.
    Circle {
        /// The middle.
        center: Point,
        /// Metres, more than 0.
        radius_m: f64,
    },
}

record! {
    struct Row {
        id: i64,
        case_id: i64,
        number: String,
        status: Status,
        source: String,
        service: String,
        service_name: String,
        photo_review: bool,
        description: String,
        agency: Option<String>,
        filed_at: i64,
        updated_at: i64,
        due_at: Option<i64>,
        closed_at: Option<i64>,
        address: String,
        address_id: String,
        zipcode: String,
        lon: Option<f64>,
        lat: Option<f64>,
        media_url: String,
        place_privacy: PlacePrivacy,
        words: Standing,
        service_agency: Option<String>,
    }
}

/// A request in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its number.
    pub number: String,
    /// Where its case stands.
    pub status: Status,
    /// How it came.
    pub source: String,
    /// Code of the service.
    pub service: String,
    /// Name of the service.
    pub service_name: String,
    /// The resident's words.
    pub description: String,
    /// Who answers for it.
    pub agency: String,
    /// When it was filed, epoch milliseconds.
    pub filed_at: i64,
    /// When its case last changed; for a finished one, when it was finished.
    pub updated_at: i64,
    /// By when its case is promised.
    pub due_at: Option<i64>,
    /// What is left of the address in words, may be empty.
    pub address: String,
    /// Address in a register, may be empty.
    pub address_id: String,
    /// Postal code, may be empty.
    pub zipcode: String,
    /// Where it is shown.
    pub place: Option<Point>,
    /// Ids of the photos that everybody may see.
    pub photos: Vec<String>,
    /// Addresses of pictures kept elsewhere; none where the service has pictures looked at first, since nobody can look at these.
    pub media_urls: Vec<String>,
    /// Public notes of its case, oldest first: when, and the words.
    pub notes: Vec<(i64, String)>,
}

/// The requests that are wanted, newest first.
pub async fn list(db: &Db, discretion: &Discretion, wanted: &Wanted) -> Result<Vec<Listed>> {
    let rows = match wanted.area {
        Some(area) => within(db, discretion.veil, wanted, area).await?,
        None => query(db, discretion.veil, wanted, wanted.limit, wanted.offset).all().await?,
    };
    let mut notes: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
    let mut photos: HashMap<i64, Vec<String>> = HashMap::new();
    if !rows.is_empty() {
        db.sql(
            "select n.case_id, n.created_at, n.text, n.words from note n left join request o on o.id = n.request_id
             where n.public and n.hidden_at is null and o.hidden_at is null",
        )
        .within(" and n.case_id", rows.iter().map(|row| row.case_id))
        .push(" order by n.id")
        .each(|(case, at, words, standing): (i64, i64, String, Standing)| {
            notes.entry(case).or_default().push((at, discretion.words(words, standing)));
            Ok(())
        })
        .await?;
        db.sql("select request_id, id from photo where state = 'shown'")
            .within(" and request_id", rows.iter().map(|row| row.id))
            .push(" order by uploaded_at, id")
            .each(|(request, id): (i64, String)| {
                photos.entry(request).or_default().push(id);
                Ok(())
            })
            .await?;
    }
    // Several requests may have one case, so its notes are copied; the photos are each request's own.
    let listed = |row: Row| {
        let (photos, notes) = (photos.remove(&row.id), notes.get(&row.case_id).cloned());
        row.with(discretion, photos.unwrap_or_default(), notes.unwrap_or_default())
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// Requests looked through at once.
const PAGE: i64 = 1000;

/// The requests that are shown within an area. SQL cannot work out where a blurred place is shown, so it finds all that might be, and
/// they are looked through here, page after page.
async fn within(db: &Db, veil: Veil, wanted: &Wanted, area: Area) -> Result<Vec<Row>> {
    let (mut found, mut to_skip, mut looked_at) = (Vec::new(), wanted.offset, 0);
    let page = wanted.offset.saturating_add(wanted.limit).clamp(1, PAGE);
    loop {
        let rows: Vec<Row> = query(db, veil, wanted, page, looked_at).all().await?;
        let last = (rows.len() as i64) < page;
        looked_at += page;
        for row in rows.into_iter().filter(|row| row.lies_in(area, veil)) {
            if to_skip > 0 {
                to_skip -= 1;
                continue;
            }
            found.push(row);
            if found.len() as i64 == wanted.limit {
                return Ok(found);
            }
        }
        if last {
            return Ok(found);
        }
    }
}

fn query<'d>(db: &'d Db, veil: Veil, wanted: &Wanted, limit: i64, offset: i64) -> Query<'d> {
    let mut query = db.sql(
        "select r.id, r.case_id, r.number, c.status, r.source, s.code as service, s.name as service_name, s.photo_review, r.description,
            a.name as agency, r.filed_at, c.updated_at, c.due_at, c.closed_at, r.address, r.address_id, r.zipcode, r.lon, r.lat, r.media_url,
            s.place_privacy, r.words, own.name as service_agency
         from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id
         left join team t on t.id = c.team_id left join agency a on a.id = t.agency_id
         left join agency own on own.id = s.agency_id where r.hidden_at is null",
    );
    if let Some(numbers) = &wanted.numbers {
        query =
            query.within(" and r.number", numbers.iter().filter_map(|typed| Number::parse(typed)).map(|number| number.as_str().to_owned()));
    }
    if wanted.numbers.is_none() {
        query = query.push(" and not s.sensitive");
    }
    if !wanted.services.is_empty() {
        // U+0000 is in no code, and PostgreSQL would not even compare it.
        let codes = wanted.services.iter().filter(|code| !code.contains('\0')).cloned();
        query = query.within(" and r.service_id in (select id from service where code", codes).push(")");
    }
    if let Some(closed) = wanted.closed {
        query = query.within(" and c.status", STATUSES.into_iter().filter(|status| status.finished() == closed));
    }
    query = query.filter(" and r.filed_at >= ", wanted.filed.0).filter(" and r.filed_at <= ", wanted.filed.1);
    query = query.filter(" and c.updated_at >= ", wanted.updated.0).filter(" and c.updated_at <= ", wanted.updated.1);
    if let Some(area) = wanted.area {
        query = area.restrict(query.push(" and (s.place_privacy = 'exact'")).push(" or s.place_privacy = 'blurred'");
        query = area.widened(veil.largest_reach_m()).restrict(query).push(")");
    }
    query.push(" order by r.filed_at desc, r.id desc limit ").put(limit).push(" offset ").put(offset)
}

impl Area {
    fn contains(self, point: Point) -> bool {
        match self {
            Area::Box { west, south, east, north } => {
                let across = if west <= east { (west..=east).contains(&point.lon) } else { point.lon >= west || point.lon <= east };
                across && (south..=north).contains(&point.lat)
            }
            Area::Circle { center, radius_m } => {
                let (up, aside) = (point.lat - center.lat, (point.lon - center.lon) * center.lat.to_radians().cos());
                up.hypot(aside) <= radius_m / METRES_OF_A_DEGREE
            }
        }
    }

    /// An area that holds everything within so many metres of this one, and may hold more.
    fn widened(self, metres: f64) -> Area {
        match self {
            Area::Circle { center, radius_m } => Area::Circle { center, radius_m: radius_m * 1.01 + metres },
            Area::Box { west, south, east, north } => {
                let up = metres / METRES_OF_A_DEGREE;
                let aside = up / (south.abs().max(north.abs()) + up).min(89.9).to_radians().cos();
                let (south, north) = (south - up, north + up);
                let width = if west <= east { east - west } else { east - west + 360.0 };
                if width + 2.0 * aside >= 360.0 {
                    return Area::Box { west: -180.0, south, east: 180.0, north };
                }
                Area::Box { west: crate::geo::wrapped(west - aside), south, east: crate::geo::wrapped(east + aside), north }
            }
        }
    }

    fn restrict(self, query: Query<'_>) -> Query<'_> {
        match self {
            Area::Box { west, south, east, north } => {
                let query = query.push(" and r.lat between ").put(south).push(" and ").put(north);
                let (open, between) =
                    if west <= east { (" and (r.lon >= ", " and r.lon <= ") } else { (" and (r.lon >= ", " or r.lon <= ") };
                query.push(open).put(west).push(between).put(east).push(")")
            }
            Area::Circle { center, radius_m } => {
                let (shrink, reach) = (center.lat.to_radians().cos(), radius_m / METRES_OF_A_DEGREE);
                let query = query.push(" and (r.lat - ").put(center.lat).push(") * (r.lat - ").put(center.lat);
                let query = query.push(") + (r.lon - ").put(center.lon).push(") * (r.lon - ").put(center.lon);
                query.push(") * ").put(shrink * shrink).push(" <= ").put(reach * reach)
            }
        }
    }
}

const METRES_OF_A_DEGREE: f64 = crate::geo::EARTH_RADIUS_M * std::f64::consts::PI / 180.0;

impl Row {
    fn point(&self) -> Option<Point> {
        self.lon.zip(self.lat).map(|(lon, lat)| Point { lon, lat })
    }

    fn lies_in(&self, area: Area, veil: Veil) -> bool {
        let shown = || self.point().and_then(|point| veil.point(self.place_privacy, point));
        self.place_privacy == PlacePrivacy::Exact || shown().is_some_and(|point| area.contains(point))
    }

    fn with(self, discretion: &Discretion, photos: Vec<String>, notes: Vec<(i64, String)>) -> Listed {
        let finished = self.closed_at.filter(|_| self.status.finished());
        let elsewhere = if self.photo_review { "" } else { &self.media_url };
        let place = discretion.veil.over(self.place_privacy, self.point(), &self.address);
        // A register's address and a postal code may be one house.
        let exact = place.privacy == PlacePrivacy::Exact;
        let (address_id, zipcode) = if exact { (self.address_id, self.zipcode) } else { (String::new(), String::new()) };
        Listed {
            media_urls: elsewhere.lines().map(str::to_owned).collect(),
            place: place.point,
            number: self.number,
            status: self.status,
            source: self.source,
            service: self.service,
            service_name: self.service_name,
            description: discretion.words(self.description, self.words),
            agency: if exact { self.agency } else { self.service_agency }.unwrap_or_default(),
            filed_at: self.filed_at,
            updated_at: finished.unwrap_or(self.updated_at),
            due_at: self.due_at,
            address: place.address,
            address_id,
            zipcode,
            photos,
            notes,
        }
    }
}

/// The number behind an Open311 token.
pub async fn by_open311_token(db: &Db, token: &str) -> Result<Option<String>> {
    if token.contains('\0') {
        return Ok(None);
    }
    let found = db.sql("select number from request where open311_token = $1").bind(token.to_owned()).optional::<(String,)>().await?;
    Ok(found.map(|(number,)| number))
}
