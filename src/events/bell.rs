//! The bell: tells the followers of this process how far the log has become public.
//!
//! One coalescing task a process: it wakes after a commit of this process, at a word from another (PostgreSQL), and once a
//! second in any case (another process on the same SQLite file, a word that was lost); it places what is not yet placed and
//! rings.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use super::head;
use crate::db::{Db, dialect};
use crate::error::Result;

/// How often the log is looked at when nobody rings.
const POLL: Duration = Duration::from_secs(1);
/// How soon the lease is tried again while another server has it.
const RETRY: Duration = Duration::from_millis(10);

/// Rings with the position of the newest public event.
#[derive(Clone)]
pub struct Bell {
    head: watch::Sender<i64>,
    poked: Arc<Notify>,
}

impl Default for Bell {
    fn default() -> Self {
        Bell { head: watch::Sender::new(0), poked: Arc::new(Notify::new()) }
    }
}

impl Bell {
    /// The newest public position known here.
    pub fn position(&self) -> i64 {
        *self.head.borrow()
    }

    /// A view that wakes when the position grows.
    pub fn subscribe(&self) -> watch::Receiver<i64> {
        self.head.subscribe()
    }

    /// Places and rings until the task is dropped. A database that is away for a while only delays it.
    pub async fn run(self, db: Db) {
        let poked = self.poked.clone();
        let ear = async {
            loop {
                if let Err(e) = dialect::listen(&db, || poked.notify_one()).await {
                    tracing::warn!(error = %e, "Lost the ear for other servers' events; the poll goes on");
                }
                sleep(POLL).await;
            }
        };
        let ring = async {
            loop {
                if let Err(e) = self.ring(&db).await {
                    tracing::warn!(error = %e, "Could not look at the log; trying again");
                    sleep(POLL).await;
                }
                let woken = async {
                    tokio::select! { () = db.written() => (), () = self.poked.notified() => () }
                };
                let _ = timeout(POLL, woken).await;
            }
        };
        tokio::join!(ear, ring);
    }

    /// Places all that was committed before the call, and rings. Where another server is placing just now, what it may have
    /// overlooked is waited for.
    pub async fn ring(&self, db: &Db) -> Result<i64> {
        loop {
            match dialect::place_events(db).await? {
                Some(0) => break,
                Some(_) => {}
                None if dialect::unplaced_events(db).await? == 0 => break,
                None => sleep(RETRY).await,
            }
        }
        let now = head(db).await?;
        self.head.send_if_modified(|head| std::mem::replace(head, now.max(*head)) < now);
        Ok(now)
    }
}
