//! How often somebody may try a password or a code, or ask for a message: small buckets in memory, per mail address (or telephone), per
//! network address, and per both.
//!
//! Each try takes a token from all three; a right password gives them back, so that only failures count. The bucket of
//! both is the strict one: a stranger elsewhere uses up his own, and cannot easily lock a person out. It is per process and
//! forgets at a restart; what a restart gives away is a handful of tries.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

/// How many tries a bucket holds, and how many milliseconds it takes to get one back.
#[derive(Debug, Clone, Copy)]
struct Size {
    burst: i64,
    every_ms: i64,
}

/// How large the three buckets are.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    both: Size,
    mail: Size,
    address: Size,
}

impl Sizes {
    /// For passwords, where only failures count.
    pub const PASSWORDS: Sizes = Sizes {
        both: Size { burst: 8, every_ms: 30_000 },
        mail: Size { burst: 40, every_ms: 15_000 },
        address: Size { burst: 60, every_ms: 2_000 },
    };
    /// For codes of a second factor. There are only a million, and whoever tries them knows the password: 288 a day for one
    /// mail address, from wherever they come.
    pub const CODES: Sizes = Sizes {
        both: Size { burst: 8, every_ms: 30_000 },
        mail: Size { burst: 20, every_ms: 300_000 },
        address: Size { burst: 60, every_ms: 2_000 },
    };
    /// For messages that are sent to somebody who may not have asked: a handful, then one in five minutes; an office behind
    /// one address may ask for many.
    pub const MESSAGES: Sizes = Sizes {
        both: Size { burst: 3, every_ms: 300_000 },
        mail: Size { burst: 5, every_ms: 300_000 },
        address: Size { burst: 30, every_ms: 20_000 },
    };
}

/// The most buckets that are kept; beyond it the ones that are nearly full again are forgotten.
const BUCKETS: usize = 100_000;

/// The tries of late. One for the whole process.
#[derive(Debug)]
pub struct Attempts {
    sizes: Sizes,
    /// For each key the time when its bucket will be full again (the generic cell rate algorithm of ITU-T I.371).
    full_at: Mutex<HashMap<String, i64>>,
}

impl Default for Attempts {
    fn default() -> Self {
        Attempts::new(Sizes::PASSWORDS)
    }
}

impl Attempts {
    /// Buckets of these sizes, all full.
    pub fn new(sizes: Sizes) -> Attempts {
        Attempts { sizes, full_at: Mutex::default() }
    }

    /// Takes one try at `now` (epoch milliseconds); the seconds to wait if there is none left. `address` is the same for all
    /// addresses that one customer has ([`Client::grouped`](crate::network::Client::grouped)).
    pub fn take(&self, mail: &str, address: Option<IpAddr>, now: i64) -> Result<(), u64> {
        let mut full_at = self.lock();
        let keys = self.sizes.keys(mail, address);
        let wait = keys.iter().map(|(key, size)| size.wait(full_at.get(key), now)).max().unwrap_or(0);
        if wait > 0 {
            return Err(wait.unsigned_abs().div_ceil(1000));
        }
        if full_at.len() > BUCKETS {
            full_at.retain(|_, full| *full > now);
        }
        if full_at.len() > BUCKETS {
            // Everybody at once: forget the half that is nearest to being full.
            let mut times: Vec<i64> = full_at.values().copied().collect();
            let (_, middle, _) = times.select_nth_unstable(BUCKETS / 2);
            let middle = *middle;
            full_at.retain(|_, full| *full > middle);
        }
        for (key, size) in keys {
            let full = full_at.entry(key).or_insert(now);
            *full = (*full).max(now) + size.every_ms;
        }
        Ok(())
    }

    /// Gives back what [`Attempts::take`] took: the password was right.
    pub fn give_back(&self, mail: &str, address: Option<IpAddr>) {
        let mut full_at = self.lock();
        for (key, size) in self.sizes.keys(mail, address) {
            if let Some(full) = full_at.get_mut(&key) {
                *full -= size.every_ms;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, i64>> {
        // A panic while the lock was held leaves at worst one count wrong.
        self.full_at.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Size {
    /// Milliseconds until a token is there; 0 if one is.
    fn wait(self, full_at: Option<&i64>, now: i64) -> i64 {
        let full_at = full_at.copied().unwrap_or(now).max(now);
        (full_at + self.every_ms - self.burst * self.every_ms - now).max(0)
    }
}

impl Sizes {
    fn keys(self, mail: &str, address: Option<IpAddr>) -> Vec<(String, Size)> {
        let mail = mail.to_lowercase();
        let mut keys = vec![(format!("m {mail}"), self.mail)];
        if let Some(address) = address {
            keys.push((format!("a {address}"), self.address));
            keys.push((format!("b {address} {mail}"), self.both));
        } else {
            keys.push((format!("b - {mail}"), self.both));
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Size = Sizes::PASSWORDS.both;
    const MAIL: Size = Sizes::PASSWORDS.mail;
    const ADDRESS: Size = Sizes::PASSWORDS.address;

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().expect("an address"))
    }

    #[test]
    fn after_a_burst_one_waits_and_then_gets_one_try() {
        let attempts = Attempts::default();
        let here = address("192.0.2.1");
        for n in 0..BOTH.burst {
            assert_eq!(attempts.take("a@x.example", here, 1000), Ok(()), "try {n}");
        }
        assert_eq!(attempts.take("a@x.example", here, 1000), Err(30));
        assert_eq!(attempts.take("A@X.example", here, 1000), Err(30), "case does not make another mail address");
        assert_eq!(attempts.take("a@x.example", here, 30_999), Err(1));
        assert_eq!(attempts.take("a@x.example", here, 31_000), Ok(()));
        assert_eq!(attempts.take("a@x.example", here, 31_000), Err(30));
    }

    #[test]
    fn a_right_password_costs_nothing() {
        let attempts = Attempts::default();
        for _ in 0..1000 {
            assert_eq!(attempts.take("a@x.example", address("192.0.2.1"), 0), Ok(()));
            attempts.give_back("a@x.example", address("192.0.2.1"));
        }
    }

    #[test]
    fn a_stranger_elsewhere_does_not_lock_a_person_out() {
        let attempts = Attempts::default();
        while attempts.take("a@x.example", address("198.51.100.9"), 0).is_ok() {}
        assert_eq!(attempts.take("a@x.example", address("192.0.2.1"), 0), Ok(()));
    }

    #[test]
    fn one_address_cannot_try_every_mail_and_many_addresses_cannot_try_one() {
        let attempts = Attempts::default();
        let tries = (0..1000).filter(|n| attempts.take(&format!("{n}@x.example"), address("192.0.2.1"), 0).is_ok()).count();
        assert_eq!(tries, ADDRESS.burst as usize);
        let tries = (0..1000).filter(|n| attempts.take("b@x.example", address(&format!("2001:db8:0:{n:x}::1")), 0).is_ok()).count();
        assert_eq!(tries, MAIL.burst as usize);
    }

    #[test]
    fn codes_are_tried_slowly_from_wherever_they_come() {
        let attempts = Attempts::new(Sizes::CODES);
        let (mut now, mut tries) = (0, 0);
        while now < 24 * 3_600_000 {
            let elsewhere = address(&format!("2001:db8:0:{:x}::", now / 10_000));
            tries += usize::from(attempts.take("a@x.example", elsewhere, now).is_ok());
            now += 10_000;
        }
        assert!((288..=310).contains(&tries), "{tries} of a million codes in a day");
    }

    #[test]
    fn memory_stays_bounded() {
        let attempts = Attempts::default();
        for n in 0..150_000 {
            let v6 = format!("2001:{:x}:{:x}:1::1", n >> 16, n & 0xffff);
            let _ = attempts.take(&format!("{n}@x.example"), address(&v6), n);
        }
        assert!(attempts.lock().len() <= BUCKETS + 3);
    }
}
