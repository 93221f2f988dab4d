//! Consistent growth of the floors of the blocks: rising share, rank trend and longest run.

use super::stats::{mann_kendall, residuals, variance_inflation};
use super::window::Window;

/// Least rising share, largest p value and least run of consistent growth.
const MIN_RISING_SHARE: f64 = 0.5;
const MAX_P: f64 = 0.01;
const MIN_RUN: u64 = 3;
/// Fewest floors that are compared.
const MIN_FLOORS: usize = 4;

/// Evidence of the consistent-growth analysis, on the floors of the blocks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct ConsistentGrowth {
    /// Number of compared floors.
    pub blocks: u64,
    /// Share of floors higher than the one before, from 0 to 1.
    pub rising_share: Option<f64>,
    /// Kendall's tau of the floors against time, from -1 to 1.
    pub tau: Option<f64>,
    /// Two-sided p value of the rank trend, corrected for autocorrelation.
    pub p_value: Option<f64>,
    /// Longest run of rising floors, in blocks.
    pub longest_run: u64,
    /// True if the three agree on consistent growth.
    pub found: bool,
}

impl ConsistentGrowth {
    /// Largest p value of consistent growth.
    pub(crate) const MAX_P: f64 = MAX_P;

    /// Returns the number of comparisons of a floor with the one before.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.blocks.saturating_sub(1)
    }

    /// Returns the number of floors that are higher than the one before.
    #[must_use]
    pub fn rising(&self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of some dozen blocks"
        )]
        let rising = (self.rising_share.unwrap_or(0.0) * self.steps() as f64).round() as u64;
        rising
    }

    /// Measures the floors of the rolling window around their median slope.
    pub(crate) fn from_floors(floors: &Window, slope: f64) -> Self {
        let (t, v) = (floors.at.as_slice(), floors.values.as_slice());
        if v.len() < MIN_FLOORS {
            return Self { blocks: v.len() as u64, ..Self::default() };
        }
        let rising = v.windows(2).filter(|w| w[1] > w[0]).count();
        #[expect(clippy::cast_precision_loss, reason = "some dozen floors")]
        let share = rising as f64 / (v.len() - 1) as f64;
        let residuals = residuals(t, v, slope);
        let trend = mann_kendall(v);
        let p = trend.p(variance_inflation(&residuals));
        let longest_run = longest_rising_run(v);
        Self {
            blocks: v.len() as u64,
            rising_share: Some(share),
            tau: Some(trend.tau),
            p_value: Some(p),
            longest_run,
            found: trend.tau > 0.0 && p < MAX_P && share > MIN_RISING_SHARE && longest_run >= MIN_RUN,
        }
    }
}

fn longest_rising_run(values: &[f64]) -> u64 {
    let (mut run, mut longest) = (0_u64, 0_u64);
    for pair in values.windows(2) {
        run = if pair[1] > pair[0] { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(value: impl Fn(u16) -> u16, slope: f64) -> ConsistentGrowth {
        let (at, values) = (0..36).map(|i| (f64::from(i), f64::from(value(i)))).unzip();
        ConsistentGrowth::from_floors(&Window { at, values }, slope)
    }

    #[test]
    fn a_ramp_grows_consistently() {
        let ramp = measured(|i| i, 1.0);
        assert!(ramp.found && ramp.rising_share == Some(1.0) && ramp.tau == Some(1.0));
        assert_eq!((ramp.blocks, ramp.longest_run, ramp.rising(), ramp.steps()), (36, 35, 35, 35));
    }

    #[test]
    fn a_saw_tooth_does_not_grow_consistently() {
        let saw = measured(|i| i % 6, 0.0);
        assert!(!saw.found && saw.longest_run == 5 && saw.tau.is_some_and(|tau| tau.abs() < 0.2));
    }

    #[test]
    fn a_constant_added_changes_nothing() {
        assert_eq!(measured(|i| i * i, 35.0), measured(|i| i * i + 1000, 35.0));
    }

    #[test]
    fn too_few_floors_are_not_measured() {
        let none = ConsistentGrowth::from_floors(&Window { at: vec![], values: vec![] }, 0.0);
        assert_eq!(none, ConsistentGrowth::default());
    }
}
