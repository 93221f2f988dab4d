//! CSV recordings: comma-separated values with a header, of leakwatch or foreign.
//!
//! Records without quotes, nearly all of them, are split in place at their delimiters. Records with quotes go through
//! `csv_core`, which implements RFC 4180.

use std::borrow::Cow;

use super::super::columns::{ColumnRole, ColumnRoles};
use super::super::error::RecordingError;
use super::super::fault::{Fault, FaultKind};
use super::super::format::{Confidence, Recognition, RecordingFormat, RowReader};
use super::super::head::{Head, clean_line};
use super::super::layout::Layout;
use super::super::lines::{LineEnd, Lines, MAX_LINE_BYTES};
use super::super::row::{RawRow, Record};
use super::super::sampled::is_missing;
use super::super::table::TableRows;
use super::super::values::leading_digits;
use crate::model::{Counter, CounterUnit, Pid, Reading, Timestamp};

use super::dialect::{CsvSplitter, Dialect, is_other_header};
use crate::units::Axis;

/// Format of comma-separated values; semicolons, tabs and bars separate too.
pub(in super::super) struct Csv;

impl RecordingFormat for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn about(&self) -> &'static str {
        "values separated by comma, semicolon, tab or bar, with or without a header"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        if head.filled_lines().find(|line| !line.starts_with('#')).is_some_and(is_own_header) {
            return Some(Confidence::Certain);
        }
        Dialect::find(head).map(|_| Confidence::Likely)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let roles = ColumnRoles::new(layout);
        let is_known = CsvRows::open(&mut head.as_lines(lines.file())?, &roles).is_ok_and(|rows| rows.reads(head));
        let Some(dialect) = Dialect::find(head).filter(|_| !is_known && !head.is_one_cut_line()) else {
            return Ok(Box::new(CsvRows::open(lines, &roles)?));
        };
        let splitter = || Box::new(CsvSplitter::new(dialect.clone()));
        let table = || TableRows::open("CSV", head, splitter(), splitter(), layout, lines.file());
        let general = table()?;
        let (of_head, is_local) = rows_of(table()?, head, lines.file())?;
        if let Some(fast) = CsvRows::plain(&general, &dialect, is_local)
            && rows_of(fast, head, lines.file())?.0 == of_head
            && let Some(fast) = CsvRows::plain(&general, &dialect, is_local)
        {
            return Ok(Box::new(fast));
        }
        Ok(Box::new(general))
    }
}

/// Values of a row that both readers must find alike.
type Found = (Option<Timestamp>, Reading, Option<Pid>, Option<Vec<u8>>);

/// Returns the rows of the beginning, and true if a time had no zone.
fn rows_of(mut rows: impl RowReader, head: &Head, file: &str) -> Result<(Vec<Found>, bool), RecordingError> {
    let mut lines = head.as_lines(file)?;
    let mut found = Vec::new();
    loop {
        match rows.next(&mut lines)? {
            Record::End => return Ok((found, rows.is_local_clock())),
            Record::Row(row) => found.push((row.at, row.reading, row.pid, row.group.map(Cow::into_owned))),
            _ => {}
        }
    }
}

/// True for the header of a recording of leakwatch.
fn is_own_header(line: &str) -> bool {
    line.contains("rss_bytes") && line.starts_with("timestamp")
}

fn is_count(counter: Counter) -> bool {
    counter.unit() == CounterUnit::Count
}

/// Reader of the rows below a header that is known by its names.
#[derive(Debug)]
struct CsvRows {
    delimiter: u8,
    columns: Vec<(ColumnRole, String)>,
    is_own: bool,
    /// Columns as a general reader recognised them.
    recognised: Option<Recognition>,
    /// Name of the memory column if nothing states its unit, as the general reader found.
    unnamed_unit: Option<String>,
    /// True if a time has no zone.
    is_local: bool,
    /// Dialect with the header that precedes the first row; `None` once it is read.
    dialect: Option<Dialect>,
    quoted: QuotedRecord,
}

impl CsvRows {
    /// Creates the reader of plain rows with the roles that a general reader found; `None` if those need more.
    fn plain(general: &TableRows, dialect: &Dialect, is_local: bool) -> Option<Self> {
        let (names, delimiter) = dialect.header()?;
        let columns = general.plain_roles()?.into_iter().zip(names.iter().cloned()).collect();
        let quoted = QuotedRecord::new(delimiter);
        let (recognised, unnamed_unit) = (general.recognition(), general.memory_column().map(str::to_owned));
        let dialect = Some(dialect.clone());
        Some(Self { delimiter, columns, is_own: false, recognised, unnamed_unit, is_local, dialect, quoted })
    }

    /// Reads the header: the first line that is neither blank nor a comment.
    fn open(lines: &mut Lines, roles: &ColumnRoles) -> Result<Self, RecordingError> {
        loop {
            if lines.advance()?.is_none() {
                return Err(RecordingError::Empty { file: lines.file().to_owned() });
            }
            let line = lines.line().trim_ascii();
            if !line.is_empty() && line[0] != b'#' {
                break;
            }
        }
        let header = lines.line();
        let is_own = std::str::from_utf8(header).is_ok_and(is_own_header);
        let delimiter = [b',', b';', b'\t'].into_iter().find(|delimiter| header.contains(delimiter)).unwrap_or(b',');
        let mut quoted = QuotedRecord::new(delimiter);
        quoted.read(lines)?;
        let header: Vec<String> =
            quoted.fields().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
        let found = roles.roles_of_header(&header, lines.file())?;
        let columns = found.into_iter().zip(header).collect();
        Ok(Self {
            delimiter,
            columns,
            is_own,
            recognised: None,
            unnamed_unit: None,
            is_local: false,
            dialect: None,
            quoted,
        })
    }

    /// True if most rows of the beginning can be read. A recording of leakwatch is read in any case.
    fn reads(&self, head: &Head) -> bool {
        let rows = head.lines().skip_while(|line| line.is_empty() || line.starts_with('#')).skip(1);
        let (mut good, mut all) = (0, 0);
        for line in rows.filter(|line| {
            !line.is_empty() && !line.contains('"') && !line.split(char::from(self.delimiter)).any(is_missing)
        }) {
            all += 1;
            good += u32::from(self.parse_unquoted(line.as_bytes()).is_ok());
        }
        let has_memory =
            self.columns.iter().any(|(role, _)| matches!(role, ColumnRole::Counter(counter, _) if !is_count(*counter)));
        self.is_own || has_memory && 2 * good >= all
    }

    /// True if a line names other columns.
    fn is_other_header(&self, line: &[u8]) -> bool {
        let text = String::from_utf8_lossy(line);
        let cells: Vec<&str> = text.split(char::from(self.delimiter)).map(str::trim).collect();
        is_other_header(&cells)
    }

    /// True if a line has the names of the columns.
    fn is_header(&self, line: &[u8]) -> bool {
        let names = self.columns.iter().map(|(_, name)| name.as_bytes());
        line.split(|&byte| byte == self.delimiter).map(<[u8]>::trim_ascii).eq(names)
    }

    fn parse_unquoted<'a>(&self, line: &'a [u8]) -> Result<RawRow<'a>, Fault> {
        let mut row = RawRow::default();
        let mut rest = Some(line);
        for (role, column) in &self.columns {
            let from = rest.ok_or_else(|| Fault::in_row(FaultKind::TooFewFields))?;
            // Most fields are whole numbers: those are parsed and split off in one pass.
            if let (value, length @ 1..) = leading_digits(from)
                && from.get(length).is_none_or(|&byte| byte == self.delimiter)
                && row.set_whole(*role, value)
            {
                rest = from.get(length + 1..);
                continue;
            }
            let end = memchr::memchr(self.delimiter, from).unwrap_or(from.len());
            row.parse_field(*role, column, &from[..end])?;
            rest = from.get(end + 1..);
        }
        Ok(row)
    }

    fn parse_quoted(&self) -> Result<RawRow<'_>, Fault> {
        let mut row = RawRow::default();
        let mut fields = self.quoted.fields();
        for (role, column) in &self.columns {
            let field = fields.next().ok_or_else(|| Fault::in_row(FaultKind::TooFewFields))?;
            row.parse_field(*role, column, field)?;
        }
        Ok(row)
    }
}

impl RowReader for CsvRows {
    fn next<'a>(&'a mut self, lines: &'a mut Lines) -> Result<Record<'a>, RecordingError> {
        while let Some(dialect) = &self.dialect {
            if lines.advance()?.is_none() {
                return Ok(Record::End);
            }
            if dialect.is_header(&clean_line(lines.line())) {
                self.dialect = None;
            }
        }
        let Some(end) = lines.advance()? else { return Ok(Record::End) };
        if end == LineEnd::Truncated {
            return Ok(Record::Torn);
        }
        let line = lines.line();
        if line.is_empty() || line[0] == b'#' {
            return Ok(Record::Other);
        }
        if memchr::memchr(b'"', line).is_none() {
            let row = self.parse_unquoted(lines.line());
            // The header recurs in files that were joined.
            if row.is_err() && self.is_header(lines.line()) {
                return Ok(Record::Other);
            }
            if row.is_err() && self.is_other_header(lines.line()) {
                let (file, line) = (lines.file().to_owned(), lines.number());
                return Err(RecordingError::HeaderChanges { file, line });
            }
            return Ok(Record::from_row(row));
        }
        if self.quoted.read(lines)? == LineEnd::Truncated {
            return Ok(Record::Torn);
        }
        Ok(Record::from_row(self.parse_quoted()))
    }

    fn time_axis(&self) -> Option<Axis> {
        Some(Axis::Time)
    }

    fn memory_column(&self) -> Option<&str> {
        if self.recognised.is_some() {
            return self.unnamed_unit.as_deref();
        }
        self.columns.iter().find(|(role, _)| role.is_memory()).map(|(_, column)| column.as_str())
    }

    fn is_local_clock(&self) -> bool {
        self.is_local
    }

    fn recognition(&self) -> Option<Recognition> {
        if self.recognised.is_some() {
            return self.recognised.clone();
        }
        let of_role = |is_wanted: &dyn Fn(ColumnRole) -> bool| {
            self.columns.iter().find(|(role, _)| is_wanted(*role)).map_or("", |(_, column)| column.as_str())
        };
        let memory = of_role(&|role| matches!(role, ColumnRole::Counter(..)));
        let time = of_role(&|role| role == ColumnRole::Time);
        (!self.is_own).then(|| Recognition { format: "CSV", columns: format!("'{memory}'; time '{time}'") })
    }
}

/// Record that may contain quotes.
#[derive(Debug)]
struct QuotedRecord {
    parser: csv_core::Reader,
    text: Vec<u8>,
    /// End of each field in `text`.
    ends: Vec<usize>,
    fields: usize,
}

impl QuotedRecord {
    fn new(delimiter: u8) -> Self {
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { parser, text: Vec::new(), ends: Vec::new(), fields: 0 }
    }

    /// Reads the record that begins in the current line, and further lines as long as a quote is open.
    fn read(&mut self, lines: &mut Lines) -> Result<LineEnd, RecordingError> {
        self.parser.reset();
        let (mut written, mut ended, mut read_bytes) = (0, 0, 0);
        loop {
            let line = lines.line();
            read_bytes += line.len() + 1;
            for mut input in [line, b"\n"] {
                // A byte of input yields at most one byte of text and one field; the parser needs one more of each.
                self.text.resize(self.text.len().max(written + input.len() + 1), 0);
                self.ends.resize(self.ends.len().max(ended + input.len() + 2), 0);
                while !input.is_empty() {
                    let (state, read, wrote, ends) =
                        self.parser.read_record(input, &mut self.text[written..], &mut self.ends[ended..]);
                    (written, ended) = (written + wrote, ended + ends);
                    input = &input[read..];
                    if state == csv_core::ReadRecordResult::Record {
                        self.fields = ended;
                        return Ok(LineEnd::Complete);
                    }
                }
            }
            if read_bytes > MAX_LINE_BYTES {
                return Err(lines.too_long());
            }
            if lines.advance()? != Some(LineEnd::Complete) {
                return Ok(LineEnd::Truncated);
            }
        }
    }

    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let ends = &self.ends[..self.fields];
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends).map(|(start, &end)| &self.text[start..end])
    }
}
