//! Status of processes: dumps of `/proc/PID/status`, one after the other.

use super::super::assignment::TableFacts;
use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::table::{Content, Splitter, TableRows};
use super::leading_time::{is_timed, split_stamp, time_line, timed};

/// Dumps of `/proc/PID/status`.
pub(in super::super) struct ProcStatus;

impl RecordingFormat for ProcStatus {
    fn name(&self) -> &'static str {
        "proc-status"
    }

    fn about(&self) -> &'static str {
        "/proc/PID/status or /proc/PID/smaps_rollup in a loop: VmRSS, Rss"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        // The mappings of /proc/PID/smaps have a size each: their resident memory is a part.
        let is_of_mapping = head.filled_lines().any(|line| line.starts_with("Size:    "));
        let has_rss = head.filled_lines().any(|line| rss(split_stamp(line).1).is_some());
        (has_rss && !is_of_mapping).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let is_timed = is_timed(head, |rest| rss(rest).is_some());
        let splitter = || Box::new(StatusSplitter { is_timed, name: String::new(), pid: String::new() });
        Ok(Box::new(TableRows::open("/proc status", head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Returns the KiB of a line `VmRSS:     1234 kB`, or of `Rss:` in `/proc/PID/smaps_rollup`, which is padded.
fn rss(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let value =
        line.strip_prefix("VmRSS:").or_else(|| line.strip_prefix("Rss:    "))?.trim().strip_suffix("kB")?.trim();
    value.parse::<u64>().ok().map(|_| value)
}

/// Splitter of dumps.
#[derive(Debug)]
struct StatusSplitter {
    /// True if a time precedes each line.
    is_timed: bool,
    name: String,
    pid: String,
}

impl Splitter for StatusSplitter {
    fn split(&mut self, line: &str) -> Content {
        let (time, rest) = split_stamp(line);
        let rest = rest.trim();
        if let Some(name) = rest.strip_prefix("Name:") {
            name.trim().clone_into(&mut self.name);
        } else if let Some(pid) = rest.strip_prefix("Pid:") {
            pid.trim().clone_into(&mut self.pid);
        } else if let Some(value) = rss(rest) {
            return Content::Rows(vec![timed(self.is_timed, &[time, &self.name, &self.pid, value])]);
        } else if let Some(stamp) = time_line(line) {
            return Content::Time(stamp);
        }
        Content::Other
    }

    fn names(&self) -> Option<Vec<String>> {
        let names = ["time", "name", "pid", "VmRSS"];
        Some(timed(self.is_timed, &names))
    }

    fn facts(&self) -> TableFacts {
        // The kernel's kB are KiB (proc(5)).
        TableFacts { unit_bytes: Some(1024.0), ..TableFacts::default() }
    }
}
