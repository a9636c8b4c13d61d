//! Real cities' files in: requests of any 311 system, catalogues, boundaries, assets, addresses. Knows how others write; ends where everything
//! else does, in `requests::file` and in the tables' owners, and never writes a row itself.

mod catalogue;
mod counts;
pub mod duplicates;
mod imported;
pub mod jurisdictions;
mod layout;
pub mod places;
mod reading;
pub mod requests;
pub mod rules;
pub mod services;

pub use counts::Counts;
pub use imported::{Imported, Named, Note, Reject};
pub use layout::{Layout, Rows, Why};
pub use reading::{Reading, Record};
