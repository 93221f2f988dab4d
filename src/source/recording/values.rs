//! Numbers and times in a recording: a fast path for what leakwatch writes, a library for the rest.

use std::str;

use crate::model::Timestamp;
use crate::units::Bytes;

/// What a second count above this must be: milliseconds. It is the year 5138.
const LATEST_SECONDS: f64 = 1e11;

/// The same as a whole number.
const LATEST_WHOLE_SECOND: u64 = 100_000_000_000;

/// The same year in milliseconds. What is above counts in smaller units still.
const LATEST_WHOLE_MILLISECOND: u64 = 1000 * LATEST_WHOLE_SECOND;

/// Largest counter: what a signed 64-bit number of another program can hold too.
const LARGEST: f64 = 9_223_372_036_854_775_808.0;

/// The decimal digits at the start of `bytes`: the number and how many there are.
///
/// Up to 18 digits fit whatever they are; more are left to the slow path.
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

/// A whole number and nothing else.
pub(super) fn whole_number(field: &[u8]) -> Option<u64> {
    let (value, length) = leading_digits(field);
    (length > 0 && length == field.len()).then_some(value)
}

/// A counter as text, times the bytes of its unit: `17`, `17.5`, `1e6`, `17 MB`. `None` when it is no counter.
pub(super) fn counter(text: &[u8], unit_bytes: f64) -> Option<u64> {
    let text = str::from_utf8(text).ok()?.trim();
    // Not every whole number is a double.
    if unit_bytes == 1.0
        && let Ok(whole) = text.parse::<u64>()
    {
        return (whole < 1 << 63).then_some(whole);
    }
    match text.parse::<f64>() {
        Ok(number) => scaled(number, unit_bytes),
        // A unit of its own goes before the one that was given for the column.
        Err(_) if text.starts_with(|first: char| first.is_ascii_digit()) => text.parse().ok().map(|Bytes(bytes)| bytes),
        Err(_) => None,
    }
}

/// A number in a unit as a counter. `None` for what no counter can be: negative, not finite, too large.
pub(super) fn scaled(number: f64, unit_bytes: f64) -> Option<u64> {
    let bytes = (number * unit_bytes).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range, and whole")]
    (number >= 0.0 && bytes < LARGEST).then_some(bytes as u64)
}

/// How many bytes a unit has: `MB` 10^6, `MiB` 2^20, `bytes` 1.
pub(super) fn unit_bytes(unit: &str) -> Option<f64> {
    let unit = unit.trim();
    if matches!(unit.to_ascii_lowercase().as_str(), "" | "b" | "byte" | "bytes") {
        return Some(1.0);
    }
    let is_word = unit.chars().all(|letter| letter.is_ascii_alphabetic());
    #[expect(clippy::cast_precision_loss, reason = "units are powers of 2 or 10 that a double holds")]
    let bytes = |Bytes(bytes): Bytes| bytes as f64;
    is_word.then(|| format!("1 {unit}").parse().ok().map(bytes)).flatten()
}

/// A time as text: RFC 3339, a date and time of day without a zone (taken as UTC), seconds, or
/// milliseconds since the epoch.
pub(super) fn time(text: &[u8]) -> Option<Timestamp> {
    fixed_rfc_3339(text).or_else(|| time_slowly(text))
}

/// `2026-01-02T03:04:05.678Z`, and only that: what leakwatch itself writes.
fn fixed_rfc_3339(text: &[u8]) -> Option<Timestamp> {
    let text: &[u8; 24] = text.try_into().ok()?;
    let frame = [text[4], text[7], text[10], text[13], text[16], text[19], text[23]];
    if frame != *b"--T::.Z" {
        return None;
    }
    let digit = |at: usize| {
        let digit = text[at].wrapping_sub(b'0');
        (digit <= 9).then_some(i64::from(digit))
    };
    let two = |at| Some(digit(at)? * 10 + digit(at + 1)?);
    let (year, month, day) = (two(0)? * 100 + two(2)?, two(5)?, two(8)?);
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    let millisecond = digit(20)? * 100 + two(21)?;
    // Days that not every month has, and leap seconds, are the library's to judge.
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Timestamp(seconds * 1000 + millisecond))
}

/// Days from 1970-01-01 in the Gregorian calendar, for years from 0.
///
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`: years start in March, so
/// that the leap day is the last one.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn time_slowly(text: &[u8]) -> Option<Timestamp> {
    let text = str::from_utf8(text).ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return from_number(seconds);
    }
    // Python's logging writes the fraction behind a comma.
    let text = text.replace(',', ".");
    let moment = text.parse::<jiff::Timestamp>().or_else(|_| {
        text.parse::<jiff::civil::DateTime>()?.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp())
    });
    moment.ok().map(|moment| Timestamp(moment.as_millisecond()))
}

/// Whole seconds since any moment, or milliseconds since the epoch where seconds cannot be. `None` for what must be
/// another unit.
pub(super) fn from_whole_number(number: u64) -> Option<Timestamp> {
    let milliseconds = if number <= LATEST_WHOLE_SECOND { 1000 * number } else { number };
    (milliseconds <= LATEST_WHOLE_MILLISECOND).then(|| Timestamp(milliseconds.cast_signed()))
}

/// The same with a fraction.
pub(super) fn from_number(number: f64) -> Option<Timestamp> {
    let milliseconds = if number.abs() <= LATEST_SECONDS { number * 1000.0 } else { number };
    #[expect(clippy::cast_possible_truncation, reason = "within the range")]
    (milliseconds.abs() <= LATEST_SECONDS * 1000.0).then(|| Timestamp(milliseconds.round() as i64))
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
    fn counters_that_cannot_be_are_none() {
        for text in ["NaN", "-1", "inf", "1e300", "9223372036854775808", "", "many", "MB"] {
            assert_eq!(counter(text.as_bytes(), 1.0), None, "{text}");
        }
        assert_eq!(counter(b"123.4", 1e6), Some(123_400_000));
        assert_eq!(counter(b" 1e3 ", 1.0), Some(1000));
        assert_eq!(counter(b"2 MiB", 1e6), Some(2 << 20));
    }

    #[test]
    fn units_are_binary_or_decimal_as_written() {
        assert_eq!(
            (unit_bytes("MB"), unit_bytes("mib"), unit_bytes("bytes")),
            (Some(1e6), Some(1_048_576.0), Some(1.0))
        );
        assert_eq!((unit_bytes("parsec"), unit_bytes("5MB")), (None, None));
    }

    #[test]
    fn times_of_many_writers_are_read() {
        let moment = Some(Timestamp(1_767_323_045_678));
        for text in [
            "2026-01-02T03:04:05.678Z",
            "2026-01-02T04:04:05.678+01:00",
            "2026-01-02 03:04:05.678",
            "2026-01-02 03:04:05,678",
            "1767323045.678",
            "1767323045678",
            "1767323045678.0",
        ] {
            assert_eq!(time(text.as_bytes()), moment, "{text}");
        }
        assert_eq!(time(b"12"), Some(Timestamp(12_000)));
        for number in [0, 12, LATEST_WHOLE_SECOND, LATEST_WHOLE_SECOND + 1, LATEST_WHOLE_MILLISECOND + 1] {
            assert_eq!(from_whole_number(number), time(number.to_string().as_bytes()), "{number}");
        }
        for text in
            ["1767323045678000", "NaN", "inf", "", "yesterday", "2026-02-30T00:00:00.000Z", "2026-13-01T00:00:00.000Z"]
        {
            assert_eq!(time(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_time_is_the_library_s(at in 0_i64..253_402_300_800_000) {
            let text = Timestamp(at).to_string();
            if let Some(fast) = fixed_rfc_3339(text.as_bytes()) {
                prop_assert_eq!(fast, Timestamp(at));
            }
            prop_assert_eq!(time(text.as_bytes()), Some(Timestamp(at)));
        }

        #[test]
        fn whatever_the_fast_time_takes_the_library_takes(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z") {
            if let Some(fast) = fixed_rfc_3339(text.as_bytes()) {
                prop_assert_eq!(Some(fast), time_slowly(text.as_bytes()));
            }
        }

        #[test]
        fn the_fast_number_is_the_library_s(value in any::<u64>()) {
            let text = value.to_string();
            let (fast, length) = leading_digits(text.as_bytes());
            prop_assert!(length == 0 && value >= 1_000_000_000_000_000_000 || (fast, length) == (value, text.len()));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40), unit in ".{0,6}") {
            let _ = (leading_digits(&bytes), counter(&bytes, 1e6), time(&bytes), unit_bytes(&unit));
        }
    }
}
