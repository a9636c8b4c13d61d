//! An upload on its way: bytes that grow within the limit of one photo and within a budget that all uploads share.
//!
//! Without the budget any number of slow senders could hold a whole photo each in memory. Refuses to wait: who finds the budget spent
//! is told to come again, rather than held while more arrive.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::intake::Refusal;
use crate::error::{Error, Result};

/// One permit of the budget is so many bytes.
const PERMIT: usize = 1 << 10;
/// What a first chunk reserves, unless the limit of one photo is less.
const FIRST: usize = 64 << 10;

/// The bytes of one upload.
#[derive(Debug)]
pub struct Upload {
    bytes: Vec<u8>,
    most: usize,
    budget: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
}

impl Upload {
    pub(super) fn new(most: usize, budget: Arc<Semaphore>) -> Upload {
        Upload { bytes: Vec::new(), most, budget, held: None }
    }

    /// Adds what has arrived.
    ///
    /// # Errors
    /// [`Error::TooLarge`] at the first byte over the limit of one photo, [`Error::Unavailable`] if uploads hold too much memory.
    pub fn push(&mut self, chunk: &[u8]) -> Result<()> {
        let needed = self.bytes.len() + chunk.len();
        if needed > self.most {
            return Err(Refusal::TooManyBytes { limit: self.most }.into());
        }
        if needed > self.bytes.capacity() {
            // Twice as much as before, so that growing costs little; never more than a photo may have.
            let room = needed.max(2 * self.bytes.capacity()).max(FIRST).min(self.most);
            self.hold(room)?;
            self.bytes.reserve_exact(room - self.bytes.len());
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    fn hold(&mut self, room: usize) -> Result<()> {
        let permits = room.div_ceil(PERMIT) - self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = u32::try_from(permits).ok().and_then(|permits| Arc::clone(&self.budget).try_acquire_many_owned(permits).ok());
        let more = more.ok_or_else(|| Error::Unavailable("too many photos are arriving at once".into()))?;
        match &mut self.held {
            Some(held) => held.merge(more),
            held => *held = Some(more),
        }
        Ok(())
    }

    /// The bytes, and what holds their place in the budget until it is dropped.
    pub(super) fn finish(self) -> (Vec<u8>, Option<OwnedSemaphorePermit>) {
        (self.bytes, self.held)
    }
}

/// The budget that all uploads share.
pub(super) fn budget(bytes: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new((bytes / PERMIT).clamp(1, Semaphore::MAX_PERMITS)))
}
