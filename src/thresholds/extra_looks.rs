//! Extra looks of an extended session, and the wider interval that a decision at one of them requires.

use crate::analysis::stats::normal_quantile;
use crate::event::Look;

/// Error of the interval at the planned end, and of all extra looks together: two-sided.
const ERROR: f64 = 0.05;

/// Interval that a decision requires, in terms of the 95 % interval.
///
/// A look at the planned end keeps its 5 % of error. All extra looks share another 5 % equally, so that the probability of
/// a wrong decision at any of them stays below it (Bonferroni's inequality, the bound of group sequential tests under any
/// dependence: Jennison and Turnbull, "Group Sequential Methods", 2000, section 2). Looks that lie a tenth of the time apart
/// are strongly correlated, so the true error is smaller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Widening {
    /// Factor on the distance of each end of the 95 % interval from the estimate: a ratio of normal quantiles.
    pub factor: f64,
    /// Probability that the wider interval covers the value.
    pub confidence: f64,
}

impl Widening {
    /// The interval of 95 % itself.
    pub const NONE: Self = Self { factor: 1.0, confidence: 1.0 - ERROR };

    /// The interval of a decision at a look.
    #[must_use]
    pub fn at(look: Look) -> Self {
        if look.number == 0 { Self::NONE } else { Self::of_looks(look.further) }
    }

    /// The interval of decisions at this number of extra looks.
    #[must_use]
    pub fn of_looks(number: u32) -> Self {
        let error = ERROR / f64::from(number.max(1));
        let factor = normal_quantile(error / 2.0) / normal_quantile(ERROR / 2.0);
        Self { factor, confidence: 1.0 - error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_planned_end_keeps_its_interval_and_extra_looks_share_one_error() {
        assert_eq!(Widening::at(Look { number: 0, further: 17 }), Widening::NONE);
        let extra = Widening::at(Look { number: 3, further: 10 });
        assert!((extra.confidence - 0.995).abs() < 1e-12);
        // The two-sided quantile of 0.5 % is 2.807.
        assert!((extra.factor - 2.807 / 1.96).abs() < 1e-3, "{}", extra.factor);
        assert!((Widening::of_looks(1).factor - 1.0).abs() < 1e-12);
    }
}
