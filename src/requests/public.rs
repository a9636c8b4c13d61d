//! What anybody who has a request's number may see: no contact, no internal words, no photo that waits for review.

use serde::Serialize;

use super::Number;
use crate::cases::Status;
use crate::cases::notes::NoteKind;
use crate::catalog::moment;
use crate::db::Db;
use crate::error::{Error, Result};
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
    /// Address in words, may be empty.
    pub address: String,
    /// Degrees east.
    pub lon: Option<f64>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// The resident's words.
    pub description: String,
    /// Its pictures.
    pub photos: Vec<PublicPhoto>,
    /// How many requests its case has.
    pub requests_in_case: i64,
    /// Who has it.
    pub team: Option<String>,
    /// Who answers for it.
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
    /// What: `filed`, `joined`, `moved`, `noted`, `commented`, `withdrawn` or `erased`.
    pub kind: String,
    /// The status moved to, or the words of a public note or comment.
    pub text: String,
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
        request_count: i64,
        team: Option<String>,
        agency: Option<String>,
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
pub async fn public(db: &Db, number: &Number) -> Result<PublicRequest> {
    let found: Option<Found> = db
        .sql(
            "select r.id, r.case_id, r.number, c.status, s.code as service, s.name as service_name, r.filed_at, c.updated_at, c.due_at,
                c.closed_at, r.withdrawn_at, r.erased_at, r.address, r.lon, r.lat, r.description, c.request_count, t.name as team, a.name as agency
             from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id
             left join team t on t.id = c.team_id left join agency a on a.id = t.agency_id where r.number = $1",
        )
        .bind(number.as_str().to_owned())
        .optional()
        .await?;
    let Some(found) = found else { return Err(missing(db, number).await?) };
    let photos: Vec<(String,)> =
        db.sql("select id from photo where request_id = $1 and state = 'shown' order by uploaded_at, id").bind(found.id).all().await?;
    Ok(PublicRequest {
        timeline: timeline(db, found.case_id, found.id).await?,
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
        address: found.address,
        lon: found.lon,
        lat: found.lat,
        description: found.description,
        photos: photos
            .into_iter()
            .map(|(id,)| PublicPhoto { small: format!("/photos/{id}/small.jpg"), large: format!("/photos/{id}/large.jpg"), id })
            .collect(),
        requests_in_case: found.request_count,
        team: found.team,
        agency: found.agency,
    })
}

/// The moves of the case, its public notes, and the filing of this request; other residents' filings stay theirs.
async fn timeline(db: &Db, case: i64, request: i64) -> Result<Vec<Step>> {
    let mut steps: Vec<Step> = Vec::new();
    db.sql("select at, kind, data_json from event where case_id = $1 and (kind = 'moved' or request_id = $2) order by seq limit 500")
        .bind(case)
        .bind(request)
        .each(|(at, kind, data): (i64, String, String)| {
            let to = serde_json::from_str::<serde_json::Value>(&data).ok().and_then(|v| v["to"].as_str().map(str::to_owned));
            if matches!(kind.as_str(), "filed" | "joined" | "moved" | "withdrawn" | "erased") {
                steps.push(Step { at, kind, text: to.unwrap_or_default() });
            }
            Ok(())
        })
        .await?;
    db.sql("select created_at, kind, text from note where case_id = $1 and public order by id limit 500")
        .bind(case)
        .each(|(at, kind, text): (i64, String, String)| {
            steps.push(Step { at, kind: if kind == NoteKind::Comment.word() { "commented" } else { "noted" }.into(), text });
            Ok(())
        })
        .await?;
    steps.sort_by_key(|step| step.at);
    Ok(steps)
}
