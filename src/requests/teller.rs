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
        email: String,
    }
}

/// Requests that came by our own doors, of residents who left a mail address.
const TOLD: &str = "select r.id, r.number, r.salt, r.language, s.name as service, k.email
     from request r join contact k on k.request_id = r.id join service s on s.id = r.service_id
     where r.external_id is null and r.withdrawn_at is null and k.email <> ''";

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
            for request in told {
                let once = format!("received {}", request.id);
                self.tell(tx, Template::Received, &request, "", once, now).await?;
            }
        }
        for event in recent().filter(|event| event.kind == "moved") {
            let (Fact::Moved { from, to }, Some(case)) = (event.fact()?, event.case_id) else { continue };
            if !ends(&from, &to) {
                continue;
            }
            let told: Vec<Told> = tx.sql(TOLD).filter(" and r.case_id = ", Some(case)).push(" order by r.id").all().await?;
            for request in told.iter().filter(|request| event.request_id != Some(request.id)) {
                let once = format!("finished {} {}", request.id, event.position);
                self.tell(tx, Template::Finished, request, &to, once, now).await?;
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

impl Teller {
    async fn tell(&self, tx: &mut Tx, template: Template, request: &Told, status: &str, once: String, now: i64) -> Result<()> {
        let number = Number::parse(&request.number).ok_or_else(|| Error::internal("a stored number is malformed"))?.to_string();
        let link = self.notices.url(&self.follow.path(&request.salt, &request.number));
        let words = [("number", number.as_str()), ("service", &request.service), ("status", status), ("link", &link)];
        let notice = Notice {
            language: &request.language,
            request: Some(request.id),
            once: Some(once),
            ..Notice::mail(template, &request.email, &words)
        };
        self.notices.put(tx, &notice, now).await?;
        Ok(())
    }
}
