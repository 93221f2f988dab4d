//! Numbers in a line of text, each with the phrase before it.

use super::super::names::{Meaning, meaning_of, words_of};
use super::super::quantity::{DecimalMark, Quantity, leading_quantity};
use crate::units::WorkUnit;

/// Most words of a phrase.
const MAX_WORDS: usize = 6;
/// Most bytes behind a number in which its words are looked for, and most numbers of a line.
const MAX_BEHIND: usize = 48;
const MAX_PHRASES: usize = 64;
/// Words between a name and its number.
const FILLERS: [&str; 8] = ["is", "of", "at", "now", "was", "to", "are", "approx"];

/// Levels of logs: they name nothing.
const LEVELS: [&str; 11] =
    ["info", "warn", "warning", "error", "debug", "trace", "notice", "fatal", "critical", "log", "stdout"];

/// Number in a text, with its phrase.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Phrase {
    /// Words before the number since the last separator, in lower case.
    pub name: String,
    /// Position of the number in the text.
    pub begin: usize,
    /// Number and unit as they are written.
    pub text: String,
    pub quantity: Quantity,
    pub is_percent: bool,
    /// True for a number in a column of a table, behind two spaces.
    pub is_cell: bool,
    /// True for a number with a sign: a change.
    pub is_change: bool,
    /// Words behind the number, up to a separator.
    behind: Vec<String>,
}

impl Phrase {
    /// Returns the bytes of the unit of memory; `None` without one.
    pub(super) fn unit_bytes(&self) -> Option<f64> {
        self.quantity.unit_bytes
    }

    /// Returns the unit of work behind the number: `after 6,750 fetch() requests`.
    pub(super) fn work_behind(&self) -> Option<WorkUnit> {
        if self.unit_bytes().is_some() || self.is_percent {
            return None;
        }
        WorkUnit::of_words(&self.behind)
    }

    /// Returns the unit of time behind the number; empty if there is none.
    pub(super) fn unit_of_time(&self) -> &str {
        const UNITS: [&str; 11] = ["s", "sec", "ms", "m", "min", "h", "minutes", "seconds", "hours", "d", "days"];
        // 'm' reads as a size as well.
        let own = self.text.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
        let behind = self.behind.first().map(String::as_str);
        Some(own).into_iter().chain(behind).find(|unit| UNITS.contains(unit)).unwrap_or_default()
    }
}

/// Returns the numbers of a text with their phrases.
pub(super) fn phrases_of(text: &str) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(begin) = next_number(text, at).filter(|_| phrases.len() < MAX_PHRASES) {
        let Some(quantity) = leading_quantity(&text[begin..], DecimalMark::Point) else {
            at = begin + 1;
            continue;
        };
        let end = begin + quantity.length;
        at = end;
        if quantity.unit_bytes.is_none() && is_part_of_word(&text[end..]) {
            continue;
        }
        phrases.push(Phrase {
            name: name_in(&text[from..begin]),
            begin,
            text: text[begin..end].to_owned(),
            quantity,
            is_cell: text[..begin].ends_with("  "),
            is_change: has_sign(&text[..begin]),
            is_percent: text[end..].trim_start().starts_with('%'),
            behind: behind(&text[end..]),
        });
        // The words before a bracket name the number behind it.
        if !is_in_bracket(&text[from..begin]) {
            from = end;
        }
    }
    phrases
}

/// True if a text ends with the sign of the number behind it.
fn has_sign(text: &str) -> bool {
    text.ends_with('+') || text.strip_suffix('-').is_some_and(|before| before.ends_with([' ', '(', '=', ':']))
}

/// True if a square bracket is open at the end of a text.
fn is_in_bracket(text: &str) -> bool {
    text.rfind('[') > text.rfind(']')
}

/// True if a number before this text is a part of a word or of an identifier. A unit of time is none.
fn is_part_of_word(text: &str) -> bool {
    let word = &text[..text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len())];
    let is_unit = matches!(word, "" | "s" | "ms" | "us" | "min" | "m" | "h" | "d" | "x");
    !is_unit || text.starts_with('-') && text[1..].starts_with(char::is_alphanumeric)
}

/// Returns the next position at which a number begins: no part of a word, version or path.
fn next_number(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find(|&at| {
        let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
        bytes[at].is_ascii_digit()
            && !before.is_ascii_alphanumeric()
            && !matches!(before, b'_' | b'.')
            && text.is_char_boundary(at)
    })
}

/// Returns the phrase at the end of the text before a number.
fn name_in(text: &str) -> String {
    if let Some(name) = memory_in_brackets(text) {
        return name;
    }
    let text = without_brackets(text);
    // Inside a bracket, its own words name the number.
    let text = text.rsplit('[').next().unwrap_or_default();
    let text = text.trim_end_matches([' ', '=', ':', '"', '\'', '>', '~', '≈']);
    // '(kbytes)' behind a name belongs to it.
    let end = if text.ends_with(')') { text.rfind('(').unwrap_or(text.len()) } else { text.len() };
    let from = text[..end].rfind([',', ';', '|', '(', ')', '{', '}', '\t']).map_or(0, |at| at + 1);
    let from = text[from..].rfind(" - ").map_or(from, |at| from + at + 3);
    // Behind 'key=value' begins another phrase.
    let key = text[from..].rfind('=').and_then(|at| text[from + at..].find(' ').map(|space| from + at + space));
    let mut words = words_of(&text[key.unwrap_or(from)..]);
    while words.last().is_some_and(|word| FILLERS.contains(&word.as_str())) {
        words.pop();
    }
    let level = words.iter().take_while(|word| LEVELS.contains(&word.as_str())).count();
    let skip = words.len().saturating_sub(MAX_WORDS).max(level);
    words[skip..].join(" ")
}

/// Returns the name of memory in square brackets at the end of a text: `[memory] 12 MB`.
fn memory_in_brackets(text: &str) -> Option<String> {
    let (_, name) = text.trim_end().strip_suffix(']')?.rsplit_once('[')?;
    matches!(meaning_of(name), Meaning::Memory(_)).then(|| words_of(name).join(" "))
}

/// Returns a text without closed parts in square brackets.
fn without_brackets(text: &str) -> String {
    let mut rest = String::with_capacity(text.len());
    for part in text.split_inclusive(']') {
        match (part.strip_suffix(']'), part.rfind('[')) {
            (Some(_), Some(open)) => rest.push_str(&part[..open]),
            // The bracket was opened before the text.
            (Some(_), None) => rest.clear(),
            (None, _) => rest.push_str(part),
        }
    }
    rest
}

/// Returns the words behind a number up to a separator.
fn behind(text: &str) -> Vec<String> {
    let text = &text[..text.floor_char_boundary(MAX_BEHIND)];
    let end = text.find([',', ';', '|', '-', '=', ':', '(']).unwrap_or(text.len());
    // 'fetch() requests': a bracket of a call separates nothing.
    let end = if text[end..].starts_with("()") {
        text.len().min(end + 2 + text[end + 2..].find([',', ';', '|', '=', ':']).unwrap_or(text.len() - end - 2))
    } else {
        end
    };
    words_of(&text[..end]).into_iter().take(3).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(line: &str) -> Vec<(String, f64, Option<f64>)> {
        phrases_of(line)
            .into_iter()
            .map(|phrase| (phrase.name.clone(), phrase.quantity.number, phrase.unit_bytes()))
            .collect()
    }

    #[test]
    fn each_number_has_its_phrase() {
        let mb = Some(1e6);
        for (line, expected) in [
            ("rss=1160MB | jobs_total=1", vec![("rss", 1160.0, mb), ("jobs total", 1.0, None)]),
            ("RSS 1473 MB after 6,750 fetch() requests", vec![("rss", 1473.0, mb), ("after", 6750.0, None)]),
            (
                "Memory usage [Before job]: 118.4MB (43.4%) - Available: 1023.6MB",
                vec![("memory usage", 118.4, mb), ("", 43.4, None), ("available", 1023.6, mb)],
            ),
            (
                "Fetched 19580 bytes, RSS is 76619776",
                vec![("fetched", 19_580.0, Some(1.0)), ("rss", 76_619_776.0, None)],
            ),
            ("Hybrid cpu=1.00%,35MB", vec![("hybrid cpu", 1.0, None), ("", 35.0, mb)]),
            ("worker-7d9f a1b2 v1.2.3", vec![]),
            ("jid=a1b2c3 INFO: memory usage 512MB", vec![("memory usage", 512.0, mb)]),
            ("Maximum resident set size (kbytes): 7", vec![("maximum resident set size kbytes", 7.0, None)]),
            ("INFO -- : [memory] 200.5 MB", vec![("memory", 200.5, mb)]),
        ] {
            let expected: Vec<_> =
                expected.into_iter().map(|(name, number, unit)| (name.to_owned(), number, unit)).collect();
            assert_eq!(found(line), expected, "{line}");
        }
    }

    #[test]
    fn work_and_time_stand_behind_numbers() {
        let phrases = phrases_of("RSS 1473 MB after 6,750 fetch() requests");
        assert_eq!(phrases[1].work_behind().map(WorkUnit::plural), Some("requests"));
        assert_eq!(phrases_of("Elapsed: 10s")[0].unit_of_time(), "s");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = phrases_of(&text);
        }
    }
}
