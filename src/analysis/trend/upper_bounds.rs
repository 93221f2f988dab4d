//! Upper bounds of growth from the floors of a window, where curves do not decide: by ranks, and by lows.
//!
//! A spike, a step or a dropped value moves no median of slopes. And lost memory never comes back, so what leaked between
//! an early and a late low is at most their difference, whatever noise comes and goes above the floor.

use crate::analysis::stats::{cautious_inflation, median_slope, residuals, sen_slope};
use crate::analysis::window::Window;

/// Part of an early low by which a late low may lie below it. A deeper one belongs to another working set, and says
/// nothing of growth.
const MAX_FALL: f64 = 0.05;

/// Position, from 0, among the ordered floors of a part of the one that stands for its low. Of independent floors the three
/// lowest late ones are below all early ones in 1 of 8 cases, the two lowest in 1 of 4.
const LOW_POSITION: usize = 2;

/// Normal deviate of the upper end of the median slope.
const UPPER_END: f64 = 1.96;

/// Returns the upper end of the median slope of `floors`, its variance inflated by their autocorrelation.
pub(crate) fn of_ranks(floors: &Window) -> Option<f64> {
    let (t, v) = (floors.at.as_slice(), floors.values.as_slice());
    let slope = median_slope(t, v);
    sen_slope(t, v, UPPER_END, cautious_inflation(&residuals(t, v, slope))).map(|interval| interval.high)
}

/// Returns the largest rate per second that the lows of `floors` allow; `None` where no pair of parts can be compared.
/// `first` is the value that the floors are relative to.
pub(crate) fn of_lows(floors: &Window, first: f64) -> Option<f64> {
    let n = floors.len();
    let third = n / 3;
    let pairs = [((0, third), (n - third, n)), ((0, n / 2), (n - n / 2, n)), ((third, n - third), (n - third, n))];
    let bounds = pairs.into_iter().filter_map(|(early, late)| bound(floors, first, early, late));
    bounds.reduce(f64::min)
}

/// Returns the bound between two parts, given as ranges of floors. The third-lowest late floor stands for the late low. The
/// distance of the lowest and third-lowest early floors is added for the noise of a low.
fn bound(floors: &Window, first: f64, early: (usize, usize), late: (usize, usize)) -> Option<f64> {
    let (early, late) = (Lows::of(floors, early)?, Lows::of(floors, late)?);
    let apart = late.at - early.at;
    let is_comparable = late.lowest >= early.lowest - MAX_FALL * (first + early.lowest);
    (apart > 0.0 && is_comparable).then(|| (late.low - early.lowest + (early.low - early.lowest)) / apart)
}

/// The lowest floors of a part.
struct Lows {
    at: f64,
    lowest: f64,
    /// The third-lowest floor: one or two lower ones may be noise.
    low: f64,
}

impl Lows {
    fn of(floors: &Window, (from, to): (usize, usize)) -> Option<Self> {
        let mut order: Vec<usize> = (from..to).collect();
        order.sort_unstable_by(|a, b| floors.values[*a].total_cmp(&floors.values[*b]));
        let (lowest, low) = (*order.first()?, *order.get(LOW_POSITION)?);
        Some(Self { at: floors.at[lowest], lowest: floors.values[lowest], low: floors.values[low] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floors(value: impl Fn(f64) -> f64) -> Window {
        let at: Vec<f64> = (0..36).map(f64::from).collect();
        Window { values: at.iter().map(|t| value(*t)).collect(), at }
    }

    #[test]
    fn the_bound_of_a_line_is_not_below_its_rate() {
        let bound = of_lows(&floors(|t| 2.0 * t), 100.0).expect("a bound");
        assert!((2.0..2.5).contains(&bound), "{bound}");
    }

    #[test]
    fn noise_above_a_floor_does_not_widen_the_bound() {
        let bound = of_lows(&floors(|t| if t % 3.0 == 0.0 { 0.0 } else { 50.0 * (t * 1.7).sin().abs() }), 100.0);
        assert!(bound.is_some_and(|bound| bound.abs() < 1e-9), "{bound:?}");
    }

    #[test]
    fn a_spike_does_not_widen_the_bound_of_the_ranks() {
        let bound = of_ranks(&floors(|t| 0.1 * (t * 1.7).sin() + if t == 30.0 { 1e3 } else { 0.0 })).expect("a bound");
        assert!((0.0..0.05).contains(&bound), "{bound}");
    }

    #[test]
    fn another_working_set_says_nothing() {
        assert!(of_lows(&floors(|t| if t < 24.0 { 100.0 } else { 0.0 }), 100.0).is_none());
    }
}
