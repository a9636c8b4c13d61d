//! Waymark: a 311 server. `ARCHITECTURE.md` is the map of this house; each line below is a room.

pub mod analytics;
pub mod cases;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod error;
pub mod events;
pub mod geo;
pub mod imports;
pub mod people;
pub mod photos;
pub mod routing;
