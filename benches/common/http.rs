//! A whole server over a database of many rows, and clients that ask it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{Connection, Executor, SqliteConnection};
use waymark::app::App;
use waymark::catalog::{self, ServiceDraft};
use waymark::clock::Clock;
use waymark::config::Config;
use waymark::error::Error;
use waymark::geo::{Point, cell};
use waymark::people::policy::Role;
use waymark::people::staff::{self, NewGrant, NewMember};

use super::Dice;

/// How long each question is asked.
pub const FOR: Duration = Duration::from_secs(4);
/// Services `s1` and so on.
pub const SERVICES: i64 = 50;
/// Teams `t0` and so on.
pub const TEAMS: i64 = 8;
/// Districts `d0` and so on, in layer `district`.
pub const DISTRICTS: i64 = 10;
/// The password of `admin@city.example`, and of `dispatcher@city.example`, who sees district `d3` alone.
pub const PASSWORD: &str = "four unrelated words";

const STATUSES: [&str; 5] = ["new", "assigned", "in_progress", "closed", "escalated"];
const DAY: i64 = 86_400_000;
const YEARS: i64 = 5 * 365;

/// A server that runs.
pub struct Served {
    pub base: String,
    pub app: Arc<App>,
    pub handle: actix_web::dev::ServerHandle,
    pub workers: waymark::workers::Running,
}

/// Serves so many rows from a fresh database in a folder.
pub async fn served(folder: &Path, rows: usize) -> Served {
    let mut config = Config::default();
    config.database.url = folder.join("served.db").display().to_string();
    config.server.port = 0;
    config.limits.listeners = 4000;
    let app = App::build(config.settle(folder).unwrap(), Clock::real()).await.unwrap();
    appoint(&app).await;
    fill(&app.config.database.url, rows).await;
    let start = Instant::now();
    let workers = app.start().await.unwrap();
    println!("served: {rows} requests in memory after {:.1} s", start.elapsed().as_secs_f64());
    let listener = waymark::server::bind(&app.config).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = waymark::server::serve(app.clone(), listener).unwrap();
    let handle = server.handle();
    tokio::spawn(server);
    Served { base, app, handle, workers }
}

/// A client that keeps its connections and the cookie of its session.
pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().cookie_store(true).build().unwrap()
}

async fn appoint(app: &App) {
    let hash = app.sessions.passwords().hash(PASSWORD.into()).await.unwrap();
    let services: Vec<_> = (1..=SERVICES).map(|n| ServiceDraft::new(format!("s{n}"), format!("Service {n}"))).collect();
    let write = app.db.write(async move |tx| {
        catalog::save_all(tx, &services, None, 0).await?;
        let agency = staff::put_agency(tx, "city", "City", None, 0).await?;
        for n in 0..TEAMS {
            staff::put_team(tx, agency, &format!("t{n}"), &format!("Team {n}"), None, 0).await?;
        }
        let layer = "insert into layer (code, name, precedence) values ('district', 'Districts', 1) returning id";
        let (layer,): (i64,) = tx.sql(layer).one().await?;
        for n in 0..DISTRICTS {
            let row = "insert into jurisdiction (layer_id, code, name, precedence, geometry_json) values ($1, $2, $2, 0, '{}')";
            tx.sql(row).bind(layer).bind(format!("d{n}")).run().await?;
        }
        for (role, place) in [(Role::Admin, None), (Role::Dispatcher, Some("district:d3".to_owned()))] {
            let email = format!("{role}@city.example");
            let new = NewMember { name: role.to_string(), email, agency: None, password_hash: Some(hash.clone()) };
            let member = staff::add(tx, &new, None, 0).await?;
            staff::grant(tx, member, &NewGrant { role, agency: None, jurisdiction: place, service: None }, None, 0).await?;
        }
        Ok::<_, Error>(())
    });
    write.await.unwrap();
}

/// Milliseconds of each answer, and their mean size.
pub async fn ask(
    client: &reqwest::Client,
    base: &str,
    clients: usize,
    path: impl Fn(&mut Dice) -> String + Clone + Send + 'static,
) -> (Vec<f64>, f64) {
    let start = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|n| {
            let (client, base, path) = (client.clone(), base.to_owned(), path.clone());
            tokio::spawn(async move {
                let (mut dice, mut millis, mut bytes) = (Dice(n as u64), Vec::new(), 0);
                while start.elapsed() < FOR {
                    let sent = Instant::now();
                    let answer = client.get(format!("{base}{}", path(&mut dice))).send().await.unwrap();
                    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
                    bytes += answer.bytes().await.unwrap().len();
                    millis.push(sent.elapsed().as_secs_f64() * 1e3);
                }
                (millis, bytes)
            })
        })
        .collect();
    let (mut millis, mut bytes) = (Vec::new(), 0);
    for task in tasks {
        let (some, size) = task.await.unwrap();
        millis.extend(some);
        bytes += size;
    }
    let mean = bytes as f64 / millis.len().max(1) as f64;
    (millis, mean)
}

/// Rows as filing leaves them, without filing them: one case for each request, in one of eight teams and of ten districts.
async fn fill(path: &str, many: usize) {
    let mut db = SqliteConnection::connect(path).await.unwrap();
    let start = Instant::now();
    let mut dice = Dice(311);
    db.execute("begin immediate").await.unwrap();
    for n in 1..=many as i64 {
        let (lon, lat) = dice.place();
        let cell = cell::cell(Point { lon, lat });
        let service = (dice.unit() * dice.unit() * SERVICES as f64) as i64 + 1;
        let status = match dice.next() % 1000 {
            0 => 4,
            200.. => 3,
            open => (open % 3) as usize,
        };
        let at = 1_609_459_200_000 + (dice.next() as i64).rem_euclid(YEARS) * DAY;
        let closed = (status == 3).then_some(at + DAY);
        sqlx::query(
            "insert into case_record (id, service_id, status, priority, lon, lat, cell, address, route_json, request_count, opened_at,
                    updated_at, closed_at, version, team_id) values ($1, $2, $3, 'normal', $4, $5, $6, '', 'null', 1, $7, $7, $8, 1, $9)",
        )
        .bind(n)
        .bind(service)
        .bind(STATUSES[status])
        .bind(lon)
        .bind(lat)
        .bind(cell)
        .bind(at)
        .bind(closed)
        .bind(service % TEAMS + 1)
        .execute(&mut db)
        .await
        .unwrap();
        sqlx::query(
            "insert into request (id, number, case_id, service_id, source, lon, lat, cell, address, address_id, zipcode, description,
                    media_url, language, salt, joined, filed_at, recorded_at)
                 values ($1, $2, $1, $3, 'bench', $4, $5, $6, '', '', '', '', '', '', '', 0, $7, $7)",
        )
        .bind(n)
        .bind(format!("{n:08}"))
        .bind(service)
        .bind(lon)
        .bind(lat)
        .bind(cell)
        .bind(at)
        .execute(&mut db)
        .await
        .unwrap();
        sqlx::query("insert into case_jurisdiction (case_id, jurisdiction_id, opened_at) values ($1, $2, $3)")
            .bind(n)
            .bind(((lon - 0.7) / 0.044) as i64 % DISTRICTS + 1)
            .bind(at)
            .execute(&mut db)
            .await
            .unwrap();
    }
    // As the server itself does from time to time.
    db.execute("analyze").await.unwrap();
    db.execute("commit").await.unwrap();
    println!("served: {many} rows written in {:.0} s", start.elapsed().as_secs_f64());
}
