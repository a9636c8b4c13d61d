//! Cases: the one problem in the world that requests point at, and the work it causes.
//!
//! It does not decide who may do something (`people::policy`), where a case goes (`routing`), or whom to tell.

pub mod access;
mod around;
pub mod assignment;
mod likely;
pub mod moves;
pub mod notes;
mod open;
pub mod page;
pub mod pictures;
pub mod promises;
pub mod queue;
pub mod redirect;
mod status;
pub mod timeline;
mod told;
pub mod workflow;

pub use open::{NewCase, Standing, join, open, replace_jurisdictions, withdrawn_by_all};
pub use status::{STATUSES, Status};
