//! What a resident may want to leave out before sending: a suggestion, never a refusal.

use serde::Serialize;

use super::{Found, Scanner};

/// Personal data in one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Hint {
    /// Name of the field, as a refusal would name it: `description`, `answers.CODE`.
    pub field: String,
    /// What was found in it.
    #[serde(flatten)]
    pub found: Found,
}

/// What there is in some fields, field by field.
pub fn hints<'a>(scanner: &Scanner, fields: impl Iterator<Item = (String, &'a str)>) -> Vec<Hint> {
    fields.flat_map(|(field, words)| scanner.find(words).into_iter().map(move |found| Hint { field: field.clone(), found })).collect()
}
