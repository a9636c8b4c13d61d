//! The invented city, generated from a seed at any size.

pub mod city;
mod dice;
pub mod life;
pub mod pictures;

use crate::catalog::ServiceDraft;

/// What Alderford can be asked for.
///
/// # Panics
/// Never: the file is part of the program, and a test reads it.
pub fn services() -> Vec<ServiceDraft> {
    serde_json::from_str(include_str!("../../fixtures/alderford/services.json")).expect("the catalogue in the program is well-formed")
}
