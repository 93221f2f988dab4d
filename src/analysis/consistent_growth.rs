//! Whether the floors of the blocks keep rising: their share, their rank trend, their longest run.

use super::evidence::ConsistentGrowth;
use super::stats::{inflation, mann_kendall};
use super::window::Window;

/// What all three must show: most floors above the one before, a rank trend beyond chance, a run that is no accident.
const RISING: f64 = 0.5;
const CHANCE: f64 = 0.01;
const RUN: u64 = 3;

/// Measures the floors of the rolling window around their median slope.
pub(super) fn consistent_growth(floors: &Window, slope: f64) -> ConsistentGrowth {
    let (t, v) = (floors.at.as_slice(), floors.values.as_slice());
    if v.len() < 4 {
        return ConsistentGrowth { blocks: v.len() as u64, ..ConsistentGrowth::default() };
    }
    let rising = v.windows(2).filter(|w| w[1] > w[0]).count();
    #[expect(clippy::cast_precision_loss, reason = "some dozen floors")]
    let share = rising as f64 / (v.len() - 1) as f64;
    let (mut run, mut longest) = (0_u64, 0_u64);
    for w in v.windows(2) {
        run = if w[1] > w[0] { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let rest: Vec<f64> = t.iter().zip(v).map(|(t, v)| v - slope * t).collect();
    let trend = mann_kendall(v);
    let p = trend.p(inflation(&rest));
    ConsistentGrowth {
        blocks: v.len() as u64,
        rising_share: Some(share),
        tau: Some(trend.tau),
        p_value: Some(p),
        longest_run: longest,
        found: trend.tau > 0.0 && p < CHANCE && share > RISING && longest >= RUN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_is_consistent_and_a_saw_tooth_is_not() {
        let made = |f: &dyn Fn(u16) -> u16| Window {
            at: (0..36).map(f64::from).collect(),
            values: (0..36).map(|i| f64::from(f(i))).collect(),
        };
        let ramp = consistent_growth(&made(&|i| i), 1.0);
        assert!(ramp.found && ramp.rising_share == Some(1.0) && ramp.tau == Some(1.0));
        let saw = consistent_growth(&made(&|i| i % 6), 0.0);
        assert!(!saw.found && saw.tau.unwrap().abs() < 0.2);
        assert_eq!(consistent_growth(&Window { at: vec![], values: vec![] }, 0.0).tau, None);
    }
}
