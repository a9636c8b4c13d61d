//! Signs the log as it stands, every so many minutes, once for all servers.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::error::Error;
use crate::ledger;

const EVERY: Duration = Duration::from_secs(20);

/// Signs when it is time until the task is dropped. A log that no longer continues what was signed is told in the server's log, again
/// and again.
pub async fn run(app: Arc<App>) {
    let pause = app.config.ledger.head_minutes * 60_000;
    loop {
        match ledger::sign(&app.db, &app.signer, pause, app.clock.now()).await {
            Err(e @ Error::Conflict(_)) => tracing::error!(error = %e, "The past was changed: no head is signed over it"),
            Err(e) => tracing::warn!(error = %e, "The log could not be signed; trying again"),
            Ok(()) => {}
        }
        tokio::time::sleep(EVERY).await;
    }
}
