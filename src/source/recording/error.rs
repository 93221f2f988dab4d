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
        matches!(self, Self::UnnamedUnit { .. } | Self::Shuffled { .. } | Self::TooManySeries { .. })
    }
}

fn cause(first: &Option<Fault>) -> String {
    first.as_ref().map(|fault| format!(": {fault}")).unwrap_or_default()
}
