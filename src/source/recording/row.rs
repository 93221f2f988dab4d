//! Rows of a recording: as they stand in the file, and as samples of a series.

use std::borrow::Cow;

use super::columns::ColumnRole;
use super::fault::{Fault, FaultKind};
use super::life_mark::LifeMark;
use super::{time, values};
use crate::model::{Pid, Reading, Sample, Timestamp};

/// Index of a [`RecordedSeries`](super::RecordedSeries) in its recording: from 0, in the order of first rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesIndex(pub usize);

/// One sample of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Series of the sample; [`Recording::series`](super::Recording::series) describes it.
    pub series: SeriesIndex,
    /// Sample; times increase within a series.
    pub sample: Sample,
    /// True if the process runs another program than at its row before.
    pub program_changed: bool,
    /// True if the recording names a restart of the process since its row before.
    pub restarted: bool,
}

/// Row with the values of its fields.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RawRow<'a> {
    pub at: Option<Timestamp>,
    pub reading: Reading,
    pub pid: Option<Pid>,
    /// Start time of the process (`start_ticks`).
    pub start: Option<u64>,
    /// Number of the program of its process.
    pub program: Option<u64>,
    pub group: Option<Cow<'a, [u8]>>,
    pub name: Option<Cow<'a, [u8]>>,
    pub cmdline: Option<Cow<'a, [u8]>>,
    /// Marks of the process that a restart changes.
    pub life: LifeMark<'a>,
    /// Memory limit in bytes.
    pub limit: Option<u64>,
}

impl<'a> RawRow<'a> {
    /// Parses the text of one field into the row. An empty field is "not read".
    pub(super) fn parse_field(&mut self, role: ColumnRole, column: &str, field: &'a [u8]) -> Result<(), Fault> {
        match role {
            ColumnRole::Ignored => {}
            ColumnRole::Time => {
                let at = time::parse_time(field).ok_or_else(|| Fault::in_field(FaultKind::Time, column, field))?;
                self.at = Some(at);
            }
            ColumnRole::Name => self.name = Some(Cow::Borrowed(field)),
            ColumnRole::Cmdline => self.cmdline = Some(Cow::Borrowed(field)),
            ColumnRole::Group => self.group = Some(Cow::Borrowed(field)),
            ColumnRole::Pid if field.is_empty() => {}
            ColumnRole::Pid => {
                let pid = values::parse_whole(field).and_then(|pid| u32::try_from(pid).ok());
                self.pid = Some(Pid(pid.ok_or_else(|| Fault::in_field(FaultKind::Value, column, field))?));
            }
            // Foreign files may use these names for something else: other text is not a fault.
            ColumnRole::Start => self.start = values::parse_whole(field),
            ColumnRole::Program => self.program = values::parse_whole(field),
            ColumnRole::Counter(..) if field.trim_ascii().is_empty() => {}
            ColumnRole::Counter(counter, unit_bytes) => {
                let value = values::parse_counter(field, unit_bytes)
                    .ok_or_else(|| Fault::in_field(FaultKind::Value, column, field))?;
                self.reading.set(counter, value);
            }
        }
        Ok(())
    }

    /// Sets a field that is a whole number; returns false if the role needs the text.
    pub(super) fn set_whole(&mut self, role: ColumnRole, value: u64) -> bool {
        match role {
            ColumnRole::Counter(counter, 1.0) => self.reading.set(counter, value),
            ColumnRole::Time => match time::time_from_whole_number(value) {
                Some(at) => self.at = Some(at),
                None => return false,
            },
            ColumnRole::Pid => match u32::try_from(value) {
                Ok(pid) => self.pid = Some(Pid(pid)),
                Err(_) => return false,
            },
            ColumnRole::Start => self.start = Some(value),
            ColumnRole::Program => self.program = Some(value),
            ColumnRole::Ignored => {}
            ColumnRole::Counter(..) | ColumnRole::Name | ColumnRole::Cmdline | ColumnRole::Group => return false,
        }
        true
    }
}

/// Record of a file.
#[derive(Debug, PartialEq)]
pub(super) enum Record<'a> {
    /// Row with at least one counter.
    Row(RawRow<'a>),
    /// Name and command line of a process, before its rows.
    Label(RawRow<'a>),
    /// Record that holds no sample by design: a comment, another event, another line of a log.
    Other,
    /// Unusable row.
    Faulty(Fault),
    /// Truncated last record.
    Torn,
    /// End of the recording.
    End,
}

impl<'a> Record<'a> {
    /// Creates the record of a parsed row. A row without any counter is unusable.
    pub(super) fn from_row(row: Result<RawRow<'a>, Fault>) -> Self {
        match row {
            Ok(row) if row.reading == Reading::default() => Self::Faulty(Fault::in_row(FaultKind::NoValue)),
            Ok(row) => Self::Row(row),
            Err(fault) => Self::Faulty(fault),
        }
    }
}
