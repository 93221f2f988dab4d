//! The table of matching processes, without samples.

use comfy_table::{CellAlignment, ColumnConstraint, Width};

use crate::escape;
use crate::units::{Bytes, Span};

use super::formatting::UNKNOWN;
use super::style::Style;
use super::table::{empty_table, heading_cell, trimmed_lines};

/// Index of the column with the command line.
const COMMAND: usize = 5;
/// Characters of the other columns.
const OTHER_COLUMNS: usize = 60;
/// Fewest characters of a command line.
const MIN_COMMAND: usize = 20;

/// One matching process. The texts are foreign.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedProcess {
    /// Process number.
    pub pid: u32,
    /// Name or number of its user; `None` if unknown.
    pub user: Option<String>,
    /// Age in seconds; `None` if unknown.
    pub age_s: Option<f64>,
    /// RSS in bytes; `None` if it could not be read.
    pub rss_bytes: Option<u64>,
    /// Name with the script of an interpreter.
    pub title: String,
    /// Command line.
    pub cmdline: String,
}

/// Formats the matching processes as a table.
#[must_use]
pub fn format_process_list(processes: &[ListedProcess], width: u16, style: Style) -> String {
    let mut table = empty_table(style, width);
    table.set_header(["PID", "USER", "AGE", "RSS", "NAME", "COMMAND"].map(heading_cell));
    for column in [0, 2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if let Some(column) = table.column_mut(COMMAND) {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Percentage(60)));
    }
    let unknown = || UNKNOWN.to_owned();
    for process in processes {
        let command = escape::terminal(&process.cmdline);
        table.add_row([
            process.pid.to_string(),
            process.user.clone().unwrap_or_else(unknown),
            process.age_s.map_or_else(unknown, |age_s| Span(age_s.round()).to_string()),
            process.rss_bytes.map_or_else(unknown, |rss| Bytes(rss).to_string()),
            escape::terminal(&process.title).into_owned(),
            shorten_end(&command, usize::from(width).saturating_sub(OTHER_COLUMNS).max(MIN_COMMAND)),
        ]);
    }
    trimmed_lines(&table)
}

/// Shortens a text to its beginning.
fn shorten_end(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['…']).collect()
}
