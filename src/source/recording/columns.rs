//! What a column or field of a recording means, and what becomes of the text in it.

use std::borrow::Cow;

use super::Layout;
use super::error::{Fault, FaultKind, RecordingError, excerpt};
use super::values;
use crate::model::{Counter, Pid, Reading, Timestamp};

/// Columns known as time: ours, and what other samplers call it.
const TIME_COLUMNS: [&str; 5] = ["timestamp", "time_s", "elapsed_time", "unix_time", "time"];

/// A column known as memory beside our own ones.
pub(super) const RSS_COLUMN: &str = "rss";

/// What a column means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Role {
    /// Nothing to us.
    Ignored,
    Time,
    Pid,
    Name,
    Group,
    /// When its process started, see [`RecordedSeries::start`](super::RecordedSeries).
    Start,
    /// Which of the programs of its process.
    Program,
    /// A counter, and the bytes of the unit it is in.
    Counter(Counter, f64),
}

impl Role {
    /// Whether it is what a foreign file has for memory.
    pub(super) fn is_memory(self) -> bool {
        matches!(self, Self::Counter(Counter::Rss, _))
    }
}

/// Tells what columns mean.
#[derive(Debug, Clone)]
pub(super) struct Roles {
    layout: Layout,
    unit_bytes: f64,
}

impl Roles {
    pub(super) fn new(layout: &Layout) -> Result<Self, RecordingError> {
        let unit = layout.value_unit.as_deref().unwrap_or("bytes");
        let unknown = || RecordingError::UnknownUnit { given: unit.to_owned() };
        // 'Mb' may be megabits: a log may mean bytes by it, who names a unit can say so.
        let is_bits = unit.ends_with('b') && unit.starts_with(|letter: char| letter.is_ascii_uppercase());
        let unit_bytes = values::unit_bytes(unit).filter(|_| !is_bits).ok_or_else(unknown)?;
        Ok(Self { layout: layout.clone(), unit_bytes })
    }

    /// How many bytes the unit given for values has.
    pub(super) fn unit_bytes(&self) -> f64 {
        self.unit_bytes
    }

    /// What the column with this name means. A column that was named wins over what is known by itself.
    pub(super) fn of(&self, column: &str) -> Role {
        let is = |wanted: &Option<String>| wanted.as_ref().is_some_and(|wanted| wanted.eq_ignore_ascii_case(column));
        let known = |name: &str| name.eq_ignore_ascii_case(column);
        let Layout { time_column, value_column, group_by, .. } = &self.layout;
        if is(time_column) {
            Role::Time
        } else if is(value_column) {
            // Whatever is named is analysed as the memory of the process.
            Role::Counter(Counter::Rss, self.unit_bytes)
        } else if known("pid") {
            Role::Pid
        } else if is(group_by) {
            Role::Group
        } else if known("name") {
            Role::Name
        } else if known("start_ticks") {
            Role::Start
        } else if known("program") {
            Role::Program
        } else if time_column.is_none() && TIME_COLUMNS.into_iter().any(known) {
            Role::Time
        } else if value_column.is_some() {
            Role::Ignored
        } else if known(RSS_COLUMN) {
            Role::Counter(Counter::Rss, self.unit_bytes)
        } else {
            Counter::ALL
                .into_iter()
                .find(|counter| known(counter.column()))
                .map_or(Role::Ignored, |counter| Role::Counter(counter, 1.0))
        }
    }

    /// What each column of a header means; of several with the same meaning the first one counts.
    pub(super) fn of_header(&self, header: &[String], file: &str) -> Result<Vec<Role>, RecordingError> {
        let mut roles: Vec<Role> = Vec::with_capacity(header.len());
        let mut time = None;
        let mut seen = [false; Counter::ALL.len()];
        for (at, column) in header.iter().enumerate() {
            let role = match self.of(column) {
                Role::Time if time.is_some() => Role::Ignored,
                Role::Time => {
                    time = Some(at);
                    Role::Time
                }
                Role::Counter(counter, _) if std::mem::replace(&mut seen[counter as usize], true) => Role::Ignored,
                role => role,
            };
            roles.push(role);
        }
        for wanted in [&self.layout.time_column, &self.layout.value_column, &self.layout.group_by].into_iter().flatten()
        {
            if !header.iter().any(|column| column.eq_ignore_ascii_case(wanted)) {
                let (file, columns) = (file.to_owned(), listed(header));
                return Err(RecordingError::UnknownColumn { file, wanted: wanted.clone(), columns });
            }
        }
        if time.is_none() {
            return Err(RecordingError::NoTimeColumn { file: file.to_owned(), columns: listed(header) });
        }
        if !roles.iter().any(|role| matches!(role, Role::Counter(..))) {
            return Err(RecordingError::NoValueColumn { file: file.to_owned(), columns: listed(header) });
        }
        Ok(roles)
    }
}

/// The first few columns, for a message.
fn listed(header: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> =
        header.iter().take(SHOWN).map(|column| format!("'{}'", excerpt(column.as_bytes()))).collect();
    let more = header.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}

/// One row as it stands in the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RawRow<'a> {
    pub(super) at: Option<Timestamp>,
    pub(super) reading: Reading,
    pub(super) pid: Option<Pid>,
    pub(super) start: Option<u64>,
    pub(super) program: Option<u64>,
    pub(super) group: Option<Cow<'a, [u8]>>,
    pub(super) name: Option<Cow<'a, [u8]>>,
}

impl<'a> RawRow<'a> {
    /// Takes in the text of one field. An empty one is "not read".
    pub(super) fn take(&mut self, role: Role, column: &str, field: &'a [u8]) -> Result<(), Fault> {
        let fault = |kind| Fault::field(kind, column, field);
        match role {
            Role::Ignored => {}
            Role::Time => self.at = Some(values::time(field).ok_or_else(|| fault(FaultKind::Time))?),
            Role::Name => self.name = Some(Cow::Borrowed(field)),
            Role::Group => self.group = Some(Cow::Borrowed(field)),
            Role::Pid if field.is_empty() => {}
            Role::Pid => {
                let pid = values::whole_number(field).and_then(|pid| u32::try_from(pid).ok());
                self.pid = Some(Pid(pid.ok_or_else(|| fault(FaultKind::Value))?));
            }
            // A foreign file may mean something else by these words.
            Role::Start => self.start = values::whole_number(field),
            Role::Program => self.program = values::whole_number(field),
            Role::Counter(..) if field.trim_ascii().is_empty() => {}
            Role::Counter(counter, unit_bytes) => {
                let value = values::counter(field, unit_bytes).ok_or_else(|| fault(FaultKind::Value))?;
                *self.reading.slot(counter) = Some(value);
            }
        }
        Ok(())
    }

    /// Takes in a field that is a whole number, where that is all there is to it.
    pub(super) fn take_whole(&mut self, role: Role, value: u64) -> bool {
        match role {
            Role::Counter(counter, 1.0) => *self.reading.slot(counter) = Some(value),
            Role::Time => match values::from_whole_number(value) {
                Some(at) => self.at = Some(at),
                None => return false,
            },
            Role::Pid => match u32::try_from(value) {
                Ok(pid) => self.pid = Some(Pid(pid)),
                Err(_) => return false,
            },
            Role::Start => self.start = Some(value),
            Role::Program => self.program = Some(value),
            Role::Ignored => {}
            Role::Counter(..) | Role::Name | Role::Group => return false,
        }
        true
    }

    /// Refuses a row that says nothing of any counter.
    pub(super) fn with_a_value(self) -> Result<Self, Fault> {
        if self.reading == Reading::default() { Err(Fault::row(FaultKind::NoValue)) } else { Ok(self) }
    }
}

/// What became of one record of a file.
#[derive(Debug, PartialEq)]
pub(super) enum Step<'a> {
    /// A row.
    Row(RawRow<'a>),
    /// A record that is no row and was none meant to be.
    Other,
    /// A row that cannot be used.
    Faulty(Fault),
    /// A last record that was cut off.
    Torn,
    /// No further record.
    End,
}

impl<'a> From<Result<RawRow<'a>, Fault>> for Step<'a> {
    fn from(outcome: Result<RawRow<'a>, Fault>) -> Self {
        match outcome.and_then(RawRow::with_a_value) {
            Ok(row) => Self::Row(row),
            Err(fault) => Self::Faulty(fault),
        }
    }
}
