//! What staff set for each service, what that would have meant last month, and what was learnt, written to the catalogue. Each change
//! is an event, and takes effect with the next filing on any node.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::measure::history::{History, Wanted};
use super::measure::replay;
use crate::catalog::{self, Catalog, Duplicates, EVIDENCE, Policy, Service, Weights};
use crate::db::{Db, Tx};
use crate::error::{Error, Field, Result};
use crate::events::{self, Fact, New};
use crate::people::policy::{Act, On, Who, may};

/// Days of history that a preview looks at.
const PREVIEW_DAYS: i64 = 30;

const DAY: i64 = 86_400_000;

/// What staff may set for a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = DuplicateWish)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// What happens when a request looks like an open case.
    pub policy: Policy,
    /// How far apart the two may lie, in metres; 0 looks for none.
    pub radius_m: f64,
    /// How many days before the case may have been opened.
    pub window_days: i64,
    /// From which probability on it counts, between 0.01 and 0.99.
    pub threshold: f64,
    /// Codes of services whose open cases may be about the same thing; mutual.
    pub related: Vec<String>,
}

/// What is set for a service.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = DuplicateSetting)]
pub struct Setting {
    /// Code of the service.
    pub service: String,
    /// Name of the service.
    pub name: String,
    /// Changes with every change of it: the ETag.
    pub version: String,
    /// What is set.
    #[serde(flatten)]
    pub is: Wish,
}

/// How many of last month's requests a setting would have likened to an open case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = DuplicateCount)]
pub struct Count {
    /// Requests that the resident would have been asked about, or that would have been flagged.
    pub suggestions: usize,
    /// Requests that would have joined a case.
    pub joins: usize,
}

/// What a setting would have meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = DuplicatePreview)]
pub struct Preview {
    /// Days that were looked at, until now.
    pub days: i64,
    /// Requests of the service in these days.
    pub requests: usize,
    /// As it is set now.
    pub now: Count,
    /// Under the setting that was asked about.
    pub then: Count,
}

/// Whether somebody may change what is set for a service.
///
/// # Errors
/// [`Error::Forbidden`].
pub fn demand(who: &Who, service: &Service) -> Result<()> {
    let on = On { service: Some(service.id), agency: service.agency_id, ..On::default() };
    if may(who, Act::EditCatalog, &on) { Ok(()) } else { Err(Error::Forbidden("change what this service is set to")) }
}

impl Setting {
    /// What is set for a service now.
    pub fn of(catalog: &Catalog, service: &Service) -> Setting {
        let Duplicates { policy, radius_m, window_days, threshold, .. } = service.duplicates;
        let mut related: Vec<String> = service.related.iter().filter_map(|id| catalog.by_id(*id)).map(|other| other.code.clone()).collect();
        related.sort_unstable();
        let is = Wish { policy, radius_m, window_days, threshold, related };
        let version = events::digest([format!("{is:?}").as_bytes()]).chars().take(16).collect();
        Setting { service: service.code.clone(), name: service.name.clone(), version, is }
    }
}

impl Wish {
    fn over(&self, before: Duplicates) -> Duplicates {
        Duplicates {
            policy: self.policy,
            radius_m: self.radius_m,
            window_days: self.window_days,
            threshold: self.threshold,
            prior: before.prior,
        }
    }

    /// The services it names, or everything that is wrong with it.
    fn check(&self, catalog: &Catalog, service: &Service, most_m: f64) -> Result<Vec<i64>> {
        let mut wrong: Vec<Field> =
            self.over(service.duplicates).problems().into_iter().map(|(field, problem)| Field::new(field, problem)).collect();
        if self.radius_m > most_m {
            wrong.push(Field::new("radius_m", format!("is over this city's limit of {most_m} metres (limits.radius_m).")));
        }
        let mut related = Vec::new();
        for code in &self.related {
            match catalog.by_code(code) {
                Some(other) if other.id == service.id => wrong.push(Field::new("related", "names the service itself.")),
                Some(other) => related.push(other.id),
                None => wrong.push(Field::new("related", format!("names {code:?}, and there is no service with that code."))),
            }
        }
        if wrong.is_empty() { Ok(related) } else { Err(Error::Invalid(wrong)) }
    }
}

/// A change that somebody on staff asks for.
pub struct Change<'a> {
    /// What is wished.
    pub wish: &'a Wish,
    /// The version that they looked at; none overwrites whatever is there.
    pub seen: Option<&'a str>,
    /// The city's limit of any radius, in metres.
    pub most_m: f64,
    /// Who asks.
    pub by: &'a Who,
}

/// Sets what staff wish for a service.
///
/// # Errors
/// [`Error::Invalid`] by field, [`Error::Conflict`] when somebody else changed it meanwhile.
pub async fn save(tx: &mut Tx, catalog: &Catalog, service: &Service, change: &Change<'_>, now: i64) -> Result<()> {
    let Change { wish, seen, most_m, by } = *change;
    let related = wish.check(catalog, service, most_m)?;
    // The row is held from here on, so that of two who save at once the second sees what the first has saved.
    tx.sql("update service set code = code where id = $1").bind(service.id).run().await?;
    let fresh = catalog::read_in(tx).await?;
    let stands = fresh.by_id(service.id).ok_or(Error::NotFound("service"))?;
    if seen.is_some_and(|seen| seen != Setting::of(&fresh, stands).version) {
        return Err(Error::Conflict("Somebody else changed this service meanwhile. Look again and decide.".into()));
    }
    tx.sql(
        "update service set duplicate_policy = $1, duplicate_radius_m = $2, duplicate_window_days = $3, duplicate_threshold = $4 where id = $5",
    )
    .bind(wish.policy.word())
    .bind(wish.radius_m)
    .bind(wish.window_days)
    .bind(wish.threshold)
    .bind(service.id)
    .run()
    .await?;
    catalog::relate_only(tx, service.id, &related).await?;
    events::append(tx, New::at(now, Fact::ServiceSaved { service: service.id }).by(by.member())).await?;
    catalog::changed(tx, now).await
}

/// What a wish would have meant for the requests of the last days, replayed from what was filed.
pub async fn preview(db: &Db, catalog: &Catalog, service: &Service, wish: &Wish, most_m: f64, now: i64) -> Result<Preview> {
    let related = wish.check(catalog, service, most_m)?;
    let set = wish.over(service.duplicates);
    let window = set.window_days.max(service.duplicates.window_days);
    let services: Vec<i64> = std::iter::once(service.id).chain(related.iter().copied()).chain(service.related.iter().copied()).collect();
    let wanted = Wanted { source: None, since: Some(now - (PREVIEW_DAYS + window) * DAY), services: Some(services) };
    let mut history = History::read(db, catalog, &wanted).await?;
    let kind = catalog.all().iter().position(|one| one.id == service.id).ok_or(Error::NotFound("service"))?;
    let weights = *catalog.weights();
    let others = related.iter().filter_map(|id| catalog.all().iter().position(|one| one.id == *id)).collect();
    let work = move || {
        let since = history.filed.partition_point(|filed| filed.report.at < now - PREVIEW_DAYS * DAY);
        let count = |history: &History| {
            let likened = replay(history, &weights, kind, since);
            let policy = history.kinds[kind].set.policy;
            let joins = if policy == Policy::Join { likened.iter().filter(|joinable| **joinable).count() } else { 0 };
            Count { suggestions: likened.len() - joins, joins }
        };
        let before = count(&history);
        (history.kinds[kind].set, history.kinds[kind].related) = (set, others);
        let requests = history.filed[since..].iter().filter(|filed| filed.kind == kind).count();
        Preview { days: PREVIEW_DAYS, requests, now: before, then: count(&history) }
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

/// What was learnt of one service, by codes.
pub struct Learnt {
    /// The service.
    pub code: String,
    /// Its radius, window, threshold and prior.
    pub set: Duplicates,
    /// Services that are asked for in its place.
    pub related: Vec<String>,
}

/// Writes what was learnt from a history: the weights, and radius, window, threshold, prior and related services of each service that
/// is known here by its code; how many. The policy stays what staff made it, and what they related stays related.
pub async fn learn(tx: &mut Tx, services: &[Learnt], weights: &Weights, now: i64) -> Result<usize> {
    let known: HashMap<String, i64> = tx.sql("select code, id from service").all::<(String, i64)>().await?.into_iter().collect();
    let mut count = 0;
    for Learnt { code, set, related } in services {
        let Some(&service) = known.get(code) else { continue };
        tx.sql(
            "update service set duplicate_radius_m = $1, duplicate_window_days = $2, duplicate_threshold = $3, duplicate_prior = $4
             where id = $5",
        )
        .bind(set.radius_m)
        .bind(set.window_days)
        .bind(set.threshold)
        .bind(set.prior)
        .bind(service)
        .run()
        .await?;
        for other in related.iter().filter_map(|code| known.get(code)) {
            tx.sql("insert into service_related (service_id, related_id) values ($1, $2) on conflict do nothing")
                .bind(service)
                .bind(*other)
                .run()
                .await?;
        }
        events::append(tx, New::at(now, Fact::ServiceSaved { service })).await?;
        count += 1;
    }
    for (kind, weight) in EVIDENCE.iter().zip(&weights.0) {
        tx.sql("insert into duplicate_weight (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value")
            .bind(*kind)
            .bind(*weight)
            .run()
            .await?;
    }
    catalog::changed(tx, now).await?;
    Ok(count)
}
