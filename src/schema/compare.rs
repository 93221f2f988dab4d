//! Comparison of two reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Report that another one is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaselineEntry {
    /// File as the user named it.
    pub file: String,
    /// Version of that document.
    pub schema_version: String,
    /// Start of that session, RFC 3339; empty if unknown.
    pub started_at: String,
    /// Name of the host; null if unknown.
    pub host: Option<String>,
    /// Command that was started; null without one.
    pub command: Option<Vec<String>>,
}

/// Output of `compare --format json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The earlier report.
    pub before: BaselineEntry,
    /// The later report.
    pub after: BaselineEntry,
    /// Differences in version, command or host.
    pub notes: Vec<String>,
    /// Each metric of each target in both reports.
    pub rows: Vec<ComparisonRow>,
    /// Metrics of targets in both reports, of which one report has no value: its growth is undecided.
    #[serde(default)]
    pub not_compared: Vec<NotCompared>,
    /// Targets of the earlier report only.
    #[serde(default)]
    pub only_before: Vec<String>,
    /// Targets of the later report only.
    pub only_after: Vec<String>,
}

/// A metric that one of the reports has no value of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotCompared {
    /// Name of the target.
    pub name: String,
    /// True for the sum of all processes of that name.
    pub pool: bool,
    /// Metric.
    pub metric: String,
    /// Report without a value.
    pub missing_in: MissingIn,
}

/// One of two compared reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingIn {
    /// The earlier report.
    Before,
    /// The later report.
    After,
}

/// One metric of one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparisonRow {
    /// Name of the target.
    pub name: String,
    /// True for the sum of all processes of that name.
    pub pool: bool,
    /// Metric.
    pub metric: String,
    /// Unit of the values.
    pub unit: String,
    /// Value in the earlier report.
    pub before: f64,
    /// Value in the later report.
    pub after: f64,
    /// Later value minus earlier value.
    pub difference: f64,
    /// Lower end of the 95 % interval of the difference.
    pub ci_low: f64,
    /// Upper end of the 95 % interval of the difference.
    pub ci_high: f64,
    /// Two-sided p value of no difference; null without intervals.
    pub p_value: Option<f64>,
    /// `more`, `less` or `no difference`.
    pub found: String,
}
