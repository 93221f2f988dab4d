//! Growth by its size: how much of what the process holds came in while it was watched, and whether the later half of
//! the watch still brings its part. Ranks and medians of floors, so that no hump of a collector matters.

use super::stats::{MannKendall, inflation, mann_kendall, median_slope, sen_slope};
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

/// The floors of a window as ranks and medians. Rates are per second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Materiality {
    /// Median slope of all floors with its 95 % interval.
    pub rate: f64,
    pub low: f64,
    pub high: f64,
    /// Growth of the whole window at the pace of all floors, and of the later half, by the level.
    pub whole: f64,
    pub late: f64,
    /// Growth at the pace of the newest third, by the level.
    pub newest: f64,
    /// Growth at the later pace in standard deviations of the floors around their line.
    pub clearness: f64,
    /// Deviates of the rank trends.
    pub trend: f64,
    pub late_trend: f64,
    /// Whether the lowest floor of the later half is above that of the earlier half.
    pub held: bool,
}

impl Materiality {
    /// Measures the floors; `level` is what the process holds.
    pub fn of(floors: &Window, level: f64) -> Option<Self> {
        let (t, v) = (floors.at.as_slice(), floors.values.as_slice());
        let half = v.len() / 2;
        let span = floors.span();
        let late = median_slope(&t[half..], &v[half..]);
        let third = v.len() - v.len() / 3;
        let lowest = |v: &[f64]| v.iter().copied().fold(f64::INFINITY, f64::min);
        let rest = |t: &[f64], v: &[f64], slope: f64| t.iter().zip(v).map(|(t, v)| v - slope * t).collect::<Vec<_>>();
        let slope = median_slope(t, v);
        let eighth = v.len() / 8;
        let (before, newest) = v[v.len() - 2 * eighth..].split_at(eighth);
        #[expect(clippy::cast_precision_loss, reason = "some dozen floors")]
        let lows = (lowest(newest) - lowest(before)) / (span * eighth as f64 / v.len() as f64);
        let around = rest(t, v, slope);
        #[expect(clippy::cast_precision_loss, reason = "some dozen floors")]
        let mean = around.iter().sum::<f64>() / around.len() as f64;
        #[expect(clippy::cast_precision_loss, reason = "some dozen floors")]
        let spread = (around.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / around.len() as f64).sqrt();
        let corrected = |trend: MannKendall, rest: &[f64]| trend.z(inflation(rest));
        let interval = sen_slope(t, v, 1.96, inflation(&around))?;
        Some(Self {
            rate: interval.slope,
            low: interval.low,
            high: interval.high,
            whole: slope * span / level,
            late: late * span / level,
            newest: median_slope(&t[third..], &v[third..]).max(lows) * span / level,
            clearness: late * span / spread.max(f64::MIN_POSITIVE),
            trend: corrected(mann_kendall(v), &around),
            late_trend: corrected(mann_kendall(&v[half..]), &rest(&t[half..], &v[half..], late)),
            held: lowest(&v[half..]) > lowest(&v[..half]),
        })
    }

    /// Whether the growth is material, steady, clear of its spread and of chance.
    pub fn found(&self) -> bool {
        self.held
            && self.whole > MATERIAL
            && self.late > MATERIAL.max(STEADY * self.whole)
            && self.newest > STILL * self.whole
            && self.clearness > CLEAR
            && self.trend > TREND
            && self.late_trend > LATE_TREND
    }

    /// The least share of the level that is material.
    pub const LEAST: f64 = MATERIAL;
}
