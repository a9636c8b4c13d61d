//! Vector tiles (Mapbox Vector Tile 2.1): the ground the city stands on, and what the log says about it.
//!
//! What is drawn is decided here, from columns and outlines in memory; it refuses to decide who may see what: everything in a tile is
//! public.

mod address;
pub mod base;
mod clip;
mod drawing;
mod heat;
mod jurisdictions;
mod requests;

pub use address::{Address, EXTENT};
pub use drawing::{Drawing, Tag};
pub use heat::{heat, resolution};
pub use jurisdictions::{OutlineShelf, Outlines};
pub use requests::{Shown, gathered, requests, shown};

/// Media type of a tile.
pub const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";
