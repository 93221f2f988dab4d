//! Rows of foreign tables: what a format splits into cells becomes rows with times and counters.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::model::Timestamp;

use super::assignment::{Assignment, TableFacts};
use super::columns::ColumnRole;
use super::error::RecordingError;
use super::fault::{Fault, FaultKind};
use super::format::{Recognition, RowReader};
use super::head::{Head, clean_line};
use super::layout::Layout;
use super::lines::{LineEnd, Lines};
use super::row::{RawRow, Record};
use super::sampled::Sampled;
use super::stamp::Stamp;
use super::table_row::{build_row, set_counter};
use super::timeline::{TimeLine, TimeStyle};
use crate::units::{Axis, WorkUnit};

/// Rows that are sampled to find the roles of columns.
const SAMPLED_ROWS: usize = 400;

/// Content of one line of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    /// Names of the columns of the rows that follow.
    Header(Vec<String>),
    /// Cells of rows, in the order of the names. Most lines have one row.
    Rows(Vec<Vec<String>>),
    /// Time of the rows that follow.
    Time(Stamp),
    /// Nothing that belongs to the table.
    Other,
    /// A row of the table that cannot be read.
    Faulty(FaultKind),
}

/// Splitter of the lines of one format.
pub(super) trait Splitter: Send {
    /// Returns the content of a line without terminal marks.
    fn split(&mut self, line: &str) -> Content;

    /// Returns the names of the columns if they are known before the first line.
    fn names(&self) -> Option<Vec<String>> {
        None
    }

    /// Returns facts about its tables.
    fn facts(&self) -> TableFacts {
        TableFacts::default()
    }

    /// True if a line cut at the end of the file is usable.
    fn reads_cut_lines(&self) -> bool {
        false
    }
}

/// Reader of the rows of a table.
pub(super) struct TableRows {
    format: &'static str,
    splitter: Box<dyn Splitter>,
    layout: Layout,
    file: String,
    /// Tables of the recording by the names of their columns; `None` for those without memory.
    tables: Vec<(Vec<String>, Option<Assignment>)>,
    /// Index of the current table.
    current: Option<usize>,
    /// Time of a line above the rows.
    outer: Option<Timestamp>,
    outer_line: TimeLine,
    lines_of_time: Vec<TimeLine>,
    pending: VecDeque<Record<'static>>,
}

impl TableRows {
    /// Finds the tables at the beginning of a recording. `sampler` and `splitter` are two fresh splitters of the format.
    ///
    /// # Errors
    /// Returns an error if no table of the beginning has a column of memory or of a count.
    pub(super) fn open(
        format: &'static str,
        head: &Head,
        mut sampler: Box<dyn Splitter>,
        splitter: Box<dyn Splitter>,
        layout: &Layout,
        file: &str,
    ) -> Result<Self, RecordingError> {
        let (sampled, stamps) = sample(head, &mut *sampler);
        let has_names = sampler.names().is_some();
        let mut tables = Vec::new();
        let mut failure = None;
        let mut summary = false;
        for mut table in sampled {
            table.decimal_mark = layout.decimal_mark;
            let facts = TableFacts { has_outer_time: stamps > 0, ..sampler.facts() };
            match Assignment::find(&table, facts, layout, file) {
                Ok(found) => {
                    summary = true;
                    tables.push((table.names, Some(found)));
                }
                Err(error) => {
                    // The most helpful error is that of the table with the most rows.
                    let rows = table.rows.len();
                    if failure.as_ref().is_none_or(|(most, _)| rows > *most) {
                        failure = Some((rows, error));
                    }
                    tables.push((table.names, None));
                }
            }
        }
        if !summary {
            return Err(failure.map_or_else(
                || RecordingError::NoUsableRow { file: file.to_owned(), first: None },
                |(_, error)| error,
            ));
        }
        let lines_of_time = tables
            .iter()
            .map(|(_, found)| {
                TimeLine::new(found.as_ref().map_or_else(|| TimeStyle::of_layout(layout), |found| found.time_style))
            })
            .collect();
        Ok(Self {
            format,
            splitter,
            layout: layout.clone(),
            file: file.to_owned(),
            current: has_names.then_some(0),
            tables,
            outer: None,
            outer_line: TimeLine::new(TimeStyle::of_layout(layout)),
            lines_of_time,
            pending: VecDeque::new(),
        })
    }

    /// Creates the reader of rows that were split already.
    ///
    /// # Errors
    /// Returns the errors of [`open`](Self::open).
    pub(super) fn of_rows(
        format: &'static str,
        names: Vec<String>,
        rows: Vec<Vec<String>>,
        splitter: Box<dyn Splitter>,
        layout: &Layout,
        file: &str,
    ) -> Result<Self, RecordingError> {
        let table = Sampled {
            names: names.clone(),
            rows: rows.iter().take(SAMPLED_ROWS).cloned().collect(),
            decimal_mark: layout.decimal_mark,
        };
        let found = Assignment::find(&table, splitter.facts(), layout, file)?;
        let mut reader = Self {
            format,
            splitter,
            layout: layout.clone(),
            file: file.to_owned(),
            lines_of_time: vec![TimeLine::new(found.time_style)],
            tables: vec![(names, Some(found))],
            current: Some(0),
            outer: None,
            outer_line: TimeLine::new(TimeStyle::of_layout(layout)),
            pending: VecDeque::new(),
        };
        reader.accept(Content::Rows(rows));
        Ok(reader)
    }

    /// Returns the roles of the columns of a single table for the reader of plain rows; `None` if it needs more.
    pub(super) fn plain_roles(&self) -> Option<Vec<ColumnRole>> {
        let [(names, Some(table))] = self.tables.as_slice() else { return None };
        table.plain_roles(names.len())
    }

    /// Returns the first table with memory.
    fn main_table(&self) -> Option<&Assignment> {
        self.tables.iter().find_map(|(_, found)| found.as_ref())
    }

    fn select(&mut self, names: Vec<String>) {
        let known = self.tables.iter().position(|(of_table, _)| *of_table == names);
        self.current = Some(known.unwrap_or_else(|| {
            // A table that appears later has no samples: its names alone decide.
            let table = Sampled { names: names.clone(), rows: Vec::new(), decimal_mark: self.layout.decimal_mark };
            let found = Assignment::find(&table, self.splitter.facts(), &self.layout, &self.file).ok();
            self.lines_of_time
                .push(TimeLine::new(found.as_ref().map_or(*self.outer_line.style(), |found| found.time_style)));
            self.tables.push((names, found));
            self.tables.len() - 1
        }));
    }

    fn accept(&mut self, content: Content) {
        match content {
            Content::Other => {}
            Content::Header(names) => self.select(names),
            Content::Time(stamp) => {
                self.lines_of_time.iter_mut().for_each(|line| line.begin_day(&stamp));
                // A date alone is no time of the rows.
                if stamp.day_ms.is_some() {
                    self.outer = self.outer_line.place(&stamp);
                }
            }
            Content::Faulty(kind) => self.pending.push_back(Record::Faulty(Fault::in_row(kind))),
            Content::Rows(rows) => {
                for cells in rows {
                    self.accept_row(&cells);
                }
            }
        }
    }

    fn accept_row(&mut self, cells: &[String]) {
        // Rows above the first header, as after 'tail', belong to it if they have its width.
        let is_above = |(names, _): &(Vec<String>, _)| names.len() == cells.len();
        let Some(index) = self.current.or_else(|| self.tables.iter().position(is_above)) else { return };
        let (names, Some(table)) = &self.tables[index] else { return };
        let row = build_row(cells, names, table, &mut self.lines_of_time[index], self.outer, self.layout.total_bytes);
        match row {
            Ok(row) if table.is_wide => {
                for counter in &table.counters {
                    let mut part = RawRow { at: row.at, ..RawRow::default() };
                    match set_counter(&mut part, cells, names, counter, self.layout.total_bytes) {
                        Ok(()) if part.reading != crate::model::Reading::default() => {
                            part.group = Some(Cow::Owned(names[counter.column].clone().into_bytes()));
                            self.pending.push_back(Record::Row(part));
                        }
                        Ok(()) => {}
                        Err(fault) => self.pending.push_back(Record::Faulty(fault)),
                    }
                }
            }
            row => self.pending.push_back(Record::from_row(row)),
        }
    }
}

impl RowReader for TableRows {
    fn next<'a>(&'a mut self, lines: &'a mut Lines) -> Result<Record<'a>, RecordingError> {
        loop {
            if let Some(record) = self.pending.pop_front() {
                return Ok(record);
            }
            let Some(end) = lines.advance()? else { return Ok(Record::End) };
            let line = clean_line(lines.line());
            let content = self.splitter.split(&line);
            if end == LineEnd::Truncated
                && matches!(content, Content::Rows(_) | Content::Faulty(_))
                && !self.splitter.reads_cut_lines()
            {
                return Ok(Record::Torn);
            }
            if content == Content::Other {
                return Ok(Record::Other);
            }
            self.accept(content);
        }
    }

    fn time_axis(&self) -> Option<Axis> {
        let table = self.main_table()?;
        Some(match (table.time.is_empty(), table.work) {
            (true, Some((_, unit))) => Axis::Work(unit),
            (true, None) if self.outer.is_none() && !table.has_outer_time => Axis::Work(WorkUnit::READING),
            _ => Axis::Time,
        })
    }

    fn memory_column(&self) -> Option<&str> {
        self.main_table()?.unnamed_unit.as_deref()
    }

    fn recognition(&self) -> Option<Recognition> {
        let table = self.main_table()?;
        Some(Recognition { format: self.format, columns: table.summary.clone() })
    }

    fn is_local_clock(&self) -> bool {
        self.lines_of_time.iter().any(|line| line.is_local)
    }
}

/// Splits the beginning into its tables; returns them with the number of times above rows.
fn sample(head: &Head, sampler: &mut dyn Splitter) -> (Vec<Sampled>, usize) {
    let mut tables: Vec<Sampled> = Vec::new();
    tables.extend(sampler.names().map(|names| Sampled { names, rows: Vec::new(), decimal_mark: None }));
    let mut current = (!tables.is_empty()).then_some(0);
    let mut stamps = 0;
    for line in head.lines() {
        match sampler.split(line) {
            Content::Header(names) => {
                let known = tables.iter().position(|table| table.names == names);
                current = Some(known.unwrap_or_else(|| {
                    tables.push(Sampled { names, rows: Vec::new(), decimal_mark: None });
                    tables.len() - 1
                }));
            }
            Content::Rows(rows) => {
                if let Some(table) = current.map(|index: usize| &mut tables[index])
                    && table.rows.len() < SAMPLED_ROWS
                {
                    table.rows.extend(rows);
                }
            }
            Content::Time(stamp) => stamps += usize::from(stamp.day_ms.is_some()),
            Content::Other | Content::Faulty(_) => {}
        }
    }
    (tables, stamps)
}
