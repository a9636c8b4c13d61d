//! Passwords of staff: what is a good one, how it is stored, and how it is checked.
//!
//! Argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane), a few at a time, away from the threads that answer. A mail
//! address that nobody has is checked as slowly as one that somebody has.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use zxcvbn::{Score, zxcvbn};

use crate::error::{Error, Field, Result};
use crate::people::token;

/// The fewest characters of a password.
pub const SHORTEST: usize = 12;
/// The most characters of a password; longer ones are refused, not cut.
pub const LONGEST: usize = 128;

/// How many letters and digits a password has beyond what others know about the person.
const OWN: usize = 6;

/// How long a sign-in waits for its turn before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether a password will do where these words are known. What is easy to guess is zxcvbn's to say (Wheeler, USENIX Security 2016): a score below 3 of 4 falls to ten
/// thousand million tries.
fn check(password: &str, known: &[&str]) -> Result<(), Field> {
    let refuse = |problem: String| Err(Field::new("password", problem));
    let length = password.chars().count();
    if length < SHORTEST {
        return refuse(format!("needs at least {SHORTEST} characters; a few unrelated words are easy to remember"));
    }
    if length > LONGEST {
        return refuse(format!("has more than {LONGEST} characters"));
    }
    // Whole, and word by word: zxcvbn looks for each as it is given.
    let words = known.iter().flat_map(|known| known.split(|c: char| !c.is_alphanumeric()).chain([*known]));
    let mut words: Vec<&str> = words.filter(|word| word.chars().count() > 2).collect();
    let found = zxcvbn(password, &words);
    if found.score() < Score::Three {
        let advice = found.feedback().map(ToString::to_string).unwrap_or_default();
        return refuse(format!("is too easy to guess. {}", advice.trim()));
    }
    // zxcvbn lets through three known words with dots between them.
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words.iter().fold(password.to_lowercase(), |rest, word| rest.replace(&word.to_lowercase(), " "));
    if rest.chars().filter(|c| c.is_alphanumeric()).count() < OWN {
        return refuse("is made of what others know about you; add a few words that nobody does".into());
    }
    Ok(())
}

/// Hashes and checks passwords, at most as many at a time as it was made for.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// What the password of nobody is compared with.
    decoy: Arc<str>,
    /// The city: a word that no password is made of.
    city: Arc<str>,
}

impl Passwords {
    /// `at_once` hashings at a time; each takes 19 MiB and some 20 ms of a processor. No password is made of the city's name.
    pub fn new(at_once: usize, city: &str) -> Result<Passwords> {
        Ok(Passwords { turns: Arc::new(Semaphore::new(at_once.max(1))), decoy: hash(&token::fresh())?.into(), city: city.into() })
    }

    /// Whether a password will do for somebody of whom others know these words (name, mail address); the problem, if it will
    /// not.
    pub fn check(&self, password: &str, known: &[&str]) -> Result<(), Field> {
        check(password, &[known, &[&*self.city]].concat())
    }

    /// What is stored of a password: a PHC string with its own salt and parameters.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.in_turn(move || hash(&password)).await?
    }

    /// What is stored of a password that somebody chose, if it will do ([`Passwords::check`]).
    pub async fn choose(&self, password: String, known: Vec<String>) -> Result<String> {
        let passwords = self.clone();
        let chosen = self.in_turn(move || {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            passwords.check(&password, &known).map_err(|field| Error::Invalid(vec![field]))?;
            hash(&password)
        });
        chosen.await?
    }

    /// Whether the password is the one that was stored; `None` stands for nobody and takes as long.
    pub async fn verify(&self, stored: Option<String>, password: String) -> Result<bool> {
        let known = stored.is_some();
        let against = stored.unwrap_or_else(|| self.decoy.to_string());
        let right = self.in_turn(move || verify(&against, &password)).await??;
        Ok(right && known)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = timeout(PATIENCE, self.turns.clone().acquire_owned())
            .await
            .map_err(|_| Error::TooMany(PATIENCE.as_secs()))?
            .expect("the semaphore is never closed");
        tokio::task::spawn_blocking(move || {
            let outcome = work();
            drop(turn); // held until the work is done, even if the asker has gone
            outcome
        })
        .await
        .map_err(Error::internal)
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(|e| Error::internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String> {
    let hash = argon2()?.hash_password(password.as_bytes()).map_err(|e| Error::internal(e.to_string()))?;
    Ok(hash.to_string())
}

fn verify(stored: &str, password: &str) -> Result<bool> {
    let stored = PasswordHash::new(stored).map_err(|e| Error::internal(format!("a stored password cannot be read: {e}")))?;
    // No stored password is longer, so a longer one is wrong; hashing megabytes would only cost.
    let password = if password.chars().nth(LONGEST).is_some() { "" } else { password };
    Ok(argon2()?.verify_password(password.as_bytes(), &stored).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        check(password, &["Ana Maria Souza", "ana.souza@city.example", "Alderford"]).is_err()
    }

    #[test]
    fn a_password_is_long_and_not_what_everybody_tries() {
        assert!(!refused("four unrelated words"));
        assert!(!refused("ünïcödé ist auch gut"));
        for bad in ["", "short", "eleven char", "password1234", "PassWord1234", "P@ssw0rd1234", "aaaaaaaaaaaaaaaa", "abababababab"] {
            assert!(refused(bad), "{bad:?}");
        }
        for bad in ["qwertyuiopasdf", "1qaz2wsx3edc", "administrator1", "19871987198719", "iloveyou1234"] {
            assert!(refused(bad), "{bad:?}");
        }
        let longest = "four unrelated words ".repeat(6);
        assert!(!refused(&format!("{longest}x")) && !refused(&format!("{longest}xy")), "128 characters");
        assert!(refused(&format!("{longest}xyz")), "129 characters");
    }

    #[test]
    fn a_password_is_not_the_person_and_not_the_city() {
        for bad in ["ana.souza@city.example", "ANA MARIA SOUZA", "ana.maria.souza", "souza.alderford", "Alderford2026!"] {
            assert!(refused(bad), "{bad:?}");
        }
        assert!(check("Alderford2026!Zuq", &[]).is_ok(), "elsewhere it is a word like another");
    }

    #[test]
    fn a_refusal_says_what_would_be_better() {
        let problem = check("qwertyuiopasdf", &[]).expect_err("a row of keys").problem;
        assert!(problem.starts_with("is too easy to guess. ") && problem.contains("Add another word or two"), "{problem}");
    }

    #[tokio::test]
    async fn the_right_password_is_right_and_every_other_is_wrong() {
        let passwords = Passwords::new(2, "Alderford").expect("argon2 takes these parameters");
        let stored = passwords.hash("four unrelated words".into()).await.expect("a hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let again = passwords.hash("four unrelated words".into()).await.expect("a hash");
        assert_ne!(stored, again, "each has its own salt");
        let verify = |password: &str| passwords.verify(Some(stored.clone()), password.to_owned());
        assert!(verify("four unrelated words").await.expect("checked"));
        for wrong in ["", "four unrelated word", "Four unrelated words", "four unrelated words ", &"x".repeat(1_000_000)] {
            assert!(!verify(wrong).await.expect("checked"));
        }
        assert!(!passwords.verify(None, "four unrelated words".into()).await.expect("checked"), "nobody has no password");
        assert!(passwords.verify(Some("plain".into()), "plain".into()).await.is_err(), "what is not a hash is a fault");
    }
}
