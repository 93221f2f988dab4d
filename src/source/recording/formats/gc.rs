//! GC logs: the heap after the major collections of Java, Node and Go.

use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::quantity::{DecimalMark, leading_number, leading_quantity};
use super::super::stamp::{DateOrder, leading_stamp};
use super::super::table::{Content, Splitter, TableRows};

/// Fewest major collections at the beginning for which the others are left out.
const MIN_MAJOR: usize = 3;

/// Logs of collectors.
pub(in super::super) struct GcLog;

impl RecordingFormat for GcLog {
    fn name(&self) -> &'static str {
        "gc-log"
    }

    fn about(&self) -> &'static str {
        "GC log of Java (-Xlog:gc, -verbose:gc), 'node --trace-gc' or GODEBUG=gctrace=1"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        let collections = head.filled_lines().filter(|line| Collection::parse(line).is_some()).count();
        (collections > 0 && 4 * collections >= head.filled_lines().count()).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let collections: Vec<Collection> = head.filled_lines().filter_map(Collection::parse).collect();
        let is_major_only = collections.iter().filter(|collection| collection.is_major).count() >= MIN_MAJOR;
        let is_elapsed = collections.iter().all(|collection| collection.time.parse::<f64>().is_ok());
        let splitter = || Box::new(GcSplitter { is_major_only, is_elapsed });
        let format =
            if is_major_only { "GC log, heap after major collections" } else { "GC log, heap after each collection" };
        Ok(Box::new(TableRows::open(format, head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// One collection.
#[derive(Debug, PartialEq)]
struct Collection {
    /// Seconds since the start, or a time of a clock.
    time: String,
    /// Heap after it, with its unit.
    after: String,
    /// True if it collected the old generation.
    is_major: bool,
}

impl Collection {
    fn parse(line: &str) -> Option<Self> {
        Self::of_go(line).or_else(|| Self::of_node(line)).or_else(|| Self::of_java(line))
    }

    /// Parses `gc 7 @0.125s 2%: ... ms cpu, 4->4->1 MB, 5 MB goal, 8 P`: the third size is the live heap (Go, package
    /// runtime, gctrace).
    fn of_go(line: &str) -> Option<Self> {
        let rest = &line[line.find("gc ")?..];
        let (_, rest) = rest.split_once(" @")?;
        let (seconds, rest) = rest.split_once("s ")?;
        let sizes = rest.split(", ").find(|part| part.matches("->").count() == 2 && part.ends_with(" MB"))?;
        let live = sizes.rsplit("->").next()?.strip_suffix(" MB")?;
        seconds.parse::<f64>().ok()?;
        live.parse::<f64>().ok()?;
        Some(Self { time: seconds.to_owned(), after: format!("{live} MiB"), is_major: true })
    }

    /// Parses `[7:0x55] 1234 ms: Mark-Compact 25.1 (41.4) -> 22.6 (42.4) MB, 5.1 / 0.0 ms ...` (V8, --trace-gc). Its MB are
    /// MiB.
    fn of_node(line: &str) -> Option<Self> {
        let (before, rest) = line.split_once(" ms: ")?;
        let milliseconds: f64 = before.rsplit([' ', ']']).next()?.parse().ok()?;
        let is_major = rest.starts_with("Mark-") || rest.starts_with("Mark-sweep");
        let (_, after) = rest.split_once(" -> ")?;
        let (after, _) = after.split_once(' ')?;
        after.parse::<f64>().ok()?;
        rest.contains(" MB").then(|| Self {
            time: (milliseconds / 1000.0).to_string(),
            after: format!("{after} MiB"),
            is_major,
        })
    }

    /// Parses `[1.234s][info][gc] GC(5) Pause Full (...) 24M->3M(256M) 12.3ms` (JEP 271), and lines of older logs such as
    /// `151.126: [Full GC (Ergonomics) 1024K->512K(2048K), 0.01 secs]`.
    fn of_java(line: &str) -> Option<Self> {
        let is_unified = line.contains("GC(");
        if !is_unified && !line.contains("[GC") && !line.contains("[Full GC") {
            return None;
        }
        // The last sizes are those of the whole heap.
        let arrow = line.match_indices("->").map(|(at, _)| at).filter(|&at| line[at..].contains('(')).last()?;
        let text = &line[arrow + 2..];
        let size = leading_quantity(text, DecimalMark::Point)?;
        let after = &text[..size.length];
        size.unit_bytes?;
        let is_major =
            ["Pause Full", "[Full GC", "Pause Remark", "Pause Cleanup", "Garbage Collection (", "Concurrent"]
                .iter()
                .any(|mark| line.contains(mark));
        let time = java_time(line)?;
        Some(Self { time, after: after.to_owned(), is_major })
    }
}

/// Returns the time of a line of a Java log: an uptime in seconds, or a date.
fn java_time(line: &str) -> Option<String> {
    let text = line.trim_start_matches('[');
    if let Some((_, length)) = leading_stamp(text, DateOrder::DayFirst) {
        return Some(text[..length].to_owned());
    }
    let (seconds, length) = leading_number(text, DecimalMark::Point)?;
    let is_milliseconds = text[length..].starts_with("ms");
    Some(if is_milliseconds { (seconds / 1000.0).to_string() } else { text[..length].to_owned() })
}

/// Splitter of GC logs.
#[derive(Debug)]
struct GcSplitter {
    is_major_only: bool,
    /// True if times count from the start.
    is_elapsed: bool,
}

impl Splitter for GcSplitter {
    fn split(&mut self, line: &str) -> Content {
        match Collection::parse(line).filter(|collection| collection.is_major || !self.is_major_only) {
            Some(collection) => Content::Rows(vec![vec![collection.time, collection.after]]),
            None => Content::Other,
        }
    }

    fn names(&self) -> Option<Vec<String>> {
        let time = if self.is_elapsed { "elapsed_s" } else { "time" };
        Some(vec![time.to_owned(), "heap after collection".to_owned()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Option<(String, String, bool)> {
        Collection::parse(line).map(|found| (found.time, found.after, found.is_major))
    }

    #[test]
    fn collections_of_each_runtime_are_read() {
        for (line, time, after, is_major) in [
            (
                "gc 7 @0.125s 2%: 0.01+1.2+0.02 ms clock, 0.1+0.3/0.9/0+0.2 ms cpu, 4->4->1 MB, 5 MB goal, 8 P",
                "0.125",
                "1 MiB",
                true,
            ),
            (
                "[7:0x55d0]     1500 ms: Mark-Compact (reduce) 25.1 (41.4) -> 22.6 (42.4) MB, 5.10 / 0.00 ms",
                "1.5",
                "22.6 MiB",
                true,
            ),
            ("[7:0x55d0]       80 ms: Scavenge 4.5 (6.8) -> 3.9 (7.8) MB, 1.2 / 0.0 ms", "0.08", "3.9 MiB", false),
            ("[1.234s][info][gc] GC(5) Pause Full (System.gc()) 24M->3M(256M) 12.3ms", "1.234", "3M", true),
            (
                "[1.234s][info][gc] GC(5) Pause Young (Normal) (G1 Evacuation Pause) 24M->13M(256M) 2ms",
                "1.234",
                "13M",
                false,
            ),
            (
                "[2025-01-02T03:04:05.678+0000][gc] GC(9) Pause Remark 30M->28M(64M) 1ms",
                "2025-01-02T03:04:05.678+0000",
                "28M",
                true,
            ),
            (
                "151.126: [Full GC (Ergonomics) [PSYoungGen: 10K->0K(99K)] 1024K->512K(2048K), 0.01 secs]",
                "151.126",
                "512K",
                true,
            ),
        ] {
            assert_eq!(parsed(line), Some((time.to_owned(), after.to_owned(), is_major)), "{line}");
        }
        for line in ["", "gc of 5 items", "[0.005s][info][gc] Using G1", "a -> b (c)", "copied 5 MB -> 6 MB"] {
            assert_eq!(parsed(line), None, "{line}");
        }
    }
}
