//! Roles of the columns or fields of a recording.

use super::error::RecordingError;
use super::fault::excerpt;
use super::layout::{Layout, ValueUnit};
use crate::model::Counter;

/// Names of the time column: ours, and those of other samplers.
const TIME_COLUMNS: [&str; 5] = ["timestamp", "time_s", "elapsed_time", "unix_time", "time"];

/// Foreign name of the memory column.
pub(super) const RSS_COLUMN: &str = "rss";

/// ColumnRole of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ColumnRole {
    /// Not read.
    Ignored,
    Time,
    Pid,
    Name,
    /// Command line of the process.
    Cmdline,
    Group,
    /// Start time of the process, see [`RecordedSeries::start`](super::RecordedSeries).
    Start,
    /// Number of the program of the process: it grows with each `exec`.
    Program,
    /// Counter, with the bytes of its unit.
    Counter(Counter, f64),
}

impl ColumnRole {
    /// True for the memory of a foreign file.
    pub(super) fn is_memory(self) -> bool {
        matches!(self, Self::Counter(Counter::Rss, _))
    }
}

/// Assignment of roles to columns.
#[derive(Debug, Clone)]
pub(super) struct ColumnRoles {
    layout: Layout,
    unit_bytes: f64,
}

impl ColumnRoles {
    /// Creates the assignment for a layout.
    pub(super) fn new(layout: &Layout) -> Self {
        let unit_bytes = match layout.value_unit {
            Some(ValueUnit::Bytes(unit)) => unit,
            Some(ValueUnit::Count) | None => 1.0,
        };
        Self { layout: layout.clone(), unit_bytes }
    }

    /// Returns the bytes of the unit of the layout.
    pub(super) fn unit_bytes(&self) -> f64 {
        self.unit_bytes
    }

    /// Returns the role of a column. Columns that the layout names precede columns known by name.
    pub(super) fn role_of(&self, column: &str) -> ColumnRole {
        let Layout { time_column, value_column, group_by, .. } = &self.layout;
        if is_named(time_column, column) {
            ColumnRole::Time
        } else if is_named(value_column, column) {
            // The named column is analysed as the memory of the process, whatever it is.
            let counter = if self.layout.value_unit == Some(ValueUnit::Count) { Counter::Fds } else { Counter::Rss };
            ColumnRole::Counter(counter, self.unit_bytes)
        } else if column.eq_ignore_ascii_case("pid") {
            ColumnRole::Pid
        } else if is_named(group_by, column) {
            ColumnRole::Group
        } else if column.eq_ignore_ascii_case("name") {
            ColumnRole::Name
        } else if column.eq_ignore_ascii_case("cmdline") {
            ColumnRole::Cmdline
        } else if column.eq_ignore_ascii_case("start_ticks") {
            ColumnRole::Start
        } else if column.eq_ignore_ascii_case("program") {
            ColumnRole::Program
        } else if time_column.is_none() && TIME_COLUMNS.iter().any(|known| column.eq_ignore_ascii_case(known)) {
            ColumnRole::Time
        } else if value_column.is_some() {
            ColumnRole::Ignored
        } else if column.eq_ignore_ascii_case(RSS_COLUMN) {
            ColumnRole::Counter(Counter::Rss, self.unit_bytes)
        } else {
            Counter::ALL
                .into_iter()
                .find(|counter| column.eq_ignore_ascii_case(counter.column()))
                .map_or(ColumnRole::Ignored, |counter| ColumnRole::Counter(counter, 1.0))
        }
    }

    /// Returns the role of each column of a header; of several with the same role, the first one has it.
    ///
    /// # Errors
    /// Returns an error if a column of the layout, the time or every counter is missing.
    pub(super) fn roles_of_header(&self, header: &[String], file: &str) -> Result<Vec<ColumnRole>, RecordingError> {
        let mut roles: Vec<ColumnRole> = Vec::with_capacity(header.len());
        let mut time = None;
        let mut seen = [false; Counter::ALL.len()];
        for (at, column) in header.iter().enumerate() {
            let role = match self.role_of(column) {
                ColumnRole::Time if time.is_some() => ColumnRole::Ignored,
                ColumnRole::Time => {
                    time = Some(at);
                    ColumnRole::Time
                }
                ColumnRole::Counter(counter, _) if std::mem::replace(&mut seen[counter as usize], true) => {
                    ColumnRole::Ignored
                }
                role => role,
            };
            roles.push(role);
        }
        for wanted in [&self.layout.time_column, &self.layout.value_column, &self.layout.group_by].into_iter().flatten()
        {
            if !header.iter().any(|column| column.eq_ignore_ascii_case(wanted)) {
                let (file, columns) = (file.to_owned(), list_columns(header));
                return Err(RecordingError::UnknownColumn { file, wanted: wanted.clone(), columns });
            }
        }
        if time.is_none() {
            return Err(RecordingError::NoTimeColumn { file: file.to_owned(), columns: list_columns(header) });
        }
        if !roles.iter().any(|role| matches!(role, ColumnRole::Counter(..))) {
            let column = "COLUMN".to_owned();
            return Err(RecordingError::NoValueColumn { file: file.to_owned(), columns: list_columns(header), column });
        }
        Ok(roles)
    }
}

/// True if the layout names this column for a role.
fn is_named(wanted: &Option<String>, column: &str) -> bool {
    wanted.as_ref().is_some_and(|wanted| wanted.eq_ignore_ascii_case(column))
}

/// Lists the first columns, for a message.
pub(super) fn list_columns(header: &[String]) -> String {
    const MAX_SHOWN: usize = 8;
    let shown: Vec<String> =
        header.iter().take(MAX_SHOWN).map(|column| format!("'{}'", excerpt(column.as_bytes()))).collect();
    let more = header.len().saturating_sub(MAX_SHOWN);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}
