//! Result of one threshold on one target.

use crate::event::Target;
use crate::model::Timestamp;

use super::baseline::{Difference, PastValue};

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

/// Target of a result. It outlives the target itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Number of the target in the session.
    pub number: u64,
    /// Members of a sum; `None` for a process.
    pub members: Option<u64>,
    /// Pid; `None` for a sum, or a series without one.
    pub pid: Option<u32>,
    /// Name as the process chose it.
    pub name: String,
    /// Command line; empty if unknown.
    pub cmdline: String,
    /// Recording of the target.
    pub source: Option<String>,
}

impl From<&Target> for Subject {
    fn from(target: &Target) -> Self {
        Self {
            number: target.number,
            members: target.kind.members(),
            pid: target.key.map(|key| key.pid.0),
            name: target.label.name.clone(),
            cmdline: target.label.cmdline.clone(),
            source: target.source.clone(),
        }
    }
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
    /// Observation of the target, and what more of it would decide.
    pub observation: (Observation, Outlook),
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
