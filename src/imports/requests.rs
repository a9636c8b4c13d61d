//! A city's requests into the database: read, understood, and filed like any other, with the times that they had.
//!
//! A thread reads while the batch before is being written, so memory holds a few hundred records whatever the size of the file.
//! A request is known by its source and the city's own number: what is there stays as it is, so the same file twice changes
//! nothing, and of a number that repeats in one file the first record counts. What the city marked as a duplicate joins the case
//! of its parent when that is known, wherever in the file it stands; otherwise it is a case of its own with that status. Refuses to
//! decide again what the city decided, to notify, to escalate or to start a clock.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::catalogue::Services;
use super::counts::{Counts, Rejects};
use super::imported::{Imported, Reject};
use super::layout::{Layout, Rows};
use super::reading::Reading;
use crate::error::{Error, Result};
use crate::geo::Point;
use crate::requests::{Filing, History, NewRequest, Outcome, Wish, record};

/// Records of one write. On SQLite a server beside the import waits for at most one of them.
const BATCH: usize = 64;

/// After each write others get their turn at the file.
const PAUSE: Duration = Duration::from_millis(3);

/// Duplicates that may wait for a parent further down in the file; more are filed on their own.
const MOST_WAITING: usize = 50_000;

/// What to import.
#[derive(Debug, Clone)]
pub struct Import {
    /// The file: CSV, JSON or XML, plain or packed by gzip.
    pub file: PathBuf,
    /// Name of the layout, for messages.
    pub name: String,
    /// How the file is written.
    pub layout: Layout,
    /// Where to write what is not taken.
    pub rejects: PathBuf,
}

/// How an import ended.
#[derive(Debug)]
pub struct Summary {
    /// What became of the records.
    pub counts: Counts,
    /// The file of rejects, if there are any.
    pub rejects: Option<PathBuf>,
    /// Why the file could not be read to its end.
    pub broken: Option<Error>,
}

/// The file of rejects beside a file: its name and `.rejects.csv`, in the same folder, or in the current one where that
/// cannot be written.
pub fn rejects_beside(file: &Path) -> PathBuf {
    let name = format!("{}.rejects.csv", file.file_name().unwrap_or_default().to_string_lossy());
    let folder = file.parent().unwrap_or(Path::new(""));
    let read_only =
        std::fs::metadata(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }).is_ok_and(|m| m.permissions().readonly());
    if read_only { PathBuf::from(name) } else { folder.join(name) }
}

/// Imports a file. `tell` hears the counts after every batch.
///
/// # Errors
/// [`Error::Invalid`] when the file is not what the layout says, before anything is recorded; what the database says otherwise.
/// What was recorded until then stays, and the import can be run again.
pub async fn import(filing: &Arc<Filing>, import: Import, tell: &mut dyn FnMut(&Counts)) -> Result<Summary> {
    if import.rejects == import.file {
        return Err(Error::invalid("rejects", "is the file that is read; name another with --rejects"));
    }
    let Import { file, name, layout, rejects } = import;
    let source = layout.source.trim().to_owned();
    let reading = Reading::open(&file, &layout.columns.names(), layout.delimiter as u8)?;
    let header: Vec<&str> = reading.header.iter().map(String::as_str).collect();
    let mut rows = Rows::new(&name, layout, &header, &filing.config.zone()?, filing.clock.now())?;
    let (sender, mut batches) = mpsc::channel::<Vec<Result<Imported, Reject>>>(4);
    let reader = tokio::task::spawn_blocking(move || {
        let mut batch = Vec::with_capacity(BATCH);
        let outcome = reading.each(&mut |item| {
            batch.push(item.and_then(|record| rows.read(&record)));
            match batch.len() {
                BATCH if sender.blocking_send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).is_err() => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        let _ = sender.blocking_send(batch); // the other side is gone only when it failed, and then says so itself
        outcome
    });
    let (newest,) = filing.db.sql("select coalesce(max(id), 0) from request").one::<(i64,)>().await?;
    let mut importer = Importer {
        filing: filing.clone(),
        source,
        newest,
        services: Services::default(),
        counts: Counts::default(),
        rejects: Rejects::at(&rejects),
        waiting: Vec::new(),
        waiting_ids: HashSet::new(),
    };
    while let Some(batch) = batches.recv().await {
        importer.take(batch).await?;
        tell(&importer.counts);
    }
    let broken = reader.await.map_err(Error::internal)?.err();
    importer.settle(tell).await?;
    let Importer { counts, rejects, .. } = importer;
    Ok(Summary { counts, rejects: rejects.finish()?, broken })
}

struct Importer {
    filing: Arc<Filing>,
    source: String,
    /// The newest request before the import: what is newer and known came from this very file.
    newest: i64,
    services: Services,
    counts: Counts,
    rejects: Rejects,
    /// Duplicates whose parent was not seen yet, in the order of the file.
    waiting: Vec<Imported>,
    waiting_ids: HashSet<String>,
}

impl Importer {
    async fn take(&mut self, batch: Vec<Result<Imported, Reject>>) -> Result<()> {
        self.counts.read += batch.len() as u64;
        let mut rows = Vec::with_capacity(batch.len());
        for item in batch {
            match item {
                Ok(row) => rows.push(row),
                Err(reject) => self.reject(&reject)?,
            }
        }
        let known = self.known(&rows).await?;
        let mut here: HashSet<String> = HashSet::new();
        let mut ready = Vec::with_capacity(rows.len());
        for row in rows {
            if here.contains(&row.external_id) || self.waiting_ids.contains(&row.external_id) {
                self.counts.repeated += 1;
                continue;
            }
            match known.get(&row.external_id) {
                Some(&id) if id > self.newest => self.counts.repeated += 1,
                Some(_) => self.counts.known += 1,
                None => {
                    let parent = row.parents.iter().find(|id| known.contains_key(*id) || here.contains(*id)).cloned();
                    if parent.is_none() && !row.parents.is_empty() && self.waiting.len() < MOST_WAITING {
                        self.waiting_ids.insert(row.external_id.clone());
                        self.waiting.push(row);
                    } else {
                        here.insert(row.external_id.clone());
                        ready.push((row, parent));
                    }
                }
            }
        }
        self.record(ready).await
    }

    /// Files what waited for a parent: after it if it came, alone if it did not.
    async fn settle(&mut self, tell: &mut dyn FnMut(&Counts)) -> Result<()> {
        while !self.waiting.is_empty() {
            let mut known = HashMap::new();
            for part in self.waiting.chunks(BATCH) {
                known.extend(self.known(part).await?);
            }
            let mut ready = Vec::new();
            let mut still = Vec::new();
            for row in std::mem::take(&mut self.waiting) {
                if known.contains_key(&row.external_id) {
                    self.counts.known += 1; // somebody else imported the same file meanwhile
                    self.waiting_ids.remove(&row.external_id);
                    continue;
                }
                match row.parents.iter().find(|id| known.contains_key(*id)).cloned() {
                    Some(parent) => ready.push((row, Some(parent))),
                    None if row.parents.iter().any(|id| self.waiting_ids.contains(id)) => still.push(row),
                    None => ready.push((row, None)),
                }
            }
            if ready.is_empty() && !still.is_empty() {
                ready.push((still.remove(0), None)); // a circle of duplicates: the first in the file is the one
            }
            self.waiting = still;
            for (row, _) in &ready {
                self.waiting_ids.remove(&row.external_id);
            }
            while !ready.is_empty() {
                let rest = ready.split_off(ready.len().min(BATCH));
                self.record(std::mem::replace(&mut ready, rest)).await?;
                tell(&self.counts);
            }
        }
        Ok(())
    }

    /// Which of these requests and of their parents are recorded, with their rows.
    async fn known(&self, rows: impl IntoIterator<Item = &Imported>) -> Result<HashMap<String, i64>> {
        let ids: HashSet<&str> =
            rows.into_iter().flat_map(|row| row.parents.iter().chain([&row.external_id])).map(String::as_str).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let query = self.filing.db.sql("select external_id, id from request where source = $1").bind(self.source.clone());
        let mut found: Vec<(String, i64)> = query.within(" and external_id", ids.iter().map(|id| (*id).to_owned())).all().await?;
        // What retention deleted stays away.
        let query =
            self.filing.db.sql("select external_id, cast(0 as bigint) from deleted_request where source = $1").bind(self.source.clone());
        found.extend(query.within(" and external_id", ids.into_iter().map(str::to_owned)).all::<(String, i64)>().await?);
        Ok(found.into_iter().collect())
    }

    async fn record(&mut self, mut rows: Vec<(Imported, Option<String>)>) -> Result<()> {
        while !rows.is_empty() {
            let mut batch = Vec::with_capacity(rows.len());
            for (row, parent) in &rows {
                let (code, added) = self.services.code(&self.filing, &row.service).await?;
                self.counts.services += u64::from(added);
                batch.push(request(row, parent.clone(), code, &self.source));
            }
            match record(&self.filing, Arc::new(batch)).await {
                Ok(outcomes) => {
                    tokio::time::sleep(PAUSE).await;
                    return self.count(&rows, outcomes);
                }
                Err(e) => {
                    // Somebody else may be importing the same file: then what they recorded is known now, and the rest goes on.
                    let (before, known) = (rows.len(), self.known(rows.iter().map(|(row, _)| row)).await?);
                    rows.retain(|(row, _)| !known.contains_key(&row.external_id));
                    if rows.len() == before {
                        return Err(e);
                    }
                    self.counts.known += (before - rows.len()) as u64;
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, rows: &[(Imported, Option<String>)], outcomes: Vec<Result<Outcome>>) -> Result<()> {
        for ((row, _), outcome) in rows.iter().zip(outcomes) {
            match outcome {
                Ok(Outcome::Filed(filed)) => self.counts.recorded(row, filed.joined),
                Ok(Outcome::SameOne(_)) => self.reject(&Reject::of(row, "it looks like an open case nearby"))?,
                Err(e) => self.reject(&Reject::of(row, e.to_string()))?,
            }
        }
        Ok(())
    }

    fn reject(&mut self, reject: &Reject) -> Result<()> {
        self.counts.rejected += 1;
        self.rejects.add(reject)
    }
}

fn request(row: &Imported, parent: Option<String>, service: String, source: &str) -> NewRequest {
    NewRequest {
        service,
        place: row.place.ok().map(|(lon, lat)| Point { lon, lat }),
        address: row.address.clone(),
        zipcode: row.zipcode.clone(),
        description: row.description.clone(),
        media_url: row.media_url.clone(),
        source: source.to_owned(),
        wish: Wish::File,
        history: Some(History {
            external_id: row.external_id.clone(),
            filed_at: row.filed_at,
            updated_at: row.updated_at,
            closed_at: row.closed_at,
            status: row.status,
            parent,
            promised: false,
            assigned: row.assigned.clone(),
        }),
        ..NewRequest::default()
    }
}
