//! Reader of a recording: rows from its format, each as a sample of its series.

use std::io::Read;

use crate::model::{Counter, Reading};
use crate::units::{Axis, Span, WorkUnit};

use super::detect::{open_rows, read_head};
use super::error::RecordingError;
use super::fault::{Fault, FaultKind, SkippedRows};
use super::format::{Recognition, RowReader};
use super::head::Head;
use super::layout::Layout;
use super::lines::Lines;
use super::rounded_clock::Runs;
use super::row::{RawRow, Record, Row, SeriesIndex};
use super::series::{MAX_SERIES, RecordedSeries, SeriesTable};
use super::unit::UnnamedUnit;

/// Recording that is being read.
pub struct Recording {
    lines: Lines,
    rows: Box<dyn RowReader>,
    series: SeriesTable,
    /// Meaning of the times; `None` before the first row of a format that leaves it open.
    axis: Option<Axis>,
    /// Number of usable rows.
    accepted: u64,
    skipped: SkippedRows,
    /// True if a counter was above 0.
    has_measured: bool,
    group_column: String,
    unnamed_unit: Option<UnnamedUnit>,
}

impl Recording {
    /// Opens the recording `file`; `-` is standard input.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is empty, or has no usable column.
    pub fn open(file: &str, layout: &Layout) -> Result<Self, RecordingError> {
        Self::from_lines(Lines::open(file)?, layout)
    }

    /// Opens a recording from any input; `file` is its name in messages.
    ///
    /// # Errors
    /// Returns the errors of [`open`](Self::open).
    pub fn from_reader(file: &str, input: impl Read + Send + 'static, layout: &Layout) -> Result<Self, RecordingError> {
        Self::from_lines(Lines::from_reader(file, Box::new(input))?, layout)
    }

    fn from_lines(mut lines: Lines, layout: &Layout) -> Result<Self, RecordingError> {
        let head = read_head(&mut lines)?;
        let rows = open_rows(&mut lines, &head, layout)?;
        let is_foreign = rows.recognition().is_some();
        let series = if is_foreign { probe_clock(&head, layout)? } else { SeriesTable::default() };
        Ok(Self {
            lines,
            series,
            axis: rows.time_axis(),
            accepted: 0,
            skipped: SkippedRows::default(),
            has_measured: false,
            group_column: layout.group_by.clone().unwrap_or_else(|| "pid".into()),
            unnamed_unit: rows.memory_column().and_then(|column| UnnamedUnit::new(column, layout.value_unit.is_some())),
            rows,
        })
    }

    /// Reads the next sample; returns `None` at the end.
    ///
    /// # Errors
    /// Returns an error if reading fails, and at the end if no row was usable or most of them go back in time.
    pub fn next_row(&mut self) -> Result<Option<Row>, RecordingError> {
        loop {
            let line = self.lines.number() + 1;
            let fault = match self.rows.next(&mut self.lines)? {
                Record::End => return self.finish().map(|()| None),
                Record::Other => continue,
                Record::Label(label) => {
                    self.series.add_label(&label);
                    continue;
                }
                Record::Torn => {
                    self.skipped.torn_end = true;
                    continue;
                }
                Record::Faulty(fault) => fault,
                Record::Row(row) => match accept(row, &mut self.axis, &mut self.series) {
                    Ok(row) => return self.count(row).map(Some),
                    Err(fault) => fault,
                },
            };
            self.skipped.add(Fault { line, ..fault });
        }
    }

    /// Counts an accepted row.
    fn count(&mut self, row: Row) -> Result<Row, RecordingError> {
        if self.series.len() > MAX_SERIES {
            let (file, column) = (self.lines.file().to_owned(), self.group_column.clone());
            return Err(RecordingError::TooManySeries { file, column, limit: MAX_SERIES });
        }
        self.accepted += 1;
        self.has_measured |= measures(&row.sample.reading);
        if let Some((unit, value)) = self.unnamed_unit.as_mut().zip(row.sample.reading.value(Counter::Rss)) {
            unit.add(value);
        }
        Ok(row)
    }

    /// Returns the series of a row that was read.
    #[must_use]
    pub fn series(&self, index: SeriesIndex) -> &RecordedSeries {
        self.series.get(index)
    }

    /// Returns the number of series so far.
    #[must_use]
    pub fn series_count(&self) -> usize {
        self.series.len()
    }

    /// Returns the meaning of the times; known after the first row.
    #[must_use]
    pub fn axis(&self) -> Axis {
        self.axis.unwrap_or(Axis::Time)
    }

    /// True if another program wrote the recording.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.series.is_foreign()
    }

    /// Returns a sentence about the format and the columns that were recognised, with the number of series, readings and
    /// holes; `None` for recordings of leakwatch.
    #[must_use]
    pub fn recognised(&self) -> Option<String> {
        let Recognition { format, columns } = self.rows.recognition()?;
        let series = self.series.len();
        let mut sentence = format!("read as {format}: {columns}; {series} series, {} readings", self.accepted);
        if let (count @ 1.., length_s) = self.series.holes() {
            let holes = if count == 1 { "1 hole".to_owned() } else { format!("{count} holes") };
            sentence.push_str(&match self.axis() {
                Axis::Time => format!(", {holes}, {} in all", Span(length_s.round())),
                Axis::Work(unit) => format!(", {holes}, {length_s:.0} {} in all", unit.plural()),
            });
        }
        Some(sentence)
    }

    /// Returns the seconds by which the clock was set from 1970 to the present; `None` if it was not.
    #[must_use]
    pub fn clock_jump_s(&self) -> Option<f64> {
        self.series.clock_jump_s()
    }

    /// Returns the rows that were skipped so far.
    #[must_use]
    pub fn skipped_rows(&self) -> &SkippedRows {
        &self.skipped
    }

    /// Returns the bytes held for lines.
    #[cfg(test)]
    pub(super) fn line_capacity(&self) -> usize {
        self.lines.capacity()
    }

    /// Checks the recording as a whole.
    fn finish(&mut self) -> Result<(), RecordingError> {
        self.skipped.torn_end |= self.lines.is_torn();
        let file = self.lines.file().to_owned();
        if self.accepted == 0 {
            return Err(match self.skipped.first().cloned() {
                _ if self.lines.number() == 0 => RecordingError::Empty { file },
                None => self.rows.no_row_error(file),
                first => RecordingError::NoUsableRow { file, first },
            });
        }
        let (count, line) = self.skipped.misplaced();
        if count >= self.accepted {
            return Err(RecordingError::Shuffled { file, line, count, rows: count + self.accepted });
        }
        if !self.has_measured {
            return Err(RecordingError::AllZero { file, rows: self.accepted });
        }
        self.unnamed_unit.as_ref().map_or(Ok(()), |unit| unit.check(&file))
    }
}

/// True if a counter is above 0.
fn measures(reading: &Reading) -> bool {
    Counter::ALL.into_iter().any(|counter| reading.value(counter).is_some_and(|value| value > 0))
}

/// Reads the rows of the beginning to find the properties of their clock: rounded, and without a zone.
fn probe_clock(head: &Head, layout: &Layout) -> Result<SeriesTable, RecordingError> {
    let mut lines = head.as_lines("")?;
    // The beginning of a document cannot be read by itself; its times are exact.
    let Ok(mut rows) = open_rows(&mut lines, head, layout) else { return Ok(SeriesTable::foreign(None, false)) };
    let mut runs = Runs::default();
    loop {
        match rows.next(&mut lines)? {
            Record::End => break,
            Record::Row(row) => runs.add(&row),
            _ => {}
        }
    }
    Ok(SeriesTable::foreign(runs.clock(), rows.is_local_clock()))
}

/// Adds a row to its series. The first row decides about the time axis: mixed rows would put hours beside units of work.
fn accept(mut row: RawRow<'_>, axis: &mut Option<Axis>, series: &mut SeriesTable) -> Result<Row, Fault> {
    let of_row = if row.at.is_some() { Axis::Time } else { Axis::Work(WorkUnit::READING) };
    match *axis.get_or_insert(of_row) {
        Axis::Work(WorkUnit::READING) => row.at = None,
        Axis::Work(_) | Axis::Time if row.at.is_none() => return Err(Fault::in_field(FaultKind::Time, "time", b"")),
        Axis::Work(_) | Axis::Time => {}
    }
    series.add_row(&row)
}
