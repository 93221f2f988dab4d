//! How small a growth can be seen in how much time, before there is a sample: the formulas of the judgement for a line
//! under independent noise.

use super::judgement::WIDEN;
use super::series::LEAST_BLOCKS;
use super::stats::student;

/// Samples that every verdict needs, with some to spare for the second look an eighth earlier.
const LEAST_SAMPLES: f64 = 64.0;
/// Blocks a window has at most, and columns of a line with its error.
const MOST_BLOCKS: f64 = 128.0;
const SPENT: f64 = 4.0;
/// What the other curves and the estimated autocorrelation add to the error of a line, from simulation: nine of ten
/// plans are kept by it (`tests/plan.rs`).
const AVERAGED: f64 = 3.4;
/// Normal deviate that nine of ten stay below.
const NINE_OF_TEN: f64 = 1.282;

/// Standard error of a slope, per second, for noise of this standard deviation.
fn slope_error(noise: f64, interval_s: f64, span_s: f64) -> f64 {
    noise * (12.0 * interval_s / span_s).sqrt() / span_s
}

fn freedom(interval_s: f64, span_s: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "48")]
    let least = LEAST_BLOCKS as f64;
    (span_s / interval_s).clamp(least, MOST_BLOCKS) - SPENT
}

/// The limit that is answered after `span_s` seconds at one sample every `interval_s`, per second: the other way round
/// than [`seconds_to_answer`]. `noise` is the standard deviation of a sample, `step` the smallest step of the series.
#[must_use]
pub fn rate_answered(noise: f64, step: f64, interval_s: f64, span_s: f64) -> f64 {
    (asked(interval_s, span_s) * slope_error(noise, interval_s, span_s)).max(2.0 * step / span_s)
}

/// Standard errors of a slope that an answer takes.
fn asked(interval_s: f64, span_s: f64) -> f64 {
    AVERAGED * (student(1.96, freedom(interval_s, span_s)) * WIDEN + NINE_OF_TEN)
}

/// Seconds until a limit of `rate` per second is answered, nine times of ten: for a series that does not grow that it is
/// kept, and for one that grows by twice as much that it is not.
#[must_use]
pub fn seconds_to_answer(rate: f64, noise: f64, step: f64, interval_s: f64) -> f64 {
    let least = LEAST_SAMPLES * interval_s;
    let mut span = least;
    // The quantile depends on the time a little: two rounds settle it.
    for _ in 0..3 {
        let by_noise = (asked(interval_s, span) * noise * (12.0 * interval_s).sqrt() / rate).powf(2.0 / 3.0);
        span = by_noise.max(2.0 * step / rate).max(least);
    }
    span
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_the_time_sees_less_than_half_the_rate() {
        let seen = |span| rate_answered(1e6, 4096.0, 1.0, span);
        assert!((seen(2000.0) / seen(1000.0) - 2f64.powf(-1.5)).abs() < 1e-6);
        assert_eq!(rate_answered(0.0, 4096.0, 1.0, 8192.0), 1.0);
        let there_and_back = seen(seconds_to_answer(300.0, 1e6, 4096.0, 1.0));
        assert!((there_and_back / 300.0 - 1.0).abs() < 0.01, "{there_and_back}");
        let needed = |rate| seconds_to_answer(rate, 1e6, 4096.0, 1.0);
        assert!(needed(50.0) > needed(100.0) && needed(1e12) == LEAST_SAMPLES);
    }
}
