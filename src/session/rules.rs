//! By which rules the targets of a session are judged.

use crate::alert::Thresholds;
use crate::analysis::Settings;

/// How long a target must be seen before `leaking` may be said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MinObservation {
    /// This long, in seconds.
    Fixed(f64),
    /// A fifth of the recording, as far as it has been read.
    FifthOfRecording,
}

/// The rules of a session.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Settings of the analysis; `min_observation_s` is filled in from `min_observation`.
    pub analysis: Settings,
    /// How long a target must be seen.
    pub min_observation: MinObservation,
    /// Thresholds of the alerts.
    pub alerts: Thresholds,
    /// `--limit`, in bytes.
    pub limit_bytes: Option<u64>,
    /// Whether processes of one name are also judged by their sum. Those that were named one by one are not a pool.
    pub pools: bool,
}
