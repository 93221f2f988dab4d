//! Threshold expressions with their results, in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::identified;

/// Gate: threshold expressions with their results.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Thresholds {
    /// `--warmup`: start of the session that no verdict includes.
    pub warmup_seconds: f64,
    /// Each `--fail-if` and `--warn-if`, in this order.
    pub thresholds: Vec<ThresholdEntry>,
    /// Baseline of the comparison; null without one.
    pub baseline: Option<super::compare::BaselineEntry>,
    /// Work that was counted beside memory; null without it.
    pub work: Option<WorkEntry>,
    /// Each `[[allow]]` that covers a verdict, expired ones included.
    pub allowances: Vec<AllowanceEntry>,
    /// Reason for which an expression with `abort` ended the session early; null if none did.
    pub aborted: Option<String>,
    /// Warnings, such as a pass that proves little.
    pub warnings: Vec<String>,
}

/// Result of a threshold expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the description")]
pub enum ThresholdOutcome {
    Pass,
    Inconclusive,
    Fail,
}

/// Threshold expression with its results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdEntry {
    /// Expression as the user typed it.
    pub expression: String,
    /// Effect if it holds: `fail` or `warn`.
    pub tier: String,
    /// Metric, such as `growth(memory)`.
    pub metric: String,
    /// Unit of its values: `bytes`, `bytes/s`, `per second`, `count`, `ratio`, `bytes/work`, `per work`.
    pub unit: String,
    /// Worst result that counts; inconclusive without any.
    pub outcome: ThresholdOutcome,
    /// Result for each target.
    pub answers: Vec<ResultEntry>,
    /// Number of exited targets that passed and are not listed.
    pub more_passed: u64,
    /// Number of exited targets that failed by less than the listed ones.
    #[serde(default)]
    pub more_failed: u64,
}

/// Result of a threshold expression on one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResultEntry {
    /// Pid; null for a sum of processes, and for a series of a recording without pids.
    pub pid: Option<u32>,
    /// Name of the target.
    pub name: String,
    /// Name, for an interpreter with its script: `node app.js`.
    #[serde(default)]
    pub title: String,
    /// Number of processes in the sum; null for a process.
    pub members: Option<u64>,
    /// Recording; null for a live target.
    pub source: Option<String>,
    /// Result.
    pub outcome: ThresholdOutcome,
    /// False for a short-lived target beside others that were judged.
    pub counts: bool,
    /// Measured value; null if nothing was measured.
    pub value: Option<f64>,
    /// Lower end of the 95 % confidence interval; null without one.
    pub ci_low: Option<f64>,
    /// Upper end of the 95 % confidence interval; null without one.
    pub ci_high: Option<f64>,
    /// Limit of the expression; null if unknown.
    pub limit: Option<f64>,
    /// Difference from the baseline; null without a comparison.
    pub difference: Option<DifferenceEntry>,
    /// Time at which the condition had held for long enough, RFC 3339; null if it was evaluated at the end.
    pub failed_at: Option<String>,
    /// Detection limit: smallest growth that would have been detected, in the unit of the value; null if not applicable.
    pub smallest_detectable: Option<f64>,
    /// Further time until growth at the limit can be detected; null if unknown or not needed.
    pub seconds_to_decide: Option<f64>,
    /// One sentence, without the name of the target.
    pub message: String,
}

impl ResultEntry {
    /// Returns the title with what identifies the target: `node app.js (4242)`, `gunicorn ×5`. The text is foreign: escape it.
    #[must_use]
    pub fn describe(&self) -> String {
        identified(&self.title, self.members, self.pid, self.source.as_deref())
    }
}

/// Difference from the baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DifferenceEntry {
    /// Value of the baseline.
    pub baseline: f64,
    /// New value minus the value of the baseline.
    pub value: f64,
    /// Lower end of the 95 % interval of the difference.
    pub ci_low: f64,
    /// Upper end of the 95 % interval of the difference.
    pub ci_high: f64,
    /// Two-sided p value of no difference beyond the margin; null without intervals.
    pub p_value: Option<f64>,
}

/// Work that was counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkEntry {
    /// File, command or log.
    pub source: String,
    /// Units of work since the first tick.
    pub total: f64,
    /// Work per second in the first half of the session; null if the session was too short.
    pub per_second_first_half: Option<f64>,
    /// Work per second in the second half.
    pub per_second_second_half: Option<f64>,
    /// True if the two differ by more than half.
    pub load_changed: bool,
    /// Ticks at which work could not be counted.
    pub failed_reads: u64,
    /// Reason of the first failure.
    pub first_failure: Option<String>,
    /// Newest jobs, if lines of a log are counted.
    pub jobs: Vec<JobEntry>,
}

/// Jobs that ended between two samples. Memory is the sum of all watched processes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobEntry {
    /// Time of the sample after them, RFC 3339.
    pub timestamp: String,
    /// Number of jobs.
    pub count: f64,
    /// Line of the newest of them.
    pub label: String,
    /// Memory before them.
    pub memory_before_bytes: u64,
    /// Memory after them.
    pub memory_after_bytes: u64,
}

/// Allowance in use: an `[[allow]]` of the settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AllowanceEntry {
    /// Name of the target.
    pub name: String,
    /// Pattern that the name matches.
    pub process: String,
    /// `memory`, `fds` or `threads`.
    pub resource: super::report::Resource,
    /// Largest allowed rate.
    pub max_rate_per_s: f64,
    /// Reason.
    pub reason: String,
    /// Last day on which it holds.
    pub expires: String,
    /// True if that day is over. It then covers nothing.
    pub expired: bool,
    /// File and line of the settings.
    pub place: String,
}
