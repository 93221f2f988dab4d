//! Growth rates: per second in the code, per hour for people. Bytes have a unit, counts have none.

use std::fmt;
use std::str::FromStr;

use super::bytes::Bytes;
use super::duration::parse_duration;
use super::error::QuantityError;

/// A growth rate in bytes per second; negative when memory shrinks.
///
/// ```
/// use leakwatch::units::ByteRate;
///
/// let rate: ByteRate = "2MiB/h".parse()?;
/// assert_eq!(rate.to_string(), "+2.00 MiB/h");
/// assert_eq!(format!("{rate:#}"), "2 MiB/h");
/// # Ok::<(), leakwatch::units::QuantityError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct ByteRate(pub f64);

impl ByteRate {
    /// Returns the bytes in one hour at this rate.
    #[must_use]
    pub fn per_hour(self) -> f64 {
        self.0 * 3600.0
    }
}

impl FromStr for ByteRate {
    type Err = QuantityError;

    /// Parses `SIZE/TIME`, with TIME as `s`, `min`, `h`, `d` or any duration (`1MiB/30m`).
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (size, time) = text.split_once('/').ok_or_else(|| rate_error(text))?;
        let size: Bytes = size.parse().map_err(|_| rate_error(text))?;
        let time = time.trim();
        let seconds = if time.starts_with(|c: char| c.is_ascii_digit()) {
            parse_duration(time).map_err(|_| rate_error(text))?.as_secs_f64()
        } else {
            match time {
                "s" | "sec" | "second" => 1.0,
                "m" | "min" | "minute" => 60.0,
                "h" | "hour" => 3600.0,
                "d" | "day" => 86_400.0,
                _ => return Err(rate_error(text)),
            }
        };
        if seconds <= 0.0 {
            return Err(rate_error(text));
        }
        #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 bytes")]
        Ok(Self(size.0 as f64 / seconds))
    }
}

fn rate_error(text: &str) -> QuantityError {
    QuantityError::new(text, "a rate such as '2MiB/h', '100KiB/min' or '5MB/d'")
}

impl fmt::Display for ByteRate {
    /// Writes the rate per hour with a sign and three digits: `+2.40 MiB/h`. Less than a byte an hour is `0 B/h`.
    ///
    /// The alternate form `{:#}` is for thresholds, without plus sign and trailing zeros: `2.4 MiB/h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/h", signed_size(self.per_hour(), f.alternate())))
    }
}

/// Writes an amount with three digits: `+2.40 MiB`; for limits without plus sign and trailing zeros: `2.4 MiB`.
///
/// Bytes are whole, unless there is less than one.
pub(super) fn signed_size(bytes: f64, is_limit: bool) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut size = bytes.abs();
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    let digits = match size {
        _ if unit == 0 => 0,
        size if size < 9.995 => 2,
        size if size < 99.95 => 1,
        _ => 0,
    };
    let mut size = format!("{size:.digits$}");
    if is_limit && size.contains('.') {
        size.truncate(size.trim_end_matches('0').trim_end_matches('.').len());
    }
    let sign = match size.as_str() {
        "0" => "",
        _ if bytes < 0.0 => "-",
        _ if is_limit => "",
        _ => "+",
    };
    format!("{sign}{size} {}", UNITS[unit])
}

/// A growth rate of a count, such as threads, per second; negative when it shrinks.
///
/// ```
/// use leakwatch::units::CountRate;
///
/// let rate = CountRate(2.0 / 60.0);
/// assert_eq!(rate.to_string(), "+120/h");
/// assert_eq!(format!("{rate:#}"), "120/h");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct CountRate(pub f64);

impl fmt::Display for CountRate {
    /// Writes the rate per hour with a sign, and with one decimal below 100. A rate that rounds to zero is `0/h`.
    ///
    /// The alternate form `{:#}` is for thresholds, without plus sign.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LEAST: f64 = 0.05;
        let hourly = self.0 * 3600.0;
        let decimals = usize::from(hourly.abs() < 100.0);
        match f.alternate() {
            _ if hourly.abs() < LEAST => f.pad("0/h"),
            true => f.pad(&format!("{hourly:.decimals$}/h")),
            false => f.pad(&format!("{hourly:+.decimals$}/h")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_print_per_hour() {
        assert_eq!(ByteRate(2.4 * 1_048_576.0 / 3600.0).to_string(), "+2.40 MiB/h");
        assert_eq!(ByteRate(-1024.0 / 3600.0).to_string(), "-1.00 KiB/h");
        assert_eq!(ByteRate(0.0).to_string(), "0 B/h");
        assert_eq!(ByteRate(-1e-9).to_string(), "0 B/h");
        assert_eq!(ByteRate(1e9).to_string(), "+3.27 TiB/h");
        assert_eq!(ByteRate(1010.0 * 1024.0 / 3600.0).to_string(), "+0.99 MiB/h");
    }

    #[test]
    fn the_alternate_form_is_for_thresholds() {
        let threshold = |per_hour: f64| format!("{:#}", ByteRate(per_hour / 3600.0));
        assert_eq!(threshold(2.0 * 1_048_576.0), "2 MiB/h");
        assert_eq!(threshold(2.5 * 1_048_576.0), "2.5 MiB/h");
        assert_eq!(threshold(200.0 * 1_048_576.0), "200 MiB/h");
        assert_eq!(threshold(-10.0 * 1024.0), "-10 KiB/h");
    }

    #[test]
    fn counts_print_per_hour_without_a_unit() {
        assert_eq!(CountRate(1.0 / 60.0).to_string(), "+60.0/h");
        assert_eq!(CountRate(11475.6 / 3600.0).to_string(), "+11476/h", "no half descriptors");
        assert_eq!(CountRate(-1.0 / 3600.0).to_string(), "-1.0/h");
        assert_eq!(CountRate(-1e-9).to_string(), "0/h");
        assert_eq!(format!("{:#}", CountRate(3.0 / 3600.0)), "3.0/h");
    }

    #[test]
    fn every_time_unit_is_parsed() {
        let hourly: ByteRate = "3600MiB/h".parse().expect("a rate");
        let by_second: ByteRate = "1MiB/s".parse().expect("a rate");
        let by_half_hour: ByteRate = "1800MiB/30m".parse().expect("a rate");
        assert_eq!(hourly, by_second);
        assert_eq!(hourly, by_half_hour);
        for text in ["2MiB", "2MiB/", "2MiB/fortnight", "/h", "2MiB/0s"] {
            assert!(text.parse::<ByteRate>().is_err(), "{text}");
        }
    }
}
