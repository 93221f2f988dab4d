//! Contest of growing and bounded curves for one window, which decides on growth at its end.

use crate::analysis::stats::{dot, normal_from_student, student_from_normal};

use super::curve::Curve;
use super::curve_fit::{FittedCurve, FittedCurves, best};
use super::judgement::{BestCurve, GrowthTests, JudgedValues, Judgement, LIKELY, MeanGrowth, RateEstimate};

/// Normal deviates that prove growth by a line, by any other curve, and by a line through floors: p of 1.3e-3, 2.3e-4 and
/// 1.6e-4. Other curves are chosen among dozens, and floors are a second chance. All count only the independent blocks,
/// see `independent_blocks`; the simulation chose them.
pub(crate) const PROVEN_BY_LINE: f64 = 2.8;
const PROVEN_BY_SHAPE: f64 = 3.3;
const PROVEN_BY_FLOORS: f64 = 3.6;
/// Fall of the lead over the best bounded curve that `leaking` survives.
const LEAD_SLACK: f64 = 2.0;
/// Factor on the standard error averaged over the curves, from the measured coverage.
pub(crate) const ERROR_FACTOR: f64 = 1.25;
/// The same for the mean growth of a straight window: covers the rate in 96 to 98 of 100 simulated runs, in white noise
/// and at an autocorrelation of 0.5.
const MEAN_ERROR_FACTOR: f64 = 1.1;
/// Log likelihood behind the best curve beyond which a curve has no weight in that average.
const NEGLIGIBLE: f64 = 8.0;
/// Fewest independent values: Student's t alone then asks for a dozen standard errors.
const MIN_INDEPENDENT: f64 = 4.0;

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
pub(crate) fn decide(curves: &FittedCurves, judged: JudgedValues, t: &[f64], values: &[f64]) -> Option<Judgement> {
    #[expect(clippy::cast_precision_loss, reason = "at most 160")]
    let blocks = t.len() as f64;
    let line = curves.growing.first()?;
    let contest = Contest::new(curves, judged)?;
    #[expect(clippy::cast_precision_loss, reason = "at most 8")]
    let freedom = (blocks - contest.grown.fit.columns as f64 - 2.0).max(4.0);

    let only_eligible = contest.is_led_by_growth() && contest.eligible;
    let averaged = curves.growing.iter().filter(|c| !only_eligible || is_eligible(c, judged));
    let quantile = student_from_normal(1.96, freedom);
    let mut slope = average_slope(averaged, contest.shown().score);
    // Where no growing curve leads, the mean growth under the autocorrelation of its errors is a bound as well.
    let mean_growth = (line.slope(), ERROR_FACTOR * line.fit.slope_error);
    if !contest.is_led_by_growth() && upper_end(mean_growth, quantile) < upper_end(slope, quantile) {
        slope = mean_growth;
    }
    let (rate, error) = slope;
    let (mean_rate, mean_error) =
        if is_straight(curves, line) { (line.slope(), MEAN_ERROR_FACTOR * line.fit.slope_error) } else { slope };
    let shown = contest.shown();
    let proof = student_from_normal(PROVEN_BY_LINE, independent_blocks(blocks, line.fit.rho, freedom));

    let winner = contest.winner();
    let rest: Vec<f64> = t.iter().zip(values).map(|(&t, v)| v - winner.at(t)).collect();
    Some(Judgement {
        values: judged,
        span: 0.0,
        level: shown.at(1.0),
        rise: if shown.rising { rise(shown, t) } else { f64::INFINITY },
        rate: RateEstimate {
            rate,
            low: rate - quantile * error,
            high: rate + quantile * error,
            best_low: shown.slope() - quantile * shown.fit.slope_error,
            detectable: proof * line.fit.slope_error,
            mean: MeanGrowth {
                rate: mean_rate,
                low: mean_rate - quantile * mean_error,
                high: mean_rate + quantile * mean_error,
            },
        },
        tests: contest.tests(judged, blocks, freedom),
        cycle: None,
        best: BestCurve {
            curve: winner.curve,
            grows: only_eligible,
            bend: winner.bend(),
            spread: (dot(&rest, &rest) / blocks).sqrt(),
            over_line: winner.score - line.score,
            level_changes: if matches!(winner.curve, Curve::Step(_)) { level_changes(values) } else { 0 },
        },
    })
}

/// True if no curve explains the window better than a line or a constant: nothing speaks for a late onset or a start-up.
fn is_straight(curves: &FittedCurves, line: &FittedCurve) -> bool {
    let constant = curves.bounded.iter().find(|c| c.curve == Curve::Plain);
    let straight = constant.map_or(line.score, |constant| line.score.max(constant.score));
    curves.best().is_some_and(|best| best.score <= straight)
}

/// Returns the number of changes between neighbours that are at least half as large as the largest. Neighbouring changes in
/// one direction are one.
fn level_changes(values: &[f64]) -> u32 {
    let changes: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let least = 0.5 * changes.iter().fold(0.0_f64, |largest, change| largest.max(change.abs()));
    let (mut count, mut before) = (0, 0.0);
    for change in changes {
        let large = if least > 0.0 && change.abs() >= least { change } else { 0.0 };
        count += u32::from(large != 0.0 && large * before <= 0.0);
        before = large;
    }
    count
}

/// Returns the upper end of the interval of a slope with its standard error.
fn upper_end((rate, error): (f64, f64), quantile: f64) -> f64 {
    rate + quantile * error
}

/// Returns the rise of a curve from its lowest point to its end.
fn rise(curve: &FittedCurve, t: &[f64]) -> f64 {
    curve.at(1.0) - t.iter().map(|&t| curve.at(t)).fold(f64::INFINITY, f64::min)
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
    use super::*;
    use crate::analysis::trend::curve_fit::{FitScope, fit_curves};

    /// Decides on a series over 100 blocks with a small error.
    fn decided(value: impl Fn(f64) -> f64, judged: JudgedValues) -> Judgement {
        let t: Vec<f64> = (0..100).map(|i| (f64::from(i) + 0.5) / 100.0).collect();
        let v: Vec<f64> = t.iter().map(|&t| value(t) + 0.01 * (t * t * 9000.0).sin()).collect();
        decide(&fit_curves(&t, &v, 1e-9, None, FitScope::Full), judged, &t, &v).expect("a judgement")
    }

    #[test]
    fn a_line_wins_the_contest_and_saturation_does_not() {
        let line = decided(|t| t, JudgedValues::AllMeans);
        assert!(line.tests.proven && line.tests.lead > 0.0 && (line.rate.rate - 1.0).abs() < 0.05);
        let warm_up = decided(|t| 1.0 - (-t / 0.1).exp(), JudgedValues::AllMeans);
        assert!(!warm_up.tests.proven && warm_up.tests.lead < 0.0 && warm_up.tests.slowing);
    }

    #[test]
    fn large_changes_of_the_level_are_counted() {
        assert_eq!(level_changes(&[1.0, 1.1, 5.0, 5.1, 5.0]), 1);
        assert_eq!(level_changes(&[1.0, 3.0, 5.0, 5.1, 5.0]), 1, "one step within two blocks");
        assert_eq!(level_changes(&[1.0, 5.0, 5.1, 1.0, 1.1, 3.5]), 3);
        assert_eq!(level_changes(&[2.0; 5]), 0);
    }

    #[test]
    fn only_a_line_is_growth_of_floors() {
        let bent = |t: f64| t * t * t;
        assert!(decided(bent, JudgedValues::AllMeans).tests.proven);
        assert!(!decided(bent, JudgedValues::Floors).tests.proven);
    }

    #[test]
    fn strong_autocorrelation_leaves_few_independent_blocks() {
        assert_eq!(independent_blocks(100.0, 0.0, 96.0), 96.0);
        assert!((independent_blocks(100.0, 0.8, 96.0) - 11.1).abs() < 0.1);
        assert_eq!(independent_blocks(100.0, 0.995, 96.0), MIN_INDEPENDENT);
    }
}
