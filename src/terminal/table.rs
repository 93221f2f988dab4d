//! The table of targets: as many columns as the width holds, the most alarming rows first.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};

use crate::escape;
use crate::event::{Target, TargetKind};

use super::figures;
use super::sparkline::sparkline;
use super::style::{Style, verdict_colour};

/// Room for a table, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableSize {
    /// Columns of text.
    pub width: u16,
    /// Rows of targets, without the head.
    pub rows: usize,
}

impl TableSize {
    /// Room without bounds, for a file or a pipe.
    pub const UNBOUNDED: Self = Self { width: 200, rows: usize::MAX };
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    Pid,
    Age,
    Rss,
    Change,
    Rate,
    Interval,
    Trend,
    Verdict,
    Forecast,
}

impl Column {
    fn title(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Pid => "PID",
            Self::Age => "AGE",
            Self::Rss => "RSS",
            Self::Change => "CHANGE",
            Self::Rate => "GROWTH",
            Self::Interval => "95 % INTERVAL",
            Self::Trend => "MEMORY",
            Self::Verdict => "VERDICT",
            Self::Forecast => "FULL IN",
        }
    }

    /// What fits into the width, in the order of the table.
    fn fitting(width: u16) -> &'static [Self] {
        use Column::{Age, Change, Forecast, Interval, Name, Pid, Rate, Rss, Trend, Verdict};
        match width {
            0..=59 => &[Name, Pid, Rss, Verdict],
            60..=75 => &[Name, Pid, Rss, Rate, Verdict],
            76..=99 => &[Name, Pid, Rss, Change, Rate, Verdict],
            100..=129 => &[Name, Pid, Rss, Change, Rate, Trend, Verdict],
            130..=159 => &[Name, Pid, Rss, Change, Rate, Interval, Trend, Verdict],
            _ => &[Name, Pid, Age, Rss, Change, Rate, Interval, Trend, Verdict, Forecast],
        }
    }

    fn is_text(self) -> bool {
        matches!(self, Self::Name | Self::Trend | Self::Verdict)
    }

    fn cell(self, target: &Target, name_width: usize, narrow: bool) -> Cell {
        let known = &target.assessment;
        let text = match self {
            Self::Name => shorten(&escape::terminal(&target.label.name), name_width),
            Self::Pid if let TargetKind::Pool { members } = target.kind => format!("all {members}"),
            Self::Pid => target.key.map_or_else(|| figures::UNKNOWN.to_owned(), |key| key.pid.to_string()),
            Self::Age => figures::age(target),
            Self::Rss => figures::bytes(target.reading.rss.or(target.reading.memory())),
            Self::Change => figures::change(target),
            Self::Rate => figures::rate(&known.growth),
            Self::Interval => figures::interval(&known.growth),
            Self::Trend => sparkline(&target.trace.points().collect::<Vec<_>>(), TREND_WIDTH),
            Self::Verdict if target.ended.is_some() && narrow => format!("†{}", figures::verdict_words(known)),
            Self::Verdict if target.ended.is_some() => format!("{}, ended", figures::verdict_words(known)),
            Self::Verdict => figures::verdict_words(known),
            Self::Forecast => figures::forecast(known),
        };
        let cell = Cell::new(text);
        if self == Self::Verdict {
            let (colour, weight) = verdict_colour(known.verdict.status);
            return cell.fg(colour).add_attribute(weight);
        }
        if self.is_text() { cell } else { cell.set_alignment(CellAlignment::Right) }
    }
}

const TREND_WIDTH: usize = 16;

/// The targets as a table. Rows that do not fit are counted in a last line.
#[must_use]
pub fn table(targets: &[Target], size: TableSize, style: Style) -> String {
    let columns = Column::fitting(size.width);
    let mut rows: Vec<&Target> = targets.iter().collect();
    rows.sort_by_key(|target| {
        let status = target.assessment.verdict.status;
        (target.ended.is_some(), std::cmp::Reverse(status), std::cmp::Reverse(target.reading.rss))
    });
    let shown = rows.len().min(size.rows);
    let mut table = frame(style, size.width);
    table.set_header(columns.iter().map(|column| {
        let cell = Cell::new(column.title()).add_attribute(comfy_table::Attribute::Dim);
        if column.is_text() { cell } else { cell.set_alignment(CellAlignment::Right) }
    }));
    let name_width = if size.width < 76 { 14 } else { 24 };
    for target in &rows[..shown] {
        table.add_row(columns.iter().map(|column| column.cell(target, name_width, size.width < 60)));
    }
    let mut text = trimmed(&table);
    if shown < rows.len() {
        text.push_str(&format!("\n… and {} more", rows.len() - shown));
    }
    text
}

/// One process that a selection matches, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Process number.
    pub pid: u32,
    /// Name or number of its user.
    pub user: String,
    /// How long it has run.
    pub age: String,
    /// Its RSS, or why that could not be read.
    pub rss: String,
    /// Its name.
    pub name: String,
    /// Its command line.
    pub cmdline: String,
}

/// What a selection matches now, as a table.
#[must_use]
pub fn listing(found: &[Listed], width: u16, style: Style) -> String {
    let mut table = frame(style, width);
    let titles = ["PID", "USER", "AGE", "RSS", "NAME", "COMMAND"];
    table.set_header(titles.map(|title| Cell::new(title).add_attribute(comfy_table::Attribute::Dim)));
    for column in [0, 2, 3] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if let Some(column) = table.column_mut(5) {
        column.set_constraint(ColumnConstraint::UpperBoundary(Width::Percentage(60)));
    }
    for entry in found {
        let command = escape::terminal(&entry.cmdline);
        table.add_row([
            entry.pid.to_string(),
            entry.user.clone(),
            entry.age.clone(),
            entry.rss.clone(),
            escape::terminal(&entry.name).into_owned(),
            shorten(&command, usize::from(width).saturating_sub(60).max(20)),
        ]);
    }
    trimmed(&table)
}

fn frame(style: Style, width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled).set_width(width);
    if style.is_coloured() {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table
}

/// The table without the blanks that fill its last column, and without the padding of its first.
fn trimmed(table: &Table) -> String {
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n")
}

fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}
