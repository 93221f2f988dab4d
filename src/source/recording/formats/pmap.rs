//! Last lines of `pmap -x`, in a loop.

use super::super::assignment::TableFacts;
use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::table::{Content, Splitter, TableRows};
use super::leading_time::{is_timed, split_stamp, time_line, timed};

/// Last lines of `pmap -x`.
pub(in super::super) struct Pmap;

impl RecordingFormat for Pmap {
    fn name(&self) -> &'static str {
        "pmap"
    }

    fn about(&self) -> &'static str {
        "last line of 'pmap -x PID' in a loop: the column RSS"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        head.filled_lines().any(|line| total(split_stamp(line).1).is_some()).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let is_timed = is_timed(head, |rest| total(rest).is_some());
        let splitter = || Box::new(PmapSplitter { is_timed });
        Ok(Box::new(TableRows::open("pmap", head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Returns the resident KiB of the last line: `total kB  1104800  204800  184800`.
fn total(line: &str) -> Option<&str> {
    let numbers: Vec<&str> = line.trim().strip_prefix("total kB")?.split_whitespace().collect();
    let is_number = |word: &&str| word.parse::<u64>().is_ok();
    (numbers.len() == 3 && numbers.iter().all(is_number)).then(|| numbers[1])
}

/// Splitter of the lines.
#[derive(Debug)]
struct PmapSplitter {
    is_timed: bool,
}

impl Splitter for PmapSplitter {
    fn split(&mut self, line: &str) -> Content {
        let (time, rest) = split_stamp(line);
        match total(rest) {
            Some(rss) => Content::Rows(vec![timed(self.is_timed, &[time, rss])]),
            None => time_line(line).map_or(Content::Other, Content::Time),
        }
    }

    fn names(&self) -> Option<Vec<String>> {
        Some(timed(self.is_timed, &["time", "RSS"]))
    }

    fn facts(&self) -> TableFacts {
        TableFacts { unit_bytes: Some(1024.0), ..TableFacts::default() }
    }
}
