//! Variance around the trend over the rolling window, and the cycle in it.

use super::history::Block;
use super::stats::residuals;
use super::trend::seasonality::Cycle;
use super::window::Window;

/// Fall, as a part of the range, that ends a tooth.
const MIN_FALL: f64 = 0.4;
/// Fewest teeth of a saw-tooth.
const MIN_TEETH: usize = 3;
/// Spread by level above which it is high: busy services show up to 1 in 5.
const HIGH: f64 = 0.2;
/// Largest autocorrelation of neighbouring blocks: a curved trend has more, and is no noise.
const MAX_RHO: f64 = 0.9;
/// Fewest blocks that are measured.
const MIN_BLOCKS: usize = 3;

/// Evidence of the variance analysis, over the rolling window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Variance {
    /// Spread around the trend, as a standard deviation in bytes.
    pub spread_bytes: Option<f64>,
    /// Noise of a single sample, in bytes: the standard deviation of independent noise that makes a rate as uncertain as the
    /// spread does, with its autocorrelation.
    pub noise_bytes: Option<f64>,
    /// The spread by the level.
    pub coefficient_of_variation: Option<f64>,
    /// Length of the cycle in seconds; `None` without one.
    pub cycle_s: Option<f64>,
    /// Height of the cycle in bytes.
    pub swing_bytes: Option<f64>,
    /// True if the spread is high for the level.
    pub high: bool,
}

impl Variance {
    /// Measures the blocks of the rolling window around a trend of `slope`. Their values are relative to `first`. The cycle
    /// of the `whole` past counts where there are no teeth. A sample is taken every `pause_s`.
    pub(crate) fn from_blocks(blocks: &[Block], first: f64, slope: f64, pause_s: f64, whole: Option<Cycle>) -> Self {
        let means = Window::means(blocks);
        if means.len() < MIN_BLOCKS {
            return Self::default();
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 160")]
        let n = means.len() as f64;
        let around = residuals(&means.at, &means.values, slope);
        let middle = around.iter().sum::<f64>() / n;
        let spread = (around.iter().map(|v| (v - middle).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        let level = first + means.values.iter().sum::<f64>() / n;
        let coefficient = (level > 0.0).then(|| spread / level);
        let cycle = saw_tooth(&means).or(whole);
        Self {
            spread_bytes: Some(spread),
            noise_bytes: Some(noise(&means, pause_s)),
            coefficient_of_variation: coefficient,
            cycle_s: cycle.map(|cycle| cycle.period_s),
            swing_bytes: cycle.map(|cycle| cycle.swing),
            high: coefficient.is_some_and(|c| c > HIGH),
        }
    }
}

/// Returns the noise of a sample: the deviation of the blocks from a line, times the root of the samples that one independent
/// value stands for. These are the samples of a block, times (1 + rho) / (1 - rho) for a first-order autocorrelation.
fn noise(means: &Window, pause_s: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most 160")]
    let n = means.len() as f64;
    let rest = around_line(&means.at, &means.values);
    let square: f64 = rest.iter().map(|value| value * value).sum();
    let neighbours: f64 = rest.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let rho = if square > 0.0 { (neighbours / square).clamp(0.0, MAX_RHO) } else { 0.0 };
    let samples = if pause_s > 0.0 { (means.span() / n / pause_s).max(1.0) } else { 1.0 };
    (square / (n - 2.0) * samples * (1.0 + rho) / (1.0 - rho)).sqrt()
}

/// Returns the deviations from the line of least squares.
#[expect(clippy::cast_precision_loss, reason = "at most 160")]
fn around_line(at: &[f64], values: &[f64]) -> Vec<f64> {
    let n = at.len() as f64;
    let (middle, level) = (at.iter().sum::<f64>() / n, values.iter().sum::<f64>() / n);
    let square: f64 = at.iter().map(|t| (t - middle).powi(2)).sum();
    let product: f64 = at.iter().zip(values).map(|(t, v)| (t - middle) * (v - level)).sum();
    let slope = if square > 0.0 { product / square } else { 0.0 };
    at.iter().zip(values).map(|(t, v)| v - level - slope * (t - middle)).collect()
}

/// Returns the mean time between the falls that end a tooth, and the mean height of these falls.
fn saw_tooth(means: &Window) -> Option<Cycle> {
    let (low, high) = means.range();
    let mut top = means.values[0];
    let (mut falls, mut heights) = (Vec::new(), 0.0);
    for (at, value) in means.at.iter().zip(&means.values) {
        if top - value > MIN_FALL * (high - low) {
            falls.push(*at);
            heights += top - value;
            top = *value;
        }
        top = top.max(*value);
    }
    #[expect(clippy::cast_precision_loss, reason = "at most 160")]
    let count = falls.len() as f64;
    (falls.len() >= MIN_TEETH)
        .then(|| Cycle { period_s: (falls[falls.len() - 1] - falls[0]) / (count - 1.0), swing: heights / count })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(value: impl Fn(u16) -> f32, slope: f64) -> Variance {
        let blocks: Vec<Block> = (0..100).map(|i| Block { at: f32::from(i), mean: value(i), low: value(i) }).collect();
        Variance::from_blocks(&blocks, 1000.0, slope, 1.0, None)
    }

    #[test]
    fn a_saw_tooth_has_its_length_and_height() {
        let saw = measured(|i| f32::from(i % 10) * 10.0, 0.0);
        assert_eq!((saw.cycle_s, saw.swing_bytes), (Some(10.0), Some(90.0)));
    }

    #[test]
    fn a_line_has_no_spread() {
        let line = measured(|i| f32::from(i) * 4.0, 4.0);
        assert!(line.spread_bytes.is_some_and(|spread| spread < 1e-3) && !line.high && line.cycle_s.is_none());
    }

    #[test]
    fn the_cycle_of_the_whole_past_counts_without_teeth() {
        let blocks: Vec<Block> = (0..9_u8).map(|i| Block { at: f32::from(i), mean: 0.0, low: 0.0 }).collect();
        let cycle = Cycle { period_s: 60.0, swing: 5.0 };
        let variance = Variance::from_blocks(&blocks, 1.0, 0.0, 1.0, Some(cycle));
        assert_eq!((variance.cycle_s, variance.swing_bytes), (Some(60.0), Some(5.0)));
        assert_eq!(Variance::from_blocks(&blocks[..2], 1.0, 0.0, 1.0, Some(cycle)), Variance::default());
    }

    #[test]
    fn noise_counts_the_samples_of_a_block_and_their_autocorrelation() {
        let blocks = |value: fn(u8) -> f32| -> Vec<Block> {
            (0..100_u8).map(|i| Block { at: 10.0 * f32::from(i), mean: value(i), low: 0.0 }).collect()
        };
        let measure = |value| Variance::from_blocks(&blocks(value), 1e6, 0.0, 1.0, None);
        let factor = |variance: Variance| variance.noise_bytes.zip(variance.spread_bytes).map(|(a, b)| (a / b).powi(2));
        let alternating = factor(measure(|i| if i % 2 == 0 { 0.0 } else { 8.0 }));
        assert!(alternating.is_some_and(|samples| (samples - 10.0).abs() < 0.2), "{alternating:?}");
        let runs = factor(measure(|i| if i / 10 % 2 == 0 { 0.0 } else { 8.0 }));
        assert!(runs.is_some_and(|samples| (70.0..110.0).contains(&samples)), "{runs:?}");
    }

    #[test]
    fn a_large_spread_for_the_level_is_high() {
        assert!(measured(|i| if i % 2 == 0 { 0.0 } else { 1000.0 }, 0.0).high);
    }
}
