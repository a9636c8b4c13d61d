//! A clock that runs towards a promise, stands while nobody can be asked to go on, and never runs back.
//!
//! Pure.

use crate::calendar::Hours;

/// When a promise is due, and whether its clock runs; epoch milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// When it is due.
    pub due_at: i64,
    /// When a quarter of the time is left.
    pub soon_at: i64,
    /// Since when it stands.
    pub paused_at: Option<i64>,
}

impl Timer {
    /// A clock that begins to run. Without hours every hour counts; nothing where no work is ever done.
    pub fn start(hours: Option<&Hours>, at: i64, ms: i64) -> Option<Timer> {
        Some(Timer { due_at: add(hours, at, ms)?, soon_at: add(hours, at, ms - ms / 4)?, paused_at: None })
    }

    /// Stops the clock, unless it stands.
    pub fn pause(&mut self, at: i64) {
        self.paused_at = self.paused_at.or(Some(at));
    }

    /// Lets the clock go on with what was left; what was late when it stopped stays late.
    pub fn go_on(&mut self, hours: Option<&Hours>, at: i64) {
        let Some(paused) = self.paused_at.take() else { return };
        let at = at.max(paused);
        let moved = |mark: i64| {
            if mark <= paused {
                return mark;
            }
            // Where no work is ever done again the promise moves by the time that it stood.
            add(hours, at, between(hours, paused, mark)).unwrap_or(mark + (at - paused)).max(mark)
        };
        (self.due_at, self.soon_at) = (moved(self.due_at), moved(self.soon_at));
    }
}

fn add(hours: Option<&Hours>, at: i64, ms: i64) -> Option<i64> {
    hours.map_or(Some(at + ms), |hours| hours.add(at, ms))
}

fn between(hours: Option<&Hours>, from: i64, to: i64) -> i64 {
    hours.map_or((to - from).max(0), |hours| hours.between(from, to))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::hours::tests::{any_hours, any_moment};

    const HOUR: i64 = 3_600_000;

    #[test]
    fn what_was_left_is_left_after_a_pause() {
        let mut timer = Timer::start(None, 0, 40 * HOUR).expect("a clock");
        assert_eq!((timer.due_at, timer.soon_at), (40 * HOUR, 30 * HOUR));
        timer.pause(35 * HOUR);
        timer.pause(50 * HOUR);
        timer.go_on(None, 100 * HOUR);
        assert_eq!((timer.due_at, timer.soon_at, timer.paused_at), (105 * HOUR, 30 * HOUR, None));
        timer.pause(110 * HOUR);
        timer.go_on(None, 200 * HOUR);
        assert_eq!(timer.due_at, 105 * HOUR, "what was late stays late");
    }

    proptest! {
        #[test]
        fn pausing_never_shortens_and_takes_nothing_away(
            hours in any_hours(), at in any_moment(), ms in HOUR..300 * HOUR, ran in 0..900 * HOUR, stood in 0..900 * HOUR,
        ) {
            let Some(before) = Timer::start(Some(&hours), at, ms) else { return Ok(()) };
            let mut timer = before;
            timer.pause(at + ran);
            timer.go_on(Some(&hours), at + ran + stood);
            prop_assert!(timer.due_at >= before.due_at && timer.soon_at >= before.soon_at);
            prop_assert!(timer.soon_at <= timer.due_at);
            if at + ran < before.due_at && hours.add(at + ran + stood, ms).is_some() {
                let worked = hours.between(at, at + ran) + hours.between(at + ran + stood, timer.due_at);
                prop_assert_eq!(worked, ms);
            }
        }
    }
}
