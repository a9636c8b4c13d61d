//! The token in a follow link: who holds it acts for the request that it was made for.
//!
//! It is computed, not stored: HMAC-SHA256 (RFC 2104) over the request's salt and number under the server's secret, cut to
//! 128 bits. Erasing a person drops the salt, and with it every link ever sent. The number alone, which people read aloud,
//! opens only what is public.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::{secret, token};
use crate::db::Db;
use crate::error::Result;

/// The row of table `secret` that holds the key when the configuration gives none.
const ROW: &str = "follow";

/// The key that makes and checks follow tokens.
#[derive(Clone)]
pub struct Follow {
    key: [u8; 32],
}

impl Follow {
    /// The key from a secret of any length.
    pub fn from_secret(secret: &str) -> Follow {
        Follow { key: Sha256::digest(secret.as_bytes()).into() }
    }

    /// The key of the configuration's secret (`server.secret`), or of one in the database. Servers that share a database share
    /// it.
    pub async fn load(db: &Db, configured: &str) -> Result<Follow> {
        Ok(Follow::from_secret(&secret::load(db, ROW, configured).await?))
    }

    /// A secret for another purpose, made of the same one; neither tells the other.
    pub fn derived(&self, purpose: &str) -> String {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(b"derived\0");
        mac.update(purpose.as_bytes());
        token::write(&mac.finalize().into_bytes())
    }

    /// The token of a request: 26 characters.
    pub fn token(&self, salt: &str, number: &str) -> String {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        // The separator keeps (salt, number) pairs apart: neither holds a NUL.
        for part in [b"follow".as_slice(), b"\0", salt.as_bytes(), b"\0", number.as_bytes()] {
            mac.update(part);
        }
        token::write(&mac.finalize().into_bytes()[..16])
    }

    /// The path of the page that tells the story, with the token that lets its holder act.
    pub fn path(&self, salt: &str, number: &str) -> String {
        format!("/requests/{number}?token={}", self.token(salt, number))
    }

    /// A keyed fingerprint of something short that could be guessed from a plain one, in hexadecimal; `purpose` keeps those of
    /// one use from being taken for those of another.
    pub fn seal(&self, purpose: &str, parts: &[&str]) -> String {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        for part in [purpose].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        token::hexadecimal(&mac.finalize().into_bytes())
    }

    /// Whether `given` is the token of that request, in a time that does not tell how far it was right.
    pub fn check(&self, salt: &str, number: &str, given: &str) -> bool {
        // Without a salt the person was erased, and no link opens the request any more.
        !salt.is_empty() && token::same(&self.token(salt, number), &token::tidy(given))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_own_request_and_no_other() {
        let follow = Follow::from_secret("a secret of this city");
        let token = follow.token("salt", "4K7218QX");
        assert_eq!(token.len(), 26);
        assert!(follow.check("salt", "4K7218QX", &token));
        assert!(follow.check("salt", "4K7218QX", &token.to_uppercase()));
        assert!(!follow.check("salt", "4K7218QY", &token));
        assert!(!follow.check("other", "4K7218QX", &token));
        assert!(!follow.check("sal", "t4K7218QX", &token), "salt and number are kept apart");
        assert!(!Follow::from_secret("another city").check("salt", "4K7218QX", &token));
    }

    #[test]
    fn a_seal_is_of_one_purpose_one_secret_and_its_parts_in_their_order() {
        let follow = Follow::from_secret("a secret of this city");
        let seal = follow.seal("code", &["ab", "c"]);
        assert_eq!(seal, follow.seal("code", &["ab", "c"]));
        for other in [follow.seal("code", &["a", "bc"]), follow.seal("codeab", &["c"]), Follow::from_secret("x").seal("code", &["ab", "c"])]
        {
            assert_ne!(seal, other);
        }
    }

    #[test]
    fn a_token_that_is_cut_off_or_padded_opens_nothing() {
        let follow = Follow::from_secret("a secret of this city");
        let token = follow.token("salt", "4K7218QX");
        for wrong in ["", "0", &token[..25], &format!("{token}0"), "0".repeat(26).as_str(), "\0"] {
            assert!(!follow.check("salt", "4K7218QX", wrong), "{wrong:?}");
        }
    }
}
