//! Everything that runs without a request: followers of the log, and jobs by the clock. A worker never answers HTTP.

mod deliver;
mod heads;
mod housekeeping;
mod promises;
pub mod retention;

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::app::App;
use crate::error::Result;
use crate::events::{follow_in_process, follow_once_per_cluster, head, start_at};
use crate::ledger::Linker;
use crate::notices::{Channel, Gateway, Mail};
use crate::requests::Teller;
use crate::requests::duplicates::Tallies;

/// The workers; dropping it stops them.
pub struct Running {
    _tasks: JoinSet<()>,
}

/// Loads what followers keep in memory, then starts them from there.
pub async fn start(app: &Arc<App>) -> Result<Running> {
    let mut tasks = JoinSet::new();
    app.bell.ring(&app.db).await?;
    // Read the position first: what happens while loading is then seen again, which a follower bears, and never missed.
    let position = head(&app.db).await?;
    app.open_cases.reload(&app.db).await?;
    let (db, open) = (app.db.clone(), app.open_cases.clone());
    let cursor = app.followers.register("open cases", position);
    tasks.spawn(follow_in_process(app.db.clone(), app.bell.clone(), cursor, async move |events| open.see(&db, events).await));
    app.columns.reload(&app.db, position).await?;
    let (db, columns) = (app.db.clone(), app.columns.clone());
    let cursor = app.followers.register("columns", position);
    tasks.spawn(follow_in_process(app.db.clone(), app.bell.clone(), cursor, async move |events| columns.see(&db, events).await));
    app.gazetteer.current(&app.db).await?;
    tasks.spawn(app.live.clone().run(app.db.clone(), app.bell.clone(), position));
    tasks.spawn(app.bell.clone().run(app.db.clone()));
    tasks.spawn(follow_once_per_cluster(app.db.clone(), app.bell.clone(), Linker));
    tasks.spawn(heads::run(app.clone()));
    tasks.spawn(follow_once_per_cluster(app.db.clone(), app.bell.clone(), Tallies));
    tasks.spawn(housekeeping::run(app.clone()));
    tasks.spawn(promises::run(app.clone()));
    if app.notices.sends(Channel::Mail) {
        let stale_ms = app.config.notices.give_up_hours * 3_600_000;
        let teller = Teller { notices: app.notices.clone(), follow: app.follow.clone(), clock: app.clock.clone(), stale_ms };
        // What happened before mail was switched on is told to nobody.
        start_at(&app.db, &teller, position).await?;
        tasks.spawn(follow_once_per_cluster(app.db.clone(), app.bell.clone(), teller));
    }
    for _ in 0..app.config.mail.connections {
        if let Some(mail) = Mail::open(&app.config.mail)? {
            tasks.spawn(deliver::run(app.clone(), Channel::Mail, mail));
        }
    }
    if let Some(gateway) = Gateway::open(&app.config.sms, &app.config.outbound)? {
        tasks.spawn(deliver::run(app.clone(), Channel::Sms, gateway));
    }
    tasks.spawn(retention::run(app.clone()));
    Ok(Running { _tasks: tasks })
}
