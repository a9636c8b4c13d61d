//! How the databases would run a query, for tests that hold an index to its work.

use super::{Db, Dialect, Options, Query};
use crate::error::Result;

/// A new database of each kind: SQLite always, PostgreSQL where one is at hand (`scripts/postgres` brings one, and takes all of it
/// away). The folder goes when it is dropped.
pub async fn databases() -> Result<Vec<(Db, tempfile::TempDir)>> {
    let folder = tempfile::tempdir()?;
    let url = folder.path().join("plan.db").display().to_string();
    let mut all = vec![(Db::connect(&Options { url, batch: 64, connections: 4 }).await?, folder)];
    match std::env::var("WAYMARK_TEST_POSTGRES") {
        Ok(admin) => {
            let name = format!("plan_{:016x}", rand::random::<u64>());
            let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&admin).await?;
            sqlx::Executor::execute(&mut connection, sqlx::AssertSqlSafe(format!("create database {name}"))).await?;
            let base = admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base);
            let url = format!("{base}/{name}");
            all.push((Db::connect(&Options { url, batch: 64, connections: 4 }).await?, tempfile::tempdir()?));
        }
        Err(_) => eprintln!("skipped: WAYMARK_TEST_POSTGRES names no database"),
    }
    Ok(all)
}

/// The steps in which a database would run a query.
pub async fn steps<'q>(db: &'q Db, text: &str, complete: impl FnOnce(Query<'q>) -> Query<'q>) -> Result<Vec<String>> {
    Ok(match db.dialect() {
        Dialect::Sqlite => {
            let rows: Vec<(i64, i64, i64, String)> = complete(db.sql(format!("explain query plan {text}"))).all().await?;
            rows.into_iter().map(|row| row.3).collect()
        }
        Dialect::Postgres => {
            let rows: Vec<(String,)> = complete(db.sql(format!("explain {text}"))).all().await?;
            rows.into_iter().map(|row| row.0).collect()
        }
    })
}
