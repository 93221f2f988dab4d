//! Two reports side by side, and the earlier run that a session was compared with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An earlier report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaselineEntry {
    /// The file as it was named.
    pub file: String,
    /// Version of that document.
    pub schema_version: String,
    /// When that session began, RFC 3339; empty when unknown.
    pub started_at: String,
    /// The host it ran on; null when unknown.
    pub host: Option<String>,
    /// The command that was started; null when none was.
    pub command: Option<Vec<String>>,
}

/// What `compare --format json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The earlier report.
    pub before: BaselineEntry,
    /// The later report.
    pub after: BaselineEntry,
    /// Other versions, commands and hosts.
    pub notes: Vec<String>,
    /// Each metric of each target that both reports know.
    pub rows: Vec<ComparisonRow>,
    /// Targets that only the earlier report knows.
    #[serde(default)]
    pub only_before: Vec<String>,
    /// Targets that only the later report knows.
    pub only_after: Vec<String>,
}

/// One metric of one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparisonRow {
    /// Name of the target.
    pub name: String,
    /// Whether it is the sum of all processes of that name.
    pub pool: bool,
    /// What is measured.
    pub metric: String,
    /// The unit of the values.
    pub unit: String,
    /// In the earlier report.
    pub before: f64,
    /// In the later report.
    pub after: f64,
    /// The later less the earlier value.
    pub difference: f64,
    /// Lower end of the 95 % interval of the difference.
    pub ci_low: f64,
    /// Upper end of the 95 % interval of the difference.
    pub ci_high: f64,
    /// Two-sided p value of no difference; null where there are no intervals.
    pub p_value: Option<f64>,
    /// `more`, `less` or `no difference`.
    pub found: String,
}
