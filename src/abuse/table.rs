//! Buckets for any number of keys in memory that never grows.
//!
//! Each key has a place in two rows of fixed length, found by a hash whose secret no stranger knows. Two keys may meet in one
//! row; that both rows are shared with somebody who has used up his own is rare, so a key is refused only where both refuse (a
//! count-min sketch: Cormode and Muthukrishnan, 2005). Whoever meets nobody is counted exactly.

use std::hash::{BuildHasher, RandomState};

use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};

/// Places of one row: 512 KiB. With a thousand clients at their limit, one of 4,000 others is taken for one of them.
const PLACES: usize = 1 << 16;

/// Two rows of buckets.
pub struct Table {
    rows: [(RandomState, Box<[InMemoryState]>); 2],
}

impl Default for Table {
    fn default() -> Table {
        let row = || (RandomState::new(), (0..PLACES).map(|_| InMemoryState::default()).collect());
        Table { rows: [row(), row()] }
    }
}

impl StateStore for Table {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let take = |(hash, row): &(RandomState, Box<[InMemoryState]>)| {
            let place = hash.hash_one(key) as usize % PLACES;
            row[place].measure_and_replace(&NotKeyed::NonKey, &decide)
        };
        let (one, other) = (take(&self.rows[0]), take(&self.rows[1]));
        one.or(other)
    }
}
