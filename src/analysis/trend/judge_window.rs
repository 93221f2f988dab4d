//! The judge of one window: scales it, removes a cycle and fits as many curves as the decision needs.

use crate::analysis::window::Window;

use super::curve_contest::decide;
use super::curve_fit::{FitScope, FittedCurves, best, fit_curves};
use super::judgement::{JudgedValues, Judgement, LIKELY, RateEstimate};
use super::seasonality::{Cycle, Seasonality};

/// Standard errors above a slope within which growth above the threshold is possible.
const POSSIBLE: f64 = 2.0;
/// Standard errors of a line through floors, below which no other curve is fitted to them.
const WORTH_FITTING: f64 = 1.0;
/// Fewest values of a window.
const MIN_VALUES: usize = 24;
/// Rounds in which curve and cycle are fitted in turns: as good as both at once.
const SEASONAL_ROUNDS: usize = 3;

/// Judges a window of at least 24 values with the smallest step `unit`; `None` when it covers no time. Where growth above
/// `threshold` per second is impossible, the coarse fit is enough.
pub(crate) fn judge_window(window: &Window, unit: f64, threshold: f64, judged: JudgedValues) -> Option<Judgement> {
    let span = window.span();
    if window.len() < MIN_VALUES || span <= 0.0 {
        return None;
    }
    let (low, high) = window.range();
    if high - low <= unit {
        return Some(Judgement::flat(judged, span, window.values[window.len() - 1], unit / span));
    }
    let scaled = ScaledWindow::new(window, unit);
    let judgement = match judged {
        JudgedValues::Floors => scaled.judge_floors(threshold),
        JudgedValues::AllMeans | JudgedValues::NewestMeans => scaled.judge(threshold, judged),
    };
    judgement.map(|judgement| scaled.restore(judgement))
}

/// A window scaled to length 1 and height 1.
struct ScaledWindow {
    t: Vec<f64>,
    v: Vec<f64>,
    span: f64,
    mean: f64,
    scale: f64,
    /// Variance of rounding.
    rounding: f64,
}

impl ScaledWindow {
    fn new(window: &Window, unit: f64) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "at most 160")]
        let blocks = window.len() as f64;
        let (low, high) = window.range();
        let (begin, span, scale) = (window.at[0], window.span(), high - low);
        let mean = window.values.iter().sum::<f64>() / blocks;
        Self {
            t: window.at.iter().map(|at| (at - begin) / span + 0.5 / blocks).collect(),
            v: window.values.iter().map(|x| (x - mean) / scale).collect(),
            span,
            mean,
            scale,
            rounding: unit * unit / 12.0 / (scale * scale),
        }
    }

    /// Judges floors: where the line alone shows no growth, no other curve is fitted.
    fn judge_floors(&self, threshold: f64) -> Option<Judgement> {
        let lines = fit_curves(&self.t, &self.v, self.rounding, None, FitScope::Lines);
        if lines.growing.iter().all(|line| line.z() < WORTH_FITTING) {
            return decide(&lines, JudgedValues::Floors, &self.t, &self.v);
        }
        self.judge(threshold, JudgedValues::Floors)
    }

    fn judge(&self, threshold: f64, judged: JudgedValues) -> Option<Judgement> {
        let (t, v, rounding) = (self.t.as_slice(), self.v.as_slice(), self.rounding);
        let coarse = fit_curves(t, v, rounding, None, FitScope::Coarse);
        let threshold = threshold * self.span / self.scale;
        if !coarse.growing.iter().any(|c| c.slope() + POSSIBLE * c.fit.slope_error > threshold) {
            return decide(&coarse, judged, t, v);
        }
        let (values, season, coarse) = match judged {
            JudgedValues::AllMeans => remove_seasonality(t, v.to_vec(), rounding, coarse),
            JudgedValues::NewestMeans | JudgedValues::Floors => (v.to_vec(), None, coarse),
        };
        let curves = if needs_full_fit(&coarse) {
            fit_curves(t, &values, rounding, season.as_ref(), FitScope::Full)
        } else {
            coarse
        };
        let mut judgement = decide(&curves, judged, t, &values)?;
        judgement.cycle = season.map(|s| Cycle { period_s: self.span / s.cycles, swing: self.scale * s.swing() });
        Some(judgement)
    }

    /// Converts a judgement back to seconds and the unit of the series.
    fn restore(&self, mut judgement: Judgement) -> Judgement {
        judgement.span = self.span;
        judgement.level = self.mean + self.scale * judgement.level;
        judgement.rise *= self.scale;
        judgement.best.spread *= self.scale;
        let RateEstimate { rate, low, high, best_low, detectable, mean } = &mut judgement.rate;
        for rate in [rate, low, high, best_low, detectable, &mut mean.rate, &mut mean.low, &mut mean.high] {
            *rate *= self.scale / self.span;
        }
        judgement
    }
}

/// Returns the residuals of the best curve.
fn residuals(curves: &FittedCurves, t: &[f64], v: &[f64]) -> Option<Vec<f64>> {
    let best = curves.best()?;
    Some(t.iter().zip(v).map(|(&t, v)| v - best.at(t)).collect())
}

/// Returns the score of the best curve.
fn best_score(curves: &FittedCurves) -> f64 {
    curves.best().map_or(f64::NEG_INFINITY, |best| best.score)
}

/// Removes the strongest cycle when that explains the window better, after the cost of its parameters.
fn remove_seasonality(
    t: &[f64],
    v: Vec<f64>,
    rounding: f64,
    plain: FittedCurves,
) -> (Vec<f64>, Option<Seasonality>, FittedCurves) {
    let detected = residuals(&plain, t, &v).and_then(|rest| Seasonality::detect(t, &rest));
    let Some(mut season) = detected else { return (v, None, plain) };
    let mut values = season.subtract_from(&v);
    let mut curves = fit_curves(t, &values, rounding, Some(&season), FitScope::Coarse);
    for _ in 0..SEASONAL_ROUNDS {
        let Some(rest) = residuals(&curves, t, &v) else { break };
        season = Seasonality::refine(season.cycles, t, &rest);
        values = season.subtract_from(&v);
        curves = fit_curves(t, &values, rounding, Some(&season), FitScope::Coarse);
    }
    if best_score(&curves) > best_score(&plain) { (values, Some(season), curves) } else { (v, None, plain) }
}

/// True if the full fit could change the answer of the coarse one.
fn needs_full_fit(coarse: &FittedCurves) -> bool {
    coarse.growing.iter().any(|c| c.z() >= LIKELY) || best(&coarse.bounded).is_some_and(|b| b.bend() > 0.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::trend::curve::Curve;

    /// Returns a deterministic error between -1 and 1.
    fn error(i: u32) -> f64 {
        f64::from(i.wrapping_mul(2_654_435_761) >> 8) / f64::from(1 << 23) - 1.0
    }

    fn window(value: impl Fn(f64) -> f64) -> Window {
        let at: Vec<f64> = (0..100).map(|i| f64::from(i) * 10.0).collect();
        Window { values: (0..100).zip(&at).map(|(i, at)| value(*at) + 2.0 * error(i)).collect(), at }
    }

    fn judged(value: impl Fn(f64) -> f64) -> Judgement {
        judge_window(&window(value), 0.1, 0.01, JudgedValues::AllMeans).expect("a judgement")
    }

    #[test]
    fn a_line_is_proven_with_its_rate() {
        let line = judged(|t| 0.1 * t);
        assert!(line.tests.proven && line.tests.likely && line.tests.sustained && !line.tests.slowing);
        assert!((line.rate.rate - 0.1).abs() < 0.005, "{:?}", line.rate);
        assert!(line.rate.low < line.rate.rate && line.rate.rate < line.rate.high);
        assert_eq!((line.best.curve, line.best.grows), (Curve::Plain, true));
    }

    #[test]
    fn noise_is_not_growth() {
        let noise = judged(|_| 0.0);
        assert!(!noise.tests.proven && !noise.best.grows, "{noise:?}");
        assert!(noise.rate.low < 0.0 && noise.rate.high > 0.0);
    }

    #[test]
    fn a_warm_up_slows_down() {
        let warm_up = judged(|t| 100.0 * (1.0 - (-t / 150.0).exp()));
        assert!(warm_up.tests.slowing && !warm_up.tests.proven, "{warm_up:?}");
    }

    #[test]
    fn a_cycle_is_removed_from_the_means_of_the_whole_past_only() {
        let wave = window(|t| 0.1 * t + 50.0 * (std::f64::consts::TAU * t / 200.0).sin());
        let all = judge_window(&wave, 0.1, 0.01, JudgedValues::AllMeans).expect("a judgement");
        assert!(all.cycle.is_some_and(|cycle| (cycle.period_s - 200.0).abs() < 5.0), "{all:?}");
        assert!(judge_window(&wave, 0.1, 0.01, JudgedValues::NewestMeans).is_some_and(|newest| newest.cycle.is_none()));
    }

    #[test]
    fn a_window_that_does_not_move_has_the_rate_0() {
        let still = Window { at: (0..30).map(f64::from).collect(), values: vec![5.0; 30] };
        let flat = judge_window(&still, 1.0, 1.0, JudgedValues::AllMeans).expect("a judgement");
        assert_eq!((flat.rate.rate, flat.rate.high, flat.level), (0.0, 1.0 / 30.0, 5.0));
    }

    #[test]
    fn too_few_values_are_not_judged() {
        let short = Window { at: (0..23).map(f64::from).collect(), values: (0..23).map(f64::from).collect() };
        assert!(judge_window(&short, 0.1, 0.01, JudgedValues::AllMeans).is_none());
        let timeless = Window { at: vec![1.0; 30], values: (0..30).map(f64::from).collect() };
        assert!(judge_window(&timeless, 0.1, 0.01, JudgedValues::AllMeans).is_none());
    }

    proptest! {
        #[test]
        fn any_window_gives_finite_figures(values in prop::collection::vec(-1e9_f64..1e9, 24..100)) {
            let window = Window { at: (0..values.len()).map(|i| i as f64).collect(), values };
            for judged in [JudgedValues::AllMeans, JudgedValues::NewestMeans, JudgedValues::Floors] {
                let j = judge_window(&window, 1.0, 1.0, judged).expect("a judgement");
                let figures = [j.rate.rate, j.rate.low, j.rate.high, j.rate.best_low, j.rate.detectable, j.level];
                prop_assert!(figures.iter().all(|x| x.is_finite()), "{j:?}");
                prop_assert!(j.tests.deviate.is_finite() && j.tests.lead.is_finite() && j.best.spread.is_finite());
            }
        }
    }
}
