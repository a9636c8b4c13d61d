//! A small city: three services, and a server for it.

use std::ops::Deref;

use serde_json::{Value, json};
use waymark::catalog::{self, Duplicates, Policy, ServiceDraft};
use waymark::clock::Clock;
use waymark::config::Config;
use waymark::error::Error;

use super::{Database, Server};

/// Noon on a Wednesday: 2026-06-10T12:00:00Z.
pub const NOON: i64 = 1_781_092_800_000;

/// A city with the services `pothole` (suggest, 30 m), `lamp` (flag, 25 m), `bin` and `rubbish` (join, 50 m, related) and
/// `noise` (no duplicates looked for).
pub struct City {
    pub server: Server,
    pub database: Database,
}

impl City {
    pub async fn over(database: Database) -> City {
        City::with(database, |_| ()).await
    }

    /// A city whose settings differ.
    pub async fn with(database: Database, last: impl FnOnce(&mut Config)) -> City {
        let mut config = Config::default();
        config.database.url.clone_from(&database.url);
        config.database.connections = 12;
        config.server.port = 0;
        config.server.workers = 1;
        config.city.name = "Testing".into();
        config.rates.on = false; // a story asks more in a second than a person in an hour; tests/api/abuse.rs turns them on
        last(&mut config);
        let config = config.settle(database.folder()).unwrap();
        let server = Server::start(config, Clock::standing_at(NOON)).await;
        let city = City { server, database };
        city.settle_in().await;
        city
    }

    async fn settle_in(&self) {
        let duplicates = |policy, radius_m| Duplicates { policy, radius_m, window_days: 60, ..Duplicates::default() };
        let service = |code: &str, name: &str, duplicates| ServiceDraft { duplicates, ..ServiceDraft::new(code, name) };
        let related = |code: &str, other: &str, name: &str| ServiceDraft {
            related: vec![other.into()],
            ..service(code, name, duplicates(Policy::Join, 50.0))
        };
        let drafts = vec![
            service("pothole", "Pothole", duplicates(Policy::Suggest, 30.0)),
            service("lamp", "Street light out", duplicates(Policy::Flag, 25.0)),
            related("bin", "rubbish", "Overflowing bin"),
            related("rubbish", "bin", "Rubbish in the street"),
            service("noise", "Noise", duplicates(Policy::Flag, 0.0)),
        ];
        self.app
            .db
            .write(async move |tx| {
                catalog::save_all(tx, &drafts, None, NOON).await?;
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    }

    /// Files over `/api/requests` and returns the receipt.
    pub async fn files(&self, service: &str, lon: f64, lat: f64) -> Value {
        self.post("/api/requests", &json!({ "service": service, "lon": lon, "lat": lat, "separate": true })).await.expect(201).json()
    }

    /// How many rows a query counts.
    pub async fn count(&self, sql: &'static str) -> i64 {
        self.app.db.sql(sql).one::<(i64,)>().await.unwrap().0
    }
}

impl Deref for City {
    type Target = Server;
    fn deref(&self) -> &Server {
        &self.server
    }
}
