//! Pure geometry: points, H3 cells, boundaries, the index of what is near.
//!
//! Refuses to know a database, HTTP or the time; everything here is a value or a function of values.

pub mod cell;
mod nearby;
mod point;

pub use nearby::{Near, Nearby};
pub use point::{EARTH_RADIUS_M, Misplaced, Point, wrapped};
