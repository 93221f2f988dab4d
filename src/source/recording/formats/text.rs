//! Text recordings: lines of a log, by a regular expression with named groups.
//!
//! The group `value` is required; `time`, `unit`, `name` and `pid` are optional. Lines that do not match are the rest of
//! the log, not faults.

use std::borrow::Cow;

use regex::{Captures, Regex};

use super::super::columns::{ColumnRole, ColumnRoles};
use super::super::error::RecordingError;
use super::super::fault::{Fault, FaultKind};
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::{Layout, ValueUnit};
use super::super::lines::{LineEnd, Lines};
use super::super::quantity::unit_of_word;
use super::super::row::{RawRow, Record};
use super::super::time::parse_time;
use super::super::timeline::{TimeLine, TimeStyle};
use crate::model::{Counter, Timestamp};
use crate::units::{Axis, WorkUnit};

/// Format of text logs. Only a pattern of the user requests it: no content reveals it.
pub(in super::super) struct TextLog;

impl RecordingFormat for TextLog {
    fn name(&self) -> &'static str {
        "regex"
    }

    fn about(&self) -> &'static str {
        "lines that match --line-regex"
    }

    fn sniff(&self, _head: &Head) -> Option<Confidence> {
        None
    }

    fn open(&self, _lines: &mut Lines, _head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let unit_bytes = ColumnRoles::new(layout).unit_bytes();
        let pattern = layout.line_regex.as_ref().ok_or(RecordingError::NoValueGroup)?;
        let counter = if layout.value_unit == Some(ValueUnit::Count) { Counter::Fds } else { Counter::Rss };
        let time_line = TimeLine::new(TimeStyle::of_layout(layout));
        TextRows { pattern: pattern.clone(), unit_bytes, counter, time_line }.checked()
    }
}

/// Reader of the matching lines.
#[derive(Debug)]
struct TextRows {
    pattern: Regex,
    /// Bytes of the unit of values without one of their own.
    unit_bytes: f64,
    counter: Counter,
    time_line: TimeLine,
}

impl TextRows {
    fn checked(self) -> Result<Box<dyn RowReader>, RecordingError> {
        if self.has_group("value") { Ok(Box::new(self)) } else { Err(RecordingError::NoValueGroup) }
    }

    fn has_group(&self, wanted: &str) -> bool {
        self.pattern.capture_names().any(|name| name == Some(wanted))
    }

    fn parse_row(&mut self, captures: &Captures<'_>) -> Result<RawRow<'static>, Fault> {
        let mut row = RawRow::default();
        if let Some(time) = captures.name("time").map(|found| found.as_str().as_bytes()) {
            row.at = Some(self.parse_stamp(time).ok_or_else(|| Fault::in_field(FaultKind::Time, "time", time))?);
        }
        let unit_bytes = match captures.name("unit").map(|found| found.as_str()) {
            None => self.unit_bytes,
            Some(unit) => {
                unit_of_word(unit).ok_or_else(|| Fault::in_field(FaultKind::Value, "unit", unit.as_bytes()))?
            }
        };
        row.group = captures.name("name").map(|name| Cow::Owned(name.as_str().as_bytes().to_vec()));
        row.name.clone_from(&row.group);
        let value = captures.name("value").map_or("", |found| found.as_str());
        let pid = captures.name("pid").map_or("", |found| found.as_str());
        // Numbers borrow nothing, so that they outlive the line.
        let mut numbers = RawRow::default();
        numbers.parse_field(ColumnRole::Counter(self.counter, unit_bytes), "value", value.as_bytes())?;
        numbers.parse_field(ColumnRole::Pid, "pid", pid.as_bytes())?;
        (row.reading, row.pid) = (numbers.reading, numbers.pid);
        Ok(row)
    }
}

impl TextRows {
    /// Parses a time as leakwatch writes it, or as other programs do.
    fn parse_stamp(&mut self, time: &[u8]) -> Option<Timestamp> {
        parse_time(time).or_else(|| self.time_line.parse(&String::from_utf8_lossy(time)))
    }
}

impl RowReader for TextRows {
    fn next<'a>(&'a mut self, lines: &'a mut Lines) -> Result<Record<'a>, RecordingError> {
        let Some(end) = lines.advance()? else { return Ok(Record::End) };
        let line = String::from_utf8_lossy(lines.line());
        let pattern = self.pattern.clone();
        let Some(captures) = pattern.captures(&line) else { return Ok(Record::Other) };
        if end == LineEnd::Truncated {
            return Ok(Record::Torn);
        }
        Ok(Record::from_row(self.parse_row(&captures)))
    }

    fn time_axis(&self) -> Option<Axis> {
        Some(if self.has_group("time") { Axis::Time } else { Axis::Work(WorkUnit::READING) })
    }

    fn memory_column(&self) -> Option<&str> {
        (!self.has_group("unit") && self.counter == Counter::Rss).then_some("value")
    }

    fn no_row_error(&self, file: String) -> RecordingError {
        RecordingError::NoMatch { file }
    }
}
