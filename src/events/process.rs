//! Followers once per process: indexes and caches in memory, each with its cursor in memory.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

use super::{Bell, Event, read};
use crate::db::Db;
use crate::error::Result;

/// How far each follower of this process has come, for [`Followers::settle`].
#[derive(Clone, Default)]
pub struct Followers {
    cursors: Arc<Mutex<Vec<(&'static str, Arc<AtomicI64>)>>>,
    moved: Arc<Notify>,
}

impl Followers {
    /// Registers a follower that has read up to `position`; the handle is told as it goes on.
    pub fn register(&self, name: &'static str, position: i64) -> Cursor {
        let at = Arc::new(AtomicI64::new(position));
        self.cursors.lock().expect("no one panics while holding the list").push((name, at.clone()));
        Cursor { at, moved: self.moved.clone() }
    }

    /// Each follower and how far it has come.
    pub fn positions(&self) -> Vec<(&'static str, i64)> {
        let cursors = self.cursors.lock().expect("no one panics while holding the list");
        cursors.iter().map(|(name, at)| (*name, at.load(Ordering::Acquire))).collect()
    }

    /// Returns when every event committed before the call has been placed and seen by every follower of this process.
    pub async fn settle(&self, db: &Db, bell: &Bell) -> Result<()> {
        let head = bell.ring(db).await?;
        loop {
            let moved = self.moved.notified();
            if self.positions().iter().all(|(_, at)| *at >= head) {
                return Ok(());
            }
            let _ = tokio::time::timeout(Duration::from_millis(100), moved).await;
        }
    }
}

/// How far one follower has come.
pub struct Cursor {
    at: Arc<AtomicI64>,
    moved: Arc<Notify>,
}

impl Cursor {
    /// The position of the last event seen.
    pub fn position(&self) -> i64 {
        self.at.load(Ordering::Acquire)
    }

    /// Says that all events up to `position` were seen.
    pub fn reach(&self, position: i64) {
        self.at.store(position, Ordering::Release);
        self.moved.notify_waiters();
    }
}

/// Hands every event after `cursor` to `see`, in order, in batches, until the task is dropped. A batch that fails is given
/// again, so `see` must bear seeing an event twice.
pub async fn follow_in_process(db: Db, bell: Bell, cursor: Cursor, see: impl AsyncFn(&[Event]) -> Result<()>) {
    let mut heard = bell.subscribe();
    loop {
        let step = async {
            let events = read(&db, cursor.position()).await?;
            let Some(last) = events.last() else { return Ok(false) };
            see(&events).await?;
            cursor.reach(last.position);
            Ok::<_, crate::error::Error>(true)
        };
        match step.await {
            Ok(true) => {}
            Ok(false) => {
                if heard.changed().await.is_err() {
                    return;
                }
            }
            Err(e) => {
                tracing::warn!(error = %e, "A follower stumbled; it tries again");
                sleep(Duration::from_millis(500)).await;
            }
        }
    }
}
