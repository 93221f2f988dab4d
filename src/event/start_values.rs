//! Counters at the start of a watch, from which the growth of each is computed.

use crate::model::{Counter, CounterUnit, Reading};

const UNKNOWN: u32 = u32::MAX;

/// First known value of each counter, in steps of the counter, which keeps the values of thousands of targets small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartValues([u32; Counter::COUNT]);

impl Default for StartValues {
    fn default() -> Self {
        Self([UNKNOWN; Counter::COUNT])
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
        for (slot, counter) in self.0.iter_mut().zip(Counter::ALL) {
            if *slot == UNKNOWN
                && let Some(value) = reading.value(counter)
            {
                *slot = u32::try_from(value / counter.unit().step()).unwrap_or(UNKNOWN - 1);
            }
        }
    }

    /// Returns the values as a reading.
    #[must_use]
    pub fn reading(&self) -> Reading {
        let mut reading = Reading::default();
        for (&value, counter) in self.0.iter().zip(Counter::ALL) {
            reading.set(counter, (value != UNKNOWN).then(|| u64::from(value) * counter.unit().step()));
        }
        reading
    }

    /// Returns the counters that changed: memory first, largest growth first. RSS is listed if its parts are unknown.
    #[must_use]
    pub fn growth(&self, now: &Reading) -> Vec<CounterGrowth> {
        let first = self.reading();
        let has_parts = first.value(Counter::RssAnon).is_some() && now.value(Counter::RssAnon).is_some();
        let is_listed = |counter: Counter| counter.is_charted() || counter == Counter::Rss && !has_parts;
        let changed = Counter::ALL.into_iter().filter(|&counter| is_listed(counter));
        let changed = changed.filter_map(|counter| growth_of(counter, &first, now));
        let (mut memory, counts): (Vec<_>, Vec<_>) =
            changed.partition(|growth| growth.counter.unit() == CounterUnit::Bytes);
        memory.sort_by_key(|growth| std::cmp::Reverse(growth.change()));
        memory.extend(counts);
        memory
    }
}

/// Returns the change of one counter; `None` if it is unknown or did not change.
fn growth_of(counter: Counter, first: &Reading, now: &Reading) -> Option<CounterGrowth> {
    let unit = counter.unit().step();
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
        values.record(&Reading::default().with(Counter::RssAnon, page(10)).with(Counter::Rss, page(50)));
        values.record(
            &Reading::default().with(Counter::RssAnon, page(20)).with(Counter::RssShmem, page(5)).with(Counter::Fds, 7),
        );
        let now = Reading::default()
            .with(Counter::RssAnon, page(12))
            .with(Counter::RssShmem, page(90))
            .with(Counter::Rss, page(99))
            .with(Counter::Fds, 3)
            .with(Counter::Swap, page(1));
        let growth: Vec<_> = values.growth(&now).iter().map(|growth| (growth.counter, growth.change())).collect();
        assert_eq!(growth, [(Counter::RssShmem, 85 * 4096), (Counter::RssAnon, 2 * 4096), (Counter::Fds, -4)]);
    }

    #[test]
    fn rss_counts_if_its_parts_are_unknown() {
        let mut values = StartValues::default();
        values.record(&Reading::default().with(Counter::Rss, 4096));
        let growth = values.growth(&Reading::default().with(Counter::Rss, 3 * 4096));
        assert_eq!(growth, [CounterGrowth { counter: Counter::Rss, first: 4096, last: 12_288 }]);
    }
}
