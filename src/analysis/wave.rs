//! A rhythm in a window: a sine with its second harmonic at the strongest frequency of the residuals.

use super::stats::dot;

/// Fewer cycles in the window are no rhythm.
const MIN_CYCLES: f64 = 2.0;
/// Cycles may be no shorter than this many blocks: shorter ones are noise to a window.
const MIN_BLOCKS: f64 = 6.0;
/// Step of the search, in cycles in the window; a parabola through the peak refines it.
const STEP: f64 = 0.5;
/// The strongest frequency must hold this part of the variance: less never pays for its parameters.
const STRONG: f64 = 0.2;

/// A fitted rhythm, as values to be taken out.
#[derive(Debug, Clone)]
pub(super) struct Wave {
    /// Cycles in the window.
    pub cycles: f64,
    values: Vec<f64>,
}

impl Wave {
    /// Parameters a wave spends: sine and cosine of both harmonics.
    pub const COLUMNS: usize = 4;

    /// Finds the strongest rhythm of the residuals over `t` (0 to 1).
    pub fn strongest(t: &[f64], residuals: &[f64]) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "at most 128")]
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
        if share < STRONG {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 64")]
        let mut cycles = MIN_CYCLES + STEP * i as f64;
        if i > 0 && i + 1 < powers.len() {
            let (a, b, c) = (powers[i - 1], powers[i], powers[i + 1]);
            cycles += STEP / 2.0 * (a - c) / (a - 2.0 * b + c - 1e-30);
        }
        Some(Self::at(cycles, t, residuals))
    }

    /// The wave of least squares within a step of a frequency that is nearly right.
    pub fn near(cycles: f64, t: &[f64], residuals: &[f64]) -> Self {
        let mut best = Self::at(cycles, t, residuals);
        let mut step = STEP / 4.0;
        for _ in 0..3 {
            let centre = best.cycles;
            for cycles in [centre - step, centre + step] {
                let other = Self::at(cycles.max(MIN_CYCLES), t, residuals);
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

    /// Least squares of the two harmonics at a known frequency.
    pub fn at(cycles: f64, t: &[f64], residuals: &[f64]) -> Self {
        let mut columns = [(); Self::COLUMNS].map(|()| Vec::with_capacity(t.len()));
        for &t in t {
            let (sin, cos) = (std::f64::consts::TAU * cycles * t).sin_cos();
            columns[0].push(cos);
            columns[1].push(sin);
            columns[2].push(cos * cos - sin * sin);
            columns[3].push(2.0 * sin * cos);
        }
        let mut values = vec![0.0; t.len()];
        // the columns are nearly orthogonal over two cycles and more: Gram-Schmidt keeps it exact
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

    /// The values without the wave.
    pub fn removed_from(&self, v: &[f64]) -> Vec<f64> {
        v.iter().zip(&self.values).map(|(v, w)| v - w).collect()
    }

    /// From the lowest to the highest point.
    pub fn swing(&self) -> f64 {
        let (low, high) =
            self.values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &v| (l.min(v), h.max(v)));
        high - low
    }
}

/// Power of the residuals at a frequency, blocks taken as evenly spaced (Goertzel's recurrence).
fn power(residuals: &[f64], cycles: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most 128")]
    let angle = std::f64::consts::TAU * cycles / residuals.len() as f64;
    let twice = 2.0 * angle.cos();
    let (mut s1, mut s2) = (0.0, 0.0);
    for &e in residuals {
        let s0 = e + twice * s1 - s2;
        (s1, s2) = (s0, s1);
    }
    s1 * s1 + s2 * s2 - twice * s1 * s2
}
