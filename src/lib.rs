//! Waymark: a 311 server. `ARCHITECTURE.md` is the map of this house; each line below is a room.

pub mod analytics;
pub mod geo;
pub mod imports;
pub mod demo;
pub mod photos;
pub mod routing;
