//! Lines of any log that hold a memory value with a name or a unit: `[MEMORY] rss=1160MB | jobs_total=1`.

use super::super::error::RecordingError;
use super::super::fault::FaultKind;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::names::{MIN_JUDGED_RANK, Meaning, Memory, meaning_of};
use super::super::stamp::{DateOrder, leading_stamp, whole_stamp};
use super::super::table::{Content, Splitter, TableRows};
use super::phrase::{Phrase, phrases_of};
use super::tags::{distinct_tags, pid_in, tags_in};
use crate::model::Counter;
use crate::units::WorkUnit;

/// Rank of a value that has a unit of memory and no name.
const UNIT_ALONE: u8 = 30;
/// Rank of the size of a heap, in use or not.
const HEAP_SIZE: u8 = 55;
/// Least rank of a further series of another kind than the main one.
const MIN_OTHER_RANK: u8 = 70;
/// Fewest lines of a further series.
const MIN_SERIES_LINES: usize = 3;
/// Column that names the series.
const SERIES: &str = "name";

/// Format of log lines.
pub(in super::super) struct LogLines;

impl RecordingFormat for LogLines {
    fn name(&self) -> &'static str {
        "log"
    }

    fn about(&self) -> &'static str {
        "lines of any log with a memory value that has a name or a unit"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        Pattern::find(head).map(|_| Confidence::Possible)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let pattern = Pattern::find(head)
            .ok_or_else(|| RecordingError::NotInFormat { file: lines.file().to_owned(), format: self.name() })?;
        if head.filled_lines().filter(|line| line.contains("Killed process")).count() * 2 > head.filled_lines().count()
        {
            return Err(RecordingError::OnlyKills { file: lines.file().to_owned() });
        }
        let splitter = || Box::new(LogSplitter { pattern: pattern.clone(), work: None });
        Ok(Box::new(TableRows::open("log lines", head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Values of a log that are read, by the phrases before them.
#[derive(Debug, Clone, PartialEq)]
struct Pattern {
    /// Phrase of the memory; then those of further series.
    memory: Vec<String>,
    /// Phrase of a counter of work, or of an elapsed time.
    axis: Option<(String, LineAxis)>,
    counts: Vec<(String, Counter)>,
    /// Keys of the names that distinguish series.
    tags: Vec<String>,
    has_pid: bool,
    has_time: bool,
}

/// Kind of the axis besides the time of a clock.
#[derive(Debug, Clone, Copy, PartialEq)]
enum LineAxis {
    Elapsed,
    Work(WorkUnit),
}

/// Occurrences of one phrase.
struct Seen {
    phrase: String,
    rank: u8,
    lines: Vec<usize>,
}

impl Pattern {
    /// Finds the values at the beginning of a log.
    fn find(head: &Head) -> Option<Self> {
        let texts: Vec<(bool, &str)> = head
            .lines()
            .map(|line| {
                let (time, rest) = split_time(line);
                (time.is_some(), rest)
            })
            .collect();
        let lines: Vec<(bool, Vec<Phrase>)> =
            texts.iter().map(|&(has_time, rest)| (has_time, phrases_of(rest))).collect();
        let seen = memory_phrases(&lines);
        let main =
            seen.iter().max_by_key(|seen| (seen.rank, seen.lines.len(), std::cmp::Reverse(seen.lines.first())))?;
        let mut memory = vec![main.phrase.clone()];
        let others = seen.iter().filter(|other| {
            other.phrase != main.phrase
                // As many lines of another rank are parts of the same memory: a heap, or the memory without shared pages.
                && (other.rank == main.rank
                    || other.rank >= MIN_OTHER_RANK && 2 * other.lines.len() <= main.lines.len())
                && other.lines.len() >= MIN_SERIES_LINES
                && other.lines.iter().all(|line| !main.lines.contains(line))
        });
        memory.extend(others.map(|other| other.phrase.clone()));
        let of_main: Vec<&Vec<Phrase>> = main.lines.iter().map(|&line| &lines[line].1).collect();
        let timed = main.lines.iter().filter(|&&line| lines[line].0).count();
        let mut counts = Vec::new();
        for phrase in of_main.iter().flat_map(|phrases| phrases.iter()) {
            if let Meaning::Count(counter) = meaning_of(&phrase.name)
                && !counts.iter().any(|(_, known)| *known == counter)
            {
                counts.push((phrase.name.clone(), counter));
            }
        }
        Some(Self {
            memory,
            axis: find_axis(&of_main),
            counts,
            tags: distinct_tags(&main.lines.iter().map(|&line| tags_in(texts[line].1)).collect::<Vec<_>>()),
            has_pid: main.lines.iter().all(|&line| pid_in(texts[line].1, &lines[line].1).is_some()),
            has_time: 2 * timed > main.lines.len(),
        })
    }

    /// Returns the names of the columns.
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        if self.has_time {
            names.push("time".to_owned());
        }
        if let Some((phrase, axis)) = &self.axis {
            names.push(match axis {
                LineAxis::Elapsed => phrase.clone(),
                LineAxis::Work(unit) => unit.plural().to_owned(),
            });
        }
        let memory = &self.memory[0];
        let is_named = matches!(meaning_of(memory), Meaning::Memory(_) | Meaning::Available);
        names.push(if is_named { memory.clone() } else { "memory".to_owned() });
        names.extend(self.counts.iter().map(|(phrase, _)| phrase.clone()));
        if self.has_pid {
            names.push("pid".to_owned());
        }
        // Each key has the meaning of a name.
        names.extend(self.tags.iter().cloned());
        if self.memory.len() > 1 {
            names.push(SERIES.to_owned());
        }
        names
    }
}

/// Returns the phrases that name memory, or precede a number with a unit of memory.
fn memory_phrases(lines: &[(bool, Vec<Phrase>)]) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    for (at, (_, phrases)) in lines.iter().enumerate() {
        let has_used = phrases.iter().any(|phrase| phrase.name == "used" && !phrase.is_percent);
        let units_alone =
            phrases.iter().filter(|phrase| phrase.name.is_empty() && phrase.unit_bytes().is_some()).count();
        for phrase in phrases.iter().filter(|phrase| !phrase.is_change) {
            let rank = match meaning_of(&phrase.name) {
                // 'heap total 524288K, used 204800K': the part in use is judged.
                Meaning::Memory(Memory { rank: HEAP_SIZE, .. }) if has_used => continue,
                Meaning::Memory(Memory { rank, .. }) if rank >= MIN_JUDGED_RANK && !phrase.is_percent => rank,
                _ if phrase.name.ends_with("worker killer consuming") && phrase.unit_bytes().is_some() => UNIT_ALONE,
                // A name of one letter, or no name at all: the unit tells.
                Meaning::Available if phrase.unit_bytes().is_some() || phrase.quantity.number >= 1e6 => UNIT_ALONE - 1,
                _ if phrase.unit_bytes().is_some() && phrase.name.is_empty() && units_alone == 1 && !phrase.is_cell => {
                    UNIT_ALONE
                }
                _ => continue,
            };
            match seen.iter_mut().find(|known| known.phrase == phrase.name) {
                Some(known) if known.lines.last() != Some(&at) => known.lines.push(at),
                Some(_) => {}
                None => seen.push(Seen { phrase: phrase.name.clone(), rank, lines: vec![at] }),
            }
        }
    }
    seen
}

/// Returns the phrase of an elapsed time or of a counter of work that each line has and that grows.
fn find_axis(lines: &[&Vec<Phrase>]) -> Option<(String, LineAxis)> {
    let kind_of = |phrase: &Phrase| match meaning_of(&phrase.name) {
        Meaning::Elapsed(_) => Some(LineAxis::Elapsed),
        Meaning::Work(unit) => Some(LineAxis::Work(unit)),
        _ => phrase.work_behind().map(LineAxis::Work),
    };
    let grows = |name: &str| {
        let value = |phrases: &&Vec<Phrase>| Some(phrases.iter().find(|phrase| phrase.name == name)?.quantity.number);
        let values: Vec<f64> = lines.iter().filter_map(value).collect();
        let is_regular = 10 * values.len() >= 9 * lines.len() && values.windows(2).all(|pair| pair[0] <= pair[1]);
        is_regular && values.first() < values.last()
    };
    let candidates: Vec<(String, LineAxis)> = lines
        .first()?
        .iter()
        .filter_map(|phrase| Some((phrase.name.clone(), kind_of(phrase)?)))
        .filter(|(name, _)| grows(name))
        .collect();
    let elapsed = candidates.iter().find(|(_, axis)| *axis == LineAxis::Elapsed);
    elapsed.or(candidates.first()).cloned()
}

/// Splits the time off the beginning of a line, behind brackets and a level if need be.
pub(super) fn split_time(line: &str) -> (Option<&str>, &str) {
    let mut from = 0;
    for _ in 0..4 {
        let rest = &line[from..];
        let skipped = rest.len() - rest.trim_start_matches([' ', '[', '(', '>', '|']).len();
        let begin = from + skipped;
        if let Some((_, length)) = leading_stamp(&line[begin..], DateOrder::DayFirst) {
            let time = &line[begin..begin + length];
            return (Some(time), line[begin + length..].trim_start_matches([']', ')', ',']));
        }
        if let Some(length) = epoch_length(&line[begin..]) {
            return (Some(&line[begin..begin + length]), &line[begin + length..]);
        }
        // The word before may be a level or a host.
        let Some(word) = line[begin..].find([' ', ']', '|']) else { break };
        if line[begin..begin + word].contains(['=', ':']) && !line[begin..begin + word].ends_with(':') {
            break;
        }
        from = begin + word + 1;
    }
    (None, line)
}

/// Returns the length of an epoch time at the beginning of a text: a word of ten digits, or more for smaller units.
fn epoch_length(text: &str) -> Option<usize> {
    let length = text.find([' ', ']', ',', '|', '\t'])?;
    let whole = text[..length].split('.').next()?;
    let is_epoch =
        matches!(whole.len(), 10 | 13 | 16 | 19) && whole.starts_with('1') && text[..length].parse::<f64>().is_ok();
    is_epoch.then_some(length)
}

/// Least rank of the memory of a process, other than its heap.
const MIN_PROCESS_RANK: u8 = 70;

/// True for the memory of a process under any name.
fn is_other_memory(phrase: &Phrase) -> bool {
    let is_process = |rank| rank >= MIN_PROCESS_RANK && !phrase.is_percent && phrase.unit_bytes().is_some();
    matches!(meaning_of(&phrase.name), Meaning::Memory(Memory { rank, .. }) if is_process(rank))
}

/// Splitter of log lines.
#[derive(Debug)]
struct LogSplitter {
    pattern: Pattern,
    /// Counter of work in a line above.
    work: Option<String>,
}

impl Splitter for LogSplitter {
    fn split(&mut self, line: &str) -> Content {
        let (time, rest) = split_time(line);
        let phrases = phrases_of(rest);
        let is_memory = |phrase: &&Phrase, name: &str| {
            phrase.name == name && !phrase.is_percent && (!name.is_empty() || phrase.unit_bytes().is_some())
        };
        let found = self.pattern.memory.iter().find_map(|name| phrases.iter().find(|phrase| is_memory(phrase, name)));
        let Some(memory) = found else {
            let whole = whole_stamp(line, DateOrder::DayFirst).filter(|_| !self.pattern.has_time);
            if whole.is_none() && phrases.iter().any(is_other_memory) {
                return Content::Faulty(FaultKind::OtherMemory);
            }
            return whole.map_or(Content::Other, Content::Time);
        };
        let mut cells = Vec::new();
        if self.pattern.has_time {
            cells.push(time.unwrap_or_default().to_owned());
        }
        let value = |name: &str| phrases.iter().find(|phrase| phrase.name == name);
        if let Some((name, axis)) = &self.pattern.axis {
            if let Some(phrase) = value(name) {
                let unit = if *axis == LineAxis::Elapsed { phrase.unit_of_time() } else { "" };
                self.work = Some(format!("{}{unit}", phrase.quantity.number));
            }
            cells.push(self.work.clone().unwrap_or_default());
        }
        cells.push(memory.text.clone());
        cells.extend(
            self.pattern
                .counts
                .iter()
                .map(|(name, _)| value(name).map_or_else(String::new, |phrase| phrase.text.clone())),
        );
        if self.pattern.has_pid {
            cells.push(pid_in(rest, &phrases).unwrap_or_default());
        }
        if !self.pattern.tags.is_empty() {
            let tags = tags_in(rest);
            let of_key = |key: &String| tags.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone());
            cells.extend(self.pattern.tags.iter().map(|key| of_key(key).unwrap_or_default()));
        }
        if self.pattern.memory.len() > 1 {
            cells.push(memory.name.clone());
        }
        Content::Rows(vec![cells])
    }

    fn names(&self) -> Option<Vec<String>> {
        Some(self.pattern.names())
    }
}
