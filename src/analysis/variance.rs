//! Spread around the trend, over the rolling window, and the saw-tooth or wave in it.

use super::evidence::Variance;
use super::history::Block;
use super::judgement::Judgement;
use super::window::Window;

/// A fall of this part of the range ends a tooth.
const TOOTH: f64 = 0.4;
/// Teeth that make a saw-tooth.
const TEETH: usize = 3;
/// Spread by level from which it counts as high: 1 in 5 is what a busy service shows.
const HIGH: f64 = 0.2;

/// Measures the blocks of the rolling window. `first` is what their values are relative to, `life` the judgement of
/// the whole past, whose rhythm is taken when there are no teeth; `slope` the trend that the spread is around.
pub(super) fn variance(blocks: &[Block], first: f64, slope: f64, life: Option<&Judgement>) -> Variance {
    let means = Window::means(blocks);
    if means.len() < 3 {
        return Variance::default();
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 160")]
    let n = means.len() as f64;
    let around: Vec<f64> = means.at.iter().zip(&means.values).map(|(t, v)| v - slope * t).collect();
    let middle = around.iter().sum::<f64>() / n;
    let spread = (around.iter().map(|v| (v - middle).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let level = first + means.values.iter().sum::<f64>() / n;
    let coefficient = (level > 0.0).then(|| spread / level);
    let (cycle, swing) = match teeth(&means).or_else(|| life.and_then(|j| j.rhythm)) {
        Some((cycle, swing)) => (Some(cycle), Some(swing)),
        None => (None, None),
    };
    Variance {
        spread_bytes: Some(spread),
        coefficient_of_variation: coefficient,
        cycle_s: cycle,
        swing_bytes: swing,
        high: coefficient.is_some_and(|c| c > HIGH),
    }
}

/// Mean time between the falls that end a tooth, and the mean height of these falls.
pub(super) fn teeth(means: &Window) -> Option<(f64, f64)> {
    let (low, high) = means.range();
    let mut top = means.values[0];
    let (mut falls, mut heights) = (Vec::new(), 0.0);
    for (at, value) in means.at.iter().zip(&means.values) {
        if top - value > TOOTH * (high - low) {
            falls.push(*at);
            heights += top - value;
            top = *value;
        }
        top = top.max(*value);
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 160")]
    let count = falls.len() as f64;
    (falls.len() >= TEETH).then(|| ((falls[falls.len() - 1] - falls[0]) / (count - 1.0), heights / count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(values: impl IntoIterator<Item = f32>) -> Vec<Block> {
        values.into_iter().zip(0_u16..).map(|(v, i)| Block { at: f32::from(i), mean: v, low: v }).collect()
    }

    #[test]
    fn a_saw_tooth_has_its_length_and_height() {
        let saw = blocks((0..100_u16).map(|i| f32::from(i % 10) * 10.0));
        let seen = variance(&saw, 1000.0, 0.0, None);
        assert_eq!(seen.cycle_s, Some(10.0));
        assert_eq!(seen.swing_bytes, Some(90.0));
    }

    #[test]
    fn a_line_has_no_spread() {
        let seen = variance(&blocks((0..100_u16).map(|i| f32::from(i) * 4.0)), 1e6, 4.0, None);
        assert!(seen.spread_bytes.unwrap() < 1e-3 && !seen.high && seen.cycle_s.is_none());
    }
}
