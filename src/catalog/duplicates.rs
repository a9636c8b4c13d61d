//! When two requests of a service are about the same thing: what staff set for each service, and what each kind of evidence weighs
//! in this city. Data only; the mathematics are `requests::duplicates`'.

use serde::Serialize;
use utoipa::ToSchema;

use super::Policy;
use crate::error::{Error, Result};
use crate::geo::cell::LARGEST_RADIUS_M;

/// When two requests of a service are about the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, serde::Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Duplicates {
    /// What then happens.
    pub policy: Policy,
    /// How far apart they may lie, in metres; 0 looks for none.
    pub radius_m: f64,
    /// How many days before the case may have been opened.
    pub window_days: i64,
    /// From which probability on it counts, between 0 and 1.
    pub threshold: f64,
    /// The log-odds of two being the same before anything is compared, among those within radius and window.
    pub prior: f64,
}

impl Default for Duplicates {
    /// Ask the resident about what is likely within 30 m and 60 days. In a city that has learnt nothing yet, an open case of the same
    /// service within the radius is likely enough unless it is both far and old, or what else is known speaks against it.
    fn default() -> Self {
        Duplicates { policy: Policy::Suggest, radius_m: 30.0, window_days: 60, threshold: 0.2, prior: 1.0 }
    }
}

impl Duplicates {
    /// Everything that is wrong with it: the field and the problem.
    pub fn problems(&self) -> Vec<(&'static str, String)> {
        let bounds = [
            ("radius_m", (0.0..=LARGEST_RADIUS_M).contains(&self.radius_m), format!("between 0 and {LARGEST_RADIUS_M} metres.")),
            ("window_days", (1..=3650).contains(&self.window_days), "between 1 and 3650.".to_owned()),
            ("threshold", (0.01..=0.99).contains(&self.threshold), "between 0.01 and 0.99.".to_owned()),
            ("prior", (-20.0..=20.0).contains(&self.prior), "between -20 and 20.".to_owned()),
        ];
        bounds.into_iter().filter(|(_, good, _)| !good).map(|(field, _, bound)| (field, format!("has to lie {bound}"))).collect()
    }
}

/// How many kinds of evidence are weighed.
pub const KINDS: usize = 10;

/// The kinds of evidence, in the order of [`Weights`].
pub const EVIDENCE: [&str; KINDS] =
    ["distance", "age", "same_address", "same_block", "same_street", "other_street", "words", "related", "reporter", "photo"];

/// What each kind of evidence weighs, in log-odds at its fullest; shared by all services.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights(pub [f64; KINDS]);

impl Default for Weights {
    /// For a city without a history: distance speaks first, then the address; a street of another name speaks against it, and the
    /// same picture all but settles it.
    fn default() -> Weights {
        Weights([1.0, 0.5, 0.8, 0.6, 0.1, -0.6, 1.0, -0.5, 0.7, 3.0])
    }
}

impl Weights {
    /// Weights as rows keep them; what has no row keeps its default.
    ///
    /// # Errors
    /// [`Error::Internal`] for a name that is no kind of evidence.
    pub fn from_rows(rows: Vec<(String, f64)>) -> Result<Weights> {
        let mut weights = Weights::default();
        for (name, value) in rows {
            let at = EVIDENCE.iter().position(|kind| **kind == name);
            weights.0[at.ok_or_else(|| Error::internal(format!("{name:?} is no kind of evidence")))?] = value;
        }
        Ok(weights)
    }
}
