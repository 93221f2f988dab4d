//! Layout of a foreign recording, as the user describes it.

use regex::Regex;

use super::error::RecordingError;
use super::quantity::DecimalMark;
use super::stamp::DateOrder;
use super::unit::parse_unit;

/// Layout of a recording. The default reads recordings of leakwatch, and foreign columns that are known by name.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Column of the time: RFC 3339, or a number of seconds or milliseconds (`--time-column`).
    pub time_column: Option<String>,
    /// Column of the memory, read as the only counter (`--value-column`).
    pub value_column: Option<String>,
    /// Unit of that column, of `rss`, or of the values in a text log (`--value-unit`).
    pub value_unit: Option<ValueUnit>,
    /// Column that separates series, beside `pid` (`--group-by`).
    pub group_by: Option<String>,
    /// Pattern of the lines of a text log (`--line-regex`).
    pub line_regex: Option<Regex>,
    /// Format of the recording (`--input-format`).
    pub input_format: Option<String>,
    /// Order of day and month (`--time-format`).
    pub time_format: Option<DateOrder>,
    /// Seconds of one unit of the time column (`--time-unit`).
    pub time_unit_s: Option<f64>,
    /// Offset from UTC of times that name no zone, in seconds (`--timezone`).
    pub timezone_s: Option<i32>,
    /// Mark before the fraction of numbers (`--decimal-mark`).
    pub decimal_mark: Option<DecimalMark>,
    /// Total of which the memory column is the rest (`--total`).
    pub total_bytes: Option<u64>,
}

/// Unit of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueUnit {
    /// Memory, with the bytes of the unit.
    Bytes(f64),
    /// A number of things.
    Count,
}

impl ValueUnit {
    /// Parses a unit of memory such as `MB`, `MiB` or `bytes`, or `count`.
    ///
    /// # Errors
    /// Returns an error for anything else.
    pub fn parse(text: &str) -> Result<Self, RecordingError> {
        if text.eq_ignore_ascii_case("count") {
            return Ok(Self::Count);
        }
        // 'Mb' may be megabits. Logs use it for bytes; a user who names a unit can write 'MB'.
        let is_bits = text.ends_with('b') && text.starts_with(|letter: char| letter.is_ascii_uppercase());
        parse_unit(text)
            .filter(|_| !is_bits)
            .map(Self::Bytes)
            .ok_or_else(|| RecordingError::UnknownUnit { given: text.to_owned() })
    }
}
