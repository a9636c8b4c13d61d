//! People: staff, residents, machines, and what each may do.
//!
//! Personal data stands here and nowhere else. It knows nothing of HTTP, and it never decides what happens to a case.

pub mod attempts;
pub mod follow;
pub mod password;
pub mod policy;
pub mod token;
