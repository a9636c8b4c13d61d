//! The keys that there are, for those who manage or audit them. Never the key itself.

use serde::Serialize;

use super::powers::{self, Given};
use crate::db::Db;
use crate::error::Result;
use crate::people::policy::Who;
use crate::record;

/// A key as it is listed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ApiKey {
    /// Its id.
    pub id: i64,
    /// Whose key it is.
    pub name: String,
    /// Its first characters; empty for keys of an older version.
    pub hint: String,
    /// What it may do.
    pub powers: Vec<Given>,
    /// How often it may ask in a minute; none: what the settings say.
    pub per_minute: Option<i64>,
    /// Who made it; none: the command line.
    pub created_by: Option<String>,
    /// When it was made, epoch milliseconds.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: Option<i64>,
    /// When it was withdrawn.
    pub revoked_at: Option<i64>,
    /// When it was last used, to the minute.
    pub used_at: Option<i64>,
    /// The network it was last used from.
    pub used_from: Option<String>,
}

record! {
    struct Row {
        id: i64,
        name: String,
        hint: String,
        per_minute: Option<i64>,
        created_by: Option<String>,
        created_at: i64,
        expires_at: Option<i64>,
        revoked_at: Option<i64>,
        used_at: Option<i64>,
        used_from: Option<String>,
    }
}

/// The keys that `who` sees, newest first.
pub async fn list(db: &Db, who: &Who) -> Result<Vec<ApiKey>> {
    let mut powers = powers::seen(db, who).await?;
    let rows: Vec<Row> = db
        .sql(
            "select k.id, k.name, k.hint, k.per_minute, m.name as created_by, k.created_at, k.expires_at, k.revoked_at, k.used_at, k.used_from
             from api_key k left join member m on m.id = k.created_by order by k.id desc",
        )
        .all()
        .await?;
    let shown = |row: Row| {
        let powers = powers.remove(&row.id)?;
        let Row { id, name, hint, per_minute, created_by, created_at, expires_at, revoked_at, used_at, used_from } = row;
        Some(ApiKey { id, name, hint, powers, per_minute, created_by, created_at, expires_at, revoked_at, used_at, used_from })
    };
    Ok(rows.into_iter().filter_map(shown).collect())
}
