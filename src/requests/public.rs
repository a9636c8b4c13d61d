//! What anybody who has a request's number may see: no contact, no internal words, no photo that waits for review.

use serde::Serialize;

use super::Number;
use crate::cases::Status;
use crate::cases::notes::NoteKind;
use crate::catalog::moment;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::geo::Point;
use crate::privacy::{Discretion, PlacePrivacy, Standing};
use crate::record;

/// A request as everybody sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PublicRequest {
    /// Its number.
    pub number: String,
    /// Where its case stands.
    pub status: Status,
    /// The same for people.
    pub status_name: &'static str,
    /// Code of the service.
    pub service: String,
    /// Name of the service.
    pub service_name: String,
    /// When it was filed, epoch milliseconds.
    pub filed_at: i64,
    /// When its case last changed.
    pub updated_at: i64,
    /// By when its case is promised.
    pub expected_at: Option<i64>,
    /// When its case was finished.
    pub closed_at: Option<i64>,
    /// When whoever filed it took it back.
    pub withdrawn_at: Option<i64>,
    /// When its words and all that was personal were erased.
    pub erased_at: Option<i64>,
    /// What is left of the address in words, may be empty.
    pub address: String,
    /// How much of its place is shown.
    pub place: PlacePrivacy,
    /// Degrees east; of a blurred place, of the middle of where it may be.
    pub lon: Option<f64>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// How far from there a blurred place may be, in metres.
    pub within_m: f64,
    /// The resident's words.
    pub description: String,
    /// Whether personal data found in the words is masked until staff has decided.
    pub masked: bool,
    /// Whether staff keeps it from the public; only whoever holds the follow link is told.
    pub hidden: bool,
    /// Its pictures.
    pub photos: Vec<PublicPhoto>,
    /// How many more pictures staff keeps from the public; only whoever holds the follow link is told.
    pub hidden_photos: i64,
    /// How many requests its case has.
    pub requests_in_case: i64,
    /// Who has it; not said where the place is not shown as it is, for teams have districts.
    pub team: Option<String>,
    /// Who answers for it; where the place is not shown as it is, for the service.
    pub agency: Option<String>,
    /// What happened, oldest first.
    pub timeline: Vec<Step>,
}

/// A picture in its two sizes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PublicPhoto {
    /// Its id.
    pub id: String,
    /// Address of the small size.
    pub small: String,
    /// Address of the large size.
    pub large: String,
}

/// One thing that happened.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Step {
    /// When, epoch milliseconds.
    pub at: i64,
    /// What: `filed`, `joined`, `moved`, `corrected`, `noted`, `commented`, `withdrawn` or `erased`.
    pub kind: String,
    /// The status moved to, or the words of a public note or comment.
    pub text: String,
    /// A comment of one's own that staff keeps from the public; only whoever holds the follow link is told.
    pub hidden: bool,
}

/// Who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Whoever knows the number.
    Anyone,
    /// Whoever holds the request's follow link.
    Holder,
}

record! {
    struct Found {
        id: i64,
        case_id: i64,
        number: String,
        status: Status,
        service: String,
        service_name: String,
        filed_at: i64,
        updated_at: i64,
        due_at: Option<i64>,
        closed_at: Option<i64>,
        withdrawn_at: Option<i64>,
        erased_at: Option<i64>,
        address: String,
        lon: Option<f64>,
        lat: Option<f64>,
        description: String,
        requests_in_case: i64,
        hidden_photos: i64,
        team: Option<String>,
        agency: Option<String>,
        service_agency: Option<String>,
        place_privacy: PlacePrivacy,
        words: Standing,
        hidden_at: Option<i64>,
    }
}

/// The row and salt of the request with this number, to check a follow token against.
pub async fn find(db: &Db, number: &Number) -> Result<(i64, String)> {
    let found = db.sql("select id, salt from request where number = $1").bind(number.as_str().to_owned()).optional().await?;
    match found {
        Some(found) => Ok(found),
        None => Err(missing(db, number).await?),
    }
}

/// Why there is no request with this number: there never was one, or it was deleted, which is no secret.
pub async fn missing(db: &Db, number: &Number) -> Result<Error> {
    let gone = db.sql("select deleted_at from deleted_request where number = $1").bind(number.as_str().to_owned());
    Ok(match gone.optional::<(i64,)>().await? {
        Some((at,)) => {
            let day = moment::write(at);
            Error::Gone(format!(
                "Request {number} was deleted on {}, as the city's rules of retention say.",
                day.split('T').next().unwrap_or(&day)
            ))
        }
        None => Error::NotFound("request"),
    })
}

/// The public face of the request with this number.
///
/// # Errors
/// [`Error::NotFound`] if there is none, and for anyone but the holder if staff hides it.
pub async fn public(db: &Db, discretion: &Discretion, number: &Number, reader: Reader) -> Result<PublicRequest> {
    let holder = reader == Reader::Holder;
    let found: Option<Found> = db
        .sql(
            "select r.id, r.case_id, r.number, c.status, s.code as service, s.name as service_name, r.filed_at, c.updated_at, c.due_at,
                c.closed_at, r.withdrawn_at, r.erased_at, r.address, r.lon, r.lat, r.description, t.name as team, a.name as agency,
                own.name as service_agency, s.place_privacy, r.words, r.hidden_at,
                (select count(*) from request o where o.case_id = r.case_id and o.hidden_at is null) as requests_in_case,
                (select count(*) from photo p where p.request_id = r.id and p.state = 'hidden') as hidden_photos
             from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id
             left join team t on t.id = c.team_id left join agency a on a.id = t.agency_id
             left join agency own on own.id = s.agency_id where r.number = $1",
        )
        .bind(number.as_str().to_owned())
        .optional()
        .await?;
    let found = found.filter(|found| holder || found.hidden_at.is_none());
    let Some(found) = found else { return Err(missing(db, number).await?) };
    let photos: Vec<(String,)> =
        db.sql("select id from photo where request_id = $1 and state = 'shown' order by uploaded_at, id").bind(found.id).all().await?;
    let place = found.lon.zip(found.lat).map(|(lon, lat)| Point { lon, lat });
    let place = discretion.veil.over(found.place_privacy, place, &found.address);
    let exact = place.privacy == PlacePrivacy::Exact;
    let description = discretion.words(found.description.clone(), found.words);
    Ok(PublicRequest {
        timeline: timeline(db, discretion, &found, holder).await?,
        number: found.number,
        status: found.status,
        status_name: found.status.name(),
        service: found.service,
        service_name: found.service_name,
        filed_at: found.filed_at,
        updated_at: found.updated_at,
        expected_at: found.due_at,
        closed_at: found.closed_at,
        withdrawn_at: found.withdrawn_at,
        erased_at: found.erased_at,
        address: place.address,
        place: place.privacy,
        lon: place.point.map(|point| point.lon),
        lat: place.point.map(|point| point.lat),
        within_m: place.within_m,
        masked: description != found.description,
        description,
        hidden: found.hidden_at.is_some(),
        hidden_photos: if holder { found.hidden_photos } else { 0 },
        photos: photos
            .into_iter()
            .map(|(id,)| PublicPhoto { small: format!("/photos/{id}/small.jpg"), large: format!("/photos/{id}/large.jpg"), id })
            .collect(),
        requests_in_case: found.requests_in_case,
        team: found.team.filter(|_| exact),
        agency: if exact { found.agency } else { found.service_agency },
    })
}

/// The moves of the case, its public notes, and the filing of this request; other residents' filings stay theirs.
async fn timeline(db: &Db, discretion: &Discretion, found: &Found, holder: bool) -> Result<Vec<Step>> {
    let (case, request) = (found.case_id, found.id);
    let mut steps: Vec<Step> = Vec::new();
    db.sql("select at, kind, data_json from event where case_id = $1 and (kind in ('moved', 'corrected') or request_id = $2) order by seq limit 500")
        .bind(case)
        .bind(request)
        .each(|(at, kind, data): (i64, String, String)| {
            let data = serde_json::from_str::<serde_json::Value>(&data).unwrap_or_default();
            let to = data["to"].as_str().map(str::to_owned);
            if kind == "corrected" && data["place"] == false && data["to"].is_null() {
                return Ok(()); // only routed again
            }
            if matches!(kind.as_str(), "filed" | "joined" | "moved" | "corrected" | "withdrawn" | "erased") {
                steps.push(Step { at, kind, text: to.unwrap_or_default(), hidden: false });
            }
            Ok(())
        })
        .await?;
    // What was said by whoever filed a hidden request is hidden with it.
    db.sql(
        "select n.created_at, n.kind, n.text, n.words, n.hidden_at, n.request_id, o.hidden_at from note n
         left join request o on o.id = n.request_id where n.case_id = $1 and n.public order by n.id limit 500",
    )
    .bind(case)
    .each(|(at, kind, text, words, hidden_at, of, with): (i64, String, String, Standing, Option<i64>, Option<i64>, Option<i64>)| {
        let hidden = hidden_at.is_some();
        if (!hidden && with.is_none()) || (holder && of == Some(request)) {
            let kind = if kind == NoteKind::Comment.word() { "commented" } else { "noted" }.into();
            steps.push(Step { at, kind, text: discretion.words(text, words), hidden });
        }
        Ok(())
    })
    .await?;
    steps.sort_by_key(|step| step.at);
    Ok(steps)
}
