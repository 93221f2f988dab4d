//! Reasons for a verdict: typed values with their thresholds, which display as sentences.

use std::fmt;

use super::wording::{Figures, Wording};

/// The analysis or rule that a reason comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// Growth rate against the threshold.
    GrowthRate,
    /// Rank trend, rising share and longest rising run of block floors.
    ConsistentGrowth,
    /// Growth above a threshold within the spike period.
    Spike,
    /// Spread around the trend, and the cycle in it.
    Variance,
    /// The curve that explains the series: one that grows, or one that levels off.
    Shape,
    /// Growth relative to the level.
    RelativeGrowth,
    /// Length of the observation.
    Observation,
    /// Major collections of a runtime.
    Collections,
    /// Time until the memory limit is reached.
    Horizon,
    /// Time until growth below the threshold reaches the memory limit.
    Forecast,
    /// Distance that growth has come since the start.
    Distance,
    /// Evenness of growth over the parts of the watch.
    Evenness,
    /// Upper bound of the growth that stays.
    UpperBound,
    /// Rank trend of few readings.
    FewReadings,
    /// Agreement of consecutive tests.
    Persistence,
    /// Withdrawal of an earlier `leaking`.
    Withdrawal,
    /// Memory counted page by page, against the cheap counters.
    Exactness,
    /// Verdict of the pool or selection on its members.
    Pool,
    /// Verdict on all lives of a service that restarts.
    Lives,
    /// Restarts within a series.
    Restarts,
}

impl Rule {
    /// True for a rule that withholds `leaking` from growth.
    #[must_use]
    pub fn withholds(self) -> bool {
        matches!(
            self,
            Self::Observation
                | Self::Collections
                | Self::Horizon
                | Self::Distance
                | Self::Evenness
                | Self::Persistence
                | Self::Withdrawal
        )
    }

    /// Returns the stable name in reports: `growth_rate`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GrowthRate => "growth_rate",
            Self::ConsistentGrowth => "consistent_growth",
            Self::Spike => "spike",
            Self::Variance => "variance",
            Self::Shape => "shape",
            Self::RelativeGrowth => "materiality",
            Self::Observation => "observation",
            Self::Collections => "collections",
            Self::Horizon => "horizon",
            Self::Forecast => "forecast",
            Self::Distance => "distance",
            Self::Evenness => "evenness",
            Self::UpperBound => "upper_bound",
            Self::FewReadings => "few_readings",
            Self::Persistence => "persistence",
            Self::Withdrawal => "withdrawal",
            Self::Exactness => "exactness",
            Self::Pool => "pool",
            Self::Lives => "lives",
            Self::Restarts => "restarts",
        }
    }
}

/// The unit of a value and its threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Unit {
    Bytes,
    BytesPerSecond,
    PerSecond,
    Seconds,
    Ratio,
    Count,
    P,
    Z,
    LogLikelihood,
}

impl Unit {
    /// Returns the name in reports: `bytes/s`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes/s",
            Self::PerSecond => "per second",
            Self::Seconds => "s",
            Self::Ratio => "ratio",
            Self::Count => "count",
            Self::P => "p",
            Self::Z => "z",
            Self::LogLikelihood => "log likelihood",
        }
    }
}

/// One reason for a verdict: a value compared with a threshold. It displays as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Reason {
    /// Analysis or rule that the reason comes from.
    pub rule: Rule,
    /// True if it speaks for a leak.
    pub for_leak: bool,
    /// Measured value; `None` when it could not be measured.
    pub value: Option<f64>,
    /// Threshold of the value; `None` when the rule has none.
    pub threshold: Option<f64>,
    /// Unit of value and threshold.
    pub unit: Unit,
    /// Time that the reason covers, in seconds.
    pub span_s: f64,
    /// Further figures of the sentence.
    pub wording: Wording,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = Figures {
            value: self.value.unwrap_or(f64::NAN),
            threshold: self.threshold.unwrap_or(f64::NAN),
            span_s: self.span_s,
        };
        self.wording.write(&figures, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_displays_its_wording() {
        let reason = Reason {
            rule: Rule::Pool,
            for_leak: false,
            value: None,
            threshold: None,
            unit: Unit::Bytes,
            span_s: 0.0,
            wording: "the pool does not grow".into(),
        };
        assert_eq!(reason.to_string(), "the pool does not grow");
        assert_eq!((reason.rule.name(), reason.unit.name()), ("pool", "bytes"));
    }
}
