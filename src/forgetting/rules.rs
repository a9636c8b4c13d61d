//! The rules of retention: after how many days a finished case loses what is personal, and after how many it goes altogether.
//!
//! For each action the most exact rule counts: that of the service and status, then that of the service, then that of the status, then
//! that of everything. Deciding is pure.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::cases::{STATUSES, Status};
use crate::db::{Db, Tx};
use crate::error::{Error, Field, Result};
use crate::events::{Fact, New, append};
use crate::record;

/// A day in milliseconds.
pub(super) const DAY: i64 = 86_400_000;
/// The longest time that a rule may name: a hundred years.
const LONGEST: i64 = 36_500;
/// The most rules.
const MOST: usize = 1000;

/// What becomes of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = RetentionAction)]
pub enum Action {
    /// Words, contact, photos go; service, times, place and number stay.
    Anonymise,
    /// All of it goes.
    Delete,
}

impl Action {
    /// The word of the wire and of the database.
    pub const fn word(self) -> &'static str {
        match self {
            Action::Anonymise => "anonymise",
            Action::Delete => "delete",
        }
    }
}

/// A rule as people write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RetentionRule)]
pub struct Rule {
    /// Code of the service; none for every service.
    pub service: Option<String>,
    /// The status in which the case was finished; none for every one.
    pub status: Option<Status>,
    /// Days since it was finished.
    pub days: i64,
    /// What becomes of it.
    pub action: Action,
}

record! {
    struct Row {
        service: Option<String>,
        service_id: Option<i64>,
        status: Option<Status>,
        days: i64,
        action: Action,
    }
}

/// A rule whose service is known by its id.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ready {
    pub service: Option<i64>,
    pub status: Option<Status>,
    pub days: i64,
    pub action: Action,
}

const ROWS: &str = "select s.code as service, r.service_id, r.status, r.days, r.action
    from retention_rule r left join service s on s.id = r.service_id order by r.id";

/// Every rule, in the order in which they were written.
pub async fn rules(db: &Db) -> Result<Vec<Rule>> {
    let rows: Vec<Row> = db.sql(ROWS).all().await?;
    Ok(rows.into_iter().map(|Row { service, status, days, action, .. }| Rule { service, status, days, action }).collect())
}

pub(super) async fn ready(db: &Db) -> Result<Vec<Ready>> {
    let rows: Vec<Row> = db.sql(ROWS).all().await?;
    Ok(rows.into_iter().map(|Row { service_id, status, days, action, .. }| Ready { service: service_id, status, days, action }).collect())
}

/// Looks up the services of rules that are only tried, and checks them as if they were to be kept.
pub(super) async fn tried(db: &Db, rules: &[Rule]) -> Result<Vec<Ready>> {
    let services: Vec<(String, i64)> = db.sql("select code, id from service").all().await?;
    check(rules, &services)
}

/// Replaces every rule.
pub async fn replace(tx: &mut Tx, rules: &[Rule], by: Option<i64>, now: i64) -> Result<()> {
    let services: Vec<(String, i64)> = tx.sql("select code, id from service").all().await?;
    let ready = check(rules, &services)?;
    tx.sql("delete from retention_rule").run().await?;
    for rule in &ready {
        tx.sql("insert into retention_rule (service_id, status, days, action) values ($1, $2, $3, $4)")
            .bind(rule.service)
            .bind(rule.status)
            .bind(rule.days)
            .bind(rule.action.word())
            .run()
            .await?;
    }
    append(tx, New::at(now, Fact::RetentionSet { rules: ready.len() as u64 }).by(by)).await
}

fn check(rules: &[Rule], services: &[(String, i64)]) -> Result<Vec<Ready>> {
    if rules.len() > MOST {
        return Err(Error::invalid("rules", format!("has {} rules; at most {MOST} are taken.", rules.len())));
    }
    let (mut ready, mut problems, mut seen) = (Vec::with_capacity(rules.len()), Vec::new(), HashSet::new());
    for (nth, rule) in rules.iter().enumerate() {
        let service = rule.service.as_ref().map(|code| services.iter().find(|(known, _)| known == code).map(|(_, id)| *id));
        let mut problem = |field: &str, words: String| problems.push(Field::new(format!("rules.{nth}.{field}"), words));
        if service == Some(None) {
            problem("service", "is not the code of a service.".into());
        }
        if rule.status.is_some_and(|status| !status.finished()) {
            let finished: Vec<&str> = STATUSES.into_iter().filter(|status| status.finished()).map(Status::word).collect();
            problem("status", format!("is not one in which a case is finished: {}.", finished.join(", ")));
        }
        if !(1..=LONGEST).contains(&rule.days) {
            problem("days", format!("must be 1 to {LONGEST}."));
        }
        if !seen.insert((rule.service.clone(), rule.status, rule.action)) {
            problem("action", "is said twice of the same cases.".into());
        }
        ready.push(Ready { service: service.flatten(), status: rule.status, days: rule.days, action: rule.action });
    }
    if problems.is_empty() { Ok(ready) } else { Err(Error::Invalid(problems)) }
}

/// A finished case as the rules see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finished {
    pub service: i64,
    pub status: Status,
    pub closed_at: i64,
    /// Whether anything personal is left.
    pub personal: bool,
}

/// What is due for a case.
pub(super) fn decide(rules: &[Ready], case: &Finished, now: i64) -> Option<Action> {
    let due = |action: Action| {
        let fits = |rule: &&Ready| {
            rule.action == action
                && rule.service.is_none_or(|service| service == case.service)
                && rule.status.is_none_or(|status| status == case.status)
        };
        let most_exact = rules.iter().filter(fits).max_by_key(|rule| (rule.service.is_some(), rule.status.is_some()));
        most_exact.is_some_and(|rule| case.closed_at <= now - rule.days * DAY)
    };
    if due(Action::Delete) {
        return Some(Action::Delete);
    }
    (case.personal && due(Action::Anonymise)).then_some(Action::Anonymise)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(service: Option<i64>, status: Option<Status>, days: i64, action: Action) -> Ready {
        Ready { service, status, days, action }
    }

    #[test]
    fn the_most_exact_rule_of_each_action_counts_and_deleting_wins() {
        use Action::{Anonymise, Delete};
        let rules = [
            rule(None, None, 100, Anonymise),
            rule(None, Some(Status::Cancelled), 10, Anonymise),
            rule(Some(1), None, 50, Anonymise),
            rule(Some(1), Some(Status::Cancelled), 70, Anonymise),
            rule(Some(2), None, 365, Delete),
        ];
        for (service, status, days, wanted) in [
            (3, Status::Closed, 99, None),
            (3, Status::Closed, 100, Some(Anonymise)),
            (3, Status::Cancelled, 10, Some(Anonymise)),
            (1, Status::Closed, 49, None),
            (1, Status::Closed, 50, Some(Anonymise)),
            (1, Status::Cancelled, 69, None),
            (1, Status::Cancelled, 70, Some(Anonymise)),
            (2, Status::Closed, 364, Some(Anonymise)),
            (2, Status::Closed, 365, Some(Delete)),
        ] {
            let case = Finished { service, status, closed_at: 0, personal: true };
            assert_eq!(decide(&rules, &case, days * DAY), wanted, "{service} {status} {days}");
            let empty = Finished { personal: false, ..case };
            assert_eq!(decide(&rules, &empty, days * DAY), wanted.filter(|action| *action == Delete));
        }
        assert_eq!(decide(&[], &Finished { service: 1, status: Status::Closed, closed_at: 0, personal: true }, i64::MAX / 2), None);
    }

    #[test]
    fn a_rule_that_cannot_be_is_named() {
        let services = [("noise".to_owned(), 7)];
        let of = |service: Option<&str>, status, days| Rule { service: service.map(str::to_owned), status, days, action: Action::Delete };
        let rules = [of(Some("noise"), None, 1), of(Some("none"), Some(Status::New), 0), of(Some("noise"), None, 2)];
        let Err(Error::Invalid(problems)) = check(&rules, &services) else { panic!("refused") };
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["rules.1.service", "rules.1.status", "rules.1.days", "rules.2.action"]);
        assert_eq!(check(&rules[..1], &services).map(|ready| ready[0].service).ok(), Some(Some(7)));
    }
}
