//! What the rules of retention say is done once a day, by whichever server comes first.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::error::{Error, Result};
use crate::forgetting::{self, Swept};

const EVERY: Duration = Duration::from_secs(600);
const DAY: i64 = 86_400_000;

/// The job's name.
const NAME: &str = "retention";

/// Looks now and then whether a day has passed, until the task is dropped.
pub async fn run(app: Arc<App>) {
    loop {
        match once(&app).await {
            Err(e) => tracing::error!(error = %e, "Retention stopped; it goes on tomorrow"),
            Ok(Some(Swept { anonymised, deleted, held })) if anonymised + deleted + held > 0 => {
                tracing::info!(anonymised, deleted, held, "Retention: {anonymised} cases anonymised, {deleted} deleted, {held} under hold");
            }
            Ok(_) => {}
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Does today's share, unless it was begun within the last day by this server or another.
pub async fn once(app: &App) -> Result<Option<Swept>> {
    let now = app.clock.now();
    let ours = app
        .db
        .write(async move |tx| {
            let begun = tx
                .sql(
                    "insert into job (name, begun_at) values ($1, $2) on conflict (name) do update set begun_at = excluded.begun_at
                     where job.begun_at <= excluded.begun_at - $3",
                )
                .bind(NAME)
                .bind(now)
                .bind(DAY);
            Ok::<_, Error>(begun.run().await? == 1)
        })
        .await?;
    if !ours {
        return Ok(None);
    }
    let swept = forgetting::sweep(&app.db, now).await?;
    app.photos.expire(&app.db, &app.clock).await?;
    Ok(Some(swept))
}
