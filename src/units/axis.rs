//! Axis of a series: time, or work. Rates and lengths are written in its unit.

use super::duration::Span;
use super::rate::{ByteRate, CountRate, signed_size};
use super::work_unit::WorkUnit;

/// Axis of a series. On an axis of work, one unit of work stands for one second.
///
/// ```
/// use leakwatch::units::{Axis, WorkUnit};
///
/// let jobs = Axis::Work(WorkUnit::of_words(&["jobs"]).unwrap());
/// assert_eq!(jobs.byte_rate(1_048_576.0), "+1.00 MiB per job");
/// assert_eq!(jobs.span(20.0), "20 jobs");
/// assert_eq!(Axis::Time.span(20.0), "20 s");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Axis {
    /// Time in seconds.
    #[default]
    Time,
    /// Units of work, or readings one after the other.
    Work(WorkUnit),
}

impl Axis {
    /// Writes a rate of bytes with its sign.
    #[must_use]
    pub fn byte_rate(self, per_second: f64) -> String {
        match self {
            Self::Time => ByteRate(per_second).to_string(),
            // A unit of work may leak a few bytes.
            Self::Work(unit) if per_second.abs() < 9.995 && per_second != 0.0 => {
                format!("{per_second:+.2} B per {unit}")
            }
            Self::Work(unit) => format!("{} per {unit}", signed_size(per_second, false)),
        }
    }

    /// Writes a threshold or another limit of a rate of bytes, without a plus sign.
    #[must_use]
    pub fn byte_limit(self, per_second: f64) -> String {
        match self {
            Self::Time => format!("{:#}", ByteRate(per_second)),
            Self::Work(unit) => format!("{} per {unit}", signed_size(per_second, true)),
        }
    }

    /// Writes a rate of a count with its sign.
    #[must_use]
    pub fn count_rate(self, per_second: f64) -> String {
        match self {
            Self::Time => CountRate(per_second).to_string(),
            Self::Work(unit) => format!("{per_second:+.3} per {unit}"),
        }
    }

    /// Writes a threshold or another limit of a rate of a count, without a plus sign.
    #[must_use]
    pub fn count_limit(self, per_second: f64) -> String {
        match self {
            Self::Time => format!("{:#}", CountRate(per_second)),
            Self::Work(unit) => format!("{per_second:.3} per {unit}"),
        }
    }

    /// Writes a length: `40 min`, `33 requests`.
    #[must_use]
    pub fn span(self, seconds: f64) -> String {
        match self {
            Self::Time => Span(seconds).to_string(),
            Self::Work(unit) if seconds.round() == 1.0 => format!("1 {unit}"),
            Self::Work(unit) => format!("{:.0} {}", seconds.round(), unit.plural()),
        }
    }

    /// Returns the axis of a name in reports; time for an unknown one.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        WorkUnit::of_words(&[name]).filter(|_| name != "time").map_or(Self::Time, Self::Work)
    }

    /// Returns the name in reports: `time`, or that of the unit of work.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Work(unit) => unit.singular(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_of_work_has_no_hours() {
        let requests = Axis::Work(WorkUnit::of_words(&["requests"]).expect("known"));
        assert_eq!(requests.byte_rate(-512.0), "-512 B per request");
        assert_eq!(requests.byte_rate(0.25), "+0.25 B per request");
        assert_eq!(requests.byte_limit(2048.0), "2 KiB per request");
        assert_eq!(requests.count_rate(0.5), "+0.500 per request");
        assert_eq!((requests.span(1.0), requests.span(2.0)), ("1 request".to_owned(), "2 requests".to_owned()));
        assert_eq!(requests.name(), "request");
        for axis in [requests, Axis::Time, Axis::Work(WorkUnit::READING)] {
            assert_eq!(Axis::from_name(axis.name()), axis);
        }
        assert_eq!(Axis::Time.byte_rate(1_048_576.0 / 3600.0), "+1.00 MiB/h");
    }
}
