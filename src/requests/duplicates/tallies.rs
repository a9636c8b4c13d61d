//! Learns how often each exact coordinate was given, by following the log, and marks the piles among them ([`pile`](super::pile)).
//!
//! Once per cluster: what it writes and its cursor move together. Filing only reads its rows, so that a coordinate that everybody
//! writes never makes filings wait for each other. It may lag a moment: a pile is the work of months. Only so many coordinates are
//! remembered; a pile is forgotten after everything else.

use std::collections::BTreeMap;

use super::pile::Tally;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::events::{ClusterFollower, Event};
use crate::geo::{Point, cell};
use crate::record;

/// The follower.
#[derive(Clone)]
pub struct Tallies;

/// The neighbourhood of a point: a cell of this resolution, some 460 m from its middle to its corners.
const AROUND: u8 = 8;

const DAY: i64 = 86_400_000;

record! {
    struct Given {
        service_id: i64,
        lon: f64,
        lat: f64,
        address: String,
        filed_at: i64,
    }
}

record! {
    struct Kept {
        requests: i64,
        services: i64,
        addresses: i64,
        days: i64,
        pile: bool,
    }
}

impl ClusterFollower for Tallies {
    fn name(&self) -> &'static str {
        "places"
    }

    async fn react(&self, tx: &mut Tx, events: &[Event]) -> Result<()> {
        let filed = |event: &&Event| matches!(event.kind.as_str(), "filed" | "joined");
        let requests: Vec<i64> = events.iter().filter(filed).filter_map(|event| event.request_id).collect();
        // Together first: a thousand requests on one point are one row to write. In order, so that writers cannot wait in a circle.
        let mut seen: BTreeMap<(u64, u64), (Point, Tally)> = BTreeMap::new();
        for some in requests.chunks(500) {
            let query = tx.sql("select service_id, lon, lat, address, filed_at from request where lon is not null and lat is not null");
            for given in query.within(" and id", some.iter().copied()).all::<Given>().await? {
                let point = Point { lon: given.lon, lat: given.lat };
                let one = Tally::one(given.service_id, &given.address, given.filed_at.div_euclid(DAY));
                let entry = seen.entry((given.lon.to_bits(), given.lat.to_bits())).or_insert((point, Tally::default()));
                entry.1 = entry.1.and(one);
            }
        }
        let last = events.last().map_or(0, |event| event.position);
        for (point, tally) in seen.into_values() {
            learn(tx, point, tally, last).await?;
        }
        Ok(())
    }
}

/// Coordinates that one transaction forgets.
const AT_ONCE: i64 = 5_000;

/// Forgets coordinates beyond so many, those first that were not given for longest, and piles last; how many it forgot.
pub async fn forget(db: &Db, keep: i64) -> Result<u64> {
    let (all,): (i64,) = db.sql("select count(*) from place_tally").one().await?;
    if all <= keep {
        return Ok(0);
    }
    let some = (all - keep).min(AT_ONCE);
    db.write(async move |tx| {
        let oldest = tx.sql("delete from place_tally where (lon, lat) in (select lon, lat from place_tally order by pile, seen limit $1)");
        Ok::<_, Error>(oldest.bind(some).run().await?)
    })
    .await
}

/// `seen` is the place in the log at which it was given.
async fn learn(tx: &mut Tx, point: Point, more: Tally, seen: i64) -> Result<()> {
    let around = cell::cell_at(point, AROUND);
    let kept: Kept = tx
        .sql(
            "insert into place_tally (lon, lat, cell, requests, services, addresses, days, pile, seen)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (lon, lat) do update set requests = place_tally.requests + excluded.requests,
                 services = place_tally.services | excluded.services, addresses = place_tally.addresses | excluded.addresses,
                 days = place_tally.days | excluded.days, seen = excluded.seen
             returning requests, services, addresses, days, pile",
        )
        .bind(point.lon)
        .bind(point.lat)
        .bind(around)
        .bind(more.requests)
        .bind(more.services.cast_signed())
        .bind(more.addresses.cast_signed())
        .bind(more.days.cast_signed())
        .bind(false)
        .bind(seen)
        .one()
        .await?;
    let tally = Tally {
        requests: kept.requests,
        services: kept.services.cast_unsigned(),
        addresses: kept.addresses.cast_unsigned(),
        days: kept.days.cast_unsigned(),
    };
    if !tally.is_suspect() {
        return Ok(());
    }
    let (points, requests): (i64, i64) =
        tx.sql("select count(*), coalesce(cast(sum(requests) as bigint), 0) from place_tally where cell = $1").bind(around).one().await?;
    let others = (points - 1).max(1) as f64;
    let is = tally.is_pile((requests - tally.requests) as f64 / others);
    if is != kept.pile {
        let change = tx.sql("update place_tally set pile = $1 where lon = $2 and lat = $3");
        change.bind(is).bind(point.lon).bind(point.lat).run().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::plans;

    fn point(nth: i64) -> Point {
        Point { lon: 0.7 + nth as f64 / 1e4, lat: 52.6 }
    }

    #[tokio::test]
    async fn only_so_many_coordinates_are_remembered_and_the_piles_of_them_longest() -> Result<()> {
        for (db, _folder) in plans::databases().await? {
            db.write(async |tx| {
                let pile = (0..40).map(|n| Tally::one(n % 12, &format!("{n} Oak Street"), n)).fold(Tally::default(), Tally::and);
                learn(tx, point(0), pile, 1).await?;
                for nth in 1..30 {
                    learn(tx, point(nth), Tally::one(1, "", nth), 1 + nth).await?;
                }
                learn(tx, point(5), Tally::one(1, "", 99), 99).await
            })
            .await?;
            let kept = async || -> Result<Vec<f64>> {
                let rows: Vec<(f64,)> = db.sql("select lon from place_tally order by lon").all().await?;
                Ok(rows.into_iter().map(|row| row.0).collect())
            };
            assert_eq!(forget(&db, 30).await?, 0, "no more are there");
            assert_eq!(forget(&db, 4).await?, 26);
            assert_eq!(kept().await?, [0, 5, 28, 29].map(|nth| point(nth).lon), "the pile, what was given again, and the newest");
            assert_eq!(forget(&db, 1).await?, 3);
            assert_eq!(kept().await?, [point(0).lon], "the pile goes last");
        }
        Ok(())
    }
}
