//! Work whose duration must tell nothing.

use std::time::Duration;

use tokio::time::sleep;

/// Longer than sending or not sending a message takes to write down.
const EVEN: Duration = Duration::from_millis(300);

/// Does the work, and answers after the same time whether it had much to do or little.
pub(super) async fn evenly<T>(work: impl Future<Output = T>) -> T {
    tokio::join!(work, sleep(EVEN)).0
}
