//! What a city can be asked for: services, their questions, and whether answers fit them. Knows nothing of where a request
//! lies, who files it, or in which protocol.

mod answers;
mod draft;
mod duplicates;
mod load;
pub mod moment;
mod save;
mod service;
mod shelf;
mod targets;
#[cfg(test)]
mod tests;
mod words;

pub use answers::{Answers, Limits, Unknown, check_answers};
pub use draft::{AttributeDraft, ServiceDraft};
pub use duplicates::{Duplicates, EVIDENCE, KINDS, Weights};
pub use save::{changed, relate_only, save, save_all};
pub use service::{Attribute, Choice, Condition, Datatype, Kind, Policy, Priority, Service};
pub use shelf::{Catalog, Shelf, read_in};
pub use targets::{Counts, Setting as PromiseSetting, Target, promise};

/// Under what name the version of the catalogue is kept.
const VERSION: &str = "catalog";
