//! Sends what is in the outbox. It looks once a second, so that a message of any process goes soon; where nobody can be
//! reached it waits longer each time, and the messages wait with it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::app::App;
use crate::notices::{Carrier, Channel, Delivered, deliver_due};

const LOOK: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

/// Sends what is due on a channel until the task is dropped.
pub async fn run(app: Arc<App>, channel: Channel, mut carrier: impl Carrier) {
    let mut pause = LOOK;
    loop {
        match deliver_due(&app.db, &app.clock, channel, &mut carrier, app.config.notices.batch).await {
            Ok(Delivered::Some(_)) => {
                pause = LOOK;
                continue; // there may be more
            }
            Ok(Delivered::Nothing) => {}
            Ok(Delivered::Unreachable) => pause = (pause * 2).min(LONGEST),
            Err(e) => {
                tracing::warn!(channel = channel.word(), error = %e, "Could not look into the outbox; trying again");
                pause = (pause * 2).min(LONGEST);
            }
        }
        sleep(pause).await;
    }
}
