//! What the gate asked and what came of it, as the report shows it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the gate asked of the session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Gate {
    /// `--warmup`: the start that no judgement looks at.
    pub warmup_seconds: f64,
    /// Each `--fail-if` and `--warn-if`, in this order.
    pub thresholds: Vec<ThresholdEntry>,
    /// The earlier run that it was compared with; null when there was none.
    pub baseline: Option<super::BaselineEntry>,
    /// The work that was counted beside the clock; null when none was.
    pub work: Option<WorkEntry>,
    /// Each `[[allow]]` that excuses a verdict, or would if it had not expired.
    pub allowances: Vec<AllowanceEntry>,
    /// Why the session was ended before its time; null when it was not.
    pub aborted: Option<String>,
    /// What a reader should know: a pass that proves little, for one.
    pub warnings: Vec<String>,
}

/// What a threshold came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the description")]
pub enum GateOutcome {
    Pass,
    Inconclusive,
    Fail,
}

/// One expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdEntry {
    /// As it was typed.
    pub expression: String,
    /// `fail` or `warn`: what it means when it holds.
    pub tier: String,
    /// What is measured: `growth(memory)`.
    pub metric: String,
    /// The unit of its values: `bytes`, `bytes/s`, `per second`, `count`, `ratio`, `bytes/work`, `per work`.
    pub unit: String,
    /// The worst of the answers that count; inconclusive when there are none.
    pub outcome: GateOutcome,
    /// One for each target.
    pub answers: Vec<AnswerEntry>,
    /// Further targets that have gone and passed, once there are hundreds.
    pub more_passed: u64,
    /// Further targets that have gone and failed, by less than those among `answers`.
    #[serde(default)]
    pub more_failed: u64,
}

/// One expression held against one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnswerEntry {
    /// Process number; null for a pool, and for a series of a recording without one.
    pub pid: Option<u32>,
    /// Name of the target.
    pub name: String,
    /// Processes of the pool; null for a process.
    pub members: Option<u64>,
    /// The recording; null when live.
    pub source: Option<String>,
    /// What came of it.
    pub outcome: GateOutcome,
    /// False for a target that came and went beside others that were judged.
    pub counts: bool,
    /// What was measured; null when nothing was.
    pub value: Option<f64>,
    /// Lower end of the 95 % interval; null where there is none.
    pub ci_low: Option<f64>,
    /// Upper end of the 95 % interval; null where there is none.
    pub ci_high: Option<f64>,
    /// What it was held against; null when that is unknown.
    pub limit: Option<f64>,
    /// How it differs from the baseline; null when it was not compared.
    pub difference: Option<DifferenceEntry>,
    /// When the condition had held for long enough, RFC 3339; null when it was asked at the end.
    pub failed_at: Option<String>,
    /// The smallest growth that could have been proved, in the unit of the value; null where that means nothing.
    pub smallest_detectable: Option<f64>,
    /// How much longer it takes to see growth at the limit; null when unknown or needless.
    pub seconds_to_decide: Option<f64>,
    /// One sentence, without the name of the target.
    pub message: String,
}

/// A value less that of the baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DifferenceEntry {
    /// The value of the baseline.
    pub baseline: f64,
    /// The new value less the old one.
    pub value: f64,
    /// Lower end of the 95 % interval of the difference.
    pub ci_low: f64,
    /// Upper end of the 95 % interval of the difference.
    pub ci_high: f64,
    /// Two-sided p value of no difference beyond the margin; null where there are no intervals.
    pub p_value: Option<f64>,
}

/// Work that was counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorkEntry {
    /// The file, command or log.
    pub source: String,
    /// Units of work since the first tick.
    pub total: f64,
    /// Work per second in the first half of the session; null when there are no halves.
    pub per_second_first_half: Option<f64>,
    /// Work per second in the second half.
    pub per_second_second_half: Option<f64>,
    /// Whether the two differ by more than half.
    pub load_changed: bool,
    /// Ticks at which work could not be counted.
    pub failed_reads: u64,
    /// Why, at the first of them.
    pub first_failure: Option<String>,
    /// The newest jobs, where lines of a log are counted.
    pub jobs: Vec<JobEntry>,
}

/// Jobs that ended between two samples. Memory is that of all watched processes together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobEntry {
    /// When the sample after them was taken, RFC 3339.
    pub timestamp: String,
    /// How many.
    pub count: f64,
    /// The line of the newest of them.
    pub label: String,
    /// Memory before them.
    pub memory_before_bytes: u64,
    /// Memory after them.
    pub memory_after_bytes: u64,
}

/// An `[[allow]]` of the settings that was used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AllowanceEntry {
    /// Name of the target.
    pub name: String,
    /// The pattern that it matches.
    pub process: String,
    /// `memory`, `fds` or `threads`.
    pub resource: super::Resource,
    /// The rate up to which it is excused.
    pub max_rate_per_s: f64,
    /// Why.
    pub reason: String,
    /// The last day.
    pub expires: String,
    /// Whether that is over: then it excuses nothing.
    pub expired: bool,
    /// File and line.
    pub place: String,
}
