//! The columns of this process, kept up with the log.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::tz::TimeZone;

use super::columns::Columns;
use super::load::{News, Sight, everything, reserve};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::privacy::{Threshold, Veil};

/// The columns, shared by those who ask and the one follower that writes. Cheap to clone.
#[derive(Clone)]
pub struct LiveColumns {
    state: Arc<RwLock<State>>,
    sight: Sight,
}

#[derive(Default)]
struct State {
    columns: Columns,
    position: i64,
}

impl LiveColumns {
    /// Empty ones; days are those of the time zone, places and small numbers those that are shown.
    pub fn new(zone: TimeZone, veil: Veil, threshold: Threshold) -> LiveColumns {
        LiveColumns { state: Arc::default(), sight: Sight { zone, veil, threshold } }
    }

    /// Reads all of them anew. `position` is that of the log *before* the call: what happens while reading is then seen again.
    pub async fn reload(&self, db: &Db, position: i64) -> Result<()> {
        let columns = everything(db, &self.sight).await?;
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = State { columns, position };
        Ok(())
    }

    /// Answers a question; beside the columns it is given the position of the log that they have reached.
    pub fn ask<T>(&self, question: impl FnOnce(&Columns, i64) -> T) -> T {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        question(&state.columns, state.position)
    }

    /// The position of the log that the columns have reached.
    pub fn position(&self) -> i64 {
        self.ask(|_, position| position)
    }

    /// Follows the log: reads again the requests and cases that something happened to. Only one caller at a time.
    /// What stays among staff moves nothing, not even the position: an answer's tag would tell that it happened.
    pub async fn see(&self, db: &Db, events: &[Event]) -> Result<()> {
        let events: Vec<&Event> = events.iter().filter(|event| !event.inside()).collect();
        if events.is_empty() {
            return Ok(());
        }
        // What the public may know of a service has changed: then all of its requests stand elsewhere.
        if events.iter().any(|event| event.kind == "service_saved") {
            let now = reserve(db, &self.sight).await?;
            if self.ask(|columns, _| *columns.reserve() != now) {
                let reached = events.iter().map(|event| event.position).max().unwrap_or(0);
                return self.reload(db, reached).await;
            }
        }
        let named = Named::in_events(&events);
        let mut news = News::default();
        news.read_cases(db, &named.whole).await?;
        // Requests that were in such a case and are not any more are looked for by themselves, wherever they are now.
        let mut requests = named.requests;
        self.ask(|columns, _| named.whole.iter().for_each(|&case| requests.extend(columns.requests_of(case))));
        news.requests().for_each(|id| {
            requests.remove(&id);
        });
        news.read_requests(db, &requests.into_iter().collect::<Vec<_>>()).await?;
        news.read_case_facts(db, &named.cases).await?;
        {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            news.tell(&mut state.columns, &self.sight);
            let reached = events.iter().map(|event| event.position).max();
            state.position = state.position.max(reached.unwrap_or(0));
        }
        self.compact().await
    }

    /// Sorts what is due beside those who ask, and shuts them out only to put it in its place.
    async fn compact(&self) -> Result<()> {
        let live = self.clone();
        let work = move || {
            while let Some(compacted) = live.ask(|columns, _| columns.compacted()) {
                live.state.write().unwrap_or_else(PoisonError::into_inner).columns.adopt(compacted);
            }
        };
        if self.ask(|columns, _| columns.is_due()) {
            tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
        }
        Ok(())
    }
}

/// What some events name, each once.
struct Named {
    requests: BTreeSet<i64>,
    /// Cases.
    cases: Vec<i64>,
    /// Those of them whose every request is read again.
    whole: Vec<i64>,
}

impl Named {
    fn in_events(events: &[&Event]) -> Named {
        // A filing touches no other request of its case but by the case's status; a case that thousands join is not read
        // as often as it is joined.
        let alone = |event: &Event| event.request_id.is_some() && matches!(event.kind.as_str(), "filed" | "joined");
        let cases: BTreeSet<i64> = events.iter().filter_map(|event| event.case_id).collect();
        let whole: BTreeSet<i64> = events.iter().filter(|event| !alone(event)).filter_map(|event| event.case_id).collect();
        Named {
            requests: events.iter().filter_map(|event| event.request_id).collect(),
            cases: cases.into_iter().collect(),
            whole: whole.into_iter().collect(),
        }
    }
}
