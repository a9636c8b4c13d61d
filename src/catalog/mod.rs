//! What a city can be asked for: services, their questions, and whether answers fit them. Knows nothing of where a request
//! lies, who files it, or in which protocol.

mod answers;
mod draft;
mod load;
pub mod moment;
mod save;
mod service;
mod shelf;
#[cfg(test)]
mod tests;
mod words;

pub use answers::{Answers, Limits, Unknown, check_answers};
pub use draft::{AttributeDraft, ServiceDraft};
pub use save::{save, save_all};
pub use service::{Attribute, Choice, Condition, Datatype, Duplicates, Kind, Policy, Priority, Service};
pub use shelf::{Catalog, Shelf};

/// Under what name the version of the catalogue is kept.
const VERSION: &str = "catalog";
