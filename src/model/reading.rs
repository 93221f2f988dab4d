//! The counters of one process at one moment.

use super::counter::Counter;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each field is the counter of the same name, described there")]
pub struct Reading {
    pub rss: Option<u64>,
    pub pss: Option<u64>,
    pub uss: Option<u64>,
    pub rss_anon: Option<u64>,
    pub rss_file: Option<u64>,
    pub rss_shmem: Option<u64>,
    pub swap: Option<u64>,
    pub vsize: Option<u64>,
    pub threads: Option<u64>,
    pub fds: Option<u64>,
}

impl Reading {
    /// Returns the reading with one counter set.
    #[must_use]
    pub fn with(mut self, counter: Counter, value: u64) -> Self {
        *self.slot(counter) = Some(value);
        self
    }

    /// Returns one counter by name.
    #[must_use]
    pub fn value(&self, counter: Counter) -> Option<u64> {
        match counter {
            Counter::Rss => self.rss,
            Counter::Pss => self.pss,
            Counter::Uss => self.uss,
            Counter::RssAnon => self.rss_anon,
            Counter::RssFile => self.rss_file,
            Counter::RssShmem => self.rss_shmem,
            Counter::Swap => self.swap,
            Counter::Vsize => self.vsize,
            Counter::Threads => self.threads,
            Counter::Fds => self.fds,
        }
    }

    /// Returns the unreclaimable memory in bytes: anonymous, swapped and shared. Without an anonymous count it is the RSS.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        match self.rss_anon {
            Some(anon) => Some(anon.saturating_add(self.swap.unwrap_or(0)).saturating_add(self.rss_shmem.unwrap_or(0))),
            None => self.rss,
        }
    }

    /// Takes over every counter that `newer` knows.
    pub fn update(&mut self, newer: &Self) {
        for counter in Counter::ALL {
            if let Some(value) = newer.value(counter) {
                *self.slot(counter) = Some(value);
            }
        }
    }

    /// Returns the place of one counter, to be filled in.
    pub fn slot(&mut self, counter: Counter) -> &mut Option<u64> {
        match counter {
            Counter::Rss => &mut self.rss,
            Counter::Pss => &mut self.pss,
            Counter::Uss => &mut self.uss,
            Counter::RssAnon => &mut self.rss_anon,
            Counter::RssFile => &mut self.rss_file,
            Counter::RssShmem => &mut self.rss_shmem,
            Counter::Swap => &mut self.swap,
            Counter::Vsize => &mut self.vsize,
            Counter::Threads => &mut self.threads,
            Counter::Fds => &mut self.fds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_has_a_slot_of_its_own() {
        let mut reading = Reading::default();
        for (value, counter) in (1..).zip(Counter::ALL) {
            reading = reading.with(counter, value);
        }
        for (value, counter) in (1..).zip(Counter::ALL) {
            assert_eq!(reading.value(counter), Some(value), "{}", counter.column());
        }
    }

    #[test]
    fn an_update_keeps_counters_that_the_newer_reading_lacks() {
        let mut known = Reading::default().with(Counter::Rss, 1).with(Counter::Fds, 2);
        known.update(&Reading::default().with(Counter::Rss, 3));
        assert_eq!(known, Reading::default().with(Counter::Rss, 3).with(Counter::Fds, 2));
    }
}
