//! Recordings: rows of samples with their own times, read as a stream in constant memory.
//!
//! Comma-separated values, one JSON object a line, or a text log; plain or packed with gzip; from a file or from
//! standard input. The content decides the format, not the file name. Unusable rows are skipped and counted, and the
//! first of each kind is reported; a file without any usable row is an error.
//!
//! A new format is one file in `formats/`: it implements `RecordingFormat` and is listed in `detect.rs`.

mod clock_set;
mod columns;
mod detect;
mod error;
mod fault;
mod format;
mod formats;
mod layout;
mod life_mark;
mod lines;
mod reader;
mod row;
mod series;
#[cfg(test)]
mod tests;
mod time;
mod unit;
mod values;

pub use error::RecordingError;
pub use fault::{Fault, FaultKind, SkippedRows};
pub use layout::Layout;
pub use reader::Recording;
pub use row::{Row, SeriesIndex};
pub use series::RecordedSeries;
pub use time::TimeAxis;
