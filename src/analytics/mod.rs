//! Numbers over all requests, answered from memory: the heat map, counts by anything, and the newest requests of a view.
//!
//! [`columns`] is the store, [`heat`], [`counts`] and [`pins`] what it is asked; all pure.

pub mod columns;
#[cfg(test)]
mod columns_tests;
mod counts;
mod day;
mod filter;
mod heat;
mod pins;

pub use columns::Columns;
pub use counts::Counts;
pub use day::Day;
pub use filter::{Bbox, Filter};
pub use heat::{FINEST, Heat};
pub use pins::Pins;
