//! Whole text files of bounded size.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Largest accepted file, in bytes: reports are far smaller.
const MAX_BYTES: u64 = 256 << 20;

/// Reads a file of UTF-8 text.
///
/// # Errors
/// Returns an error if the file cannot be read, is not UTF-8, or is larger than 256 MiB.
pub fn read_text_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is larger than 256 MiB"));
    }
    Ok(text)
}
