//! CSV of dotnet-counters: one counter a line.

use super::super::assignment::TableFacts;
use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::stamp::DateOrder;
use super::super::table::{Content, Splitter, TableRows};

/// Counters of memory, the most telling first: before .NET 9, and since.
const COUNTERS: [(&str, f64); 4] = [
    ("Working Set (MB)", 1e6),
    ("dotnet.process.memory.working_set (By)", 1.0),
    ("GC Heap Size (MB)", 1e6),
    ("GC Committed Bytes (MB)", 1e6),
];

/// CSV of dotnet-counters.
pub(in super::super) struct DotnetCounters;

impl RecordingFormat for DotnetCounters {
    fn name(&self) -> &'static str {
        "dotnet-counters"
    }

    fn about(&self) -> &'static str {
        "CSV of 'dotnet-counters collect'"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        let first = head.filled_lines().next()?;
        (first.starts_with("Timestamp,Provider,Counter Name") && counter_of(head).is_some())
            .then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let (counter, unit_bytes) = counter_of(head)
            .ok_or_else(|| RecordingError::NotInFormat { file: lines.file().to_owned(), format: self.name() })?;
        // Its times have the month first.
        let layout = Layout { time_format: layout.time_format.or(Some(DateOrder::MonthFirst)), ..layout.clone() };
        let splitter = || Box::new(CounterSplitter { counter, unit_bytes });
        Ok(Box::new(TableRows::open("dotnet-counters", head, splitter(), splitter(), &layout, lines.file())?))
    }
}

/// Returns the counter that is judged, with the bytes of its unit.
fn counter_of(head: &Head) -> Option<(&'static str, f64)> {
    COUNTERS.into_iter().find(|(counter, _)| head.lines().any(|line| row(line, counter).is_some()))
}

/// Returns time and value of a line of one counter: `time,provider,counter,type,value`.
fn row(line: &str, counter: &str) -> Option<Vec<String>> {
    let fields: Vec<&str> = line.trim().split(',').collect();
    let [time, _, name, _, value] = fields.as_slice() else { return None };
    name.starts_with(counter).then(|| vec![(*time).to_owned(), (*value).to_owned()])
}

/// Splitter of the lines of one counter.
#[derive(Debug)]
struct CounterSplitter {
    counter: &'static str,
    unit_bytes: f64,
}

impl Splitter for CounterSplitter {
    fn split(&mut self, line: &str) -> Content {
        row(line, self.counter).map_or(Content::Other, |cells| Content::Rows(vec![cells]))
    }

    fn names(&self) -> Option<Vec<String>> {
        let name = if self.counter.contains("Heap") { "heap used" } else { "working set" };
        Some(vec!["time".to_owned(), name.to_owned()])
    }

    fn facts(&self) -> TableFacts {
        TableFacts { unit_bytes: Some(self.unit_bytes), ..TableFacts::default() }
    }
}
