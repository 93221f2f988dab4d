//! Errors of recordings as a whole.

use super::fault::Fault;

/// Reason why a recording cannot be used. Each text names the place and the next action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the text of each variant describes it; `file` is the name as it was given")]
pub enum RecordingError {
    #[error("cannot read '{file}': {reason}")]
    Io { file: String, reason: String },
    #[error("'{file}' is empty")]
    Empty { file: String },
    #[error("'{file}' is not a recording: line {line} holds binary data")]
    Binary { file: String, line: u64 },
    #[error("'{file}' is not a recording: line {line} is longer than {limit} bytes")]
    LineTooLong { file: String, line: u64, limit: usize },
    #[error("'{file}' has no column '{wanted}'; it has {columns}")]
    UnknownColumn { file: String, wanted: String, columns: String },
    #[error("'{file}' has no time column such as 'timestamp' or 'time_s'; name one of {columns} with --time-column")]
    NoTimeColumn { file: String, columns: String },
    #[error("'{file}' has no memory column such as 'rss_bytes'; name one of {columns} with --value-column")]
    NoValueColumn { file: String, columns: String },
    #[error(
        "'{file}': memory in '{column}' falls as memory is used: give the total with --total SIZE, and total minus \
         '{column}' is judged; or name another column with --value-column"
    )]
    Falling { file: String, column: String },
    #[error(
        "'{file}' holds numbers such as '{first}' without a name: say what they are with --value-unit MB (MiB, kB, B, \
         ...), or with --value-unit count for a number of things such as open files"
    )]
    UnnamedNumbers { file: String, first: String },
    #[error(
        "'{file}': '{date}' can be read in two ways: choose with --time-format dmy (day first) or --time-format mdy \
         (month first)"
    )]
    AmbiguousDate { file: String, date: String },
    #[error("'{given}' is not a format of recordings; --input-format list names them")]
    UnknownFormat { given: String },
    #[error("'{file}' is not in the format '{format}'")]
    NotInFormat { file: String, format: &'static str },
    #[error("'{file}' is not JSON: {reason}")]
    NotJson { file: String, reason: String },
    #[error("'{file}' is one document of more than {limit} bytes: split it, or export it as CSV")]
    DocumentTooLong { file: String, limit: usize },
    #[error(
        "'{file}' has no memory that can be recognised; its first line is '{line}'. Name the value with --line-regex \
         '(?<time>...).*(?<value>[0-9.]+) *(?<unit>[KMG]i?B)', or a format with --input-format (list names them)"
    )]
    NotRecognised { file: String, line: String },
    #[error("'{file}' measures nothing: its values are 0 in all of {rows} readings")]
    AllZero { file: String, rows: u64 },
    #[error("the regular expression for lines has no group for the memory: write it as '(?<value>[0-9.]+)'")]
    NoValueGroup,
    #[error("'{given}' is not a unit of memory such as 'MB', 'MiB' or 'bytes'")]
    UnknownUnit { given: String },
    #[error(
        "'{file}' does not name the unit of '{column}', and its largest value, {largest}, is too small for the memory of \
         a process in bytes; name the unit with --value-unit MiB (or KiB, MB, ...; B if these are bytes)"
    )]
    UnnamedUnit { file: String, column: String, largest: u64 },
    #[error("'{file}' is a report of leakwatch, without samples: give the .csv or .jsonl of the same session")]
    IsReport { file: String },
    #[error("no line of '{file}' matches the regular expression")]
    NoMatch { file: String },
    #[error("no line of '{file}' holds a usable sample{}", cause(first))]
    NoUsableRow { file: String, first: Option<Fault> },
    #[error(
        "{count} of {rows} rows of '{file}' go back in time or repeat a time, the first in line {line}: sort them by \
         time, or separate processes with --group-by"
    )]
    Shuffled { file: String, line: u64, count: u64, rows: u64 },
    #[error(
        "'{file}' has more than {limit} processes or groups: '{column}' is probably not the column to group by; name \
         another one with --group-by"
    )]
    TooManySeries { file: String, column: String, limit: usize },
}

impl RecordingError {
    /// True if the error puts every row in doubt, also those already returned: no verdict may use any of them.
    #[must_use]
    pub fn invalidates_all_rows(&self) -> bool {
        matches!(
            self,
            Self::UnnamedUnit { .. } | Self::Shuffled { .. } | Self::TooManySeries { .. } | Self::AllZero { .. }
        )
    }
}

fn cause(first: &Option<Fault>) -> String {
    first.as_ref().map(|fault| format!(": {fault}")).unwrap_or_default()
}
