//! Trend of one series: status, deciding window, and evidence on start-ups and waiting.

use crate::analysis::status::Status;

use super::few_readings::FewReadings;
use super::judgement::Judgement;
use super::relative_growth::RelativeGrowth;
use super::withheld::Withheld;

/// Least time, in seconds, and samples of a standing watch before ranks or lows bound its growth. In shorter stretches noise
/// that lasts looks like a floor. One of both is enough for the interval of the curves.
pub(crate) const MIN_BOUND_S: f64 = 3600.0;
pub(crate) const MIN_BOUND_SAMPLES: f64 = 112.0;

/// Trend of one series.
#[derive(Debug, Clone)]
pub(crate) struct SeriesTrend {
    pub status: Status,
    /// The window that decided; `None` with too few data.
    pub judgement: Option<Judgement>,
    pub proof: Proof,
    pub extent: Extent,
    /// Level at the end.
    pub level: f64,
    /// Growth threshold at that level.
    pub threshold: f64,
    /// Largest rate that ranks or lows of the floors allow, where the interval of the curves does not decide.
    pub bound: Option<UpperBound>,
    pub start_up: StartUp,
    /// Rate in the newest part of the watch, per second.
    pub recent_rate: Option<f64>,
    /// Resolution of a series without any change.
    pub unchanged: Option<Unchanged>,
    /// Reason for withholding `leaking` from proven growth.
    pub withheld: Option<Withheld>,
    /// Seconds since growth stopped that was a leak until then.
    pub stopped_s: Option<f64>,
}

impl SeriesTrend {
    /// True if growth is proven and goes on, also below the threshold.
    pub fn is_growing(&self) -> bool {
        self.judgement.as_ref().is_some_and(|j| j.tests.proven && j.rate.low > 0.0 && !j.tests.slowing)
    }

    /// Takes a constant series for one that was not measured.
    pub fn set_unmeasured(&mut self) {
        self.status = Status::InsufficientData;
        self.extent.is_unmeasured = true;
        self.proof.few = None;
    }

    /// Takes status and rate from few readings.
    pub fn take_few_readings(&mut self, few: FewReadings) {
        self.status = few.status;
        self.level += few.judgement.level - self.judgement.as_ref().map_or(0.0, |j| j.level);
        self.judgement = Some(few.judgement.clone());
        self.proof.few = Some(few);
    }
}

/// Kind of the proof of growth.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proof {
    /// True if the window that decided is only the newest part of the past.
    pub newest_only: bool,
    /// The growth by the level, where that was the proof.
    pub relative_growth: Option<RelativeGrowth>,
    /// Judgement of few readings, where that decided.
    pub few: Option<FewReadings>,
}

/// Extent of the watch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Samples of the series.
    pub samples: u64,
    /// Samples that any verdict needs.
    pub min_samples: f64,
    /// Time from one sample to the next on average, in seconds.
    pub pause_s: f64,
    /// True for a standing watch.
    pub is_standing: bool,
    /// True if readings count units of work.
    pub untimed: bool,
    /// True if the series is constant to the byte where a measurement is not.
    pub is_unmeasured: bool,
}

impl Extent {
    /// Returns the seconds until there are as many samples as any verdict needs.
    pub fn missing_s(&self) -> f64 {
        self.missing_s_of(self.min_samples)
    }

    /// Returns the seconds until a noisy series of `span` seconds can be stable.
    pub fn seconds_until_bounded(&self, span: f64) -> f64 {
        if !self.is_standing || self.untimed {
            return 0.0;
        }
        self.missing_s_of(MIN_BOUND_SAMPLES).min(MIN_BOUND_S - span).max(0.0)
    }

    /// Returns the seconds until there are `samples`.
    #[expect(clippy::cast_precision_loss, reason = "counts of samples are exact up to 2^53")]
    pub fn missing_s_of(&self, samples: f64) -> f64 {
        (samples - self.samples as f64).max(0.0) * self.pause_s
    }
}

/// Largest rate that the floors allow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UpperBound {
    pub rate: f64,
    /// True if their lowest values decided, false for their ranks.
    pub by_lows: bool,
}

/// Evidence for a start-up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StartUp {
    /// Share of the level that came while being watched.
    pub share: f64,
    /// Samples needed to rule a start-up out.
    pub required: f64,
}

/// Resolution of a series without any change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unchanged {
    /// The smallest rate that would have changed the series by its unit.
    pub resolved: f64,
    /// Observed time, in seconds.
    pub observed_s: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_samples_take_their_time() {
        let extent = Extent {
            samples: 10,
            min_samples: 56.0,
            pause_s: 2.0,
            is_standing: false,
            untimed: false,
            is_unmeasured: false,
        };
        assert_eq!((extent.missing_s(), extent.missing_s_of(8.0)), (92.0, 0.0));
        assert_eq!(extent.seconds_until_bounded(20.0), 0.0);
        let standing = Extent { is_standing: true, ..extent };
        assert_eq!((standing.seconds_until_bounded(20.0), standing.seconds_until_bounded(3590.0)), (204.0, 10.0));
    }
}
