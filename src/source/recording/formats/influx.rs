//! Line protocol of InfluxDB: `procstat,host=web1 memory_rss=209715200i 1772614800000000000`.

use super::super::error::RecordingError;
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::names::{Meaning, meaning_of};
use super::super::table::{Content, Splitter, TableRows};

/// Line protocol of InfluxDB and Telegraf.
pub(in super::super) struct Influx;

impl RecordingFormat for Influx {
    fn name(&self) -> &'static str {
        "influx"
    }

    fn about(&self) -> &'static str {
        "line protocol of InfluxDB and Telegraf"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        let points = head.filled_lines().filter(|line| point(line).is_some()).count();
        (2 * points > head.filled_lines().count()).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let mut names = vec!["time".to_owned()];
        for (key, _) in head.filled_lines().filter_map(point).flatten() {
            if !names.contains(&key) {
                names.push(key);
            }
        }
        let splitter = || Box::new(InfluxSplitter { names: names.clone() });
        Ok(Box::new(TableRows::open("Influx lines", head, splitter(), splitter(), layout, lines.file())?))
    }
}

/// Returns the time, tags and fields of a line. A text with spaces in it ends the line: such fields are no memory.
fn point(line: &str) -> Option<Vec<(String, String)>> {
    let mut parts = line.split(' ');
    let (tags, fields, time) = (parts.next()?, parts.next()?, parts.next()?);
    let is_time = (10..=19).contains(&time.len()) && time.bytes().all(|byte| byte.is_ascii_digit());
    if !is_time || parts.next().is_some() {
        return None;
    }
    let mut point = vec![("time".to_owned(), time.to_owned())];
    for pair in tags.split(',').skip(1).chain(fields.split(',')) {
        let (key, value) = pair.split_once('=')?;
        // Whole numbers end in 'i' or 'u'.
        let number = value.strip_suffix(['i', 'u']).filter(|number| number.parse::<i64>().is_ok());
        point.push((key.to_owned(), number.unwrap_or(value).trim_matches('"').to_owned()));
    }
    Some(point)
}

/// Splitter of the lines.
#[derive(Debug)]
struct InfluxSplitter {
    names: Vec<String>,
}

impl Splitter for InfluxSplitter {
    fn split(&mut self, line: &str) -> Content {
        let Some(point) = point(line) else { return Content::Other };
        // Points of other measurements have no memory.
        if !point.iter().any(|(key, _)| matches!(meaning_of(key), Meaning::Memory(_) | Meaning::Count(_))) {
            return Content::Other;
        }
        let value_of = |name: &String| point.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        Content::Rows(vec![self.names.iter().map(|name| value_of(name).unwrap_or_default()).collect()])
    }

    fn names(&self) -> Option<Vec<String>> {
        Some(self.names.clone())
    }
}
