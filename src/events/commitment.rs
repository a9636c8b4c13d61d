//! Salted commitments: an event proves what was said without saying it. Drop the salt and the words, and nobody can tell
//! what they were, while the log stays as it was.

use sha2::{Digest, Sha256};

/// 128 random bits in hexadecimal, kept beside the words they protect.
pub fn salt() -> String {
    hex(&rand::random::<[u8; 16]>())
}

/// SHA-256 over the salt and the parts, each with its length in front so that no two lists of parts look alike.
pub fn commitment(salt: &str, parts: &[&str]) -> String {
    digest(std::iter::once(&salt).chain(parts).map(|part| part.as_bytes()))
}

/// SHA-256 in hexadecimal over parts, each with its length in front.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The 32 bytes that are written in hexadecimal.
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let bytes: Option<Vec<u8>> = pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect();
    bytes.filter(|_| rest.is_empty())?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_run_together_alike_commit_differently() {
        assert_ne!(commitment("s", &["ab", "c"]), commitment("s", &["a", "bc"]));
        assert_ne!(commitment("s", &["a"]), commitment("t", &["a"]));
        assert_eq!(commitment("s", &["a"]), commitment("s", &["a"]));
    }
}
