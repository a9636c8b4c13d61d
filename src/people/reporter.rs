//! Whether two reports come from the same person, told without keeping who that is a second time: HMAC-SHA256 (RFC 2104) over each
//! way in which a reporter can be reached, under a secret of this server, cut to 64 bits. The marks stand in the contact's row and go
//! with it. Names are no mark: many share one.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{secret, token};
use crate::db::Db;
use crate::error::Result;
use crate::requests::Contact;

/// The row of table `secret` that holds the key.
const ROW: &str = "reporter";

/// Digits at the end of a telephone number that tell it from others, however its country code is written.
const DIGITS: usize = 9;

/// Makes the marks.
#[derive(Clone)]
pub struct Reporters {
    key: String,
}

impl Reporters {
    /// The key from the database, where the first server that asks puts a new one. Servers that share a database share it.
    pub async fn load(db: &Db) -> Result<Reporters> {
        Ok(Reporters { key: secret::load(db, ROW, "").await? })
    }

    /// The marks of a contact; none for a stranger.
    pub fn marks(&self, contact: &Contact) -> Vec<String> {
        let digits: Vec<char> = contact.phone.chars().filter(char::is_ascii_digit).collect();
        let phone: String = digits[digits.len().saturating_sub(DIGITS)..].iter().collect();
        let ways = [
            ("email", contact.email.trim().to_lowercase()),
            ("phone", if phone.len() < 6 { String::new() } else { phone }),
            ("account", contact.account_id.trim().to_owned()),
            ("device", contact.device_id.trim().to_owned()),
        ];
        ways.iter().filter(|(_, way)| !way.is_empty()).map(|(kind, way)| self.mark(kind, way)).collect()
    }

    fn mark(&self, kind: &str, way: &str) -> String {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.key.as_bytes()).expect("HMAC takes a key of any length");
        for part in [kind.as_bytes(), b"\0", way.as_bytes()] {
            mac.update(part);
        }
        token::hexadecimal(&mac.finalize().into_bytes()[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_reporter_has_a_mark_in_common_and_a_namesake_has_not() {
        let reporters = Reporters { key: "a key".into() };
        let ana =
            Contact { first_name: "Ana".into(), email: "Ana@example.org".into(), phone: "+44 1603 555 0123".into(), ..Contact::default() };
        let again = Contact { phone: "(01603) 5550123".into(), ..Contact::default() };
        let namesake = Contact { first_name: "Ana".into(), email: "other@example.org".into(), phone: "0".into(), ..Contact::default() };
        let shared = |one: &Contact, other: &Contact| reporters.marks(one).iter().any(|mark| reporters.marks(other).contains(mark));
        assert!(shared(&ana, &again) && shared(&ana, &Contact { email: "ana@example.org ".into(), ..Contact::default() }));
        assert!(!shared(&ana, &namesake));
        assert!(reporters.marks(&Contact { first_name: "Ana".into(), ..Contact::default() }).is_empty());
        assert!(!reporters.marks(&ana).iter().any(|mark| Reporters { key: "another".into() }.marks(&ana).contains(mark)));
    }
}
