//! Advice for recordings that cannot be read without an option: the command that reads them.

use regex::escape;

use super::columns::list_columns;
use super::command::quoted;
use super::error::RecordingError;
use super::names::{Meaning, Memory, is_memory_word, words_of};
use super::sampled::{MIN_READABLE, Sampled};
use super::unit::unit_name;

/// Plausibility of a column from which it is named in the command.
const MIN_ADVISED: u8 = 60;

/// Returns the error for a table without memory: its columns of numbers, the most plausible first, and the command.
pub(super) fn no_memory_error(table: &Sampled, meanings: &[Meaning], file: &str) -> RecordingError {
    let mut columns: Vec<(u8, usize)> = (0..table.names.len())
        .filter(|&column| table.share_of_numbers(column) >= MIN_READABLE)
        .map(|column| (plausibility(&table.names[column], meanings[column]), column))
        .filter(|&(rank, _)| rank > 0)
        .collect();
    columns.sort_by_key(|&(rank, column)| (std::cmp::Reverse(rank), column));
    let best = columns.first().filter(|(rank, _)| *rank >= MIN_ADVISED).map(|&(_, column)| table.names[column].clone());
    let names: Vec<String> = columns.into_iter().map(|(_, column)| table.names[column].clone()).collect();
    let columns = if names.is_empty() { "none".to_owned() } else { list_columns(&names) };
    let column = best.map_or_else(|| "COLUMN".to_owned(), |name| quoted(&name));
    RecordingError::NoValueColumn { file: file.to_owned(), columns, column }
}

/// Returns the plausibility that a column is the memory; 0 for a time, a name and a percentage.
fn plausibility(name: &str, meaning: Meaning) -> u8 {
    let words = words_of(name);
    let has_unit = words.iter().any(|word| unit_name(word).is_some());
    match meaning {
        Meaning::Memory(Memory { rank, .. }) => 100 + rank,
        Meaning::Available => 90,
        Meaning::Limit => 20,
        Meaning::Other if name.contains('%') || words.iter().any(|word| word == "percent" || word == "cpu") => 0,
        // Bytes of the network and of disks, and changes.
        Meaning::Other if words.iter().any(|word| is_memory_word(word) && unit_name(word).is_none()) => 10,
        Meaning::Other if has_unit => 80,
        Meaning::Other if words.last().is_some_and(|word| word == "value" || word == "countervalue") => MIN_ADVISED,
        Meaning::Other => 50,
        Meaning::Work(_) | Meaning::Count(_) => 10,
        _ => 0,
    }
}

/// Returns a regular expression for lines like this one: the text before the number at `begin`.
pub(super) fn line_pattern(line: &str, begin: usize, time: Option<&str>, has_unit: bool) -> String {
    // The words before the number, without other numbers: they change.
    let before = &line[..begin];
    let from = before.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let from = before[from..].char_indices().rev().nth(39).map_or(from, |(at, _)| from + at);
    let time = time.map_or_else(String::new, |time| {
        let words = vec![r"\S+"; time.split_whitespace().count()].join(r"\s+");
        format!(r"^\W*(?<time>{words}?)[\s\],].*")
    });
    let unit = if has_unit { r"\s*(?<unit>[A-Za-z]+)" } else { "" };
    let text = escape(before[from..].trim_start()).replace(' ', r"\s*");
    format!("{time}{text}(?<value>[0-9.,]+){unit}")
}
