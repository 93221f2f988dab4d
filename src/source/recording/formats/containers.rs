//! Tables of containers: the output of `docker stats` and `kubectl top`.

use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::table::{Content, Splitter, TableRows};
use super::leading_time::{split_stamp, time_line, timed};
use super::word_table::WordTable;
use super::words::Tool;

/// Output of `docker stats`.
pub(in super::super) const DOCKER_STATS: WordTable = WordTable {
    name: "docker-stats",
    title: "docker stats",
    about: "output of 'docker stats' or 'podman stats'",
    tools: &[Tool {
        header: &["MEM USAGE / LIMIT"],
        has_wide_names: true,
        ignored: &["CONTAINER ID", "ID"],
        ..Tool::PLAIN
    }],
};

/// Output of `kubectl top`.
pub(in super::super) struct KubectlTop;

impl RecordingFormat for KubectlTop {
    fn name(&self) -> &'static str {
        "kubectl-top"
    }

    fn about(&self) -> &'static str {
        "output of 'kubectl top pod', with a time in front or above"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        let rows = head.filled_lines().filter(|line| pod_row(line).is_some()).count();
        (4 * rows >= head.filled_lines().count()).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let has_time = head.filled_lines().filter_map(pod_row).any(|row| !row[0].is_empty());
        let splitter = || Box::new(PodSplitter { has_time });
        Ok(Box::new(TableRows::open("kubectl top", head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Splits a row of `kubectl top`: time, name of the pod with namespace and container, memory. The processor is in
/// thousandths, the memory in a binary unit.
fn pod_row(line: &str) -> Option<Vec<String>> {
    let (time, rest) = split_stamp(line);
    let words: Vec<&str> = rest.split_whitespace().collect();
    let cpu =
        words.iter().position(|word| word.strip_suffix('m').is_some_and(|digits| digits.parse::<u32>().is_ok()))?;
    let memory = words.get(cpu + 1).filter(|word| {
        ["Ki", "Mi", "Gi"]
            .iter()
            .any(|unit| word.strip_suffix(unit).is_some_and(|digits| digits.parse::<u64>().is_ok()))
    })?;
    (1..=3).contains(&cpu).then(|| vec![time.to_owned(), words[..cpu].join("/"), (*memory).to_owned()])
}

/// Splitter of rows of `kubectl top`.
#[derive(Debug)]
struct PodSplitter {
    /// True if the time precedes each row.
    has_time: bool,
}

impl Splitter for PodSplitter {
    fn split(&mut self, line: &str) -> Content {
        match pod_row(line) {
            Some(row) => Content::Rows(vec![timed(self.has_time, &row)]),
            None => time_line(line).map_or(Content::Other, Content::Time),
        }
    }

    fn names(&self) -> Option<Vec<String>> {
        let names = ["time", "pod", "memory"];
        Some(timed(self.has_time, &names))
    }
}
