//! Errors of quantities that cannot be parsed.

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
    pub(super) fn new(given: &str, expected: &'static str) -> Self {
        Self { given: given.to_owned(), expected }
    }
}

#[cfg(test)]
mod tests {
    use super::QuantityError;

    #[test]
    fn the_text_names_the_input_and_an_example() {
        assert_eq!(QuantityError::new("x", "a size such as '1MB'").to_string(), "'x' is not a size such as '1MB'");
    }
}
