//! Values in a recording: a fast path for the form leakwatch writes, the standard parser for the rest.

use std::str;

use crate::units::Bytes;

/// First value beyond the range of counters: signed 64-bit numbers of other programs end there.
const COUNTER_END: f64 = 9_223_372_036_854_775_808.0;

/// Parses the decimal digits at the start of `bytes`; returns the number and the count of digits.
///
/// Up to 18 digits always fit; more are left to the slow path.
pub(super) fn leading_digits(bytes: &[u8]) -> (u64, usize) {
    let mut value = 0_u64;
    for (length, byte) in bytes.iter().enumerate().take(19) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (value, length);
        }
        if length == 18 {
            return (0, 0);
        }
        value = value * 10 + u64::from(digit);
    }
    (value, bytes.len())
}

/// Parses all of a field as a whole number.
pub(super) fn parse_whole(field: &[u8]) -> Option<u64> {
    let (value, length) = leading_digits(field);
    (length > 0 && length == field.len()).then_some(value)
}

/// Parses a counter and multiplies it by the bytes of its unit: `17`, `17.5`, `1e6`, `17 MB`.
pub(super) fn parse_counter(text: &[u8], unit_bytes: f64) -> Option<u64> {
    let text = str::from_utf8(text).ok()?.trim();
    // A double does not hold every whole number.
    if unit_bytes == 1.0
        && let Ok(whole) = text.parse::<u64>()
    {
        return (whole < 1 << 63).then_some(whole);
    }
    match text.parse::<f64>() {
        Ok(number) => scale(number, unit_bytes),
        // The unit of a value precedes the unit of its column.
        Err(_) if text.starts_with(|first: char| first.is_ascii_digit()) => text.parse().ok().map(|Bytes(bytes)| bytes),
        Err(_) => None,
    }
}

/// Converts a number in a unit to a counter; `None` if it is negative, not finite, or too large.
pub(super) fn scale(number: f64, unit_bytes: f64) -> Option<u64> {
    let bytes = (number * unit_bytes).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range, and whole")]
    (number >= 0.0 && bytes < COUNTER_END).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_stop_where_the_number_does() {
        assert_eq!(leading_digits(b"123,4"), (123, 3));
        assert_eq!(leading_digits(b""), (0, 0));
        assert_eq!(leading_digits(b"-5"), (0, 0));
        assert_eq!(leading_digits(b"999999999999999999"), (999_999_999_999_999_999, 18));
        assert_eq!(leading_digits(b"9999999999999999999").1, 0);
    }

    #[test]
    fn impossible_counters_are_none() {
        for text in ["NaN", "-1", "inf", "1e300", "9223372036854775808", "", "many", "MB"] {
            assert_eq!(parse_counter(text.as_bytes(), 1.0), None, "{text}");
        }
        assert_eq!(parse_counter(b"123.4", 1e6), Some(123_400_000));
        assert_eq!(parse_counter(b" 1e3 ", 1.0), Some(1000));
        assert_eq!(parse_counter(b"2 MiB", 1e6), Some(2 << 20));
    }

    proptest! {
        #[test]
        fn the_fast_path_agrees_with_the_standard_parser(value in any::<u64>()) {
            let text = value.to_string();
            let (fast, length) = leading_digits(text.as_bytes());
            prop_assert!(length == 0 && value >= 1_000_000_000_000_000_000 || (fast, length) == (value, text.len()));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = (leading_digits(&bytes), parse_counter(&bytes, 1e6));
        }
    }
}
