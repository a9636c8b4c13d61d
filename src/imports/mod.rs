//! Real cities' files in.

pub mod imported;
pub mod jurisdictions;
pub mod layout;
pub mod reading;
pub mod services;
