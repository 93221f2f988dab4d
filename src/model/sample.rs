//! Sample: a reading with its time.

use std::fmt;
use std::time::Duration;

use super::reading::Reading;

/// A moment in milliseconds since the Unix epoch, UTC.
///
/// Recordings hold millisecond steps, so a replay sees exactly the times of the live session.
///
/// ```
/// use leakwatch::model::Timestamp;
///
/// let (first, second) = (Timestamp(1_000), Timestamp(2_500));
/// assert_eq!(second.seconds_since(first), 1.5);
/// assert_eq!(second.to_string(), "1970-01-01T00:00:02.500Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Returns the seconds from `earlier` to `self`; negative when `earlier` is the later one.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 ms, some 285,000 years")]
        {
            self.0.saturating_sub(earlier.0) as f64 / 1000.0
        }
    }

    /// Returns the time of day in UTC: `12:03:04`.
    #[must_use]
    pub fn time_of_day(self) -> String {
        self.to_string().get(11..19).unwrap_or_default().to_owned()
    }

    /// Returns the moment that is `span` later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    /// Writes RFC 3339 with milliseconds in UTC: `2026-01-02T03:04:05.678Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(f, "{moment:.3}")
    }
}

/// A reading with its time.
///
/// ```
/// use leakwatch::model::{Counter, Reading, Sample, Timestamp};
///
/// let sample = Sample { at: Timestamp(0), reading: Reading::default().with(Counter::Rss, 64 << 20) };
/// assert_eq!(sample.reading.value(Counter::Rss), Some(64 << 20));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Time of the reading.
    pub at: Timestamp,
    /// Values of the counters.
    pub reading: Reading,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_print_with_milliseconds() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp(1_767_323_045_678).to_string(), "2026-01-02T03:04:05.678Z");
        assert_eq!(Timestamp(1_767_323_045_678).time_of_day(), "03:04:05");
    }

    #[test]
    fn later_times_are_ahead() {
        let later = Timestamp(1000).plus(Duration::from_millis(2500));
        assert_eq!((later, later.seconds_since(Timestamp(1000))), (Timestamp(3500), 2.5));
        assert_eq!(Timestamp(i64::MAX).plus(Duration::from_secs(1)), Timestamp(i64::MAX));
    }
}
