//! Mean curves that can explain a window: some still grow at its end, the others do not.
//!
//! Time runs from 0 to 1 over the window. A growing curve is `1, c(t), t`, with `c` made so that the coefficient
//! of `t` is the slope at the end. A bounded curve is `1, c(t)`.

/// One shape column `c(t)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Curve {
    /// No column: a straight line, or a constant.
    Plain,
    /// `(1 - t)^2`: growth that accelerates (or slows down) all the time.
    Quadratic,
    /// `min(t - at, 0)`: one slope before, another one after.
    Hinge(f64),
    /// `-exp(-t / tau)`: saturation, as in a warm-up.
    Saturation(f64),
    /// `log(1 + t / knee)`: unbounded growth that slows down for ever, as of slots filled at random.
    Logarithm(f64),
    /// `t >= at`: one step.
    Step(f64),
}

impl Curve {
    /// Returns the value of the column at `t`.
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

    /// Returns the number of searched parameters, beyond the coefficients.
    pub fn searched(self) -> f64 {
        match self {
            Self::Plain | Self::Quadratic => 0.0,
            _ => 1.0,
        }
    }
}

/// Places of a hinge, as fractions of the window.
pub(crate) const HINGES: [f64; 16] =
    [0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65, 0.70, 0.75, 0.80, 0.85];
/// Latest begin of a plateau: a pause shorter than 30 % of the window is not one.
pub(crate) const PLATEAU: f64 = 0.70;
/// Time constants of a saturation as fractions of the window, in equal ratios. Beyond 0.7 a line fits as well.
pub(crate) const TAUS: [f64; 8] = [0.03, 0.047, 0.074, 0.116, 0.182, 0.285, 0.447, 0.7];
/// Knees of a logarithm as fractions of the window. Beyond 0.3 a line fits as well.
pub(crate) const KNEES: [f64; 4] = [0.002, 0.0106, 0.0565, 0.3];
/// Number of steps to try, at the largest differences between neighbours.
pub(crate) const STEPS: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    const CURVES: [Curve; 6] = [
        Curve::Plain,
        Curve::Quadratic,
        Curve::Hinge(0.4),
        Curve::Saturation(0.2),
        Curve::Logarithm(0.01),
        Curve::Step(0.5),
    ];

    #[test]
    fn growing_curves_are_flat_at_the_end() {
        // The slope at the end must come from the coefficient of `t` alone.
        for curve in [Curve::Quadratic, Curve::Hinge(0.4), Curve::Step(0.5), Curve::Saturation(0.03)] {
            let slope = (curve.at(1.0) - curve.at(1.0 - 1e-4)) / 1e-4;
            assert!(slope.abs() < 1e-3, "{curve:?} has the slope {slope}");
        }
    }

    #[test]
    fn bounded_curves_rise_and_all_are_finite() {
        for curve in CURVES {
            let values: Vec<f64> = (0..=100).map(|i| curve.at(f64::from(i) / 100.0)).collect();
            assert!(values.iter().all(|v| v.is_finite()));
            assert!(curve == Curve::Quadratic || values.is_sorted(), "{curve:?}");
        }
    }

    #[test]
    fn each_searched_parameter_is_counted() {
        assert_eq!(CURVES.map(Curve::searched), [0.0, 0.0, 1.0, 1.0, 1.0, 1.0]);
    }
}
