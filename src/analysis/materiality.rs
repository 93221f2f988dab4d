//! Growth by its size: how much of what the process holds came in while it was watched, and whether the later half of
//! the watch still brings its part. Ranks and medians of floors, so that no hump of a collector matters.

use super::stats::{inflation, mann_kendall, median_slope, sen_slope};
use super::window::Window;

/// Material growth: this share of the level over the observed time, in the whole watch and at the pace of its later
/// half. Found by the two-line rule that this one grew from: below it allocators and caches still move.
const MATERIAL: f64 = 0.15;
/// The later half must keep at least this part of the pace of the whole: less is a warm-up.
const STEADY: f64 = 0.5;
/// The newest third, or the lowest values of the two newest eighths, must keep at least this part of the pace of the
/// whole: less is a rise that is over. (The former forgives a drop at the end, the latter a hump before it.)
const STILL: f64 = 0.25;
/// The growth by the spread of the floors around their line, as standard deviations.
const CLEAR: f64 = 1.75;
/// Deviates of the rank trend, corrected for autocorrelation: of all floors, and of the later half alone.
const TREND: f64 = 2.5;
const LATE_TREND: f64 = 1.5;

/// Material growth. The rates are per second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Materiality {
    /// Median slope of all floors with its 95 % interval.
    pub rate: f64,
    pub low: f64,
    pub high: f64,
    /// Growth of the whole window at the pace of all floors, and of the later half, by the level.
    pub whole: f64,
    pub late: f64,
}

impl Materiality {
    /// The least share of the level that is material.
    pub const LEAST: f64 = MATERIAL;

    /// The growth of the floors when it is material, steady, clear of its spread and of chance; `level` is what the
    /// process holds. The cheap questions come first.
    pub fn of(floors: &Window, level: f64) -> Option<Self> {
        let (t, v) = (floors.at.as_slice(), floors.values.as_slice());
        let half = v.len() / 2;
        if lowest(&v[half..]) <= lowest(&v[..half]) {
            return None;
        }
        let share = floors.span() / level;
        let slope = median_slope(t, v);
        let late_slope = median_slope(&t[half..], &v[half..]);
        let (whole, late) = (slope * share, late_slope * share);
        if whole <= MATERIAL || late <= MATERIAL.max(STEADY * whole) || newest_slope(floors) * share <= STILL * whole {
            return None;
        }
        let around = rest(t, v, slope);
        if late * level <= CLEAR * deviation(&around) {
            return None;
        }
        let inflated = inflation(&around);
        let late_inflated = inflation(&rest(&t[half..], &v[half..], late_slope));
        if mann_kendall(v).z(inflated) <= TREND || mann_kendall(&v[half..]).z(late_inflated) <= LATE_TREND {
            return None;
        }
        let interval = sen_slope(t, v, 1.96, inflated)?;
        Some(Self { rate: interval.slope, low: interval.low, high: interval.high, whole, late })
    }
}

/// The pace of the newest third, or of the lowest values of the two newest eighths, whichever is faster.
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

fn rest(t: &[f64], v: &[f64], slope: f64) -> Vec<f64> {
    t.iter().zip(v).map(|(t, v)| v - slope * t).collect()
}

#[expect(clippy::cast_precision_loss, reason = "some dozen floors")]
fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floors(value: impl Fn(f64) -> f64) -> Window {
        let at: Vec<f64> = (0..36).map(f64::from).collect();
        Window { values: at.iter().map(|t| value(*t) + 0.1 * (t * 2.3).sin()).collect(), at }
    }

    #[test]
    fn a_steady_rise_is_material_and_one_that_ends_is_not() {
        let rise = Materiality::of(&floors(|t| t), 100.0).unwrap();
        assert!((rise.rate - 1.0).abs() < 0.01 && rise.low < rise.rate && rise.rate < rise.high);
        assert!(Materiality::of(&floors(|t| t), 1000.0).is_none());
        assert!(Materiality::of(&floors(|t| t.min(24.0)), 100.0).is_none());
        assert!(Materiality::of(&floors(|t| 40.0 * (1.0 - (-t / 8.0).exp())), 100.0).is_none());
        assert!(Materiality::of(&floors(|_| 0.0), 100.0).is_none());
    }
}
