//! What every test starts from: a small city on either database.

mod binary;
mod city;
mod database;
mod mail;
mod server;
pub mod tile;

pub use binary::{Binary, command};
pub use city::{City, NOON};
pub use database::Database;
pub use mail::{Letter, MailServer};
pub use server::{Answer, Server, client};

/// Tells each story twice: on SQLite, and on PostgreSQL where one is at hand (`scripts/postgres` brings one).
macro_rules! on_both { ($($(#[$m:meta])* async fn $name:ident($city:ident) $body:block)*) => { $(
    mod $name {
        #[allow(unused_imports)]
        use super::*;
        use $crate::helpers::{City, Database};

        $(#[$m])*
        async fn story($city: City) $body

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn on_sqlite() {
            story(City::over(Database::sqlite()).await).await
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn on_postgres() {
            match Database::postgres().await {
                Some(database) => story(City::over(database).await).await,
                None => println!("skipped: WAYMARK_TEST_POSTGRES names no database"),
            }
        }
    }
)* }; }
