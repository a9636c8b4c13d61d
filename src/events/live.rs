//! What is changing right now, for pages that are open: which cases and requests, at most once a second, and no word of how.
//!
//! A page that was asleep names the last position it saw and is told what it missed, or that it missed too much and must read
//! everything again.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OnceCell, broadcast};
use tokio::time::sleep;

use super::{BATCH, Bell, Event, read};
use crate::db::Db;
use crate::error::Result;

/// The shortest time between two changes.
const PAUSE: Duration = Duration::from_secs(1);

/// Changes that are remembered for pages that were asleep.
const REMEMBERED: usize = 600;

/// Changes that a slow reader may lag behind before it is told to read everything again.
const LAG: usize = 64;

/// The most cases, and requests, that one change names.
const NAMED: usize = 500;

/// What happened between two positions of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The position before it.
    pub after: i64,
    /// The position it reaches.
    pub position: i64,
    /// Cases that something happened to.
    pub cases: Vec<i64>,
    /// Requests that something happened to.
    pub requests: Vec<i64>,
    /// Those of the cases to which something happened that everybody may know of, and that named no request.
    pub open: Vec<i64>,
    /// Whether more happened than is named.
    pub more: bool,
    /// The numbers of the requests, once the first listener has looked them up: thousands are told the same.
    pub numbers: OnceCell<Vec<String>>,
}

/// What a listener is told.
#[derive(Debug, Clone)]
pub enum Word {
    /// Something changed.
    Change(Arc<Change>),
    /// The server is going away.
    End,
}

/// Tells everybody who listens.
#[derive(Clone)]
pub struct Live {
    told: Arc<Mutex<VecDeque<Arc<Change>>>>,
    words: broadcast::Sender<Word>,
}

impl Default for Live {
    fn default() -> Self {
        Live { told: Arc::default(), words: broadcast::Sender::new(LAG) }
    }
}

impl Live {
    /// What comes from now on, and what was missed since a position: `None` where that is too long ago to be known.
    pub fn listen(&self, since: Option<i64>) -> (broadcast::Receiver<Word>, Option<Vec<Arc<Change>>>) {
        // Under one lock, so that nothing is told between the two.
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let listener = self.words.subscribe();
        let missed = since.map_or_else(
            || Some(Vec::new()),
            |since| {
                let newest = told.back().map(|change| change.position);
                let known = told.front().is_some_and(|oldest| oldest.after <= since) || newest.is_none_or(|newest| newest <= since);
                known.then(|| told.iter().filter(|change| change.position > since).cloned().collect())
            },
        );
        (listener, missed)
    }

    /// How many are listening.
    pub fn listeners(&self) -> usize {
        self.words.receiver_count()
    }

    /// Ends every stream: the server is stopping.
    pub fn end(&self) {
        let _ = self.words.send(Word::End); // nobody may be listening
    }

    /// Watches the log from a position on, until the task is dropped. What happens faster than it is told is told as one change.
    pub async fn run(self, db: Db, bell: Bell, position: i64) {
        let mut position = position;
        let mut heard = bell.subscribe();
        while heard.changed().await.is_ok() {
            match self.tell(&db, &bell, position).await {
                Ok(reached) => position = reached,
                Err(e) => tracing::warn!(error = %e, "Open pages could not be told what changed; trying again"),
            }
            sleep(PAUSE).await;
        }
    }

    async fn tell(&self, db: &Db, bell: &Bell, after: i64) -> Result<i64> {
        let head = bell.position();
        if head <= after {
            return Ok(after);
        }
        let change = change(after, head, &read(db, after).await?);
        let position = change.position;
        let change = Arc::new(change);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() == REMEMBERED {
            told.pop_front();
        }
        told.push_back(change.clone());
        let _ = self.words.send(Word::Change(change)); // nobody may be listening
        Ok(position)
    }
}

fn change(after: i64, head: i64, events: &[Event]) -> Change {
    let last = events.last().map_or(after, |event| event.position);
    let overrun = events.len() as i64 == BATCH && last < head;
    let some = |ids: BTreeSet<i64>| ids.into_iter().take(NAMED).collect::<Vec<_>>();
    let (cases, requests): (BTreeSet<i64>, BTreeSet<i64>) = (
        events.iter().filter_map(|event| event.case_id).collect(),
        events.iter().filter(|event| !event.inside()).filter_map(|event| event.request_id).collect(),
    );
    Change {
        after,
        position: if overrun { head } else { last },
        more: overrun || cases.len() > NAMED || requests.len() > NAMED,
        open: some(events.iter().filter(|event| event.request_id.is_none() && !event.inside()).filter_map(|event| event.case_id).collect()),
        cases: some(cases),
        requests: some(requests),
        numbers: OnceCell::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(position: i64) -> Event {
        Event {
            position,
            seq: position,
            at: 0,
            kind: "filed".into(),
            case_id: Some(position),
            request_id: None,
            member_id: None,
            data_json: "{}".into(),
            commitment: None,
        }
    }

    fn told(live: &Live, after: i64, position: i64) {
        let change = Change { after, position, cases: vec![], requests: vec![], open: vec![], more: false, numbers: OnceCell::new() };
        live.told.lock().unwrap().push_back(Arc::new(change));
    }

    #[test]
    fn whoever_was_asleep_is_told_what_was_missed_or_that_it_was_too_much() {
        let live = Live::default();
        assert_eq!(live.listen(Some(7)).1, Some(vec![]), "nothing happened yet");
        for after in 10..20 {
            told(&live, after, after + 1);
        }
        assert_eq!(live.listen(None).1, Some(vec![]));
        assert_eq!(live.listen(Some(20)).1, Some(vec![]));
        assert_eq!(live.listen(Some(17)).1.map(|missed| missed.len()), Some(3));
        assert_eq!(live.listen(Some(10)).1.map(|missed| missed.len()), Some(10));
        assert_eq!(live.listen(Some(9)).1, None);
    }

    #[test]
    fn more_than_can_be_named_is_said_to_be_more_and_is_not_caught_up_with_one_batch_a_second() {
        let events: Vec<Event> = (1..=BATCH).map(event).collect();
        let many = change(0, 50_000, &events);
        assert_eq!((many.position, many.more, many.cases.len()), (50_000, true, NAMED));
        let few = change(3, 5, &[event(4), event(5)]);
        assert_eq!((few.position, few.more, few.cases), (5, false, vec![4, 5]));
    }
}
