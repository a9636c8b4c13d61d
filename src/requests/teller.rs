//! Tells residents who left a mail address what became of their requests: a follower of the log, once for the whole cluster,
//! which puts messages into the outbox in the transaction that moves its cursor.
//!
//! What happened elsewhere and is only recorded here (imports, the demo) tells nobody, and neither does what happened too
//! long ago. What somebody did to a request oneself is not told back.

use crate::cases::Status;
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::events::{ClusterFollower, Event, Fact};
use crate::notices::{Notice, Notices, Template};
use crate::people::contact;
use crate::people::follow::Follow;
use crate::record;

use super::Number;

/// Writes to residents.
#[derive(Clone)]
pub struct Teller {
    /// Puts messages into the outbox.
    pub notices: Notices,
    /// Makes the links.
    pub follow: Follow,
    /// The time.
    pub clock: Clock,
    /// What is older than so many milliseconds is not told any more.
    pub stale_ms: i64,
}

record! {
    /// A request whose resident can be written to.
    struct Told {
        id: i64,
        number: String,
        salt: String,
        language: String,
        service: String,
    }
}

/// Requests that came by our own doors and were not taken back.
const TOLD: &str = "select r.id, r.number, r.salt, r.language, s.name as service from request r join service s on s.id = r.service_id
     where r.external_id is null and r.withdrawn_at is null";

impl ClusterFollower for Teller {
    fn name(&self) -> &'static str {
        "notices"
    }

    async fn react(&self, tx: &mut Tx, events: &[Event]) -> Result<()> {
        let now = self.clock.now();
        let recent = || events.iter().filter(|event| event.at > now - self.stale_ms);
        let filed: Vec<i64> =
            recent().filter(|event| matches!(event.kind.as_str(), "filed" | "joined")).filter_map(|e| e.request_id).collect();
        if !filed.is_empty() {
            let told: Vec<Told> = tx.sql(TOLD).within(" and r.id", filed).push(" order by r.id").all().await?;
            for (request, email) in reached(tx, told).await? {
                let once = format!("received {}", request.id);
                self.tell(tx, Template::Received, (&request, &email), "", once, now).await?;
            }
        }
        for event in recent().filter(|event| event.kind == "moved") {
            let (Fact::Moved { from, to }, Some(case)) = (event.fact()?, event.case_id) else { continue };
            if !ends(&from, &to) {
                continue;
            }
            let told: Vec<Told> = tx.sql(TOLD).filter(" and r.case_id = ", Some(case)).push(" order by r.id").all().await?;
            for (request, email) in reached(tx, told).await?.iter().filter(|(request, _)| event.request_id != Some(request.id)) {
                let once = format!("finished {} {}", request.id, event.position);
                self.tell(tx, Template::Finished, (request, email), &to, once, now).await?;
            }
        }
        Ok(())
    }
}

/// Whether a move finishes a case that was open.
fn ends(from: &str, to: &str) -> bool {
    let finished = |word: &str| Status::parse(word).is_some_and(Status::finished);
    finished(to) && !finished(from)
}

/// Those whose residents left a mail address, with it.
async fn reached(tx: &mut Tx, told: Vec<Told>) -> Result<Vec<(Told, String)>> {
    let ids: Vec<i64> = told.iter().map(|request| request.id).collect();
    let mut mail = contact::mail_of(tx, &ids).await?;
    Ok(told.into_iter().filter_map(|request| mail.remove(&request.id).map(|email| (request, email))).collect())
}

impl Teller {
    async fn tell(&self, tx: &mut Tx, template: Template, to: (&Told, &str), status: &str, once: String, now: i64) -> Result<()> {
        let (request, email) = to;
        let number = Number::parse(&request.number).ok_or_else(|| Error::internal("a stored number is malformed"))?.to_string();
        let link = self.notices.url(&self.follow.path(&request.salt, &request.number));
        let words = [("number", number.as_str()), ("service", &request.service), ("status", status), ("link", &link)];
        let notice =
            Notice { language: &request.language, request: Some(request.id), once: Some(once), ..Notice::mail(template, email, &words) };
        self.notices.put(tx, &notice, now).await?;
        Ok(())
    }
}
