//! Areas of a photo blackened for good: another picture, with an id of its own, takes the photo's place, and the photo is let go.
//!
//! An id never gets other bytes, so what browsers and others have kept under the old one stands nowhere any more. The old picture is
//! erased from the store once no other photo has it.

use super::intake::Area;
use super::keep::{Photos, Uploaded, announce, random_id};
use super::row::State;
use super::store::Size;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{self, Fact, New};
use crate::record;

record! {
    struct Held {
        content: String,
        object: String,
        request_id: i64,
        case_id: i64,
    }
}

const HELD: &str = "select p.content, p.object, p.request_id, r.case_id from photo p join request r on r.id = p.request_id
    where p.id = $1 and p.state in ('review', 'shown', 'hidden')";

impl Photos {
    /// Blackens areas of a request's photo and returns the id of the photo that stands there now.
    ///
    /// # Errors
    /// [`Error::NotFound`] if no request has such a photo, also where it was redacted meanwhile; [`Error::Unavailable`] if pictures
    /// cannot be read or kept just now.
    pub async fn redact(&self, db: &Db, clock: &Clock, id: &str, areas: Vec<Area>, member: Option<i64>) -> Result<String> {
        let held: Held = db.sql(HELD).bind(id.to_owned()).optional().await?.ok_or(Error::NotFound("photo"))?;
        let bytes = self.store.get(&held.object, Size::Large).await?.bytes().await.map_err(Error::internal)?;
        let black = self.darkroom.blacken(bytes.into(), areas).await?;
        let (id, fresh, now) = (id.to_owned(), random_id(), clock.now());
        let (width, height) = (black.width, black.height);
        let uploaded = Uploaded { id: fresh.clone(), width, height, lon: None, lat: None, taken_at: None };
        let object = announce(db, &uploaded, black.content, black.fingerprint, now).await?;
        self.store.put(&object, black.large, black.small).await?;
        let (was, became) = (id.clone(), fresh.clone());
        db.write(async move |tx| exchange(tx, &was, &became, member, now).await).await?;
        self.let_go(db, vec![(id, held.content)], now).await?;
        Ok(fresh)
    }
}

/// Puts one photo in the place of another, which expires at once.
async fn exchange(tx: &mut Tx, was: &str, became: &str, member: Option<i64>, now: i64) -> Result<()> {
    let held: Held = tx.sql(HELD).bind(was.to_owned()).optional().await?.ok_or(Error::NotFound("photo"))?;
    let placed = tx
        .sql(
            "update photo set expires_at = null, (request_id, state, lon, lat, taken_at, uploaded_at, hidden_reason) =
                (select o.request_id, o.state, o.lon, o.lat, o.taken_at, o.uploaded_at, o.hidden_reason from photo o where o.id = $1)
             where id = $2 and state = $3",
        )
        .bind(was.to_owned())
        .bind(became.to_owned())
        .bind(State::Arriving.word())
        .run()
        .await?;
    if placed == 0 {
        return Err(Error::Unavailable("storing the photo took too long".into()));
    }
    tx.sql("update photo set request_id = null, state = $1, expires_at = $2 where id = $3")
        .bind(State::Unused.word())
        .bind(now)
        .bind(was.to_owned())
        .run()
        .await?;
    let fact = Fact::PhotoRedacted { photo: was.to_owned(), became: became.to_owned() };
    events::append(tx, New::at(now, fact).of_case(held.case_id).of_request(held.request_id).by(member)).await
}
