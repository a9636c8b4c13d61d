//! Lists of requests as everybody may see them: by number, or by service, status, dates and place, newest first. Refuses to
//! know who filed anything, and never hands out a photo that waits for review.

use std::collections::HashMap;

use super::Number;
use crate::cases::{STATUSES, Status};
use crate::db::{Db, Query};
use crate::error::Result;
use crate::geo::Point;
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
    /// Only those that lie here.
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
    /// Address in words, may be empty.
    pub address: String,
    /// Address in a register, may be empty.
    pub address_id: String,
    /// Postal code, may be empty.
    pub zipcode: String,
    /// Where it is.
    pub place: Option<Point>,
    /// Ids of the photos that everybody may see.
    pub photos: Vec<String>,
    /// Addresses of pictures kept elsewhere; none where the service has pictures looked at first, since nobody can look at these.
    pub media_urls: Vec<String>,
    /// Public notes of its case, oldest first: when, and the words.
    pub notes: Vec<(i64, String)>,
}

/// The requests that are wanted, newest first.
pub async fn list(db: &Db, wanted: &Wanted) -> Result<Vec<Listed>> {
    let rows: Vec<Row> = query(db, wanted).all().await?;
    let mut notes: HashMap<i64, Vec<(i64, String)>> = HashMap::new();
    let mut photos: HashMap<i64, Vec<String>> = HashMap::new();
    if !rows.is_empty() {
        db.sql("select case_id, created_at, text from note where public")
            .within(" and case_id", rows.iter().map(|row| row.case_id))
            .push(" order by id")
            .each(|(case, at, words): (i64, i64, String)| {
                notes.entry(case).or_default().push((at, words));
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
        row.with(photos.unwrap_or_default(), notes.unwrap_or_default())
    };
    Ok(rows.into_iter().map(listed).collect())
}

fn query<'d>(db: &'d Db, wanted: &Wanted) -> Query<'d> {
    let mut query = db.sql(
        "select r.id, r.case_id, r.number, c.status, r.source, s.code as service, s.name as service_name, s.photo_review, r.description,
            a.name as agency, r.filed_at, c.updated_at, c.due_at, c.closed_at, r.address, r.address_id, r.zipcode, r.lon, r.lat, r.media_url
         from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id
         left join team t on t.id = c.team_id left join agency a on a.id = t.agency_id where true",
    );
    if let Some(numbers) = &wanted.numbers {
        query =
            query.within(" and r.number", numbers.iter().filter_map(|typed| Number::parse(typed)).map(|number| number.as_str().to_owned()));
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
        query = area.restrict(query);
    }
    query.push(" order by r.filed_at desc, r.id desc limit ").put(wanted.limit).push(" offset ").put(wanted.offset)
}

impl Area {
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
    fn with(self, photos: Vec<String>, notes: Vec<(i64, String)>) -> Listed {
        let finished = self.closed_at.filter(|_| self.status.finished());
        let elsewhere = if self.photo_review { "" } else { &self.media_url };
        Listed {
            media_urls: elsewhere.lines().map(str::to_owned).collect(),
            place: self.lon.zip(self.lat).map(|(lon, lat)| Point { lon, lat }),
            number: self.number,
            status: self.status,
            source: self.source,
            service: self.service,
            service_name: self.service_name,
            description: self.description,
            agency: self.agency.unwrap_or_default(),
            filed_at: self.filed_at,
            updated_at: finished.unwrap_or(self.updated_at),
            due_at: self.due_at,
            address: self.address,
            address_id: self.address_id,
            zipcode: self.zipcode,
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
