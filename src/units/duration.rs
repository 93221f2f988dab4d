//! Durations. Input takes `10`, `10s`, `500ms` and `1m30s`; output is like `2 d 3 h`.

use std::fmt;
use std::time::Duration;

use super::error::QuantityError;

/// Parses a span of time. A bare number counts seconds and may have a fraction.
///
/// ```
/// use std::time::Duration;
///
/// use leakwatch::units::parse_duration;
///
/// assert_eq!(parse_duration("1m30s"), Ok(Duration::from_secs(90)));
/// assert_eq!(parse_duration("0.5"), Ok(Duration::from_millis(500)));
/// ```
///
/// # Errors
/// Fails if the text is neither a number of seconds nor a duration with units, or if it is negative.
pub fn parse_duration(text: &str) -> Result<Duration, QuantityError> {
    let error = QuantityError::new(text, "a duration such as '10', '10s', '500ms' or '1m30s'");
    let trimmed = text.trim();
    if let Ok(seconds) = trimmed.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| error);
    }
    humantime::parse_duration(trimmed).map_err(|_| error)
}

/// Formats a span of time in seconds, in milliseconds below one second: `36 ms`.
#[must_use]
pub fn short_span(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", 1000.0 * seconds) } else { Span(seconds).to_string() }
}

/// A span of time in seconds. It prints its two largest units.
///
/// ```
/// use leakwatch::units::Span;
///
/// assert_eq!(Span(7260.0).to_string(), "2 h 1 min");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Span(pub f64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MINUTE: u64 = 60;
        const HOUR: u64 = 60 * MINUTE;
        const DAY: u64 = 24 * HOUR;
        if !self.0.is_finite() || self.0 < 0.0 {
            return f.pad("?");
        }
        if self.0 < 10.0 {
            let rounded = (self.0 * 10.0).round() / 10.0;
            return f.pad(&format!("{rounded} s"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "finite and not negative; saturates"
        )]
        let seconds = self.0.round() as u64;
        let text = match seconds {
            s if s < MINUTE => format!("{s} s"),
            s if s < HOUR => two_units(s / MINUTE, "min", s % MINUTE, "s"),
            s if s < DAY => two_units(s / HOUR, "h", s % HOUR / MINUTE, "min"),
            s if s < 1000 * DAY => two_units(s / DAY, "d", s % DAY / HOUR, "h"),
            s => format!("{} y", s / (365 * DAY)),
        };
        f.pad(&text)
    }
}

/// Joins two units, without the smaller one if it is 0.
fn two_units(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 { format!("{large} {large_unit}") } else { format!("{large} {large_unit} {small} {small_unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_counts_seconds() {
        assert_eq!(parse_duration("10"), Ok(Duration::from_secs(10)));
        assert_eq!(parse_duration("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("1m30s"), Ok(Duration::from_secs(90)));
    }

    #[test]
    fn other_texts_are_errors() {
        for text in ["", "-1", "ten", "1e400", "NaN", "5 lightyears", "inf"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spans_print_their_two_largest_units() {
        assert_eq!(Span(0.5).to_string(), "0.5 s");
        assert_eq!(Span(75.0).to_string(), "1 min 15 s");
        assert_eq!(Span(7200.0).to_string(), "2 h");
        assert_eq!(Span(100_000.0).to_string(), "1 d 3 h");
        assert_eq!(Span(f64::NAN).to_string(), "?");
        assert_eq!(Span(1e12).to_string(), "31709 y");
    }
}
