//! Recordings: rows of samples with their times in them, read as a stream in constant memory.
//!
//! Comma-separated values, one JSON object a line, or a text log; each also packed with gzip, each also from
//! standard input. The content tells which it is, not the name. Single bad rows are passed over, counted, and
//! the first of each kind is named; a file that holds nothing usable is an error.

mod columns;
mod error;
mod formats;
mod lines;
mod series;
#[cfg(test)]
mod tests;
mod unit;
mod values;

use std::io::Read;

use regex::Regex;

pub use error::{Fault, FaultKind, RecordingError, SkippedRows};
pub use series::{RecordedSeries, SeriesIndex};

use columns::{Roles, Step};
use formats::csv::CsvRows;
use formats::json::JsonRows;
use formats::text::TextRows;
use lines::Lines;
use series::{MAX_SERIES, SeriesBook};
use unit::UnnamedUnit;

use crate::model::Sample;

/// How to read a foreign recording; the default reads our own ones and what is known by name.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// `--time-column`: RFC 3339, or seconds or milliseconds as a number.
    pub time_column: Option<String>,
    /// `--value-column`: this one is the memory, and no other counter is read.
    pub value_column: Option<String>,
    /// `--value-unit`: of that column, of `rss`, or of the values in lines.
    pub value_unit: Option<String>,
    /// `--group-by`: the column that tells series apart, beside `pid`.
    pub group_by: Option<String>,
    /// `--line-regex`: the file is a text log.
    pub line_regex: Option<Regex>,
}

/// One sample of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Which series; [`Recording::series`] has what is known of it.
    pub series: SeriesIndex,
    /// The sample; times rise within a series.
    pub sample: Sample,
    /// Whether the process runs another program than at its row before.
    pub program_changed: bool,
}

/// What the times of a recording are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeAxis {
    /// Times of a clock, or seconds since some start.
    Clock,
    /// There are none: each row of a series counts as one second, and rates are per unit of work.
    WorkUnits,
}

/// A recording that is being read.
pub struct Recording {
    lines: Lines,
    rows: Rows,
    series: SeriesBook,
    axis: Option<TimeAxis>,
    accepted: u64,
    notices: SkippedRows,
    group_column: String,
    unnamed_unit: Option<UnnamedUnit>,
}

/// The format of a recording. The first object of a JSON recording was read to find out.
enum Rows {
    Csv(Box<CsvRows>),
    Json { rows: JsonRows, first: Option<lines::LineEnd> },
    Text(TextRows),
}

impl Recording {
    /// Opens the recording `file`; `-` is standard input.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or holds no usable column.
    pub fn open(file: &str, layout: &Layout) -> Result<Self, RecordingError> {
        Self::begin(Lines::open(file)?, layout)
    }

    /// Reads a recording from anything; `file` is its name in messages.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn from_reader(file: &str, input: impl Read + 'static, layout: &Layout) -> Result<Self, RecordingError> {
        Self::begin(Lines::new(file, Box::new(input))?, layout)
    }

    fn begin(mut lines: Lines, layout: &Layout) -> Result<Self, RecordingError> {
        let roles = Roles::new(layout)?;
        let (rows, axis) = if let Some(pattern) = &layout.line_regex {
            let rows = TextRows::new(pattern, roles.unit_bytes())?;
            let axis = if rows.has_times() { TimeAxis::Clock } else { TimeAxis::WorkUnits };
            (Rows::Text(rows), Some(axis))
        } else {
            let end = first_line(&mut lines)?;
            if lines.line().trim_ascii_start().starts_with(b"{") {
                if is_report(&mut lines)? {
                    return Err(RecordingError::IsReport { file: lines.file().to_owned() });
                }
                let rows = JsonRows::new(roles, layout.value_column.is_some());
                (Rows::Json { rows, first: Some(end) }, None)
            } else {
                (Rows::Csv(Box::new(CsvRows::open(&mut lines, &roles)?)), Some(TimeAxis::Clock))
            }
        };
        let unnamed_unit = match &rows {
            Rows::Csv(rows) => rows.memory_column().and_then(|column| UnnamedUnit::of(column, layout)),
            Rows::Text(rows) if rows.has_units() => None,
            Rows::Text(_) => UnnamedUnit::of("value", layout),
            // Our own event lines name the unit in the field.
            Rows::Json { .. } if ["\"rss_bytes\"", "\"schema_version\""].iter().any(|key| holds(lines.line(), key)) => {
                None
            }
            Rows::Json { .. } => UnnamedUnit::expected(layout),
        };
        let group_column = layout.group_by.clone().unwrap_or_else(|| "pid".into());
        Ok(Self {
            lines,
            rows,
            series: SeriesBook::default(),
            axis,
            accepted: 0,
            notices: SkippedRows::default(),
            group_column,
            unnamed_unit,
        })
    }

    /// The next sample; `None` at the end.
    ///
    /// # Errors
    /// When reading fails, and at the end when no row was usable or most of them go back in time.
    pub fn next_row(&mut self) -> Result<Option<Row>, RecordingError> {
        loop {
            let mut line = self.lines.number() + 1;
            let step = match &mut self.rows {
                Rows::Csv(rows) => rows.next(&mut self.lines)?,
                Rows::Text(rows) => rows.next(&mut self.lines)?,
                Rows::Json { rows, first } => match first.take() {
                    Some(end) => {
                        line -= 1;
                        rows.take(&self.lines, end)
                    }
                    None => rows.next(&mut self.lines)?,
                },
            };
            let fault = match step {
                Step::End => return self.finish().map(|()| None),
                Step::Other => continue,
                Step::Torn => {
                    self.notices.torn_end = true;
                    continue;
                }
                Step::Faulty(fault) => fault,
                Step::Row(mut row) => {
                    // The first row decides: a mixture would put hours beside units of work.
                    match *self.axis.get_or_insert(if row.at.is_some() { TimeAxis::Clock } else { TimeAxis::WorkUnits })
                    {
                        TimeAxis::WorkUnits => row.at = None,
                        TimeAxis::Clock if row.at.is_none() => {
                            self.notices.add(Fault { line, ..Fault::field(FaultKind::Time, "time", b"") });
                            continue;
                        }
                        TimeAxis::Clock => {}
                    }
                    match self.series.enter(&row) {
                        Ok(row) => {
                            if self.series.len() > MAX_SERIES {
                                return Err(self.too_many_series());
                            }
                            self.accepted += 1;
                            if let Some((unit, value)) = self.unnamed_unit.as_mut().zip(row.sample.reading.rss) {
                                unit.push(value);
                            }
                            return Ok(Some(row));
                        }
                        Err(fault) => fault,
                    }
                }
            };
            self.notices.add(Fault { line, ..fault });
        }
    }

    /// What is known of a series that a row has named.
    #[must_use]
    pub fn series(&self, index: SeriesIndex) -> &RecordedSeries {
        self.series.series(index)
    }

    /// How many series there have been so far.
    #[must_use]
    pub fn series_count(&self) -> usize {
        self.series.len()
    }

    /// What the times are; known after the first row.
    #[must_use]
    pub fn time_axis(&self) -> TimeAxis {
        self.axis.unwrap_or(TimeAxis::Clock)
    }

    /// What was passed over so far.
    #[must_use]
    pub fn skipped_rows(&self) -> &SkippedRows {
        &self.notices
    }

    fn finish(&mut self) -> Result<(), RecordingError> {
        self.notices.torn_end |= self.lines.is_torn();
        let file = self.lines.file().to_owned();
        if self.accepted == 0 {
            if self.lines.number() == 0 {
                return Err(RecordingError::Empty { file });
            }
            let first = self.notices.first().cloned();
            return Err(match (&self.rows, first) {
                (Rows::Text(_), None) => RecordingError::NoMatch { file },
                (_, first) => RecordingError::NoUsableRow { file, first },
            });
        }
        let is_misplaced = |fault: &Fault| matches!(fault.kind, FaultKind::BackInTime | FaultKind::RepeatedTime);
        let misplaced = self.notices.faults.iter().filter(|(_, first)| is_misplaced(first));
        let (count, line) =
            misplaced.fold((0, u64::MAX), |(sum, line), (count, first)| (sum + count, line.min(first.line)));
        if count >= self.accepted {
            return Err(RecordingError::Shuffled { file, line, count, rows: count + self.accepted });
        }
        self.unnamed_unit.as_ref().map_or(Ok(()), |unit| unit.check(&file))
    }

    fn too_many_series(&self) -> RecordingError {
        let (file, column) = (self.lines.file().to_owned(), self.group_column.clone());
        RecordingError::TooManySeries { file, column, limit: MAX_SERIES }
    }
}

/// Goes to the first line that has something in it.
fn first_line(lines: &mut Lines) -> Result<lines::LineEnd, RecordingError> {
    loop {
        let Some(end) = lines.advance()? else { return Err(RecordingError::Empty { file: lines.file().to_owned() }) };
        if lines.line().contains(&0) {
            return Err(RecordingError::Binary { file: lines.file().to_owned(), line: lines.number() });
        }
        let line = lines.line().trim_ascii();
        if !line.is_empty() && line[0] != b'#' {
            return Ok(end);
        }
    }
}

/// Whether it is our own report: over many lines as we write it, or packed into one by somebody.
fn is_report(lines: &mut Lines) -> Result<bool, RecordingError> {
    if lines.line().trim_ascii() == b"{" {
        return Ok(lines.advance()?.is_some() && holds(lines.line(), "\"schema_version\""));
    }
    Ok(holds(lines.line(), "\"schema_version\"") && holds(lines.line(), "\"observer\""))
}

fn holds(line: &[u8], key: &str) -> bool {
    memchr::memmem::find(line, key.as_bytes()).is_some()
}
