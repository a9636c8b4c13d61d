//! What stands in the city from GeoJSON or CSV: assets of a kind (streets among them), and the register of addresses.
//!
//! A file is the whole of its kind: what it does not name any more goes, unless it is asked to stay. It is read as a stream and written in
//! batches; the same file twice changes nothing. A feature that cannot be taken stands in the rejects file with its reason, and nothing
//! goes when the file broke off or held nothing.

mod feature;

use std::collections::HashSet;
use std::fmt;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

pub use self::feature::Fields;
use self::feature::{Features, NAMES};
use super::counts::Rejects;
use super::imported::Reject;
use super::reading::Reading;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::gazetteer::{self, AddressDraft, AssetDraft, Put, Role};
use crate::routing;

/// Features of one write. On SQLite a server beside the import waits for at most one of them.
const BATCH: usize = 250;

/// After each write others get their turn at the file.
const PAUSE: Duration = Duration::from_millis(3);

/// What a file holds.
#[derive(Clone, Debug)]
pub enum What {
    /// Assets of one kind.
    Assets {
        /// Its code.
        kind: String,
        /// What people call it.
        name: String,
        /// What they are to whoever looks for a place.
        role: Role,
    },
    /// Addresses.
    Addresses,
}

/// What to import.
#[derive(Clone, Debug)]
pub struct Order {
    /// The file: GeoJSON or CSV, plain or packed by gzip.
    pub file: PathBuf,
    /// What it holds.
    pub what: What,
    /// Which properties hold what; what is not named is looked for.
    pub fields: Fields,
    /// Whether what the file does not name stays.
    pub keep: bool,
    /// Where to write what is not taken.
    pub rejects: PathBuf,
    /// West, south, east, north of the city, where known: what lies elsewhere, but would lie here with its axes swapped, is not taken.
    pub city: Option<[f64; 4]>,
}

/// What became of the features of a file. All but `removed` add up to `read`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In the file.
    pub read: u64,
    /// Not there before.
    pub new: u64,
    /// There, and different now.
    pub changed: u64,
    /// As they were.
    pub same: u64,
    /// Known by what came before in this file; the first counts.
    pub repeated: u64,
    /// Not taken; each stands in the rejects file with its reason.
    pub rejected: u64,
    /// There before, and not in the file.
    pub removed: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { read, new, changed, same, repeated, rejected, removed } = self;
        write!(f, "read {read}, new {new}, changed {changed}, same {same}, repeated {repeated}, rejected {rejected}, removed {removed}")
    }
}

/// How an import ended.
#[derive(Debug)]
pub struct Summary {
    /// What became of the features.
    pub counts: Counts,
    /// The file of rejects, if there are any.
    pub rejects: Option<PathBuf>,
    /// Why the file could not be read to its end; then nothing was removed.
    pub broken: Option<Error>,
}

/// A feature that was understood.
#[derive(Clone, Debug)]
enum Understood {
    Asset(AssetDraft),
    Address(AddressDraft),
}

/// Imports a file.
///
/// # Errors
/// [`Error::Invalid`] when the file is not there or is no such file, before anything is written; what the database says otherwise. What
/// was written until then stays, and the import can be run again.
pub async fn import(db: &Db, clock: &Clock, order: Order) -> Result<Summary> {
    if order.rejects == order.file {
        return Err(Error::invalid("rejects", "is the file that is read; name another with --rejects"));
    }
    let reading = Reading::open(&order.file, &NAMES, b',')?;
    let features = Features::new(&reading, order.fields, order.city)?;
    let asset_kind = match &order.what {
        What::Assets { kind, name, role } => {
            let (kind, name, role) = (kind.clone(), name.clone(), *role);
            let now = clock.now();
            Some(db.write(async move |tx| gazetteer::put_kind(tx, &kind, &name, role, now).await).await?)
        }
        What::Addresses => None,
    };
    let street = matches!(order.what, What::Assets { role: Role::Street, .. });
    let (sender, mut batches) = mpsc::channel::<Vec<Result<Understood, Reject>>>(4);
    let reader = tokio::task::spawn_blocking(move || {
        let mut batch = Vec::with_capacity(BATCH);
        let outcome = reading.each(&mut |item| {
            batch.push(item.and_then(|record| match asset_kind {
                Some(_) => features.asset(&record, street).map(Understood::Asset),
                None => features.address(&record).map(Understood::Address),
            }));
            match batch.len() {
                BATCH if sender.blocking_send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).is_err() => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        let _ = sender.blocking_send(batch); // the other side is gone only when it failed, and then says so itself
        outcome
    });
    let mut importer = Importer {
        db: db.clone(),
        clock: clock.clone(),
        asset_kind,
        seen: HashSet::new(),
        rows: HashSet::new(),
        counts: Counts::default(),
        rejects: Rejects::at(&order.rejects),
    };
    let mut outcome = Ok(());
    while let Some(batch) = batches.recv().await {
        outcome = importer.take(batch).await;
        if outcome.is_err() {
            break;
        }
    }
    drop(batches);
    let broken = reader.await.map_err(Error::internal)?.err();
    let whole = outcome.is_ok() && broken.is_none();
    importer.finish(whole && !order.keep).await?;
    outcome?;
    Ok(Summary { counts: importer.counts, rejects: importer.rejects.finish()?, broken })
}

struct Importer {
    db: Db,
    clock: Clock,
    /// The kind; none for addresses.
    asset_kind: Option<i64>,
    /// What the source calls those that were taken.
    seen: HashSet<String>,
    /// The rows of them.
    rows: HashSet<i64>,
    counts: Counts,
    rejects: Rejects,
}

impl Importer {
    async fn take(&mut self, batch: Vec<Result<Understood, Reject>>) -> Result<()> {
        self.counts.read += batch.len() as u64;
        let (mut assets, mut addresses) = (Vec::new(), Vec::new());
        for item in batch {
            match item {
                Ok(Understood::Asset(draft)) if self.seen.insert(draft.external_id.clone()) => assets.push(draft),
                Ok(Understood::Address(draft)) if self.seen.insert(draft.external_id.clone()) => addresses.push(draft),
                Ok(_) => self.counts.repeated += 1,
                Err(reject) => {
                    self.counts.rejected += 1;
                    self.rejects.add(&reject)?;
                }
            }
        }
        if assets.is_empty() && addresses.is_empty() {
            return Ok(());
        }
        let (asset_kind, now, assets, addresses) = (self.asset_kind, self.clock.now(), Arc::new(assets), Arc::new(addresses));
        let put = async move |tx: &mut Tx| match asset_kind {
            Some(kind) => gazetteer::put_assets(tx, kind, &assets, now).await,
            None => gazetteer::put_addresses(tx, &addresses, now).await,
        };
        let Put { new, changed, same, rows } = self.db.write(put).await?;
        self.counts.new += new;
        self.counts.changed += changed;
        self.counts.same += same;
        self.rows.extend(rows);
        tokio::time::sleep(PAUSE).await;
        Ok(())
    }

    /// Removes what the file does not name, where that is asked, and tells every process what changed.
    async fn finish(&mut self, replaces: bool) -> Result<()> {
        let (kind, now, written) = (self.asset_kind, self.clock.now(), self.counts.new + self.counts.changed);
        let rows = Arc::new(std::mem::take(&mut self.rows));
        let replaces = replaces && !rows.is_empty();
        let end = async move |tx: &mut Tx| {
            let removed = if replaces { gazetteer::keep_only(tx, kind, &rows, now).await? } else { 0 };
            if written + removed > 0 {
                gazetteer::changed(tx, now).await?;
                if kind.is_some() {
                    routing::stale(tx, now).await?;
                }
            }
            Ok::<_, Error>(removed)
        };
        self.counts.removed = self.db.write(end).await?;
        Ok(())
    }
}
