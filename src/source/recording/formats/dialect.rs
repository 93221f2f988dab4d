//! Dialects of CSV: the delimiter, the header, and rows without one.

use super::super::assignment::TableFacts;
use super::super::fault::FaultKind;
use super::super::head::Head;
use super::super::names::{Meaning, meaning_of};
use super::super::quantity::{DecimalMark, whole_quantity};
use super::super::stamp::{DateOrder, whole_stamp};
use super::super::table::{Content, Splitter};

/// Delimiters, the least doubtful first. A comma also stands in numbers.
const DELIMITERS: [char; 4] = ['\t', ';', ',', '|'];
/// Least share of lines with one number of fields.
const MIN_REGULAR: f64 = 0.6;

/// Dialect of a CSV recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dialect {
    delimiter: char,
    /// Number of fields of most lines.
    width: usize,
    /// Names of the columns; made up if the recording has no header.
    names: Vec<String>,
    has_header: bool,
}

impl Dialect {
    /// Finds the dialect of the beginning of a recording; `None` if its lines have no fields in common.
    pub(super) fn find(head: &Head) -> Option<Self> {
        let first = head.filled_lines().next()?;
        if first.starts_with(['{', '[']) && first.contains('"') {
            return None;
        }
        DELIMITERS.into_iter().find_map(|delimiter| Self::with_delimiter(head, delimiter))
    }

    /// Returns the names in the header and the delimiter; `None` without a header, or for a delimiter of several bytes.
    pub(super) fn header(&self) -> Option<(&[String], u8)> {
        self.has_header.then_some((self.names.as_slice(), u8::try_from(self.delimiter).ok()?))
    }

    /// True if a line is the header.
    pub(super) fn is_header(&self, line: &str) -> bool {
        fields(line.trim().trim_start_matches('#').trim_start(), self.delimiter) == self.names
    }

    fn with_delimiter(head: &Head, delimiter: char) -> Option<Self> {
        let mut widths: Vec<usize> = head
            .filled_lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| fields(line, delimiter).len())
            .collect();
        let lines = widths.len();
        widths.sort_unstable();
        let width = widths.chunk_by(|a, b| a == b).max_by_key(|same| same.len()).map(|same| (same[0], same.len()));
        let (width, count) = width.filter(|(width, _)| *width > 1)?;
        #[expect(clippy::cast_precision_loss, reason = "at most 64 Ki lines")]
        if (count as f64) < MIN_REGULAR * lines as f64 {
            return None;
        }
        let row = |line: &&str| fields(line.trim_start_matches('#').trim(), delimiter).len() == width;
        let rows =
            || head.filled_lines().filter(row).map(|line| fields(line.trim_start_matches('#').trim(), delimiter));
        // The header precedes the first row of values; above it may be a title, or names of groups of columns.
        let before = rows().take_while(|fields| !is_row_of_values(fields)).collect::<Vec<_>>();
        let is_plain = |fields: &Vec<String>| !fields.iter().any(|field| !field.is_empty() && is_value(field));
        let has_values = rows().nth(before.len()).is_some() && before.last().is_none_or(is_plain);
        let header = if has_values { before.last() } else { before.first() };
        let has_header = header.is_some();
        let first = header.cloned().unwrap_or_default();
        let columns = (1..=width).map(|number| format!("column {number}")).collect();
        let dialect = Self { delimiter, width, names: if has_header { first } else { columns }, has_header };
        let is_name = |field: &String| !field.contains('=') && field.split_whitespace().count() <= 6;
        if has_header && !dialect.names.iter().all(is_name) {
            return None;
        }
        // Prose with commas has no column of numbers. Rows without a header have nothing but values and single words.
        let is_table =
            head.filled_lines().filter(row).skip(if has_values { before.len() } else { 1 }).take(5).all(|line| {
                let fields = fields(line, delimiter);
                let is_cell = |field: &String| is_value(field) || !field.contains(['=', ' ']);
                // The header may recur.
                fields == dialect.names
                    || is_other_header(&fields)
                    || fields.iter().any(|field| is_value(field)) && (has_header || fields.iter().all(is_cell))
            });
        is_table.then_some(dialect)
    }
}

/// True for names of columns, one of them of memory: no value and no number among them.
pub(super) fn is_other_header<S: AsRef<str>>(cells: &[S]) -> bool {
    cells.len() > 1
        && cells.iter().all(|cell| !cell.as_ref().is_empty() && !cell.as_ref().contains(|c: char| c.is_ascii_digit()))
        && cells.iter().any(|cell| matches!(meaning_of(cell.as_ref()), Meaning::Memory(_)))
}

/// True if half of the fields are values.
fn is_row_of_values(fields: &[String]) -> bool {
    let values = fields.iter().filter(|field| !field.is_empty() && is_value(field)).count();
    2 * values >= fields.len()
}

/// True for a number, with or without a unit, and for a time.
fn is_value(field: &str) -> bool {
    let field = field.trim();
    field.is_empty()
        || [DecimalMark::Point, DecimalMark::Comma]
            .iter()
            .any(|&mark| whole_quantity(field.trim_end_matches('%'), mark).is_some())
        || whole_stamp(field, DateOrder::DayFirst).is_some()
}

/// Returns the fields of a line, without spaces around them.
fn fields(line: &str, delimiter: char) -> Vec<String> {
    if !line.contains('"') {
        return line.split(delimiter).map(|field| field.trim().to_owned()).collect();
    }
    let delimiter = u8::try_from(delimiter).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(line.as_bytes());
    let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(|field| field.trim().to_owned()).collect()
}

/// Splitter of the lines of a dialect.
#[derive(Debug)]
pub(super) struct CsvSplitter {
    dialect: Dialect,
    is_begun: bool,
}

impl CsvSplitter {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, is_begun: false }
    }
}

impl Splitter for CsvSplitter {
    fn split(&mut self, line: &str) -> Content {
        let Dialect { delimiter, width, names, has_header } = &self.dialect;
        let line = line.trim();
        let cells = fields(line.trim_start_matches('#').trim_start(), *delimiter);
        // The header may recur, as in files that were joined.
        if *has_header && cells == *names {
            self.is_begun = true;
            return Content::Header(cells);
        }
        // Another header begins another table.
        if *has_header && self.is_begun && is_other_header(&cells) {
            return Content::Header(cells);
        }
        if line.is_empty() || line.starts_with('#') || !self.is_begun && *has_header {
            return Content::Other;
        }
        if cells.len() >= *width || !cells.is_empty() && cells.len() + 1 == *width && !self.is_begun {
            self.is_begun = true;
            return Content::Rows(vec![cells]);
        }
        // A line of another kind between the rows.
        if cells.len() == 1 { Content::Other } else { Content::Faulty(FaultKind::TooFewFields) }
    }

    fn names(&self) -> Option<Vec<String>> {
        (!self.dialect.has_header).then(|| self.dialect.names.clone())
    }

    fn facts(&self) -> TableFacts {
        TableFacts { is_unnamed: !self.dialect.has_header, ..TableFacts::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dialect(text: &str) -> Option<(char, Vec<String>, bool)> {
        Dialect::find(&Head::new(text.as_bytes(), true)).map(|found| (found.delimiter, found.names, found.has_header))
    }

    #[test]
    fn delimiter_and_header_follow_from_the_lines() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(dialect("Zeit;RSS_MB\n1;278,5\n2;279,5\n"), Some((';', names(&["Zeit", "RSS_MB"]), true)));
        assert_eq!(
            dialect("Monitoring 1\nTime,RSS(MB)\n10:00:00,5\n10:00:01,6\n"),
            Some((',', names(&["Time", "RSS(MB)"]), true))
        );
        assert_eq!(dialect("# time,rss\n1,5\n2,6\n"), Some((',', names(&["time", "rss"]), true)));
        assert_eq!(dialect("1,5\n2,6\n"), Some((',', names(&["column 1", "column 2"]), false)));
        assert_eq!(dialect("a b c\nd e f\n"), None);
        assert_eq!(dialect("{\"a\": 1, \"b\": 2}\n"), None);
        assert_eq!(dialect("yes, it leaks\nno, it does not\n"), None);
    }
}
