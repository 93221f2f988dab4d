//! The parts of a report that a later run is compared with: what is missing, or from another version, is left out.

use serde::Deserialize;

/// A report as far as it can be compared.
#[derive(Debug, Clone, Deserialize)]
pub struct PastReport {
    /// Version of that document.
    pub schema_version: String,
    /// How it was observed.
    #[serde(default)]
    pub session: PastSession,
    /// What was watched.
    pub targets: Vec<PastTarget>,
    /// What the gate measured.
    #[serde(default)]
    pub gate: Option<PastGate>,
}

/// When and how it was observed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastSession {
    pub started_at: String,
    pub host: Option<String>,
    pub command: Option<PastCommand>,
}

/// The command that was started.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastCommand {
    pub argv: Vec<String>,
    pub pid: u32,
}

/// What was watched.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "those of the report")]
pub struct PastTarget {
    pub kind: String,
    pub pid: Option<u32>,
    pub name: String,
    pub cmdline: Option<String>,
    pub observed_seconds: f64,
    pub memory: std::collections::BTreeMap<String, Option<f64>>,
    pub resources: Vec<PastResource>,
}

/// What was known of a resource.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "those of the report")]
pub struct PastResource {
    pub resource: String,
    pub rate_per_s: Option<f64>,
    pub ci_low_per_s: Option<f64>,
    pub ci_high_per_s: Option<f64>,
    pub first: Option<f64>,
    pub last: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
}

/// What the gate measured.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastGate {
    pub thresholds: Vec<PastThreshold>,
}

/// One expression.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastThreshold {
    pub metric: String,
    pub answers: Vec<PastAnswer>,
}

/// One answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastAnswer {
    pub pid: Option<u32>,
    pub name: String,
    pub members: Option<u64>,
    pub value: Option<f64>,
    pub ci_low: Option<f64>,
    pub ci_high: Option<f64>,
}
