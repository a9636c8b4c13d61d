//! What a key of a machine is for. A key holds no more than a few of these, each with limits as a grant has them.

use super::Role;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Power {
    /// File requests for others.
    File,
    /// Read what the public reads.
    Read,
    /// See what this role sees. Only of roles that change nothing: the log names a member for each change, and a key is none.
    As(Role),
}

/// Every power.
pub const POWERS: [Power; 4] = [Power::File, Power::Read, Power::As(Role::Leader), Power::As(Role::Auditor)];

impl Power {
    /// The word of the wire and of the database.
    pub const fn word(self) -> &'static str {
        match self {
            Power::File => "file",
            Power::Read => "read",
            Power::As(role) => role.word(),
        }
    }

    /// The power a word means.
    pub fn parse(word: &str) -> Option<Power> {
        POWERS.into_iter().find(|power| power.word() == word)
    }
}
