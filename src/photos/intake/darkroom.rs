//! Where photos are decoded: off the async threads, few at a time, within one budget of memory, and so that a decoder that panics
//! takes nothing down with it.

use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::sync::Semaphore;

use super::{Area, Intake, Limits, Refusal, develop, header};

/// One permit of the semaphore is so many bytes.
const PERMIT: u64 = 1 << 20;

/// Decodes photos within bounds. Cheap to clone; the clones share the bounds.
#[derive(Clone, Debug)]
pub struct Darkroom {
    limits: Limits,
    /// Permits stand for memory. A photo takes what decoding it may need, but at least an equal share of all, so that no more than
    /// `decoders` run at once and a very large one runs alone. Waiting is first come, first served.
    memory: Arc<Semaphore>,
    all: u32,
    share: u32,
    zone: TimeZone,
}

impl Darkroom {
    /// A darkroom for `decoders` photos of common size at once. `zone` is the city's time zone, for cameras that do not know theirs.
    pub fn new(limits: Limits, decoders: usize, zone: TimeZone) -> Self {
        let decoders = u32::try_from(decoders).unwrap_or(u32::MAX).max(1);
        let all = permits(limits.memory).max(decoders);
        Self { limits, memory: Arc::new(Semaphore::new(all as usize)), all, share: all / decoders, zone }
    }

    /// What one photo may cost.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes a photo in, waiting for a place. The work goes on to its end when the caller goes away, and gives its place back then.
    pub async fn develop(&self, bytes: Vec<u8>) -> Result<Intake, Refusal> {
        let header = header::read(&bytes, &self.limits)?;
        let (limits, zone) = (self.limits, self.zone.clone());
        self.run(header.memory, move || develop(&bytes, &header, &limits, &zone, &[])).await
    }

    /// The same with areas blackened, for a picture that was taken in before.
    pub async fn blacken(&self, bytes: Vec<u8>, areas: Vec<Area>) -> Result<Intake, Refusal> {
        let header = header::read(&bytes, &self.limits)?;
        let (limits, zone) = (self.limits, self.zone.clone());
        self.run(header.memory, move || develop(&bytes, &header, &limits, &zone, &areas)).await
    }

    /// Does work that takes so many bytes of memory on a blocking thread, once there is room for it.
    pub(super) async fn run(
        &self,
        memory: u64,
        work: impl FnOnce() -> Result<Intake, Refusal> + Send + 'static,
    ) -> Result<Intake, Refusal> {
        let cost = permits(memory).clamp(self.share, self.all);
        let permit = Arc::clone(&self.memory).acquire_many_owned(cost).await.map_err(|_| Refusal::Broken)?;
        let work = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        // An error of the task is a panic in a decoder: the photo is at fault, not the server.
        work.await.unwrap_or(Err(Refusal::Broken))
    }
}

fn permits(bytes: u64) -> u32 {
    // `acquire_many` counts in 32 bits: 4 PiB at one MiB a permit.
    u32::try_from(bytes.div_ceil(PERMIT)).unwrap_or(u32::MAX)
}
