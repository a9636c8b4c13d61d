//! What strangers may be shown: of a place, of a number, of words.
//!
//! Pure: it reads no database and knows no route. [`Veil`] is the one place that decides what becomes of a place and an address,
//! [`Threshold`] of a small number, [`Scanner`] of personal data in somebody's own words. Staff see what is there; none of this
//! is asked for them.

mod hints;
mod numbers;
mod place;
mod words;

pub use hints::{Hint, hints};
pub use numbers::Threshold;
pub use place::{COARSEST, FINEST, PlacePrivacy, PublicPlace, Veil};
pub use words::{Found, Kind, MASK, Scanner, Span, redacted};

use crate::config;
use crate::error::Result;

/// All of it as a city has set it.
#[derive(Debug, Clone)]
pub struct Discretion {
    /// What becomes of places.
    pub veil: Veil,
    /// What becomes of small numbers.
    pub threshold: Threshold,
    /// What is looked for in words.
    pub scanner: Scanner,
    mask: bool,
}

impl Discretion {
    /// As the settings say.
    ///
    /// # Errors
    /// For a country that nothing is known of.
    pub fn new(config: &config::Privacy) -> Result<Discretion> {
        Ok(Discretion {
            veil: Veil::new(config.blur_resolution, config.blurred_street),
            threshold: Threshold::new(config.smallest_count),
            scanner: Scanner::new(&config.plates, &config.ids)?,
            mask: config.mask,
        })
    }

    /// Words as strangers read them: with what was found in them taken out, where staff has not decided about it.
    pub fn words(&self, words: String, standing: Standing) -> String {
        if standing == Standing::Flagged && self.mask { self.scanner.masked(&words) } else { words }
    }

    /// How words stand that somebody has written just now.
    pub fn standing<'a>(&self, mut words: impl Iterator<Item = &'a str>) -> Standing {
        if words.any(|words| self.scanner.finds(words)) { Standing::Flagged } else { Standing::Clear }
    }
}

/// Whether somebody has to look at words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Standing {
    /// Nothing was found in them, or staff has let them pass.
    #[default]
    Clear,
    /// Personal data was found in them, and nobody has decided.
    Flagged,
}
