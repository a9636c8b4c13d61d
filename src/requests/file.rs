//! The only way a request comes to be: every protocol and every import ends here.
//!
//! In one transaction: the answers fit the service → others within reach wait → open cases nearby → join one, or route and
//! open a case → the request → the event. Nothing is done by halves, and the same `Idempotency-Key` files once.

use std::sync::Arc;

use super::duplicates::{self, Around, Near, Report, Vicinity, When};
use super::idempotency::{self, Key};
use super::store::{self, Written};
use super::{Filed, NewRequest, Wish};
use crate::cases::{self, NewCase, Standing, Status, assignment, promises};
use crate::catalog::{Catalog, Limits, Policy, Service, Shelf, Unknown, check_answers};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{self, Fact, New};
use crate::people::reporter::Reporters;
use crate::photos;
use crate::privacy::{Discretion, PlacePrivacy};
use crate::routing::{Asked, Ground, Routing};

/// What filing needs to know.
pub struct Filing {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// The limits.
    pub config: Arc<Config>,
    /// What can be asked for.
    pub catalog: Arc<Shelf>,
    /// Where it goes.
    pub routing: Arc<Routing>,
    /// What strangers may be shown.
    pub discretion: Arc<Discretion>,
    /// Tells whether two reports come from the same person.
    pub reporters: Reporters,
}

/// What became of it.
#[derive(Debug)]
pub enum Outcome {
    /// It was filed, now or when it was sent before with the same key.
    Filed(Filed),
    /// Nothing was filed: the resident is asked first whether it is one of these.
    SameOne(Vec<Near>),
}

/// Files one request. With a `key` the same request sent again is filed once and answered alike.
pub async fn file(filing: &Arc<Filing>, new: NewRequest, key: Option<Key>) -> Result<Outcome> {
    new.check(&filing.config.limits)?;
    let filing = filing.clone();
    let db = filing.db.clone();
    db.write(async move |tx| {
        let city = filing.city(tx).await?;
        filing.file_in(tx, &city, &new, key.as_ref()).await
    })
    .await
}

/// Files a batch of recorded history in one transaction. A request that does not fit is answered alone; a fault undoes the
/// whole batch.
pub async fn record(filing: &Arc<Filing>, batch: Arc<Vec<NewRequest>>) -> Result<Vec<Result<Outcome>>> {
    let filing = filing.clone();
    let db = filing.db.clone();
    db.write(async move |tx| {
        let city = filing.city(tx).await?;
        let mut outcomes = Vec::with_capacity(batch.len());
        for new in batch.iter() {
            match filing.record_in(tx, &city, new).await {
                Err(e @ (Error::Internal(_) | Error::Unavailable(_))) => return Err(e),
                outcome => outcomes.push(outcome),
            }
        }
        Ok(outcomes)
    })
    .await
}

/// Files one request of recorded history in a transaction that records more than requests.
pub async fn record_in(filing: &Filing, tx: &mut Tx, new: &NewRequest) -> Result<Outcome> {
    let city = filing.city(tx).await?;
    filing.record_in(tx, &city, new).await
}

/// What can be asked for and where it goes, as one transaction sees it.
struct City {
    catalog: Arc<Catalog>,
    ground: Arc<Ground>,
}

/// What is to be done with a request about which cases are open nearby.
enum Decision {
    Join { case: i64, by: &'static str },
    Open,
    Ask,
}

impl Filing {
    async fn city(&self, tx: &mut Tx) -> Result<City> {
        Ok(City { catalog: self.catalog.get_in(tx).await?, ground: self.routing.ground(tx).await? })
    }

    async fn record_in(&self, tx: &mut Tx, city: &City, new: &NewRequest) -> Result<Outcome> {
        new.check(&self.config.limits)?;
        self.file_in(tx, city, new, None).await
    }

    async fn file_in(&self, tx: &mut Tx, city: &City, new: &NewRequest, key: Option<&Key>) -> Result<Outcome> {
        let now = self.clock.now();
        if let Some(key) = key
            && let Some(before) = idempotency::claim(tx, key, now).await?
        {
            return Ok(Outcome::Filed(store::filed_before(tx, before).await?));
        }
        // What was asked for years ago may have been retired since.
        let asked = if new.history.is_some() { city.catalog.by_code(&new.service) } else { city.catalog.open(&new.service).ok() };
        let service = asked.ok_or_else(|| Error::invalid("service", format!("{:?} is not a service.", new.service)))?;
        let answers = self.answers(service, new)?;
        let at = new.history.as_ref().map_or(now, |past| past.filed_at);
        let marks = self.reporters.marks(&new.contact);
        let Around { near, earlier } = self.around(tx, &city.catalog, service, new, &marks, at).await?;
        let (stands, joined) = match decide(tx, &city.catalog, service, new, &near).await? {
            Decision::Ask => {
                if let Some(key) = key {
                    idempotency::release(tx, key).await?;
                }
                return Ok(Outcome::SameOne(near.into_iter().filter(|near| open_to_all(&city.catalog, near)).collect()));
            }
            Decision::Join { case, by } => {
                let stands = cases::join(tx, case, at).await?;
                // Somebody may finish the case between our look at it and our hold on its row.
                if stands.status.finished() && new.history.is_none() {
                    return Err(Error::Conflict("That case was finished this very moment. Send the request again.".into()));
                }
                (stands, Some(by))
            }
            Decision::Open => (self.open(tx, &city.ground, service, new, &answers, at).await?, None),
        };
        let case = stands.case;
        let in_words = answers.iter().filter(|(code, _)| service.asks_for_words(code)).map(|(_, value)| value.as_str());
        let words = self.discretion.standing(new.words().chain(in_words));
        let joins = joined.is_some();
        let draft =
            store::Draft { new, service, case, answers: &answers, marks: &marks, words, joined: joins, filed_at: at, recorded_at: now };
        let Written { id, number, salt, proof_salt, open311_token } = store::insert(tx, &draft).await?;
        store::remember_candidates(tx, id, case, &near).await?;
        if !new.photos.is_empty() {
            photos::attach(tx, id, &new.photos, service.photo_review, now, self.config.photos.max_per_request).await?;
        }
        if let Some(key) = key {
            idempotency::settle(tx, key, id).await?;
        }
        let fact = match joined {
            Some(by) => Fact::Joined { source: new.source.clone(), by: by.into() },
            None => Fact::Filed { source: new.source.clone() },
        };
        let proof = events::commitment(&proof_salt, &[number.as_str(), &new.description, &new.address]);
        events::append(tx, New::at(at, fact).of_case(case).of_request(id).committing(proof)).await?;
        // History is recorded in the order of its file, not of its days, and what came back then was dealt with then.
        if let Some(earlier) = earlier.filter(|_| !joins && near.is_empty() && new.history.is_none()) {
            duplicates::remember_recurrence(tx, case, earlier, at).await?;
        }
        // Work is given out as it comes; what is recorded was given out elsewhere.
        let given = !joins && new.history.is_none() && assignment::hand_out(tx, case, at).await?;
        Ok(Outcome::Filed(Filed {
            id,
            number,
            case,
            service: service.code.clone(),
            status: if given { Status::Assigned } else { stands.status },
            salt,
            open311_token,
            joined: joins,
            flagged: !joins && !near.is_empty(),
            due_at: stands.due_at,
            in_review: service.photo_review && !new.photos.is_empty(),
        }))
    }

    fn answers(&self, service: &Service, new: &NewRequest) -> Result<Vec<(String, String)>> {
        if new.history.is_some() && new.answers.is_empty() {
            return Ok(Vec::new()); // another system asked other questions
        }
        // Open311 clients send fields of their own, which the standard lets us leave alone.
        let unknown = if new.source == "open311" { Unknown::Ignore } else { Unknown::Refuse };
        let limits = Limits { string_chars: self.config.limits.line, text_chars: self.config.limits.description };
        check_answers(service, &new.answers, unknown, limits).map_err(Error::Invalid)
    }

    async fn around(
        &self,
        tx: &mut Tx,
        catalog: &Catalog,
        service: &Service,
        new: &NewRequest,
        marks: &[String],
        at: i64,
    ) -> Result<Around> {
        let Some(place) = new.place else { return Ok(Around::default()) };
        // Whether it was the same as another one is a question about work that is still to be done.
        let finished = new.history.as_ref().is_some_and(|past| past.status.finished());
        if finished || service.duplicates.radius_m <= 0.0 {
            return Ok(Around::default());
        }
        let vicinity = Vicinity::of(place, service.duplicates.radius_m);
        let when = if new.history.is_some() {
            When::Then(at) // never joined by what is near, and locks of a whole batch would hold the cells of half a city
        } else {
            vicinity.lock(tx).await?;
            When::Now(at)
        };
        let report = || Report {
            accuracy_m: new.accuracy_m,
            reporter: marks.to_vec(),
            ..Report::of(service.id, at, new.place, &new.address, &new.description)
        };
        let mut around = duplicates::near(tx, catalog, service, &vicinity, report, &new.photos, when).await?;
        around.near.truncate(self.config.limits.candidates);
        Ok(around)
    }

    async fn open(
        &self,
        tx: &mut Tx,
        ground: &Ground,
        service: &Service,
        new: &NewRequest,
        answers: &[(String, String)],
        at: i64,
    ) -> Result<Standing> {
        let asked = Asked { place: new.place, service, answers, at, history: new.history.is_some() };
        let routed = self.routing.route(tx, ground, &asked).await?;
        let past = new.history.as_ref();
        let priority = routed.priority.unwrap_or_else(|| service.priority.word().to_owned());
        // A clock starts for what is filed now; recorded history made its promises elsewhere, unless they were ours.
        let promises = match past {
            Some(past) if !past.promised => Vec::new(),
            _ => promises::made(tx, service, routed.team, &priority, routed.due_hours, at).await?,
        };
        let case = NewCase {
            service: service.id,
            status: past.map_or(Status::New, |past| past.status),
            priority,
            team: routed.team,
            assignee: None,
            place: new.place,
            address: new.address.clone(),
            route_json: serde_json::to_string(&routed.why)?,
            jurisdictions: routed.jurisdictions,
            opened_at: at,
            updated_at: past.map_or(at, |past| past.updated_at),
            promises,
            recorded_at: self.clock.now(),
            closed_at: past.and_then(|past| past.closed_at),
        };
        cases::open(tx, &case).await
    }
}

/// Whether anybody may know where a case is. Whoever is asked "is it this one?" or joins it learns that it is near.
fn open_to_all(catalog: &Catalog, near: &Near) -> bool {
    catalog.by_id(near.service).is_some_and(|service| service.place_privacy == PlacePrivacy::Exact)
}

/// Joins, opens, or asks. Everything that a resident says wins over what the policy would do. Where places are not public nobody is
/// asked and nothing joins by itself: staff sees what is near.
async fn decide(tx: &mut Tx, catalog: &Catalog, service: &Service, new: &NewRequest, near: &[Near]) -> Result<Decision> {
    if let Wish::Join(number) = &new.wish {
        return Ok(Decision::Join { case: store::open_case_of(tx, number).await?, by: "resident" });
    }
    if let Some(past) = &new.history {
        // What another system said about its own records; guessing again would rewrite its history.
        return Ok(match &past.parent {
            Some(parent) => match store::case_of_external(tx, &new.source, parent).await? {
                Some(case) => Decision::Join { case, by: "import" },
                None => Decision::Open,
            },
            None => Decision::Open,
        });
    }
    let public = |near: &&Near| service.place_privacy == PlacePrivacy::Exact && open_to_all(catalog, near);
    let joinable = near.iter().filter(public).find(|near| near.joinable);
    Ok(match (service.duplicates.policy, &new.wish, joinable) {
        (_, Wish::Separate, _) => Decision::Open,
        (Policy::Join, _, Some(likeliest)) => Decision::Join { case: likeliest.case, by: "policy" },
        (Policy::Suggest, Wish::Ask, _) if near.iter().any(|near| public(&near)) => Decision::Ask,
        _ => Decision::Open,
    })
}
