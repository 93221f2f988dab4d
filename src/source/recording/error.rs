//! What can be wrong with a recording: as a whole ([`RecordingError`]) or in one row ([`Fault`]).

use std::fmt;

/// Why a recording cannot be used. Texts name the place and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the text of each variant says it; `file` is the name as it was given")]
pub enum RecordingError {
    #[error("cannot read '{file}': {reason}")]
    Io { file: String, reason: String },
    #[error("'{file}' is empty")]
    Empty { file: String },
    #[error("'{file}' holds binary data in line {line}, not a recording")]
    Binary { file: String, line: u64 },
    #[error("line {line} of '{file}' is longer than {limit} bytes: this is not a recording")]
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
        "the largest value in '{column}' of '{file}' is {largest}: too little for the memory of a process in bytes, and \
         nothing names another unit; name it with --value-unit MiB (or KiB, MB, ...; B if these are bytes)"
    )]
    UnnamedUnit { file: String, column: String, largest: u64 },
    #[error("'{file}' is a report of leakwatch, with no samples in it: give the .csv or .jsonl of the same session")]
    IsReport { file: String },
    #[error("no line of '{file}' matches the regular expression")]
    NoMatch { file: String },
    #[error("no line of '{file}' holds a usable sample{}", because(first))]
    NoUsableRow { file: String, first: Option<Fault> },
    #[error(
        "{count} of {rows} rows of '{file}' go back in time or repeat one, the first in line {line}: sort them by time, \
         or tell processes apart with --group-by"
    )]
    Shuffled { file: String, line: u64, count: u64, rows: u64 },
    #[error("'{file}' has more than {limit} processes or groups: is '{column}' the right column to group by?")]
    TooManySeries { file: String, column: String, limit: usize },
}

impl RecordingError {
    /// Whether every row is in doubt, also those that were handed out: no verdict may be given on any of them.
    #[must_use]
    pub fn invalidates_all_rows(&self) -> bool {
        matches!(self, Self::UnnamedUnit { .. } | Self::Shuffled { .. } | Self::TooManySeries { .. })
    }
}

fn because(first: &Option<Fault>) -> String {
    first.as_ref().map(|fault| format!(": {fault}")).unwrap_or_default()
}

/// What kind of row was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// The time is neither RFC 3339 nor a number of seconds or milliseconds.
    Time,
    /// A counter is not a number that a counter can have.
    Value,
    /// There is no memory value at all.
    NoValue,
    /// Fewer fields than the header has.
    TooFewFields,
    /// Not JSON.
    NotJson,
    /// Earlier than the row before it, in the same series.
    BackInTime,
    /// The same time as the row before it, in the same series.
    RepeatedTime,
}

/// A row that was passed over, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The kind.
    pub kind: FaultKind,
    /// The line it starts in, from 1.
    pub line: u64,
    /// The column; empty where the whole row is meant.
    pub column: String,
    /// What stands there, cut short and escaped.
    pub text: String,
}

impl Fault {
    /// A fault in one field; the reader adds the line.
    pub(super) fn field(kind: FaultKind, column: &str, field: &[u8]) -> Self {
        Self { kind, line: 0, column: excerpt(column.as_bytes()), text: excerpt(field) }
    }

    /// A fault of a row as a whole.
    pub(super) fn row(kind: FaultKind) -> Self {
        Self { kind, line: 0, column: String::new(), text: String::new() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, text, .. } = self;
        match self.kind {
            FaultKind::Time => {
                write!(
                    f,
                    "line {line}: '{text}' in '{column}' is neither an RFC 3339 time nor a number of seconds or milliseconds"
                )
            }
            FaultKind::Value => write!(f, "line {line}: '{text}' in '{column}' is not a number from 0 to 2^63"),
            FaultKind::NoValue => write!(f, "line {line} has no memory value: --value-column names where it is"),
            FaultKind::TooFewFields => write!(f, "line {line} has fewer fields than the header"),
            FaultKind::NotJson => write!(f, "line {line} is not a JSON object"),
            FaultKind::BackInTime => write!(f, "line {line} is earlier than the row before it"),
            FaultKind::RepeatedTime => write!(f, "line {line} has the same time as the row before it"),
        }
    }
}

/// The beginning of text from a file, harmless to print.
pub(super) fn excerpt(text: &[u8]) -> String {
    const LONGEST: usize = 40;
    let cut = &text[..text.len().min(LONGEST)];
    let dots = if cut.len() < text.len() { "..." } else { "" };
    format!("{}{dots}", String::from_utf8_lossy(cut).escape_debug())
}

/// What was passed over while a recording was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SkippedRows {
    /// For each kind that occurred: how often, and the first one.
    pub faults: Vec<(u64, Fault)>,
    /// The last line was cut off in the middle and left out.
    pub torn_end: bool,
}

impl SkippedRows {
    /// Counts one more.
    pub(super) fn add(&mut self, fault: Fault) {
        match self.faults.iter_mut().find(|(_, first)| first.kind == fault.kind) {
            Some((count, _)) => *count += 1,
            None => {
                self.faults.push((1, fault));
                self.faults.sort_by_key(|(_, first)| first.kind);
            }
        }
    }

    /// How often one kind occurred.
    #[must_use]
    pub fn count(&self, kind: FaultKind) -> u64 {
        self.faults.iter().find(|(_, first)| first.kind == kind).map_or(0, |(count, _)| *count)
    }

    /// The first fault in the file.
    pub(super) fn first(&self) -> Option<&Fault> {
        self.faults.iter().map(|(_, first)| first).min_by_key(|first| first.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [FaultKind; 7] = [
        FaultKind::Time,
        FaultKind::Value,
        FaultKind::NoValue,
        FaultKind::TooFewFields,
        FaultKind::NotJson,
        FaultKind::BackInTime,
        FaultKind::RepeatedTime,
    ];

    #[test]
    fn text_from_files_is_harmless_in_messages() {
        let fault = Fault { line: 3, ..Fault::field(FaultKind::Value, "rss\u{1b}", b"\x1b[2J\n-5") };
        assert_eq!(fault.to_string(), "line 3: '\\u{1b}[2J\\n-5' in 'rss\\u{1b}' is not a number from 0 to 2^63");
        assert!(excerpt(&[b'x'; 1000]).len() < 50);
    }

    #[test]
    fn every_kind_is_counted_with_its_first_line() {
        let mut notices = SkippedRows::default();
        for (line, kind) in (1..).zip(KINDS.into_iter().cycle().take(14)) {
            notices.add(Fault { line, ..Fault::row(kind) });
        }
        for (line, kind) in (1..).zip(KINDS) {
            assert_eq!(notices.count(kind), 2);
            assert!(notices.faults.iter().any(|(_, first)| first.kind == kind && first.line == line));
        }
    }
}
