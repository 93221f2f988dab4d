//! Quantities with a unit: what users type is parsed here, what people read is printed here.
//!
//! Nothing in here knows a process, a file or a clock.

mod bytes;
mod duration;
mod rate;
mod sparkline;

pub use bytes::{Bytes, SignedBytes};
pub use duration::{Span, parse_duration, short_span};
pub use rate::ByteRate;
pub use sparkline::sparkline;

/// A p value for people: what would be 0.000 is `< 0.001`.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

/// Why a quantity that a user typed was refused. The text names what would be right.
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
