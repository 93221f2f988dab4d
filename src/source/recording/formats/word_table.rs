//! Word table: a format whose tables have a header line and columns of words. One row of facts for each tool.

use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::table::TableRows;
use super::words::{Tool, WordSplitter};

/// Format of the output of a tool.
pub(in super::super) struct WordTable {
    /// Name for `--input-format`.
    pub name: &'static str,
    /// Name in the answer.
    pub title: &'static str,
    /// One line about the format.
    pub about: &'static str,
    /// Tables of the tool in its versions; the first one that the beginning has is read.
    pub tools: &'static [Tool],
}

impl WordTable {
    /// Returns the table of which the beginning has the header.
    fn tool_of(&self, head: &Head) -> Option<Tool> {
        let has_header = |tool: &&Tool| head.filled_lines().any(|line| WordSplitter::header(tool, line).is_some());
        self.tools.iter().find(has_header).copied()
    }
}

impl RecordingFormat for WordTable {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        self.tool_of(head).map(|_| Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        // A format that the user forces may lack its header: the error then names the columns.
        let tool = self.tool_of(head).or(self.tools.last().copied()).unwrap_or(Tool::PLAIN);
        let splitter = || Box::new(WordSplitter::new(tool, head));
        Ok(Box::new(TableRows::open(self.title, head, splitter(), splitter(), layout, lines.file())?))
    }
}
