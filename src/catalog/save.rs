//! Writes services. Refuses a draft with problems, and never deletes a service: requests point at it for ever, so it is
//! retired by `active`.

use std::collections::HashMap;

use super::{AttributeDraft, ServiceDraft, VERSION};
use crate::db::Tx;
use crate::error::{Error, Field, Result};
use crate::events::{self, Fact};
use crate::versions::bump;

/// Saves one service, new or known by its code, and returns its id. `now` is in epoch milliseconds.
/// `member` is who did it, for the log.
pub async fn save(tx: &mut Tx, draft: &ServiceDraft, member: Option<i64>, now: i64) -> Result<i64> {
    Ok(save_all(tx, std::slice::from_ref(draft), member, now).await?[0])
}

/// Saves services that may name each other as related, and returns their ids in order. All of them or, with
/// [`Error::Invalid`], none: its fields begin with the code of the service where there are several.
pub async fn save_all(tx: &mut Tx, drafts: &[ServiceDraft], member: Option<i64>, now: i64) -> Result<Vec<i64>> {
    let name = |draft: &ServiceDraft, field: &str| if drafts.len() == 1 { field.to_owned() } else { format!("{}.{field}", draft.code) };
    let mut wrong: Vec<Field> = Vec::new();
    for draft in drafts {
        wrong.extend(draft.problems().into_iter().map(|problem| Field::new(name(draft, &problem.field), problem.problem)));
    }
    let agencies: HashMap<String, i64> = tx.sql("select code, id from agency").all::<(String, i64)>().await?.into_iter().collect();
    for draft in drafts {
        if let Some(agency) = draft.agency.as_ref().filter(|agency| !agencies.contains_key(*agency)) {
            wrong.push(Field::new(name(draft, "agency"), format!("is {agency:?}, and there is no agency with that code.")));
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let mut ids = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let id = upsert(tx, draft, draft.agency.as_ref().and_then(|agency| agencies.get(agency)).copied()).await?;
        replace_attributes(tx, id, &draft.attributes).await?;
        ids.push(id);
    }
    let services: HashMap<String, i64> = tx.sql("select code, id from service").all::<(String, i64)>().await?.into_iter().collect();
    // All of the old relations go before any of the new ones come, or the second draft would undo what the first one said.
    for id in &ids {
        tx.sql("delete from service_related where service_id = $1 or related_id = $1").bind(*id).run().await?;
    }
    for (draft, id) in drafts.iter().zip(&ids) {
        for code in &draft.related {
            let Some(other) = services.get(code) else {
                return Err(Error::invalid(name(draft, "related"), format!("names {code:?}, and there is no service with that code.")));
            };
            relate(tx, *id, *other).await?;
        }
    }
    for &service in &ids {
        events::append(tx, events::New::at(now, Fact::ServiceSaved { service }).by(member)).await?;
    }
    bump(tx, VERSION, now).await?;
    Ok(ids)
}

/// Tells every process that the catalogue changed, after a change that was not made here.
pub async fn changed(tx: &mut Tx, now: i64) -> Result<()> {
    bump(tx, VERSION, now).await
}

async fn upsert(tx: &mut Tx, draft: &ServiceDraft, agency: Option<i64>) -> Result<i64> {
    let (id,) = tx
        .sql(
            "insert into service (code, name, description, group_name, keywords, kind, agency_id, priority, due_hours,
                 duplicate_policy, duplicate_radius_m, duplicate_window_days, duplicate_threshold, duplicate_prior, photo_review, active,
                 place_privacy, sensitive)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
             on conflict (code) do update set name = excluded.name, description = excluded.description,
                 group_name = excluded.group_name, keywords = excluded.keywords, kind = excluded.kind, agency_id = excluded.agency_id,
                 priority = excluded.priority, due_hours = excluded.due_hours, duplicate_policy = excluded.duplicate_policy,
                 duplicate_radius_m = excluded.duplicate_radius_m, duplicate_window_days = excluded.duplicate_window_days,
                 duplicate_threshold = excluded.duplicate_threshold, duplicate_prior = excluded.duplicate_prior,
                 photo_review = excluded.photo_review, active = excluded.active, place_privacy = excluded.place_privacy,
                 sensitive = excluded.sensitive
             returning id",
        )
        .bind(draft.code.clone())
        .bind(draft.name.trim().to_owned())
        .bind(draft.description.trim().to_owned())
        .bind(draft.group.trim().to_owned())
        .bind(draft.keywords.iter().map(|word| word.trim()).collect::<Vec<_>>().join(","))
        .bind(draft.kind.word().to_owned())
        .bind(agency)
        .bind(draft.priority.word().to_owned())
        .bind(draft.due_hours)
        .bind(draft.duplicates.policy.word().to_owned())
        .bind(draft.duplicates.radius_m)
        .bind(draft.duplicates.window_days)
        .bind(draft.duplicates.threshold)
        .bind(draft.duplicates.prior)
        .bind(draft.photo_review)
        .bind(draft.active)
        .bind(draft.place_privacy)
        .bind(draft.sensitive)
        .one::<(i64,)>()
        .await?;
    Ok(id)
}

/// Questions are replaced as a whole: answers are kept with the code of their question, not with its row.
async fn replace_attributes(tx: &mut Tx, service: i64, attributes: &[AttributeDraft]) -> Result<()> {
    tx.sql("delete from attribute_value where attribute_id in (select id from attribute where service_id = $1)")
        .bind(service)
        .run()
        .await?;
    tx.sql("delete from attribute where service_id = $1").bind(service).run().await?;
    for (attribute, order) in attributes.iter().zip(1i64..) {
        let condition = attribute.condition.as_ref().map(serde_json::to_string).transpose()?;
        let (id,) = tx
            .sql(
                "insert into attribute (service_id, code, ordinal, variable, datatype, required, description, datatype_description, condition_json)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
            )
            .bind(service)
            .bind(attribute.code.clone())
            .bind(order)
            .bind(attribute.variable)
            .bind(attribute.datatype.word().to_owned())
            .bind(attribute.required)
            .bind(attribute.description.clone())
            .bind(attribute.datatype_description.clone())
            .bind(condition)
            .one::<(i64,)>()
            .await?;
        for (choice, order) in attribute.values.iter().zip(1i64..) {
            tx.sql("insert into attribute_value (attribute_id, key, name, ordinal, stop) values ($1, $2, $3, $4, $5)")
                .bind(id)
                .bind(choice.key.clone())
                .bind(choice.name.clone())
                .bind(order)
                .bind(choice.stop.clone())
                .run()
                .await?;
        }
    }
    Ok(())
}

/// Makes these the only services that a service is related to.
pub async fn relate_only(tx: &mut Tx, service: i64, others: &[i64]) -> Result<()> {
    tx.sql("delete from service_related where service_id = $1 or related_id = $1").bind(service).run().await?;
    for &other in others {
        relate(tx, service, other).await?;
    }
    Ok(())
}

/// Relations hold both ways.
async fn relate(tx: &mut Tx, one: i64, other: i64) -> Result<()> {
    for (service, related) in [(one, other), (other, one)] {
        tx.sql("insert into service_related (service_id, related_id) values ($1, $2) on conflict do nothing")
            .bind(service)
            .bind(related)
            .run()
            .await?;
    }
    Ok(())
}
