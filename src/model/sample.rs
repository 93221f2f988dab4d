//! What was read of one process at one moment.

use std::fmt;
use std::time::Duration;

/// A moment in milliseconds since the Unix epoch, UTC.
///
/// Millisecond steps are what recordings hold, so that a replay sees the very times the live session saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Seconds from `earlier` to `self`; negative when it is later.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 ms, some 285,000 years")]
        {
            self.0.saturating_sub(earlier.0) as f64 / 1000.0
        }
    }

    /// `12:03:04`, in UTC.
    #[must_use]
    pub fn time_of_day(self) -> String {
        self.to_string().get(11..19).unwrap_or_default().to_owned()
    }

    /// This moment and `span` more.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 with milliseconds in UTC: `2026-01-02T03:04:05.678Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(f, "{moment:.3}")
    }
}

/// One counter of a [`Reading`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// Resident set size.
    Rss,
    /// Proportional set size: shared pages divided by the number of their users.
    Pss,
    /// Unique set size: private pages only.
    Uss,
    /// Resident anonymous memory.
    RssAnon,
    /// Resident file mappings.
    RssFile,
    /// Resident shared memory (System V, tmpfs, shared anonymous mappings).
    RssShmem,
    /// Anonymous memory that was swapped out.
    Swap,
    /// Size of the address space.
    Vsize,
    /// Number of threads.
    Threads,
    /// Number of open file descriptors.
    Fds,
}

impl Counter {
    /// Every counter, in the order of the sample CSV.
    pub const ALL: [Self; 10] = [
        Self::Rss,
        Self::Pss,
        Self::Uss,
        Self::RssAnon,
        Self::RssFile,
        Self::RssShmem,
        Self::Swap,
        Self::Vsize,
        Self::Threads,
        Self::Fds,
    ];

    /// The column of the sample CSV: the name with its unit.
    #[must_use]
    pub fn column(self) -> &'static str {
        match self {
            Self::Rss => "rss_bytes",
            Self::Pss => "pss_bytes",
            Self::Uss => "uss_bytes",
            Self::RssAnon => "rss_anon_bytes",
            Self::RssFile => "rss_file_bytes",
            Self::RssShmem => "rss_shmem_bytes",
            Self::Swap => "swap_bytes",
            Self::Vsize => "vsize_bytes",
            Self::Threads => "threads",
            Self::Fds => "fds",
        }
    }
}

/// The counters of one process at one moment: bytes, or numbers for threads and descriptors.
///
/// `None` is "not read": no permission, not offered by this system, or not due at this tick. It is never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
    /// One counter by name.
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

    /// Memory that the kernel cannot simply take back, in bytes: anonymous, swapped and shared; RSS when that is unknown.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        match self.rss_anon {
            Some(anon) => Some(anon.saturating_add(self.swap.unwrap_or(0)).saturating_add(self.rss_shmem.unwrap_or(0))),
            None => self.rss,
        }
    }

    /// Takes over every counter that `newer` knows.
    pub fn update(&mut self, newer: &Self) {
        let take = |known: &mut Option<u64>, newer: Option<u64>| {
            if newer.is_some() {
                *known = newer;
            }
        };
        take(&mut self.rss, newer.rss);
        take(&mut self.pss, newer.pss);
        take(&mut self.uss, newer.uss);
        take(&mut self.rss_anon, newer.rss_anon);
        take(&mut self.rss_file, newer.rss_file);
        take(&mut self.rss_shmem, newer.rss_shmem);
        take(&mut self.swap, newer.swap);
        take(&mut self.vsize, newer.vsize);
        take(&mut self.threads, newer.threads);
        take(&mut self.fds, newer.fds);
    }

    /// One counter by name, to be filled in.
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

/// A reading and when it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When the counters were read.
    pub at: Timestamp,
    /// What they said.
    pub reading: Reading,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_print_with_milliseconds() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(1_767_323_045_678).to_string(), "2026-01-02T03:04:05.678Z");
    }

    #[test]
    fn every_counter_has_a_slot_of_its_own() {
        let mut reading = Reading::default();
        for (value, counter) in (1..).zip(Counter::ALL) {
            *reading.slot(counter) = Some(value);
        }
        for (value, counter) in (1..).zip(Counter::ALL) {
            assert_eq!(reading.value(counter), Some(value), "{}", counter.column());
        }
        let mut known = Reading::default();
        known.update(&reading);
        known.update(&Reading::default());
        assert_eq!(known, reading);
    }
}
