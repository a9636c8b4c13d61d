//! The only reader of the time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Tells the time in epoch milliseconds. A test may hold it still and move it on.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The real time.
    pub fn real() -> Clock {
        Clock(None)
    }

    /// A clock that stands still until it is moved.
    pub fn standing_at(at: i64) -> Clock {
        Clock(Some(Arc::new(AtomicI64::new(at))))
    }

    /// Now, in epoch milliseconds.
    pub fn now(&self) -> i64 {
        match &self.0 {
            Some(at) => at.load(Ordering::Relaxed),
            None => Timestamp::now().as_millisecond(),
        }
    }

    /// Time that only goes forward, whatever is done to the machine's clock; from an instant of its own.
    pub fn steady(&self) -> Duration {
        static BEGAN: OnceLock<Instant> = OnceLock::new();
        match &self.0 {
            Some(at) => Duration::from_millis(at.load(Ordering::Relaxed).unsigned_abs()),
            None => BEGAN.get_or_init(Instant::now).elapsed(),
        }
    }

    /// Moves a standing clock on; a real one cannot be moved.
    pub fn advance(&self, ms: i64) {
        if let Some(at) = &self.0 {
            at.fetch_add(ms, Ordering::Relaxed);
        }
    }
}
