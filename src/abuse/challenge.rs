//! Work that a filing costs its sender where many are filed: a puzzle that is dear to solve and cheap to check, instead of a
//! picture puzzle that shuts out whoever cannot see it.
//!
//! A challenge is signed and not stored: `expiry.bits.nonce.mac`. Its answer is a number that makes the SHA-256 of
//! `challenge:number` begin with so many zero bits (Hashcash: Back, 2002). How many grows with what was filed of late from the
//! sender's network and from everywhere; where little was, there are none, and who sends no answer is served. Each is good once
//! in this process.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use ipnet::IpNet;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::config;
use crate::error::{Error, Result};
use crate::people::token;

/// Half of what was filed is forgotten after so many milliseconds.
const HALF_LIFE_MS: f64 = 10.0 * 60_000.0;

/// Places for what was filed by network; two may share one.
const PLACES: usize = 1 << 14;

/// Answers that are remembered until their challenges expire.
const MOST_USED: usize = 100_000;

/// Bits that a challenge may lack: what is filed meanwhile by others should not undo somebody's work.
const SLACK: u32 = 1;

/// When work is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Off,
    Auto,
    Always,
}

/// A puzzle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Challenge {
    /// The challenge; opaque.
    pub challenge: String,
    /// How many zero bits the SHA-256 of `challenge:number` has to begin with. 0: nothing is asked for.
    pub bits: u32,
    /// Until when it is good, epoch milliseconds.
    pub expires_at: i64,
}

/// What a filing was told.
#[derive(Debug)]
pub enum Asked {
    /// It may be filed; what it used is given back where nothing was filed after all.
    Nothing(Option<Used>),
    /// It is filed with an answer to this.
    Work(Challenge),
}

/// An answer that was used.
#[derive(Debug, Clone)]
pub struct Used(String);

/// Makes and checks challenges. One for the whole process.
pub struct Challenges {
    mode: Mode,
    settings: config::Challenge,
    key: [u8; 32],
    hash: RandomState,
    recent: Box<[Mutex<Recent>]>,
    all: Mutex<Recent>,
    used: Mutex<HashMap<String, (i64, String)>>,
}

/// A count that fades.
#[derive(Debug, Clone, Copy, Default)]
struct Recent {
    count: f64,
    at: i64,
}

impl Recent {
    fn now(self, now: i64) -> f64 {
        self.count * (-((now - self.at).max(0) as f64) / HALF_LIFE_MS).exp2()
    }

    fn add(&mut self, now: i64) {
        *self = Recent { count: self.now(now) + 1.0, at: now };
    }
}

impl Challenges {
    /// As the settings have it; the key is made of the server's secret, so that servers with one secret take each other's.
    pub fn new(settings: &config::Challenge, secret: &str) -> Result<Challenges> {
        let mode = match settings.mode.as_str() {
            "off" => Mode::Off,
            "auto" => Mode::Auto,
            "always" => Mode::Always,
            _ => return Err(Error::config("challenge.mode", "must be `off`, `auto` or `always`")),
        };
        if settings.bits == 0 || settings.bits > settings.most_bits || settings.most_bits > 28 {
            return Err(Error::config("challenge.bits", "must be from 1 to challenge.most_bits, which is at most 28"));
        }
        if settings.free == 0 || settings.free_in_all == 0 || settings.minutes == 0 {
            return Err(Error::config("challenge", "free, free_in_all and minutes must be at least 1"));
        }
        Ok(Challenges {
            mode,
            settings: settings.clone(),
            key: Sha256::digest([b"challenge\0", secret.as_bytes()].concat()).into(),
            hash: RandomState::new(),
            recent: (0..PLACES).map(|_| Mutex::default()).collect(),
            all: Mutex::default(),
            used: Mutex::default(),
        })
    }

    /// A puzzle as hard as this network has to have it at `now`.
    pub fn fresh(&self, network: IpNet, now: i64) -> Challenge {
        self.of(self.bits(network, now), now)
    }

    fn of(&self, bits: u32, now: i64) -> Challenge {
        let expires_at = now + i64::from(self.settings.minutes) * 60_000;
        let text = format!("{expires_at}.{bits}.{}", token::write(&rand::random::<[u8; 10]>()));
        Challenge { challenge: format!("{text}.{}", self.mac(&text)), bits, expires_at }
    }

    /// Whether a filing of this network may go on, with `given` (`challenge:number`) as its answer. `of` names the filing, so
    /// that sending it again is no other one.
    pub fn check(&self, network: IpNet, given: Option<&str>, of: &str, now: i64) -> Result<Asked> {
        let bits = self.bits(network, now);
        if bits == 0 {
            return Ok(Asked::Nothing(None));
        }
        let solved = given.and_then(|given| self.solved(given, bits.saturating_sub(SLACK), now));
        let Some((challenge, expires_at)) = solved else { return Ok(Asked::Work(self.of(bits, now))) };
        let mut used = lock(&self.used);
        if let Some((_, before)) = used.get(&challenge) {
            let again = !of.is_empty() && before == of;
            return Ok(if again { Asked::Nothing(None) } else { Asked::Work(self.of(bits, now)) });
        }
        if used.len() >= MOST_USED {
            used.retain(|_, (expires_at, _)| *expires_at > now);
            if used.len() >= MOST_USED {
                return Err(Error::TooMany(60));
            }
        }
        used.insert(challenge.clone(), (expires_at, of.to_owned()));
        Ok(Asked::Nothing(Some(Used(challenge))))
    }

    /// Something was filed from this network.
    pub fn filed(&self, network: IpNet, now: i64) {
        lock(self.place(network)).add(now);
        lock(&self.all).add(now);
    }

    /// Nothing was filed after all: the answer is good for the next try.
    pub fn give_back(&self, used: Used) {
        lock(&self.used).remove(&used.0);
    }

    fn bits(&self, network: IpNet, now: i64) -> u32 {
        let own = lock(self.place(network)).now(now) / f64::from(self.settings.free);
        let all = lock(&self.all).now(now) / f64::from(self.settings.free_in_all);
        let over = own.max(all);
        // Twice as many cost twice the work each.
        let harder = || self.settings.bits + over.max(1.0).log2() as u32;
        match self.mode {
            Mode::Off => 0,
            Mode::Auto if over < 1.0 => 0,
            Mode::Auto | Mode::Always => harder().min(self.settings.most_bits),
        }
    }

    fn place(&self, network: IpNet) -> &Mutex<Recent> {
        &self.recent[self.hash.hash_one(network) as usize % PLACES]
    }

    /// The challenge of an answer that is right, signed by us, hard enough and not too old, and when it expires.
    fn solved(&self, given: &str, bits: u32, now: i64) -> Option<(String, i64)> {
        let (challenge, number) = given.split_once(':').filter(|_| given.len() <= 200)?;
        number.parse::<u64>().ok()?;
        let (text, mac) = challenge.rsplit_once('.')?;
        if !token::same(mac, &self.mac(text)) {
            return None;
        }
        let mut parts = text.split('.');
        let (expires_at, hard): (i64, u32) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        (expires_at > now && hard >= bits && zeros(&Sha256::digest(given)) >= hard).then(|| (challenge.to_owned(), expires_at))
    }

    fn mac(&self, text: &str) -> String {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(text.as_bytes());
        token::write(&mac.finalize().into_bytes()[..16])
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while the lock was held leaves at worst one count wrong.
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Zero bits at the beginning.
fn zeros(hash: &[u8]) -> u32 {
    let whole = hash.iter().take_while(|byte| **byte == 0).count();
    8 * whole as u32 + hash.get(whole).map_or(0, |byte| byte.leading_zeros())
}

/// Solves a challenge, as a client would: tries numbers until one fits.
pub fn solve(challenge: &Challenge) -> String {
    let answer = |number: u64| format!("{}:{number}", challenge.challenge);
    (0..).map(answer).find(|given| zeros(&Sha256::digest(given)) >= challenge.bits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenges(mode: &str) -> Challenges {
        let settings = config::Challenge { mode: mode.into(), free: 2, free_in_all: 8, bits: 6, most_bits: 9, minutes: 30 };
        Challenges::new(&settings, "a secret of this city").expect("good settings")
    }

    fn network(n: u8) -> IpNet {
        IpNet::from(std::net::IpAddr::from([192, 0, 2, n]))
    }

    fn passes(asked: Result<Asked>) -> bool {
        matches!(asked, Ok(Asked::Nothing(_)))
    }

    #[test]
    fn nothing_is_asked_for_while_little_is_filed_and_more_the_more_is() {
        let auto = challenges("auto");
        let bits: Vec<u32> = (0..40)
            .map(|_| {
                let bits = auto.fresh(network(1), 0).bits;
                auto.filed(network(1), 0);
                bits
            })
            .collect();
        assert_eq!(bits[..9], [0, 0, 6, 6, 7, 7, 7, 7, 8]);
        assert_eq!(bits[39], 9, "and never more than the most");
        assert!(auto.fresh(network(2), 0).bits > 0, "a flood from everywhere asks everybody");
        assert_eq!(auto.fresh(network(1), 24 * 3_600_000).bits, 0, "and it fades");
        assert_eq!((challenges("off").fresh(network(1), 0).bits, challenges("always").fresh(network(1), 0).bits), (0, 6));
    }

    #[test]
    fn an_answer_is_good_once_and_again_for_the_same_filing() {
        let always = challenges("always");
        let answer = solve(&always.fresh(network(1), 0));
        assert!(passes(always.check(network(1), Some(&answer), "key", 1)));
        assert!(passes(always.check(network(1), Some(&answer), "key", 2)), "the answer was lost, and it is sent again");
        assert!(!passes(always.check(network(1), Some(&answer), "other", 3)));
        assert!(!passes(always.check(network(1), Some(&answer), "", 3)));
        let Ok(Asked::Nothing(Some(used))) = always.check(network(1), Some(&solve(&always.fresh(network(1), 0))), "", 3) else {
            panic!("it is right")
        };
        let again = used.0.clone();
        always.give_back(used);
        assert!(!lock(&always.used).contains_key(&again));
    }

    #[test]
    fn what_was_not_solved_or_not_ours_is_refused() {
        let always = challenges("always");
        let fresh = always.fresh(network(1), 0);
        let right = solve(&fresh);
        let other =
            Challenges::new(&config::Challenge { mode: "always".into(), ..config::Challenge::default() }, "another secret").expect("good");
        let easier = fresh.challenge.replacen(".6.", ".0.", 1);
        for given in [
            None,
            Some(String::new()),
            Some(":".into()),
            Some(fresh.challenge.clone()),
            Some(format!("{}:x", fresh.challenge)),
            Some(format!("{easier}:0")),
            Some(format!("{right}0")),
            Some(solve(&Challenge { bits: 6, ..other.fresh(network(1), 0) })),
            Some("9".repeat(10_000)),
        ] {
            // A number made longer may be right by chance, once in 64 times; then it is right.
            let by_chance = given.as_deref().is_some_and(|given| given.starts_with(&right) && zeros(&Sha256::digest(given)) >= 6);
            assert!(by_chance || !passes(always.check(network(1), given.as_deref(), "", 1)), "{given:?}");
        }
        assert!(!passes(always.check(network(1), Some(&right), "", 31 * 60_000)), "and what is too old");
        assert!(passes(always.check(network(9), Some(&right), "", 1)), "a telephone may change its network meanwhile");
    }

    #[test]
    fn an_easy_answer_does_not_do_where_much_is_filed() {
        let always = challenges("always");
        let easy = solve(&always.fresh(network(1), 0));
        (0..16).for_each(|_| always.filed(network(1), 0));
        assert!(!passes(always.check(network(1), Some(&easy), "", 1)));
    }
}
