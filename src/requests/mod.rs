//! What residents file. A request is never deleted by a merge and stays trackable by its own number.
//!
//! [`file`] is the only way a request comes to be. It refuses to know protocols, and does not decide where a case goes
//! (`routing`) or what becomes of it (`cases`).

pub mod correction;
pub mod duplicates;
mod file;
mod idempotency;
mod listing;
mod mine;
mod nearby;
mod new;
mod number;
mod own;
mod pinned;
mod public;
mod store;
mod teller;

pub use duplicates::{Near, Reason, What};
pub use file::{Filing, Outcome, file, record, record_in};
pub use idempotency::{Key, forget as forget_keys};
pub use listing::{Area, Listed, Wanted, by_open311_token, list};
pub use mine::{Mine, MyRequests, mine};
pub use nearby::{Candidate, OpenCases, candidates, suggestions};
pub use new::{Contact, History, NewRequest, Wish};
pub use number::Number;
pub use own::{Own, Said, Ways};
pub use pinned::{Pinned, numbers, numbers_of_cases, pinned};
pub use public::{PublicPhoto, PublicRequest, Reader, Step, find, missing, public};
pub use teller::Teller;

use crate::cases::Status;

/// What the sender of a request is told.
#[derive(Debug, Clone)]
pub struct Filed {
    /// Its row.
    pub id: i64,
    /// The number that the resident holds.
    pub number: Number,
    /// The case that it opened or joined.
    pub case: i64,
    /// Code of the service.
    pub service: String,
    /// Where the case stands.
    pub status: Status,
    /// What its follow token is made from.
    pub salt: String,
    /// Open311 token, where the service answers with one.
    pub open311_token: Option<String>,
    /// Whether it joined a case that was open before.
    pub joined: bool,
    /// Whether open cases nearby were noted beside it for staff to look at.
    pub flagged: bool,
    /// By when the case is promised, epoch milliseconds.
    pub due_at: Option<i64>,
    /// Whether its photos wait to be looked at before the public sees them.
    pub in_review: bool,
}
