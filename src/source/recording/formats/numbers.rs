//! Numbers without names: one a line, or in columns separated by spaces, with or without a time above them.

use super::super::assignment::TableFacts;
use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::quantity::{DecimalMark, whole_quantity};
use super::super::stamp::{DateOrder, leading_stamp, whole_stamp};
use super::super::table::{Content, Splitter, TableRows};
use super::leading_time::epoch_stamp;

/// Least share of lines that are numbers or times.
const MIN_REGULAR: f64 = 0.8;

/// Format of bare numbers.
pub(in super::super) struct Numbers;

impl RecordingFormat for Numbers {
    fn name(&self) -> &'static str {
        "numbers"
    }

    fn about(&self) -> &'static str {
        "numbers one a line, or in columns without names"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        let lines = head.filled_lines().count();
        let regular = head.filled_lines().filter(|line| numbers_in(line).is_some() || is_time(line)).count();
        #[expect(clippy::cast_precision_loss, reason = "at most 64 Ki lines")]
        (width(head) > 0 && regular as f64 >= MIN_REGULAR * lines as f64).then_some(Confidence::Likely)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let splitter = || Box::new(NumberSplitter::new(head));
        Ok(Box::new(TableRows::open("numbers", head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Returns the numbers of a line that has nothing else, behind a time.
fn numbers_in(line: &str) -> Option<Vec<String>> {
    let (time, rest) = match leading_stamp(line, DateOrder::DayFirst) {
        Some((_, length)) if !line[length..].trim().is_empty() => line.split_at(length),
        _ => ("", line),
    };
    let numbers = plain_numbers(rest)?;
    Some(std::iter::once(time.to_owned()).filter(|time| !time.is_empty()).chain(numbers).collect())
}

fn plain_numbers(line: &str) -> Option<Vec<String>> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |word: &&str| whole_quantity(word, DecimalMark::Point).is_some();
    (!words.is_empty() && words.iter().all(is_number)).then(|| words.iter().map(|&word| word.to_owned()).collect())
}

fn is_time(line: &str) -> bool {
    whole_stamp(line, DateOrder::DayFirst).is_some()
}

/// Returns the number of columns of most lines.
fn width(head: &Head) -> usize {
    let mut widths: Vec<usize> = head.filled_lines().filter_map(numbers_in).map(|numbers| numbers.len()).collect();
    widths.sort_unstable();
    widths.chunk_by(|a, b| a == b).max_by_key(|same| same.len()).map_or(0, |same| same[0])
}

/// Splitter of lines of numbers.
#[derive(Debug)]
struct NumberSplitter {
    names: Vec<String>,
    is_named: bool,
    /// True if each second line is a time in seconds since 1970.
    has_epoch_lines: bool,
}

impl NumberSplitter {
    /// Creates the splitter; a first line of words names the columns.
    fn new(head: &Head) -> Self {
        let width = width(head);
        let first = head.filled_lines().find(|line| !is_time(line)).unwrap_or_default();
        let words: Vec<String> = first.split_whitespace().map(str::to_owned).collect();
        let is_named = numbers_in(first).is_none() && words.len() == width;
        let names = match width {
            _ if is_named => words,
            1 => vec!["value".to_owned()],
            2 if begins_with_time(head) => vec!["time".to_owned(), "value".to_owned()],
            _ => {
                let first = if begins_with_time(head) { "time" } else { "column 1" };
                std::iter::once(first.to_owned()).chain((2..=width).map(|number| format!("column {number}"))).collect()
            }
        };
        Self { names, is_named, has_epoch_lines: width == 1 && alternates_with_epochs(head) }
    }
}

/// True if the first column holds times: stamps, or seconds since 1970.
fn begins_with_time(head: &Head) -> bool {
    let mut first = head.filled_lines().filter_map(numbers_in).filter(|numbers| numbers.len() > 1).peekable();
    first.peek().is_some()
        && first.all(|numbers| {
            whole_stamp(&numbers[0], DateOrder::DayFirst).is_some() || epoch_stamp(&numbers[0]).is_some()
        })
}

/// True if times in seconds since 1970 and smaller numbers alternate, as a loop of `date +%s` and another command prints.
fn alternates_with_epochs(head: &Head) -> bool {
    let numbers = head.filled_lines().filter(|line| plain_numbers(line).is_some());
    let is_epoch: Vec<bool> = numbers.map(|line| epoch_stamp(line).is_some()).collect();
    is_epoch.len() > 1 && is_epoch[0] && is_epoch.windows(2).all(|pair| pair[0] != pair[1])
}

impl Splitter for NumberSplitter {
    fn split(&mut self, line: &str) -> Content {
        if let Some(stamp) = epoch_stamp(line.trim()).filter(|_| self.has_epoch_lines) {
            return Content::Time(stamp);
        }
        match numbers_in(line) {
            Some(cells) if cells.len() == self.names.len() => Content::Rows(vec![cells]),
            _ => whole_stamp(line, DateOrder::DayFirst).map_or(Content::Other, Content::Time),
        }
    }

    fn names(&self) -> Option<Vec<String>> {
        Some(self.names.clone())
    }

    fn facts(&self) -> TableFacts {
        TableFacts { is_unnamed: !self.is_named, ..TableFacts::default() }
    }
}
