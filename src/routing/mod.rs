//! Where a request goes, and why.

use crate::catalog::Service;
use crate::config::Config;
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::geo::Point;

/// Where requests go.
pub struct Routing {
    fallback_team: String,
}

/// Where one request goes.
pub struct Routed {
    /// Every jurisdiction it lies in.
    pub jurisdictions: Vec<i64>,
    /// Whose queue.
    pub team: Option<i64>,
    /// How urgent, if a rule says.
    pub priority: Option<String>,
    /// By when, if a rule says.
    pub due_hours: Option<i64>,
    /// Why.
    pub why: serde_json::Value,
}

impl Routing {
    /// Over the settings.
    pub fn new(config: &Config) -> Result<Routing> {
        Ok(Routing { fallback_team: config.routing.fallback_team.clone() })
    }

    /// Where a request goes.
    pub async fn route(&self, tx: &mut Tx, _: Option<Point>, _: &Service, _: &[(String, String)], _: i64, _: bool) -> Result<Routed> {
        let team = tx.sql("select id from team where code = $1").bind(self.fallback_team.clone()).optional::<(i64,)>().await?;
        Ok(Routed { jurisdictions: Vec::new(), team: team.map(|(id,)| id), priority: None, due_hours: None, why: serde_json::Value::Null })
    }

    /// The extent of all boundaries.
    pub async fn extent(&self, _: &Db) -> Result<Option<[f64; 4]>> {
        Ok(None)
    }
}
