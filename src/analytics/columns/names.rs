//! Small numbers for what rows have in common: pairs of service and status, and combinations of jurisdictions.

use std::collections::HashMap;

use crate::analytics::filter::Filter;

/// A service and a status, as one number of a [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(pub(in crate::analytics) u32);

/// A set of jurisdictions, as one number of a [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Combination(pub(super) u32);

/// Gives the numbers and says what they stand for. A number stays what it is for ever; 0 is never given, so that a row with
/// 0 passes no table. There is no limit but memory: rows hold four bytes, and tables have one byte for each number given.
#[derive(Debug, Clone, Default)]
pub struct Names {
    statuses: Vec<String>,
    kinds: Vec<(i64, usize)>,
    kind_numbers: HashMap<(i64, usize), u32>,
    combinations: Vec<Box<[i64]>>,
    combination_numbers: HashMap<Box<[i64]>, u32>,
}

impl Names {
    /// The number of a service and a status.
    pub fn kind(&mut self, service: i64, status: &str) -> Kind {
        let status = match self.statuses.iter().position(|known| known == status) {
            Some(known) => known,
            None => {
                self.statuses.push(status.to_owned());
                self.statuses.len() - 1
            }
        };
        self.pair(service, status)
    }

    /// The number of the same service with another status.
    pub fn moved(&mut self, kind: Kind, status: &str) -> Kind {
        self.kind(self.service(kind), status)
    }

    fn pair(&mut self, service: i64, status: usize) -> Kind {
        let kinds = &mut self.kinds;
        Kind(*self.kind_numbers.entry((service, status)).or_insert_with(|| {
            kinds.push((service, status));
            kinds.len() as u32
        }))
    }

    /// The number of a set of jurisdictions, in any order.
    pub fn combination(&mut self, jurisdictions: &[i64]) -> Combination {
        if let Some(&known) = self.combination_numbers.get(jurisdictions) {
            return Combination(known);
        }
        let mut sorted = jurisdictions.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        if let Some(&known) = self.combination_numbers.get(sorted.as_slice()) {
            return Combination(known);
        }
        self.combinations.push(sorted.clone().into());
        let number = self.combinations.len() as u32;
        self.combination_numbers.insert(sorted.into(), number);
        Combination(number)
    }

    /// The service in a kind.
    pub fn service(&self, kind: Kind) -> i64 {
        self.kinds[kind.0 as usize - 1].0
    }

    /// The status in a kind.
    pub fn status(&self, kind: Kind) -> &str {
        &self.statuses[self.kinds[kind.0 as usize - 1].1]
    }

    /// The jurisdictions of a combination, ascending.
    pub fn jurisdictions(&self, combination: Combination) -> &[i64] {
        &self.combinations[combination.0 as usize - 1]
    }

    /// All kinds given so far.
    pub(in crate::analytics) fn kinds(&self) -> impl Iterator<Item = Kind> {
        (1..=self.kinds.len() as u32).map(Kind)
    }

    /// All combinations given so far.
    pub(in crate::analytics) fn combinations(&self) -> impl Iterator<Item = Combination> {
        (1..=self.combinations.len() as u32).map(Combination)
    }

    /// For each kind whether the filter lets it pass; `None` when it lets all pass.
    pub(super) fn passing_kinds(&self, filter: &Filter) -> Option<Vec<u8>> {
        if filter.services.is_none() && filter.statuses.is_none() && filter.except.is_empty() {
            return None;
        }
        let passes = |kind: Kind| {
            filter.services.as_ref().is_none_or(|wanted| wanted.contains(&self.service(kind)))
                && filter.statuses.as_ref().is_none_or(|wanted| wanted.iter().any(|word| word == self.status(kind)))
                && !filter.except.contains(&self.service(kind))
        };
        Some(std::iter::once(0).chain(self.kinds().map(|kind| passes(kind).into())).collect())
    }

    /// For each combination whether the filter lets it pass; `None` when it lets all pass.
    pub(super) fn passing_combinations(&self, filter: &Filter) -> Option<Vec<u8>> {
        let mut wanted = filter.jurisdictions.clone()?;
        wanted.sort_unstable();
        let passes = |known: &[i64]| known.iter().any(|jurisdiction| wanted.binary_search(jurisdiction).is_ok());
        Some(std::iter::once(0).chain(self.combinations.iter().map(|known| passes(known).into())).collect())
    }
}
