//! Jobs by the clock that keep the house small: forget old idempotency keys, sessions, links, messages and tallies, erase
//! photos that no request took.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::error::{Error, Result};
use crate::notices;
use crate::people::{contact, invitations, residents, sessions};
use crate::requests::duplicates::forget_places;
use crate::requests::forget_keys;

const EVERY: Duration = Duration::from_secs(600);
const HOUR: i64 = 3_600_000;

/// Tidies now and then until the task is dropped.
pub async fn run(app: Arc<App>) {
    loop {
        if let Err(e) = once(&app).await {
            tracing::warn!(error = %e, "Could not tidy up; trying again later");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Tidies once.
pub async fn once(app: &App) -> Result<()> {
    let now = app.clock.now();
    let before = now - app.config.limits.idempotency_hours * HOUR;
    app.db.write(async move |tx| Ok::<_, Error>(forget_keys(tx, before).await?)).await?;
    let keep_days = app.config.notices.keep_days;
    app.db
        .write(async move |tx| {
            notices::forget_old(tx, keep_days, now).await?;
            invitations::forget_old(tx, now).await?;
            residents::forget_old(tx, now).await?;
            sessions::tidy(tx, now).await
        })
        .await?;
    while contact::key_old(&app.db, 1000).await? > 0 {}
    while forget_places(&app.db, app.config.limits.places).await? > 0 {}
    app.photos.expire(&app.db, &app.clock).await?;
    Ok(())
}
