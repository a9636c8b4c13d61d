//! Whether a new request is about the same thing as an open case, how sure that is, and why.
//!
//! Two reports are compared ([`evidence`]) and the comparison is weighed ([`score`]): each kind of evidence adds its log-odds to what
//! the service starts from, and the sum is a probability. This is the record linkage of Fellegi and Sunter ("A Theory for Record
//! Linkage", JASA 64, 1969) with weights learnt by logistic regression ([`fit`]) instead of counted agreements, so that evidence that
//! comes together is not counted twice. Pure: what is compared was known when the request was filed, never a status, a closing reason
//! or what came later.
//!
//! [`near`] asks the database inside the filing transaction and refuses to decide; `file` decides. [`pile`] knows coordinates that
//! stand for "no place", [`recurrence`] links what comes back after closing, [`settings`] is what staff edit, [`measure`] holds
//! all of it against what a city's clerks wrote down.

mod address;
mod evidence;
pub mod fit;
pub mod measure;
mod near;
pub mod pile;
mod reason;
mod recurrence;
mod related;
mod score;
pub mod settings;
mod tallies;
mod vicinity;
mod words;

pub use evidence::{Evidence, Report};
pub use near::{Around, Near, When, forget_undecided, near, suggest};
pub use reason::{Reason, What};
pub use recurrence::{Earlier, remember as remember_recurrence};
pub use score::{Score, score};
pub use tallies::{Tallies, forget as forget_places};
pub use vicinity::Vicinity;
