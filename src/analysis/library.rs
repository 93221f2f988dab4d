//! All curves fitted to one window, scored by their likelihood less the cost of their parameters.

use super::curve::{Curve, HINGES, KNEES, PLATEAU, STEPS, TAUS};
use super::stats::{Design, Fit, Moments};
use super::wave::Wave;

/// Blocks a final slope must have.
const LAST: f64 = 6.0;
/// First and last factor on the time constant when the best saturation is sharpened.
const SHARPEN: f64 = 1.25;
const FINE: f64 = 1.01;
/// A steady end far slower than the phase before it is a crawl after a fill: final slope by the extra slope before.
const CRAWL: f64 = 1.0 / 3.0;

/// A curve with its fit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub curve: Curve,
    pub design: Design,
    pub fit: Fit,
    /// Log likelihood less half of log n for each parameter.
    pub score: f64,
    /// Whether it may stand for a leak: its slope at the end is positive and its highest value is there.
    pub rising: bool,
}

impl Candidate {
    /// Slope at the end of the window, in units of the values for the whole window.
    pub fn slope(&self) -> f64 {
        self.fit.beta[2]
    }

    /// The slope in standard errors.
    pub fn z(&self) -> f64 {
        if self.fit.slope_error > 0.0 { self.slope() / self.fit.slope_error } else { 0.0 }
    }

    /// Coefficient of the shape column: positive for curves that slow down.
    pub fn bend(&self) -> f64 {
        self.fit.beta[1]
    }

    /// The fitted curve at `t`.
    pub fn at(&self, t: f64) -> f64 {
        self.fit.beta[0] + self.fit.beta[1] * self.curve.at(t) + self.fit.beta[2] * t
    }
}

/// The curves fitted to one window.
#[derive(Debug)]
pub(super) struct Library {
    pub growing: Vec<Candidate>,
    pub bounded: Vec<Candidate>,
}

impl Library {
    /// The best curve of all.
    pub fn best(&self) -> Option<&Candidate> {
        best(self.growing.iter().chain(&self.bounded))
    }
}

/// The best of some candidates.
pub(super) fn best<'a>(candidates: impl IntoIterator<Item = &'a Candidate>) -> Option<&'a Candidate> {
    candidates.into_iter().max_by(|a, b| a.score.total_cmp(&b.score))
}

/// How much of the library is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The line and the constant.
    Glance,
    /// One of each kind or a few: enough to see whether there is anything to explain.
    Sketch,
    /// All of it.
    Full,
}

/// Fits the library to `v` over `t` (0 to 1). `rounding` is the variance of rounding, `wave` was taken out before.
pub(super) fn fit(t: &[f64], v: &[f64], rounding: f64, wave: Option<&Wave>, extent: Extent) -> Library {
    let n = t.len();
    let mut moments = Moments::new(t, v);
    let (spent, wave_searched) = if wave.is_some() { (Wave::COLUMNS, 1.0) } else { (0, 0.0) };
    #[expect(clippy::cast_precision_loss, reason = "at most 128")]
    let blocks = n as f64;
    let cost = 0.5 * blocks.ln();
    let mut library = Library { growing: Vec::with_capacity(32), bounded: Vec::with_capacity(32) };
    let mut column = vec![0.0; n];
    let mut tried = curves(t, v, extent);
    let mut next = 0;
    let mut ratio = SHARPEN;
    while next < tried.len()
        || (extent == Extent::Full && ratio > FINE && {
            sharpen(&library, ratio, &mut tried);
            ratio = ratio.sqrt();
            next < tried.len()
        })
    {
        let curve = tried[next];
        next += 1;
        if curve != Curve::Plain {
            for (c, &t) in column.iter_mut().zip(t) {
                *c = curve.at(t);
            }
            moments.with_column(&column, t, v);
        }
        let (growing, bounded) = match curve {
            Curve::Plain => (Some(Design::Line), Some(Design::Constant)),
            Curve::Quadratic => (Some(Design::Growing), None),
            Curve::Logarithm(_) => (None, Some(Design::Bounded)),
            Curve::Hinge(at) => {
                ((blocks * (1.0 - at) >= LAST).then_some(Design::Growing), (at <= PLATEAU).then_some(Design::Bounded))
            }
            Curve::Saturation(_) | Curve::Step(_) => (Some(Design::Growing), Some(Design::Bounded)),
        };
        for design in [growing, bounded].into_iter().flatten() {
            let fit = moments.fit(design, rounding, spent);
            #[expect(clippy::cast_precision_loss, reason = "at most 8")]
            let parameters = fit.columns as f64 + curve.searched() + wave_searched;
            let score = fit.log_likelihood - cost * parameters;
            let mut candidate = Candidate { curve, design, fit, score, rising: false };
            if !possible(&candidate) {
                continue;
            }
            if design.grows() {
                candidate.rising = rises(&candidate, t);
                library.growing.push(candidate);
            } else {
                library.bounded.push(candidate);
            }
        }
    }
    library
}

/// Adds the neighbours of the best saturation of either kind, when it is near the best of all: at low noise a coarse
/// time constant leaves a rest that looks like a line, or like autocorrelation.
fn sharpen(library: &Library, ratio: f64, tried: &mut Vec<Curve>) {
    for list in [&library.growing, &library.bounded] {
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

/// The curves to try. Steps are placed at the largest differences of neighbours.
fn curves(t: &[f64], v: &[f64], extent: Extent) -> Vec<Curve> {
    let mut out = vec![Curve::Plain];
    if extent == Extent::Glance {
        return out;
    }
    let full = extent == Extent::Full;
    out.push(Curve::Quadratic);
    let every = |n: usize, offset: usize| move |i: &usize| full || i % n == offset;
    out.extend((0..HINGES.len()).filter(every(3, 2)).map(|i| Curve::Hinge(HINGES[i])));
    out.extend((0..TAUS.len()).filter(every(3, 1)).map(|i| Curve::Saturation(TAUS[i])));
    out.extend((0..KNEES.len()).filter(every(2, 1)).map(|i| Curve::Logarithm(KNEES[i])));
    let mut jumps = [(0.0_f64, 0_usize); STEPS];
    for i in 1..v.len() {
        let mut jump = ((v[i] - v[i - 1]).abs(), i);
        for held in &mut jumps {
            if jump.0 > held.0 {
                std::mem::swap(held, &mut jump);
            }
        }
    }
    let tried = if full { STEPS } else { 1 };
    out.extend(jumps.iter().take(tried).filter(|j| j.0 > 0.0).map(|j| Curve::Step(t[j.1])));
    out
}

/// Curves of a form that no rival may have: a decelerating quadratic has its own better shapes, and what goes down is
/// no bounded explanation of something that went up.
fn possible(c: &Candidate) -> bool {
    match (c.curve, c.design.grows()) {
        (Curve::Quadratic | Curve::Step(_), true) => c.bend() >= 0.0,
        (Curve::Saturation(_) | Curve::Logarithm(_) | Curve::Hinge(_), false) => c.bend() >= 0.0,
        _ => true,
    }
}

/// Growth must have brought the curve to its highest value at the end, else it is a swing or a recovery; and a steady
/// end much slower than the phase before must have lasted about twice as long as that.
fn rises(c: &Candidate, t: &[f64]) -> bool {
    if c.slope() <= 0.0 {
        return false;
    }
    let end = c.at(t[t.len() - 1]);
    let top = t.iter().step_by(2).map(|&t| c.at(t)).fold(f64::NEG_INFINITY, f64::max);
    if end < top - 1e-9 * top.abs() {
        return false;
    }
    match c.curve {
        Curve::Hinge(at) if c.bend() > 0.0 && at > 0.34 => c.slope() >= CRAWL * c.bend(),
        Curve::Saturation(tau) if c.bend() > 0.0 && tau > 0.15 => c.slope() >= CRAWL * c.bend() / tau,
        _ => true,
    }
}
