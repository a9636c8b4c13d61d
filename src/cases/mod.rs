//! Cases: the one problem in the world that requests point at, and the work it causes.
//!
//! It does not decide who may do something (`people::policy`), where a case goes (`routing`), or whom to tell.

mod open;
mod status;
pub mod workflow;

pub use open::{NewCase, join, open, replace_jurisdictions};
pub use status::{STATUSES, Status};
