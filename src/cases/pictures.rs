//! A request's photos as staff see and review them. It asks the policy; `photos` keeps the rows.

use super::access;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::people::policy::{Act, On, Who, may};
use crate::photos::{self, Area, Photo, Photos, State};

/// Whether somebody may see a photo: everybody once it is shown, before that whoever may see its case.
pub async fn visible(db: &Db, who: &Who, photo: &Photo) -> Result<bool> {
    if photo.public() {
        return Ok(true);
    }
    let (State::Review | State::Shown | State::Hidden, Some(request)) = (photo.state, photo.request_id) else { return Ok(false) };
    let case: Option<(i64,)> = db.sql("select case_id from request where id = $1").bind(request).optional().await?;
    let Some((case,)) = case else { return Ok(false) };
    Ok(may(who, Act::SeeCase, &access::on(db, case).await?))
}

/// Lets the public see a photo, or hides it.
///
/// # Errors
/// [`Error::NotFound`] if there is no such photo or the asker may not see its case, [`Error::Forbidden`] if they may only look.
pub async fn review(tx: &mut Tx, who: &Who, photo: &str, shown: bool, reason: Option<&str>, now: i64) -> Result<()> {
    let owner = "select r.case_id from photo p join request r on r.id = p.request_id where p.id = $1";
    let (case,) = tx.sql(owner).bind(photo.to_owned()).optional::<(i64,)>().await?.ok_or(Error::NotFound("photo"))?;
    let on = access::on_in(tx, case).await?;
    demand(who, Act::ReviewPhoto, &on, "review this photo")?;
    photos::decide(tx, photo, shown, reason, who.member(), now).await
}

/// Blackens areas of a photo for good, at most so many; the id of the photo that stands there now.
///
/// # Errors
/// Those of [`review`] and of [`Photos::redact`].
pub async fn redact(db: &Db, photos: &Photos, clock: &Clock, who: &Who, photo: &str, areas: Vec<Area>, most: usize) -> Result<String> {
    let owner = "select r.case_id from photo p join request r on r.id = p.request_id where p.id = $1";
    let (case,) = db.sql(owner).bind(photo.to_owned()).optional::<(i64,)>().await?.ok_or(Error::NotFound("photo"))?;
    demand(who, Act::Moderate, &access::on(db, case).await?, "change this photo")?;
    if !(1..=most).contains(&areas.len()) {
        return Err(Error::invalid("areas", format!("must be from 1 to {most}.")));
    }
    if let Some(nth) = areas.iter().position(|area| !area.fits()) {
        return Err(Error::invalid(format!("areas.{nth}"), "must lie in the picture: x, y, width and height in parts from 0 to 1."));
    }
    photos.redact(db, clock, photo, areas, who.member()).await
}

/// Refuses what the policy refuses. Nobody is told by the word "case" that a photo is there after all.
fn demand(who: &Who, act: Act, on: &On, doing: &'static str) -> Result<()> {
    access::demand(who, act, on, doing).map_err(|refusal| match refusal {
        Error::NotFound(_) => Error::NotFound("photo"),
        refusal => refusal,
    })
}
