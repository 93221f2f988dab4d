//! A whole file of text that is read at once, within bounds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The largest file that is read: reports are far smaller.
const MOST: u64 = 256 << 20;

/// Reads a file of UTF-8 text.
///
/// # Errors
/// When it cannot be read, is no text, or is larger than 256 MiB.
pub fn read_text_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MOST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MOST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is larger than 256 MiB"));
    }
    Ok(text)
}
