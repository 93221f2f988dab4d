//! Recordings as comma-separated values: our own and foreign ones with a header.
//!
//! A record without quotes, which is nearly every one, is cut at its delimiters where it lies; one with quotes
//! goes through `csv_core`, which knows the rules of RFC 4180.

use super::super::columns::{RawRow, Role, Roles, Step};
use super::super::error::{Fault, FaultKind, RecordingError};
use super::super::lines::{LineEnd, Lines, MAX_LINE};
use super::super::values::leading_digits;

/// Reads the rows below a header.
#[derive(Debug)]
pub(in super::super) struct CsvRows {
    delimiter: u8,
    columns: Vec<(Role, String)>,
    quoted: Quoted,
}

impl CsvRows {
    /// Takes the line that `lines` has come to as the header.
    pub(in super::super) fn open(lines: &mut Lines, roles: &Roles) -> Result<Self, RecordingError> {
        let header = lines.line();
        let delimiter = [b',', b';', b'\t'].into_iter().find(|delimiter| header.contains(delimiter)).unwrap_or(b',');
        let mut quoted = Quoted::new(delimiter);
        quoted.read(lines)?;
        let column = |field: &[u8]| String::from_utf8_lossy(field).trim().to_owned();
        let header: Vec<String> = quoted.fields().map(column).collect();
        let found = roles.of_header(&header, lines.file())?;
        Ok(Self { delimiter, columns: found.into_iter().zip(header).collect(), quoted })
    }

    /// What the first column of memory is called.
    pub(in super::super) fn memory_column(&self) -> Option<&str> {
        self.columns.iter().find(|(role, _)| role.is_memory()).map(|(_, column)| column.as_str())
    }

    /// The next record.
    pub(in super::super) fn next<'a>(&'a mut self, lines: &'a mut Lines) -> Result<Step<'a>, RecordingError> {
        let Some(end) = lines.advance()? else { return Ok(Step::End) };
        if end == LineEnd::Cut {
            return Ok(Step::Torn);
        }
        let line = lines.line();
        if line.is_empty() || line[0] == b'#' {
            return Ok(Step::Other);
        }
        if memchr::memchr(b'"', line).is_none() {
            return Ok(self.unquoted(lines.line()).into());
        }
        if self.quoted.read(lines)? == LineEnd::Cut {
            return Ok(Step::Torn);
        }
        Ok(self.quoted().into())
    }

    fn unquoted<'a>(&self, line: &'a [u8]) -> Result<RawRow<'a>, Fault> {
        let mut row = RawRow::default();
        let mut rest = Some(line);
        for (role, column) in &self.columns {
            let from = rest.ok_or_else(|| Fault::row(FaultKind::TooFewFields))?;
            // Whole numbers, which most fields are, are read and cut off in one pass.
            if let (value, length @ 1..) = leading_digits(from)
                && from.get(length).is_none_or(|&byte| byte == self.delimiter)
                && row.take_whole(*role, value)
            {
                rest = from.get(length + 1..);
                continue;
            }
            let end = memchr::memchr(self.delimiter, from).unwrap_or(from.len());
            row.take(*role, column, &from[..end])?;
            rest = from.get(end + 1..);
        }
        Ok(row)
    }

    fn quoted(&self) -> Result<RawRow<'_>, Fault> {
        let mut row = RawRow::default();
        let mut fields = self.quoted.fields();
        for (role, column) in &self.columns {
            let field = fields.next().ok_or_else(|| Fault::row(FaultKind::TooFewFields))?;
            row.take(*role, column, field)?;
        }
        Ok(row)
    }
}

/// One record that may have quotes in it.
#[derive(Debug)]
struct Quoted {
    parser: csv_core::Reader,
    text: Vec<u8>,
    /// Where each field ends in `text`.
    ends: Vec<usize>,
    fields: usize,
}

impl Quoted {
    fn new(delimiter: u8) -> Self {
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { parser, text: Vec::new(), ends: Vec::new(), fields: 0 }
    }

    /// Reads the record that begins in the current line, and the lines that its quotes reach over.
    fn read(&mut self, lines: &mut Lines) -> Result<LineEnd, RecordingError> {
        self.parser.reset();
        let (mut written, mut ended, mut taken) = (0, 0, 0);
        loop {
            let line = lines.line();
            taken += line.len() + 1;
            for mut input in [line, b"\n"] {
                // One byte of text for each byte of input at most, and one field; the parser wants room to spare.
                self.text.resize(self.text.len().max(written + input.len() + 1), 0);
                self.ends.resize(self.ends.len().max(ended + input.len() + 2), 0);
                while !input.is_empty() {
                    let (outcome, read, wrote, ends) =
                        self.parser.read_record(input, &mut self.text[written..], &mut self.ends[ended..]);
                    (written, ended) = (written + wrote, ended + ends);
                    input = &input[read..];
                    if outcome == csv_core::ReadRecordResult::Record {
                        self.fields = ended;
                        return Ok(LineEnd::Whole);
                    }
                }
            }
            if taken > MAX_LINE {
                return Err(lines.too_long());
            }
            if lines.advance()? != Some(LineEnd::Whole) {
                return Ok(LineEnd::Cut);
            }
        }
    }

    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let ends = &self.ends[..self.fields];
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends).map(|(start, &end)| &self.text[start..end])
    }
}
