//! The words that stand beside the log, against what it committed to. Words may be redacted, which commits anew, and erased, which the
//! log says; the last commitment to each must fit what stands there now.

use std::collections::{HashMap, HashSet};

use super::verify::Report;
use crate::db::Db;
use crate::error::Result;
use crate::events::{self, Event, Fact, commitment};

/// Ids in one question to the database.
const SOME: usize = 500;

/// What was committed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Subject {
    Request(i64),
    Note(i64),
}

/// What is known of words so far.
#[derive(Default)]
pub struct Words {
    /// Whose words fit.
    fit: u64,
    /// Whose last commitment does not fit what stands there: position and sequence of the event.
    unfit: HashMap<Subject, (i64, i64)>,
    erased: HashSet<Subject>,
}

impl Words {
    /// Looks at some events, in order.
    pub async fn see(&mut self, db: &Db, events: &[Event]) -> Result<()> {
        let committing: Vec<(Subject, &Event)> = events.iter().filter_map(|event| Some((subject(event)?, event))).collect();
        let standing = standing(db, committing.iter().map(|(subject, _)| *subject)).await?;
        for (subject, event) in committing {
            let fits = standing.get(&subject).is_some_and(|(salt, words)| {
                let parts: Vec<&str> = words.iter().map(String::as_str).collect();
                event.commitment.as_deref() == Some(&commitment(salt, &parts))
            });
            match (fits, self.unfit.remove(&subject).is_some()) {
                (true, _) => self.fit += 1,
                (false, _) => drop(self.unfit.insert(subject, (event.position, event.seq))),
            }
        }
        for event in events {
            self.erased.extend(erased(event));
        }
        Ok(())
    }

    /// Says what does not fit and was not erased. What was erased while we looked is found in what came after.
    pub async fn settle(mut self, db: &Db, report: &mut Report) -> Result<()> {
        if self.unfit.keys().any(|subject| !self.erased.contains(subject)) {
            let mut after = report.size;
            loop {
                let events = events::read(db, after).await?;
                let Some(last) = events.last() else { break };
                after = last.position;
                self.see(db, &events).await?;
            }
        }
        report.words = self.fit;
        for (subject, (position, seq)) in self.unfit {
            if self.erased.contains(&subject) {
                report.erased += 1;
                continue;
            }
            report.breach(position, Some(seq), || match subject {
                Subject::Request(id) => format!("the words, address or number of request {id} are not those that were committed to"),
                Subject::Note(id) => format!("the words of note {id} are not those that were committed to"),
            });
        }
        Ok(())
    }
}

/// What an event commits to: a note if it names one, or its request.
fn subject(event: &Event) -> Option<Subject> {
    event.commitment.as_ref()?;
    if matches!(event.kind.as_str(), "filed" | "joined") {
        return event.request_id.map(Subject::Request);
    }
    let note = serde_json::from_str::<serde_json::Value>(&event.data_json).ok().and_then(|data| data["note"].as_i64());
    note.map(Subject::Note).or(event.request_id.map(Subject::Request))
}

/// Whose words an event says were erased.
fn erased(event: &Event) -> Vec<Subject> {
    let (requests, notes) = match (event.kind.as_str(), event.fact()) {
        ("erased", Ok(Fact::Erased { notes, .. })) => (event.request_id.into_iter().collect(), notes),
        ("case_deleted", Ok(Fact::CaseDeleted { requests, notes, .. })) => (requests, notes),
        _ => return Vec::new(),
    };
    requests.into_iter().map(Subject::Request).chain(notes.into_iter().map(Subject::Note)).collect()
}

type Standing = HashMap<Subject, (String, Vec<String>)>;

/// The salts and words that stand there now.
async fn standing(db: &Db, subjects: impl Iterator<Item = Subject>) -> Result<Standing> {
    let (mut requests, mut notes) = (Vec::new(), Vec::new());
    for subject in subjects {
        match subject {
            Subject::Request(id) => requests.push(id),
            Subject::Note(id) => notes.push(id),
        }
    }
    let mut standing = HashMap::with_capacity(requests.len() + notes.len());
    for some in requests.chunks(SOME) {
        let query = db.sql("select id, coalesce(proof_salt, salt) as salt, number, description, address from request where true");
        query
            .within(" and id", some.iter().copied())
            .each(|(id, salt, number, description, address): (i64, String, String, String, String)| {
                standing.insert(Subject::Request(id), (salt, vec![number, description, address]));
                Ok(())
            })
            .await?;
    }
    for some in notes.chunks(SOME) {
        let query = db.sql("select id, salt, text from note where true");
        query
            .within(" and id", some.iter().copied())
            .each(|(id, salt, text): (i64, String, String)| {
                standing.insert(Subject::Note(id), (salt, vec![text]));
                Ok(())
            })
            .await?;
    }
    Ok(standing)
}
