//! How much costly work is done at the same time: some for each client, so that one who asks for everything waits in a line of
//! his own, and some in all, so that the processors are shared by few answers at a time instead of by all. Who waits too long,
//! or finds too many waiting, is told to come again.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::error::{Error, Result};

/// Places of a line by client; two clients may share one.
const PLACES: usize = 1 << 12;

/// So many at a time for each client, in memory that never grows.
pub struct Each {
    hash: RandomState,
    places: Box<[Arc<Semaphore>]>,
}

impl Each {
    /// So many at a time for each.
    pub fn of(most: usize) -> Each {
        Each { hash: RandomState::new(), places: (0..PLACES).map(|_| Arc::new(Semaphore::new(most))).collect() }
    }

    fn place(&self, client: IpNet) -> &Arc<Semaphore> {
        &self.places[self.hash.hash_one(client) as usize % PLACES]
    }

    /// One of the client's, if one is free.
    pub fn take(&self, client: IpNet) -> Option<OwnedSemaphorePermit> {
        self.place(client).clone().try_acquire_owned().ok()
    }
}

/// The lines that costly work waits in.
pub struct Turns {
    each: Each,
    all: Semaphore,
    waiting: AtomicUsize,
    most_waiting: usize,
    patience: Duration,
    paused: AtomicUsize,
    pause: Duration,
}

/// Leave to work; given back when dropped.
pub struct Turn<'a> {
    _own: SemaphorePermit<'a>,
    _all: SemaphorePermit<'a>,
}

impl Turns {
    /// So many at a time for each client and in all, so many waiting in all, each at most so long; who is refused is told after
    /// a pause.
    pub fn new(each: usize, all: usize, most_waiting: usize, patience: Duration, pause: Duration) -> Turns {
        let (waiting, paused) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Turns { each: Each::of(each), all: Semaphore::new(all), waiting, most_waiting, patience, paused, pause }
    }

    /// Waits before a refusal: a program that asks without a pause is given one. Where very many wait so, nobody does.
    pub async fn before_refusal(&self) {
        if let Ok(_paused) = Waiting::join(&self.paused, self.most_waiting) {
            tokio::time::sleep(self.pause).await;
        }
    }

    /// Waits for a turn. A client who has too much going on gets `TooMany`; where everybody has, it is `Unavailable`.
    pub async fn wait(&self, client: IpNet) -> Result<Turn<'_>> {
        let own = self.each.place(client);
        if let Ok(own) = own.try_acquire()
            && let Ok(all) = self.all.try_acquire()
        {
            return Ok(Turn { _own: own, _all: all });
        }
        let _waiting = Waiting::join(&self.waiting, self.most_waiting)?;
        let deadline = tokio::time::sleep(self.patience);
        tokio::pin!(deadline);
        let own = tokio::select! {
            own = own.acquire() => own.map_err(Error::internal)?,
            () = &mut deadline => return Err(Error::TooMany(self.patience.as_secs().max(1))),
        };
        tokio::select! {
            all = self.all.acquire() => Ok(Turn { _own: own, _all: all.map_err(Error::internal)? }),
            () = &mut deadline => Err(busy()),
        }
    }
}

fn busy() -> Error {
    Error::Unavailable("too many are asking at the same time".into())
}

/// Somebody who waits; leaves the count however the waiting ends.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn join(count: &'a AtomicUsize, most: usize) -> Result<Waiting<'a>> {
        let waiting = Waiting(count);
        if count.fetch_add(1, Ordering::Relaxed) >= most { Err(busy()) } else { Ok(waiting) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(n: u8) -> IpNet {
        IpNet::from(std::net::IpAddr::from([192, 0, 2, n]))
    }

    #[tokio::test]
    async fn a_client_with_too_much_going_on_waits_for_his_own_and_leaves_the_rest_to_others() {
        let turns = Turns::new(2, 4, 10, Duration::from_millis(50), Duration::ZERO);
        let held = [turns.wait(client(1)).await.expect("free"), turns.wait(client(1)).await.expect("free")];
        assert!(matches!(turns.wait(client(1)).await, Err(Error::TooMany(1))));
        assert!(turns.wait(client(2)).await.is_ok(), "others are served");
        drop(held);
        assert!(turns.wait(client(1)).await.is_ok());
    }

    #[tokio::test]
    async fn where_everybody_works_one_waits_a_while_and_is_told_to_come_again() {
        let turns = Turns::new(2, 1, 1, Duration::from_millis(50), Duration::ZERO);
        let held = turns.wait(client(1)).await.expect("free");
        let (late, crowded) = tokio::join!(turns.wait(client(2)), turns.wait(client(3)));
        assert!(matches!(late, Err(Error::Unavailable(_))) && matches!(crowded, Err(Error::Unavailable(_))));
        let (next, ()) = tokio::join!(turns.wait(client(2)), async { drop(held) });
        assert!(next.is_ok());
        assert_eq!(turns.waiting.load(Ordering::Relaxed), 0);
    }
}
