//! Metrics of expressions: an aggregate over one series of a target.

use std::fmt;

use crate::analysis::Resource;
use crate::model::{Counter, CounterRole, CounterUnit, Reading};
use crate::units::{ByteRate, Bytes, CountRate, SignedBytes};

use super::expr::Dimension;

/// Name of the judged memory in expressions.
const MEMORY: &str = "memory";

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
pub enum Series {
    /// Judged memory: the sum of its parts.
    Memory,
    /// One counter.
    Counter(Counter),
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
    /// Returns all series with their names.
    pub fn all() -> impl Iterator<Item = (&'static str, Self)> {
        let counters = Counter::ALL.into_iter().filter_map(|counter| Some((counter.metric()?, Self::Counter(counter))));
        [(MEMORY, Self::Memory)].into_iter().chain(counters)
    }

    /// Returns the value in a reading, in bytes or as a count.
    #[must_use]
    pub fn value(self, reading: &Reading) -> Option<u64> {
        match self {
            Self::Memory => reading.memory(),
            Self::Counter(counter) => reading.value(counter),
        }
    }

    /// Returns the unit.
    #[must_use]
    pub fn unit(self) -> CounterUnit {
        match self {
            Self::Memory => CounterUnit::Bytes,
            Self::Counter(counter) => counter.unit(),
        }
    }

    /// True if the series is a count, not bytes.
    #[must_use]
    pub fn is_count(self) -> bool {
        self.unit() == CounterUnit::Count
    }

    /// True if the verdict judges the series.
    #[must_use]
    pub fn is_judged(self) -> bool {
        match self {
            Self::Memory => true,
            Self::Counter(counter) => counter.role() == CounterRole::JudgedCount,
        }
    }

    /// Returns the resource that the series belongs to.
    #[must_use]
    pub fn resource(self) -> Resource {
        match self {
            Self::Counter(Counter::Fds) => Resource::Fds,
            Self::Counter(Counter::Threads) => Resource::Threads,
            Self::Memory | Self::Counter(_) => Resource::Memory,
        }
    }

    /// Returns the smallest step of the series: a page, or 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a page at most")]
    pub fn step(self) -> f64 {
        self.unit().step() as f64
    }

    /// Returns the name in expressions.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => MEMORY,
            Self::Counter(counter) => counter.metric().unwrap_or_else(|| counter.column()),
        }
    }
}

impl Metric {
    /// Names the measured value in messages. The verdict gives the growth at the end, with another interval.
    pub(super) fn measured_value(&self) -> &'static str {
        if self.aggregate == Aggregate::Growth { "mean growth" } else { "measured" }
    }

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

    /// Returns the resource whose growth is measured; `None` for another aggregate.
    #[must_use]
    pub fn growing_resource(&self) -> Option<Resource> {
        (self.aggregate == Aggregate::Growth).then(|| self.series.resource())
    }

    /// True if growth of bytes by time is measured.
    #[must_use]
    pub fn measures_memory_growth(&self) -> bool {
        self.aggregate == Aggregate::Growth && !self.series.is_count() && !self.per_work
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
            Dimension::CountRate => CountRate(value).to_string(),
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
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; for people")]
fn format_bytes(value: f64, signed: bool) -> String {
    match (signed, value.abs() < 1024.0) {
        (true, true) => format!("{value:+.1} B"),
        (true, false) => SignedBytes(value.round() as i64).to_string(),
        (false, _) => Bytes(value.round() as u64).to_string(),
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
