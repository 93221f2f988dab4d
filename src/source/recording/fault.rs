//! Faults of a recording: unusable rows by kind, the first of each kind, and their number.

use std::fmt;

/// Kind of an unusable row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// The time is neither RFC 3339 nor a number of seconds or milliseconds.
    Time,
    /// The value of a counter is not a number from 0 to 2^63.
    Value,
    /// The row has no memory value.
    NoValue,
    /// The row has fewer fields than the header.
    TooFewFields,
    /// The line has memory under a name that the beginning of the recording has not.
    OtherMemory,
    /// The line is not a JSON object.
    NotJson,
    /// The time is earlier than that of the row before it in the same series.
    BackInTime,
    /// The time equals that of the row before it in the same series.
    RepeatedTime,
}

/// Unusable row, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Kind of the fault.
    pub kind: FaultKind,
    /// Number of the first line of the row, from 1.
    pub line: u64,
    /// Column of the fault; empty if it concerns the whole row.
    pub column: String,
    /// Text of the field, truncated and escaped.
    pub text: String,
}

impl Fault {
    /// Creates the fault of one field; the reader adds the line number.
    pub(super) fn in_field(kind: FaultKind, column: &str, field: &[u8]) -> Self {
        Self { kind, line: 0, column: excerpt(column.as_bytes()), text: excerpt(field) }
    }

    /// Creates the fault of a whole row; the reader adds the line number.
    pub(super) fn in_row(kind: FaultKind) -> Self {
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
            FaultKind::NoValue => write!(f, "line {line} has no memory value; name its column with --value-column"),
            FaultKind::TooFewFields => write!(f, "line {line} has fewer fields than the header"),
            FaultKind::OtherMemory => {
                write!(f, "line {line} has memory under another name, which is not judged; read it with --line-regex")
            }
            FaultKind::NotJson => write!(f, "line {line} is not a JSON object"),
            FaultKind::BackInTime => write!(f, "line {line} is earlier than the row before it"),
            FaultKind::RepeatedTime => write!(f, "line {line} has the same time as the row before it"),
        }
    }
}

/// Returns the beginning of text from a file, escaped for printing.
pub(super) fn excerpt(text: &[u8]) -> String {
    const MAX_BYTES: usize = 40;
    let shown = &text[..text.len().min(MAX_BYTES)];
    let dots = if shown.len() < text.len() { "..." } else { "" };
    format!("{}{dots}", String::from_utf8_lossy(shown).escape_debug())
}

/// Skipped rows of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SkippedRows {
    /// Number of rows and the first row of each kind that occurred, in the order of the kinds.
    pub faults: Vec<(u64, Fault)>,
    /// True if the last line was truncated and skipped.
    pub torn_end: bool,
}

impl SkippedRows {
    /// Counts one more row.
    pub(super) fn add(&mut self, fault: Fault) {
        match self.faults.iter_mut().find(|(_, first)| first.kind == fault.kind) {
            Some((count, _)) => *count += 1,
            None => {
                self.faults.push((1, fault));
                self.faults.sort_by_key(|(_, first)| first.kind);
            }
        }
    }

    /// Returns the number of rows of one kind.
    #[must_use]
    pub fn count(&self, kind: FaultKind) -> u64 {
        self.faults.iter().find(|(_, first)| first.kind == kind).map_or(0, |(count, _)| *count)
    }

    /// Returns the number of rows that go back in time or repeat a time, and the line of the first one.
    pub(super) fn misplaced(&self) -> (u64, u64) {
        self.faults
            .iter()
            .filter(|(_, first)| matches!(first.kind, FaultKind::BackInTime | FaultKind::RepeatedTime))
            .fold((0, u64::MAX), |(sum, line), (count, first)| (sum + count, line.min(first.line)))
    }

    /// Returns the first unusable row of the file.
    pub(super) fn first(&self) -> Option<&Fault> {
        self.faults.iter().map(|(_, first)| first).min_by_key(|first| first.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [FaultKind; 8] = [
        FaultKind::Time,
        FaultKind::Value,
        FaultKind::NoValue,
        FaultKind::TooFewFields,
        FaultKind::OtherMemory,
        FaultKind::NotJson,
        FaultKind::BackInTime,
        FaultKind::RepeatedTime,
    ];

    #[test]
    fn text_from_files_is_escaped_in_messages() {
        let fault = Fault { line: 3, ..Fault::in_field(FaultKind::Value, "rss\u{1b}", b"\x1b[2J\n-5") };
        assert_eq!(fault.to_string(), "line 3: '\\u{1b}[2J\\n-5' in 'rss\\u{1b}' is not a number from 0 to 2^63");
        assert!(excerpt(&[b'x'; 1000]).len() < 50);
    }

    #[test]
    fn each_kind_is_counted_with_its_first_line() {
        let mut skipped = SkippedRows::default();
        for (line, kind) in (1..).zip(KINDS.into_iter().cycle().take(16)) {
            skipped.add(Fault { line, ..Fault::in_row(kind) });
        }
        for (line, kind) in (1..).zip(KINDS) {
            assert_eq!(skipped.count(kind), 2);
            assert!(skipped.faults.iter().any(|(_, first)| first.kind == kind && first.line == line));
        }
    }
}
