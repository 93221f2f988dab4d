//! Evenness: the smallest rise between neighbouring parts of a window, as a part of the mean rise.
//!
//! A leak rises in every part of the watch. Starts, fills and rhythms bring most of their growth in some of them. Of all
//! features tried on recordings of other sources, this one carried best from source to source.

use crate::analysis::stats::upper_median;
use crate::analysis::window::Window;

/// Least evenness of a leak: every part of the watch brings a quarter of its share.
pub(crate) const MIN_EVENNESS: f64 = 0.25;
/// Numbers of parts that a window is cut into.
const PARTS: [usize; 2] = [3, 4];

/// Returns the evenness of the values: 1 for a straight line, 0 where a part does not rise, less where one falls. `None`
/// without a rise from the first to the last part.
pub(crate) fn evenness(values: &Window) -> Option<f64> {
    PARTS.into_iter().map(|parts| evenness_of(&values.values, parts)).reduce(|a, b| Some(a?.min(b?)))?
}

/// Returns the rises from part to part, by the medians of the parts.
pub(crate) fn rises(values: &[f64], parts: usize) -> Vec<f64> {
    let medians: Vec<f64> = (0..parts)
        .map(|part| upper_median(&values[part * values.len() / parts..(part + 1) * values.len() / parts]))
        .collect();
    medians.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[expect(clippy::cast_precision_loss, reason = "at most 3")]
fn evenness_of(values: &[f64], parts: usize) -> Option<f64> {
    let rises = rises(values, parts);
    let mean = rises.iter().sum::<f64>() / rises.len() as f64;
    let smallest = rises.into_iter().fold(f64::INFINITY, f64::min);
    (mean > 0.0).then(|| smallest / mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(value: impl Fn(f64) -> f64) -> Option<f64> {
        let at: Vec<f64> = (0..48).map(f64::from).collect();
        evenness(&Window { values: at.iter().map(|t| value(*t)).collect(), at })
    }

    #[test]
    fn a_line_is_even_and_a_start_is_not() {
        assert!(even(|t| 3.0 * t).is_some_and(|even| even > 0.95));
        assert!(even(|t| 1.0 - (-t / 6.0).exp()).is_some_and(|even| even < 0.1));
        assert!(even(|t| t.min(24.0)).is_some_and(|even| even <= 0.0));
    }

    #[test]
    fn one_wild_value_changes_nothing() {
        assert!(even(|t| if t == 30.0 { 1e6 } else { t }).is_some_and(|even| even > 0.8));
    }

    #[test]
    fn a_series_that_falls_has_no_evenness() {
        assert_eq!(even(|t| -t), None);
        assert_eq!(even(|_| 1.0), None);
    }
}
