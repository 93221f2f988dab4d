//! Columns of the table of targets, for the plain table and the full-screen view.

use crate::analysis::Status;
use crate::event::{Target, TargetKind};
use crate::model::Counter;
use crate::units::sparkline;

use super::formatting::{
    UNKNOWN, format_age, format_bytes, format_forecast, format_memory_interval, format_memory_rate, format_rss_change,
    format_verdict,
};
use super::shared_leaks::SharedLeaks;
use super::target_names::{row_names, shorten_middle};

/// Characters of a sparkline.
pub(super) const TREND_WIDTH: usize = 16;
/// Blanks around the text of a cell.
pub(super) const PADDING: usize = 2;
/// Width below which the verdict is short.
const NARROW: usize = 100;
/// Characters of a name that columns make room for.
const WANTED_NAME: usize = 22;
/// Longest name.
const LONGEST_NAME: usize = 44;
/// Columns in the order in which they are dropped if a row does not fit. The verdict is never dropped.
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

/// One column.
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
    /// Returns the heading.
    pub(super) fn heading(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Pid => "PID",
            Self::Age => "AGE",
            Self::Rss => "RSS",
            Self::Change => "CHANGE",
            Self::Rate => "GROWTH",
            Self::Interval => "95 % CI",
            Self::Trend => "MEMORY",
            Self::Verdict => "VERDICT",
            Self::Forecast => "FULL IN",
        }
    }

    /// True if the column is aligned to the left.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Name | Self::Trend | Self::Verdict)
    }

    /// Returns the columns that a width may have room for, in the order of the table.
    fn candidates(width: usize) -> &'static [Self] {
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

    /// Returns the text of a cell, apart from the name.
    fn cell(self, target: &Target, shared: &SharedLeaks, is_narrow: bool) -> String {
        let known = &target.assessment;
        let reading = &target.current.reading;
        match self {
            Self::Name => String::new(),
            // Sums have no process number.
            Self::Pid if target.kind != TargetKind::Process => String::new(),
            Self::Pid => target.key.map_or_else(|| UNKNOWN.to_owned(), |key| key.pid.to_string()),
            Self::Age if target.kind != TargetKind::Process => String::new(),
            Self::Age => format_age(target),
            Self::Rss => format_bytes(reading.value(Counter::Rss).or(reading.memory())),
            Self::Change => format_rss_change(target),
            Self::Rate => format_memory_rate(&known.growth),
            Self::Interval => format_memory_interval(&known.growth),
            Self::Trend => sparkline(&target.trace.points().collect::<Vec<_>>(), TREND_WIDTH),
            Self::Verdict => verdict_cell(target, shared, is_narrow),
            Self::Forecast if target.lifetime.ended.is_some() => UNKNOWN.to_owned(),
            Self::Forecast => format_forecast(known),
        }
    }
}

fn verdict_cell(target: &Target, shared: &SharedLeaks, is_narrow: bool) -> String {
    let verdict = format_verdict(&target.assessment);
    let exited = match (target.lifetime.ended.is_some(), is_narrow) {
        (false, _) => "",
        (true, false) => ", exited",
        (true, true) => "†",
    };
    match shared.short_remark(target) {
        Some(remark) if is_narrow => format!("{remark}{exited}"),
        Some(remark) => format!("{verdict}{exited} ({remark})"),
        None => format!("{verdict}{exited}"),
    }
}

/// Columns that fit a width, and the texts of some rows in them.
#[derive(Debug)]
pub(super) struct Cells {
    columns: Vec<Column>,
    /// Texts by row, then by column.
    rows: Vec<Vec<String>>,
    /// Status by row.
    statuses: Vec<Status>,
}

impl Cells {
    /// Lays out the rows of some targets.
    pub(super) fn lay_out(targets: &[&Target], shared: &SharedLeaks, width: usize) -> Self {
        let columns = Column::candidates(width).to_vec();
        let is_narrow = width < NARROW;
        let mut rows: Vec<Vec<String>> = targets
            .iter()
            .map(|target| columns.iter().map(|column| column.cell(target, shared, is_narrow)).collect())
            .collect();
        for (row, name) in rows.iter_mut().zip(row_names(targets)) {
            row[0] = name;
        }
        let statuses = targets.iter().map(|target| target.assessment.verdict.status).collect();
        let mut cells = Self { columns, rows, statuses };
        cells.fit(width);
        cells
    }

    /// Returns the columns, each with its width without padding.
    pub(super) fn columns(&self) -> impl Iterator<Item = (Column, usize)> {
        self.columns.iter().enumerate().map(|(at, column)| (*column, self.column_width(at)))
    }

    /// Returns the rows: the status of a target, and its texts by column.
    pub(super) fn rows(&self) -> impl Iterator<Item = (Status, impl Iterator<Item = (Column, &str)>)> {
        self.statuses
            .iter()
            .zip(&self.rows)
            .map(|(status, texts)| (*status, self.columns.iter().copied().zip(texts.iter().map(String::as_str))))
    }

    /// Returns the characters of a column without its padding.
    fn column_width(&self, at: usize) -> usize {
        let heading = self.columns[at].heading().chars().count();
        self.rows.iter().map(|row| row[at].chars().count()).fold(heading, usize::max)
    }

    /// Drops columns until a row fits into the width, and shortens names to the remaining room.
    fn fit(&mut self, width: usize) {
        let wanted = self.column_width(0).min(WANTED_NAME) + PADDING;
        for expendable in EXPENDABLE {
            if self.width_of_others() + wanted <= width {
                break;
            }
            if let Some(at) = self.columns.iter().position(|&column| column == expendable) {
                self.columns.remove(at);
                self.rows.iter_mut().for_each(|row| drop(row.remove(at)));
            }
        }
        let room = width.saturating_sub(self.width_of_others() + PADDING).clamp(1, LONGEST_NAME);
        self.rows.iter_mut().for_each(|row| row[0] = shorten_middle(&row[0], room));
    }

    /// Returns the characters of all columns but the name, with their padding.
    fn width_of_others(&self) -> usize {
        (1..self.columns.len()).map(|at| self.column_width(at) + PADDING).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest_cell(column: Column) -> String {
        match column {
            Column::Name => "a-process-with-a-name".to_owned(),
            Column::Pid => "4194304".to_owned(),
            Column::Rss => "1023.9 MiB".to_owned(),
            Column::Verdict => "warming up".to_owned(),
            Column::Trend => "▁".repeat(TREND_WIDTH),
            Column::Interval => "+1.01 GiB to +1.02 GiB/h".to_owned(),
            _ => "+1023.9 MiB".to_owned(),
        }
    }

    #[test]
    fn no_row_is_wider_than_the_terminal() {
        for width in 20..220 {
            let columns = Column::candidates(width).to_vec();
            let rows = vec![columns.iter().map(|column| longest_cell(*column)).collect::<Vec<String>>(); 2];
            let mut cells = Cells { columns, rows, statuses: vec![Status::WarmingUp; 2] };
            cells.fit(width);
            let row: usize = cells.columns().map(|(_, width)| width + PADDING).sum();
            assert!(row <= width, "{width}: {:?}", cells.columns);
            assert_eq!((cells.columns[0], cells.columns.contains(&Column::Verdict)), (Column::Name, true));
        }
    }
}
