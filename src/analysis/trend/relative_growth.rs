//! Material growth: the share of its memory that a process allocated while being watched.
//!
//! The later half of the watch must still bring its part. Ranks and medians of floors make the humps of a collector
//! irrelevant.

use crate::analysis::stats::{
    mann_kendall, median_slope, residuals, sen_slope, standard_deviation, variance_inflation,
};
use crate::analysis::window::Window;

/// Growth by the level over the observed time that is material, in the whole watch and at the rate of its later half.
/// Below it allocators and caches still move.
const MATERIAL: f64 = 0.15;
/// Least part of the overall rate that the later half must keep: less is a warm-up.
const MIN_LATER_PART: f64 = 0.5;
/// Least part of the overall rate that the newest third must keep, or the lowest values of the two newest eighths. Less is
/// a rise that is over. (The former forgives a drop at the end, the latter a hump before it.)
const MIN_NEWEST_PART: f64 = 0.25;
/// Least growth by the spread of the floors around their line, in standard deviations.
const MIN_DEVIATIONS: f64 = 1.75;
/// Normal deviates of the rank trend, corrected for autocorrelation: of all floors, and of the later half alone.
const TREND: f64 = 2.5;
const LATER_TREND: f64 = 1.5;

/// Material growth. The rates are per second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RelativeGrowth {
    /// Median slope of all floors with its 95 % interval.
    pub rate: f64,
    pub low: f64,
    pub high: f64,
    /// Growth by the level over the window, at the rate of all floors and of the later half.
    pub overall: f64,
    pub later_half: f64,
}

impl RelativeGrowth {
    /// Least share of the level that is material.
    pub const THRESHOLD: f64 = MATERIAL;

    /// Measures the growth of the floors, where it is material, steady, and clear of spread and chance. `level` is the
    /// memory of the process.
    pub fn from_floors(floors: &Window, level: f64) -> Option<Self> {
        let (t, v) = (floors.at.as_slice(), floors.values.as_slice());
        let half = v.len() / 2;
        // The cheap tests come first.
        if lowest(&v[half..]) <= lowest(&v[..half]) {
            return None;
        }
        let share = floors.span() / level;
        let slope = median_slope(t, v);
        let later_slope = median_slope(&t[half..], &v[half..]);
        let (overall, later_half) = (slope * share, later_slope * share);
        if overall <= MATERIAL
            || later_half <= MATERIAL.max(MIN_LATER_PART * overall)
            || newest_slope(floors) * share <= MIN_NEWEST_PART * overall
        {
            return None;
        }
        let around = residuals(t, v, slope);
        if later_half * level <= MIN_DEVIATIONS * standard_deviation(&around) {
            return None;
        }
        let inflation = variance_inflation(&around);
        let later_inflation = variance_inflation(&residuals(&t[half..], &v[half..], later_slope));
        if mann_kendall(v).z(inflation) <= TREND || mann_kendall(&v[half..]).z(later_inflation) <= LATER_TREND {
            return None;
        }
        let interval = sen_slope(t, v, 1.96, inflation)?;
        Some(Self { rate: interval.slope, low: interval.low, high: interval.high, overall, later_half })
    }
}

/// Returns the rate of the newest third, or of the lowest values of the two newest eighths, whichever is faster.
fn newest_slope(floors: &Window) -> f64 {
    let (t, v) = (floors.at.as_slice(), floors.values.as_slice());
    let (third, eighth) = (v.len() - v.len() / 3, v.len() / 8);
    let (before, newest) = v[v.len() - 2 * eighth..].split_at(eighth);
    #[expect(clippy::cast_precision_loss, reason = "some dozen floors")]
    let apart = floors.span() * eighth as f64 / v.len() as f64;
    median_slope(&t[third..], &v[third..]).max((lowest(newest) - lowest(before)) / apart)
}

fn lowest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(value: impl Fn(f64) -> f64, level: f64) -> Option<RelativeGrowth> {
        let at: Vec<f64> = (0..36).map(f64::from).collect();
        let values = at.iter().map(|t| value(*t) + 0.1 * (t * 2.3).sin()).collect();
        RelativeGrowth::from_floors(&Window { at, values }, level)
    }

    #[test]
    fn a_steady_rise_is_material() {
        let rise = measure(|t| t, 100.0).expect("material growth");
        assert!((rise.rate - 1.0).abs() < 0.01 && rise.low < rise.rate && rise.rate < rise.high);
        assert!((rise.overall - 0.36).abs() < 0.01 && (rise.later_half - 0.36).abs() < 0.02);
    }

    #[test]
    fn the_same_rise_of_a_large_process_is_not_material() {
        assert!(measure(|t| t, 1000.0).is_none());
    }

    #[test]
    fn a_rise_that_ends_or_slows_down_is_not_material() {
        assert!(measure(|t| t.min(24.0), 100.0).is_none());
        assert!(measure(|t| 40.0 * (1.0 - (-t / 8.0).exp()), 100.0).is_none());
        assert!(measure(|_| 0.0, 100.0).is_none());
    }

    #[test]
    fn a_constant_added_to_the_floors_changes_nothing() {
        let (low, high) = (measure(|t| t, 100.0).expect("growth"), measure(|t| t + 1e4, 100.0).expect("growth"));
        assert!((low.rate - high.rate).abs() < 1e-9);
    }
}
