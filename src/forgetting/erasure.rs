//! Erasing what a request says and who filed it. The one place that knows what of a request is personal.

use super::holds;
use super::traces::Traces;
use crate::cases::notes::NoteKind;
use crate::db::Tx;
use crate::error::Result;
use crate::events::{Fact, New, append};
use crate::geo::{Point, cell};
use crate::photos;
use crate::privacy::{PlacePrivacy, Veil};
use crate::record;

/// The H3 resolution of what is left of a place that is personal: a cell is a part of town, of some 0.7 km².
const PART_OF_TOWN: u8 = 8;

record! {
    struct Row {
        case_id: i64,
        service_id: i64,
        place_privacy: PlacePrivacy,
        lon: Option<f64>,
        lat: Option<f64>,
        address: String,
        erased_at: Option<i64>,
        last_name: Option<String>,
        email: Option<String>,
        phone: Option<String>,
    }
}

record! {
    struct Note {
        id: i64,
        kind: String,
        text: String,
        request_id: Option<i64>,
    }
}

/// Erases one request, in one event; whether it did: what is held or erased already stays as it is. `why` is the event's.
pub(super) async fn erase(tx: &mut Tx, id: i64, why: &'static str, by: Option<i64>, now: i64) -> Result<bool> {
    // Held until the transaction ends, so that nobody erases it beside us.
    tx.sql("update request set erased_at = erased_at where id = $1").bind(id).run().await?;
    let row: Option<Row> = tx
        .sql(
            "select r.case_id, coalesce(r.said_service_id, r.service_id) as service_id, s.place_privacy, r.lon, r.lat, r.address, r.erased_at, p.last_name, p.email, p.phone
             from request r join service s on s.id = r.service_id left join contact p on p.request_id = r.id where r.id = $1",
        )
        .bind(id)
        .optional()
        .await?;
    let Some(row) = row.filter(|row| row.erased_at.is_none()) else { return Ok(false) };
    if holds::held(tx, row.case_id).await? {
        return Ok(false);
    }
    let notes = notes(tx, id, &row).await?;
    if !notes.is_empty() {
        tx.sql("delete from note where true").within(" and id", notes.iter().copied()).run().await?;
    }
    let photos = photos::let_go_of(tx, id, now).await?;
    // What was chosen from a list is the city's own word, and stays for those who count.
    tx.sql(
        "delete from request_answer where request_id = $1 and not exists (
             select 1 from attribute a join attribute_value v on v.attribute_id = a.id
             where a.service_id = $2 and a.code = request_answer.attribute and v.key = request_answer.value)",
    )
    .bind(id)
    .bind(row.service_id)
    .run()
    .await?;
    for table in ["contact", "reporter_mark", "idempotency", "outbox", "abuse_report"] {
        tx.sql(format!("delete from {table} where request_id = $1")).bind(id).run().await?;
    }
    coarsen(tx, id, &row).await?;
    // Without its salt no link that was ever sent opens it, and nobody can guess what its commitment stood for.
    tx.sql(
        "update request set description = '', media_url = '', address = '', address_id = '', zipcode = '', language = '',
            accuracy_m = null, said_lon = null, said_lat = null, salt = '', proof_salt = null, words = 'clear', hidden_reason = null, open311_token = null, erased_at = $1
         where id = $2",
    )
    .bind(now)
    .bind(id)
    .run()
    .await?;
    // The case was given the words of its first request; another that still has some speaks for it now. Who copied the words into
    // a system of their own sees that the case changed.
    tx.sql(
        "update case_record set updated_at = case when updated_at < $1 then $1 else updated_at end,
            address = case when address <> $2 then address else coalesce((select r.address from request r
                where r.case_id = case_record.id and r.erased_at is null and r.address <> '' order by r.id limit 1), '') end
         where id = $3",
    )
    .bind(now)
    .bind(row.address)
    .bind(row.case_id)
    .run()
    .await?;
    append(tx, New::at(now, Fact::Erased { why: why.into(), notes, photos }).of_case(row.case_id).of_request(id).by(by)).await?;
    Ok(true)
}

/// Where a service does not show places, the place says who it was: a part of town is left of it, for those who count.
async fn coarsen(tx: &mut Tx, id: i64, row: &Row) -> Result<()> {
    let (PlacePrivacy::Blurred | PlacePrivacy::Hidden, Some((lon, lat))) = (row.place_privacy, row.lon.zip(row.lat)) else { return Ok(()) };
    let left = Veil::new(PART_OF_TOWN, false).point(PlacePrivacy::Blurred, Point { lon, lat });
    for (table, key) in [("request", id), ("case_record", row.case_id)] {
        tx.sql(format!("update {table} set lon = $1, lat = $2, cell = $3 where id = $4 and lon = $5 and lat = $6"))
            .bind(left.map(|point| point.lon))
            .bind(left.map(|point| point.lat))
            .bind(left.map(cell::cell))
            .bind(key)
            .bind(lon)
            .bind(lat)
            .run()
            .await?;
    }
    Ok(())
}

/// The notes that go with a request: what its resident added, what names them, and, with the last request of the case, what was said
/// with people outside.
async fn notes(tx: &mut Tx, id: i64, row: &Row) -> Result<Vec<i64>> {
    let of = |field: &Option<String>| field.clone().unwrap_or_default();
    let traces = Traces::of(&of(&row.last_name), &of(&row.email), &of(&row.phone));
    let (others,): (i64,) = tx
        .sql("select count(*) from request where case_id = $1 and id <> $2 and erased_at is null")
        .bind(row.case_id)
        .bind(id)
        .one()
        .await?;
    let notes: Vec<Note> =
        tx.sql("select id, kind, text, request_id from note where case_id = $1 order by id").bind(row.case_id).all().await?;
    let goes = |note: &Note| {
        let conversation = others == 0 && note.kind == NoteKind::Contact.word();
        note.request_id == Some(id) || conversation || traces.found_in(&note.text)
    };
    Ok(notes.into_iter().filter(goes).map(|note| note.id).collect())
}
