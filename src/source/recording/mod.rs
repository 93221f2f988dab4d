//! Recordings: rows of samples with their own times, read as a stream in constant memory.
//!
//! Plain or packed with gzip; from a file or from standard input. The content decides the format, not the file name. Unusable rows are skipped and counted, and the
//! first of each kind is reported; a file without any usable row is an error.
//!
//! A new format is one file in `formats/`: it implements `RecordingFormat` and is listed in `formats/mod.rs`.

mod advice;
mod assignment;
mod clock_set;
mod columns;
mod counter_column;
mod command;
mod cursor;
mod detect;
mod error;
mod fault;
mod format;
mod formats;
mod head;
mod holes;
mod layout;
mod life_mark;
mod lines;
mod names;
mod plain_roles;
mod quantity;
mod reader;
mod rounded_clock;
mod row;
mod sampled;
mod series;
mod series_columns;
mod stamp;
mod summer_time;
mod table;
mod table_row;
#[cfg(test)]
mod tests;
mod time;
mod time_columns;
mod timeline;
mod unit;
mod utf16;
mod values;
mod vocabulary;

pub use detect::input_formats;
pub use error::RecordingError;
pub use fault::{Fault, FaultKind, SkippedRows};
pub use layout::{Layout, ValueUnit};
pub use quantity::DecimalMark;
pub use reader::Recording;
pub use row::{Row, SeriesIndex};
pub use series::RecordedSeries;
pub use stamp::{DateOrder, zone_offset_s};
