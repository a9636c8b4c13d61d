//! The services that a file of requests names: found in the catalogue, or added to it so that any city's file loads.

use std::collections::HashMap;
use std::sync::Arc;

use super::imported::Named;
use crate::catalog::{Duplicates, Policy, ServiceDraft, save};
use crate::error::{Error, Result};
use crate::requests::Filing;

/// New services of one file. Real catalogues have a few hundred; more means that the wrong column was taken for it.
const MOST_NEW: usize = 2000;

/// What the names in a file mean in the catalogue.
#[derive(Default)]
pub(super) struct Services {
    codes: HashMap<Arc<Named>, String>,
    added: usize,
}

impl Services {
    /// The code of a service, and whether it was added just now. A service is found by its code; where the file gives names
    /// only, also by its name, so that history meets a catalogue that was imported with the city's own codes.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a file brings more new services than any city has.
    pub async fn code(&mut self, filing: &Filing, named: &Arc<Named>) -> Result<(String, bool)> {
        if let Some(code) = self.codes.get(named) {
            return Ok((code.clone(), false));
        }
        let catalog = filing.catalog.get(&filing.db).await?;
        let by_name = || catalog.all().iter().find(|s| !named.coded && s.name.to_lowercase() == named.name.to_lowercase());
        let (code, added) = match catalog.by_code(&named.code).or_else(by_name) {
            Some(service) => (service.code.clone(), false),
            None => (self.add(filing, named).await?, true),
        };
        // What a file names is its own; a file that names ever new services must not fill the memory.
        if self.codes.len() < 10_000 {
            self.codes.insert(named.clone(), code.clone());
        }
        Ok((code, added))
    }

    async fn add(&mut self, filing: &Filing, named: &Named) -> Result<String> {
        self.added += 1;
        if self.added > MOST_NEW {
            let problem =
                format!("this file names more than {MOST_NEW} services that the catalogue does not have; is it the right column?");
            return Err(Error::invalid("service", problem));
        }
        // Flagged, not suggested: history has nobody to ask, and staff decide what becomes of it.
        let duplicates = Duplicates { policy: Policy::Flag, ..Duplicates::default() };
        let draft = ServiceDraft { group: named.group.clone(), duplicates, ..ServiceDraft::new(named.code.clone(), named.name.clone()) };
        let now = filing.clock.now();
        filing.db.write(async move |tx| save(tx, &draft, None, now).await).await?;
        Ok(named.code.clone())
    }
}
