//! Seasonality of a window: a sine with its second harmonic, at the strongest frequency of the residuals.

use crate::analysis::stats::dot;

/// Least number of cycles in the window.
const MIN_CYCLES: f64 = 2.0;
/// Least length of a cycle in blocks: shorter ones are noise to a window.
const MIN_BLOCKS: f64 = 6.0;
/// Step of the search, in cycles in the window. A parabola through the peak refines it.
const STEP: f64 = 0.5;
/// Part of the variance that the strongest frequency must hold: less never pays for its parameters.
const MIN_SHARE: f64 = 0.2;
/// Halvings of the step while a frequency is refined.
const REFINEMENTS: usize = 3;

/// Length and height of a repeating movement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cycle {
    /// Length in seconds.
    pub period_s: f64,
    /// From the lowest to the highest point, in the unit of the series.
    pub swing: f64,
}

/// A fitted cycle, as values that can be subtracted.
#[derive(Debug, Clone)]
pub(crate) struct Seasonality {
    /// Cycles in the window.
    pub cycles: f64,
    values: Vec<f64>,
}

impl Seasonality {
    /// Parameters of the fit: sine and cosine of both harmonics.
    pub const COLUMNS: usize = 4;

    /// Finds the strongest cycle of the residuals over `t` (0 to 1).
    pub fn detect(t: &[f64], residuals: &[f64]) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "at most 160")]
        let top = t.len() as f64 / MIN_BLOCKS;
        let mut powers = Vec::with_capacity(64);
        let mut cycles = MIN_CYCLES;
        while cycles < top {
            powers.push(power(residuals, cycles));
            cycles += STEP;
        }
        if powers.len() < 3 {
            return None;
        }
        let (i, _) = powers.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
        #[expect(clippy::cast_precision_loss, reason = "at most 160")]
        let share = 2.0 * powers[i] / (residuals.len() as f64 * dot(residuals, residuals)).max(f64::MIN_POSITIVE);
        if share < MIN_SHARE {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 64")]
        let mut cycles = MIN_CYCLES + STEP * i as f64;
        if i > 0 && i + 1 < powers.len() {
            let (a, b, c) = (powers[i - 1], powers[i], powers[i + 1]);
            cycles += STEP / 2.0 * (a - c) / (a - 2.0 * b + c - 1e-30);
        }
        Some(Self::fit(cycles, t, residuals))
    }

    /// Fits the cycle again, at the best frequency within a step of `cycles`.
    pub fn refine(cycles: f64, t: &[f64], residuals: &[f64]) -> Self {
        let mut best = Self::fit(cycles, t, residuals);
        let mut step = STEP / 4.0;
        for _ in 0..REFINEMENTS {
            let centre = best.cycles;
            for cycles in [centre - step, centre + step] {
                let other = Self::fit(cycles.max(MIN_CYCLES), t, residuals);
                if other.power() > best.power() {
                    best = other;
                }
            }
            step /= 2.0;
        }
        best
    }

    fn power(&self) -> f64 {
        dot(&self.values, &self.values)
    }

    /// Fits the two harmonics of a known frequency by least squares.
    fn fit(cycles: f64, t: &[f64], residuals: &[f64]) -> Self {
        let mut columns = [(); Self::COLUMNS].map(|()| Vec::with_capacity(t.len()));
        for &t in t {
            let (sin, cos) = (std::f64::consts::TAU * cycles * t).sin_cos();
            columns[0].push(cos);
            columns[1].push(sin);
            columns[2].push(cos * cos - sin * sin);
            columns[3].push(2.0 * sin * cos);
        }
        let mut values = vec![0.0; t.len()];
        // The columns are nearly orthogonal over two cycles and more. Gram-Schmidt keeps the fit exact.
        for k in 0..Self::COLUMNS {
            let (done, rest) = columns.split_at_mut(k);
            for other in done.iter() {
                let share = dot(&rest[0], other) / dot(other, other).max(1e-12);
                rest[0].iter_mut().zip(other).for_each(|(x, o)| *x -= share * o);
            }
            let amount = dot(&rest[0], residuals) / dot(&rest[0], &rest[0]).max(1e-12);
            values.iter_mut().zip(&rest[0]).for_each(|(v, x)| *v += amount * x);
        }
        Self { cycles, values }
    }

    /// Returns the values without the cycle.
    pub fn subtract_from(&self, v: &[f64]) -> Vec<f64> {
        v.iter().zip(&self.values).map(|(v, w)| v - w).collect()
    }

    /// Returns the distance from the lowest to the highest point.
    pub fn swing(&self) -> f64 {
        let (low, high) =
            self.values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        high - low
    }
}

/// Returns the power of the residuals at a frequency, with blocks taken as evenly spaced (Goertzel's recurrence).
fn power(residuals: &[f64], cycles: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most 160")]
    let angle = std::f64::consts::TAU * cycles / residuals.len() as f64;
    let twice = 2.0 * angle.cos();
    let (mut s1, mut s2) = (0.0, 0.0);
    for &e in residuals {
        let s0 = e + twice * s1 - s2;
        (s1, s2) = (s0, s1);
    }
    s1 * s1 + s2 * s2 - twice * s1 * s2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times() -> Vec<f64> {
        (0..128).map(|i| (f64::from(i) + 0.5) / 128.0).collect()
    }

    fn sine(cycles: f64, height: f64) -> Vec<f64> {
        times().iter().map(|t| height * (std::f64::consts::TAU * cycles * t).sin()).collect()
    }

    #[test]
    fn a_sine_is_found_with_its_length_and_height_and_subtracts_to_nothing() {
        for cycles in [2.5, 5.0, 11.3] {
            let v = sine(cycles, 3.0);
            let found = Seasonality::detect(&times(), &v).expect("a cycle");
            let found = Seasonality::refine(found.cycles, &times(), &v);
            assert!((found.cycles - cycles).abs() < 0.1, "{} instead of {cycles}", found.cycles);
            assert!((found.swing() - 6.0).abs() < 0.3, "{}", found.swing());
            let rest = found.subtract_from(&v);
            assert!(dot(&rest, &rest) < 0.01 * dot(&v, &v));
        }
    }

    #[test]
    fn the_height_scales_with_the_series() {
        let found = |height| Seasonality::detect(&times(), &sine(5.0, height)).expect("a cycle");
        assert!((found(20.0).swing() - 10.0 * found(2.0).swing()).abs() < 1e-9);
        assert!((found(20.0).cycles - found(2.0).cycles).abs() < 1e-9);
    }

    #[test]
    fn a_constant_and_a_single_cycle_are_not_seasonal() {
        assert!(Seasonality::detect(&times(), &[0.0; 128]).is_none());
        assert!(Seasonality::detect(&times()[..12], &[1.0; 12]).is_none());
        let jump: Vec<f64> = (0..128).map(|i| f64::from(u8::from(i == 64))).collect();
        assert!(Seasonality::detect(&times(), &jump).is_none());
    }
}
