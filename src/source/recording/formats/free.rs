//! Output of `free`: the memory of a host.

use super::super::assignment::TableFacts;
use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::quantity::{DecimalMark, whole_quantity};
use super::super::table::{Content, Splitter, TableRows};
use super::leading_time::{split_stamp, time_line, timed};

/// Output of `free`.
pub(in super::super) struct Free;

impl RecordingFormat for Free {
    fn name(&self) -> &'static str {
        "free"
    }

    fn about(&self) -> &'static str {
        "output of 'free', 'free -m' or 'free -h' in a loop"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        head.filled_lines().any(|line| header(line).is_some()).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let unit_bytes = unit_of(head);
        let has_time = head.filled_lines().any(|line| row(line).is_some_and(|cells| !cells[0].is_empty()));
        let names = head.filled_lines().find_map(header).unwrap_or_default();
        let splitter = || Box::new(FreeSplitter { unit_bytes, has_time, names: names.clone() });
        Ok(Box::new(TableRows::open("free", head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Returns the names in the header of `free`: from 'total' on.
fn header(line: &str) -> Option<Vec<String>> {
    let at = line.find("total")?;
    let names: Vec<String> = line[at..].split_whitespace().map(str::to_owned).collect();
    (names.len() >= 3 && names[1] == "used" && names[2] == "free").then_some(names)
}

/// Splits the row of the memory: time, then the cells.
fn row(line: &str) -> Option<Vec<String>> {
    let (time, rest) = split_stamp(line);
    let values = rest.trim_start().strip_prefix("Mem:").or_else(|| rest.trim_start().strip_prefix("Speicher:"))?;
    Some(std::iter::once(time).chain(values.split_whitespace()).map(|cell| cell.trim().to_owned()).collect())
}

/// Returns the bytes of the unit. The kernel counts in pages of 4 KiB: other numbers than multiples of 4 are MiB.
fn unit_of(head: &Head) -> f64 {
    let mut numbers = head.filled_lines().filter_map(row).flat_map(|cells| cells.into_iter().skip(1));
    let is_in_pages =
        numbers.all(|cell| whole_quantity(&cell, DecimalMark::Point).is_none_or(|found| found.number % 4.0 == 0.0));
    if is_in_pages { 1024.0 } else { 1_048_576.0 }
}

/// Splitter of the output of `free`.
#[derive(Debug)]
struct FreeSplitter {
    unit_bytes: f64,
    has_time: bool,
    names: Vec<String>,
}

impl Splitter for FreeSplitter {
    fn split(&mut self, line: &str) -> Content {
        match row(line) {
            Some(cells) => Content::Rows(vec![timed(self.has_time, &cells)]),
            None => time_line(line).map_or(Content::Other, Content::Time),
        }
    }

    fn names(&self) -> Option<Vec<String>> {
        let time = self.has_time.then(|| "time".to_owned());
        Some(time.into_iter().chain(self.names.iter().cloned()).collect())
    }

    fn facts(&self) -> TableFacts {
        TableFacts { unit_bytes: Some(self.unit_bytes), ..TableFacts::default() }
    }
}
