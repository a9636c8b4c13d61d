//! The check of everything: each row against the leaf that was made of it, the leaves against the tree, the tree against every head
//! that was signed, and the words that still stand against what the log committed to.
//!
//! It reads in pieces and in order, changes nothing, and may run beside a server: what is appended meanwhile is left for the next time.

use std::collections::HashMap;

use super::diagnosis::diagnosis;
use super::head::{Head, remembered};
use super::tiles::{Place, WIDTH, hashes, place};
use super::tree::{Frontier, Hash};
use super::words::Words;
use super::{entry, size};
use crate::db::Db;
use crate::error::Result;
use crate::events::{self, Event, hex};

/// Positions of one piece: whole rows of the tree.
const PIECE: i64 = 64 * WIDTH as i64;

/// Something that is not as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Where in the log: the first position that it can be.
    pub position: i64,
    /// The row's sequence, if it is about a row that is there.
    pub seq: Option<i64>,
    /// What differs.
    pub what: String,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Events in the tree.
    pub size: i64,
    /// Events that wait for their place in the tree.
    pub waiting: i64,
    /// Root over them, in hexadecimal.
    pub root: String,
    /// Heads that were signed and are still true.
    pub heads: usize,
    /// Requests and notes whose words are those that the log committed to.
    pub words: u64,
    /// Requests and notes whose words were erased, as the log says itself.
    pub erased: u64,
    /// The first breach.
    pub first: Option<Breach>,
    /// How many there are.
    pub breaches: u64,
}

impl Report {
    pub(super) fn breach(&mut self, position: i64, seq: Option<i64>, what: impl FnOnce() -> String) {
        self.breaches += 1;
        if self.first.as_ref().is_none_or(|first| position < first.position) {
            self.first = Some(Breach { position, seq, what: what() });
        }
    }
}

/// Checks the log, and heads that others kept beside those that are remembered here. `progress` hears of positions done and to do.
pub async fn verify(db: &Db, given: &[Head], mut progress: impl FnMut(i64, i64)) -> Result<Report> {
    let mut report = Report { size: size(db).await?, ..Report::default() };
    let mut heads = heads(db, given, &mut report).await?.into_iter().peekable();
    strays(db, &mut report).await?;
    let upper = rows(db, "select level, place, hashes from log_tile where level > 0 and place >= $1 and place < $2", 0, i64::MAX).await?;
    let (mut frontier, mut words, mut sure) = (Frontier::default(), Words::default(), 0);
    let mut changed: Option<(Event, Hash)> = None;
    let mut after = 0;
    while after < report.size {
        let last = report.size.min(after + PIECE);
        let events = events::between(db, after, last).await?;
        words.see(db, &events).await?;
        let (from, to) = (after / WIDTH as i64, (last - 1) / WIDTH as i64 + 1);
        let lower = rows(db, "select level, place, hashes from log_tile where level = 0 and place >= $1 and place < $2", from, to).await?;
        let mut events = events.into_iter().peekable();
        for position in after + 1..=last {
            let index = (position - 1).cast_unsigned();
            let recorded = lower.get(&(0, index / WIDTH)).and_then(|row| row.get((index % WIDTH) as usize)).copied();
            let event = events.next_if(|event| event.position == position);
            let leaf = match (event, recorded) {
                (Some(event), Some(recorded)) => {
                    if entry::hash(&event) != recorded {
                        report.breach(position, Some(event.seq), || "the row is not the one that was recorded".into());
                        if changed.is_none() {
                            changed = Some((event, recorded));
                        }
                    }
                    recorded
                }
                (None, Some(recorded)) => {
                    report.breach(position, None, || "no row has this position: what stood here was removed".into());
                    recorded
                }
                (event, None) => {
                    report.breach(position, event.as_ref().map(|e| e.seq), || "the tree lacks the leaf of this row".into());
                    event.map_or_else(entry::nothing, |event| entry::hash(&event))
                }
            };
            frontier.push(leaf, |height, index, hash| {
                let Some((row, nth)) = place(height, index).filter(|((level, _), _)| *level > 0) else { return };
                if upper.get(&row).and_then(|row| row.get(nth as usize)) != Some(&hash) {
                    let first = (index << height).cast_signed() + 1;
                    let last = first - 1 + (1 << height);
                    let what =
                        || format!("the tree was changed: its hash over the positions {first} to {last} is not that of their leaves");
                    report.breach(first, None, what);
                }
            });
            while let Some(head) = heads.next_if(|head| head.size == position) {
                if head.hash() == Some(frontier.root()) {
                    report.heads += 1;
                    sure = head.size;
                    continue;
                }
                report.breach(sure + 1, None, || {
                    let at = when(head.at);
                    format!(
                        "somewhere in the positions {} to {} a row was changed and the tree with it: the root that was signed for the \
                         first {} events on {at} is not theirs",
                        sure + 1,
                        head.size,
                        head.size
                    )
                });
            }
        }
        progress(last, report.size);
        after = last;
    }
    for head in heads {
        let size = report.size;
        report.breach(size + 1, None, || {
            format!("the end was cut off: {} events were signed on {}, and the log has {size}", head.size, when(head.at))
        });
    }
    report.root = hex(&frontier.root());
    report.waiting = events::head(db).await?.saturating_sub(report.size).max(0);
    words.settle(db, &mut report).await?;
    if let Some((event, recorded)) = changed
        && let Some(first) = report.first.as_mut().filter(|first| first.position == event.position)
    {
        first.what = diagnosis(db, &event, &recorded, report.size).await?;
    }
    Ok(report)
}

/// Every head to be checked, smallest first; those whose signature does not hold are told at once.
async fn heads(db: &Db, given: &[Head], report: &mut Report) -> Result<Vec<Head>> {
    let mut heads: Vec<Head> = given.to_vec();
    for remembered in remembered(db).await? {
        match remembered {
            Ok(head) => heads.push(head),
            Err(size) => report.breach(size, None, || format!("the head that was signed for {size} events is no longer readable")),
        }
    }
    heads.retain(|head| {
        let holds = head.holds();
        if !holds {
            report.breach(head.size, None, || format!("the signature of the head over {} events is not that of its key", head.size));
        }
        holds
    });
    heads.sort_by_key(|head| head.size);
    Ok(heads)
}

/// Rows in front of the first position: no follower and no reader by position would ever meet them.
async fn strays(db: &Db, report: &mut Report) -> Result<()> {
    let stray = "select position, seq from event where position < 1 order by position";
    let strays: Vec<(i64, i64)> = db.sql(stray).all().await?;
    for (position, seq) in strays {
        report.breach(position, Some(seq), || "a row stands before the beginning of the log".into());
    }
    Ok(())
}

async fn rows(db: &Db, text: &'static str, from: i64, to: i64) -> Result<HashMap<Place, Vec<Hash>>> {
    let mut rows = HashMap::new();
    db.sql(text)
        .bind(from)
        .bind(to)
        .each(|(level, place, bytes): (i64, i64, Vec<u8>)| {
            rows.insert((level as u32, place.cast_unsigned()), hashes(&bytes));
            Ok(())
        })
        .await?;
    Ok(rows)
}

fn when(at: i64) -> String {
    crate::catalog::moment::write(at)
}
