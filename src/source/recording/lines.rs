//! Lines of a file or of standard input, unpacked if they are gzip, in bounded memory.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

use flate2::read::MultiGzDecoder;

use super::error::RecordingError;
use super::utf16::Utf16Reader;

/// Longest line, in bytes. A sample takes some 200; a foreign table with a thousand columns fits many times over.
pub(super) const MAX_LINE_BYTES: usize = 1 << 20;

/// Bytes per read: large enough to make system calls negligible, small enough for the second-level cache.
const CHUNK_BYTES: usize = 1 << 17;

/// First two bytes of a gzip member (RFC 1952, 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Byte order mark that some programs write before UTF-8 text.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Reader of lines.
pub(super) struct Lines {
    file: String,
    input: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    current: Range<usize>,
    /// Part of the buffer that was read but not returned yet.
    pending: Range<usize>,
    at_end: bool,
    is_torn: bool,
    number: u64,
    /// End of the current line; `None` before the first and after the last one.
    end: Option<LineEnd>,
    is_unread: bool,
}

/// End of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// Line feed: the line is complete.
    Complete,
    /// End of the file: the line may be truncated anywhere.
    Truncated,
}

impl Lines {
    /// Opens `file`; `-` is standard input.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened or read.
    pub(super) fn open(file: &str) -> Result<Self, RecordingError> {
        if file == "-" {
            return Self::from_reader("-", Box::new(io::stdin()));
        }
        let input = File::open(file).map_err(|error| io_error(file, &error))?;
        if input.metadata().map_err(|error| io_error(file, &error))?.is_dir() {
            return Err(RecordingError::Io { file: file.to_owned(), reason: "this is a directory".into() });
        }
        Self::from_reader(file, Box::new(input))
    }

    /// Reads from any input; `file` is its name in messages.
    ///
    /// # Errors
    /// Returns an error if the first bytes cannot be read.
    pub(super) fn from_reader(file: &str, input: Box<dyn Read + Send>) -> Result<Self, RecordingError> {
        let (packed, magic) = read_prefix(input, GZIP_MAGIC.len()).map_err(|error| io_error(file, &error))?;
        let packed = io::Cursor::new(magic.clone()).chain(packed);
        let text: Box<dyn Read + Send> =
            if magic == GZIP_MAGIC { Box::new(MultiGzDecoder::new(packed)) } else { Box::new(packed) };
        // A packed file that is truncated in its first bytes counts as empty.
        let (rest, mut mark) = read_prefix(text, BYTE_ORDER_MARK.len()).map_err(|error| io_error(file, &error))?;
        if mark == BYTE_ORDER_MARK {
            mark.clear();
        }
        let input: Box<dyn Read + Send> = match mark.as_slice() {
            [0xff, 0xfe, first @ ..] => Box::new(Utf16Reader::new(rest, false, first)),
            [0xfe, 0xff, first @ ..] => Box::new(Utf16Reader::new(rest, true, first)),
            _ => Box::new(io::Cursor::new(mark).chain(rest)),
        };
        let file = file.to_owned();
        Ok(Self {
            file,
            input,
            buffer: vec![0; CHUNK_BYTES],
            current: 0..0,
            pending: 0..0,
            at_end: false,
            is_torn: false,
            number: 0,
            end: None,
            is_unread: false,
        })
    }

    /// Returns the number of the current line, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Returns the name of the file, for messages.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// Returns the bytes held in memory.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// True if a compressed file was truncated.
    pub(super) fn is_torn(&self) -> bool {
        self.is_torn
    }

    /// Returns the current line, without its end.
    pub(super) fn line(&self) -> &[u8] {
        let line = &self.buffer[self.current.clone()];
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Makes the next [`advance`](Self::advance) return the current line again.
    pub(super) fn unread(&mut self) {
        self.is_unread = true;
        self.number -= u64::from(self.end.is_some());
    }

    /// Advances to the next line; returns `None` at the end of the file.
    ///
    /// # Errors
    /// Returns an error if reading fails, or the line exceeds the limit of 1 MiB.
    pub(super) fn advance(&mut self) -> Result<Option<LineEnd>, RecordingError> {
        if std::mem::take(&mut self.is_unread) {
            self.number += u64::from(self.end.is_some());
        } else {
            self.end = self.find_next()?;
        }
        Ok(self.end)
    }

    /// Reads ahead; returns at least `bytes` bytes from the next line on, or the whole rest.
    ///
    /// # Errors
    /// Returns an error if reading fails.
    pub(super) fn peek(&mut self, bytes: usize) -> Result<&[u8], RecordingError> {
        while self.pending.len() < bytes && !self.at_end {
            self.fill()?;
        }
        Ok(&self.buffer[self.pending.clone()])
    }

    /// True if nothing follows the bytes of [`peek`](Self::peek).
    pub(super) fn is_at_end(&self) -> bool {
        self.at_end
    }

    /// Takes all that follows, up to `limit` bytes.
    ///
    /// # Errors
    /// Returns an error if reading fails, or more than the limit follows.
    pub(super) fn take_rest(&mut self, limit: usize) -> Result<Vec<u8>, RecordingError> {
        while !self.at_end {
            if self.pending.len() > limit {
                return Err(RecordingError::DocumentTooLong { file: self.file.clone(), limit });
            }
            self.fill()?;
        }
        let rest = self.buffer[self.pending.clone()].to_vec();
        (self.buffer, self.current, self.pending) = (Vec::new(), 0..0, 0..0);
        Ok(rest)
    }

    fn find_next(&mut self) -> Result<Option<LineEnd>, RecordingError> {
        let mut searched = 0;
        loop {
            let from = self.pending.start;
            if let Some(length) = memchr::memchr(b'\n', &self.buffer[from + searched..self.pending.end]) {
                self.current = from..from + searched + length;
                self.pending.start = self.current.end + 1;
                self.number += 1;
                return Ok(Some(LineEnd::Complete));
            }
            searched = self.pending.len();
            if self.at_end {
                self.current = self.pending.clone();
                self.pending.start = self.pending.end;
                self.number += u64::from(searched > 0);
                return Ok((searched > 0).then_some(LineEnd::Truncated));
            }
            if searched > MAX_LINE_BYTES {
                return Err(self.too_long());
            }
            self.fill()?;
        }
    }

    /// Returns the error for a record that exceeds the limit of a line.
    pub(super) fn too_long(&self) -> RecordingError {
        RecordingError::LineTooLong { file: self.file.clone(), line: self.number + 1, limit: MAX_LINE_BYTES }
    }

    /// Reads more input behind the pending bytes.
    fn fill(&mut self) -> Result<(), RecordingError> {
        if self.pending.start > 0 {
            self.buffer.copy_within(self.pending.clone(), 0);
            self.pending = 0..self.pending.len();
        }
        if self.buffer.len() < self.pending.end + CHUNK_BYTES / 2 {
            self.buffer.resize(self.pending.end + CHUNK_BYTES, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.pending.end..]) {
                Ok(0) => self.at_end = true,
                Ok(count) => self.pending.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // The writer of a compressed stream was killed: everything before is intact.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    (self.at_end, self.is_torn) = (true, true);
                }
                Err(error) => return Err(io_error(&self.file, &error)),
            }
            return Ok(());
        }
    }
}

fn io_error(file: &str, error: &io::Error) -> RecordingError {
    RecordingError::Io { file: file.to_owned(), reason: error.to_string() }
}

/// Reads the first bytes of a stream; returns the rest of the stream and the bytes.
fn read_prefix(mut input: Box<dyn Read + Send>, length: usize) -> io::Result<(Box<dyn Read + Send>, Vec<u8>)> {
    let mut bytes = Vec::with_capacity(length);
    match input.by_ref().take(length as u64).read_to_end(&mut bytes) {
        Ok(_) => Ok((input, bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok((Box::new(io::empty()), bytes)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn read_all(bytes: &[u8]) -> Vec<(String, bool)> {
        let mut lines = Lines::from_reader("x", Box::new(io::Cursor::new(bytes.to_vec()))).expect("opened");
        let mut all = Vec::new();
        while let Some(end) = lines.advance().expect("read") {
            all.push((String::from_utf8_lossy(lines.line()).into_owned(), end == LineEnd::Truncated));
        }
        all
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("packed");
        encoder.finish().expect("packed")
    }

    #[test]
    fn lines_end_with_lf_or_crlf_and_the_last_may_be_truncated() {
        let expected = [("a", false), ("", false), ("b", true)].map(|(line, cut)| (line.to_owned(), cut));
        assert_eq!(read_all(b"a\r\n\nb"), expected);
        assert_eq!(read_all(&packed(b"a\r\n\nb")), expected);
        assert_eq!(read_all(b""), []);
    }

    #[test]
    fn an_unread_line_is_returned_again() {
        let mut lines = Lines::from_reader("x", Box::new(io::Cursor::new(b"a\nb".to_vec()))).expect("opened");
        lines.advance().expect("read");
        lines.unread();
        assert_eq!(lines.advance().expect("read"), Some(LineEnd::Complete));
        assert_eq!((lines.line(), lines.number()), (&b"a"[..], 1));
        lines.advance().expect("read");
        assert_eq!((lines.line(), lines.number()), (&b"b"[..], 2));
        assert_eq!(lines.advance().expect("read"), None);
        lines.unread();
        assert_eq!((lines.advance().expect("read"), lines.number()), (None, 2));
    }

    #[test]
    fn long_lines_cross_chunks_and_too_long_ones_are_errors() {
        let long = "x".repeat(3 * CHUNK_BYTES);
        assert_eq!(read_all(format!("{long}\ny\n").as_bytes()), [(long, false), ("y".into(), false)]);
        let endless = io::repeat(b'x');
        let mut lines = Lines::from_reader("x", Box::new(endless)).expect("opened");
        assert!(matches!(lines.advance(), Err(RecordingError::LineTooLong { line: 1, .. })));
    }

    #[test]
    fn a_truncated_gzip_yields_its_complete_lines() {
        let text: String = (0..100_000).map(|n| format!("{n}\n")).collect();
        let mut bytes = packed(text.as_bytes());
        bytes.truncate(bytes.len() / 2);
        let mut lines = Lines::from_reader("x", Box::new(io::Cursor::new(bytes))).expect("opened");
        let mut complete = 0_u64;
        while let Some(end) = lines.advance().expect("read") {
            complete += u64::from(end == LineEnd::Complete);
        }
        assert!(complete > 1000 && lines.is_torn(), "{complete}");
    }
}
