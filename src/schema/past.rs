//! Past report, which a later run is compared with. Missing parts take their default.

use serde::Deserialize;

/// Report of an earlier run.
#[derive(Debug, Clone, Deserialize)]
pub struct PastReport {
    /// Version of the document.
    pub schema_version: String,
    /// Circumstances of the session.
    #[serde(default)]
    pub session: PastSession,
    /// Targets.
    pub targets: Vec<PastTarget>,
    /// Threshold expressions with their results.
    #[serde(default)]
    pub gate: Option<PastThresholds>,
}

/// Circumstances of a session.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastSession {
    pub started_at: String,
    pub host: Option<String>,
    pub interval_seconds: Option<f64>,
    pub command: Option<PastCommand>,
}

/// Command that was started.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastCommand {
    pub argv: Vec<String>,
    pub pid: u32,
}

/// Target.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "fields of the report")]
pub struct PastTarget {
    pub kind: String,
    pub pid: Option<u32>,
    pub members: Option<u64>,
    pub source: Option<String>,
    pub name: String,
    pub title: String,
    pub cmdline: Option<String>,
    pub observed_seconds: f64,
    pub samples: u64,
    pub variance: PastVariance,
    pub memory: std::collections::BTreeMap<String, Option<f64>>,
    pub resources: Vec<PastResource>,
}

/// Spread around the trend.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastVariance {
    pub noise_bytes: Option<f64>,
}

/// Verdict on a resource.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "fields of the report")]
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

/// Gate: threshold expressions with their results.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastThresholds {
    pub thresholds: Vec<PastThreshold>,
}

/// Threshold expression.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastThreshold {
    pub metric: String,
    pub answers: Vec<PastResult>,
}

/// Result on one target.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct PastResult {
    pub pid: Option<u32>,
    pub name: String,
    pub members: Option<u64>,
    pub value: Option<f64>,
    pub ci_low: Option<f64>,
    pub ci_high: Option<f64>,
}
