//! Pure geometry: points, H3 cells, boundaries, the indexes of what is near.
//!
//! Refuses to know a database, HTTP or the time; everything here is a value or a function of values.

pub mod area;
mod boundary;
pub mod cell;
mod nearby;
mod outline;
mod point;
mod raster;
mod things;

pub use boundary::{Boundaries, Hit, Jurisdiction};
pub use nearby::{Near, Nearby, bounds};
pub use point::{EARTH_RADIUS_M, Misplaced, Point, wrapped};
pub use things::{Nearest, Things, foot};
