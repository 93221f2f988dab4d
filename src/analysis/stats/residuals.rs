//! Residuals around a slope, their spread, and the median of some values.

/// Returns the values less a slope: residuals up to a constant.
#[must_use]
pub fn residuals(t: &[f64], v: &[f64], slope: f64) -> Vec<f64> {
    t.iter().zip(v).map(|(t, v)| v - slope * t).collect()
}

/// Returns the standard deviation of all values.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "some dozen values")]
pub fn standard_deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt()
}

/// Returns the upper median; 0 without values.
#[must_use]
pub fn upper_median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_constant_residuals_without_spread() {
        let (t, v) = ([0.0, 1.0, 2.0], [5.0, 7.0, 9.0]);
        let rest = residuals(&t, &v, 2.0);
        assert_eq!((rest.as_slice(), standard_deviation(&rest)), ([5.0; 3].as_slice(), 0.0));
    }

    #[test]
    fn the_spread_and_the_median_are_those_of_the_values() {
        assert!((standard_deviation(&[1.0, 3.0]) - 1.0).abs() < 1e-12);
        assert_eq!((upper_median(&[3.0, 1.0, 2.0]), upper_median(&[4.0, 1.0]), upper_median(&[])), (2.0, 4.0, 0.0));
    }
}
