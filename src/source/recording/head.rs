//! Head of a recording: its beginning, from which its format is recognised.

use std::borrow::Cow;
use std::io::Cursor;

use super::error::RecordingError;
use super::lines::Lines;

/// Bytes that are read to recognise a format.
pub(super) const HEAD_BYTES: usize = 1 << 16;

/// Lines of a file up to which the last one is used although it may be cut.
const MIN_LINES: usize = 4;

/// First lines of a recording, without marks that terminals interpret.
#[derive(Debug, Default)]
pub(super) struct Head {
    lines: Vec<String>,
    is_whole: bool,
}

impl Head {
    /// Creates the head from the first bytes. A last line without an end counts only if the bytes are the whole file.
    pub(super) fn new(bytes: &[u8], is_whole: bool) -> Self {
        let mut lines: Vec<String> =
            bytes.split(|&byte| byte == b'\n').map(|line| clean_line(line).into_owned()).collect();
        // The last line may be cut; a short file needs it.
        if lines.len() > MIN_LINES || lines.len() > 1 && (!is_whole || lines.last().is_some_and(String::is_empty)) {
            lines.pop();
        }
        Self { lines, is_whole }
    }

    /// Returns the lines.
    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// True if the first line is longer than the head.
    pub(super) fn is_one_cut_line(&self) -> bool {
        !self.is_whole && self.lines.len() == 1
    }

    /// Returns a reader of the lines alone.
    ///
    /// # Errors
    /// Returns no error: nothing is read from a file.
    pub(super) fn as_lines(&self, file: &str) -> Result<Lines, RecordingError> {
        let text: String = self.lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        Lines::from_reader(file, Box::new(Cursor::new(text)))
    }

    /// Returns the lines that hold something.
    pub(super) fn filled_lines(&self) -> impl Iterator<Item = &str> {
        self.lines().map(str::trim).filter(|line| !line.is_empty())
    }
}

/// Returns a line without its end, and without the sequences that clear a screen or set colours (ECMA-48).
pub(super) fn clean_line(line: &[u8]) -> Cow<'_, str> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = String::from_utf8_lossy(line);
    if !text.contains(['\u{1b}', '\u{feff}', '\r', '\u{a0}', '\u{202f}', '\u{2009}']) {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => skip_sequence(&mut letters),
            '\u{feff}' => {}
            '\u{a0}' | '\u{202f}' | '\u{2009}' => clean.push(' '),
            // A program that returns to the beginning writes its line anew.
            '\r' if letters.peek().is_some() => clean.clear(),
            '\r' => {}
            other => clean.push(other),
        }
    }
    Cow::Owned(clean)
}

/// Skips the rest of an escape sequence.
fn skip_sequence(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match letters.next() {
        // A control sequence ends with a byte from '@' to '~'.
        Some('[') => while letters.next().is_some_and(|letter| !('@'..='~').contains(&letter)) {},
        // An operating system command ends with BEL or ESC '\'.
        Some(']') => {
            while let Some(letter) = letters.next() {
                if letter == '\u{7}' || letter == '\u{1b}' && letters.next_if_eq(&'\\').is_some() {
                    break;
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_terminals_are_removed() {
        for (raw, clean) in [
            ("\u{1b}[2J\u{1b}[HNAME  MEM\u{1b}[K", "NAME  MEM"),
            ("\u{1b}[1;32mrss\u{1b}[0m=5\r", "rss=5"),
            ("\u{1b}]0;title\u{7}rss", "rss"),
            ("\u{feff}time,rss", "time,rss"),
            ("50 %\r100 %", "100 %"),
            ("plain", "plain"),
            ("\u{1b}[", ""),
        ] {
            assert_eq!(clean_line(raw.as_bytes()), clean);
        }
    }

    #[test]
    fn a_cut_last_line_is_left_out() {
        assert_eq!(Head::new(b"a\nb", false).lines().collect::<Vec<_>>(), ["a"]);
        assert_eq!(Head::new(b"a\nb", true).lines().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(Head::new(b"a\n", true).lines().collect::<Vec<_>>(), ["a"]);
    }
}
