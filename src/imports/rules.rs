//! Routing rules from a JSON file: an array of rules in the order in which they are asked, or an object with `rules`.
//!
//! The file replaces all rules, so running it again changes nothing. Refused as a whole when a rule could not work.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::reading::whole;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::routing::{RuleDraft, save_rules};

/// Bytes of a file of rules.
const LARGEST_FILE: u64 = 8 * 1024 * 1024;

/// Replaces the rules by those of a file; how many there are now. `now` in epoch milliseconds.
///
/// # Errors
/// [`Error::Invalid`] with the place and the reason when the file holds no rules, or rules that could not work.
pub async fn import(db: &Db, file: &Path, now: i64) -> Result<usize> {
    let wrong = |e: serde_json::Error| Error::invalid("file", format!("it is not a list of rules: {e}"));
    let list = match serde_json::from_slice(&whole(file, LARGEST_FILE)?).map_err(wrong)? {
        Value::Object(mut object) => object.remove("rules").unwrap_or(Value::Null),
        list => list,
    };
    let drafts: Arc<Vec<RuleDraft>> = Arc::new(serde_json::from_value(list).map_err(wrong)?);
    let count = drafts.len();
    db.write(async move |tx| save_rules(tx, &drafts, None, now).await).await?;
    Ok(count)
}
