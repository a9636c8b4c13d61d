//! Secrets that are handed out: made, written down for people, and compared without telling how far they were right.
//!
//! Nothing here is stored as it is: what goes to the database is [`fingerprint`].

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use crate::events::hex as hexadecimal;

/// Crockford's base 32, in lower case: no `i`, `l`, `o`, `u`, so that nothing is misread from paper or over the telephone.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new secret of 256 bits from the system's generator: 52 characters.
pub fn fresh() -> String {
    write(&rand::random::<[u8; 32]>())
}

/// A new password for a person to type once: 100 bits in five groups, `4k7v-…`.
pub fn fresh_password() -> String {
    let letters = write(&rand::random::<[u8; 13]>());
    let groups: Vec<&str> = (0..5).filter_map(|n| letters.get(n * 4..n * 4 + 4)).collect();
    groups.join("-")
}

/// What is stored of a secret: its SHA-256 in hexadecimal. Enough for secrets of 128 random bits and more; passwords need
/// `password::Passwords`.
pub fn fingerprint(secret: &str) -> String {
    hexadecimal(&Sha256::digest(secret.as_bytes()))
}

/// The bytes that [`hexadecimal`] wrote; `None` for every other text.
pub fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    rest.is_empty().then_some(())?;
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

/// Whether two secrets are the same, in a time that depends on their lengths alone.
pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// Bytes in base 32, most significant bits first, the last character filled up with zeros.
pub fn write(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut pending, mut bits) = (0u32, 0u32);
    for byte in bytes {
        pending = pending << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(pending >> bits));
        }
        pending &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(letter(pending << (5 - bits)));
    }
    text
}

fn letter(value: u32) -> char {
    char::from(ALPHABET[(value & 31) as usize])
}

/// What somebody typed, as [`write`] would have written it: case, hyphens and blanks do not matter, `o` is zero, `i` and `l`
/// are one.
pub fn tidy(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_base_32_as_crockford_has_it() {
        assert_eq!(write(&[]), "");
        assert_eq!(write(&[0xff]), "zw");
        assert_eq!(write(b"hello"), "d1jprv3f");
        assert_eq!(write(&[0; 16]).len(), 26);
        assert_eq!(write(&[0xff; 5]), "zzzzzzzz");
    }

    #[test]
    fn secrets_are_long_and_never_the_same() {
        let secrets: std::collections::HashSet<String> = (0..1000).map(|_| fresh()).collect();
        assert_eq!(secrets.len(), 1000);
        assert!(secrets.iter().all(|secret| secret.len() == 52));
        let password = fresh_password();
        assert_eq!(password.len(), 24);
        assert_eq!(password.matches('-').count(), 4);
    }

    #[test]
    fn a_fingerprint_is_sha_256() {
        assert_eq!(fingerprint("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn hexadecimal_is_read_as_it_was_written() {
        assert_eq!(from_hexadecimal(&hexadecimal(&[0, 1, 0xab, 0xff])), Some(vec![0, 1, 0xab, 0xff]));
        for wrong in ["0", "0g", "00é", "+1"] {
            assert_eq!(from_hexadecimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn secrets_are_compared_whole() {
        assert!(same("abc", "abc"));
        assert!(!same("abc", "abd"));
        assert!(!same("abc", "abcd"));
        assert!(!same("", "a"));
    }

    #[test]
    fn what_was_typed_by_hand_is_read_kindly() {
        assert_eq!(tidy(" 4K7V-oIlz "), "4k7v011z");
    }
}
