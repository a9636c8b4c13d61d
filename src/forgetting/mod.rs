//! What a city forgets: all that one person left here, when they ask for it, and what is old, as the rules of retention say. And what it
//! hands out before: everything that is held about one person.
//!
//! Erasing takes words, contact, answers in text, comments, photos and salts; the request stays as a tombstone with its number, service,
//! case and times, and the log stays whole ([`crate::ledger`]). A case under hold is left alone. It refuses to touch accounts of staff:
//! those are stopped, not erased.

mod deletion;
mod erasure;
mod export;
mod holds;
mod person;
mod preview;
mod rules;
mod sweep;
mod traces;

pub use deletion::HOLDERS;
pub use export::{Export, export};
pub use holds::{Hold, hold, holds, release};
pub use person::Person;
pub use preview::{Erased, Preview, erase, preview};
pub use rules::{Action, Rule, replace, rules};
pub use sweep::{Due, Swept, due, sweep};
