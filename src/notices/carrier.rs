//! Whoever takes a message outside: the mail server, the gateway for text messages, and what is to come (webhooks, letters).

use crate::record;

record! {
    /// A message whose turn it is.
    #[derive(Debug, Clone)]
    pub struct Due {
        /// Its row.
        pub id: i64,
        /// Where it goes.
        pub address: String,
        /// The subject; a text message has none.
        pub subject: String,
        /// The words.
        pub body: String,
        /// Whether it is of no use after `give_up_at`.
        pub secret: bool,
        /// How often it was tried, this time included.
        pub attempts: i64,
        /// When it was put into the outbox, epoch milliseconds.
        pub created_at: i64,
        /// When it is given up.
        pub give_up_at: i64,
    }
}

/// Why a message was not taken, in our own words: an answer of theirs may repeat addresses and passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// For good: the address is wrong, or the message is refused.
    Refused(String),
    /// This one not now, others perhaps.
    Later(String),
    /// None at all now: out of reach, or it does not let us in.
    Unreachable(String),
}

impl Failure {
    /// The words for the delivery log.
    pub fn words(&self) -> &str {
        match self {
            Failure::Refused(words) | Failure::Later(words) | Failure::Unreachable(words) => words,
        }
    }
}

/// Takes messages outside, one after the other.
pub trait Carrier: Send {
    /// Takes one; `Ok` once the other side answers for it.
    fn carry(&mut self, due: &Due) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Nothing waits any more: lets go of connections.
    fn rest(&mut self) -> impl Future<Output = ()> + Send;

    /// Seconds that one message may take.
    fn patience(&self) -> u64;
}
