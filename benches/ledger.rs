//! The proof over a whole log: how long a million events take to join the tree and to be checked, beside merely reading them.
//!
//! Every other event commits to the words of a note, which are read and held against it too. Then a row in the middle is changed, and
//! found.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs, reason = "a bench prints, and may stop at the first surprise")]

mod common;

use std::time::Instant;

use common::{ratio, rows};
use sqlx::{Connection, Executor};
use waymark::clock::Clock;
use waymark::db::{Db, Options, Tx};
use waymark::error::Error;
use waymark::events::{self, Fact, New, commitment};
use waymark::ledger::{self, Signer};

const BATCH: i64 = 1000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir_in(std::env::var("WAYMARK_BENCH_DIR").unwrap_or_else(|_| ".".into())).unwrap();
    runtime.block_on(async {
        run("ledger-sqlite", &folder.path().join("ledger.db").display().to_string()).await;
        match std::env::var("WAYMARK_TEST_POSTGRES") {
            Ok(admin) => {
                let mut db = sqlx::PgConnection::connect(&admin).await.unwrap();
                db.execute("drop database if exists bench_ledger").await.unwrap();
                db.execute("create database bench_ledger").await.unwrap();
                run("ledger-postgres", &format!("{}/bench_ledger", admin.rsplit_once('/').unwrap().0)).await;
            }
            Err(_) => println!("ledger-postgres: WAYMARK_TEST_POSTGRES names no database"),
        }
    });
}

async fn run(name: &str, url: &str) {
    let db = Db::connect(&Options { url: url.into(), batch: 64, connections: 4 }).await.unwrap();
    fill(&db, rows() as i64).await;
    events::Bell::default().ring(&db).await.unwrap();
    let all = events::head(&db).await.unwrap();

    let started = Instant::now();
    ledger::catch_up(&db).await.unwrap();
    println!("{name}: {all} events joined the tree in {:.1} s", started.elapsed().as_secs_f64());
    let signer = Signer::load(&db, None, "http://localhost").await.unwrap();
    ledger::sign(&db, &signer, 0, Clock::real().now()).await.unwrap();

    let started = Instant::now();
    let mut read = 0;
    let columns = "select position, kind, data_json, commitment from event order by position";
    db.sql(columns)
        .each(|_: (i64, String, String, Option<String>)| {
            read += 1;
            Ok(())
        })
        .await
        .unwrap();
    let reading = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let report = ledger::verify(&db, &[], |_, _| ()).await.unwrap();
    let checking = started.elapsed().as_secs_f64();
    assert!(report.first.is_none() && report.size == read && report.heads == 1, "{report:?}");
    println!("{name}: {all} events and {} notes checked in {checking:.1} s; read alone in {reading:.1} s", report.words);

    let middle = all / 2;
    let change = async move |tx: &mut Tx| tx.sql("update event set at = at + 1 where position = $1").bind(middle).run().await;
    db.write(change).await.unwrap();
    let started = Instant::now();
    let first = ledger::verify(&db, &[], |_, _| ()).await.unwrap().first.unwrap();
    assert_eq!(first.position, middle);
    println!("{name}: a changed row is named in {:.1} s: position {middle}, {}", started.elapsed().as_secs_f64(), first.what);
    ratio(name, checking / reading, "x-reading");
}

async fn fill(db: &Db, all: i64) {
    let case = async |tx: &mut Tx| -> Result<i64, Error> {
        let service = "insert into service (code, name, description, group_name, keywords, kind, priority, duplicate_policy, duplicate_radius_m,
            duplicate_window_days, photo_review, active) values ('noise', 'Noise', '', '', '', 'realtime', 'normal', 'flag', 0, 60, $1, $2) returning id";
        let (service,): (i64,) = tx.sql(service).bind(false).bind(true).one().await?;
        let case =
            "insert into case_record (service_id, status, priority, address, route_json, request_count, opened_at, updated_at, version)
            values ($1, 'new', 'normal', '', '{}', 0, 0, 0, 1) returning id";
        Ok(tx.sql(case).bind(service).one::<(i64,)>().await?.0)
    };
    let case = db.write(case).await.unwrap();
    for start in (0..all).step_by(BATCH as usize) {
        let work = async move |tx: &mut Tx| {
            for nth in start..all.min(start + BATCH) {
                let fact = if nth % 2 == 0 {
                    Fact::Moved { from: "new".into(), to: "assigned".into() }
                } else {
                    Fact::Noted { note: nth, public: true }
                };
                let (text, salt) = (format!("Words of note {nth}"), format!("{nth:032x}"));
                let mut new = New::at(nth, fact).of_case(case);
                if nth % 2 == 1 {
                    new = new.committing(commitment(&salt, &[&text]));
                    tx.sql(
                        "insert into note (id, case_id, kind, public, text, salt, created_at) values ($1, $2, 'progress', $3, $4, $5, $1)",
                    )
                    .bind(nth)
                    .bind(case)
                    .bind(true)
                    .bind(text)
                    .bind(salt)
                    .run()
                    .await?;
                }
                events::append(tx, new).await?;
            }
            Ok::<_, Error>(())
        };
        db.write(work).await.unwrap();
    }
}
