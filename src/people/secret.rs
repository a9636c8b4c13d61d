//! The server's own secret: from the configuration (`server.secret`), or one that the first server that asks puts into the
//! database, where all that share it find it. What is made from it goes through SHA-256 or HKDF with a purpose of its own.

use super::token;
use crate::db::Db;
use crate::error::{Error, Result};

/// The shortest secret that the configuration may give, in characters.
const SHORTEST: usize = 16;

/// The secret of the configuration, or the row `name` of table `secret`.
pub(super) async fn load(db: &Db, name: &'static str, configured: &str) -> Result<String> {
    if !configured.is_empty() {
        if configured.chars().count() < SHORTEST {
            return Err(Error::config("server.secret", format!("is shorter than {SHORTEST} characters")));
        }
        return Ok(configured.to_owned());
    }
    let stored: Option<(String,)> = db.sql("select value from secret where name = $1").bind(name).optional().await?;
    if let Some((secret,)) = stored {
        return Ok(secret);
    }
    db.write(async move |tx| {
        tx.sql("insert into secret (name, value) values ($1, $2) on conflict (name) do nothing")
            .bind(name)
            .bind(token::fresh())
            .run()
            .await?;
        let (secret,): (String,) = tx.sql("select value from secret where name = $1").bind(name).one().await?;
        Ok::<_, Error>(secret)
    })
    .await
}
