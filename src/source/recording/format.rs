//! Interface of the recording formats.

use super::error::RecordingError;
use super::layout::Layout;
use super::lines::Lines;
use super::row::Record;
use super::time::TimeAxis;

/// Confidence that a recording has a format, by its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Confidence {
    /// Nothing contradicts the format.
    Possible,
    /// The line has a mark of the format.
    Certain,
}

/// Format of recordings.
pub(super) trait RecordingFormat: Sync {
    /// Returns the confidence that a recording that begins with `first_line` has this format; `None` if it has not.
    ///
    /// The line is the first one that is neither blank nor a comment.
    fn sniff(&self, first_line: &[u8]) -> Option<Confidence>;

    /// Opens the rows. The next call of [`Lines::advance`] returns the first line.
    ///
    /// # Errors
    /// Returns an error if reading fails, or the layout does not fit the recording.
    fn open(&self, lines: &mut Lines, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError>;
}

/// Reader of the rows of one recording.
pub(super) trait RowReader {
    /// Reads the next record.
    ///
    /// # Errors
    /// Returns an error if reading fails, or the record is too long.
    fn next<'a>(&'a mut self, lines: &'a mut Lines) -> Result<Record<'a>, RecordingError>;

    /// Returns the time axis; `None` if the first row decides.
    fn time_axis(&self) -> Option<TimeAxis>;

    /// Returns the name of the memory column; `None` if the format itself states the unit of its values.
    fn memory_column(&self) -> Option<&str>;

    /// Returns the error for a recording `file` without any row.
    fn no_row_error(&self, file: String) -> RecordingError {
        RecordingError::NoUsableRow { file, first: None }
    }
}
