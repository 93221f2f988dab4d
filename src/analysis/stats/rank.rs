//! Kendall's rank trend and the median slope, with their correction for autocorrelation.

use super::quantile::normal_tail;

/// Fewest values of which the correlation can be corrected, and its largest value.
const MIN_CORRECTED: usize = 8;
const MAX_CORRELATION: f64 = 0.995;

/// The Mann-Kendall test of a series against time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannKendall {
    /// Rising pairs minus falling pairs.
    pub s: f64,
    /// Variance of `s` without a trend, corrected for ties, for independent values.
    pub variance: f64,
    /// Kendall's tau-a: `s` by the number of pairs.
    pub tau: f64,
}

impl MannKendall {
    /// Returns the normal deviate of `s` with its variance inflated by `inflation` (1 for independent values).
    #[must_use]
    pub fn z(&self, inflation: f64) -> f64 {
        let sd = (self.variance * inflation).sqrt();
        if sd > 0.0 { (self.s - self.s.signum() * f64::from(u8::from(self.s != 0.0))) / sd } else { 0.0 }
    }

    /// Returns the two-sided p value.
    #[must_use]
    pub fn p(&self, inflation: f64) -> f64 {
        2.0 * normal_tail(self.z(inflation).abs())
    }
}

/// Returns the term of the variance of Kendall's S for `n` values, or for `n` tied ones.
fn tie_term(n: f64) -> f64 {
    n * (n - 1.0) * (2.0 * n + 5.0)
}

/// Computes Kendall's S of the values in their order, with the variance for ties. O(n²): for some dozen values.
#[must_use]
pub fn mann_kendall(values: &[f64]) -> MannKendall {
    let n = values.len();
    let mut s = 0_i64;
    for (i, a) in values.iter().enumerate() {
        s += values[i + 1..].iter().map(|b| i64::from(b > a) - i64::from(b < a)).sum::<i64>();
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "counts of some dozen values")]
    let (n, ties, s) =
        (n as f64, sorted.chunk_by(|a, b| a == b).map(|tied| tie_term(tied.len() as f64)).sum::<f64>(), s as f64);
    let pairs = n * (n - 1.0) / 2.0;
    MannKendall { s, variance: (tie_term(n) - ties) / 18.0, tau: if pairs > 0.0 { s / pairs } else { 0.0 } }
}

/// Returns the slopes of all pairs with different times.
fn pair_slopes(t: &[f64], v: &[f64]) -> Vec<f64> {
    let mut slopes = Vec::with_capacity(t.len() * t.len() / 2);
    for (i, (t0, v0)) in t.iter().zip(v).enumerate() {
        slopes.extend(
            t[i + 1..].iter().zip(&v[i + 1..]).filter(|(t1, _)| *t1 > t0).map(|(t1, v1)| (v1 - v0) / (t1 - t0)),
        );
    }
    slopes
}

/// Returns the Theil-Sen slope alone: the upper median of the slopes of all pairs, 0 without two different times. O(n²).
#[must_use]
pub fn median_slope(t: &[f64], v: &[f64]) -> f64 {
    let mut slopes = pair_slopes(t, v);
    if slopes.is_empty() {
        return 0.0;
    }
    let middle = slopes.len() / 2;
    *slopes.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// The median of the slopes of all pairs, with an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SenSlope {
    /// The median slope.
    pub slope: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Computes the Theil-Sen slope of `v` over `t` with its interval at `z` normal deviates. The variance of Kendall's S is
/// inflated by `inflation` (Sen 1968; the indices of the interval are rounded as in `scipy.stats.theilslopes`).
/// `None` without two different times. O(n² log n): for some dozen values.
#[must_use]
pub fn sen_slope(t: &[f64], v: &[f64], z: f64, inflation: f64) -> Option<SenSlope> {
    let mut slopes = pair_slopes(t, v);
    if slopes.is_empty() {
        return None;
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let count = slopes.len();
    let slope =
        if count % 2 == 1 { slopes[count / 2] } else { f64::midpoint(slopes[count / 2 - 1], slopes[count / 2]) };
    let half = z * (mann_kendall(v).variance * inflation).sqrt();
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    let middle = count as f64 / 2.0;
    Some(SenSlope {
        slope,
        low: at_rank(&slopes, (middle - half / 2.0).round_ties_even() - 1.0),
        high: at_rank(&slopes, (middle + half / 2.0).round_ties_even()),
    })
}

/// Returns the value at a rank, or the nearest one.
fn at_rank(sorted: &[f64], rank: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
    let index = rank.max(0.0) as usize;
    sorted[index.min(sorted.len() - 1)]
}

/// Returns the factor by which autocorrelation inflates the variance of Kendall's S, never below 1.
///
/// Hamed and Rao's (1998) sum over the lags of the ranks of the residuals, but only over the first run of positive ones.
/// All lags, as published, find correlation in white noise and can shrink the variance.
#[must_use]
pub fn variance_inflation(residuals: &[f64]) -> f64 {
    let n = residuals.len();
    if n < 4 {
        return 1.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "some dozen values")]
    let count = n as f64;
    let ranks = centred_ranks(residuals);
    let square: f64 = ranks.iter().map(|r| r * r).sum();
    let mut sum = 0.0;
    for lag in 1..n / 2 {
        let r: f64 = ranks[lag..].iter().zip(&ranks).map(|(a, b)| a * b).sum::<f64>() / square;
        if r <= 0.0 {
            break;
        }
        #[expect(clippy::cast_precision_loss, reason = "some dozen values")]
        let left = count - lag as f64;
        sum += left * (left - 1.0) * (left - 2.0) * r;
    }
    1.0 + 2.0 / (count * (count - 1.0) * (count - 2.0)) * sum
}

/// Returns the inflation for an interval that must hold in short series: not below that of AR(1) noise.
///
/// In a short series the correlation is too small by its bias (Kendall 1954), which is corrected here.
#[must_use]
pub fn cautious_inflation(residuals: &[f64]) -> f64 {
    let ranks = centred_ranks(residuals);
    let inflation = variance_inflation(residuals);
    if ranks.len() < MIN_CORRECTED {
        return inflation;
    }
    #[expect(clippy::cast_precision_loss, reason = "some dozen values")]
    let n = ranks.len() as f64;
    let square: f64 = ranks.iter().map(|r| r * r).sum();
    let lag_1 = ranks.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / square;
    let rho = ((n * lag_1 + 2.0) / (n - 4.0)).clamp(0.0, MAX_CORRELATION);
    inflation.max((1.0 + rho) / (1.0 - rho))
}

/// Returns the ranks of the values, less their mean.
#[expect(clippy::cast_precision_loss, reason = "some dozen values")]
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]));
    let middle = values.len().saturating_sub(1) as f64 / 2.0;
    let mut ranks = vec![0.0; values.len()];
    for (rank, &i) in order.iter().enumerate() {
        ranks[i] = rank as f64 - middle;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_of_sen_is_reproduced() {
        let t = [1.0, 2.0, 3.0, 4.0, 10.0, 12.0, 18.0];
        let v = [9.0, 15.0, 19.0, 20.0, 45.0, 55.0, 78.0];
        let sen = sen_slope(&t, &v, 1.811_910_673_302_629_4, 1.0).unwrap();
        assert!((sen.slope - 4.0).abs() < 1e-12);
        assert!((sen.low - 26.0 / 7.0).abs() < 1e-9 && (sen.high - 4.375).abs() < 1e-9, "{sen:?}");
    }

    #[test]
    fn a_constant_has_no_trend() {
        let flat = mann_kendall(&[5.0; 9]);
        assert_eq!((flat.s, flat.variance, flat.z(1.0)), (0.0, 0.0, 0.0));
        assert_eq!(mann_kendall(&[]).tau, 0.0);
    }

    #[test]
    fn inflation_never_deflates() {
        let alternating: Vec<f64> = (0..40).map(|i| f64::from(i % 2)).collect();
        assert_eq!(variance_inflation(&alternating), 1.0);
        let slow: Vec<f64> = (0..40).map(|i| (f64::from(i) / 6.0).sin()).collect();
        assert!(variance_inflation(&slow) > 3.0);
    }
}
