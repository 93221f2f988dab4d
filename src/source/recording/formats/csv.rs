//! CSV recordings: comma-separated values with a header, of leakwatch or foreign.
//!
//! Records without quotes, nearly all of them, are split in place at their delimiters. Records with quotes go through
//! `csv_core`, which implements RFC 4180.

use super::super::columns::{ColumnRole, ColumnRoles};
use super::super::error::RecordingError;
use super::super::fault::{Fault, FaultKind};
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::layout::Layout;
use super::super::lines::{LineEnd, Lines, MAX_LINE_BYTES};
use super::super::row::{RawRow, Record};
use super::super::time::TimeAxis;
use super::super::values::leading_digits;

/// Format of comma-separated values; semicolons and tabs separate too.
pub(in super::super) struct Csv;

impl RecordingFormat for Csv {
    fn sniff(&self, _first_line: &[u8]) -> Option<Confidence> {
        // Any text may be a header.
        Some(Confidence::Possible)
    }

    fn open(&self, lines: &mut Lines, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        Ok(Box::new(CsvRows::open(lines, &ColumnRoles::new(layout)?)?))
    }
}

/// Reader of the rows below a header.
#[derive(Debug)]
struct CsvRows {
    delimiter: u8,
    columns: Vec<(ColumnRole, String)>,
    quoted: QuotedRecord,
}

impl CsvRows {
    /// Reads the header.
    fn open(lines: &mut Lines, roles: &ColumnRoles) -> Result<Self, RecordingError> {
        lines.advance()?;
        let header = lines.line();
        let delimiter = [b',', b';', b'\t'].into_iter().find(|delimiter| header.contains(delimiter)).unwrap_or(b',');
        let mut quoted = QuotedRecord::new(delimiter);
        quoted.read(lines)?;
        let header: Vec<String> =
            quoted.fields().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect();
        let found = roles.roles_of_header(&header, lines.file())?;
        Ok(Self { delimiter, columns: found.into_iter().zip(header).collect(), quoted })
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
        let Some(end) = lines.advance()? else { return Ok(Record::End) };
        if end == LineEnd::Truncated {
            return Ok(Record::Torn);
        }
        let line = lines.line();
        if line.is_empty() || line[0] == b'#' {
            return Ok(Record::Other);
        }
        if memchr::memchr(b'"', line).is_none() {
            return Ok(Record::from_row(self.parse_unquoted(lines.line())));
        }
        if self.quoted.read(lines)? == LineEnd::Truncated {
            return Ok(Record::Torn);
        }
        Ok(Record::from_row(self.parse_quoted()))
    }

    fn time_axis(&self) -> Option<TimeAxis> {
        Some(TimeAxis::Clock)
    }

    fn memory_column(&self) -> Option<&str> {
        self.columns.iter().find(|(role, _)| role.is_memory()).map(|(_, column)| column.as_str())
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
