//! What a city promises of a service: a first answer and an end, within so much time, by priority.

use serde::{Deserialize, Serialize};

use super::service::Priority;
use super::words::words;
use super::{Catalog, Service, VERSION};
use crate::db::{Db, Tx};
use crate::error::{Error, Field, Result};
use crate::events::{self, Fact, New};
use crate::people::policy::{Act, On, Who, may};
use crate::versions::bump;

words! {
    /// Which time counts towards a promise.
    pub enum Counts {
        /// Every hour, day and night.
        Elapsed = "elapsed",
        /// The working hours of whoever is responsible.
        Worked = "worked",
    }
}

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Of cases with this priority; of all others without.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// Which time counts.
    pub counts: Counts,
    /// Minutes until somebody has answered or begun.
    #[serde(default)]
    pub response_minutes: Option<i64>,
    /// Minutes until the case is finished.
    #[serde(default)]
    pub resolution_minutes: Option<i64>,
}

/// Ten years.
const MOST_MINUTES: i64 = 5_256_000;

impl Service {
    /// What is promised of a case with this priority.
    pub fn target(&self, priority: &str) -> Option<&Target> {
        let of = |wanted: Option<&str>| self.targets.iter().find(|target| target.priority.map(Priority::word) == wanted);
        of(Some(priority)).or_else(|| of(None))
    }
}

/// Everything that is wrong with what is to be promised, by field.
fn problems(targets: &[Target]) -> Vec<Field> {
    let mut wrong = Vec::new();
    for (nth, target) in targets.iter().enumerate() {
        let mut say = |field: &str, problem: &str| wrong.push(Field::new(format!("targets.{nth}.{field}"), problem));
        if targets[..nth].iter().any(|other| other.priority == target.priority) {
            say("priority", "is there twice.");
        }
        for (field, minutes) in [("response_minutes", target.response_minutes), ("resolution_minutes", target.resolution_minutes)] {
            if minutes.is_some_and(|minutes| !(1..=MOST_MINUTES).contains(&minutes)) {
                say(field, "has to lie between 1 and 5256000 (ten years).");
            }
        }
        match (target.response_minutes, target.resolution_minutes) {
            (None, None) => say("resolution_minutes", "is missing: a target promises an answer, an end, or both."),
            (Some(response), Some(resolution)) if response > resolution => say("response_minutes", "is longer than the time to finish."),
            _ => {}
        }
    }
    wrong
}

/// What is set for a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = PromiseSetting)]
pub struct Setting {
    /// Code of the service.
    pub service: String,
    /// Name of the service.
    pub name: String,
    /// Changes with every change of it: the ETag.
    pub version: String,
    /// Name of the calendar whose hours count unless a rule gives a case to another agency; none where nobody keeps one.
    pub calendar: Option<String>,
    /// Hours to the end where no target says otherwise.
    pub due_hours: Option<i64>,
    /// What is promised.
    pub targets: Vec<Target>,
}

/// Changes with every change of what is promised.
fn version(service: &Service) -> String {
    events::digest([format!("{:?}", service.targets).as_bytes()]).chars().take(16).collect()
}

fn demand(who: &Who, service: &Service) -> Result<()> {
    let on = On { service: Some(service.id), agency: service.agency_id, ..On::default() };
    if may(who, Act::EditCatalog, &on) { Ok(()) } else { Err(Error::Forbidden("change what is promised of this service")) }
}

/// The name of the calendar that counts for a service before it is known whose the case is.
const CALENDAR: &str = "select name from calendar where id = coalesce((select calendar_id from agency where id = $1),
     (select id from calendar where city))";

impl Setting {
    /// What is promised of a service, for those who may change it.
    pub async fn read(db: &Db, who: &Who, catalog: &Catalog, code: &str) -> Result<Setting> {
        let service = catalog.by_code(code).ok_or(Error::NotFound("service"))?;
        demand(who, service)?;
        let calendar: Option<(String,)> = db.sql(CALENDAR).bind(service.agency_id).optional().await?;
        Ok(Setting {
            service: service.code.clone(),
            name: service.name.clone(),
            version: version(service),
            calendar: calendar.map(|(name,)| name),
            due_hours: service.due_hours,
            targets: service.targets.clone(),
        })
    }
}

/// Replaces what is promised of a service, of which `who` saw this version; `None` replaces whatever there is. What was promised of
/// a case before stays promised.
pub async fn promise(tx: &mut Tx, who: &Who, code: &str, targets: &[Target], seen: Option<&str>, now: i64) -> Result<()> {
    // The row is held from here on, so that of two who save at once the second sees what the first has saved.
    let held: Option<(i64,)> =
        tx.sql("update service set code = code where code = $1 returning id").bind(code.to_owned()).optional().await?;
    let (id,) = held.ok_or(Error::NotFound("service"))?;
    let catalog = super::read_in(tx).await?;
    let service = catalog.by_id(id).ok_or(Error::NotFound("service"))?;
    demand(who, service)?;
    let mut wrong = problems(targets);
    let calendar: Option<(String,)> = tx.sql(CALENDAR).bind(service.agency_id).optional().await?;
    for (nth, _) in targets.iter().enumerate().filter(|(_, target)| target.counts == Counts::Worked && calendar.is_none()) {
        let problem = "counts working hours, and neither the service's agency nor the city keeps a calendar. Make one first.";
        wrong.push(Field::new(format!("targets.{nth}.counts"), problem));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    if seen.is_some_and(|seen| seen != version(service)) {
        return Err(Error::Overtaken("Somebody else changed what is promised meanwhile. Look again and decide.".into()));
    }
    tx.sql("delete from target where service_id = $1").bind(id).run().await?;
    for target in targets {
        tx.sql("insert into target (service_id, priority, counts, response_minutes, resolution_minutes) values ($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(target.priority.map_or("", Priority::word).to_owned())
            .bind(target.counts.word().to_owned())
            .bind(target.response_minutes)
            .bind(target.resolution_minutes)
            .run()
            .await?;
    }
    events::append(tx, New::at(now, Fact::ServiceSaved { service: id }).by(who.member())).await?;
    bump(tx, VERSION, now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(priority: Option<Priority>, response: Option<i64>, resolution: Option<i64>) -> Target {
        Target { priority, counts: Counts::Elapsed, response_minutes: response, resolution_minutes: resolution }
    }

    #[test]
    fn a_promise_says_something_that_can_be_kept_once_a_priority() {
        assert_eq!(problems(&[target(None, None, Some(60)), target(Some(Priority::High), Some(5), Some(5))]), []);
        let fields = |targets: &[Target]| problems(targets).into_iter().map(|field| field.field).collect::<Vec<_>>();
        assert_eq!(fields(&[target(None, None, None)]), ["targets.0.resolution_minutes"]);
        assert_eq!(fields(&[target(None, Some(61), Some(60))]), ["targets.0.response_minutes"]);
        assert_eq!(
            fields(&[target(None, Some(0), Some(MOST_MINUTES + 1))]),
            ["targets.0.response_minutes", "targets.0.resolution_minutes"]
        );
        assert_eq!(fields(&[target(None, None, Some(1)), target(None, None, Some(2))]), ["targets.1.priority"]);
    }
}
