//! Numbers over all requests, answered from memory: the heat map, counts by anything, and the newest requests of a view. All of it is
//! what the public may know: places as they are shown ([`crate::privacy`]), small numbers of sensitive services left out ([`Reserve`]).
//!
//! [`Columns`] is the store; [`Heat`], [`Steps`], [`Cluster`]s, [`Counts`] and [`Pins`] are what it answers; all pure;
//! [`LiveColumns`] keeps one store up with the database by following the log.

mod clusters;
pub mod columns;
#[cfg(test)]
mod columns_tests;
mod counts;
mod day;
mod filter;
mod follow;
#[cfg(test)]
mod follow_tests;
mod heat;
mod load;
mod pins;
mod reserve;
mod steps;

pub use clusters::Cluster;
pub use columns::Columns;
pub use counts::Counts;
pub use day::Day;
pub use filter::{Bbox, Filter};
pub use follow::LiveColumns;
pub use heat::{FINEST, Heat};
pub use pins::Pins;
pub use reserve::Reserve;
pub use steps::Steps;
