//! A database of a test's own, gone with it.

use sqlx::{Connection, Executor, PgConnection};

/// An empty database, taken away when dropped.
pub struct Database {
    pub url: String,
    folder: tempfile::TempDir,
    admin: Option<String>,
}

impl Database {
    pub fn sqlite() -> Database {
        let folder = tempfile::tempdir().unwrap();
        Database { url: folder.path().join("waymark.db").display().to_string(), folder, admin: None }
    }

    pub async fn postgres() -> Option<Database> {
        let admin = std::env::var("WAYMARK_TEST_POSTGRES").ok()?;
        let name = format!("test_{:016x}", rand::random::<u64>());
        let mut connection = PgConnection::connect(&admin).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(format!("create database {name}"))).await.unwrap();
        let url = format!("{}/{name}", admin.rsplit_once('/').unwrap().0);
        Some(Database { url, folder: tempfile::tempdir().unwrap(), admin: Some(admin) })
    }

    /// A folder for photos and files.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub fn is_postgres(&self) -> bool {
        self.admin.is_some()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(admin) = self.admin.take() else { return };
        let name = self.url.rsplit('/').next().unwrap().to_owned();
        // On a thread with a runtime of its own: the test's may be going down.
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                if let Ok(mut connection) = PgConnection::connect(&admin).await {
                    let _ = connection.execute(sqlx::AssertSqlSafe(format!("drop database if exists {name} with (force)"))).await;
                }
            });
        })
        .join();
    }
}
