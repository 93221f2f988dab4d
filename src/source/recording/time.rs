//! Times in a recording: a fast path for the form leakwatch writes, a library for the rest.

use std::str;

use crate::model::Timestamp;

/// Largest number read as seconds, the year 5138; larger ones are milliseconds.
const MAX_SECONDS: f64 = 1e11;

/// The same as a whole number.
const MAX_WHOLE_SECONDS: u64 = 100_000_000_000;

/// The same year in milliseconds; larger numbers are in smaller units.
const MAX_WHOLE_MILLISECONDS: u64 = 1000 * MAX_WHOLE_SECONDS;

/// Parses a time: RFC 3339, a date and time of day without a zone (taken as UTC), seconds, or milliseconds since the
/// epoch.
pub(super) fn parse_time(text: &[u8]) -> Option<Timestamp> {
    parse_own_time(text).or_else(|| parse_foreign_time(text))
}

/// Parses `2026-01-02T03:04:05.678Z`, the form leakwatch writes.
fn parse_own_time(text: &[u8]) -> Option<Timestamp> {
    let text: &[u8; 24] = text.try_into().ok()?;
    let frame = [text[4], text[7], text[10], text[13], text[16], text[19], text[23]];
    if frame != *b"--T::.Z" {
        return None;
    }
    let (year, month, day) = (digits(&text[0..4])?, digits(&text[5..7])?, digits(&text[8..10])?);
    let (hour, minute, second) = (digits(&text[11..13])?, digits(&text[14..16])?, digits(&text[17..19])?);
    let millisecond = digits(&text[20..23])?;
    // The library judges days that not every month has, and leap seconds.
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Timestamp(seconds * 1000 + millisecond))
}

/// Parses a number of decimal digits only.
fn digits(text: &[u8]) -> Option<i64> {
    let mut value = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(value)
}

/// Returns the days from 1970-01-01 in the Gregorian calendar, for years from 0.
///
/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`: years start in March, so that the
/// leap day is the last one.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn parse_foreign_time(text: &[u8]) -> Option<Timestamp> {
    let text = str::from_utf8(text).ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return time_from_number(seconds);
    }
    // Python's logging separates the fraction with a comma.
    let text = text.replace(',', ".");
    let moment = text.parse::<jiff::Timestamp>().or_else(|_| {
        text.parse::<jiff::civil::DateTime>()?.to_zoned(jiff::tz::TimeZone::UTC).map(|zoned| zoned.timestamp())
    });
    moment.ok().map(|moment| Timestamp(moment.as_millisecond()))
}

/// Converts a count of work: one unit counts as one second.
pub(super) fn time_from_work(count: f64) -> Option<Timestamp> {
    let milliseconds = (count * 1000.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "within the range")]
    (milliseconds.abs() <= MAX_SECONDS * 1000.0).then_some(Timestamp(milliseconds as i64))
}

/// Converts whole seconds since any moment, or milliseconds since the epoch if the number is too large for seconds.
///
/// Returns `None` if the number is too large for milliseconds.
pub(super) fn time_from_whole_number(number: u64) -> Option<Timestamp> {
    let milliseconds = if number <= MAX_WHOLE_SECONDS { 1000 * number } else { number };
    (milliseconds <= MAX_WHOLE_MILLISECONDS).then(|| Timestamp(milliseconds.cast_signed()))
}

/// Converts a number with a fraction as [`time_from_whole_number`].
pub(super) fn time_from_number(number: f64) -> Option<Timestamp> {
    let milliseconds = if number.abs() <= MAX_SECONDS { number * 1000.0 } else { number };
    #[expect(clippy::cast_possible_truncation, reason = "within the range")]
    (milliseconds.abs() <= MAX_SECONDS * 1000.0).then(|| Timestamp(milliseconds.round() as i64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            assert_eq!(parse_time(text.as_bytes()), moment, "{text}");
        }
        assert_eq!(parse_time(b"12"), Some(Timestamp(12_000)));
        for number in [0, 12, MAX_WHOLE_SECONDS, MAX_WHOLE_SECONDS + 1, MAX_WHOLE_MILLISECONDS + 1] {
            assert_eq!(time_from_whole_number(number), parse_time(number.to_string().as_bytes()), "{number}");
        }
        for text in
            ["1767323045678000", "NaN", "inf", "", "yesterday", "2026-02-30T00:00:00.000Z", "2026-13-01T00:00:00.000Z"]
        {
            assert_eq!(parse_time(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn own_times_are_read_back(at in 0_i64..253_402_300_800_000) {
            let text = Timestamp(at).to_string();
            if let Some(fast) = parse_own_time(text.as_bytes()) {
                prop_assert_eq!(fast, Timestamp(at));
            }
            prop_assert_eq!(parse_time(text.as_bytes()), Some(Timestamp(at)));
        }

        #[test]
        fn the_fast_path_agrees_with_the_library(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z") {
            if let Some(fast) = parse_own_time(text.as_bytes()) {
                prop_assert_eq!(Some(fast), parse_foreign_time(text.as_bytes()));
            }
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = parse_time(&bytes);
        }
    }
}
