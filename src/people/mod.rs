//! People: staff, residents, machines, and what each may do.
//!
//! Personal data stands here and nowhere else. It knows nothing of HTTP, and it never decides what happens to a case.

pub mod contact;
mod even;
pub mod follow;
pub mod invitations;
pub mod keys;
mod links;
pub mod policy;
pub mod provider;
pub mod reporter;
pub mod resets;
pub mod residents;
mod secret;
pub mod sessions;
pub mod staff;
pub mod token;
pub mod vault;
