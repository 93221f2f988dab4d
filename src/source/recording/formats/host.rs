//! Memory of a host in `/proc/meminfo` and in the output of `vmstat`.

use super::super::assignment::TableFacts;
use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::table::{Content, Splitter, TableRows};
use super::leading_time::{is_timed, split_stamp, time_line, timed};

/// Dumps of `/proc/meminfo`.
pub(in super::super) struct Meminfo;

impl RecordingFormat for Meminfo {
    fn name(&self) -> &'static str {
        "meminfo"
    }

    fn about(&self) -> &'static str {
        "dumps of /proc/meminfo, with a time above each: MemTotal less MemAvailable"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        let has = |name: &str| head.filled_lines().any(|line| meminfo(split_stamp(line).1, name).is_some());
        (has("MemTotal:") && has("MemAvailable:")).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let is_timed = is_timed(head, |rest| meminfo(rest, "MemAvailable:").is_some());
        let splitter = || Box::new(MeminfoSplitter { is_timed, total: 0 });
        Ok(Box::new(TableRows::open("/proc/meminfo", head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Returns the KiB of a line of `/proc/meminfo`.
fn meminfo(line: &str, name: &str) -> Option<u64> {
    line.trim().strip_prefix(name)?.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Splitter of dumps of `/proc/meminfo`.
#[derive(Debug)]
struct MeminfoSplitter {
    is_timed: bool,
    total: u64,
}

impl Splitter for MeminfoSplitter {
    fn split(&mut self, line: &str) -> Content {
        let (time, rest) = split_stamp(line);
        if let Some(total) = meminfo(rest, "MemTotal:") {
            self.total = total;
        } else if let Some(available) = meminfo(rest, "MemAvailable:") {
            let Some(used) = self.total.checked_sub(available) else { return Content::Other };
            let cells = [time.to_owned(), used.to_string()];
            return Content::Rows(vec![timed(self.is_timed, &cells)]);
        } else if let Some(stamp) = time_line(line) {
            return Content::Time(stamp);
        }
        Content::Other
    }

    fn names(&self) -> Option<Vec<String>> {
        let names = ["time", "memory in use"];
        Some(timed(self.is_timed, &names))
    }

    fn facts(&self) -> TableFacts {
        // The kernel's kB are KiB (proc(5)).
        TableFacts { unit_bytes: Some(1024.0), ..TableFacts::default() }
    }
}

/// Largest memory of a host in MiB: larger numbers are KiB.
const MAX_MIB: u64 = 4 << 20;

/// Output of `vmstat`.
pub(in super::super) struct Vmstat;

impl RecordingFormat for Vmstat {
    fn name(&self) -> &'static str {
        "vmstat"
    }

    fn about(&self) -> &'static str {
        "output of 'vmstat' or 'vmstat -t'; needs --total, the memory of the host"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        head.filled_lines().any(|line| vmstat_columns(line).is_some()).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let columns = head.filled_lines().find_map(vmstat_columns).unwrap_or_default();
        let rows = || head.filled_lines().filter_map(|line| vmstat_row(line, columns));
        let is_timed = rows().any(|(time, _)| !time.is_empty());
        // The kernel counts in pages of 4 KiB: other small numbers are those of 'vmstat -S M'.
        let is_in_pages = rows().all(|(_, available)| available.is_multiple_of(4) || available > MAX_MIB);
        let unit_bytes = if is_in_pages { 1024.0 } else { 1_048_576.0 };
        let splitter = || Box::new(VmstatSplitter { columns, is_timed, unit_bytes });
        Ok(Box::new(TableRows::open("vmstat", head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Returns the positions of free memory, buffers and cache in the header of `vmstat`.
fn vmstat_columns(line: &str) -> Option<[usize; 3]> {
    let names: Vec<&str> = line.split_whitespace().collect();
    let at = |wanted: &str| names.iter().position(|name| *name == wanted);
    at("swpd")?;
    Some([at("free")?, at("buff")?, at("cache")?])
}

/// Returns the time of a row, at its beginning or end, and the memory that is left.
fn vmstat_row(line: &str, columns: [usize; 3]) -> Option<(&str, u64)> {
    let (before, rest) = split_stamp(line);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let numbers = words.iter().take_while(|word| word.bytes().all(|byte| byte.is_ascii_digit())).count();
    if numbers < 16 {
        return None;
    }
    let left = columns.iter().map(|&column| words[column].parse::<u64>().ok()).sum::<Option<u64>>()?;
    let behind = words.get(numbers).and_then(|word| rest.find(word)).map_or("", |at| rest[at..].trim());
    Some((if before.is_empty() { behind } else { before }, left))
}

/// Splitter of the output of `vmstat`.
#[derive(Debug)]
struct VmstatSplitter {
    columns: [usize; 3],
    is_timed: bool,
    unit_bytes: f64,
}

impl Splitter for VmstatSplitter {
    fn split(&mut self, line: &str) -> Content {
        match vmstat_row(line, self.columns) {
            Some((time, left)) => {
                let cells = [time.to_owned(), left.to_string()];
                Content::Rows(vec![timed(self.is_timed, &cells)])
            }
            None => time_line(line).map_or(Content::Other, Content::Time),
        }
    }

    fn names(&self) -> Option<Vec<String>> {
        let names = ["time", "free memory with buffers and cache"];
        Some(timed(self.is_timed, &names))
    }

    fn facts(&self) -> TableFacts {
        TableFacts { unit_bytes: Some(self.unit_bytes), ..TableFacts::default() }
    }
}
