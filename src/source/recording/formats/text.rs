//! Recordings as lines of a log, by a regular expression with named groups.
//!
//! `value` is needed; `time`, `unit`, `name` and `pid` are taken where they are. Lines that do not match are
//! what the rest of a log is: no fault.

use std::borrow::Cow;

use regex::{Captures, Regex};

use super::super::columns::{RawRow, Role, Step};
use super::super::error::{Fault, FaultKind, RecordingError};
use super::super::lines::{LineEnd, Lines};
use super::super::values;
use crate::model::Counter;

/// Reads matching lines.
#[derive(Debug)]
pub(in super::super) struct TextRows {
    pattern: Regex,
    /// Of values without a unit of their own.
    unit_bytes: f64,
}

impl TextRows {
    pub(in super::super) fn new(pattern: &Regex, unit_bytes: f64) -> Result<Self, RecordingError> {
        if !pattern.capture_names().any(|name| name == Some("value")) {
            return Err(RecordingError::NoValueGroup);
        }
        Ok(Self { pattern: pattern.clone(), unit_bytes })
    }

    /// Whether lines say when they were written.
    pub(in super::super) fn has_times(&self) -> bool {
        self.pattern.capture_names().any(|name| name == Some("time"))
    }

    /// Whether lines say what their values count in.
    pub(in super::super) fn has_units(&self) -> bool {
        self.pattern.capture_names().any(|name| name == Some("unit"))
    }

    /// The next line.
    pub(in super::super) fn next<'a>(&self, lines: &'a mut Lines) -> Result<Step<'a>, RecordingError> {
        let Some(end) = lines.advance()? else { return Ok(Step::End) };
        let line = String::from_utf8_lossy(lines.line());
        let Some(captures) = self.pattern.captures(&line) else { return Ok(Step::Other) };
        if end == LineEnd::Cut {
            return Ok(Step::Torn);
        }
        Ok(self.row(&captures).into())
    }

    fn row(&self, captures: &Captures<'_>) -> Result<RawRow<'static>, Fault> {
        let group = |name| captures.name(name).map(|found| found.as_str());
        let mut row = RawRow::default();
        if let Some(time) = group("time") {
            row.at = Some(
                values::time(time.as_bytes()).ok_or_else(|| Fault::field(FaultKind::Time, "time", time.as_bytes()))?,
            );
        }
        let unit_bytes = match group("unit") {
            None => self.unit_bytes,
            Some(unit) => {
                values::unit_bytes(unit).ok_or_else(|| Fault::field(FaultKind::Value, "unit", unit.as_bytes()))?
            }
        };
        row.group = group("name").map(|name| Cow::Owned(name.as_bytes().to_vec()));
        row.name.clone_from(&row.group);
        let (value, pid) = (group("value").unwrap_or_default(), group("pid").unwrap_or_default());
        let mut numbers = RawRow::default();
        numbers.take(Role::Counter(Counter::Rss, unit_bytes), "value", value.as_bytes())?;
        numbers.take(Role::Pid, "pid", pid.as_bytes())?;
        (row.reading, row.pid) = (numbers.reading, numbers.pid);
        Ok(row)
    }
}
