//! Waymark: a 311 server. `ARCHITECTURE.md` is the map of this house; each line below is a room.

pub mod abuse;
pub mod analytics;
pub mod app;
pub mod cases;
pub mod catalog;
pub mod clock;
pub mod config;
pub mod db;
pub mod demo;
pub mod error;
pub mod events;
pub mod geo;
pub mod http;
pub mod imports;
pub mod network;
pub mod notices;
pub mod people;
pub mod photos;
pub mod requests;
pub mod routing;
pub mod server;
pub mod tiles;
pub mod ui;
pub mod versions;
pub mod workers;
