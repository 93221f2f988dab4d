//! Regression with AR(1) errors: least squares for curves of up to three columns, from moments alone.
//!
//! Two passes. Ordinary least squares gives the lag-1 autocorrelation of its residuals. Corrected for its bias in small
//! samples, it weights the second pass (Prais-Winsten). Both need only the products of the columns at lag 0 and lag 1
//! and the end rows. A curve thereby costs four dot products and no residuals.

/// Columns of the design, in the order of the products. `T` comes after `C`, so that its standard error is the last
/// pivot of the Cholesky factor.
const ONE: usize = 0;
const C: usize = 1;
const T: usize = 2;
const V: usize = 3;

/// Highest autocorrelation: above it a window cannot tell drift from trend at all.
const MAX_RHO: f64 = 0.995;

/// Products of the columns `1, c, t, v` at lag 0 and lag 1, and their end rows.
#[derive(Debug, Clone)]
pub struct Moments {
    n: usize,
    lag0: [[f64; 4]; 4],
    lag1: [[f64; 4]; 4],
    first: [f64; 4],
    last: [f64; 4],
}

/// The columns of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// `1`
    Constant,
    /// `1, c`
    Bounded,
    /// `1, t`
    Line,
    /// `1, c, t`
    Growing,
}

impl Design {
    fn columns(self) -> &'static [usize] {
        match self {
            Self::Constant => &[ONE],
            Self::Bounded => &[ONE, C],
            Self::Line => &[ONE, T],
            Self::Growing => &[ONE, C, T],
        }
    }

    /// True if the curve has a slope at its end.
    #[must_use]
    pub fn grows(self) -> bool {
        matches!(self, Self::Line | Self::Growing)
    }
}

/// A fitted curve.
#[derive(Debug, Clone, Copy)]
pub struct Fit {
    /// Coefficients of `1, c, t`; 0 for an unused column.
    pub beta: [f64; 3],
    /// Standard error of the coefficient of `t`; 0 without it.
    pub slope_error: f64,
    /// Autocorrelation of the errors.
    pub rho: f64,
    /// Log likelihood, up to a constant.
    pub log_likelihood: f64,
    /// Number of used columns.
    pub columns: usize,
}

/// Returns the sum of the products.
#[must_use]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    let (a, b) = (&a[..n], &b[..n]);
    let mut sums = [0.0; 8];
    let whole = n - n % 8;
    for (x, y) in a[..whole].chunks_exact(8).zip(b[..whole].chunks_exact(8)) {
        for k in 0..8 {
            sums[k] += x[k] * y[k];
        }
    }
    let rest: f64 = a[whole..].iter().zip(&b[whole..]).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + rest
}

/// Returns the sum of the products of neighbours, both ways.
fn lagged(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len();
    dot(&a[1..], &b[..n - 1]) + dot(&a[..n - 1], &b[1..])
}

impl Moments {
    /// Computes the products of `1, t, v`; those of `c` are 0.
    pub fn new(t: &[f64], v: &[f64]) -> Self {
        let n = t.len();
        let mut m = Self { n, lag0: [[0.0; 4]; 4], lag1: [[0.0; 4]; 4], first: [0.0; 4], last: [0.0; 4] };
        #[expect(clippy::cast_precision_loss, reason = "at most 160")]
        {
            m.lag0[ONE][ONE] = n as f64;
            m.lag1[ONE][ONE] = 2.0 * (n - 1) as f64;
        }
        (m.first[ONE], m.last[ONE]) = (1.0, 1.0);
        for (index, column) in [(T, t), (V, v)] {
            (m.first[index], m.last[index]) = (column[0], column[n - 1]);
            let sum: f64 = column.iter().sum();
            m.set(ONE, index, sum, 2.0 * sum - column[0] - column[n - 1]);
            m.set(index, index, dot(column, column), lagged(column, column));
        }
        m.set(T, V, dot(t, v), lagged(t, v));
        m
    }

    fn set(&mut self, a: usize, b: usize, lag0: f64, lag1: f64) {
        (self.lag0[a][b], self.lag0[b][a]) = (lag0, lag0);
        (self.lag1[a][b], self.lag1[b][a]) = (lag1, lag1);
    }

    /// Replaces the shape column.
    pub fn with_column(&mut self, c: &[f64], t: &[f64], v: &[f64]) {
        (self.first[C], self.last[C]) = (c[0], c[self.n - 1]);
        let sum: f64 = c.iter().sum();
        self.set(ONE, C, sum, 2.0 * sum - c[0] - c[self.n - 1]);
        self.set(C, C, dot(c, c), lagged(c, c));
        self.set(T, C, dot(t, c), lagged(t, c));
        self.set(V, C, dot(v, c), lagged(v, c));
    }

    /// Fits a curve with the autocorrelation of its own residuals. `rounding` is the variance that rounding alone
    /// gives a value; `spent` counts parameters of a cycle that was subtracted from `v` before.
    #[must_use]
    pub fn fit(&self, design: Design, rounding: f64, spent: usize) -> Fit {
        self.weighted(design, self.autocorrelation(design, rounding, spent), rounding, spent)
    }

    /// Returns the lag-1 autocorrelation of the residuals of ordinary least squares. It is corrected for its bias in small
    /// samples, -(p + (p + 2) rho) / n for p parameters (Kendall). Negative values count as 0.
    #[must_use]
    pub fn autocorrelation(&self, design: Design, rounding: f64, spent: usize) -> f64 {
        let columns = design.columns();
        #[expect(clippy::cast_precision_loss, reason = "at most 160")]
        let (n, p) = (self.n as f64, (columns.len() + spent) as f64);
        let (beta, _) = solve(columns, |a, b| self.lag0[a][b]);
        let square = quadratic(columns, &beta, |a, b| self.lag0[a][b]).max(0.0) + n * rounding;
        let neighbours = quadratic(columns, &beta, |a, b| self.lag1[a][b]) / 2.0;
        let r = neighbours / square.max(f64::MIN_POSITIVE);
        ((n * r + p) / (n - p - 2.0)).clamp(0.0, MAX_RHO)
    }

    /// Returns the product of two columns, whitened for errors of the autocorrelation `rho`.
    fn whitened(&self, rho: f64, a: usize, b: usize) -> f64 {
        (1.0 + rho * rho) * self.lag0[a][b]
            - rho * self.lag1[a][b]
            - rho * rho * (self.first[a] * self.first[b] + self.last[a] * self.last[b])
    }

    /// Fits a curve with errors of a known autocorrelation (Prais-Winsten).
    #[must_use]
    pub fn weighted(&self, design: Design, rho: f64, rounding: f64, spent: usize) -> Fit {
        let columns = design.columns();
        #[expect(clippy::cast_precision_loss, reason = "at most 160")]
        let (n, p) = (self.n as f64, (columns.len() + spent) as f64);
        let (beta, pivot) = solve(columns, |a, b| self.whitened(rho, a, b));
        let rss = quadratic(columns, &beta, |a, b| self.whitened(rho, a, b)).max(0.0)
            + n * rounding * (1.0 - rho) * (1.0 - rho);
        let rss = rss.max(f64::MIN_POSITIVE);
        let slope_error = if design.grows() { (rss / (n - p)).sqrt() / pivot } else { 0.0 };
        let log_likelihood = -0.5 * n * (rss / n).ln() + 0.5 * (1.0 - rho * rho).ln();
        Fit { beta, slope_error, rho, log_likelihood, columns: columns.len() + spent }
    }
}

/// Solves the normal equations. The second value is the last pivot of the Cholesky factor.
fn solve(columns: &[usize], product: impl Fn(usize, usize) -> f64) -> ([f64; 3], f64) {
    let p = columns.len();
    let mut factor = [[0.0; 3]; 3];
    let mut half = [0.0; 3];
    for i in 0..p {
        for j in 0..=i {
            let before: f64 = factor[i][..j].iter().zip(&factor[j][..j]).map(|(a, b)| a * b).sum();
            let sum = product(columns[i], columns[j]) - before;
            if i == j {
                // A column that the others explain is left out by a huge pivot.
                let own = product(columns[i], columns[i]);
                factor[i][i] = if sum > 1e-10 * own { sum.sqrt() } else { 1e30 };
            } else {
                factor[i][j] = sum / factor[j][j];
            }
        }
        let before: f64 = factor[i][..i].iter().zip(&half).map(|(a, b)| a * b).sum();
        half[i] = (product(columns[i], V) - before) / factor[i][i];
    }
    let mut beta = [0.0; 3];
    for i in (0..p).rev() {
        let mut sum = half[i];
        for k in i + 1..p {
            sum -= factor[k][i] * beta[columns[k]];
        }
        beta[columns[i]] = sum / factor[i][i];
    }
    (beta, factor[p - 1][p - 1])
}

/// Returns the quadratic form of the residuals.
fn quadratic(columns: &[usize], beta: &[f64; 3], product: impl Fn(usize, usize) -> f64) -> f64 {
    let mut sum = product(V, V);
    for &a in columns {
        sum -= 2.0 * beta[a] * product(a, V);
        for &b in columns {
            sum += beta[a] * beta[b] * product(a, b);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(t: &[f64], value: impl Fn(f64) -> f64) -> Fit {
        let v: Vec<f64> = t.iter().map(|&t| value(t)).collect();
        Moments::new(t, &v).fit(Design::Line, 1e-12, 0)
    }

    #[test]
    fn a_line_has_its_coefficients() {
        let t: Vec<f64> = (0..50).map(f64::from).collect();
        let fit = fitted(&t, |t| 3.0 + 2.0 * t + (t * 2.0).sin());
        assert!((fit.beta[2] - 2.0).abs() < 0.01 && (fit.beta[0] - 3.0).abs() < 0.3, "{fit:?}");
        assert!(fit.slope_error > 0.0 && fit.columns == 2);
    }

    #[test]
    fn irregular_times_on_one_line_give_its_slope() {
        let t = [0.0, 1.0, 1.5, 7.0, 7.1, 20.0, 31.0, 31.5, 60.0];
        assert!((fitted(&t, |t| 5.0 - 0.25 * t).beta[2] + 0.25).abs() < 1e-9);
    }

    #[test]
    fn an_added_constant_leaves_the_slope_and_a_factor_scales_it() {
        let t: Vec<f64> = (0..50).map(f64::from).collect();
        let slope = |value: &dyn Fn(f64) -> f64| fitted(&t, value).beta[2];
        let plain = slope(&|t| t + (t * 3.0).cos());
        assert!((slope(&|t| 100.0 + t + (t * 3.0).cos()) - plain).abs() < 1e-9);
        assert!((slope(&|t| 7.0 * (t + (t * 3.0).cos())) - 7.0 * plain).abs() < 1e-9);
    }

    #[test]
    fn the_dot_product_covers_every_length() {
        for n in 0..20_u32 {
            let a: Vec<f64> = (0..n).map(f64::from).collect();
            assert_eq!(dot(&a, &a), a.iter().map(|x| x * x).sum::<f64>());
        }
    }
}
