//! Tables in columns of words: the output of `ps`, `top` and other tools, with a header line.

use super::super::assignment::TableFacts;
use super::super::head::Head;
use super::super::names::{MIN_JUDGED_RANK, Meaning, Memory, meaning_of};
use super::super::quantity::{DecimalMark, whole_quantity};
use super::super::table::{Content, Splitter};
use super::leading_time::{split_stamp, time_line};

/// Properties of the tables of one tool.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Tool {
    /// Words of which the header has all.
    pub header: &'static [&'static str],
    /// True if names of columns have several words: two spaces separate them.
    pub has_wide_names: bool,
    /// Bytes of the unit of plain numbers.
    pub unit_bytes: Option<f64>,
    /// True if rows have single words although names are wide.
    pub has_narrow_rows: bool,
    /// True if a blank line ends a table.
    pub has_sections: bool,
    /// Columns of this tool that have the names of others.
    pub ignored: &'static [&'static str],
    /// Clearer names of columns.
    pub renamed: &'static [(&'static str, &'static str)],
}

impl Tool {
    /// Table of single words in units that it states.
    pub(super) const PLAIN: Self = Self {
        header: &[],
        has_wide_names: false,
        unit_bytes: None,
        has_narrow_rows: false,
        has_sections: false,
        ignored: &[],
        renamed: &[],
    };
}

/// Splitter of tables in columns of words.
#[derive(Debug, Clone)]
pub(super) struct WordSplitter {
    tool: Tool,
    /// Names of the current table; empty before the first header.
    names: Vec<String>,
    /// True if rows begin with a time although the header has none.
    has_row_times: bool,
    /// True if the rows of the current table begin with a time that its header does not name.
    has_time: bool,
    is_named: bool,
}

impl WordSplitter {
    /// Creates the splitter of the tables of a tool.
    pub(super) fn new(tool: Tool, head: &Head) -> Self {
        let is_header = |line: &&str| Self::header(&tool, split_stamp(line).1).is_some();
        let lines: Vec<&str> = head.filled_lines().skip_while(|line| !is_header(line)).collect();
        let is_header_plain = lines.first().is_some_and(|line| split_stamp(line).0.is_empty());
        let rows = || lines.iter().skip(1).filter(|line| split_stamp(line).1.split_whitespace().count() > 1);
        let stamped = rows().filter(|line| !split_stamp(line).0.is_empty()).count();
        let has_row_times = is_header_plain && stamped > 0 && 2 * stamped > rows().count();
        Self { tool, names: Vec::new(), has_row_times, has_time: false, is_named: false }
    }

    /// Returns the names in a header line; `None` if the line is none.
    pub(super) fn header(tool: &Tool, line: &str) -> Option<Vec<String>> {
        let names = cells_of(line.trim_start_matches('#'), tool.has_wide_names);
        let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        let is_number = |name: &String| whole_quantity(name, DecimalMark::Point).is_some();
        (names.len() > 1 && tool.header.iter().all(|wanted| has(wanted)) && !names.iter().any(is_number))
            .then_some(names)
    }

    fn row(&self, line: &str) -> Option<Vec<String>> {
        let (time, rest) = split_stamp(line);
        // A header that names the time has one name for it; the rows may have several words.
        let names_time = is_time(&self.names[0]);
        let has_time = self.has_time || names_time && !time.is_empty();
        if has_time == time.is_empty() {
            return None;
        }
        let words = cells_of(rest, self.tool.has_wide_names && !self.tool.has_narrow_rows);
        let width = self.names.len() - usize::from(has_time);
        if words.len() < width || width == 0 {
            return None;
        }
        let mut cells: Vec<String> = Vec::with_capacity(self.names.len());
        if has_time {
            cells.push(time.to_owned());
        }
        // A command may have spaces, and so may the last column.
        let names = &self.names[usize::from(has_time)..];
        let wide = names.iter().position(|name| meaning_of(name) == Meaning::Cmdline).unwrap_or(width - 1);
        let behind = wide + 1 + words.len() - width;
        cells.extend_from_slice(&words[..wide]);
        cells.push(words[wide..behind].join(" "));
        cells.extend_from_slice(&words[behind..]);
        Some(cells)
    }
}

impl Splitter for WordSplitter {
    fn split(&mut self, line: &str) -> Content {
        if let Some(stamp) = time_line(line) {
            return Content::Time(stamp);
        }
        // Means over the rows above.
        if line.starts_with("Average:") || line.starts_with("Durchschn.:") {
            return Content::Other;
        }
        let (time, rest) = split_stamp(line);
        if let Some(mut names) = Self::header(&self.tool, rest) {
            let names_time = names.first().is_some_and(|name| is_time(name));
            self.has_time = !time.is_empty() || self.has_row_times && !names_time;
            for name in &mut names {
                if let Some((_, clear)) = self.tool.renamed.iter().find(|(tool, _)| tool == name) {
                    (*clear).clone_into(name);
                }
            }
            if self.has_time {
                names.insert(0, "time".to_owned());
            }
            self.is_named = true;
            self.names.clone_from(&names);
            return Content::Header(names);
        }
        if line.trim().is_empty() {
            self.is_named &= !self.tool.has_sections;
        }
        if !self.is_named || line.trim().is_empty() {
            return Content::Other;
        }
        let is_row = |cells: &Vec<String>| self.has_memory_value(cells);
        self.row(line).filter(is_row).map_or(Content::Other, |cells| Content::Rows(vec![cells]))
    }

    fn facts(&self) -> TableFacts {
        TableFacts { unit_bytes: self.tool.unit_bytes, ignored: self.tool.ignored, ..TableFacts::default() }
    }
}

impl WordSplitter {
    /// True if each column of memory has a number: other lines are no rows of the table.
    fn has_memory_value(&self, cells: &[String]) -> bool {
        let mut columns = self.names.iter().zip(cells).filter(|(name, _)| is_memory(name));
        columns.all(|(_, cell)| {
            let usage = cell.split(" / ").next().unwrap_or(cell);
            whole_quantity(usage, DecimalMark::Point).is_some() || cell == "-"
        })
    }
}

/// True for the name of a column of the time.
fn is_time(name: &str) -> bool {
    matches!(meaning_of(name), Meaning::Time | Meaning::Elapsed(_))
}

/// True for the name of a column of memory in use.
pub(super) fn is_memory(name: &str) -> bool {
    matches!(meaning_of(name), Meaning::Memory(Memory { rank, .. }) if rank >= MIN_JUDGED_RANK)
}

/// Returns the cells of a line: its words, or the parts between two spaces.
pub(super) fn cells_of(line: &str, has_wide_names: bool) -> Vec<String> {
    if !has_wide_names {
        return line.split_whitespace().map(str::to_owned).collect();
    }
    line.replace('\t', "  ").split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
}
