//! The library of mean curves that may explain a window: those that still grow at its end, and those that do not.
//!
//! Time runs from 0 to 1 over the window. A growing curve is `1, c(t), t`, where `c` is made so that the coefficient
//! of `t` is the slope at the end; a bounded curve is `1, c(t)`.

/// One shape column `c(t)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Curve {
    /// No column: a straight line, or a constant.
    Plain,
    /// `(1 - t)^2`: growth that accelerates (or slows down) all the time.
    Quadratic,
    /// `min(t - at, 0)`: one slope before, another one after.
    Hinge(f64),
    /// `-exp(-t / tau)`: saturation, as a warm-up has.
    Saturation(f64),
    /// `log(1 + t / knee)`: growth without bound that slows down for ever, as slots filled at random have.
    Logarithm(f64),
    /// `t >= at`: one step.
    Step(f64),
}

impl Curve {
    /// The value of the column at `t`.
    pub fn at(self, t: f64) -> f64 {
        match self {
            Self::Plain => 0.0,
            Self::Quadratic => (1.0 - t) * (1.0 - t),
            Self::Hinge(at) => (t - at).min(0.0),
            Self::Saturation(tau) => -(-t / tau).exp(),
            Self::Logarithm(knee) => (t / knee).ln_1p(),
            Self::Step(at) => f64::from(u8::from(t >= at)),
        }
    }

    /// Parameters that were searched for, beyond the coefficients.
    pub fn searched(self) -> f64 {
        match self {
            Self::Plain | Self::Quadratic => 0.0,
            _ => 1.0,
        }
    }
}

/// Where a hinge may be, as fractions of the window.
pub(super) const HINGES: [f64; 16] =
    [0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85];
/// Latest begin of a plateau: a pause of under 30 % of the window is none.
pub(super) const PLATEAU: f64 = 0.70;
/// Time constants of a saturation as fractions of the window, in equal ratios; beyond 0.7 it is as good as a line.
pub(super) const TAUS: [f64; 8] = [0.03, 0.047, 0.074, 0.116, 0.182, 0.285, 0.447, 0.7];
/// Knees of a logarithm as fractions of the window; beyond 0.3 it is as good as a line.
pub(super) const KNEES: [f64; 4] = [0.002, 0.0106, 0.0565, 0.3];
/// The largest differences between neighbours that are tried as steps.
pub(super) const STEPS: usize = 2;
