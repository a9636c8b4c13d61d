//! What must be read again but stand nowhere in plain: sealed with ChaCha20-Poly1305 (RFC 8439) under a key made from the
//! server's secret (HKDF, RFC 5869).
//!
//! What it is for is bound into the seal, so that a sealed secret moved to another row, or a cookie's words sent for another
//! purpose, do not open. With `server.secret` in the configuration a copy of the database alone opens nothing; without it the
//! key lies beside what it locks, and only keeps it out of sight.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::hmac;

use super::{secret, token};
use crate::db::Db;
use crate::error::{Error, Result};

/// The row of table `secret` that holds the key when the configuration gives none.
const ROW: &str = "vault";

/// Seals and opens.
#[derive(Clone)]
pub struct Vault {
    seal: LessSafeKey,
    print: hmac::Key,
}

impl Vault {
    /// The vault of a secret of any length.
    pub fn from_secret(secret: &str) -> Vault {
        let root = Salt::new(HKDF_SHA256, b"waymark vault").extract(secret.as_bytes());
        let key = |purpose: &'static [u8]| {
            let mut key = [0; 32];
            let purpose = [purpose];
            let made = root.expand(&purpose, HKDF_SHA256).and_then(|made| made.fill(&mut key));
            made.expect("HKDF makes 32 bytes");
            key
        };
        let seal = UnboundKey::new(&CHACHA20_POLY1305, &key(b"seal")).expect("the key has 32 bytes");
        Vault { seal: LessSafeKey::new(seal), print: hmac::Key::new(hmac::HMAC_SHA256, &key(b"fingerprint")) }
    }

    /// The vault of the configuration's secret, or of one in the database.
    pub async fn load(db: &Db, configured: &str) -> Result<Vault> {
        Ok(Vault::from_secret(&secret::load(db, ROW, configured).await?))
    }

    /// Seals for a purpose: nonce, ciphertext and tag in hexadecimal.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Result<String> {
        // 96 random bits: what one city ever seals stays far below 2^32.
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = plain.to_vec();
        self.seal
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose.as_bytes()), &mut sealed)
            .map_err(|_| Error::internal("a secret could not be sealed"))?;
        Ok(token::hexadecimal(&nonce) + &token::hexadecimal(&sealed))
    }

    /// What was sealed for this purpose; `None` for everything else.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = token::from_hexadecimal(sealed)?;
        if bytes.len() < NONCE_LEN {
            return None;
        }
        let mut sealed = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).ok()?;
        let plain = self.seal.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut sealed).ok()?;
        Some(plain.to_vec())
    }

    /// What is stored of a code that people can type, which is too short for a plain hash: its HMAC-SHA256.
    pub fn fingerprint(&self, purpose: &str, code: &str) -> String {
        let mut said = hmac::Context::with_key(&self.print);
        for part in [purpose.as_bytes(), b"\0", code.as_bytes()] {
            said.update(part);
        }
        token::hexadecimal(said.sign().as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_for_its_purpose_alone() {
        let vault = Vault::from_secret("a secret of this city");
        let sealed = vault.seal("second factor 7", b"twenty bytes of seed").expect("sealed");
        assert_eq!(vault.open("second factor 7", &sealed).as_deref(), Some(b"twenty bytes of seed".as_slice()));
        assert_eq!(vault.open("second factor 8", &sealed), None);
        assert_eq!(Vault::from_secret("another city").open("second factor 7", &sealed), None);
        assert_ne!(vault.seal("second factor 7", b"twenty bytes of seed").expect("sealed"), sealed, "each has its own nonce");
        let mut bent = sealed.clone().into_bytes();
        for at in 0..bent.len() {
            let was = bent[at];
            bent[at] = if was == b'0' { b'1' } else { b'0' };
            assert_eq!(vault.open("second factor 7", std::str::from_utf8(&bent).expect("ASCII")), None, "at {at}");
            bent[at] = was;
        }
        for wrong in ["", "00", "zz", &sealed[..sealed.len() - 2], &format!("{sealed}00"), "é"] {
            assert_eq!(vault.open("second factor 7", wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_fingerprint_belongs_to_its_purpose_and_city() {
        let vault = Vault::from_secret("a secret of this city");
        assert_eq!(vault.fingerprint("1", "abcd"), vault.fingerprint("1", "abcd"));
        assert_ne!(vault.fingerprint("1", "abcd"), vault.fingerprint("2", "abcd"));
        assert_ne!(vault.fingerprint("1", "abcd"), Vault::from_secret("another city").fingerprint("1", "abcd"));
    }
}
