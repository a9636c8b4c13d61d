//! The log: nothing is lost at a follower, whatever writes at the same time.

use std::sync::{Arc, Mutex};

use waymark::db::Tx;
use waymark::error::{Error, Result};
use waymark::events::{self, ClusterFollower, Event, Fact, New};

/// A follower that writes down what it sees, in the database.
#[derive(Clone)]
struct Scribe;

impl ClusterFollower for Scribe {
    fn name(&self) -> &'static str {
        "scribe"
    }
    async fn react(&self, tx: &mut Tx, events: &[Event]) -> Result<()> {
        for event in events {
            let key = format!("{:020}", event.position);
            tx.sql("insert into secret (name, value) values ($1, $2)").bind(key).bind(event.kind.clone()).run().await?;
        }
        Ok(())
    }
}

const WRITERS: usize = 16;
const EACH: usize = 25;

on_both! {
    async fn sixteen_concurrent_writers_lose_no_event_at_a_follower(city) {
        let (db, bell) = (city.app.db.clone(), city.app.bell.clone());
        let seen: Arc<Mutex<Vec<i64>>> = Arc::default();
        city.app.settle().await.unwrap();
        let before = bell.position();
        let cursor = city.app.followers.register("test", before);
        let notes = seen.clone();
        let follower = tokio::spawn(events::follow_in_process(db.clone(), bell.clone(), cursor, async move |events| {
            notes.lock().unwrap().extend(events.iter().map(|e| e.position));
            Ok(())
        }));
        let cluster: Vec<_> = (0..3).map(|_| tokio::spawn(events::follow_once_per_cluster(db.clone(), bell.clone(), Scribe))).collect();
        let writers = (0..WRITERS).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                for at in 0..EACH {
                    db.write(async move |tx| {
                        events::append(tx, New::at(at as i64, Fact::ContactSeen)).await?;
                        Ok::<_, Error>(())
                    }).await.unwrap();
                }
            })
        });
        futures_util::future::join_all(writers).await;
        city.app.settle().await.unwrap();
        let seen = seen.lock().unwrap().clone();
        let expected: Vec<i64> = (before + 1..=before + (WRITERS * EACH) as i64).collect();
        assert_eq!(seen, expected, "every event once, in order, without a gap");
        let all = before + (WRITERS * EACH) as i64;
        for _ in 0..200 {
            if city.count("select count(*) from secret where name < 'a'").await == all { break }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        assert_eq!(city.count("select count(*) from secret where name < 'a'").await, all, "three servers wrote each down once");
        follower.abort();
        cluster.iter().for_each(|f| f.abort());
    }
}
