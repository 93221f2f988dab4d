//! What the user may set of the analysis; the same for every target of a session.

/// Settings of the analysis. Times in seconds, sizes in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// How far back the rolling window reaches.
    ///
    /// `None`: an hour, or 60 samples if that is more.
    pub window_s: Option<f64>,
    /// How long a target must be seen before `leaking` may be said.
    pub min_observation_s: f64,
    /// Growth below this is never `leaking`, bytes per second; `None` for the default, which depends on the level.
    pub max_growth: Option<f64>,
    /// Spike: growth of more than this within the spike period.
    pub spike_bytes: f64,
    /// Spike: growth of more than this share of the level within the spike period.
    pub spike_fraction: f64,
    /// The spike period.
    pub spike_period_s: f64,
}

impl Default for Settings {
    /// The defaults of the command line, without a least observation.
    fn default() -> Self {
        Self {
            window_s: None,
            min_observation_s: 0.0,
            max_growth: None,
            spike_bytes: 50e6,
            spike_fraction: 0.2,
            spike_period_s: 10.0,
        }
    }
}
