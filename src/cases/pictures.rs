//! A request's photos as staff see and review them. It asks the policy; `photos` keeps the rows.

use super::access;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::people::policy::{Act, Who, may};
use crate::photos::{self, Photo, State};

/// Whether somebody may see a photo: everybody once it is shown, before that whoever may see its case.
pub async fn visible(db: &Db, who: &Who, photo: &Photo) -> Result<bool> {
    let (State::Review, Some(request)) = (photo.state, photo.request_id) else { return Ok(photo.state == State::Shown) };
    let case: Option<(i64,)> = db.sql("select case_id from request where id = $1").bind(request).optional().await?;
    let Some((case,)) = case else { return Ok(false) };
    Ok(may(who, Act::SeeCase, &access::on(db, case).await?))
}

/// Lets the public see a photo, or hides it.
///
/// # Errors
/// [`Error::NotFound`] if there is no such photo or the asker may not see its case, [`Error::Forbidden`] if they may only look.
pub async fn review(tx: &mut Tx, who: &Who, photo: &str, shown: bool, now: i64) -> Result<()> {
    let owner = "select r.case_id from photo p join request r on r.id = p.request_id where p.id = $1";
    let (case,) = tx.sql(owner).bind(photo.to_owned()).optional::<(i64,)>().await?.ok_or(Error::NotFound("photo"))?;
    let on = access::on_in(tx, case).await?;
    access::demand(who, Act::ReviewPhoto, &on, "review this photo")?;
    photos::review(tx, photo, shown, who.member(), now).await
}
