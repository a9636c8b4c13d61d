//! What was done to a row that is not the one that was recorded. A leaf says only *that* it differs; what it was is guessed, and a
//! guess whose leaf is the recorded one is right.

use super::entry;
use super::tiles::{WIDTH, hashes};
use super::tree::Hash;
use crate::cases::STATUSES;
use crate::db::Db;
use crate::error::Result;
use crate::events::{self, Event, Fact, commitment};

/// Says what was done to the event, whose leaf was once another.
pub(super) async fn diagnosis(db: &Db, event: &Event, recorded: &Hash, size: i64) -> Result<String> {
    for (column, was, guess) in guesses(db, event).await? {
        if entry::hash(&guess) == *recorded {
            return Ok(format!("`{column}` was changed; it was {was}"));
        }
    }
    let next = events::between(db, event.position, event.position + 1).await?.pop();
    let was = |event: &Event, position: i64, leaf: Option<Hash>| leaf == Some(entry::hash(&moved(event, position)));
    let (after, then) = (leaf_at(db, event.position + 1).await?, leaf_at(db, event.position + 2).await?);
    let next_was_here = next.as_ref().is_some_and(|next| was(next, event.position, Some(*recorded)));
    let was_next = event.position < size && was(event, event.position + 1, after);
    let next_was_then = next.as_ref().is_none_or(|next| event.position + 1 >= size || was(next, event.position + 2, then));
    if was_next && next_was_then && !next_was_here {
        return Ok("what stood here was removed, and what came after it moved up".into());
    }
    if next_was_here && !was_next {
        return Ok("a row was put in here: what was recorded here comes after it".into());
    }
    Ok(match place_of(db, event, size).await? {
        Some(place) => format!("rows were reordered: what stands here was recorded at position {place}"),
        None => format!("the row was changed (it says `{}` now)", event.kind),
    })
}

/// The event at another position, its sequence moved as far.
fn moved(event: &Event, position: i64) -> Event {
    Event { position, seq: event.seq + position - event.position, ..event.clone() }
}

/// The leaf of a position.
async fn leaf_at(db: &Db, position: i64) -> Result<Option<Hash>> {
    let index = (position - 1).cast_unsigned();
    let row = db.sql("select hashes from log_tile where level = 0 and place = $1").bind((index / WIDTH).cast_signed());
    let row: Option<(Vec<u8>,)> = row.optional().await?;
    Ok(row.and_then(|(bytes,)| hashes(&bytes).get((index % WIDTH) as usize).copied()))
}

/// The position at which what an event says was recorded.
async fn place_of(db: &Db, event: &Event, size: i64) -> Result<Option<i64>> {
    let mut found = None;
    db.sql("select place, hashes from log_tile where level = 0 order by place")
        .each(|(place, bytes): (i64, Vec<u8>)| {
            for (position, leaf) in (place * WIDTH as i64 + 1..).zip(hashes(&bytes)) {
                if found.is_none() && position <= size && entry::hash(&moved(event, position)) == leaf {
                    found = Some(position);
                }
            }
            Ok(())
        })
        .await?;
    Ok(found)
}

/// What the event may have been if one column of it was changed: the column, what it was, and the event with that.
async fn guesses(db: &Db, event: &Event) -> Result<Vec<(&'static str, String, Event)>> {
    let mut guesses = vec![("seq", event.position.to_string(), Event { seq: event.position, ..event.clone() })];
    if let Some(kind) = event.fact().ok().map(|fact| fact.kind()) {
        guesses.push(("kind", kind.into(), Event { kind: kind.into(), ..event.clone() }));
    }
    for (from, to) in STATUSES.iter().flat_map(|from| STATUSES.map(|to| (from.word(), to.word()))) {
        let data_json = serde_json::to_string(&Fact::Moved { from: from.into(), to: to.into() })?;
        guesses.push(("data_json", data_json.clone(), Event { data_json, ..event.clone() }));
    }
    let members: Vec<(i64,)> = db.sql("select id from member order by id").all().await?;
    for member_id in members.into_iter().map(|(id,)| Some(id)).chain([None]) {
        guesses.push(("member_id", in_words(member_id), Event { member_id, ..event.clone() }));
    }
    for (column, nulled) in [
        ("case_id", Event { case_id: None, ..event.clone() }),
        ("request_id", Event { request_id: None, ..event.clone() }),
        ("commitment", Event { commitment: None, ..event.clone() }),
    ] {
        guesses.push((column, "null".into(), nulled));
    }
    let request = "select id, case_id, filed_at, coalesce(proof_salt, salt), number, description, address from request where id = $1";
    if let Some(id) = event.request_id
        && let Some((id, case, at, salt, number, description, address)) = db.sql(request).bind(id).optional::<Request>().await?
    {
        let proof = commitment(&salt, &[&number, &description, &address]);
        guesses.push(("case_id", case.to_string(), Event { case_id: Some(case), ..event.clone() }));
        guesses.push(("at", at.to_string(), Event { at, ..event.clone() }));
        guesses.push(("request_id", id.to_string(), Event { request_id: Some(id), ..event.clone() }));
        guesses.push(("commitment", proof.clone(), Event { commitment: Some(proof), ..event.clone() }));
    }
    Ok(guesses)
}

type Request = (i64, i64, i64, String, String, String, String);

fn in_words(id: Option<i64>) -> String {
    id.map_or_else(|| "null".to_owned(), |id| id.to_string())
}
