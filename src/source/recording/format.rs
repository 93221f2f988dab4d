//! Interface of the recording formats.

use super::error::RecordingError;
use super::head::Head;
use super::layout::Layout;
use super::lines::Lines;
use super::row::Record;
use crate::units::Axis;

/// Confidence that a recording has a format, by its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Confidence {
    /// Nothing contradicts the format.
    Possible,
    /// The beginning looks like the format, and others may fit as well.
    Likely,
    /// The beginning has a mark of the format.
    Certain,
}

/// Format of recordings.
pub(super) trait RecordingFormat: Sync {
    /// Name for `--input-format`.
    fn name(&self) -> &'static str;

    /// One line about the format, for the list of formats.
    fn about(&self) -> &'static str;

    /// Returns the confidence that a recording with this beginning has the format; `None` if it has not.
    fn sniff(&self, head: &Head) -> Option<Confidence>;

    /// Opens the rows. The next call of [`Lines::advance`] returns the first line.
    ///
    /// # Errors
    /// Returns an error if reading fails, or the layout does not fit the recording.
    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError>;
}

/// Format and columns of a recording that was not written by leakwatch, for its user to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recognition {
    /// Name of the format.
    pub format: &'static str,
    /// Memory, its unit, and the axis.
    pub columns: String,
}

/// Reader of the rows of one recording.
pub(super) trait RowReader: Send {
    /// Reads the next record.
    ///
    /// # Errors
    /// Returns an error if reading fails, or the record is too long.
    fn next<'a>(&'a mut self, lines: &'a mut Lines) -> Result<Record<'a>, RecordingError>;

    /// Returns the time axis; `None` if the first row decides.
    fn time_axis(&self) -> Option<Axis>;

    /// Returns the name of the memory column; `None` if its unit is stated.
    fn memory_column(&self) -> Option<&str>;

    /// Returns the columns that were recognised; `None` for recordings of leakwatch and columns that the user named.
    fn recognition(&self) -> Option<Recognition> {
        None
    }

    /// True if a time had no zone.
    fn is_local_clock(&self) -> bool {
        false
    }

    /// Returns the error for a recording `file` without any row.
    fn no_row_error(&self, file: String) -> RecordingError {
        RecordingError::NoUsableRow { file, first: None }
    }
}
