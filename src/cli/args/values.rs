//! Parsers of argument values. Each error names a valid value.

use std::time::Duration;

use regex::Regex;

use crate::source::recording::{ValueUnit, zone_offset_s};
use crate::units::{ByteRate, Bytes, parse_duration};

/// Parses a pid.
pub(crate) fn parse_pid(text: &str) -> Result<u32, String> {
    let refuse = |why: &str| Err(format!("{why}; a pid is a number from 1 to {}", i32::MAX));
    match text.parse::<i64>() {
        Ok(0) => refuse("0 is the kernel's scheduler, not a process"),
        Ok(pid) if pid < 0 => refuse("a pid is never negative"),
        Ok(pid) if pid > i64::from(i32::MAX) => refuse("no system has so large a pid"),
        Ok(pid) => u32::try_from(pid).map_err(|error| error.to_string()),
        Err(_) => Err("not a number; to select by name use '--process NAME'".to_owned()),
    }
}

/// Parses a part of a name.
pub(crate) fn parse_name(text: &str) -> Result<String, &'static str> {
    if text.is_empty() {
        Err("an empty name would match every process; use '--user' for all of a user")
    } else {
        Ok(text.to_owned())
    }
}

/// Parses the start of a container id.
pub(crate) fn parse_container(text: &str) -> Result<String, &'static str> {
    if (4..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_owned())
    } else {
        Err("an id has 4 to 64 hexadecimal digits, as 'docker ps' and 'crictl ps' show them; names are not supported")
    }
}

/// Parses a regular expression.
pub(crate) fn parse_regex(text: &str) -> Result<Regex, String> {
    // The message of the crate shows the expression with a mark under the fault.
    regex::RegexBuilder::new(text).size_limit(1 << 22).build().map_err(|error| error.to_string())
}

/// Parses the unit of the values of a recording.
pub(crate) fn parse_value_unit(text: &str) -> Result<ValueUnit, String> {
    ValueUnit::parse(text).map_err(|error| error.to_string())
}

/// Parses the zone of times that name none: seconds from UTC.
pub(crate) fn parse_zone(text: &str) -> Result<i32, String> {
    zone_offset_s(text).ok_or_else(|| "write UTC or an offset such as +02:00".to_owned())
}

/// Parses a duration above 0.
pub(crate) fn parse_positive(text: &str) -> Result<Duration, String> {
    match parse_duration(text) {
        Ok(span) if span.is_zero() => Err("must be more than 0".to_owned()),
        Ok(span) => Ok(span),
        Err(error) => Err(error.to_string()),
    }
}

/// Parses an interval of samples.
pub(crate) fn parse_interval(text: &str) -> Result<Duration, String> {
    const SHORTEST: Duration = Duration::from_millis(10);
    const LONGEST: Duration = Duration::from_secs(24 * 3600);
    match parse_positive(text)? {
        span if span < SHORTEST => Err("too short; the shortest interval is 10ms".to_owned()),
        span if span > LONGEST => Err("too long; the longest interval is 24h".to_owned()),
        span => Ok(span),
    }
}

/// Parses a part of a name with the interval of its processes.
pub(crate) fn parse_named_interval(text: &str) -> Result<(String, Duration), String> {
    let (name, interval) = text.rsplit_once('=').ok_or("give a part of a name and a time, such as 'postgres=1m'")?;
    Ok((parse_name(name)?, parse_interval(interval)?))
}

/// Parses a number from 1 on.
pub(crate) fn parse_count(text: &str) -> Result<u64, &'static str> {
    match text.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err("must be a whole number from 1 on, such as '100'"),
    }
}

/// Parses a number whose unit is part of the option name.
pub(crate) fn parse_threshold(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => return Ok(value),
        _ => {}
    }
    let digits = text.trim_end_matches(|c: char| c.is_alphabetic() || c == '%' || c == ' ');
    match digits.parse::<f64>() {
        Ok(value) if digits.len() < text.len() && value > 0.0 => {
            Err(format!("must be a number without a unit, such as '{digits}'"))
        }
        _ => Err("must be a number above 0".to_owned()),
    }
}

/// Parses a percentage, `1` or `1%`, as a fraction.
pub(crate) fn parse_share(text: &str) -> Result<f64, String> {
    match text.strip_suffix('%').unwrap_or(text).trim_end().parse::<f64>() {
        Ok(percent) if percent.is_finite() && percent > 0.0 => Ok(percent / 100.0),
        _ => Err("must be a number of per cent above 0, such as '1%'".to_owned()),
    }
}

/// Parses a growth rate above 0.
pub(crate) fn parse_positive_rate(text: &str) -> Result<ByteRate, String> {
    match text.parse::<ByteRate>() {
        Ok(rate) if rate.0 > 0.0 => Ok(rate),
        Ok(_) => Err("must be more than 0".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Parses a memory limit.
pub(crate) fn parse_limit(text: &str) -> Result<Bytes, String> {
    match text.parse::<Bytes>() {
        Ok(Bytes(0)) => Err("must be more than 0".to_owned()),
        Ok(Bytes(bytes)) if bytes < 1 << 20 && text.trim().bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(format!("{bytes} bytes are less than any process needs: name the unit, such as '{bytes}GiB'"))
        }
        Ok(limit) => Ok(limit),
        Err(error) => Err(error.to_string()),
    }
}

/// Parses an amount of noise. A number without a unit is a mistake more often than some bytes.
pub(crate) fn parse_noise(text: &str) -> Result<Bytes, String> {
    match text.parse::<Bytes>() {
        Ok(Bytes(bytes)) if bytes > 0 && text.trim().bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(format!("has no unit: name it, such as '{bytes}KiB' or '{bytes}B'"))
        }
        Ok(noise) => Ok(noise),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_with_a_unit_gets_a_hint() {
        assert_eq!(parse_threshold("50.5"), Ok(50.5));
        for text in ["50MB", "50 MiB", "50%"] {
            assert!(parse_threshold(text).is_err_and(|why| why.contains("such as '50'")), "{text}");
        }
        for text in ["", "MB", "nan", "inf", "-5MB", "0"] {
            assert_eq!(parse_threshold(text), Err("must be a number above 0".to_owned()), "{text}");
        }
    }
}
