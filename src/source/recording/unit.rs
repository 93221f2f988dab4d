//! Units of memory in a recording, and the check of a column that does not name its unit.

use super::error::RecordingError;
use crate::units::Bytes;

/// Smallest memory of a process with a runtime, in bytes. Its number of megabytes, and usually of kilobytes, is smaller.
const MIN_PROCESS_BYTES: u64 = 1 << 20;
/// Page size: memory that the kernel counts in bytes is a multiple of it.
const PAGE_BYTES: u64 = 4096;

/// Returns the bytes of a unit: `MB` 10^6, `MiB` 2^20, `bytes` 1; `None` for anything but a unit of memory.
pub(super) fn parse_unit(unit: &str) -> Option<f64> {
    let unit = unit.trim();
    if matches!(unit.to_ascii_lowercase().as_str(), "" | "b" | "byte" | "bytes") {
        return Some(1.0);
    }
    if !unit.chars().all(|letter| letter.is_ascii_alphabetic()) {
        return None;
    }
    let Bytes(bytes) = format!("1 {unit}").parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "units are powers of 2 or 10 that a double holds")]
    Some(bytes as f64)
}

/// Returns the bytes of a unit of memory by a word of a column name: `kb`, `MiB`, `bytes`, `megabytes`.
pub(super) fn unit_name(word: &str) -> Option<f64> {
    match word.to_ascii_lowercase().as_str() {
        "kb" | "ko" | "kilobytes" => Some(1e3),
        "mb" | "mo" | "megabytes" | "mbytes" => Some(1e6),
        "gb" | "gigabytes" | "gbytes" => Some(1e9),
        // 'kbytes' are those of the kernel, as in the output of time(1).
        "kbytes" => Some(1024.0),
        "kib" | "kibibytes" => Some(1024.0),
        "mib" | "mebibytes" => Some(1_048_576.0),
        "gib" | "gibibytes" => Some(1_073_741_824.0),
        "byte" | "bytes" => Some(1.0),
        _ => None,
    }
}

/// Returns the name of a unit of memory.
pub(super) fn name_of_bytes(unit_bytes: f64) -> &'static str {
    const NAMES: [(&str, f64); 6] =
        [("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("KiB", 1024.0), ("MiB", 1_048_576.0), ("GiB", 1_073_741_824.0)];
    NAMES.iter().find(|(_, bytes)| *bytes == unit_bytes).map_or("bytes", |(name, _)| name)
}

/// Check of a memory column without a named unit: it is bytes, unless its values are too small.
#[derive(Debug)]
pub(super) struct UnnamedUnit {
    column: String,
    largest: u64,
    all_whole_pages: bool,
}

impl UnnamedUnit {
    /// Creates the check of a column; `None` if its name or the user names the unit.
    pub(super) fn new(column: &str, is_named: bool) -> Option<Self> {
        let is_named = is_named || column.to_ascii_lowercase().contains("byte");
        (!is_named).then(|| Self { column: column.to_owned(), largest: 0, all_whole_pages: true })
    }

    /// Adds one value.
    pub(super) fn add(&mut self, value: u64) {
        self.largest = self.largest.max(value);
        self.all_whole_pages &= value.is_multiple_of(PAGE_BYTES);
    }

    /// Returns an error if the values cannot be bytes: the verdict would be stable whatever the process did.
    pub(super) fn check(&self, file: &str) -> Result<(), RecordingError> {
        if self.largest >= MIN_PROCESS_BYTES || self.all_whole_pages {
            return Ok(());
        }
        let (file, column) = (file.to_owned(), self.column.clone());
        Err(RecordingError::UnnamedUnit { file, column, largest: self.largest })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn units_are_binary_or_decimal_as_written() {
        assert_eq!(
            (parse_unit("MB"), parse_unit("mib"), parse_unit("bytes")),
            (Some(1e6), Some(1_048_576.0), Some(1.0))
        );
        assert_eq!((parse_unit("parsec"), parse_unit("5MB")), (None, None));
    }

    proptest! {
        #[test]
        fn no_unit_panics(unit in ".{0,6}") {
            let _ = parse_unit(&unit);
        }
    }
}
