//! Errors of recordings as a whole.

use super::command::command;
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
    #[error(
        "'{file}' has no column of memory such as 'rss_bytes'. Columns of numbers: {columns}. If one of them is memory: \
         {}", command(file, &format!("--value-column {column} --value-unit UNIT (UNIT: B, KiB, MB, ..., or count for a number of things)"))
    )]
    NoValueColumn { file: String, columns: String, column: String },
    #[error(
        "'{file}': memory in '{column}' falls as memory is used. Give the total, of which the rest is judged: {}",
        command(file, "--total 16GiB (with the memory of the host)")
    )]
    Falling { file: String, column: String },
    #[error(
        "'{file}': '{column}' is memory in percent. Give the memory that is 100 %: {}",
        command(file, "--total 16GiB (with the memory of the host or container)")
    )]
    Percent { file: String, column: String },
    #[error(
        "'{file}' holds numbers such as '{first}' without a name. For memory, name the unit (B, KiB, MB, ...): {}; for a \
         number of things such as open files: {}",
        command(file, "--value-unit KiB"),
        command(file, "--value-unit count")
    )]
    UnnamedNumbers { file: String, first: String },
    #[error(
        "'{file}': '{date}' can be read in two ways: {} (day first), or {} (month first)",
        command(file, "--time-format dmy"),
        command(file, "--time-format mdy")
    )]
    AmbiguousDate { file: String, date: String },
    #[error(
        "'{file}' lists processes that the kernel killed when memory ran out, with one value for each: no growth can be \
         judged. Judge a log or recording of the service before the kill; 'leakwatch --help' names the selectors that record \
         one"
    )]
    OnlyKills { file: String },
    #[error("'{given}' is not a format of recordings; --input-format list names them")]
    UnknownFormat { given: String },
    #[error("'{file}' is not in the format '{format}'")]
    NotInFormat { file: String, format: &'static str },
    #[error("the header of '{file}' changes in line {line}: split the file there, and analyze both parts")]
    HeaderChanges { file: String, line: u64 },
    #[error("'{file}' is not JSON: {reason}")]
    NotJson { file: String, reason: String },
    #[error("'{file}' is one document of more than {limit} bytes: split it, or export it as CSV")]
    DocumentTooLong { file: String, limit: usize },
    #[error(
        "'{file}' has no memory that can be recognised: no line holds a number with a name, and the first is '{line}'. \
         'leakwatch analyze --input-format list' names the formats"
    )]
    NotRecognised { file: String, line: String },
    #[error("'{file}' has no memory that can be recognised: {taken}. If it is memory in use: {command}")]
    NoMemory { file: String, taken: String, command: String },
    #[error("'{file}' measures nothing: its values are 0 in all of {rows} readings")]
    AllZero { file: String, rows: u64 },
    #[error("the regular expression for lines has no group for the memory: write it as '(?<value>[0-9.]+)'")]
    NoValueGroup,
    #[error("'{given}' is not a unit of memory such as 'MB', 'MiB' or 'bytes'")]
    UnknownUnit { given: String },
    #[error(
        "'{file}' does not name the unit of '{column}', and its largest value, {largest}, is too small for the memory of \
         a process in bytes. Name the unit (KiB, MB, ...; B if these are bytes): {}",
        command(file, "--value-unit MiB")
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
            Self::UnnamedUnit { .. }
                | Self::Shuffled { .. }
                | Self::HeaderChanges { .. }
                | Self::TooManySeries { .. }
                | Self::AllZero { .. }
        )
    }
}

fn cause(first: &Option<Fault>) -> String {
    first.as_ref().map(|fault| format!(": {fault}")).unwrap_or_default()
}
