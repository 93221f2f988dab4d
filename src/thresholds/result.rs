//! Result of one threshold on one target.

use crate::model::Timestamp;

use super::baseline::{Difference, PastValue};
use super::subject::Subject;

/// Decision on a threshold, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// The condition does not hold.
    Pass,
    /// The data cannot decide.
    Undecided,
    /// The condition holds.
    Fail,
}

/// Observation of the target of a result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Seconds between its first and latest sample.
    pub seconds: f64,
    /// True if the target exited before the end.
    pub exited: bool,
    /// True if the series never moved.
    pub is_unmoved: bool,
    /// Further observation that would decide.
    pub outlook: Outlook,
}

/// Further observation that would decide an undecided result.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Outlook {
    /// Smallest growth that would have been proved; `None` if unknown.
    pub smallest_detectable: Option<f64>,
    /// Seconds until growth at the limit can be decided.
    pub seconds_to_decide: Option<f64>,
}

/// Result of one threshold on one target. Values are in the unit of the metric.
#[derive(Debug, Clone, PartialEq)]
pub struct ThresholdResult {
    /// Index of the threshold.
    pub threshold: usize,
    /// Target.
    pub subject: Subject,
    /// Decision.
    pub decision: Decision,
    /// True if the result passes only because an allowance covers it.
    pub is_allowed: bool,
    /// True if the result counts. An undecided short-lived process does not count beside decided ones.
    pub counts: bool,
    /// Measured value; `None` if nothing was measured.
    pub value: Option<f64>,
    /// Ends of the 95 % confidence interval; `None` for an exact value.
    pub interval: Option<(f64, f64)>,
    /// Limit; `None` if the baseline lacks the target.
    pub limit: Option<f64>,
    /// Value of the baseline and the difference to it; `None` without a baseline.
    pub difference: Option<(PastValue, Difference)>,
    /// Time at which a live condition began to hold.
    pub failed_at: Option<Timestamp>,
    /// Observation of the target.
    pub observation: Observation,
    /// One sentence without the name of the target.
    pub message: String,
}

impl ThresholdResult {
    /// Distance of the value beyond the limit, negative on the right side; `None` if nothing was measured.
    pub(super) fn excess(&self, upward: bool) -> Option<f64> {
        let beyond = self.value? - self.limit?;
        Some(if upward { beyond } else { -beyond })
    }
}
