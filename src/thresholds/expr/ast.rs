//! AST: parsed expressions.

use std::fmt;

use super::super::metric::Metric;

/// Side of the limit on which a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Comparison {
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Comparison {
    /// True if a value compares with a limit in this way.
    #[must_use]
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Above => value > limit,
            Self::AtLeast => value >= limit,
            Self::Below => value < limit,
            Self::AtMost => value <= limit,
        }
    }

    /// True if the condition holds for large values.
    #[must_use]
    pub fn is_upward(self) -> bool {
        matches!(self, Self::Above | Self::AtLeast)
    }
}

/// Limit of an expression. Rates are per second, sizes in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// A number.
    Fixed(f64),
    /// The same metric of the baseline, times `factor`, plus a margin.
    Baseline {
        /// Factor of the baseline value.
        factor: f64,
        /// Margin on top.
        plus: f64,
    },
}

/// One condition of `--fail-if` or `--warn-if`.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    /// Text as the user typed it.
    pub text: String,
    /// Measured value.
    pub metric: Metric,
    /// Comparison with the limit.
    pub comparison: Comparison,
    /// Limit.
    pub limit: Limit,
    /// Time for which the condition must hold without a break, in seconds.
    pub hold_s: f64,
    /// Time after the start in which the condition does not count, in seconds.
    pub after_s: f64,
    /// True if the session ends as soon as the condition holds.
    pub abort: bool,
}

impl Expression {
    /// True if the condition is checked at each sample, and not only at the end.
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

/// Effect of a condition that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// The session fails.
    Fail,
    /// A warning is printed.
    Warn,
}

/// An expression with its effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// Effect if the condition holds.
    pub tier: Tier,
    /// Condition.
    pub expression: Expression,
}
