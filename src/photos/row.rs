//! The row of a photo: whose it is and who may see it.

use std::fmt;

use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{self, Fact, New};
use crate::record;

/// What stands in the column `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum State {
    /// The row is there, the bytes may not yet be.
    Arriving,
    /// Kept, and waiting for a request until it expires.
    Unused,
    /// A request's; the public does not see it.
    Review,
    /// A request's; everybody sees it.
    Shown,
    /// A request's; staff keeps it from the public.
    Hidden,
    /// Let go; the bytes are being erased.
    Erasing,
}

impl State {
    /// The word in the database and in events.
    pub fn word(self) -> &'static str {
        match self {
            State::Arriving => "arriving",
            State::Unused => "unused",
            State::Review => "review",
            State::Shown => "shown",
            State::Hidden => "hidden",
            State::Erasing => "erasing",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

record! {
    /// A photo as the database knows it.
    #[derive(Clone, Debug)]
    pub struct Photo {
        /// 128 random bits in hex. Not the content's hash, so that nobody can ask whether a picture was ever sent here.
        pub id: String,
        /// The name under which the store keeps it.
        pub object: String,
        /// The request it belongs to.
        pub request_id: Option<i64>,
        /// Where it stands in its life.
        pub state: State,
        /// Width of the large copy in pixels.
        pub width: i64,
        /// Height of the large copy in pixels.
        pub height: i64,
        /// Where the camera stood, longitude in degrees of WGS84. For staff: the public sees the request's place alone.
        pub lon: Option<f64>,
        /// Latitude of the same place.
        pub lat: Option<f64>,
        /// When the camera says it was taken, epoch milliseconds.
        pub taken_at: Option<i64>,
        /// When it was sent, epoch milliseconds.
        pub uploaded_at: i64,
        /// Since when its request is kept from the public, epoch milliseconds.
        pub request_hidden_at: Option<i64>,
    }
}

impl Photo {
    /// Whether everybody may see it.
    pub fn public(&self) -> bool {
        self.state == State::Shown && self.request_hidden_at.is_none()
    }
}

/// What the pictures of these photos have in common with the same pictures sent again; ids that are none are passed over.
pub async fn fingerprints(tx: &mut Tx, ids: &[String]) -> Result<Vec<u64>> {
    let query = tx.sql("select fingerprint from photo where fingerprint is not null");
    let found: Vec<(i64,)> = query.within(" and id", ids.iter().filter(|id| well_formed(id)).cloned()).all().await?;
    Ok(found.into_iter().map(|(bits,)| bits.cast_unsigned()).collect())
}

const COLUMNS: &str = "select id, object, request_id, state, width, height, lon, lat, taken_at, uploaded_at,
    (select r.hidden_at from request r where r.id = photo.request_id) as request_hidden_at from photo";

/// Whether a text has the form of our ids. Others need not bother the database, which may refuse some of them (U+0000).
fn well_formed(id: &str) -> bool {
    id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Refuses what cannot be the id of a photo.
///
/// # Errors
/// [`Error::NotFound`], as for an id that no photo has.
pub fn check_id(id: &str) -> Result<()> {
    if well_formed(id) { Ok(()) } else { Err(Error::NotFound("photo")) }
}

/// The photo of an id, if it is a request's. Uploads that no request took are nobody's to see.
pub async fn find(db: &Db, id: &str) -> Result<Option<Photo>> {
    if !well_formed(id) {
        return Ok(None);
    }
    let found = db.sql(COLUMNS).push(" where request_id is not null and id = $1").bind(id.to_owned()).optional().await?;
    Ok(found)
}

/// The photos of requests, in the order they were sent; with `hidden`, also those that the public does not see.
pub async fn of_requests(db: &Db, requests: &[i64], hidden: bool) -> Result<Vec<Photo>> {
    let shown_only = (!hidden).then_some(State::Shown.word());
    let query = db.sql(COLUMNS).push(" where ").within("request_id", requests.iter().copied()).filter(" and state = ", shown_only);
    Ok(query.push(" order by request_id, uploaded_at, id").all().await?)
}

/// Gives uploads to a request, in the transaction that files it: `review` says whether its service lets the public see them only
/// after staff did. Ids that come twice count once.
///
/// # Errors
/// [`Error::Invalid`] on the field `photos` for more than `most`, and for an id that is unknown, expired, or another request's. All
/// of it is undone with the transaction.
pub async fn attach(tx: &mut Tx, request_id: i64, ids: &[String], review: bool, now: i64, most: usize) -> Result<()> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let (there,): (i64,) = tx.sql("select count(*) from photo where request_id = $1").bind(request_id).one().await?;
    let all = ids.len() + usize::try_from(there).unwrap_or(usize::MAX);
    if all > most {
        return Err(Error::invalid("photos", format!("makes {all} photos of this request; it takes at most {most}")));
    }
    if let Some(id) = ids.iter().find(|id| !well_formed(id)) {
        return Err(unknown(id));
    }
    let state = if review { State::Review } else { State::Shown };
    for id in ids {
        let taken = tx
            .sql("update photo set request_id = $1, state = $2, expires_at = null where id = $3 and state = $4 and request_id is null and expires_at > $5")
            .bind(request_id)
            .bind(state.word())
            .bind(id.clone())
            .bind(State::Unused.word())
            .bind(now)
            .run()
            .await?;
        if taken == 0 {
            return Err(refused(tx, id).await?);
        }
    }
    Ok(())
}

async fn refused(tx: &mut Tx, id: String) -> Result<Error> {
    let row = tx.sql("select request_id, state from photo where id = $1").bind(id.clone()).optional::<(Option<i64>, State)>().await?;
    let problem = match row {
        None => return Ok(unknown(&id)),
        Some((Some(_), _)) => format!("the photo {id} already belongs to another request; upload it again"),
        Some((None, State::Arriving)) => format!("the photo {id} has not arrived yet; wait for the answer to its upload"),
        Some((None, _)) => format!("the photo {id} was uploaded too long ago and is gone; upload it again"),
    };
    Ok(Error::invalid("photos", problem))
}

fn unknown(id: &str) -> Error {
    let shown: String = id.chars().take(40).collect();
    Error::invalid("photos", format!("there is no photo {shown:?}; upload it first and send the id of the answer"))
}

/// Lets the public see a request's photo, or hides it, and logs who did. Doing it again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] if no request has such a photo.
pub async fn review(tx: &mut Tx, id: &str, shown: bool, member: Option<i64>, now: i64) -> Result<()> {
    decide(tx, id, shown, None, member, now).await
}

/// The same, with the reason why it is hidden, which is kept beside it for staff.
pub async fn decide(tx: &mut Tx, id: &str, shown: bool, reason: Option<&str>, member: Option<i64>, now: i64) -> Result<()> {
    let to = if shown { State::Shown } else { State::Hidden };
    let owner = "select photo.request_id, request.case_id, photo.state from photo join request on request.id = photo.request_id where photo.id = $1";
    let (request, case, _) = tx.sql(owner).bind(id.to_owned()).optional::<(i64, i64, State)>().await?.ok_or(Error::NotFound("photo"))?;
    let changed = tx
        .sql("update photo set state = $1, hidden_reason = $2 where id = $3 and state in ('review', 'shown', 'hidden') and state <> $1")
        .bind(to.word())
        .bind(reason.filter(|_| !shown).map(str::to_owned))
        .bind(id.to_owned())
        .run()
        .await?;
    if changed > 0 {
        let fact = Fact::PhotoReviewed { photo: id.to_owned(), state: to.word().to_owned() };
        events::append(tx, New::at(now, fact).of_case(case).of_request(request).by(member)).await?;
    }
    Ok(())
}
