//! Files of profilers: psrecord, mprof and jstat.

use super::super::assignment::TableFacts;
use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::table::{Content, Splitter, TableRows};
use super::word_table::WordTable;
use super::words::Tool;

const MIB: f64 = 1_048_576.0;

/// File of psrecord, which divides by 1024 twice and names the result MB.
pub(in super::super) const PSRECORD: WordTable = WordTable {
    name: "psrecord",
    title: "psrecord",
    about: "file of 'psrecord --log'",
    tools: &[Tool {
        header: &["Elapsed time", "Real (MB)"],
        has_wide_names: true,
        has_narrow_rows: true,
        renamed: &[("Real (MB)", "Real (MiB)")],
        ..Tool::PLAIN
    }],
};

/// Output of `jstat -gc`, which counts in KiB (jstat(1)). The old generation holds what lives long.
pub(in super::super) const JSTAT: WordTable = WordTable {
    name: "jstat",
    title: "jstat",
    about: "output of 'jstat -gc', with or without -t",
    tools: &[Tool {
        header: &["OC", "OU", "YGC"],
        unit_bytes: Some(1024.0),
        renamed: &[("OU", "OU (old heap used)"), ("Timestamp", "elapsed_s")],
        ..Tool::PLAIN
    }],
};

/// File of mprof.
pub(in super::super) struct Mprof;

impl RecordingFormat for Mprof {
    fn name(&self) -> &'static str {
        "mprof"
    }

    fn about(&self) -> &'static str {
        "file of memory_profiler: mprofile_*.dat"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        let rows = head.filled_lines().filter(|line| mprof_row(line).is_some()).count();
        (rows > 0
            && 2 * rows + 1
                >= head.filled_lines().filter(|line| !line.starts_with("CHLD") && !line.starts_with("FUNC")).count())
        .then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let splitter = || Box::new(MprofSplitter);
        Ok(Box::new(TableRows::open("mprof", head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Splits a line `MEM <MiB> <seconds since 1970>`, the memory of the process; with children counted in, of all.
fn mprof_row(line: &str) -> Option<Vec<String>> {
    let mut words = line.strip_prefix("MEM ")?.split_whitespace();
    let (memory, time) = (words.next()?, words.next()?);
    let is_number = |word: &str| word.parse::<f64>().is_ok();
    (is_number(memory) && is_number(time) && words.next().is_none()).then(|| vec![time.to_owned(), memory.to_owned()])
}

/// Splitter of files of mprof.
#[derive(Debug)]
struct MprofSplitter;

impl Splitter for MprofSplitter {
    fn split(&mut self, line: &str) -> Content {
        mprof_row(line).map_or(Content::Other, |row| Content::Rows(vec![row]))
    }

    fn names(&self) -> Option<Vec<String>> {
        Some(vec!["time".to_owned(), "MEM".to_owned()])
    }

    fn facts(&self) -> TableFacts {
        TableFacts { unit_bytes: Some(MIB), ..TableFacts::default() }
    }
}
