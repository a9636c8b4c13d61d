//! Real cities' files in.

pub mod imported;
pub mod layout;
pub mod reading;
pub mod services;
