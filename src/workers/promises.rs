//! Looks now and then what is due. On any number of servers: what one has said the others find said.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::cases::promises::{Ticked, tick};

const EVERY: Duration = Duration::from_secs(15);

/// Ticks until the task is dropped.
pub async fn run(app: Arc<App>) {
    loop {
        match tick(&app.db, app.clock.now()).await {
            Err(e) => tracing::warn!(error = %e, "Could not look what is due; trying again soon"),
            Ok(Ticked { soon, overdue }) if soon + overdue > 0 => tracing::debug!(soon, overdue, "Promises"),
            Ok(_) => {}
        }
        tokio::time::sleep(EVERY).await;
    }
}
