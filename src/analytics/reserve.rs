//! Which services are counted with reserve: their requests have no place but the middle of a cell, or none; and small numbers of the
//! sensitive ones are not shown.
//!
//! Sensitive services are counted apart from the others and joined to the answer in whole steps of the threshold, service by
//! service and cell by cell: so no cell shows less, and no two answers differ by less.

use super::filter::Filter;
use crate::privacy::{PlacePrivacy, Threshold, Veil};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserve {
    /// Services whose places are not shown as they are, ascending.
    veiled: Vec<i64>,
    /// Those of them whose places are the middle of a cell.
    blurred: Vec<i64>,
    /// Services whose small numbers are kept back, ascending.
    sensitive: Vec<i64>,
    /// The finest resolution that a blurred place can be told by.
    finest: u8,
    threshold: Threshold,
}

impl Default for Reserve {
    fn default() -> Reserve {
        Reserve::new(Veil::new(crate::privacy::FINEST, false), Threshold::new(0))
    }
}

impl Reserve {
    /// None yet.
    pub fn new(veil: Veil, threshold: Threshold) -> Reserve {
        Reserve { veiled: Vec::new(), blurred: Vec::new(), sensitive: Vec::new(), finest: veil.resolution(), threshold }
    }

    /// Takes a service in; ids must ascend.
    pub fn add(&mut self, service: i64, privacy: PlacePrivacy, sensitive: bool) {
        if privacy != PlacePrivacy::Exact {
            self.veiled.push(service);
        }
        if privacy == PlacePrivacy::Blurred {
            self.blurred.push(service);
        }
        if sensitive && self.threshold.least() > 1 {
            self.sensitive.push(service);
        }
    }

    /// Whether the places of a service are not shown as they are, so that nothing else may say where they are.
    pub(super) fn veils(&self, service: i64) -> bool {
        self.veiled.binary_search(&service).is_ok()
    }

    /// Whether small numbers of a service are kept back.
    pub(super) fn keeps_back(&self, service: i64) -> bool {
        self.sensitive.binary_search(&service).is_ok()
    }

    pub(super) fn threshold(&self) -> Threshold {
        self.threshold
    }

    /// The finest resolution that a blurred place can be told by.
    pub(super) fn finest(&self) -> u8 {
        self.finest
    }

    /// What is counted one by one.
    pub(super) fn open(&self, filter: &Filter) -> Filter {
        Filter { except: self.sensitive.clone(), ..filter.clone() }
    }

    /// The same for cells of a resolution: without the services whose places cannot be told as finely.
    pub(super) fn open_at(&self, filter: &Filter, resolution: u8) -> Filter {
        let mut open = self.open(filter);
        if resolution > self.finest {
            open.except.extend(&self.blurred);
        }
        open
    }

    /// What cells of a resolution are too fine for: nothing, unless a blurred service passes.
    pub(super) fn too_fine(&self, filter: &Filter, resolution: u8) -> Option<Filter> {
        let blurred: Vec<i64> = self.blurred.iter().copied().filter(|service| !self.sensitive.contains(service)).collect();
        if resolution > self.finest { some_of(filter, &blurred) } else { None }
    }

    /// What is counted with reserve; nothing, where the filter lets no sensitive service pass.
    pub(super) fn reserved(&self, filter: &Filter) -> Option<Filter> {
        some_of(filter, &self.sensitive)
    }
}

/// The filter for some services alone, if it lets any of them pass.
fn some_of(filter: &Filter, services: &[i64]) -> Option<Filter> {
    let passing = |service: &&i64| filter.services.as_ref().is_none_or(|wanted| wanted.contains(service));
    let services: Vec<i64> = services.iter().filter(passing).copied().collect();
    (!services.is_empty()).then(|| Filter { services: Some(services), ..filter.clone() })
}
