//! Reading: the counters of one process at one moment.

use std::fmt;

use super::counter::{Counter, CounterRole};

/// Marker of an unknown value. No counter of a kernel reaches it.
const UNKNOWN: u64 = u64::MAX;

/// The counters of one process at one moment: bytes, or numbers for threads and descriptors.
///
/// `None` means "not read": no permission, not offered by this system, or not due at this tick. It is never 0.
///
/// ```
/// use leakwatch::model::{Counter, Reading};
///
/// let reading = Reading::default().with(Counter::RssAnon, 30 << 20).with(Counter::Swap, 2 << 20);
/// assert_eq!(reading.memory(), Some(32 << 20));
/// assert_eq!(reading.value(Counter::Fds), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    values: [u64; Counter::COUNT],
}

impl Default for Reading {
    fn default() -> Self {
        Self { values: [UNKNOWN; Counter::COUNT] }
    }
}

impl Reading {
    /// Returns the reading with one counter set.
    #[must_use]
    pub fn with(mut self, counter: Counter, value: impl Into<Option<u64>>) -> Self {
        self.set(counter, value);
        self
    }

    /// Sets one counter; `None` makes it unknown.
    pub fn set(&mut self, counter: Counter, value: impl Into<Option<u64>>) {
        self.values[counter as usize] = value.into().unwrap_or(UNKNOWN);
    }

    /// Returns one counter.
    #[must_use]
    pub fn value(&self, counter: Counter) -> Option<u64> {
        let value = self.values[counter as usize];
        (value != UNKNOWN).then_some(value)
    }

    /// Returns the unreclaimable memory in bytes: anonymous, swapped and shared. Without an anonymous count it is the RSS.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        self.sum(Counter::is_memory)
    }

    /// Returns the unreclaimable private memory in bytes. Without an anonymous count it is the RSS.
    #[must_use]
    pub fn private_memory(&self) -> Option<u64> {
        self.sum(|counter| counter.role() == CounterRole::PrivateMemory)
    }

    fn sum(&self, is_part: impl Fn(Counter) -> bool) -> Option<u64> {
        if self.value(Counter::RssAnon).is_none() {
            return self.value(Counter::Rss);
        }
        let parts = Counter::ALL.into_iter().filter(|&counter| is_part(counter));
        Some(parts.filter_map(|counter| self.value(counter)).fold(0, u64::saturating_add))
    }

    /// Takes over every counter that `newer` knows.
    pub fn update(&mut self, newer: &Self) {
        for (value, &newer) in self.values.iter_mut().zip(&newer.values) {
            if newer != UNKNOWN {
                *value = newer;
            }
        }
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Counter::ALL.into_iter().filter_map(|counter| Some((counter.column(), self.value(counter)?)));
        f.debug_map().entries(known).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_has_a_place_of_its_own() {
        let mut reading = Reading::default();
        for (value, counter) in (1..).zip(Counter::ALL) {
            reading.set(counter, value);
        }
        for (value, counter) in (1..).zip(Counter::ALL) {
            assert_eq!(reading.value(counter), Some(value), "{}", counter.column());
        }
        reading.set(Counter::Rss, None);
        assert_eq!(reading.value(Counter::Rss), None);
    }

    #[test]
    fn an_update_keeps_counters_that_the_newer_reading_lacks() {
        let mut known = Reading::default().with(Counter::Rss, 1).with(Counter::Fds, 2);
        known.update(&Reading::default().with(Counter::Rss, 3));
        assert_eq!(known, Reading::default().with(Counter::Rss, 3).with(Counter::Fds, 2));
    }

    #[test]
    fn memory_is_the_sum_of_its_known_parts() {
        let reading = Reading::default().with(Counter::RssAnon, 10).with(Counter::RssShmem, 3).with(Counter::Rss, 99);
        assert_eq!((reading.memory(), reading.private_memory()), (Some(13), Some(10)));
        assert_eq!(reading.with(Counter::RssAnon, None).memory(), Some(99));
    }
}
