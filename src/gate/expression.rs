//! An expression that has been understood.

use std::fmt;

use super::metric::Metric;

/// Which side of the limit is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Comparison {
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Comparison {
    /// Whether a value is on the wrong side of a limit.
    #[must_use]
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
        }
    }

    /// Whether large values are wrong.
    #[must_use]
    pub fn is_upward(self) -> bool {
        matches!(self, Self::Above | Self::AtLeast)
    }
}

/// What a value is held against. Rates are per second, sizes in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// A number.
    Fixed(f64),
    /// The same metric of the baseline, `factor` times, and so much more.
    Baseline {
        /// Times the value of the baseline.
        factor: f64,
        /// And so much more.
        plus: f64,
    },
}

/// One condition that must not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// As it was typed.
    pub text: String,
    /// What is measured.
    pub metric: Metric,
    /// Which side is wrong.
    pub comparison: Comparison,
    /// Of what.
    pub limit: Limit,
    /// For how long without a break it must hold, in seconds.
    pub hold_s: f64,
    /// For how long after the start it does not count, in seconds.
    pub after_s: f64,
    /// Whether the session ends when it holds.
    pub abort: bool,
}

impl Expression {
    /// Whether it is held against the samples as they come, and not once at the end.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.abort || self.hold_s > 0.0
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What it means when an expression holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// The session fails.
    Fail,
    /// It is said.
    Warn,
}

/// An expression and what it means.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// What it means when it holds.
    pub tier: Tier,
    /// The condition.
    pub expression: Expression,
}
