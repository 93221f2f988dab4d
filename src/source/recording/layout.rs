//! Layout of a foreign recording, as the user describes it.

use regex::Regex;

/// Layout of a recording. The default reads recordings of leakwatch, and foreign columns that are known by name.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Column of the time: RFC 3339, or a number of seconds or milliseconds (`--time-column`).
    pub time_column: Option<String>,
    /// Column of the memory, read as the only counter (`--value-column`).
    pub value_column: Option<String>,
    /// Unit of that column, of `rss`, or of the values in a text log (`--value-unit`).
    pub value_unit: Option<String>,
    /// Column that separates series, beside `pid` (`--group-by`).
    pub group_by: Option<String>,
    /// Pattern of the lines of a text log (`--line-regex`).
    pub line_regex: Option<Regex>,
}
