//! Series of a recording: assignment of rows to series, and the order of their times.

use std::collections::HashMap;

use super::clock_set::SetClock;
use super::fault::{Fault, FaultKind};
use super::holes::Holes;
use super::life_mark::{KeptMark, LifeMark};
use super::rounded_clock::{RoundedClock, Spread};
use super::row::{RawRow, Row, SeriesIndex};
use super::summer_time::SummerTime;
use crate::model::{Pid, Sample, Timestamp};

/// Largest number of series of one recording. A fleet fits ten times; a column that differs in every row would fill
/// the memory.
pub(super) const MAX_SERIES: usize = 200_000;

/// Time that a row without a time counts for, in milliseconds: it is one unit of work, and rates are per second.
const WORK_UNIT_MS: i64 = 1000;

/// Series of samples of one process or group: the fields that its rows share.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordedSeries {
    /// Column `pid`.
    pub pid: Option<Pid>,
    /// Column `start_ticks` of our own recordings: together with the pid it identifies a process.
    pub start: Option<u64>,
    /// Column that `--group-by` names, or the group `name` of a pattern.
    pub group: Option<String>,
    /// Column `name` of the first row of the latest program.
    pub name: Option<String>,
    /// Command line of the latest program, from the column `cmdline` or from a label.
    pub cmdline: Option<String>,
    /// Memory limit in the first row.
    pub limit_bytes: Option<u64>,
    /// True if a column names the restarts: an uptime, a number of restarts, a pod or container.
    pub names_restarts: bool,
}

#[derive(Debug)]
struct Entry {
    series: RecordedSeries,
    /// Bytes of the group; `series.group` is their printable form.
    group: Option<Box<[u8]>>,
    /// Column `program` of our own recordings.
    program: Option<u64>,
    life: KeptMark,
    last: Option<Timestamp>,
    rows: i64,
    spread: Spread,
    summer_time: SummerTime,
    holes: Holes,
}

/// Series of a recording.
#[derive(Debug, Default)]
pub(super) struct SeriesTable {
    /// Steps between rows of one time, if the clock is rounded.
    rounded: Option<RoundedClock>,
    /// True for a recording that was not written by leakwatch: its holes are counted.
    is_foreign: bool,
    /// True if the clock names no zone: it may be set back by an hour in autumn.
    is_local: bool,
    entries: Vec<Entry>,
    by_key: HashMap<Box<[u8]>, usize>,
    /// Latest command line of each process whose label was read.
    cmdlines: HashMap<Pid, String>,
    key: Vec<u8>,
    latest: usize,
    clock: SetClock,
}

impl SeriesTable {
    /// Creates the table of a foreign recording for its clock.
    pub(super) fn foreign(rounded: Option<RoundedClock>, is_local: bool) -> Self {
        Self { rounded, is_local, is_foreign: true, ..Self::default() }
    }

    /// True if another program wrote the recording.
    pub(super) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// Returns the number of holes of the series that has most of them, and their length in seconds.
    pub(super) fn holes(&self) -> (u32, f64) {
        let sums = self.entries.iter().map(|entry| entry.holes.sum());
        sums.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 0.0))
    }

    /// Returns a series.
    pub(super) fn get(&self, SeriesIndex(index): SeriesIndex) -> &RecordedSeries {
        &self.entries[index].series
    }

    /// Returns the number of series.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns the seconds by which the clock was set during the recording; `None` if it was not.
    pub(super) fn clock_jump_s(&self) -> Option<f64> {
        self.clock.jump_s()
    }

    /// Keeps the command line of a process for its further series.
    pub(super) fn add_label(&mut self, label: &RawRow<'_>) {
        // A pid may be any number of a foreign file.
        if let (Some(pid), Some(cmdline)) = (label.pid, &label.cmdline)
            && (self.cmdlines.len() < MAX_SERIES || self.cmdlines.contains_key(&pid))
        {
            self.cmdlines.insert(pid, to_text(cmdline));
        }
    }

    /// Adds a row, and returns it as a sample of its series.
    ///
    /// # Errors
    /// Returns a fault unless the time is later than that of the row before in the same series.
    pub(super) fn add_row(&mut self, row: &RawRow<'_>) -> Result<Row, Fault> {
        let index = self.find_or_add(row);
        let clock_time = row.at.map(|at| self.clock.continuous(at));
        let entry = &mut self.entries[index];
        let mut at = clock_time.unwrap_or(Timestamp(entry.rows.saturating_mul(WORK_UNIT_MS)));
        if self.is_local && row.at.is_some() {
            at = entry.summer_time.continuous(at, entry.last);
        }
        if let Some(rounded) = &self.rounded {
            at = entry.spread.place(at, rounded);
        }
        match entry.last {
            Some(last) if at < last => return Err(Fault::in_row(FaultKind::BackInTime)),
            Some(last) if at == last => return Err(Fault::in_row(FaultKind::RepeatedTime)),
            _ => {}
        }
        if let Some(last) = entry.last.filter(|_| self.is_foreign) {
            entry.holes.add(at.seconds_since(last));
        }
        entry.last = Some(at);
        entry.rows += 1;
        let program_changed = row.start.is_some() && entry.program != row.program;
        if program_changed {
            entry.program = row.program;
            entry.series.name = row.name.as_deref().map(to_text);
            entry.series.cmdline = cmdline(row, &self.cmdlines);
        }
        let restarted = entry.life.take(&row.life);
        Ok(Row { series: SeriesIndex(index), sample: Sample { at, reading: row.reading }, program_changed, restarted })
    }

    /// Returns the index of the series of a row. Rows mostly repeat the order of the last round, so that the next series
    /// and the same one are tried first.
    fn find_or_add(&mut self, row: &RawRow<'_>) -> usize {
        let next = if self.latest + 1 < self.entries.len() { self.latest + 1 } else { 0 };
        for guess in [next, self.latest] {
            if let Some(entry) = self.entries.get(guess)
                && entry.series.pid == row.pid
                && entry.series.start == row.start
                && entry.group.as_deref() == row.group.as_deref()
            {
                self.latest = guess;
                return guess;
            }
        }
        self.key.clear();
        self.key.extend_from_slice(&row.pid.map_or(u64::MAX, |pid| u64::from(pid.0)).to_le_bytes());
        self.key.extend_from_slice(&row.start.unwrap_or(u64::MAX).to_le_bytes());
        if let Some(group) = &row.group {
            self.key.push(b'=');
            self.key.extend_from_slice(group);
        }
        self.latest = match self.by_key.get(&*self.key) {
            Some(&index) => index,
            None => self.add(row),
        };
        self.latest
    }

    fn add(&mut self, row: &RawRow<'_>) -> usize {
        let series = RecordedSeries {
            pid: row.pid,
            start: row.start,
            group: row.group.as_deref().map(to_text),
            name: row.name.as_deref().map(to_text),
            cmdline: cmdline(row, &self.cmdlines),
            limit_bytes: row.limit,
            names_restarts: row.life != LifeMark::default(),
        };
        let group = row.group.as_deref().map(Box::from);
        self.entries.push(Entry {
            series,
            group,
            program: row.program,
            life: KeptMark::default(),
            last: None,
            rows: 0,
            spread: Spread::default(),
            summer_time: SummerTime::default(),
            holes: Holes::default(),
        });
        self.by_key.insert(self.key.as_slice().into(), self.entries.len() - 1);
        self.entries.len() - 1
    }
}

/// Returns the command line of a row, else that of the label of its process.
fn cmdline(row: &RawRow<'_>, labels: &HashMap<Pid, String>) -> Option<String> {
    row.cmdline.as_deref().map(to_text).or_else(|| labels.get(&row.pid?).cloned())
}

fn to_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
