//! Judgement of one window: the growth at its end, tested against every curve.

use crate::analysis::stats::{dot, normal_from_student, student_from_normal};
use crate::analysis::window::Window;

use super::curve::Curve;
use super::curve_fit::{FitScope, FittedCurve, FittedCurves, best, fit_curves};
use super::seasonality::{Cycle, Seasonality};

/// Normal deviates that prove growth by a line, by any other curve, and by a line through floors: p of 1.3e-3, 2.3e-4 and
/// 1.6e-4. Other curves are chosen among dozens, and floors are a second chance. All count only the independent blocks,
/// see [`independent_blocks`]; the simulation chose them.
pub(crate) const PROVEN_BY_LINE: f64 = 2.8;
const PROVEN_BY_SHAPE: f64 = 3.3;
const PROVEN_BY_FLOORS: f64 = 3.6;
/// Standard errors of growth that is still likely: enough for `suspect`, and for `leaking` to stay.
pub(crate) const LIKELY: f64 = 2.5;
/// Standard errors above a slope within which growth above the threshold is possible.
const POSSIBLE: f64 = 2.0;
/// Standard errors of a line through floors, below which no other curve is fitted to them.
const WORTH_FITTING: f64 = 1.0;
/// Fall of the lead over the best bounded curve that `leaking` survives.
const LEAD_SLACK: f64 = 2.0;
/// Factor on the standard error averaged over the curves, from the measured coverage.
pub(crate) const ERROR_FACTOR: f64 = 1.25;
/// Log likelihood behind the best curve beyond which a curve has no weight in that average.
const NEGLIGIBLE: f64 = 8.0;
/// Fewest values of a window.
const MIN_VALUES: usize = 24;
/// Fewest independent values: Student's t alone then asks for a dozen standard errors.
const MIN_INDEPENDENT: f64 = 4.0;
/// Rounds in which curve and cycle are fitted in turns: as good as both at once.
const SEASONAL_ROUNDS: usize = 3;

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
}

/// Judgement of one window.
#[derive(Debug, Clone)]
pub(crate) struct Judgement {
    pub values: JudgedValues,
    /// Time covered by the window, in seconds.
    pub span: f64,
    /// Level at the end, less the first value of the series.
    pub level: f64,
    pub rate: RateEstimate,
    pub tests: GrowthTests,
    /// The cycle that was removed.
    pub cycle: Option<Cycle>,
    pub best: BestCurve,
}

/// Judges a window of at least 24 values with the smallest step `unit`; `None` when it covers no time. Where growth above
/// `threshold` per second is impossible, the coarse fit is enough.
pub(crate) fn judge_window(window: &Window, unit: f64, threshold: f64, judged: JudgedValues) -> Option<Judgement> {
    let span = window.span();
    if window.len() < MIN_VALUES || span <= 0.0 {
        return None;
    }
    let (low, high) = window.range();
    if high - low <= unit {
        return Some(flat(window, unit, judged));
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
        judgement.best.spread *= self.scale;
        let RateEstimate { rate, low, high, best_low, detectable } = &mut judgement.rate;
        for rate in [rate, low, high, best_low, detectable] {
            *rate *= self.scale / self.span;
        }
        judgement
    }
}

/// Judges a window that moves by no more than its unit.
fn flat(window: &Window, unit: f64, values: JudgedValues) -> Judgement {
    let span = window.span();
    let resolved = unit / span;
    Judgement {
        values,
        span,
        level: window.values[window.len() - 1],
        rate: RateEstimate { rate: 0.0, low: -resolved, high: resolved, best_low: -resolved, detectable: resolved },
        tests: GrowthTests { deviate: 0.0, lead: 0.0, proven: false, likely: false, sustained: false, slowing: false },
        cycle: None,
        best: BestCurve { curve: Curve::Plain, grows: false, bend: 0.0, spread: 0.0 },
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

/// Returns the least lead over the best bounded curve, in log likelihood less the cost of parameters. A line loses up to
/// 2 to a curve that bends by chance. A convex curve has no similar bounded curve, so it must win.
fn margin(curve: &FittedCurve) -> f64 {
    match curve.curve {
        Curve::Plain => -2.0,
        Curve::Saturation(_) => -0.5,
        Curve::Hinge(_) if curve.bend() > 0.0 => -0.5,
        Curve::Step(_) => 2.0,
        _ => 3.0,
    }
}

/// Returns the number of independent values among `blocks` with errors of the autocorrelation `rho`.
fn independent_blocks(blocks: f64, rho: f64, freedom: f64) -> f64 {
    freedom.min(blocks * (1.0 - rho) / (1.0 + rho)).max(MIN_INDEPENDENT)
}

/// True if the curve may be the leak.
fn is_eligible(curve: &FittedCurve, judged: JudgedValues) -> bool {
    curve.rising && (judged != JudgedValues::Floors || curve.curve == Curve::Plain)
}

/// True if the curve levels off.
fn levels_off(curve: &FittedCurve) -> bool {
    matches!(curve.curve, Curve::Saturation(_) | Curve::Hinge(_) | Curve::Logarithm(_)) && curve.bend() > 0.0
}

/// The curves that compete for a window.
struct Contest {
    /// The best growing curve, and the best that may be the leak (the best one where none may).
    top: FittedCurve,
    grown: FittedCurve,
    bounded: FittedCurve,
    /// True if `grown` may be the leak.
    eligible: bool,
    lead: f64,
}

impl Contest {
    fn new(curves: &FittedCurves, judged: JudgedValues) -> Option<Self> {
        let top = *best(&curves.growing)?;
        let bounded = *best(&curves.bounded)?;
        let chosen = best(curves.growing.iter().filter(|c| is_eligible(c, judged))).copied();
        let grown = chosen.unwrap_or(top);
        // A curve that swings or recovers is not a leak: a better one counts as a rival.
        let swings = !top.rising && !matches!(top.curve, Curve::Step(_));
        let rival = if swings { bounded.score.max(top.score) } else { bounded.score };
        let lead = grown.score - rival - margin(&grown);
        Some(Self { top, grown, bounded, eligible: chosen.is_some(), lead })
    }

    fn is_led_by_growth(&self) -> bool {
        self.lead >= 0.0
    }

    /// Returns the growing curve that the rate is taken from.
    fn shown(&self) -> &FittedCurve {
        if self.is_led_by_growth() { &self.grown } else { &self.top }
    }

    /// Returns the curve that explains the window.
    fn winner(&self) -> &FittedCurve {
        if self.is_led_by_growth() { &self.grown } else { &self.bounded }
    }

    /// Returns the normal deviates that prove growth.
    fn proof_threshold(&self, judged: JudgedValues) -> f64 {
        match (judged, self.grown.curve) {
            (JudgedValues::Floors, _) => PROVEN_BY_FLOORS,
            (_, Curve::Plain) => PROVEN_BY_LINE,
            _ => PROVEN_BY_SHAPE,
        }
    }

    fn tests(&self, judged: JudgedValues, blocks: f64, freedom: f64) -> GrowthTests {
        let leads = self.is_led_by_growth();
        let z = if self.eligible { self.grown.z() } else { 0.0 };
        let deviate = normal_from_student(z, independent_blocks(blocks, self.grown.fit.rho, freedom));
        GrowthTests {
            deviate,
            lead: self.lead,
            proven: deviate >= self.proof_threshold(judged) && leads,
            likely: z >= LIKELY && leads,
            sustained: z >= LIKELY && self.lead >= -LEAD_SLACK,
            slowing: (levels_off(&self.bounded) && !leads) || (levels_off(&self.top) && self.top.z() < LIKELY),
        }
    }
}

/// Decides from the fitted curves what the window says. Rates are for a window of length 1 and height 1.
fn decide(curves: &FittedCurves, judged: JudgedValues, t: &[f64], values: &[f64]) -> Option<Judgement> {
    #[expect(clippy::cast_precision_loss, reason = "at most 160")]
    let blocks = t.len() as f64;
    let line = curves.growing.first()?;
    let contest = Contest::new(curves, judged)?;
    #[expect(clippy::cast_precision_loss, reason = "at most 8")]
    let freedom = (blocks - contest.grown.fit.columns as f64 - 2.0).max(4.0);

    let only_eligible = contest.is_led_by_growth() && contest.eligible;
    let averaged = curves.growing.iter().filter(|c| !only_eligible || is_eligible(c, judged));
    let (rate, error) = average_slope(averaged, contest.shown().score);
    let quantile = student_from_normal(1.96, freedom);
    let shown = contest.shown();
    let proof = student_from_normal(PROVEN_BY_LINE, independent_blocks(blocks, line.fit.rho, freedom));

    let winner = contest.winner();
    let rest: Vec<f64> = t.iter().zip(values).map(|(&t, v)| v - winner.at(t)).collect();
    Some(Judgement {
        values: judged,
        span: 0.0,
        level: shown.at(1.0),
        rate: RateEstimate {
            rate,
            low: rate - quantile * error,
            high: rate + quantile * error,
            best_low: shown.slope() - quantile * shown.fit.slope_error,
            detectable: proof * line.fit.slope_error,
        },
        tests: contest.tests(judged, blocks, freedom),
        cycle: None,
        best: BestCurve {
            curve: winner.curve,
            grows: only_eligible,
            bend: winner.bend(),
            spread: (dot(&rest, &rest) / blocks).sqrt(),
        },
    })
}

/// Returns the slope and its standard error, averaged over the curves by their likelihood. The choice of the curve thereby
/// widens the interval.
fn average_slope<'a>(curves: impl Iterator<Item = &'a FittedCurve>, top: f64) -> (f64, f64) {
    let weighted: Vec<(f64, &FittedCurve)> =
        curves.filter(|c| c.score > top - NEGLIGIBLE).map(|c| ((c.score - top).exp(), c)).collect();
    let total: f64 = weighted.iter().map(|(w, _)| w).sum();
    let rate = weighted.iter().map(|(w, c)| w * c.slope()).sum::<f64>() / total;
    let variance =
        weighted.iter().map(|(w, c)| w * (c.fit.slope_error.powi(2) + (c.slope() - rate).powi(2))).sum::<f64>();
    (rate, ERROR_FACTOR * (variance / total).sqrt())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    #[test]
    fn strong_autocorrelation_leaves_few_independent_blocks() {
        assert_eq!(independent_blocks(100.0, 0.0, 96.0), 96.0);
        assert!((independent_blocks(100.0, 0.8, 96.0) - 11.1).abs() < 0.1);
        assert_eq!(independent_blocks(100.0, 0.995, 96.0), MIN_INDEPENDENT);
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
