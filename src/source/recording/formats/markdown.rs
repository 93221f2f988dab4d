//! Tables in Markdown, as in pull requests.

use super::super::assignment::TableFacts;
use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::table::{Content, Splitter, TableRows};
use super::leading_time::time_line;

/// Tables in Markdown.
pub(in super::super) struct MarkdownTable;

impl RecordingFormat for MarkdownTable {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "a table in Markdown, or in a box as of 'pm2 list'"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        head.filled_lines().any(is_rule).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        // The header is the line above the first rule.
        let all: Vec<&str> = head.filled_lines().collect();
        let header = all.windows(2).filter(|pair| is_rule(pair[1])).map(|pair| cells(pair[0]));
        let header = header.into_iter().find(|header| header.len() > 1).unwrap_or_default();
        let is_boxed = all.iter().any(|line| line.contains(BAR));
        let splitter = || Box::new(MarkdownSplitter { header: header.clone(), is_boxed });
        let name = if is_boxed { "table in a box" } else { "Markdown table" };
        Ok(Box::new(TableRows::open(name, head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Bar of a table in a box, as `pm2 list` draws it.
const BAR: char = '│';

/// True for the line between header and rows: `|---|:--:|`, `----+----`, `├────┼────┤`.
fn is_rule(line: &str) -> bool {
    let line = line.trim().replace(['─', '━', '═'], "-").replace(['┼', '├', '┤', '┌', '┐', '└', '┘', '┬', '┴'], "+");
    line.contains("--")
        && line.contains(['|', '+'])
        && line.chars().all(|letter| matches!(letter, '|' | '-' | ':' | ' ' | '+'))
}

/// Returns the cells of a line, without marks of emphasis and code.
fn cells(line: &str) -> Vec<String> {
    let line = line.replace(BAR, "|");
    let line = line.trim().trim_start_matches('|').trim_end_matches('|');
    line.split('|').map(|cell| cell.replace(['*', '`'], "").trim().to_owned()).collect()
}

/// Splitter of the lines of a table.
#[derive(Debug)]
struct MarkdownSplitter {
    header: Vec<String>,
    is_boxed: bool,
}

impl Splitter for MarkdownSplitter {
    fn split(&mut self, line: &str) -> Content {
        if !line.contains(['|', BAR]) || is_rule(line) {
            return time_line(line).map_or(Content::Other, Content::Time);
        }
        let cells = cells(line);
        if cells == self.header {
            return Content::Other;
        }
        if cells.len() == self.header.len() { Content::Rows(vec![cells]) } else { Content::Other }
    }

    fn names(&self) -> Option<Vec<String>> {
        Some(self.header.clone())
    }

    fn facts(&self) -> TableFacts {
        // The uptime of each process of 'pm2 list' is no time of the row.
        TableFacts { ignored: if self.is_boxed { &["uptime"] } else { &[] }, ..TableFacts::default() }
    }
}
