//! What staff decides about what residents wrote and sent: what waits to be looked at, what is kept from the public, what is taken out
//! for good, and what strangers say should not be there.
//!
//! It asks `people::policy` through the case that a thing belongs to, as all of casework does. Words that were taken out are gone from
//! their row, and so is the salt that the log had committed to them with; the log itself stays as it was.

mod queue;
mod redaction;
mod reports;
mod target;
mod visibility;

pub use queue::{Asked, Item, ItemKind, Page, Part, Reported, queue};
pub use redaction::{Redaction, redact};
pub use reports::{Report, report};
pub use target::Target;
pub use visibility::{hide, pass, show};
