//! The columns beside a real database file: whatever was committed, in whatever order the follower hears of it, they count what
//! SQL counts.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Bbox, Day, Filter, LiveColumns};
use crate::db::{Db, Options, Tx};
use crate::error::{Error, Result};
use crate::events::{self, Event, Fact, New};
use crate::geo::{Point, cell};
use crate::privacy::{Threshold, Veil};

const STATUSES: [&str; 4] = ["new", "in_progress", "resolved", "closed"];
const DAY: i64 = 86_400_000;

async fn database(folder: &tempfile::TempDir) -> Result<Db> {
    let url = folder.path().join("heat.db").display().to_string();
    let db = Db::connect(&Options { url, batch: 64, connections: 4 }).await?;
    db.write(async move |tx| {
        tx.sql("insert into layer (code, name, precedence) values ('ward', 'Ward', 1)").run().await?;
        for n in 0..4i64 {
            tx.sql("insert into jurisdiction (layer_id, code, name, precedence, geometry_json) values (1, $1, $1, 1, '{}')")
                .bind(n.to_string())
                .run()
                .await?;
            tx.sql(
                "insert into service (code, name, description, group_name, keywords, kind, priority, duplicate_policy, duplicate_radius_m,
                    duplicate_window_days, photo_review, active) values ($1, $1, '', '', '', 'realtime', 'normal', 'flag', 50, 30, 0, 1)",
            )
            .bind(n.to_string())
            .run()
            .await?;
        }
        Ok::<_, Error>(())
    })
    .await?;
    Ok(db)
}

/// One thing that may happen, chosen before the transaction so that it happens the same whenever it is run.
#[derive(Debug, Clone, Copy)]
struct Deed {
    what: u8,
    request: i64,
    case: i64,
    other: i64,
    status: usize,
    service: i64,
    place: Option<Point>,
    at: i64,
}

impl Deed {
    fn any(dice: &mut StdRng) -> Result<Deed> {
        let place = Point { lon: 178.0 + dice.random_range(0..40) as f64 * 0.001, lat: -18.0 + dice.random_range(0..40) as f64 * 0.001 };
        Ok(Deed {
            what: dice.random_range(0..12),
            request: dice.random_range(1..400),
            case: dice.random_range(1..150),
            other: dice.random_range(1..150),
            status: dice.random_range(0..4),
            service: dice.random_range(1..5),
            place: dice.random_bool(0.9).then_some(place),
            at: dice.random_range(0..60) * DAY / 2,
        })
    }

    async fn happen(self, tx: &mut Tx) -> Result<()> {
        match self.what {
            0..6 => self.file(tx).await,
            6 | 7 => self.move_case(tx).await,
            8 => self.merge(tx).await,
            9 => self.reroute(tx).await,
            10 => self.relocate(tx).await,
            _ => self.remove(tx).await,
        }
    }

    async fn file(self, tx: &mut Tx) -> Result<()> {
        let known: Option<(i64,)> = tx.sql("select id from request where id = $1").bind(self.request).optional().await?;
        if known.is_some() {
            return Ok(());
        }
        tx.sql(
            "insert into case_record (id, service_id, status, priority, address, route_json, request_count, opened_at, updated_at, version)
             values ($1, $2, 'new', 'normal', '', '{}', 0, 0, 0, 0) on conflict (id) do nothing",
        )
        .bind(self.case)
        .bind(self.service)
        .run()
        .await?;
        tx.sql(
            "insert into request (id, number, case_id, service_id, source, lon, lat, cell, address, address_id, zipcode, description, media_url,
                language, salt, joined, filed_at, recorded_at) values ($1, $2, $3, $4, 'web', $5, $6, $7, '', '', '', '', '', '', '', 0, $8, 0)",
        )
        .bind(self.request)
        .bind(self.request.to_string())
        .bind(self.case)
        .bind(self.service)
        .bind(self.place.map(|p| p.lon))
        .bind(self.place.map(|p| p.lat))
        .bind(self.place.map(cell::cell))
        .bind(self.at)
        .run()
        .await?;
        events::append(tx, New::at(0, Fact::Filed { source: "web".into() }).of_case(self.case).of_request(self.request)).await
    }

    async fn move_case(self, tx: &mut Tx) -> Result<()> {
        tx.sql("update case_record set status = $1 where id = $2").bind(STATUSES[self.status]).bind(self.case).run().await?;
        self.moved(tx).await
    }

    /// Names the case that loses its requests, and not the requests, nor the case that gains them.
    async fn merge(self, tx: &mut Tx) -> Result<()> {
        let there: Option<(i64,)> = tx.sql("select id from case_record where id = $1").bind(self.other).optional().await?;
        if there.is_some() {
            tx.sql("update request set case_id = $1 where case_id = $2").bind(self.other).bind(self.case).run().await?;
        }
        self.moved(tx).await
    }

    async fn reroute(self, tx: &mut Tx) -> Result<()> {
        tx.sql("delete from case_jurisdiction where case_id = $1").bind(self.case).run().await?;
        let there: Option<(i64,)> = tx.sql("select id from case_record where id = $1").bind(self.case).optional().await?;
        for jurisdiction in 1..=4i64 {
            if there.is_some() && (self.request + self.other) >> jurisdiction & 1 == 1 {
                tx.sql("insert into case_jurisdiction (case_id, jurisdiction_id, opened_at) values ($1, $2, 0)")
                    .bind(self.case)
                    .bind(jurisdiction)
                    .run()
                    .await?;
            }
        }
        self.moved(tx).await
    }

    async fn relocate(self, tx: &mut Tx) -> Result<()> {
        tx.sql("update request set lon = $1, lat = $2, cell = $3, service_id = $4, filed_at = $5 where id = $6")
            .bind(self.place.map(|p| p.lon))
            .bind(self.place.map(|p| p.lat))
            .bind(self.place.map(cell::cell))
            .bind(self.service)
            .bind(self.at)
            .bind(self.request)
            .run()
            .await?;
        events::append(tx, New::at(0, Fact::Withdrawn).of_request(self.request)).await
    }

    async fn remove(self, tx: &mut Tx) -> Result<()> {
        tx.sql("delete from request where id = $1").bind(self.request).run().await?;
        events::append(tx, New::at(0, Fact::Withdrawn).of_request(self.request)).await
    }

    async fn moved(self, tx: &mut Tx) -> Result<()> {
        let fact = Fact::Moved { from: "new".into(), to: STATUSES[self.status].into() };
        events::append(tx, New::at(0, fact).of_case(self.case)).await
    }
}

fn any_filter(dice: &mut StdRng) -> Filter {
    let mut list = |p: f64| dice.random_bool(p).then(|| (1..5i64).filter(|_| dice.random_bool(0.5)).collect::<Vec<_>>());
    let (services, jurisdictions, statuses) = (list(0.5), list(0.4), list(0.5));
    let statuses = statuses.map(|chosen| chosen.iter().map(|&s| STATUSES[s as usize - 1].to_owned()).collect());
    let mut edge = |from: f64| from + dice.random_range(0..40) as f64 * 0.001;
    let (x, y, z, w) = (edge(178.0), edge(178.0), edge(-18.0), edge(-18.0));
    let bbox = dice.random_bool(0.5).then_some(Bbox { west: x.min(y), east: x.max(y), south: z.min(w), north: z.max(w) });
    let mut day = |p: f64| dice.random_bool(p).then(|| Day::at(dice.random_range(0..30) * DAY, &TimeZone::UTC));
    let (from, to) = (day(0.3), day(0.3));
    Filter { bbox, services, statuses, jurisdictions, from, to, except: Vec::new() }
}

async fn counted_by_sql(db: &Db, filter: &Filter) -> Result<BTreeMap<u64, u32>> {
    let day = |day: Day| day.date().map(|date| date.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24 * DAY);
    let mut query = db.sql("select r.cell, count(*) from request r join case_record c on c.id = r.case_id where r.cell is not null");
    if let Some(b) = filter.bbox {
        query = query.filter(" and r.lon >= ", Some(b.west)).filter(" and r.lon <= ", Some(b.east));
        query = query.filter(" and r.lat >= ", Some(b.south)).filter(" and r.lat <= ", Some(b.north));
    }
    if let Some(services) = &filter.services {
        query = query.within(" and r.service_id", services.iter().copied());
    }
    if let Some(statuses) = &filter.statuses {
        query = query.within(" and c.status", statuses.iter().cloned());
    }
    if let Some(jurisdictions) = &filter.jurisdictions {
        query = query.push(" and exists (select 1 from case_jurisdiction j where j.case_id = c.id");
        query = query.within(" and j.jurisdiction_id", jurisdictions.iter().copied()).push(")");
    }
    query = query
        .filter(" and r.filed_at >= ", filter.from.and_then(day))
        .filter(" and r.filed_at < ", filter.to.and_then(day).map(|d| d + DAY));
    let cells: Vec<(i64, i64)> = query.push(" group by r.cell").all().await?;
    Ok(cells.into_iter().map(|(cell, n)| (cell.cast_unsigned(), n as u32)).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_committed_and_however_the_follower_hears_of_it_heat_is_what_sql_counts() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let db = database(&folder).await?;
    let mut dice = StdRng::seed_from_u64(311);
    let live = LiveColumns::new(TimeZone::UTC, Veil::new(9, false), Threshold::new(5));
    live.reload(&db, 0).await?;
    for round in 0..30 {
        let deeds: Vec<Deed> = (0..40).map(|_| Deed::any(&mut dice)).collect::<Result<_>>()?;
        db.write(async move |tx| {
            for deed in &deeds {
                deed.happen(tx).await?;
            }
            Ok::<_, Error>(())
        })
        .await?;
        let new = events::read(&db, live.position()).await?;
        match round % 5 {
            // Loading anew and following must come to the same.
            0 => live.reload(&db, events::head(&db).await?).await?,
            // In one batch, in several, out of order, and twice.
            1 => live.see(&db, &new).await?,
            2 => {
                for some in new.chunks(7) {
                    live.see(&db, some).await?;
                }
            }
            3 => {
                let backwards: Vec<Event> = new.iter().rev().cloned().collect();
                live.see(&db, &backwards).await?;
                live.see(&db, &new).await?;
            }
            _ => {
                live.see(&db, &new[..new.len() / 2]).await?;
                live.see(&db, &new).await?;
            }
        }
        assert_eq!(live.position(), events::head(&db).await?);
        for _ in 0..15 {
            let filter = any_filter(&mut dice);
            let heat = live.ask(|columns, _| columns.heat(&filter, 10));
            assert_eq!(heat.cells.into_iter().collect::<BTreeMap<_, _>>(), counted_by_sql(&db, &filter).await?, "{filter:?}");
        }
    }
    Ok(())
}
