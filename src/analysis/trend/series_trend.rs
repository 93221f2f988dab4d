//! Trend of one series: status, deciding window, and evidence on start-ups and waiting.

use crate::analysis::status::Status;

use super::few_readings::FewReadings;
use super::judgement::Judgement;
use super::relative_growth::RelativeGrowth;
use super::withheld::Withheld;

/// Trend of one series.
#[derive(Debug, Clone)]
pub(crate) struct SeriesTrend {
    pub status: Status,
    /// The window that decided; `None` with too few data.
    pub judgement: Option<Judgement>,
    /// True if that window is only the newest part of the past.
    pub newest_only: bool,
    /// The growth by the level, where that was the proof.
    pub relative_growth: Option<RelativeGrowth>,
    /// Level at the end.
    pub level: f64,
    /// Growth threshold at that level.
    pub threshold: f64,
    /// Largest rate that ranks or lows of the floors allow, where the interval of the curves does not decide.
    pub bound: Option<UpperBound>,
    pub start_up: StartUp,
    /// Judgement of few readings, where that decided.
    pub few: Option<FewReadings>,
    /// True for a standing watch.
    pub is_standing: bool,
    /// Rate in the newest part of the watch, per second.
    pub recent_rate: Option<f64>,
    /// Time from one sample to the next on average, in seconds.
    pub pause_s: f64,
    /// Samples that any verdict needs.
    pub min_samples: f64,
    /// Samples of the series.
    pub samples: u64,
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

    /// Takes status and rate from few readings.
    pub fn take_few_readings(&mut self, few: FewReadings) {
        self.status = few.status;
        self.level += few.judgement.level - self.judgement.as_ref().map_or(0.0, |j| j.level);
        self.judgement = Some(few.judgement.clone());
        self.few = Some(few);
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
