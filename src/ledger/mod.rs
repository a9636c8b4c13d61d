//! The log made tamper-evident: a Merkle tree (RFC 9162) over its events, heads of the tree that are signed, and the check of all of it.
//!
//! Events join the tree once they have their position, just behind the end of the log, so that whoever files waits for nothing. It
//! reads events and the words they commit to, and refuses to change either; what a tree proves and what it cannot is in
//! docs/decisions/0003.

mod diagnosis;
mod entry;
mod head;
mod key;
mod link;
mod proof;
mod tiles;
pub mod tree;
mod verify;
mod words;

pub use head::{Head, newest, remembered, sign};
pub use key::Signer;
pub use link::{Linker, catch_up, size};
pub use proof::{Consistency, Inclusion, consistency, inclusion};
pub use verify::{Breach, Report, verify};
