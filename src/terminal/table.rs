//! The table of targets: as many columns as the width holds, the most alarming rows first.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};

use crate::escape;
use crate::event::{Target, TargetKind};
use crate::model::Counter;
use crate::units::sparkline;

use super::concern::by_concern;
use super::figures;
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
pub(super) enum Column {
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
    pub(super) fn title(self) -> &'static str {
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

    /// What there may be room for in the width, in the order of the table.
    pub(super) fn wanted(width: u16) -> &'static [Self] {
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

    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Name | Self::Trend | Self::Verdict)
    }

    pub(super) fn text(self, target: &Target, narrow: bool) -> String {
        let known = &target.assessment;
        match self {
            Self::Name => escape::terminal(&target.label.name).into_owned(),
            Self::Pid if let TargetKind::Pool { members } | TargetKind::Selection { members } = target.kind => {
                format!("all {members}")
            }
            Self::Pid if let TargetKind::Cgroup { members } = target.kind => format!("in {members}"),
            Self::Pid => target.key.map_or_else(|| figures::UNKNOWN.to_owned(), |key| key.pid.to_string()),
            Self::Age => figures::age(target),
            Self::Rss => figures::bytes(target.current.reading.value(Counter::Rss).or(target.current.reading.memory())),
            Self::Change => figures::change(target),
            Self::Rate => figures::rate(&known.growth),
            Self::Interval => figures::interval(&known.growth),
            Self::Trend => sparkline(&target.trace.points().collect::<Vec<_>>(), TREND_WIDTH),
            Self::Verdict if target.lifetime.ended.is_some() && narrow => format!("†{}", figures::verdict_words(known)),
            Self::Verdict if target.lifetime.ended.is_some() => format!("{}, ended", figures::verdict_words(known)),
            Self::Verdict => figures::verdict_words(known),
            Self::Forecast => figures::forecast(known),
        }
    }

    fn cell(self, target: &Target, text: &str) -> Cell {
        let cell = Cell::new(text);
        if self == Self::Verdict {
            let (colour, weight) = verdict_colour(target.assessment.verdict.status);
            return cell.fg(colour).add_attribute(weight);
        }
        if self.is_text() { cell } else { cell.set_alignment(CellAlignment::Right) }
    }
}

const TREND_WIDTH: usize = 16;
/// Blanks around the text of a cell.
const PADDING: usize = 2;
/// Fewer characters of a name tell nothing; columns go before that.
const SHORTEST_NAME: usize = 8;
/// What goes first where the columns do not fit after all; the verdict never does.
const EXPENDABLE: [Column; 8] = [
    Column::Interval,
    Column::Forecast,
    Column::Trend,
    Column::Age,
    Column::Change,
    Column::Rate,
    Column::Pid,
    Column::Rss,
];

/// The targets as a table. Rows that do not fit are counted in a last line.
#[must_use]
pub fn table(targets: &[Target], size: TableSize, style: Style) -> String {
    let mut rows: Vec<&Target> = targets.iter().collect();
    rows.sort_by(|a, b| by_concern(a, b));
    let shown = rows.len().min(size.rows);
    let narrow = size.width < 60;
    let mut columns = Column::wanted(size.width).to_vec();
    let mut texts: Vec<Vec<String>> =
        rows[..shown].iter().map(|target| columns.iter().map(|column| column.text(target, narrow)).collect()).collect();
    fit(&mut columns, &mut texts, size.width.into());
    let mut table = frame(style, size.width);
    table.set_header(columns.iter().map(|column| {
        let cell = Cell::new(column.title()).add_attribute(comfy_table::Attribute::Dim);
        if column.is_text() { cell } else { cell.set_alignment(CellAlignment::Right) }
    }));
    for (target, texts) in rows.iter().zip(&texts) {
        table.add_row(columns.iter().zip(texts).map(|(column, text)| column.cell(target, text)));
    }
    let mut text = trimmed(&table);
    if shown < rows.len() {
        text.push_str(&format!("\n… and {} more", rows.len() - shown));
    }
    text
}

/// Takes columns away until a row fits into the width, and shortens names to what the others leave.
fn fit(columns: &mut Vec<Column>, texts: &mut [Vec<String>], width: usize) {
    let widest = |texts: &[Vec<String>], at: usize, column: Column| {
        let head = column.title().chars().count();
        texts.iter().map(|row| row[at].chars().count()).fold(head, usize::max) + PADDING
    };
    let others = |columns: &[Column], texts: &[Vec<String>]| -> usize {
        (1..columns.len()).map(|at| widest(texts, at, columns[at])).sum()
    };
    for expendable in EXPENDABLE {
        if others(columns, texts) + SHORTEST_NAME + PADDING <= width {
            break;
        }
        if let Some(at) = columns.iter().position(|&column| column == expendable) {
            columns.remove(at);
            texts.iter_mut().for_each(|row| drop(row.remove(at)));
        }
    }
    let room = width.saturating_sub(others(columns, texts) + PADDING);
    let longest = room.clamp(1, if width < 76 { 14 } else { 24 });
    texts.iter_mut().for_each(|row| row[0] = shorten(&row[0], longest));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_is_wider_than_the_terminal() {
        for width in 20..220 {
            let mut columns = Column::wanted(width).to_vec();
            let cell = |column: &Column| match column {
                Column::Name => "a-process-with-a-name".to_owned(),
                Column::Pid => "4194304".to_owned(),
                Column::Rss => "1023.9 MiB".to_owned(),
                Column::Verdict => "warming up".to_owned(),
                Column::Trend => "▁".repeat(TREND_WIDTH),
                Column::Interval => "+1.01 GiB to +1.02 GiB/h".to_owned(),
                _ => "+1023.9 MiB".to_owned(),
            };
            let mut texts = vec![columns.iter().map(cell).collect::<Vec<String>>(); 2];
            fit(&mut columns, &mut texts, width.into());
            let cells = texts[0].iter().zip(&columns);
            let row: usize = cells.map(|(text, column)| text.chars().count().max(column.title().len()) + PADDING).sum();
            assert!(row <= usize::from(width), "{width}: {columns:?}");
            assert_eq!((columns[0], columns.contains(&Column::Verdict)), (Column::Name, true));
        }
    }
}
