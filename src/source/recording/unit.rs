//! A column of memory whose unit nobody has named: bytes, unless its values cannot be bytes of a process.

use super::Layout;
use super::columns::RSS_COLUMN;
use super::error::RecordingError;

/// No process with a runtime fits into less, in bytes; megabytes of it, and kilobytes of most, are such numbers.
const LEAST: u64 = 1 << 20;
/// What the kernel counts in bytes are whole pages, also of the smallest process.
const PAGE: u64 = 4096;

/// What was seen of such a column.
#[derive(Debug)]
pub(super) struct UnnamedUnit {
    column: String,
    largest: u64,
    whole_pages: bool,
}

impl UnnamedUnit {
    /// Of this column; `None` where its name or the user says what it counts in.
    pub(super) fn of(column: &str, layout: &Layout) -> Option<Self> {
        let named = layout.value_unit.is_some() || column.to_ascii_lowercase().contains("byte");
        (!named).then(|| Self { column: column.to_owned(), largest: 0, whole_pages: true })
    }

    /// The column of memory of a foreign file as it is called unless a header says otherwise.
    pub(super) fn expected(layout: &Layout) -> Option<Self> {
        Self::of(layout.value_column.as_deref().unwrap_or(RSS_COLUMN), layout)
    }

    /// Takes in one value.
    pub(super) fn push(&mut self, value: u64) {
        self.largest = self.largest.max(value);
        self.whole_pages &= value.is_multiple_of(PAGE);
    }

    /// Refuses a column that read as bytes would be stable whatever it did.
    pub(super) fn check(&self, file: &str) -> Result<(), RecordingError> {
        if self.largest >= LEAST || self.whole_pages {
            return Ok(());
        }
        let (file, column) = (file.to_owned(), self.column.clone());
        Err(RecordingError::UnnamedUnit { file, column, largest: self.largest })
    }
}
