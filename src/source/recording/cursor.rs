//! Cursor in a text that is parsed from its beginning.

use super::values::leading_digits;

/// Part of a text that is not parsed yet.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    pub rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// Takes a number of at most `digits` digits.
    pub(super) fn number(&mut self, digits: usize) -> Option<(u32, usize)> {
        let (value, length) = leading_digits(self.rest.as_bytes());
        if length == 0 || length > digits {
            return None;
        }
        self.rest = &self.rest[length..];
        Some((u32::try_from(value).ok()?, length))
    }

    /// Takes one of some characters.
    pub(super) fn one_of(&mut self, wanted: &str) -> Option<char> {
        let first = self.rest.chars().next().filter(|first| wanted.contains(*first))?;
        self.rest = &self.rest[first.len_utf8()..];
        Some(first)
    }

    /// Takes spaces.
    pub(super) fn spaces(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    /// Returns the letters at the beginning.
    pub(super) fn word(&self) -> &'a str {
        let end = self.rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(self.rest.len());
        &self.rest[..end]
    }

    /// Takes a text that was found at the beginning.
    pub(super) fn skip(&mut self, text: &str) {
        self.rest = &self.rest[text.len()..];
    }

    /// Tries a parser; the cursor stays where it was if the parser fails.
    pub(super) fn attempt<T>(&mut self, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let mut ahead = *self;
        let found = parse(&mut ahead)?;
        *self = ahead;
        Some(found)
    }
}
