//! Advice for a log without a recognisable memory: the number that is most plausible, and the command that reads it.

use super::super::advice::line_pattern;
use super::super::command::{command, quoted};
use super::super::error::RecordingError;
use super::super::fault::excerpt;
use super::super::head::Head;
use super::super::names::{Meaning, Memory, meaning_of};
use super::log::split_time;
use super::phrase::{Phrase, phrases_of};

/// Returns the error for a recording that no format fits.
pub(in super::super) fn not_recognised(head: &Head, file: &str) -> RecordingError {
    let first = head.filled_lines().next().unwrap_or_default();
    let mut best: Option<(u8, &str, Phrase)> = None;
    for line in head.filled_lines() {
        for phrase in phrases_of(split_time(line).1) {
            let rank = plausibility(&phrase);
            if best.as_ref().is_none_or(|(known, ..)| rank > *known) {
                best = Some((rank, line, phrase));
            }
        }
    }
    let Some((rank, line, phrase)) = best else {
        return RecordingError::NotRecognised { file: file.to_owned(), line: excerpt(first.as_bytes()) };
    };
    let (time, rest) = split_time(line);
    let has_unit = phrase.unit_bytes().is_some();
    let pattern = line_pattern(rest, phrase.begin, time, has_unit);
    let unit =
        if has_unit { "" } else { " --value-unit UNIT (UNIT: B, KiB, MB, ..., or count for a number of things)" };
    let kind = match rank {
        PEAK => "a peak, which never falls",
        UNIT => "an amount without a name of memory",
        _ => "a number without a name of memory",
    };
    RecordingError::NoMemory {
        file: file.to_owned(),
        taken: format!("'{}' in '{}' is taken for {kind}", phrase.text, excerpt(line.as_bytes())),
        command: command(file, &format!("--line-regex {}{unit}", quoted(&pattern))),
    }
}

const PEAK: u8 = 3;
const UNIT: u8 = 2;

/// Returns the plausibility that a number is memory.
fn plausibility(phrase: &Phrase) -> u8 {
    match meaning_of(&phrase.name) {
        _ if phrase.is_percent || phrase.is_change => 0,
        Meaning::Memory(Memory { rank, .. }) if rank > 10 => PEAK,
        _ if phrase.unit_bytes().is_some() => UNIT,
        Meaning::Other if phrase.quantity.number >= 1e4 && !phrase.name.is_empty() => 1,
        _ => 0,
    }
}
