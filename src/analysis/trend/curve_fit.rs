//! All curves fitted to one window, scored by their likelihood less the cost of their parameters.

use crate::analysis::stats::{Design, Fit, Moments};

use super::curve::{Curve, HINGES, KNEES, PLATEAU, STEPS, TAUS};
use super::seasonality::Seasonality;

/// Blocks that a final slope must cover.
const MIN_FINAL_BLOCKS: f64 = 6.0;
/// First and last factor on the time constant while the best saturation is refined.
const FIRST_REFINEMENT: f64 = 1.25;
const LAST_REFINEMENT: f64 = 1.01;
/// Final slope by the extra slope before it, below which a steady end is the crawl after a fill.
const CRAWL: f64 = 1.0 / 3.0;
/// A hinge and a saturation that end later than this can be followed by a crawl.
const LATE_HINGE: f64 = 0.34;
const LATE_SATURATION: f64 = 0.15;

/// A curve with its fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FittedCurve {
    pub curve: Curve,
    pub design: Design,
    pub fit: Fit,
    /// Log likelihood less half of log n for each parameter.
    pub score: f64,
    /// True if the curve can stand for a leak: it rises at the end and has its highest value there.
    pub rising: bool,
}

impl FittedCurve {
    /// Returns the slope at the end of the window, in units of the values for the whole window.
    pub fn slope(&self) -> f64 {
        self.fit.beta[2]
    }

    /// Returns the slope in standard errors.
    pub fn z(&self) -> f64 {
        if self.fit.slope_error > 0.0 { self.slope() / self.fit.slope_error } else { 0.0 }
    }

    /// Returns the coefficient of the shape column: positive for curves that slow down.
    pub fn bend(&self) -> f64 {
        self.fit.beta[1]
    }

    /// Returns the fitted value at `t`.
    pub fn at(&self, t: f64) -> f64 {
        self.fit.beta[0] + self.fit.beta[1] * self.curve.at(t) + self.fit.beta[2] * t
    }

    /// True for a form that can explain a window. A decelerating quadratic has better shapes of its own, and a falling
    /// curve does not explain a rise by a bound.
    fn is_admissible(&self) -> bool {
        match (self.curve, self.design.grows()) {
            (Curve::Quadratic | Curve::Step(_), true) => self.bend() >= 0.0,
            (Curve::Saturation(_) | Curve::Logarithm(_) | Curve::Hinge(_), false) => self.bend() >= 0.0,
            _ => true,
        }
    }

    /// True if the curve rises and has its highest value at the end: otherwise it is a swing or a recovery. A steady end
    /// much slower than the phase before must have lasted about twice as long as that phase.
    fn rises(&self, t: &[f64]) -> bool {
        if self.slope() <= 0.0 {
            return false;
        }
        let end = self.at(t[t.len() - 1]);
        let top = t.iter().step_by(2).map(|&t| self.at(t)).fold(f64::NEG_INFINITY, f64::max);
        if end < top - 1e-9 * top.abs() {
            return false;
        }
        match self.curve {
            Curve::Hinge(at) if self.bend() > 0.0 && at > LATE_HINGE => self.slope() >= CRAWL * self.bend(),
            Curve::Saturation(tau) if self.bend() > 0.0 && tau > LATE_SATURATION => {
                self.slope() >= CRAWL * self.bend() / tau
            }
            _ => true,
        }
    }
}

/// The curves fitted to one window.
#[derive(Debug)]
pub(crate) struct FittedCurves {
    pub growing: Vec<FittedCurve>,
    pub bounded: Vec<FittedCurve>,
}

impl FittedCurves {
    /// Returns the best curve of all.
    pub fn best(&self) -> Option<&FittedCurve> {
        best(self.growing.iter().chain(&self.bounded))
    }
}

/// Returns the curve of the highest score.
pub(crate) fn best<'a>(curves: impl IntoIterator<Item = &'a FittedCurve>) -> Option<&'a FittedCurve> {
    curves.into_iter().max_by(|a, b| a.score.total_cmp(&b.score))
}

/// The part of the curves to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FitScope {
    /// The line and the constant.
    Lines,
    /// One or a few of each kind: enough to see if there is anything to explain.
    Coarse,
    /// All of them.
    Full,
}

/// Fits curves to `v` over `t` (0 to 1). `rounding` is the variance of rounding; `seasonality` was removed before.
pub(crate) fn fit_curves(
    t: &[f64],
    v: &[f64],
    rounding: f64,
    seasonality: Option<&Seasonality>,
    scope: FitScope,
) -> FittedCurves {
    let mut fitter = Fitter::new(t, v, rounding, seasonality.is_some());
    let mut tried = curves(t, v, scope);
    tried.iter().for_each(|&curve| fitter.fit(curve));
    let mut ratio = FIRST_REFINEMENT;
    while scope == FitScope::Full && ratio > LAST_REFINEMENT {
        let known = tried.len();
        add_finer_saturations(&fitter.fitted, ratio, &mut tried);
        if tried.len() == known {
            break;
        }
        tried[known..].iter().for_each(|&curve| fitter.fit(curve));
        ratio = ratio.sqrt();
    }
    fitter.fitted
}

/// One window that curves are fitted to.
struct Fitter<'a> {
    t: &'a [f64],
    v: &'a [f64],
    moments: Moments,
    column: Vec<f64>,
    rounding: f64,
    /// Columns spent on a cycle, and its searched parameters.
    spent: usize,
    searched: f64,
    fitted: FittedCurves,
}

impl<'a> Fitter<'a> {
    fn new(t: &'a [f64], v: &'a [f64], rounding: f64, is_seasonal: bool) -> Self {
        let (spent, searched) = if is_seasonal { (Seasonality::COLUMNS, 1.0) } else { (0, 0.0) };
        Self {
            t,
            v,
            moments: Moments::new(t, v),
            column: vec![0.0; t.len()],
            rounding,
            spent,
            searched,
            fitted: FittedCurves { growing: Vec::with_capacity(32), bounded: Vec::with_capacity(32) },
        }
    }

    /// Fits one curve in the designs it has, and keeps the admissible ones.
    fn fit(&mut self, curve: Curve) {
        if curve != Curve::Plain {
            for (c, &t) in self.column.iter_mut().zip(self.t) {
                *c = curve.at(t);
            }
            self.moments.with_column(&self.column, self.t, self.v);
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 160")]
        let blocks = self.t.len() as f64;
        let cost = 0.5 * blocks.ln();
        for design in designs(curve, blocks).into_iter().flatten() {
            let fit = self.moments.fit(design, self.rounding, self.spent);
            #[expect(clippy::cast_precision_loss, reason = "at most 8")]
            let parameters = fit.columns as f64 + curve.searched() + self.searched;
            let score = fit.log_likelihood - cost * parameters;
            let mut fitted = FittedCurve { curve, design, fit, score, rising: false };
            if !fitted.is_admissible() {
                continue;
            }
            if design.grows() {
                fitted.rising = fitted.rises(self.t);
                self.fitted.growing.push(fitted);
            } else {
                self.fitted.bounded.push(fitted);
            }
        }
    }
}

/// Returns the growing and the bounded design of a curve.
fn designs(curve: Curve, blocks: f64) -> [Option<Design>; 2] {
    match curve {
        Curve::Plain => [Some(Design::Line), Some(Design::Constant)],
        Curve::Quadratic => [Some(Design::Growing), None],
        Curve::Logarithm(_) => [None, Some(Design::Bounded)],
        Curve::Hinge(at) => [
            (blocks * (1.0 - at) >= MIN_FINAL_BLOCKS).then_some(Design::Growing),
            (at <= PLATEAU).then_some(Design::Bounded),
        ],
        Curve::Saturation(_) | Curve::Step(_) => [Some(Design::Growing), Some(Design::Bounded)],
    }
}

/// Adds the neighbours of a best saturation of either kind. At low noise a coarse time constant leaves a residual that
/// looks like a line, or like autocorrelation.
fn add_finer_saturations(fitted: &FittedCurves, ratio: f64, tried: &mut Vec<Curve>) {
    for list in [&fitted.growing, &fitted.bounded] {
        let Some(top) = best(list) else { continue };
        if let Curve::Saturation(tau) = top.curve {
            for tau in [tau * ratio, tau / ratio] {
                if tau <= TAUS[TAUS.len() - 1] && !tried.contains(&Curve::Saturation(tau)) {
                    tried.push(Curve::Saturation(tau));
                }
            }
        }
    }
}

/// Returns the curves to try. Steps are at the largest differences of neighbours.
fn curves(t: &[f64], v: &[f64], scope: FitScope) -> Vec<Curve> {
    let mut out = vec![Curve::Plain];
    if scope == FitScope::Lines {
        return out;
    }
    let full = scope == FitScope::Full;
    out.push(Curve::Quadratic);
    let (hinges, taus, knees) = if full { ((0, 1), (0, 1), (0, 1)) } else { ((2, 3), (1, 3), (1, 2)) };
    out.extend(every(&HINGES, hinges).map(Curve::Hinge));
    out.extend(every(&TAUS, taus).map(Curve::Saturation));
    out.extend(every(&KNEES, knees).map(Curve::Logarithm));
    let steps = if full { STEPS } else { 1 };
    out.extend(largest_jumps(v).iter().take(steps).filter(|jump| jump.0 > 0.0).map(|jump| Curve::Step(t[jump.1])));
    out
}

/// Returns every `step`-th value of a grid, beginning with `first`.
fn every(grid: &[f64], (first, step): (usize, usize)) -> impl Iterator<Item = f64> {
    grid.iter().copied().skip(first).step_by(step)
}

/// Returns the largest differences of neighbours with their places, the largest first.
fn largest_jumps(v: &[f64]) -> [(f64, usize); STEPS] {
    let mut jumps = [(0.0_f64, 0_usize); STEPS];
    for i in 1..v.len() {
        let mut jump = ((v[i] - v[i - 1]).abs(), i);
        for held in &mut jumps {
            if jump.0 > held.0 {
                std::mem::swap(held, &mut jump);
            }
        }
    }
    jumps
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fits `value` over 100 blocks, with a small alternating error.
    fn fitted(value: impl Fn(f64) -> f64) -> FittedCurves {
        let t: Vec<f64> = (0..100).map(|i| (f64::from(i) + 0.5) / 100.0).collect();
        let v: Vec<f64> = t.iter().map(|&t| value(t) + 1e-3 * (t * 700.0).sin()).collect();
        fit_curves(&t, &v, 1e-12, None, FitScope::Full)
    }

    #[test]
    fn the_best_curve_is_the_one_that_made_the_series() {
        let best = |value: &dyn Fn(f64) -> f64| *fitted(value).best().expect("a curve");
        assert!((best(&|t| 2.0 * t).slope() - 2.0).abs() < 0.05);
        assert!(matches!(best(&|t| f64::from(u8::from(t > 0.5))).curve, Curve::Step(at) if (at - 0.505).abs() < 1e-9));
        let warm_up = best(&|t| 1.0 - (-t / 0.1).exp());
        assert!(!warm_up.design.grows() && matches!(warm_up.curve, Curve::Saturation(tau) if (tau - 0.1).abs() < 0.01));
        let late = best(&|t| (t - 0.6).max(0.0));
        assert!(late.design.grows() && matches!(late.curve, Curve::Hinge(at) if (at - 0.6).abs() < 1e-9));
    }

    #[test]
    fn a_constant_added_leaves_every_slope() {
        let (low, high) = (fitted(|t| t), fitted(|t| t + 5.0));
        for (a, b) in low.growing.iter().zip(&high.growing) {
            assert!((a.slope() - b.slope()).abs() < 1e-6, "{:?}", a.curve);
        }
    }

    #[test]
    fn a_curve_that_turns_down_stands_for_no_leak() {
        let hump = fitted(|t| 1.0 - (t - 0.4).powi(2));
        assert!(hump.growing.iter().filter(|c| c.slope() <= 0.0).all(|c| !c.rising));
        assert!(best(&hump.growing).is_some_and(|c| !c.rising));
    }

    #[test]
    fn jumps_come_in_order_of_size() {
        assert_eq!(largest_jumps(&[0.0, 1.0, 1.0, 6.0, 9.0]), [(5.0, 3), (3.0, 4)]);
    }
}
