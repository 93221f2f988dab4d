//! Counters at the start of a watch, from which the growth of each is computed.

use crate::model::{Counter, Reading};

/// Kept counters, each with the unit of its stored value. The units keep the baselines of thousands of targets small.
const KEPT: [(Counter, u64); 7] = [
    (Counter::RssAnon, 4096),
    (Counter::RssShmem, 4096),
    (Counter::Swap, 4096),
    (Counter::RssFile, 4096),
    (Counter::Rss, 4096),
    (Counter::Fds, 1),
    (Counter::Threads, 1),
];
const UNKNOWN: u32 = u32::MAX;

/// First known value of each counter, to the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartValues([u32; KEPT.len()]);

impl Default for StartValues {
    fn default() -> Self {
        Self([UNKNOWN; KEPT.len()])
    }
}

/// Change of a counter since the watch began, in bytes or as a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CounterGrowth {
    /// The counter.
    pub counter: Counter,
    /// Value at the start of the watch.
    pub first: u64,
    /// Latest value.
    pub last: u64,
}

impl CounterGrowth {
    /// Returns the growth; negative if the counter shrank.
    #[must_use]
    pub fn change(&self) -> i64 {
        i64::try_from(self.last).unwrap_or(i64::MAX).saturating_sub(i64::try_from(self.first).unwrap_or(i64::MAX))
    }
}

impl StartValues {
    /// Records the counters that were unknown so far.
    pub fn record(&mut self, reading: &Reading) {
        for (slot, (counter, unit)) in self.0.iter_mut().zip(KEPT) {
            if *slot == UNKNOWN
                && let Some(value) = reading.value(counter)
            {
                *slot = u32::try_from(value / unit).unwrap_or(UNKNOWN - 1);
            }
        }
    }

    /// Returns the values as a reading.
    #[must_use]
    pub fn reading(&self) -> Reading {
        let mut reading = Reading::default();
        for (&value, (counter, unit)) in self.0.iter().zip(KEPT) {
            *reading.slot(counter) = (value != UNKNOWN).then(|| u64::from(value) * unit);
        }
        reading
    }

    /// Returns the counters that changed: memory first, largest growth first. RSS is left out if its parts are known.
    #[must_use]
    pub fn growth(&self, now: &Reading) -> Vec<CounterGrowth> {
        let first = self.reading();
        let has_kinds = first.rss_anon.is_some() && now.rss_anon.is_some();
        let (memory, counts) = KEPT.split_at(5);
        let mut out: Vec<CounterGrowth> = memory
            .iter()
            .filter(|(counter, _)| *counter != Counter::Rss || !has_kinds)
            .copied()
            .filter_map(|kept| growth_of(kept, &first, now))
            .collect();
        out.sort_by_key(|growth| std::cmp::Reverse(growth.change()));
        out.extend(counts.iter().filter_map(|&kept| growth_of(kept, &first, now)));
        out
    }
}

/// Returns the change of one counter; `None` if it is unknown or did not change.
fn growth_of((counter, unit): (Counter, u64), first: &Reading, now: &Reading) -> Option<CounterGrowth> {
    let growth = CounterGrowth { counter, first: first.value(counter)?, last: now.value(counter)? / unit * unit };
    (growth.change() != 0).then_some(growth)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_value_stays_and_growth_is_sorted() {
        let mut values = StartValues::default();
        let page = |pages: u64| Some(4096 * pages);
        values.record(&Reading { rss_anon: page(10), rss: page(50), ..Reading::default() });
        values.record(&Reading { rss_anon: page(20), rss_shmem: page(5), fds: Some(7), ..Reading::default() });
        let now = Reading {
            rss_anon: page(12),
            rss_shmem: page(90),
            rss: page(99),
            fds: Some(3),
            swap: page(1),
            ..Reading::default()
        };
        let growth: Vec<_> = values.growth(&now).iter().map(|growth| (growth.counter, growth.change())).collect();
        assert_eq!(growth, [(Counter::RssShmem, 85 * 4096), (Counter::RssAnon, 2 * 4096), (Counter::Fds, -4)]);
    }

    #[test]
    fn rss_counts_if_its_parts_are_unknown() {
        let mut values = StartValues::default();
        values.record(&Reading { rss: Some(4096), ..Reading::default() });
        let growth = values.growth(&Reading { rss: Some(3 * 4096), ..Reading::default() });
        assert_eq!(growth, [CounterGrowth { counter: Counter::Rss, first: 4096, last: 12_288 }]);
    }
}
