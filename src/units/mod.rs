//! Quantities with a unit: parsers of user input, and formats for people.
//!
//! Independent of processes, files and clocks.

mod bytes;
mod duration;
mod rate;
mod sparkline;

pub use bytes::{Bytes, SignedBytes};
pub use duration::{Span, parse_duration, short_span};
pub use rate::ByteRate;
pub use sparkline::sparkline;

/// Formats a probability as a confidence in whole per cent: `> 99 %` instead of 100 %.
///
/// ```
/// use leakwatch::units::confidence;
///
/// assert_eq!(confidence(0.624), "62 %");
/// assert_eq!(confidence(0.9999), "> 99 %");
/// ```
#[must_use]
pub fn confidence(probability: f64) -> String {
    let percent = 100.0 * probability;
    if percent > 99.0 { "> 99 %".to_owned() } else { format!("{percent:.0} %") }
}

/// Formats a p value: `< 0.001` instead of 0.000.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

/// The error of a quantity that cannot be parsed. Its text names an example.
///
/// ```
/// let error = "12 parsecs".parse::<leakwatch::units::Bytes>().unwrap_err();
/// assert_eq!(error.to_string(), "'12 parsecs' is not a size such as '64MiB', '1.5GiB' or '200MB'");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{given}' is not {expected}")]
pub struct QuantityError {
    given: String,
    expected: &'static str,
}

impl QuantityError {
    fn new(given: &str, expected: &'static str) -> Self {
        Self { given: given.to_owned(), expected }
    }
}
