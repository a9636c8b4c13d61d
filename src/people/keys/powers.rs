//! The powers of a key: given by codes, read as the policy sees them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::db::{Db, Tx};
use crate::error::{Error, Field, Result};
use crate::people::policy::{Act, Grant, POWERS, Power, Reach, Role, Scope, Who, anywhere, holds, may_give};
use crate::people::staff::{self, NewGrant};
use crate::record;

/// A power about to be given, in the codes that people use; what is `None` is no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPower {
    /// The power's word.
    pub power: String,
    /// The code of the agency it is limited to.
    pub agency: Option<String>,
    /// The layer and code of the jurisdiction it is limited to, as `layer:code`.
    pub jurisdiction: Option<String>,
    /// The code of the service it is limited to.
    pub service: Option<String>,
}

impl NewPower {
    /// Powers without limits.
    pub fn everywhere(words: &[&str]) -> Vec<NewPower> {
        let power = |word: &&str| NewPower { power: (*word).to_owned(), agency: None, jurisdiction: None, service: None };
        words.iter().map(power).collect()
    }
}

/// A power as people read it.
#[derive(Debug, Clone, Serialize, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
pub struct Given {
    /// `file`, `read`, or a role that changes nothing.
    pub power: String,
    /// The code of the agency it is limited to.
    pub agency: Option<String>,
    /// The jurisdiction it is limited to, as `layer:code`.
    pub jurisdiction: Option<String>,
    /// The code of the service it is limited to.
    pub service: Option<String>,
}

record! {
    struct Row {
        api_key_id: i64,
        power: String,
        agency_id: Option<i64>,
        jurisdiction_id: Option<i64>,
        service_id: Option<i64>,
        agency: Option<String>,
        layer: Option<String>,
        jurisdiction: Option<String>,
        service: Option<String>,
    }
}

const ROWS: &str = "select g.api_key_id, g.power, g.agency_id, g.jurisdiction_id, g.service_id, agency.code as agency, layer.code as layer,
        j.code as jurisdiction, service.code as service
     from api_key_grant g left join agency on agency.id = g.agency_id left join jurisdiction j on j.id = g.jurisdiction_id
     left join layer on layer.id = j.layer_id left join service on service.id = g.service_id where 1 = 1";

impl Row {
    fn power(&self) -> Result<Power> {
        Power::parse(&self.power)
            .ok_or_else(|| Error::internal(format!("key {} was given `{}`, which is no power", self.api_key_id, self.power)))
    }

    fn grant(&self) -> Result<Grant> {
        let Row { agency_id: agency, jurisdiction_id: jurisdiction, service_id: service, .. } = *self;
        Ok(Grant { role: role(self.power()?), agency, jurisdiction, service })
    }

    fn given(self) -> Given {
        let jurisdiction = self.layer.zip(self.jurisdiction).map(|(layer, code)| format!("{layer}:{code}"));
        Given { power: self.power, agency: self.agency, jurisdiction, service: self.service }
    }
}

/// What somebody must be able to give who gives the power: filing and public reading are a resident's.
const fn role(power: Power) -> Role {
    match power {
        Power::File | Power::Read => Role::Resident,
        Power::As(role) => role,
    }
}

pub(super) async fn give(tx: &mut Tx, who: Option<&Who>, key: i64, powers: &[NewPower]) -> Result<()> {
    for new in powers {
        let known = || format!("must be one of {}", POWERS.map(Power::word).join(", "));
        let power = Power::parse(&new.power).ok_or_else(|| Error::invalid("power", known()))?;
        // A filing is checked before it is routed, and public reading has no limits to keep.
        let limit = match power {
            Power::File => new.jurisdiction.as_ref().map(|_| "jurisdiction"),
            Power::Read => new.jurisdiction.as_ref().or(new.agency.as_ref()).or(new.service.as_ref()).map(|_| "power"),
            Power::As(_) => None,
        };
        if let Some(field) = limit {
            return Err(Error::Invalid(vec![Field::new(field, format!("cannot limit `{}`; leave it out", power.word()))]));
        }
        let scope = NewGrant {
            role: role(power),
            agency: new.agency.clone(),
            jurisdiction: new.jurisdiction.clone(),
            service: new.service.clone(),
        };
        let grant = staff::meant(tx, &scope).await?;
        if who.is_some_and(|who| !gives(who, power, &grant)) {
            return Err(Error::Forbidden("give a key more than you hold yourself"));
        }
        tx.sql("insert into api_key_grant (api_key_id, power, agency_id, jurisdiction_id, service_id) values ($1, $2, $3, $4, $5)")
            .bind(key)
            .bind(power.word())
            .bind(grant.agency)
            .bind(grant.jurisdiction)
            .bind(grant.service)
            .run()
            .await?;
    }
    Ok(())
}

fn gives(who: &Who, power: Power, grant: &Grant) -> bool {
    if power == Power::Read { anywhere(who, Act::ManageStaff) } else { may_give(who, grant) }
}

/// Refuses whoever may not give what the key holds; whoever may not even see the key is told that there is none.
pub(super) async fn demand(tx: &mut Tx, who: Option<&Who>, key: i64) -> Result<()> {
    let Some(who) = who else { return Ok(()) };
    let rows: Vec<Row> = tx.sql(ROWS).filter(" and g.api_key_id = ", Some(key)).all().await?;
    if !sees(who, &rows)? {
        return Err(Error::NotFound("key"));
    }
    for row in &rows {
        if !gives(who, row.power()?, &row.grant()?) {
            return Err(Error::Forbidden("withdraw a key that holds more than you do"));
        }
    }
    Ok(())
}

/// Whether somebody sees a key: who reaches all that it reaches.
fn sees(who: &Who, rows: &[Row]) -> Result<bool> {
    for row in rows {
        let seen = match row.power()? {
            Power::Read => anywhere(who, Act::SeeStaff),
            _ => holds(who, Act::SeeStaff, &row.grant()?),
        };
        if !seen {
            return Ok(false);
        }
    }
    Ok(!rows.is_empty())
}

/// The powers of the keys that `who` sees.
pub(super) async fn seen(db: &Db, who: &Who) -> Result<BTreeMap<i64, Vec<Given>>> {
    let mut by_key: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    db.sql(ROWS)
        .push(" order by g.id")
        .each(|row: Row| {
            by_key.entry(row.api_key_id).or_default().push(row);
            Ok(())
        })
        .await?;
    let mut seen = BTreeMap::new();
    for (key, rows) in by_key {
        if sees(who, &rows)? {
            seen.insert(key, rows.into_iter().map(Row::given).collect());
        }
    }
    Ok(seen)
}

/// The key as the policy sees it. A jurisdiction that was published again has a new row for the same code, as for members.
pub(super) async fn who(db: &Db, key: i64) -> Result<Who> {
    let rows: Vec<(String, Option<i64>, Option<i64>, Option<i64>)> = db
        .sql(
            "select g.power, g.agency_id, coalesce(same.id, g.jurisdiction_id), g.service_id from api_key_grant g
             left join jurisdiction j on j.id = g.jurisdiction_id
             left join jurisdiction same on same.layer_id = j.layer_id and same.code = j.code
             where g.api_key_id = $1 order by g.id",
        )
        .bind(key)
        .all()
        .await?;
    let (mut files, mut reads, mut grants) = (Vec::new(), false, Vec::new());
    for (word, agency, jurisdiction, service) in rows {
        match Power::parse(&word) {
            Some(Power::File) => files.push(Reach { agency, jurisdiction, service, teams: None }),
            Some(Power::Read) => reads = true,
            Some(Power::As(role)) => grants.push(Grant { role, agency, jurisdiction, service }),
            None => return Err(Error::internal(format!("key {key} was given `{word}`, which is no power"))),
        }
    }
    Ok(Who::Key { id: key, files: Scope::of(files), reads, grants })
}
