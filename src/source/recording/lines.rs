//! The lines of a file or of standard input, unpacked when they are gzip, in bounded memory.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;

use flate2::read::MultiGzDecoder;

use super::error::RecordingError;

/// Longest line in bytes. A sample takes some 200; a thousand columns of a foreign table still fit many times.
pub(super) const MAX_LINE: usize = 1 << 20;

/// Bytes asked for at once: large enough that system calls do not count, small enough for the second-level cache.
const CHUNK: usize = 1 << 17;

/// The first two bytes of a gzip member (RFC 1952, 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What some programs write before UTF-8 text.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Hands out lines one at a time.
pub(super) struct Lines {
    file: String,
    input: Box<dyn Read>,
    buffer: Vec<u8>,
    current: Range<usize>,
    /// What of the buffer was read and not handed out yet.
    pending: Range<usize>,
    at_end: bool,
    torn: bool,
    number: u64,
}

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// With a line feed.
    Whole,
    /// With the file: it may have been cut off anywhere.
    Cut,
}

impl Lines {
    /// Opens `file`; `-` is standard input.
    pub(super) fn open(file: &str) -> Result<Self, RecordingError> {
        let failed = |error: io::Error| RecordingError::Io { file: file.to_owned(), reason: error.to_string() };
        if file == "-" {
            return Self::new("-", Box::new(io::stdin()));
        }
        let input = File::open(file).map_err(failed)?;
        if input.metadata().map_err(failed)?.is_dir() {
            return Err(RecordingError::Io { file: file.to_owned(), reason: "it is a directory".into() });
        }
        Self::new(file, Box::new(input))
    }

    /// Reads from anything; `file` is for messages.
    pub(super) fn new(file: &str, input: Box<dyn Read>) -> Result<Self, RecordingError> {
        let failed = |error: io::Error| RecordingError::Io { file: file.to_owned(), reason: error.to_string() };
        let (packed, magic) = beginning(input, GZIP_MAGIC.len()).map_err(failed)?;
        let packed = io::Cursor::new(magic.clone()).chain(packed);
        let text: Box<dyn Read> =
            if magic == GZIP_MAGIC { Box::new(MultiGzDecoder::new(packed)) } else { Box::new(packed) };
        // A packed file that was cut off in its first bytes is as good as empty.
        let (rest, mut mark) = beginning(text, BYTE_ORDER_MARK.len()).map_err(failed)?;
        if mark == BYTE_ORDER_MARK {
            mark.clear();
        }
        let input = Box::new(io::Cursor::new(mark).chain(rest));
        let file = file.to_owned();
        Ok(Self {
            file,
            input,
            buffer: vec![0; CHUNK],
            current: 0..0,
            pending: 0..0,
            at_end: false,
            torn: false,
            number: 0,
        })
    }

    /// The number of the line handed out last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The name of the file, for messages.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// Bytes held in memory.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// Whether a compressed file ended before its end.
    pub(super) fn is_torn(&self) -> bool {
        self.torn
    }

    /// The line that [`advance`](Self::advance) has come to, without its end.
    pub(super) fn line(&self) -> &[u8] {
        let line = &self.buffer[self.current.clone()];
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Goes on to the next line; `None` at the end.
    ///
    /// # Errors
    /// When reading fails, or the line is too long to be kept in memory.
    pub(super) fn advance(&mut self) -> Result<Option<LineEnd>, RecordingError> {
        let mut searched = 0;
        loop {
            let from = self.pending.start;
            if let Some(length) = memchr::memchr(b'\n', &self.buffer[from + searched..self.pending.end]) {
                self.current = from..from + searched + length;
                self.pending.start = self.current.end + 1;
                self.number += 1;
                return Ok(Some(LineEnd::Whole));
            }
            searched = self.pending.len();
            if self.at_end {
                self.current = self.pending.clone();
                self.pending.start = self.pending.end;
                self.number += u64::from(searched > 0);
                return Ok((searched > 0).then_some(LineEnd::Cut));
            }
            if searched > MAX_LINE {
                return Err(self.too_long());
            }
            self.fill()?;
        }
    }

    /// The error for a record that goes on for longer than a line may be.
    pub(super) fn too_long(&self) -> RecordingError {
        RecordingError::LineTooLong { file: self.file.clone(), line: self.number + 1, limit: MAX_LINE }
    }

    /// Reads on behind what is pending.
    fn fill(&mut self) -> Result<(), RecordingError> {
        self.buffer.copy_within(self.pending.clone(), 0);
        self.pending = 0..self.pending.len();
        if self.buffer.len() < self.pending.end + CHUNK / 2 {
            self.buffer.resize(self.pending.end + CHUNK, 0);
        }
        loop {
            match self.input.read(&mut self.buffer[self.pending.end..]) {
                Ok(0) => self.at_end = true,
                Ok(count) => self.pending.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // A compressed stream whose writer was killed: what came before is good.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => (self.at_end, self.torn) = (true, true),
                Err(error) => return Err(RecordingError::Io { file: self.file.clone(), reason: error.to_string() }),
            }
            return Ok(());
        }
    }
}

/// The first bytes of a stream, and the stream behind them.
fn beginning(mut input: Box<dyn Read>, length: usize) -> io::Result<(Box<dyn Read>, Vec<u8>)> {
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

    fn all(bytes: &[u8]) -> Vec<(String, bool)> {
        let mut lines = Lines::new("x", Box::new(io::Cursor::new(bytes.to_vec()))).expect("opened");
        let mut all = Vec::new();
        while let Some(end) = lines.advance().expect("read") {
            all.push((String::from_utf8_lossy(lines.line()).into_owned(), end == LineEnd::Cut));
        }
        all
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).expect("packed");
        encoder.finish().expect("packed")
    }

    #[test]
    fn lines_end_as_they_do_everywhere_and_the_last_may_be_cut() {
        let expected = [("a", false), ("", false), ("b", true)].map(|(line, cut)| (line.to_owned(), cut));
        assert_eq!(all(b"a\r\n\nb"), expected);
        assert_eq!(all(&packed(b"a\r\n\nb")), expected);
        assert_eq!(all(b""), []);
    }

    #[test]
    fn long_lines_cross_chunks_and_too_long_ones_are_refused() {
        let long = "x".repeat(3 * CHUNK);
        assert_eq!(all(format!("{long}\ny\n").as_bytes()), [(long, false), ("y".into(), false)]);
        let endless = io::repeat(b'x');
        let mut lines = Lines::new("x", Box::new(endless)).expect("opened");
        assert!(matches!(lines.advance(), Err(RecordingError::LineTooLong { line: 1, .. })));
    }

    #[test]
    fn a_cut_gzip_gives_what_was_whole() {
        let text: String = (0..100_000).map(|n| format!("{n}\n")).collect();
        let mut bytes = packed(text.as_bytes());
        bytes.truncate(bytes.len() / 2);
        let mut lines = Lines::new("x", Box::new(io::Cursor::new(bytes))).expect("opened");
        let mut whole = 0_u64;
        while let Some(end) = lines.advance().expect("read") {
            whole += u64::from(end == LineEnd::Whole);
        }
        assert!(whole > 1000 && lines.is_torn(), "{whole}");
    }
}
