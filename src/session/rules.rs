//! The rules by which the targets of a session are judged.

use crate::alert::AlertSettings;
use crate::analysis::Settings;

/// Least time of observation before a target may be judged leaking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MinObservation {
    /// A fixed time, in seconds.
    Fixed(f64),
    /// A fifth of the recording, as far as it has been read.
    FifthOfRecording,
}

impl MinObservation {
    /// Returns the least time in seconds, where `span_s` seconds have been read so far.
    pub(super) fn seconds(self, span_s: f64) -> f64 {
        match self {
            Self::Fixed(seconds) => seconds,
            Self::FifthOfRecording => span_s / 5.0,
        }
    }
}

/// The rules of a session.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Settings of the analysis. The session overwrites `min_observation_s` from `min_observation`.
    pub analysis: Settings,
    /// Least time of observation.
    pub min_observation: MinObservation,
    /// AlertSettings of the alerts.
    pub alerts: AlertSettings,
    /// Limit that the user gave for one process, in bytes.
    pub limit_bytes: Option<u64>,
    /// True if processes of one name are also judged by their sum.
    pub pools: bool,
}
