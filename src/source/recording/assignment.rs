//! Assignment of roles to the columns of a foreign table, from their names and from values at the beginning.

use crate::model::Counter;
use crate::units::WorkUnit;

use super::advice::no_memory_error;
use super::columns::list_columns;
use super::counter_column::CounterColumn;
use super::error::RecordingError;
use super::layout::{Layout, ValueUnit};
use super::names::{MIN_JUDGED_RANK, Meaning, Memory, meaning_of, words_of};
use super::quantity::{DecimalMark, whole_quantity};
use super::sampled::{MIN_READABLE, Sampled, joined};
use super::series_columns::{have_owners, series_columns};
use super::stamp::DateOrder;
use super::time_columns::time_columns;
use super::timeline::TimeStyle;
use super::unit::unit_name;

/// Facts about a table that its format states.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TableFacts {
    /// Bytes of the unit of memory that names and values leave out.
    pub unit_bytes: Option<f64>,
    /// True if times stand outside the rows: in a line above them.
    pub has_outer_time: bool,
    /// Columns that are read by name in other tables and mean something else in this one.
    pub ignored: &'static [&'static str],
    /// True if the names were made up, for a table without a header.
    pub is_unnamed: bool,
}

/// Columns about the process of a row.
#[derive(Debug, Clone, Default)]
pub(super) struct ProcessColumns {
    pub pid: Option<usize>,
    pub cmdline: Option<usize>,
    /// Uptime, beside another time.
    pub uptime: Option<usize>,
    pub restarts: Option<usize>,
    /// Columns that distinguish series.
    pub names: Vec<usize>,
}

/// Roles of the columns of a table.
#[derive(Debug, Clone)]
pub(super) struct Assignment {
    /// Columns of the time: one, or a date and a time of day.
    pub time: Vec<usize>,
    pub time_style: TimeStyle,
    /// Counter of work, with its unit, where there is no time.
    pub work: Option<(usize, WorkUnit)>,
    pub process: ProcessColumns,
    pub limit: Option<CounterColumn>,
    /// Counters of each series of a row.
    pub counters: Vec<CounterColumn>,
    /// True if times stand in a line above the rows.
    pub has_outer_time: bool,
    /// True if each counter is a series of its own, with the name of its column.
    pub is_wide: bool,
    /// Name of the memory column if nothing states its unit.
    pub unnamed_unit: Option<String>,
    /// Sentence about the columns, for the user.
    pub summary: String,
}

/// Search for the roles of a table.
struct Search<'a> {
    table: &'a Sampled,
    meanings: Vec<Meaning>,
    facts: TableFacts,
    layout: &'a Layout,
    file: &'a str,
}

impl Assignment {
    /// Finds the roles of the columns of a table.
    ///
    /// # Errors
    /// Returns an error that names the next action if a person has to decide.
    pub(super) fn find(
        table: &Sampled,
        facts: TableFacts,
        layout: &Layout,
        file: &str,
    ) -> Result<Self, RecordingError> {
        let meaning =
            |name: &String| if facts.ignored.contains(&name.as_str()) { Meaning::Other } else { meaning_of(name) };
        let meanings = table.names.iter().map(meaning).collect();
        Search { table, meanings, facts, layout, file }.run()
    }
}

impl Search<'_> {
    fn run(self) -> Result<Assignment, RecordingError> {
        for wanted in [&self.layout.time_column, &self.layout.value_column, &self.layout.group_by].into_iter().flatten()
        {
            if self.table.index_of(wanted).is_none() {
                let (file, columns) = (self.file.to_owned(), list_columns(&self.table.names));
                return Err(RecordingError::UnknownColumn { file, wanted: wanted.clone(), columns });
            }
        }
        let (mut time, unit_s) = time_columns(self.table, &self.meanings, self.facts.ignored, self.layout);
        // A time above the rows precedes the uptime in them.
        if self.facts.has_outer_time && self.layout.time_column.is_none() {
            time.retain(|&column| !matches!(self.meanings[column], Meaning::Elapsed(_)));
        }
        let samples: Vec<String> = self.table.rows.iter().map(|row| joined(row, &time)).collect();
        let samples: Vec<&str> = samples.iter().map(String::as_str).collect();
        let mut layout = self.layout.clone();
        // Performance counters of Windows write dates in the order of the United States.
        if time.first().is_some_and(|&column| self.table.names[column].starts_with("(PDH-CSV")) {
            layout.time_format = layout.time_format.or(Some(DateOrder::MonthFirst));
        }
        let time_style = TimeStyle {
            mark: self.table.mark_of(time.first().copied()),
            ..TimeStyle::find(&samples, unit_s, &layout, self.file)?
        };
        let work = if time.is_empty() && !self.facts.has_outer_time { self.work_column() } else { None };
        let memory = self.memory_columns(&time, work)?;
        let is_wide = memory.len() > 1;
        let counters = self.with_counts(&memory, is_wide)?;
        let limit = self
            .first(|meaning| meaning == Meaning::Limit)
            .filter(|_| !is_wide)
            .map(|column| self.bytes_column(column, None));
        let unnamed_unit = memory
            .first()
            .map(|memory| memory.column)
            .filter(|&column| !self.states_unit(column))
            .map(|column| self.table.names[column].clone());
        let process = self.process_columns(&time);
        let summary = self.summary(&counters, &time, work);
        let has_outer_time = self.facts.has_outer_time;
        Ok(Assignment {
            time,
            time_style,
            work,
            process,
            limit,
            counters,
            has_outer_time,
            is_wide,
            unnamed_unit,
            summary,
        })
    }

    /// Returns the columns of memory, and those of counts unless the user names the one column.
    fn with_counts(&self, memory: &[CounterColumn], is_wide: bool) -> Result<Vec<CounterColumn>, RecordingError> {
        let mut counters = memory.to_vec();
        for counter in [Counter::Fds, Counter::Threads] {
            let found = self.first(|meaning| meaning == Meaning::Count(counter));
            let found = found.filter(|&at| self.table.share_of_numbers(at) >= MIN_READABLE);
            let is_wanted = !is_wide && self.layout.value_column.is_none();
            counters.extend(found.filter(|_| is_wanted).map(|column| CounterColumn::count(column, counter)));
        }
        if counters.is_empty() { Err(self.no_memory_error()) } else { Ok(counters) }
    }

    /// Returns the columns about the process.
    fn process_columns(&self, time: &[usize]) -> ProcessColumns {
        let pid = self.first(|meaning| meaning == Meaning::Pid);
        let is_uptime = |column: &usize| words_of(&self.table.names[*column]).iter().any(|word| word == "uptime");
        ProcessColumns {
            pid,
            cmdline: self.first(|meaning| meaning == Meaning::Cmdline),
            uptime: (0..self.table.names.len()).find(is_uptime).filter(|column| !time.contains(column)),
            restarts: self.first(|meaning| meaning == Meaning::Restarts),
            names: match &self.layout.group_by {
                Some(wanted) => self.table.index_of(wanted).into_iter().collect(),
                None => series_columns(self.table, &self.meanings, pid, time),
            },
        }
    }

    fn first(&self, is_wanted: impl Fn(Meaning) -> bool) -> Option<usize> {
        self.meanings.iter().position(|&meaning| is_wanted(meaning))
    }

    /// Returns the column that counts work: it never falls, and grows at all.
    fn work_column(&self) -> Option<(usize, WorkUnit)> {
        let grows = |column: usize| {
            let values: Vec<f64> = self
                .table
                .values(column)
                .filter_map(|value| Some(whole_quantity(value, DecimalMark::Point)?.number))
                .collect();
            values.len() > 1 && values.windows(2).all(|pair| pair[0] <= pair[1]) && values.first() < values.last()
        };
        let named = self.meanings.iter().enumerate().find_map(|(column, meaning)| match meaning {
            Meaning::Work(unit) if grows(column) => Some((column, *unit)),
            _ => None,
        });
        let is_first_of_unnamed = self.facts.is_unnamed && self.table.names.len() > 1 && grows(0);
        named.or_else(|| is_first_of_unnamed.then_some((0, WorkUnit::UNIT)))
    }

    /// Returns the column of memory; several if the table has one for each series.
    fn memory_columns(
        &self,
        time: &[usize],
        work: Option<(usize, WorkUnit)>,
    ) -> Result<Vec<CounterColumn>, RecordingError> {
        if let Some(wanted) = &self.layout.value_column {
            let column = self.table.index_of(wanted).ok_or_else(|| self.no_memory_error())?;
            if self.meanings[column] == Meaning::Share && self.layout.value_unit.is_none() {
                return self.share_column(column).map(|column| vec![column]);
            }
            return Ok(vec![self.named_column(column)]);
        }
        if self.facts.is_unnamed {
            return self.unnamed_memory(time, work);
        }
        let ranked = |column: usize| match self.meanings[column] {
            Meaning::Memory(Memory { rank, .. })
                if rank >= MIN_JUDGED_RANK && self.table.share_of_numbers(column) >= MIN_READABLE =>
            {
                rank
            }
            _ => 0,
        };
        let columns = 0..self.table.names.len();
        let best = columns.clone().map(ranked).max().unwrap_or(0);
        if best == 0 {
            let available = self.first(|meaning| meaning == Meaning::Available);
            let share = self.first(|meaning| meaning == Meaning::Share).filter(|_| available.is_none());
            if let Some(column) = share.filter(|&column| self.table.share_of_numbers(column) >= MIN_READABLE) {
                return self.share_column(column).map(|column| vec![column]);
            }
            return match (available, self.layout.total_bytes) {
                (Some(column), Some(_)) => {
                    Ok(vec![CounterColumn { is_falling: true, ..self.bytes_column(column, None) }])
                }
                (Some(column), None) if self.first(|meaning| matches!(meaning, Meaning::Count(_))).is_none() => {
                    let (file, column) = (self.file.to_owned(), self.table.names[column].clone());
                    Err(RecordingError::Falling { file, column })
                }
                _ => Ok(self.series_in_columns(time)),
            };
        }
        let chosen: Vec<usize> = columns.filter(|&column| ranked(column) == best).collect();
        // Columns of one kind with different names are processes beside each other; 'rss' beside 'rss_mb' is one twice.
        let plain = |column: usize| -> Vec<String> {
            words_of(&self.table.names[column]).into_iter().filter(|word| unit_name(word).is_none()).collect()
        };
        let is_rss = chosen.iter().all(|&column| best == 100 && plain(column).len() > 1);
        let is_wide = chosen.len() > 1 && (is_rss || have_owners(self.table, &chosen));
        let taken = if is_wide { chosen.as_slice() } else { &chosen[..1] };
        Ok(taken.iter().map(|&column| self.bytes_column(column, None)).collect())
    }

    /// Returns a column of percentages, in bytes of the total.
    fn share_column(&self, column: usize) -> Result<CounterColumn, RecordingError> {
        let total = self.layout.total_bytes.ok_or_else(|| RecordingError::Percent {
            file: self.file.to_owned(),
            column: self.table.names[column].clone(),
        })?;
        #[expect(clippy::cast_precision_loss, reason = "a total is far below 2^53")]
        let unit_bytes = total as f64 / 100.0;
        Ok(CounterColumn { unit_bytes, ..self.bytes_column(column, None) })
    }

    /// Returns the columns of a table with the time and one column for each series, as chart programs export it: their
    /// values or the user state the unit.
    fn series_in_columns(&self, time: &[usize]) -> Vec<CounterColumn> {
        let is_series = |column: &usize| {
            !time.contains(column)
                && matches!(self.meanings[*column], Meaning::Other | Meaning::Name)
                && self.table.share_of_numbers(*column) >= MIN_READABLE
                && (self.layout.value_unit.is_some() || self.table.has_value_units(*column))
        };
        let mut others = (0..self.table.names.len()).filter(|column| !time.contains(column));
        if time.is_empty() || !others.all(|column| is_series(&column)) {
            return Vec::new();
        }
        (0..self.table.names.len()).filter(is_series).map(|column| self.named_column(column)).collect()
    }

    /// Returns the memory of a table without names: the column of values with units, else of the largest values.
    fn unnamed_memory(
        &self,
        time: &[usize],
        work: Option<(usize, WorkUnit)>,
    ) -> Result<Vec<CounterColumn>, RecordingError> {
        let candidates: Vec<usize> = (0..self.table.names.len())
            .filter(|column| !time.contains(column) && work.is_none_or(|(work, _)| work != *column))
            .filter(|&column| self.table.share_of_numbers(column) >= MIN_READABLE)
            .collect();
        if let Some(&column) = candidates.iter().find(|&&column| self.table.has_value_units(column)) {
            return Ok(vec![self.bytes_column(column, None)]);
        }
        let level = |column: &usize| {
            self.table
                .values(*column)
                .filter_map(|value| Some(whole_quantity(value, DecimalMark::Point)?.number))
                .fold(0.0, f64::max)
        };
        let largest = candidates.iter().copied().max_by(|a, b| level(a).total_cmp(&level(b)));
        match (largest, self.layout.value_unit.is_some()) {
            (Some(column), true) => Ok(vec![self.named_column(column)]),
            // Bytes of whole pages are memory.
            (Some(column), false)
                if level(&column) >= 1_048_576.0
                    && self.table.share(column, |value| {
                        whole_quantity(value, DecimalMark::Point).is_some_and(|found| found.number % 4096.0 == 0.0)
                    }) >= 1.0 =>
            {
                Ok(vec![self.bytes_column(column, Some(1.0))])
            }
            (Some(column), false) => Err(RecordingError::UnnamedNumbers {
                file: self.file.to_owned(),
                first: self.table.values(column).next().unwrap_or_default().to_owned(),
            }),
            (None, _) => Err(self.no_memory_error()),
        }
    }

    /// Returns the column that the user or the lack of others makes the memory, in the unit of the layout.
    fn named_column(&self, column: usize) -> CounterColumn {
        match &self.layout.value_unit {
            Some(ValueUnit::Count) => CounterColumn::count(column, Counter::Fds),
            Some(ValueUnit::Bytes(unit)) => self.bytes_column(column, Some(*unit)),
            None => match self.meanings[column] {
                Meaning::Count(counter) => CounterColumn::count(column, counter),
                Meaning::Available if self.layout.total_bytes.is_some() => {
                    CounterColumn { is_falling: true, ..self.bytes_column(column, None) }
                }
                _ => self.bytes_column(column, None),
            },
        }
    }

    /// Returns a column of bytes.
    fn bytes_column(&self, column: usize, unit_bytes: Option<f64>) -> CounterColumn {
        let named = match self.meanings[column] {
            Meaning::Memory(Memory { unit_bytes, .. }) => unit_bytes,
            _ => words_of(&self.table.names[column]).iter().rev().find_map(|word| unit_name(word)),
        };
        let of_layout = match &self.layout.value_unit {
            Some(ValueUnit::Bytes(unit)) => Some(*unit),
            _ => None,
        };
        let unit_bytes = unit_bytes.or(of_layout).or(named).or(self.facts.unit_bytes).unwrap_or(1.0);
        CounterColumn {
            column,
            counter: Counter::Rss,
            unit_bytes,
            mark: self.table.mark_of(Some(column)),
            is_falling: false,
        }
    }

    /// True if the name, the values, the format or the user states the unit of a column.
    fn states_unit(&self, column: usize) -> bool {
        self.layout.value_unit.is_some()
            || self.facts.unit_bytes.is_some()
            || self.meanings[column] == Meaning::Share
            || self.table.has_value_units(column)
            || words_of(&self.table.names[column]).iter().any(|word| unit_name(word).is_some())
    }

    fn summary(&self, counters: &[CounterColumn], time: &[usize], work: Option<(usize, WorkUnit)>) -> String {
        let quoted = |column: usize| format!("'{}'", self.table.names[column]);
        let values: Vec<String> = counters
            .iter()
            .map(|counter| {
                let kind = if counter.counter == Counter::Rss { "memory" } else { counter.counter.label() };
                let unit = match counter.counter {
                    Counter::Rss if self.table.has_value_units(counter.column) => " with its unit".to_owned(),
                    Counter::Rss => format!(" in {}", super::unit::name_of_bytes(counter.unit_bytes)),
                    _ => String::new(),
                };
                format!("{kind} {}{unit}", quoted(counter.column))
            })
            .collect();
        let axis = match (time, work) {
            ([], Some((column, unit))) => format!("axis {} ({})", quoted(column), unit.plural()),
            ([], None) if self.facts.has_outer_time => "time in the line above".to_owned(),
            ([], None) => "no time: by reading".to_owned(),
            (columns, _) => {
                format!("time {}", columns.iter().map(|&column| quoted(column)).collect::<Vec<_>>().join(" and "))
            }
        };
        format!("{}; {axis}", values.join(", "))
    }

    fn no_memory_error(&self) -> RecordingError {
        no_memory_error(self.table, &self.meanings, self.file)
    }
}
