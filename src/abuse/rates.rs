//! How often somebody may ask: a bucket for each kind of work and each asker, emptied by asking and filled by time (the generic
//! cell rate algorithm, as `governor` has it). The sizes are the settings of `[rates]`: wide enough for a person who drags the
//! map about, and for an office behind one address.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::{NoOpMiddleware, StateInformationMiddleware};
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use ipnet::IpNet;

use super::table::Table;
use crate::clock::Clock;
use crate::config::{self, Rate};
use crate::error::{Error, Result};
use crate::network::{self, Client};

/// How long a session that was seen is taken for one without looking again, and how many are.
const REMEMBERED: Duration = Duration::from_secs(300);
const MOST_REMEMBERED: usize = 4096;

/// Kinds of work that have a bucket of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Anything at all.
    Everything,
    /// Tiles of the map.
    Tiles,
    /// Heat, clusters, counts, steps and pins.
    Map,
    /// Pages of lists, searches.
    Lists,
    /// Open cases near a place.
    Nearby,
    /// Places by their names, while somebody types, and names of places.
    Search,
    /// Uploads of photos.
    Photos,
    /// Filing without a key.
    Filing,
    /// Comments and withdrawals.
    Comments,
    /// Passwords and codes.
    SignIn,
    /// Filing with a key: by the key, and by the address that sends it.
    Keys,
    /// Whatever a signed-in browser asks.
    Session,
}

/// Every kind, in the order of [`Kind`].
pub const KINDS: [Kind; 12] = [
    Kind::Everything,
    Kind::Tiles,
    Kind::Map,
    Kind::Lists,
    Kind::Nearby,
    Kind::Search,
    Kind::Photos,
    Kind::Filing,
    Kind::Comments,
    Kind::SignIn,
    Kind::Keys,
    Kind::Session,
];

impl Kind {
    /// The word that answers and settings have for it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Everything => "everything",
            Kind::Tiles => "tiles",
            Kind::Map => "map",
            Kind::Lists => "lists",
            Kind::Nearby => "nearby",
            Kind::Search => "search",
            Kind::Photos => "photos",
            Kind::Filing => "filing",
            Kind::Comments => "comments",
            Kind::SignIn => "sign_in",
            Kind::Keys => "keys",
            Kind::Session => "session",
        }
    }

    fn rate(self, rates: &config::Rates) -> Rate {
        match self {
            Kind::Everything => rates.everything,
            Kind::Tiles => rates.tiles,
            Kind::Map => rates.map,
            Kind::Lists => rates.lists,
            Kind::Nearby => rates.nearby,
            Kind::Search => rates.search,
            Kind::Photos => rates.photos,
            Kind::Filing => rates.filing,
            Kind::Comments => rates.comments,
            Kind::SignIn => rates.sign_in,
            Kind::Keys => rates.keys,
            Kind::Session => rates.session,
        }
    }
}

/// Whose bucket it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asker<'a> {
    /// A client's network.
    Network(IpNet),
    /// A key of the public interface.
    Key(i64),
    /// A client's network that says it is signed in, until that is known.
    Guesser(IpNet),
    /// A session, by its token; whether there is such a session is not known here.
    Session(&'a str),
}

/// What is left of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// The kind of work.
    pub kind: Kind,
    /// What the full bucket holds.
    pub burst: u32,
    /// Seconds in which an empty bucket is full again.
    pub window: u64,
    /// How often one may ask at once.
    pub remaining: u32,
    /// Seconds until the bucket is full again.
    pub reset: u64,
}

/// A bucket is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Empty {
    /// The bucket.
    pub left: Left,
    /// Seconds until one may ask again.
    pub wait: u64,
}

struct Bucket {
    rate: Rate,
    limiter: RateLimiter<u64, Table, Ticks, StateInformationMiddleware>,
}

/// The bucket of one key.
type Own = RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Duration>>;

/// All buckets of this process.
pub struct Rates {
    on: bool,
    exempt: Vec<IpNet>,
    hash: RandomState,
    clock: Ticks,
    buckets: Vec<Bucket>,
    /// Hashes of tokens that were those of sessions, and when.
    sessions: Mutex<HashMap<u64, Duration>>,
    /// Keys with a rate of their own: as many as the city made.
    own: Mutex<HashMap<i64, (NonZeroU32, Arc<Own>)>>,
}

impl Rates {
    /// Buckets as the settings have them.
    pub fn new(rates: &config::Rates, clock: Clock) -> Result<Rates> {
        let clock = Ticks(clock);
        let bucket = |kind: Kind| {
            let rate = kind.rate(rates);
            let quota = quota(kind, rate)?;
            Ok(Bucket { rate, limiter: RateLimiter::new(quota, Table::default(), clock.clone()) })
        };
        let buckets = KINDS.into_iter().map(bucket).collect::<Result<_>>()?;
        let exempt = network::networks("rates.exempt", &rates.exempt)?;
        Ok(Rates { on: rates.on, exempt, hash: RandomState::new(), clock, buckets, sessions: Mutex::default(), own: Mutex::default() })
    }

    /// Whether this client is never refused.
    pub fn exempts(&self, client: &Client) -> bool {
        !self.on || network::within(&self.exempt, client.address)
    }

    /// Takes one from the asker's bucket.
    pub fn take(&self, kind: Kind, asker: Asker<'_>) -> Result<Left, Empty> {
        let bucket = &self.buckets[kind as usize];
        let left = |remaining: u32| Left {
            kind,
            burst: bucket.rate.burst,
            window: bucket.rate.fills_in(bucket.rate.burst),
            remaining,
            reset: bucket.rate.fills_in(bucket.rate.burst.saturating_sub(remaining)),
        };
        match bucket.limiter.check_key(&self.hash.hash_one(asker)) {
            Ok(state) => Ok(left(state.remaining_burst_capacity())),
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now());
                Err(Empty { left: left(0), wait: wait.as_secs() + u64::from(wait.subsec_nanos() > 0) })
            }
        }
    }

    /// Whether this was the token of a session a short while ago. For limits alone: it opens nothing.
    pub fn remembers(&self, token: &str) -> bool {
        let seen = self.known().get(&self.hash.hash_one(token)).copied();
        seen.is_some_and(|seen| self.clock.now().saturating_sub(seen) < REMEMBERED)
    }

    /// Remembers that this is the token of a session.
    pub fn remember(&self, token: &str) {
        let now = self.clock.now();
        let mut known = self.known();
        if known.len() >= MOST_REMEMBERED {
            known.clear();
        }
        known.insert(self.hash.hash_one(token), now);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<u64, Duration>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same for a key, which has no address to be exempt by. A key may have a rate of its own, so many a minute.
    pub fn take_key(&self, key: i64, per_minute: Option<i64>) -> Result<()> {
        if !self.on {
            return Ok(());
        }
        match per_minute.and_then(|rate| NonZeroU32::new(rate.clamp(0, i64::from(u32::MAX)) as u32)) {
            None => self.take(Kind::Keys, Asker::Key(key)).map(drop).map_err(|empty| Error::TooMany(empty.wait)),
            Some(rate) => self.own(key, rate).check().map_err(|until| {
                let wait = until.wait_time_from(self.clock.now());
                Error::TooMany(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
            }),
        }
    }

    /// The bucket of a key that has its own rate; a key that is given another begins anew.
    fn own(&self, key: i64, rate: NonZeroU32) -> Arc<Own> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || (rate, Arc::new(RateLimiter::direct_with_clock(Quota::per_minute(rate), self.clock.clone())));
        let held = own.entry(key).or_insert_with(fresh);
        if held.0 != rate {
            *held = fresh();
        }
        held.1.clone()
    }
}

impl Rate {
    /// Seconds in which so many come back.
    fn fills_in(self, n: u32) -> u64 {
        (u64::from(n) * 60).div_ceil(u64::from(self.per_minute))
    }
}

fn quota(kind: Kind, rate: Rate) -> Result<Quota> {
    let at_least_one = || Error::config(&format!("rates.{}", kind.word()), "`burst` and `per_minute` must be at least 1");
    let burst = NonZeroU32::new(rate.burst).ok_or_else(at_least_one)?;
    let per_minute = NonZeroU32::new(rate.per_minute).ok_or_else(at_least_one)?;
    Ok(Quota::per_minute(per_minute).allow_burst(burst))
}

/// Our clock as `governor` wants one.
#[derive(Clone)]
struct Ticks(Clock);

impl governor::clock::Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.steady()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(clock: &Clock) -> Rates {
        let settings = config::Rates { tiles: Rate { burst: 3, per_minute: 60 }, exempt: vec!["10.0.0.0/8".into()], ..Default::default() };
        Rates::new(&settings, clock.clone()).expect("good settings")
    }

    fn network_of(text: &str) -> Asker<'static> {
        Asker::Network(network::network(text).expect("a network"))
    }

    #[test]
    fn a_bucket_is_emptied_by_asking_and_filled_by_time() {
        let clock = Clock::standing_at(1_000_000);
        let rates = rates(&clock);
        let here = network_of("192.0.2.1");
        for remaining in [2, 1, 0] {
            let left = rates.take(Kind::Tiles, here).expect("some are left");
            assert_eq!((left.remaining, left.burst, left.window, left.reset), (remaining, 3, 3, u64::from(3 - remaining)));
        }
        assert_eq!(rates.take(Kind::Tiles, here).expect_err("none is left").wait, 1);
        assert_eq!(rates.take(Kind::Tiles, network_of("192.0.2.2")).map(|left| left.remaining), Ok(2), "others have their own");
        assert_eq!(rates.take(Kind::Map, here).map(|left| left.kind), Ok(Kind::Map), "and so has other work");
        clock.advance(999);
        assert!(rates.take(Kind::Tiles, here).is_err());
        clock.advance(1);
        assert!(rates.take(Kind::Tiles, here).is_ok());
        assert!(rates.take(Kind::Tiles, here).is_err());
    }

    #[test]
    fn a_hundred_thousand_clients_take_no_more_memory_and_a_newcomer_is_served() {
        let rates = rates(&Clock::standing_at(0));
        for n in 0..2000_u32 {
            let crawler = Asker::Network(IpNet::from(std::net::IpAddr::from(n.to_be_bytes())));
            while rates.take(Kind::Tiles, crawler).is_ok() {}
        }
        let newcomers = 10_000;
        let first = |n: u32| rates.take(Kind::Tiles, Asker::Key(i64::from(n))).is_ok();
        let refused = (0..newcomers).filter(|n| !first(*n)).count();
        // One row is taken for about 3 % of them by the crawlers and, towards the end, for 14 % by each other; both for few.
        assert!(refused < 200, "{refused} of {newcomers}");
    }

    #[test]
    fn nobody_is_refused_where_there_are_no_limits_and_the_exempt_never_are() {
        let clock = Clock::standing_at(0);
        let client = |text: &str| {
            crate::network::Proxies::new(&[], "Forwarded", 64).expect("good").client(text.parse().expect("one"), std::iter::empty())
        };
        assert!(rates(&clock).exempts(&client("10.1.2.3")));
        assert!(!rates(&clock).exempts(&client("192.0.2.1")));
        let off = Rates::new(&config::Rates { on: false, ..Default::default() }, clock).expect("good settings");
        assert!(off.exempts(&client("192.0.2.1")));
    }

    #[test]
    fn a_rate_of_nothing_is_no_rate() {
        let settings = config::Rates { nearby: Rate { burst: 0, per_minute: 1 }, ..Default::default() };
        let refused = Rates::new(&settings, Clock::real()).err().expect("it cannot be");
        assert!(refused.to_string().contains("rates.nearby"));
    }
}
