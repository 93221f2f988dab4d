//! Which series a row belongs to, and whether time goes on in it.

use std::collections::HashMap;

use super::Row;
use super::columns::RawRow;
use super::error::{Fault, FaultKind};
use crate::model::{Pid, Sample, Timestamp};

/// Most series of one file. A fleet fits ten times; a column that differs in every row would take all memory.
pub(super) const MAX_SERIES: usize = 200_000;

/// Milliseconds that a row without a time counts: it is one unit of work, and rates are per second.
const WORK_UNIT_MS: i64 = 1000;

/// The samples of one process or group: what their rows have in common.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordedSeries {
    /// The `pid` column.
    pub pid: Option<Pid>,
    /// The `start_ticks` column of our own recordings: with the pid it names one process.
    pub start: Option<u64>,
    /// The column that `--group-by` names, or the `name` group of a line.
    pub group: Option<String>,
    /// The `name` column of its first row, or of the first one of its latest program.
    pub name: Option<String>,
}

/// The number of a [`RecordedSeries`] in its recording: from 0, in the order of their first rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesIndex(pub usize);

#[derive(Debug)]
struct Entry {
    series: RecordedSeries,
    /// Of which `series.group` is what can be shown.
    group: Option<Box<[u8]>>,
    /// The `program` column of our own recordings.
    program: Option<u64>,
    last: Option<Timestamp>,
    rows: i64,
}

/// All series of a recording.
#[derive(Debug, Default)]
pub(super) struct SeriesBook {
    entries: Vec<Entry>,
    by_key: HashMap<Box<[u8]>, usize>,
    key: Vec<u8>,
    latest: usize,
}

impl SeriesBook {
    pub(super) fn series(&self, SeriesIndex(index): SeriesIndex) -> &RecordedSeries {
        &self.entries[index].series
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Enters a row. Whoever analyses it may rely on times that rise within each series.
    pub(super) fn enter(&mut self, row: &RawRow<'_>) -> Result<Row, Fault> {
        let index = self.index(row);
        let entry = &mut self.entries[index];
        let at = row.at.unwrap_or(Timestamp(entry.rows.saturating_mul(WORK_UNIT_MS)));
        match entry.last {
            Some(last) if at < last => return Err(Fault::row(FaultKind::BackInTime)),
            Some(last) if at == last => return Err(Fault::row(FaultKind::RepeatedTime)),
            _ => {}
        }
        entry.last = Some(at);
        entry.rows += 1;
        let program_changed = row.start.is_some() && entry.program != row.program;
        if program_changed {
            entry.program = row.program;
            entry.series.name = row.name.as_deref().map(text);
        }
        Ok(Row { series: SeriesIndex(index), sample: Sample { at, reading: row.reading }, program_changed })
    }

    /// Rows mostly come in the order of the last round: the same series again, or the one behind it.
    fn index(&mut self, row: &RawRow<'_>) -> usize {
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
            group: row.group.as_deref().map(text),
            name: row.name.as_deref().map(text),
        };
        let group = row.group.as_deref().map(Box::from);
        self.entries.push(Entry { series, group, program: row.program, last: None, rows: 0 });
        self.by_key.insert(self.key.as_slice().into(), self.entries.len() - 1);
        self.entries.len() - 1
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
