//! Detection limits before there is a sample: the smallest growth that a run of a given length decides.
//!
//! The formulas are those of the judgement, for a line under independent noise.

use crate::analysis::stats::student_from_normal;

use super::curve_contest::ERROR_FACTOR;
use super::judged_window::MIN_BLOCKS;

/// Samples that every verdict needs, with some to spare for the judgement an eighth earlier.
const MIN_SAMPLES: f64 = 64.0;
/// Most blocks of a window.
const MAX_BLOCKS: f64 = 128.0;
/// Columns of a line with its error.
const SPENT: f64 = 4.0;
/// Factor on the error of a line that excludes growth: estimates of the autocorrelation vary. The simulation in
/// `tests/plan.rs` shows that nine of ten plans hold with it, and with the next one.
const EXCLUDING_FACTOR: f64 = 1.1;
/// Factor on the error of a line that proves growth: the verdict must exclude the other curves as well.
const PROVING_FACTOR: f64 = 2.6;
/// Normal deviate that nine of ten stay below.
const NINE_OF_TEN: f64 = 1.282;

/// Returns the standard error of a slope, per second, for noise of this standard deviation.
fn slope_error(noise: f64, interval_s: f64, span_s: f64) -> f64 {
    noise * (12.0 * interval_s / span_s).sqrt() / span_s
}

fn degrees_of_freedom(interval_s: f64, span_s: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "48")]
    let least = MIN_BLOCKS as f64;
    (span_s / interval_s).clamp(least, MAX_BLOCKS) - SPENT
}

/// Returns the standard errors of a slope that a decision takes.
fn required_errors(factor: f64, interval_s: f64, span_s: f64) -> f64 {
    factor * (student_from_normal(1.96, degrees_of_freedom(interval_s, span_s)) * ERROR_FACTOR + NINE_OF_TEN)
}

/// Returns the threshold that `span_s` seconds decide at one sample every `interval_s`, per second.
///
/// The inverse of [`seconds_to_decide`]. `noise` is the standard deviation of a sample, `step` the smallest step of the
/// series.
///
/// ```
/// use leakwatch::analysis::decidable_rate;
///
/// let (one_hour, two_hours) = (decidable_rate(1e6, 4096.0, 10.0, 3600.0), decidable_rate(1e6, 4096.0, 10.0, 7200.0));
/// assert!(two_hours < 0.5 * one_hour);
/// ```
#[must_use]
pub fn decidable_rate(noise: f64, step: f64, interval_s: f64, span_s: f64) -> f64 {
    let errors = required_errors(PROVING_FACTOR, interval_s, span_s);
    (errors * slope_error(noise, interval_s, span_s)).max(2.0 * step / span_s)
}

/// Returns the seconds until a threshold of `rate` per second is decided, nine times of ten.
///
/// A series that does not grow is then below it, and one that grows by twice as much is proved to be above it. `noise` is
/// the standard deviation of a sample, `step` the smallest step of the series.
///
/// ```
/// use leakwatch::analysis::seconds_to_decide;
///
/// let mib_per_hour = 1_048_576.0 / 3600.0;
/// assert!(seconds_to_decide(mib_per_hour, 1e6, 4096.0, 10.0) > seconds_to_decide(2.0 * mib_per_hour, 1e6, 4096.0, 10.0));
/// ```
#[must_use]
pub fn seconds_to_decide(rate: f64, noise: f64, step: f64, interval_s: f64) -> f64 {
    seconds(PROVING_FACTOR, rate, noise, step, interval_s)
}

/// Returns the seconds until a series that does not grow is below a threshold of `rate` per second, nine times of ten.
///
/// It is shorter than [`seconds_to_decide`]: to exclude growth takes less than to prove it.
///
/// ```
/// use leakwatch::analysis::{seconds_to_decide, seconds_to_exclude};
///
/// let rate = 1_048_576.0 / 3600.0;
/// assert!(seconds_to_exclude(rate, 1e6, 4096.0, 10.0) < seconds_to_decide(rate, 1e6, 4096.0, 10.0));
/// ```
#[must_use]
pub fn seconds_to_exclude(rate: f64, noise: f64, step: f64, interval_s: f64) -> f64 {
    seconds(EXCLUDING_FACTOR, rate, noise, step, interval_s)
}

/// Returns the seconds after which the error of a slope, times a factor, allows for a decision.
fn seconds(factor: f64, rate: f64, noise: f64, step: f64, interval_s: f64) -> f64 {
    let least = MIN_SAMPLES * interval_s;
    let mut span = least;
    // The quantile depends on the time a little. Three rounds settle it.
    for _ in 0..3 {
        let errors = required_errors(factor, interval_s, span);
        let by_noise = (errors * noise * (12.0 * interval_s).sqrt() / rate).powf(2.0 / 3.0);
        span = by_noise.max(2.0 * step / rate).max(least);
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_time_decides_less_than_half_the_rate() {
        let rate = |span| decidable_rate(1e6, 4096.0, 1.0, span);
        assert!((rate(2000.0) / rate(1000.0) - 2f64.powf(-1.5)).abs() < 1e-6);
    }

    #[test]
    fn without_noise_the_step_decides() {
        assert_eq!(decidable_rate(0.0, 4096.0, 1.0, 8192.0), 1.0);
    }

    #[test]
    fn both_functions_are_inverse() {
        let back = decidable_rate(1e6, 4096.0, 1.0, seconds_to_decide(300.0, 1e6, 4096.0, 1.0));
        assert!((back / 300.0 - 1.0).abs() < 0.01, "{back}");
    }

    #[test]
    fn a_smaller_rate_takes_longer_and_64_samples_are_always_needed() {
        let needed = |rate| seconds_to_decide(rate, 1e6, 4096.0, 1.0);
        assert!(needed(50.0) > needed(100.0));
        assert_eq!(needed(1e12), MIN_SAMPLES);
    }
}
