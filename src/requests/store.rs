//! Rows of requests: written by filing, read back for the answer.

use std::collections::BTreeMap;

use super::duplicates::Near;
use super::number::Number;
use super::{Filed, NewRequest};
use crate::cases::Status;
use crate::catalog::{Kind, Service};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::salt;
use crate::geo::{Point, cell};
use crate::people::{contact, token};
use crate::privacy::Standing;
use crate::record;

/// A request about to be written.
pub(super) struct Draft<'a> {
    pub new: &'a NewRequest,
    pub service: &'a Service,
    pub case: i64,
    pub answers: &'a [(String, String)],
    pub words: Standing,
    pub marks: &'a [String],
    pub joined: bool,
    pub filed_at: i64,
    pub recorded_at: i64,
}

/// How often a number is drawn before giving up; with 27 thousand million numbers the second draw is already rare.
const DRAWS: usize = 10;

/// A request as it was written.
pub(super) struct Written {
    pub id: i64,
    pub number: Number,
    pub salt: String,
    pub proof_salt: String,
    pub open311_token: Option<String>,
}

pub(super) async fn insert(tx: &mut Tx, draft: &Draft<'_>) -> Result<Written> {
    for _ in 0..DRAWS {
        if let Some(written) = insert_as(tx, draft, Number::draw()).await? {
            let id = written.id;
            for (ordinal, (attribute, value)) in draft.answers.iter().enumerate() {
                tx.sql("insert into request_answer (request_id, ordinal, attribute, value) values ($1, $2, $3, $4)")
                    .bind(id)
                    .bind(ordinal as i64)
                    .bind(attribute.clone())
                    .bind(value.clone())
                    .run()
                    .await?;
            }
            if !draft.new.contact.is_empty() {
                contact::keep(tx, id, &draft.new.contact).await?;
            }
            if !draft.marks.is_empty() {
                tx.sql("insert into reporter_mark (request_id, marks) values ($1, $2)").bind(id).bind(draft.marks.join(" ")).run().await?;
            }
            return Ok(written);
        }
    }
    Err(Error::internal("no free request number was found"))
}

async fn insert_as(tx: &mut Tx, draft: &Draft<'_>, number: Number) -> Result<Option<Written>> {
    let new = draft.new;
    // Apart from the salt of the follow link: it goes when the words go, and the link stays.
    let (salt, proof_salt) = (salt(), salt());
    let assigned = new.history.as_ref().map(|past| &past.assigned).filter(|assigned| !assigned.is_empty());
    let assigned = assigned.map(|pairs| serde_json::to_string(&pairs.iter().cloned().collect::<BTreeMap<_, _>>())).transpose()?;
    let open311_token = (draft.service.kind == Kind::Batch && new.history.is_none()).then(token::fresh);
    let id: Option<(i64,)> = tx
        .sql(
            "insert into request (number, case_id, service_id, source, external_id, lon, lat, accuracy_m, cell, address, address_id, zipcode,
                description, media_url, language, salt, open311_token, joined, filed_at, recorded_at, assigned_json, proof_salt, words)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
             on conflict (number) do nothing returning id",
        )
        .bind(number.as_str().to_owned())
        .bind(draft.case)
        .bind(draft.service.id)
        .bind(new.source.clone())
        .bind(new.history.as_ref().map(|past| past.external_id.clone()))
        .bind(new.place.map(|p| p.lon))
        .bind(new.place.map(|p| p.lat))
        .bind(new.accuracy_m)
        .bind(new.place.map(cell::cell))
        .bind(new.address.clone())
        .bind(new.address_id.clone())
        .bind(new.zipcode.clone())
        .bind(new.description.clone())
        .bind(new.media_url.clone())
        .bind(new.language.clone())
        .bind(salt.clone())
        .bind(open311_token.clone())
        .bind(draft.joined)
        .bind(draft.filed_at)
        .bind(draft.recorded_at)
        .bind(assigned)
        .bind(proof_salt.clone())
        .bind(draft.words)
        .optional()
        .await?;
    Ok(id.map(|(id,)| Written { id, number, salt, proof_salt, open311_token }))
}

/// Puts right where the requests of a case are, and what they ask for. What was said before stays beside it.
pub(super) async fn correct(tx: &mut Tx, case: i64, place: Option<Point>, service: Option<i64>, now: i64) -> Result<()> {
    tx.sql(
        "update request set said_lon = lon, said_lat = lat, said_service_id = service_id, corrected_at = $1
         where case_id = $2 and corrected_at is null",
    )
    .bind(now)
    .bind(case)
    .run()
    .await?;
    if let Some(point) = place {
        tx.sql("update request set lon = $1, lat = $2, cell = $3 where case_id = $4")
            .bind(point.lon)
            .bind(point.lat)
            .bind(cell::cell(point))
            .bind(case)
            .run()
            .await?;
    }
    if let Some(service) = service {
        tx.sql("update request set service_id = $1 where case_id = $2").bind(service).bind(case).run().await?;
    }
    Ok(())
}

/// Keeps what was near and why, beside the request, for the dispatchers who look at it.
pub(super) async fn remember_candidates(tx: &mut Tx, request: i64, joined: i64, near: &[Near]) -> Result<()> {
    if near.is_empty() {
        return Ok(());
    }
    let mut rows = tx.sql("insert into duplicate_candidate (request_id, case_id, metres, probability, reasons_json, decision) values ");
    for (nth, candidate) in near.iter().enumerate() {
        let decision = if candidate.case == joined { "joined" } else { "open" };
        rows = rows.push(if nth == 0 { "(" } else { ", (" }).put(request).push(", ").put(candidate.case).push(", ").put(candidate.metres);
        rows = rows.push(", ").put(candidate.probability).push(", ").put(serde_json::to_string(&candidate.reasons)?).push(", ");
        rows = rows.put(decision).push(")");
    }
    rows.run().await?;
    Ok(())
}

record! {
    struct FiledRow {
        id: i64,
        number: String,
        case_id: i64,
        service: String,
        status: Status,
        salt: String,
        open311_token: Option<String>,
        joined: bool,
        due_at: Option<i64>,
        candidates: i64,
        in_review: i64,
    }
}

/// What the sender of a request is told when the answer was lost and is asked for again.
pub(super) async fn filed_before(tx: &mut Tx, id: i64) -> Result<Filed> {
    let row: FiledRow = tx
        .sql(
            "select r.id, r.number, r.case_id, s.code as service, c.status, r.salt, r.open311_token, r.joined, c.due_at,
                (select count(*) from duplicate_candidate d where d.request_id = r.id) as candidates,
                (select count(*) from photo p where p.request_id = r.id and p.state = 'review') as in_review
             from request r join case_record c on c.id = r.case_id join service s on s.id = r.service_id where r.id = $1",
        )
        .bind(id)
        .one()
        .await?;
    Ok(Filed {
        id: row.id,
        number: Number::parse(&row.number).ok_or_else(|| Error::internal("a stored number is malformed"))?,
        case: row.case_id,
        service: row.service,
        status: row.status,
        salt: row.salt,
        open311_token: row.open311_token,
        joined: row.joined,
        flagged: !row.joined && row.candidates > 0,
        due_at: row.due_at,
        in_review: row.in_review > 0,
    })
}

/// The open case of the request with this number.
pub(super) async fn open_case_of(tx: &mut Tx, number: &str) -> Result<i64> {
    let known = Number::parse(number).ok_or_else(|| Error::invalid("join", "is not a request's number."))?;
    let found: Option<(i64, Option<i64>)> = tx
        .sql("select c.id, c.closed_at from request r join case_record c on c.id = r.case_id where r.number = $1")
        .bind(known.as_str().to_owned())
        .optional()
        .await?;
    match found {
        Some((case, None)) => Ok(case),
        Some((_, Some(_))) => Err(Error::invalid("join", "names a case that is finished. Send it again with `separate: true`.")),
        None => Err(Error::invalid("join", "names no request.")),
    }
}

/// The case of a request that an import brought before.
pub(super) async fn case_of_external(tx: &mut Tx, source: &str, external_id: &str) -> Result<Option<i64>> {
    let found: Option<(i64,)> = tx
        .sql("select case_id from request where source = $1 and external_id = $2")
        .bind(source.to_owned())
        .bind(external_id.to_owned())
        .optional()
        .await?;
    Ok(found.map(|(case,)| case))
}
