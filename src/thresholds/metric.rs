//! Metrics of expressions: an aggregate over one series of a target.

use std::fmt;

use crate::model::Reading;
use crate::units::{ByteRate, Bytes, SignedBytes};

use super::expr::Dimension;

/// Aggregate of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// Rate of growth with its 95 % interval.
    Growth,
    /// Highest value, from the first sample on.
    Peak,
    /// Newest value.
    Last,
    /// Newest value divided by the first.
    Ratio,
    /// Lowest value.
    Min,
    /// Mean of all samples.
    Mean,
    /// First value.
    First,
    /// Newest value minus the first.
    Delta,
}

/// A series of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the counters of the sample CSV; `Memory` is the judged memory")]
pub enum Series {
    Memory,
    Rss,
    Anon,
    Pss,
    Uss,
    Shmem,
    Swap,
    Vsize,
    Fds,
    Threads,
}

/// Metric of one expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Aggregate of the series.
    pub aggregate: Aggregate,
    /// Series.
    pub series: Series,
    /// True if the best estimate counts instead of the interval.
    pub point: bool,
    /// True if growth is measured per unit of work instead of time.
    pub per_work: bool,
}

impl Aggregate {
    /// All aggregates, each with its name.
    pub const ALL: [(&'static str, Self); 8] = [
        ("growth", Self::Growth),
        ("peak", Self::Peak),
        ("last", Self::Last),
        ("ratio", Self::Ratio),
        ("min", Self::Min),
        ("mean", Self::Mean),
        ("first", Self::First),
        ("delta", Self::Delta),
    ];
}

impl Series {
    /// All series, each with its name.
    pub const ALL: [(&'static str, Self); 10] = [
        ("memory", Self::Memory),
        ("rss", Self::Rss),
        ("anon", Self::Anon),
        ("pss", Self::Pss),
        ("uss", Self::Uss),
        ("shmem", Self::Shmem),
        ("swap", Self::Swap),
        ("vsize", Self::Vsize),
        ("fds", Self::Fds),
        ("threads", Self::Threads),
    ];

    /// Returns the value in a reading, in bytes or as a count.
    #[must_use]
    pub fn value(self, reading: &Reading) -> Option<u64> {
        match self {
            Self::Memory => reading.memory(),
            Self::Rss => reading.rss,
            Self::Anon => reading.rss_anon,
            Self::Pss => reading.pss,
            Self::Uss => reading.uss,
            Self::Shmem => reading.rss_shmem,
            Self::Swap => reading.swap,
            Self::Vsize => reading.vsize,
            Self::Fds => reading.fds,
            Self::Threads => reading.threads,
        }
    }

    /// True if the series is a count, not bytes.
    #[must_use]
    pub fn is_count(self) -> bool {
        matches!(self, Self::Fds | Self::Threads)
    }

    /// Returns the smallest step of the series: a page, or 1.
    #[must_use]
    pub fn step(self) -> f64 {
        if self.is_count() { 1.0 } else { 4096.0 }
    }

    /// Returns the name in expressions.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, series)| *series == self).map_or("", |(name, _)| name)
    }
}

impl Metric {
    /// Returns the dimension of the limit.
    pub(super) fn dimension(&self) -> Dimension {
        match (self.aggregate, self.series.is_count()) {
            (Aggregate::Ratio, _) => Dimension::Plain,
            (Aggregate::Growth, true) if !self.per_work => Dimension::CountRate,
            (Aggregate::Growth, false) if !self.per_work => Dimension::ByteRate,
            (_, true) => Dimension::Plain,
            (_, false) => Dimension::Bytes,
        }
    }

    /// True if the value is an estimate with an interval.
    #[must_use]
    pub fn has_interval(&self) -> bool {
        self.aggregate == Aggregate::Growth
    }

    /// Returns the unit of the values in reports.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match (self.dimension(), self.per_work) {
            (Dimension::ByteRate, _) => "bytes/s",
            (Dimension::CountRate, _) => "per second",
            (Dimension::Bytes, true) => "bytes/work",
            (Dimension::Plain, true) => "per work",
            (Dimension::Bytes, false) => "bytes",
            (Dimension::Plain, false) if self.aggregate == Aggregate::Ratio => "ratio",
            (Dimension::Plain, false) => "count",
        }
    }

    /// Formats a value for people. "Per work" is part of the metric, not of the value.
    #[must_use]
    pub fn format(&self, value: f64) -> String {
        let signed = matches!(self.aggregate, Aggregate::Growth | Aggregate::Delta);
        match self.dimension() {
            Dimension::ByteRate => ByteRate(value).to_string(),
            Dimension::CountRate => format!("{:+.1}/h", value * 3600.0),
            Dimension::Bytes => format_bytes(value, signed),
            Dimension::Plain if self.aggregate == Aggregate::Ratio => format!("{value:.3}"),
            Dimension::Plain if self.per_work => format!("{value:+.4}"),
            Dimension::Plain if self.aggregate == Aggregate::Mean => format!("{value:.1}"),
            Dimension::Plain if signed => format!("{value:+}"),
            Dimension::Plain => format!("{value}"),
        }
    }
}

/// Formats bytes for people. Small changes keep a fraction.
#[expect(clippy::cast_possible_truncation, reason = "saturates; for people")]
fn format_bytes(value: f64, signed: bool) -> String {
    match (signed, value.abs() < 1024.0) {
        (true, true) => format!("{value:+.1} B"),
        (true, false) => SignedBytes(value.round() as i64).to_string(),
        (false, _) => Bytes(value.round().max(0.0) as i64 as u64).to_string(),
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Aggregate::ALL.iter().find(|(_, one)| *one == self.aggregate).map_or("", |(name, _)| name);
        let inner = format!("{name}({})", self.series.name());
        if self.point {
            write!(f, "point({inner})")?
        } else {
            f.write_str(&inner)?
        }
        if self.per_work { f.write_str(" per work") } else { Ok(()) }
    }
}
