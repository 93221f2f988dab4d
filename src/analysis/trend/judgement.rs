//! Judgement of one window: the growth at its end, tested against every curve.

use super::curve::Curve;
use super::seasonality::Cycle;

/// Standard errors of growth that is still likely: enough for `suspect`, and for `leaking` to stay.
pub(crate) const LIKELY: f64 = 2.5;

/// Least lead over a line of a curve that is named in words: of 200 noisy lines none reaches it.
const MIN_OVER_LINE: f64 = 4.0;

/// The values of a window that are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JudgedValues {
    /// Means of the blocks of the whole past. Any curve may be the leak, and cycles are removed.
    AllMeans,
    /// Means of the newest blocks. A cycle that only they show is not removed.
    NewestMeans,
    /// Floors. They are few, so only a straight line may be the leak, and no cycle is searched for.
    Floors,
}

/// Estimates of the rate at the end of a window, in units of the series per second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateEstimate {
    /// The rate and its 95 % interval, averaged over the curves.
    pub rate: f64,
    pub low: f64,
    pub high: f64,
    /// Lower end of the 95 % interval of the best curve alone.
    pub best_low: f64,
    /// Smallest rate that could have been proven.
    pub detectable: f64,
    pub mean: MeanGrowth,
}

/// Mean growth over a window with its 95 % interval: that of a line where no curve explains the window better, else the
/// rate at the end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MeanGrowth {
    pub rate: f64,
    pub low: f64,
    pub high: f64,
}

/// Results of the tests for growth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GrowthTests {
    /// The growth in normal deviates.
    pub deviate: f64,
    /// Log likelihood by which the best growing curve leads the best bounded one, less the margin asked of it.
    pub lead: f64,
    /// True if growth is proven.
    pub proven: bool,
    /// True if growth is likely.
    pub likely: bool,
    /// True if growth is likely enough for `leaking` to stay.
    pub sustained: bool,
    /// True if a curve that levels off explains the window at least as well.
    pub slowing: bool,
}

/// The curve that explains a window best.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BestCurve {
    pub curve: Curve,
    /// True if it grows at the end.
    pub grows: bool,
    /// Its coefficient of bending: above 0 for curves that slow down.
    pub bend: f64,
    /// Standard deviation of the values around it.
    pub spread: f64,
    /// Log likelihood by which it is better than a line, less the cost of parameters.
    pub over_line: f64,
    /// Number of large changes of the level, where a step wins; 0 for other curves.
    pub level_changes: u32,
}

impl BestCurve {
    /// True if it is clearly no line. Noise around a line bends by chance.
    pub fn bends_clearly(&self) -> bool {
        self.over_line >= MIN_OVER_LINE
    }
}

/// Judgement of one window.
#[derive(Debug, Clone)]
pub(crate) struct Judgement {
    pub values: JudgedValues,
    /// Time covered by the window, in seconds.
    pub span: f64,
    /// Level at the end, less the first value of the series.
    pub level: f64,
    /// Rise of the shown curve from its lowest point to the end; without bound where that curve does not rise.
    pub rise: f64,
    pub rate: RateEstimate,
    pub tests: GrowthTests,
    /// The cycle that was removed.
    pub cycle: Option<Cycle>,
    pub best: BestCurve,
}

impl Judgement {
    /// Returns the judgement of a window that moves by no more than `resolved` per second.
    pub fn flat(values: JudgedValues, span: f64, level: f64, resolved: f64) -> Self {
        Self {
            values,
            span,
            level,
            rise: f64::INFINITY,
            rate: RateEstimate {
                rate: 0.0,
                low: -resolved,
                high: resolved,
                best_low: -resolved,
                detectable: resolved,
                mean: MeanGrowth { rate: 0.0, low: -resolved, high: resolved },
            },
            tests: GrowthTests {
                deviate: 0.0,
                lead: 0.0,
                proven: false,
                likely: false,
                sustained: false,
                slowing: false,
            },
            cycle: None,
            best: BestCurve {
                curve: Curve::Plain,
                grows: false,
                bend: 0.0,
                spread: 0.0,
                over_line: 0.0,
                level_changes: 0,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_window_has_the_rate_0_and_passes_no_test() {
        let flat = Judgement::flat(JudgedValues::AllMeans, 100.0, 5.0, 0.01);
        assert_eq!((flat.rate.rate, flat.rate.low, flat.rate.high, flat.level), (0.0, -0.01, 0.01, 5.0));
        assert!(!flat.tests.proven && !flat.tests.likely && !flat.tests.sustained && !flat.tests.slowing);
    }
}
