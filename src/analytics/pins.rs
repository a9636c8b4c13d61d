//! Single requests for the map, where there are few enough of them to be shown one by one.

use super::columns::Columns;
use super::filter::Filter;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pins {
    /// Requests that pass and have a place.
    pub total: u64,
    /// Ids of the newest of them, newest first: by day of filing, then by id.
    pub requests: Vec<i64>,
}

impl Columns {
    /// The newest requests that pass and have a place, at most `limit`.
    ///
    /// The newest and not a sample: people understand "the newest 5,000 of 31,204", the same question has the same answer,
    /// and what was filed just now is always among them. Time O(n), memory O(limit).
    pub fn pins(&self, filter: &Filter, limit: usize) -> Pins {
        let filter = &self.reserve().open(filter); // one request is a small number
        let mut newest: Vec<(u16, i64)> = Vec::new();
        let mut least = (0, i64::MIN);
        let mut total = 0;
        self.each(filter, |rows, at| {
            if !rows.placed(at) {
                return;
            }
            total += 1;
            let key = (rows.days[at], rows.ids[at]);
            if limit == 0 || key < least {
                return;
            }
            newest.push(key);
            if newest.len() == 2 * limit {
                // Half of them cannot be in the answer any more, nor can anything older than the oldest that stays.
                least = *newest.select_nth_unstable_by(limit - 1, |a, b| b.cmp(a)).1;
                newest.truncate(limit);
            }
        });
        newest.sort_unstable_by(|a, b| b.cmp(a));
        newest.truncate(limit);
        Pins { total, requests: newest.into_iter().map(|(_, id)| id).collect() }
    }
}
