//! Exact null distribution of Kendall's rank trend, for few values.

use super::rank::MannKendall;

/// Returns the chance that a random order of `n` values rises at least as much as the trend: its one-sided p value.
///
/// The number of rising pairs of a random order follows the Mahonian distribution (Kendall 1970, "Rank Correlation
/// Methods", ch. 5). Ties count for neither side, which makes the value too large rather than too small. O(n³).
#[must_use]
pub fn exact_p_of_rise(n: usize, trend: &MannKendall) -> f64 {
    let chances = chances_of_inversions(n);
    #[expect(clippy::cast_precision_loss, reason = "some dozen values")]
    let pairs = (n * n.saturating_sub(1) / 2) as f64;
    // S is the number of rising pairs less that of falling ones. A tie leaves half a pair, which counts as falling.
    let most_falling = ((pairs - trend.s) / 2.0).ceil();
    chances.iter().zip(0_u32..).take_while(|(_, k)| f64::from(*k) <= most_falling).map(|(chance, _)| chance).sum()
}

/// Returns the chance of each number of falling pairs in a random order of `n` values.
fn chances_of_inversions(n: usize) -> Vec<f64> {
    let mut chances = vec![1.0];
    for size in 2..=n {
        let mut next = vec![0.0; size * (size - 1) / 2 + 1];
        let mut sum = 0.0;
        for (k, chance) in next.iter_mut().enumerate() {
            sum += chances.get(k).copied().unwrap_or(0.0);
            if k >= size {
                sum -= chances.get(k - size).copied().unwrap_or(0.0);
            }
            #[expect(clippy::cast_precision_loss, reason = "some dozen values")]
            let ways = size as f64;
            *chance = sum / ways;
        }
        chances = next;
    }
    chances
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::stats::mann_kendall;

    fn p(values: &[f64]) -> f64 {
        exact_p_of_rise(values.len(), &mann_kendall(values))
    }

    #[test]
    fn a_rise_without_exception_has_the_chance_of_one_order() {
        assert!((p(&[1.0, 2.0, 3.0, 4.0]) - 1.0 / 24.0).abs() < 1e-12);
        let eight: Vec<f64> = (0..8).map(f64::from).collect();
        assert!((p(&eight) - 1.0 / 40_320.0).abs() < 1e-12);
    }

    #[test]
    fn the_values_are_those_of_scipy() {
        // scipy.stats.kendalltau(range(n), v, method="exact", alternative="greater").pvalue
        assert!((p(&[1.0, 3.0, 2.0, 4.0, 6.0, 5.0, 7.0]) - 0.005_357_142_857).abs() < 1e-9);
        assert!((p(&[2.0, 1.0, 4.0, 3.0, 5.0]) - 0.116_666_666_667).abs() < 1e-9);
        assert!((p(&[5.0, 4.0, 3.0, 2.0, 1.0]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn ties_do_not_make_a_rise_more_certain() {
        assert!(p(&[1.0, 1.0, 2.0, 3.0]) > p(&[1.0, 1.5, 2.0, 3.0]));
        assert!(p(&[1.0; 6]) > 0.5);
    }
}
