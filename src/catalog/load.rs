//! Reads the whole catalogue from its rows. It is small (hundreds of services) and changes seldom, so there is no reading of
//! one service.

use std::collections::HashMap;
use std::str::FromStr;

use super::{Attribute, Choice, Duplicates, Priority, Service, Target, Weights};
use crate::error::{Error, Result};
use crate::privacy::PlacePrivacy;
use crate::record;
use crate::versions::Source;

record! { struct ServiceRow {
    id: i64, code: String, name: String, description: String, group_name: String, keywords: String, kind: String,
    agency_id: Option<i64>, priority: String, due_hours: Option<i64>, duplicate_policy: String, duplicate_radius_m: f64,
    duplicate_window_days: i64, duplicate_threshold: f64, duplicate_prior: f64, photo_review: bool, active: bool,
    place_privacy: PlacePrivacy, sensitive: bool,
} }
record! { struct AttributeRow {
    id: i64, service_id: i64, code: String, ordinal: i64, variable: bool, datatype: String, required: bool, description: String,
    datatype_description: String, condition_json: Option<String>,
} }
record! { struct TargetRow { service_id: i64, priority: String, counts: String, response_minutes: Option<i64>, resolution_minutes: Option<i64> } }
record! { struct ValueRow { attribute_id: i64, key: String, name: String, stop: Option<String> } }

impl Source<'_> {
    /// Every service, by id.
    pub(super) async fn services(&mut self) -> Result<Vec<Service>> {
        let services: Vec<ServiceRow> = self.sql("select * from service order by id").all().await?;
        let mut choices: HashMap<i64, Vec<Choice>> = HashMap::new();
        for row in self.sql("select * from attribute_value order by attribute_id, ordinal").all::<ValueRow>().await? {
            choices.entry(row.attribute_id).or_default().push(Choice { key: row.key, name: row.name, stop: row.stop });
        }
        let mut questions: HashMap<i64, Vec<Attribute>> = HashMap::new();
        for row in self.sql("select * from attribute order by service_id, ordinal").all::<AttributeRow>().await? {
            let values = choices.remove(&row.id).unwrap_or_default();
            questions.entry(row.service_id).or_default().push(row.with(values)?);
        }
        let mut relations: HashMap<i64, Vec<i64>> = HashMap::new();
        for (service, other) in self.sql("select service_id, related_id from service_related order by related_id").all().await? {
            relations.entry(service).or_default().push(other);
        }
        let mut promised: HashMap<i64, Vec<Target>> = HashMap::new();
        for row in self.sql("select * from target order by service_id, priority").all::<TargetRow>().await? {
            promised.entry(row.service_id).or_default().push(row.target()?);
        }
        let whole = |row: ServiceRow| {
            let (questions, related) = (questions.remove(&row.id).unwrap_or_default(), relations.remove(&row.id).unwrap_or_default());
            let targets = promised.remove(&row.id).unwrap_or_default();
            Ok(Service { related, targets, ..row.with(questions)? })
        };
        services.into_iter().map(whole).collect()
    }
}

impl Source<'_> {
    /// What each kind of evidence for a duplicate weighs.
    pub(super) async fn weights(&mut self) -> Result<Weights> {
        Weights::from_rows(self.sql("select name, value from duplicate_weight").all().await?)
    }
}

impl ServiceRow {
    fn with(self, attributes: Vec<Attribute>) -> Result<Service> {
        Ok(Service {
            id: self.id,
            name: self.name,
            description: self.description,
            group: self.group_name,
            keywords: self.keywords.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            kind: known(&self.code, &self.kind)?,
            agency_id: self.agency_id,
            priority: known(&self.code, &self.priority)?,
            due_hours: self.due_hours,
            duplicates: Duplicates {
                policy: known(&self.code, &self.duplicate_policy)?,
                radius_m: self.duplicate_radius_m,
                window_days: self.duplicate_window_days,
                threshold: self.duplicate_threshold,
                prior: self.duplicate_prior,
            },
            photo_review: self.photo_review,
            active: self.active,
            place_privacy: self.place_privacy,
            sensitive: self.sensitive,
            related: Vec::new(),
            targets: Vec::new(),
            attributes,
            code: self.code,
        })
    }
}

impl TargetRow {
    fn target(self) -> Result<Target> {
        let priority = if self.priority.is_empty() { None } else { Some(known::<Priority>("target", &self.priority)?) };
        let (response_minutes, resolution_minutes) = (self.response_minutes, self.resolution_minutes);
        Ok(Target { priority, counts: known("target", &self.counts)?, response_minutes, resolution_minutes })
    }
}

impl AttributeRow {
    fn with(self, values: Vec<Choice>) -> Result<Attribute> {
        Ok(Attribute {
            variable: self.variable,
            datatype: known(&self.code, &self.datatype)?,
            required: self.required,
            order: self.ordinal,
            description: self.description,
            datatype_description: self.datatype_description,
            values,
            condition: self.condition_json.as_deref().map(serde_json::from_str).transpose()?,
            code: self.code,
        })
    }
}

/// A word of a row; one that is not known was written by something other than [`save`](super::save).
fn known<T: FromStr<Err = String>>(row: &str, word: &str) -> Result<T> {
    word.parse().map_err(|problem| Error::internal(format!("a word in the row of {row:?} {problem}")))
}
