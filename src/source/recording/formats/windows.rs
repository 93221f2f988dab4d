//! Tables of Windows: the output of `tasklist`, and of `Get-Process` in PowerShell.

use super::super::assignment::TableFacts;
use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::table::{Content, Splitter, TableRows};
use super::leading_time::time_line;
use super::word_table::WordTable;
use super::words::Tool;

/// Output of `Get-Process`, which counts in binary units (K up to PowerShell 5, M from 6 on).
pub(in super::super) const GET_PROCESS: WordTable = WordTable {
    name: "get-process",
    title: "Get-Process",
    about: "output of Get-Process in PowerShell, with a time above each table",
    tools: &[Tool {
        header: &["Id", "ProcessName"],
        ignored: &["CPU(s)"],
        renamed: &[("WS(K)", "WS KiB"), ("WS(M)", "WS MiB"), ("PM(K)", "PM KiB"), ("PM(M)", "PM MiB"), ("Id", "PID")],
        ..Tool::PLAIN
    }],
};

/// Output of `tasklist`.
pub(in super::super) struct Tasklist;

impl RecordingFormat for Tasklist {
    fn name(&self) -> &'static str {
        "tasklist"
    }

    fn about(&self) -> &'static str {
        "output of 'tasklist', with a time above each table"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        // The header is translated, the line below it is not.
        let has_rule = head.filled_lines().any(|line| line.starts_with("=====") && line.contains("= ="));
        (has_rule && head.filled_lines().any(|line| task_row(line).is_some())).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let splitter = || Box::new(TaskSplitter);
        Ok(Box::new(TableRows::open("tasklist", head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Splits a row into name, pid and KiB: `app.exe   4242 Console   1   204,800 K`.
fn task_row(line: &str) -> Option<Vec<String>> {
    let words: Vec<&str> = line.trim().strip_suffix(" K")?.split_whitespace().collect();
    // Thousands are separated by a mark of the country: a comma, a point or a space.
    let pid = words.iter().skip(1).position(|word| word.bytes().all(|byte| byte.is_ascii_digit()))? + 1;
    let memory: String = words.get(pid + 3..)?.concat().chars().filter(char::is_ascii_digit).collect();
    (!memory.is_empty()).then(|| vec![words[..pid].join(" "), words[pid].to_owned(), memory])
}

/// Splitter of rows of `tasklist`.
#[derive(Debug)]
struct TaskSplitter;

impl Splitter for TaskSplitter {
    fn split(&mut self, line: &str) -> Content {
        match task_row(line) {
            Some(row) => Content::Rows(vec![row]),
            None => time_line(line).map_or(Content::Other, Content::Time),
        }
    }

    fn names(&self) -> Option<Vec<String>> {
        Some(["name", "pid", "memory"].map(str::to_owned).to_vec())
    }

    fn facts(&self) -> TableFacts {
        TableFacts { unit_bytes: Some(1024.0), ..TableFacts::default() }
    }
}
