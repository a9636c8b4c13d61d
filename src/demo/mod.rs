//! The invented city, generated from a seed at any size.

pub mod city;
pub mod council;
mod dice;
mod fill;
mod ground;
pub mod life;
pub mod pictures;
pub mod promises;
mod register;

pub use fill::{Filled, Options, SOURCE, fill};
pub use ground::ground;

use crate::catalog::ServiceDraft;
use crate::config::Config;

/// What `map.base` says for the ground of Alderford.
pub const GROUND: &str = "alderford";

const TIME_ZONE: &str = "Europe/London";

/// What Alderford can be asked for.
///
/// # Panics
/// Never: the file is part of the program, and a test reads it.
pub fn services() -> Vec<ServiceDraft> {
    serde_json::from_str(include_str!("../../fixtures/alderford/services.json")).expect("the catalogue in the program is well-formed")
}

/// What the settings of a server are for Alderford, where nobody has set them otherwise.
pub fn settings(config: &mut Config) {
    let usual = Config::default();
    if config.city.name == usual.city.name {
        config.city.name = "Alderford".into();
    }
    // a machine without the time zone database serves the demo by UTC
    if config.city.time_zone == usual.city.time_zone && jiff::tz::TimeZone::get(TIME_ZONE).is_ok() {
        config.city.time_zone = TIME_ZONE.into();
    }
    if config.city.bbox.is_empty() {
        let (low, high) = (city::alderford().limits.bounds.min(), city::alderford().limits.bounds.max());
        config.city.bbox = vec![low.x, low.y, high.x, high.y];
    }
    if config.map.base.is_empty() && config.map.style_url.is_empty() {
        config.map.base = GROUND.into();
        config.map.attribution = "Alderford, an invented city".into();
    }
    if config.open311.contact.is_empty() {
        config.open311.contact = "The council of Alderford is invented; ask whoever runs this demo.".into();
    }
    if config.open311.key_service.is_empty() {
        config.open311.key_service = format!("The demo takes the key {:?}.", council::KEY);
    }
}
