//! Settings of the analysis, the same for every target of a session.

use crate::units::Axis;

/// Least observation unless the user sets one, in seconds: starts and fills of caches look like leaks for minutes.
const MIN_OBSERVATION_S: f64 = 3600.0;
/// Horizon unless the user sets one, in seconds: 30 days.
const HORIZON_S: f64 = 30.0 * 86_400.0;

/// Least growth that the share alone makes a spike, in bytes: 16 MiB. A request, a job or a collection of garbage moves a
/// small service by a fifth of its level, but rarely by more than that within seconds.
const SPIKE_MIN_BYTES: f64 = 16.0 * 1_048_576.0;

/// Origin of the growth threshold of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ThresholdOrigin {
    /// The level of the memory: see `docs/DETECTION.md`.
    #[default]
    Level,
    /// Option `--max-growth`, or a setting of the library.
    MaxGrowth,
    /// Growth that a `--fail-if` allows. The verdict uses the same threshold.
    FailIf,
}

impl ThresholdOrigin {
    /// Returns the option that set the threshold: ` by --fail-if`, or an empty text.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Level => "",
            Self::MaxGrowth => " by --max-growth",
            Self::FailIf => " by --fail-if",
        }
    }
}

/// Settings of the analysis. Times in seconds, sizes in bytes.
///
/// ```
/// use leakwatch::analysis::Settings;
///
/// let settings = Settings::default();
/// assert_eq!(settings.min_observation_s, 3600.0);
/// let short_run = settings.with_min_observation_s(600.0).with_max_growth(1024.0);
/// assert_eq!(short_run.max_growth, Some(1024.0));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// Length of the rolling window of variance and consistent growth.
    ///
    /// `None`: an hour, or 60 samples if that is more.
    pub window_s: Option<f64>,
    /// Time that a target must be observed before it can be `leaking`.
    pub min_observation_s: f64,
    /// Growth threshold in bytes per second. `None` takes the default, which depends on the level.
    pub max_growth: Option<f64>,
    /// Origin of `max_growth`, for messages.
    pub max_growth_origin: ThresholdOrigin,
    /// Proven growth that fills the ceiling within this time is material at any rate.
    pub horizon_s: f64,
    /// Axis of the samples. On an axis of work a few of them are judged, and a second is one unit.
    pub axis: Axis,
    /// True if memory that is the same to the byte for an hour was not measured. Live processes may be idle.
    pub constant_is_unmeasured: bool,
    /// Growth within the spike period above which it is a spike, in bytes.
    pub spike_bytes: f64,
    /// Growth within the spike period above which it is a spike, as a share of the level.
    pub spike_fraction: f64,
    /// Growth below which the share alone makes no spike, in bytes.
    pub spike_min_bytes: f64,
    /// The spike period.
    pub spike_period_s: f64,
}

impl Settings {
    /// Sets the length of the rolling window.
    #[must_use]
    pub fn with_window_s(self, seconds: f64) -> Self {
        Self { window_s: Some(seconds), ..self }
    }

    /// Sets the time that a target must be observed before it can be `leaking`. 0 judges at once and suspects every
    /// start.
    #[must_use]
    pub fn with_min_observation_s(self, seconds: f64) -> Self {
        Self { min_observation_s: seconds, ..self }
    }

    /// Sets the growth threshold, in bytes per second.
    #[must_use]
    pub fn with_max_growth(self, bytes_per_second: f64) -> Self {
        Self { max_growth: Some(bytes_per_second), max_growth_origin: ThresholdOrigin::MaxGrowth, ..self }
    }

    /// Sets the origin of the growth threshold, for messages.
    #[must_use]
    pub fn with_max_growth_origin(self, origin: ThresholdOrigin) -> Self {
        Self { max_growth_origin: origin, ..self }
    }

    /// Sets the time within which growth that fills the ceiling is material, in seconds.
    #[must_use]
    pub fn with_horizon_s(self, seconds: f64) -> Self {
        Self { horizon_s: seconds, ..self }
    }

    /// Sets the axis of the samples.
    #[must_use]
    pub fn with_axis(self, axis: Axis) -> Self {
        Self { axis, ..self }
    }

    /// Makes memory that is the same to the byte for an hour count as not measured.
    #[must_use]
    pub fn with_constant_unmeasured(self, is_unmeasured: bool) -> Self {
        Self { constant_is_unmeasured: is_unmeasured, ..self }
    }

    /// Sets the thresholds of a spike: bytes and share of the level, within a period in seconds.
    #[must_use]
    pub fn with_spike(self, bytes: f64, fraction: f64, period_s: f64) -> Self {
        Self { spike_bytes: bytes, spike_fraction: fraction, spike_period_s: period_s, ..self }
    }

    /// Sets the least growth that the share alone makes a spike, in bytes.
    #[must_use]
    pub fn with_spike_min_bytes(self, bytes: f64) -> Self {
        Self { spike_min_bytes: bytes, ..self }
    }
}

impl Default for Settings {
    /// Returns the defaults of the command line.
    fn default() -> Self {
        Self {
            window_s: None,
            min_observation_s: MIN_OBSERVATION_S,
            max_growth: None,
            max_growth_origin: ThresholdOrigin::Level,
            horizon_s: HORIZON_S,
            axis: Axis::Time,
            constant_is_unmeasured: false,
            spike_bytes: 50e6,
            spike_fraction: 0.2,
            spike_min_bytes: SPIKE_MIN_BYTES,
            spike_period_s: 10.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_observes_for_an_hour() {
        assert_eq!(Settings::default().min_observation_s, 3600.0);
    }

    #[test]
    fn each_builder_sets_its_own_fields() {
        let set = Settings::default().with_window_s(60.0).with_min_observation_s(1.0).with_max_growth(2.0);
        let set = set.with_spike(3.0, 4.0, 5.0).with_spike_min_bytes(6.0);
        assert_eq!(set.spike_min_bytes, 6.0);
        assert_eq!((set.window_s, set.min_observation_s, set.max_growth), (Some(60.0), 1.0, Some(2.0)));
        assert_eq!((set.spike_bytes, set.spike_fraction, set.spike_period_s), (3.0, 4.0, 5.0));
    }
}
