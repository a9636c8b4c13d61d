//! Followers once per cluster: what they write and their cursor move in one transaction, so that nothing is done twice and
//! nothing is skipped, whichever server does it. The cursor's row, held until commit, keeps them single.

use std::time::Duration;

use tokio::time::sleep;

use super::{BATCH, Bell, COLUMNS, Event};
use crate::db::{Db, Tx, dialect};
use crate::error::{Error, Result};

/// A worker that reacts to events by writing rows.
pub trait ClusterFollower: Clone + Send + Sync + 'static {
    /// The name its cursor is kept under.
    fn name(&self) -> &'static str;
    /// Reacts to some events, in order, in the transaction that moves the cursor.
    fn react(&self, tx: &mut Tx, events: &[Event]) -> impl Future<Output = Result<()>>;
}

/// Feeds a follower until the task is dropped. It starts with the first event of the log.
pub async fn follow_once_per_cluster<F: ClusterFollower>(db: Db, bell: Bell, follower: F) {
    let mut heard = bell.subscribe();
    loop {
        match step(&db, follower.clone()).await {
            Ok(true) => {}
            Ok(false) => {
                if heard.changed().await.is_err() {
                    return;
                }
            }
            Err(e) => {
                tracing::warn!(follower = follower.name(), error = %e, "A follower stumbled; it tries again");
                sleep(Duration::from_millis(500)).await;
            }
        }
    }
}

/// Feeds a follower what is there by now, and returns.
pub async fn catch_up<F: ClusterFollower>(db: &Db, follower: F) -> Result<()> {
    while step(db, follower.clone()).await? {}
    Ok(())
}

/// Lets a follower that never followed before begin after a position, instead of with the first event of the log.
pub async fn start_at(db: &Db, follower: &impl ClusterFollower, position: i64) -> Result<()> {
    let name = follower.name();
    db.write(async move |tx| {
        tx.sql("insert into follower (name, position) values ($1, $2) on conflict (name) do nothing")
            .bind(name)
            .bind(position)
            .run()
            .await?;
        Ok::<_, Error>(())
    })
    .await
}

/// One batch; whether there may be more.
async fn step<F: ClusterFollower>(db: &Db, follower: F) -> Result<bool> {
    db.write(async move |tx| {
        let name = follower.name();
        tx.sql("insert into follower (name, position) values ($1, 0) on conflict (name) do nothing").bind(name).run().await?;
        let Some(cursor) = dialect::take_cursor(tx, name).await? else { return Ok(false) }; // another server has it
        let events: Vec<Event> =
            tx.sql(COLUMNS).push(" where position > $1 order by position limit $2").bind(cursor).bind(BATCH).all().await?;
        let Some(last) = events.last() else { return Ok(false) };
        follower.react(tx, &events).await?;
        tx.sql("update follower set position = $1 where name = $2").bind(last.position).bind(name).run().await?;
        Ok::<_, Error>(true)
    })
    .await
}
