//! The place or the service of an open case put right: it is routed again, the difference is shown, and once that is confirmed the case
//! goes where it belongs, and with it every request that it holds.
//!
//! A correction that is only tried writes nothing. One that is confirmed is refused if the case, the boundaries or the rules are no
//! longer those that were seen. What residents said of place and service stays beside what is held true now (`said_*`). It is routed
//! by the boundaries of the day on which it was filed, as filing would have done. Refuses to move what is finished.

mod difference;

use std::sync::Arc;

pub use difference::{Correction, Part, Side};

use difference::{changed, side};

use super::Filing;
use super::duplicates::{self, Around, Report, Vicinity, When};
use super::store;
use crate::cases::Status;
use crate::cases::access;
use crate::cases::assignment;
use crate::cases::moves::{self, Move};
use crate::cases::promises::{self, Remade};
use crate::cases::redirect::{self, Stands, Way};
use crate::catalog::{Catalog, Service};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{self, Fact, New};
use crate::geo::Point;
use crate::people::policy::{Act, Who};
use crate::record;
use crate::routing::{Asked, Routed, Why};

/// What is to be put right. What is left out stays; with nothing at all the case is routed again by the rules of today.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Where it is.
    pub place: Option<Point>,
    /// Code of the service that it should have been filed as.
    pub service: Option<String>,
    /// The version of the case that was seen.
    pub version: Option<i64>,
    /// The version of boundaries and rules by which the difference was shown.
    pub routing: Option<i64>,
}

record! {
    /// The request that opened the case stands for it.
    struct First {
        id: i64,
        external_id: Option<String>,
        address: String,
        description: String,
        accuracy_m: Option<f64>,
        marks: Option<String>,
    }
}

/// Puts a case right, or with `dry_run` only tells what that would change.
///
/// # Errors
/// [`Error::Conflict`] if the case is finished, or is not as it was seen; [`Error::Invalid`] for a service that cannot be asked for, a
/// place that is not served, and a correction that would change nothing.
pub async fn correct(filing: &Arc<Filing>, who: Who, case: i64, wish: Wish, dry_run: bool) -> Result<Correction> {
    let filing = filing.clone();
    let db = filing.db.clone();
    db.write(async move |tx| filing.correct_in(tx, &who, case, &wish, dry_run).await).await
}

impl Filing {
    async fn correct_in(&self, tx: &mut Tx, who: &Who, case: i64, wish: &Wish, dry_run: bool) -> Result<Correction> {
        let on = access::on_in(tx, case).await?;
        access::demand(who, Act::CorrectCase, &on, "correct this case")?;
        let (stands, lies_in) = redirect::stands(tx, case).await?;
        if stands.status.finished() {
            return Err(Error::Conflict("This case is finished. Reopen it first.".into()));
        }
        if wish.version.is_some_and(|seen| seen != stands.version) {
            return Err(Error::Conflict("Somebody else decided over this case meanwhile. Look again and decide.".into()));
        }
        let (catalog, ground) = (self.catalog.get_in(tx).await?, self.routing.ground(tx).await?);
        let old = catalog.by_id(stands.service_id).ok_or_else(|| Error::internal("a case has a service that the catalogue lacks"))?;
        let new = match &wish.service {
            Some(code) if *code != old.code => {
                catalog.open(code).map_err(|_| Error::invalid("service", format!("{code:?} is not a service.")))?
            }
            _ => old,
        };
        let first = first(tx, case).await?;
        let place = wish.place.or(stands.place());
        let answers: Vec<(String, String)> =
            tx.sql("select attribute, value from request_answer where request_id = $1 order by ordinal").bind(first.id).all().await?;
        // What lies outside of all boundaries is refused to whoever puts it there now, not to whoever finds it there.
        let history = place == stands.place();
        let asked = Asked { place, service: new, answers: &answers, at: stands.opened_at, history };
        let routed = self.routing.route(tx, &ground, &asked).await?;
        if wish.routing.is_some_and(|seen| seen != routed.why.version) {
            return Err(Error::Conflict("Boundaries or rules were published meanwhile. Look at the difference again and decide.".into()));
        }
        let mut way = way(new, place, &routed)?;
        // What was recorded as another system's history has no promise of ours.
        if first.external_id.is_none() || stands.due_at.is_some() {
            let hours = serde_json::from_str::<Why>(&stands.route_json).ok().and_then(|why| why.due_hours);
            let was = Remade { service: old, team: stands.team_id, priority: &stands.priority, hours };
            let is = Remade { service: new, team: way.team, priority: &way.priority, hours: routed.due_hours };
            way.promises = promises::remade(tx, case, was, is, stands.opened_at).await?;
        }
        let due_at = way.promises.as_deref().map_or(stands.due_at, promises::due_at);
        let before = side(tx, &ground, old, &Way::of(&stands, &lies_in), (stands.assignee.clone(), stands.due_at)).await?;
        let kept = stands.assignee.clone().filter(|_| way.team == stands.team_id);
        let after = side(tx, &ground, new, &way, (kept, due_at)).await?;
        let mut done = Correction {
            id: case,
            applied: false,
            version: stands.version,
            routing: routed.why.version,
            changed: changed(&before, &after),
            moved_m: stands.place().zip(place).map(|(from, to)| from.metres_to(to)).filter(|metres| *metres > 0.0),
            before,
            after,
        };
        if dry_run {
            return Ok(done);
        }
        if done.changed.is_empty() {
            return Err(Error::invalid("place", "and service are those of the case, and it would go where it is: nothing would change."));
        }
        let now = self.clock.now();
        if let Some(place) = place {
            Vicinity::of(place, new.duplicates.radius_m).lock(tx).await?;
        }
        done.version = redirect::redirect(tx, case, &stands, &way, now).await?;
        done.applied = true;
        let moved = done.changed.contains(&Part::Place).then_some(place).flatten();
        let renamed = (new.id != old.id).then_some(new.id);
        store::correct(tx, case, moved, renamed, now).await?;
        let fact = Fact::Corrected { place: moved.is_some(), from: renamed.map(|_| old.id), to: renamed };
        events::append(tx, New::at(now, fact).of_case(case).by(who.member())).await?;
        if way.team != stands.team_id {
            done.version += i64::from(sent_on(tx, who, case, &stands, way.team, now).await?);
        }
        if let Some(place) = place.filter(|_| moved.is_some() || renamed.is_some()) {
            self.look_around(tx, &catalog, new, (case, &first), place, stands.opened_at).await?;
        }
        Ok(done)
    }

    /// Notes what is near the place where a case is now, instead of what was near the other one. What was decided stays.
    async fn look_around(
        &self,
        tx: &mut Tx,
        catalog: &Catalog,
        service: &Service,
        (case, first): (i64, &First),
        place: Point,
        at: i64,
    ) -> Result<()> {
        duplicates::forget_undecided(tx, case).await?;
        if service.duplicates.radius_m <= 0.0 {
            return Ok(());
        }
        let report = || Report {
            accuracy_m: first.accuracy_m,
            reporter: first.marks.iter().flat_map(|marks| marks.split(' ')).map(str::to_owned).collect(),
            ..Report::of(service.id, at, Some(place), &first.address, &first.description)
        };
        let photos: Vec<(String,)> = tx.sql("select id from photo where request_id = $1 order by id").bind(first.id).all().await?;
        let photos: Vec<String> = photos.into_iter().map(|(id,)| id).collect();
        let vicinity = Vicinity::of(place, service.duplicates.radius_m);
        let Around { mut near, earlier } = duplicates::near(tx, catalog, service, &vicinity, report, &photos, When::Now(at)).await?;
        near.retain(|near| near.case != case);
        near.truncate(self.config.limits.candidates);
        store::remember_candidates(tx, first.id, case, &near).await?;
        if let Some(earlier) = earlier.filter(|_| near.is_empty() && first.external_id.is_none()) {
            duplicates::remember_recurrence(tx, case, earlier, at).await?;
        }
        Ok(())
    }
}

/// Says that another team has the case. In nobody's hands it is as new, and then goes to whoever of that team gets what comes to it;
/// whether it was moved for that.
async fn sent_on(tx: &mut Tx, who: &Who, case: i64, stands: &Stands, team: Option<i64>, now: i64) -> Result<bool> {
    events::append(tx, New::at(now, Fact::Assigned { team, member: None }).of_case(case).by(who.member())).await?;
    let taken_back = stands.status == Status::Assigned;
    if taken_back {
        moves::put(tx, who, case, &Move { to: Status::New, reason: None, version: None }, now).await?;
    }
    if taken_back || stands.status == Status::New {
        assignment::hand_out(tx, case, now).await?;
    }
    Ok(taken_back)
}

async fn first(tx: &mut Tx, case: i64) -> Result<First> {
    let first = tx
        .sql(
            "select r.id, r.external_id, r.address, r.description, r.accuracy_m, k.marks from request r
             left join reporter_mark k on k.request_id = r.id where r.case_id = $1 order by r.joined, r.id limit 1",
        )
        .bind(case)
        .optional()
        .await?;
    first.ok_or_else(|| Error::internal("a case has no request"))
}

/// The way a case goes, with the promises that it has.
fn way(service: &Service, place: Option<Point>, routed: &Routed) -> Result<Way> {
    Ok(Way {
        service: service.id,
        place,
        priority: routed.priority.clone().unwrap_or_else(|| service.priority.word().to_owned()),
        team: routed.team,
        route_json: serde_json::to_string(&routed.why)?,
        jurisdictions: routed.jurisdictions.clone(),
        promises: None,
    })
}

impl Way {
    /// The way that it goes now.
    fn of(stands: &Stands, lies_in: &[i64]) -> Way {
        Way {
            service: stands.service_id,
            place: stands.place(),
            priority: stands.priority.clone(),
            team: stands.team_id,
            route_json: stands.route_json.clone(),
            jurisdictions: lies_in.to_vec(),
            promises: None,
        }
    }
}
