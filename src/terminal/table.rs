//! The table of targets: the columns that the width holds, the most alarming rows first.

use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table};

use crate::event::Target;

use super::columns::{Cells, Column};
use super::shared_leaks::SharedLeaks;
use super::sort_order::sort_by_verdict;
use super::style::{Style, verdict_colour};

/// Room for a table, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSize {
    /// Columns of text.
    pub width: u16,
    /// Rows of targets, without the headings.
    pub rows: usize,
}

impl TableSize {
    /// Room without bounds, for a file or a pipe.
    pub const UNBOUNDED: Self = Self { width: 200, rows: usize::MAX };
}

/// Formats the targets as a table. Rows that do not fit are counted in a last line.
pub(super) fn format_table(targets: &[Target], shared: &SharedLeaks, size: TableSize, style: Style) -> String {
    let mut sorted: Vec<&Target> = targets.iter().collect();
    sort_by_verdict(&mut sorted, shared);
    let shown = sorted.len().min(size.rows);
    let cells = Cells::lay_out(&sorted[..shown], shared, size.width.into());
    let mut table = empty_table(style, size.width);
    table.set_header(cells.columns().map(|(column, _)| aligned(column, heading_cell(column.heading()))));
    for (status, texts) in cells.rows() {
        table.add_row(texts.map(|(column, text)| {
            let cell = aligned(column, Cell::new(text));
            if column != Column::Verdict {
                return cell;
            }
            let (colour, weight) = verdict_colour(status);
            cell.fg(colour).add_attribute(weight)
        }));
    }
    let mut text = trimmed_lines(&table);
    if shown < sorted.len() {
        text.push_str(&format!("\n… and {} more", sorted.len() - shown));
    }
    text
}

fn aligned(column: Column, cell: Cell) -> Cell {
    if column.is_text() { cell } else { cell.set_alignment(CellAlignment::Right) }
}

/// Returns the cell of a heading.
pub(super) fn heading_cell(text: &str) -> Cell {
    Cell::new(text).add_attribute(Attribute::Dim)
}

/// Returns a table without borders and rows.
pub(super) fn empty_table(style: Style, width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_width(width);
    if style.is_coloured() {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

/// Returns the lines of a table without trailing blanks.
pub(super) fn trimmed_lines(table: &Table) -> String {
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}
