//! Fills a database with Alderford: the council once, then its story step by step, through the same door as every import. What is there
//! already is kept, and a run that was cut off goes on where it stopped. It refuses a database that holds another city.

use std::collections::HashMap;
use std::sync::Arc;

use super::city::alderford;
use super::life::{Life, Report, Step, Story};
use super::{council, pictures, services};
use crate::cases::{self, moves, notes};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::geo::Point;
use crate::people::policy::{Grant, Role, Who};
use crate::people::sessions::password::Passwords;
use crate::people::staff;
use crate::photos::{self, Photos};
use crate::requests::{self, Filing, History, NewRequest, Outcome, Wish};

/// What the demo's requests are filed as.
pub const SOURCE: &str = "demo";
/// Steps in one transaction.
const CHUNK: usize = 100;
/// How long photos wait for review.
const REVIEW_MS: i64 = 2 * 86_400_000;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many requests.
    pub requests: usize,
    /// What they are thrown with.
    pub seed: u64,
    /// How many pictures of the album are painted, at most [`pictures::COUNT`].
    pub pictures: usize,
}

/// What a database says of the demo in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    requests: i64,
    seed: i64,
    /// The present of the first run, epoch milliseconds: a later run tells the same story.
    now: i64,
    /// How many steps of the story are told.
    steps: i64,
    done: bool,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Requests of the demo in the database.
    pub requests: usize,
    /// The seed they were thrown with; that of the first run.
    pub seed: u64,
    /// Requests that this run added.
    pub added: usize,
}

/// Fills the database. `progress` is told how many requests of how many are there.
///
/// # Errors
/// [`Error::Conflict`] for a database that holds another city.
pub async fn fill(filing: &Arc<Filing>, photos: &Photos, options: Options, mut progress: impl FnMut(usize, usize)) -> Result<Filled> {
    let mark = match read_mark(&filing.db).await? {
        Some(mark) => mark,
        None => found(filing, options).await?,
    };
    furnish(&filing.db, mark.now).await?;
    let (requests, seed) = (mark.requests as usize, mark.seed.cast_unsigned());
    let mut filled = Filled { requests, seed, added: 0 };
    if mark.done {
        return Ok(filled);
    }
    let staff = Arc::new(Staff::of(&filing.db).await?);
    let mut story = Story::of(Life::new(alderford(), services(), requests, seed, mark.now));
    let mut opened: HashMap<usize, i64> = HashMap::new();
    let mut album = Album { photos, filing, most: options.pictures, kept: HashMap::new() };
    let (mut told, mut there) = (0, 0);
    loop {
        let mut chunk: Vec<Step> = story.by_ref().take(CHUNK).collect();
        let (steps, reports) = (chunk.len() as i64, chunk.iter().filter(|step| matches!(step, Step::Reported(_))).count());
        told += steps;
        there += reports;
        if told <= mark.steps && steps > 0 {
            continue; // told by the run that was cut off
        }
        let done = steps < CHUNK as i64;
        let pictures = album.pictures(&mut chunk).await?;
        let known = chunk.iter().filter_map(|step| Some((opened_by(step)?, *opened.get(&opened_by(step)?)?))).collect();
        let page = Arc::new(Page { chunk, known, pictures, staff: staff.clone(), told, done });
        let teller = filing.clone();
        opened.extend(filing.db.write(async move |tx| page.tell(&teller, tx).await).await?);
        filled.added += reports;
        progress(there, requests);
        if done {
            return Ok(filled);
        }
    }
}

async fn read_mark(db: &Db) -> Result<Option<Mark>> {
    let rows: HashMap<String, i64> =
        db.sql("select name, value from version where name like 'demo %'").all::<(String, i64)>().await?.into_iter().collect();
    let value = |name: &str| rows.get(name).copied();
    Ok((|| {
        Some(Mark {
            requests: value("demo requests")?,
            seed: value("demo seed")?,
            now: value("demo now")?,
            steps: value("demo steps")?,
            done: value("demo done")? == 1,
        })
    })())
}

async fn put_mark(tx: &mut Tx, name: &'static str, value: i64) -> Result<()> {
    tx.sql("insert into version (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value")
        .bind(name)
        .bind(value)
        .run()
        .await?;
    Ok(())
}

/// Founds the council in an empty database.
async fn found(filing: &Filing, options: Options) -> Result<Mark> {
    let (others,): (i64,) = filing.db.sql("select (select count(*) from service) + (select count(*) from request)").one().await?;
    if others > 0 {
        return Err(Error::Conflict("This database holds another city. Choose another folder for the demo with --data.".into()));
    }
    alderford(); // surveyed now, and not while the database waits
    let hash = Passwords::new(1, "Alderford")?.hash(council::PASSWORD.to_owned()).await?;
    let now = filing.clock.now();
    let mark = Mark { requests: options.requests as i64, seed: options.seed.cast_signed(), now, steps: 0, done: false };
    filing
        .db
        .write(async move |tx| {
            council::found(tx, &hash, now).await?;
            for (name, value) in
                [("demo requests", mark.requests), ("demo seed", mark.seed), ("demo now", now), ("demo steps", 0), ("demo done", 0)]
            {
                put_mark(tx, name, value).await?;
            }
            Ok::<_, Error>(())
        })
        .await?;
    Ok(mark)
}

/// Furnishes the council, if the run that founded it did not come so far: one write that did both would hold up a small machine for
/// longer than a write may last.
async fn furnish(db: &Db, now: i64) -> Result<()> {
    let (done,): (i64,) = db.sql("select count(*) from version where name = 'demo furnished'").one().await?;
    if done > 0 {
        return Ok(());
    }
    db.write(async move |tx| {
        council::furnish(tx, now).await?;
        put_mark(tx, "demo furnished", 1).await
    })
    .await
}

/// Who moves cases, by district; the last one has what lies nowhere.
struct Staff(Vec<Who>);

impl Staff {
    async fn of(db: &Db) -> Result<Staff> {
        let ids: HashMap<String, i64> = staff::list(db).await?.into_iter().map(|member| (member.email, member.id)).collect();
        let who = |person: &council::Person| {
            let id = *ids.get(person.email)?;
            // the grant is wider than the person's own: a place on a border may be somebody else's by a hair
            Some(Who::Member { id, grants: vec![Grant::everywhere(Role::Dispatcher)], teams: vec![] })
        };
        let of = |district: &str| council::STAFF.iter().find(|person| person.districts.contains(&district)).and_then(who);
        let contact_centre = council::STAFF.iter().find(|person| person.teams.contains(&"triage")).and_then(who);
        let all = alderford().districts.iter().map(|district| of(district.code)).chain([contact_centre]).collect::<Option<Vec<_>>>();
        all.map(Staff).ok_or_else(|| Error::internal("the demo's staff has gone"))
    }
}

/// The painted pictures, each kept as a photo when it is first needed.
struct Album<'a> {
    photos: &'a Photos,
    filing: &'a Filing,
    most: usize,
    kept: HashMap<usize, String>,
}

impl Album<'_> {
    /// Ids of photos for all pictures that these steps need; what is beyond the album's size is left out.
    async fn pictures(&mut self, chunk: &mut [Step]) -> Result<HashMap<usize, String>> {
        let mut needed = HashMap::new();
        for step in chunk {
            let Step::Reported(report) = step else { continue };
            report.picture = report.picture.filter(|picture| *picture < self.most);
            let Some(picture) = report.picture else { continue };
            let id = match self.kept.get(&picture) {
                Some(id) => id.clone(),
                None => self.keep(picture).await?,
            };
            needed.insert(picture, id);
        }
        Ok(needed)
    }

    async fn keep(&mut self, picture: usize) -> Result<String> {
        let painted = tokio::task::spawn_blocking(move || pictures::paint(picture)).await.map_err(Error::internal)??;
        let kept = self.photos.keep(&self.filing.db, &self.filing.clock, painted).await?;
        self.kept.insert(picture, kept.id.clone());
        Ok(kept.id)
    }
}

/// Steps to be told in one transaction.
struct Page {
    chunk: Vec<Step>,
    /// Cases that earlier chunks opened, by the number of their report.
    known: HashMap<usize, i64>,
    /// Kept photos, by their index in the album.
    pictures: HashMap<usize, String>,
    staff: Arc<Staff>,
    told: i64,
    done: bool,
}

impl Page {
    async fn tell(&self, filing: &Filing, tx: &mut Tx) -> Result<HashMap<usize, i64>> {
        let mut opened = HashMap::new();
        for step in &self.chunk {
            match step {
                Step::Reported(report) => {
                    opened.insert(report.nth, self.file(filing, tx, report).await?);
                }
                Step::Moved { nth, step, district } => {
                    let case = self.case(tx, *nth, &opened).await?;
                    let limit = filing.config.limits.description;
                    let reason = (!step.reason.is_empty())
                        .then(|| notes::NewNote::new("reason", &step.reason, moves::Move::note_kind(step.to), true, limit))
                        .transpose()?;
                    let wish = moves::Move { to: step.to, reason, version: None };
                    moves::make(tx, self.who(*district), case, &wish, step.at).await?;
                }
                Step::Noted { nth, remark, district } => {
                    let case = self.case(tx, *nth, &opened).await?;
                    let kind = if remark.public { notes::NoteKind::Progress } else { notes::NoteKind::Internal };
                    let note = notes::NewNote::new("text", remark.text, kind, remark.public, filing.config.limits.description)?;
                    notes::write(tx, self.who(*district), case, &note, remark.at).await?;
                }
            }
        }
        put_mark(tx, "demo steps", self.told).await?;
        put_mark(tx, "demo done", i64::from(self.done)).await?;
        Ok(opened)
    }

    async fn file(&self, filing: &Filing, tx: &mut Tx, report: &Report) -> Result<i64> {
        let mut new = request(report)?;
        if let Some(kept) = report.picture.and_then(|picture| self.pictures.get(&picture)) {
            let expires_at = filing.clock.now() + 3_600_000; // long after this transaction
            new.photos.push(photos::again(tx, kept, report.filed_at, expires_at).await?);
        }
        let Outcome::Filed(filed) = requests::record_in(filing, tx, &new).await? else {
            return Err(Error::internal("recorded history was asked whether it is the same"));
        };
        // what waited for review was looked at on the next day, but for the last days
        let looked_at = report.filed_at + REVIEW_MS;
        if filed.in_review && looked_at < filing.clock.now() {
            photos::review(tx, &new.photos[0], true, self.who(report.spot.district).member(), looked_at).await?;
        }
        Ok(filed.case)
    }

    fn who(&self, district: usize) -> &Who {
        &self.staff.0[district.min(self.staff.0.len() - 1)]
    }

    async fn case(&self, tx: &mut Tx, nth: usize, opened: &HashMap<usize, i64>) -> Result<i64> {
        if let Some(case) = opened.get(&nth).or_else(|| self.known.get(&nth)) {
            return Ok(*case);
        }
        let found: Option<(i64,)> = tx
            .sql("select case_id from request where source = $1 and external_id = $2")
            .bind(SOURCE)
            .bind(external_id(nth))
            .optional()
            .await?;
        found.map(|(case,)| case).ok_or(Error::NotFound("case"))
    }
}

/// The report that opened the case which a step is about.
fn opened_by(step: &Step) -> Option<usize> {
    match step {
        Step::Reported(_) => None,
        Step::Moved { nth, .. } | Step::Noted { nth, .. } => Some(*nth),
    }
}

fn external_id(nth: usize) -> String {
    format!("AF-{:07}", nth + 1)
}

fn request(report: &Report) -> Result<NewRequest> {
    let place = report.known.then(|| Point::new(report.spot.place.x, report.spot.place.y)).transpose();
    Ok(NewRequest {
        service: report.service.clone(),
        place: place.map_err(|e| Error::internal(format!("a demo place is misplaced: {e}")))?,
        accuracy_m: report.accuracy_m.filter(|_| report.known),
        address: report.spot.address.clone(),
        zipcode: report.spot.zipcode.clone(),
        description: report.description.clone(),
        answers: report.answers.clone(),
        contact: report.contact.clone(),
        language: report.language.into(),
        source: SOURCE.into(),
        wish: Wish::File,
        history: Some(History {
            external_id: external_id(report.nth),
            filed_at: report.filed_at,
            updated_at: report.filed_at,
            closed_at: None,
            status: cases::Status::New,
            parent: report.repeats.map(external_id),
            promised: true,
            assigned: Vec::new(),
        }),
        ..NewRequest::default()
    })
}
