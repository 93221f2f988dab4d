//! Whole JSON documents: answers of the Prometheus API, and lists of objects.

use serde_json::Value;

use super::super::error::RecordingError;
use super::super::fault::{Fault, FaultKind};
use super::super::format::{Confidence, Recognition, RecordingFormat, RowReader};
use super::super::head::{HEAD_BYTES, Head};
use super::super::layout::Layout;
use super::super::lines::Lines;
use super::super::names::{Meaning, meaning_of};
use super::super::row::{RawRow, Record};
use super::super::table::{Content, Splitter, TableRows};
use super::super::time::time_from_number;
use super::super::values;
use super::objects::{cells_of, names_of};
use crate::model::{Counter, Timestamp};
use crate::units::Axis;

/// Largest document, in bytes: it is held in memory.
const MAX_DOCUMENT_BYTES: usize = 256 << 20;
/// Most lines above a document.
const MAX_PREAMBLE: usize = 6;
/// Labels that name a series, the most telling first.
const LABELS: [&str; 9] = ["pod", "container", "name", "id", "instance", "service", "process", "job", "namespace"];

/// Whole JSON document.
pub(in super::super) struct JsonDocument;

impl RecordingFormat for JsonDocument {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "an answer of the Prometheus API (query, query_range), or a list of objects"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        let (_, first) = begin(head)?;
        let is_answer = head.filled_lines().take(8).any(|line| line.contains("\"resultType\""));
        let is_open = head.is_one_cut_line() || serde_json::from_str::<Value>(first).is_err();
        let is_list = serde_json::from_str::<Vec<Value>>(first).is_ok_and(|list| list.iter().any(Value::is_object));
        let next = head.filled_lines().skip_while(|line| *line != first).nth(1).unwrap_or_default();
        let is_begun =
            first.starts_with("[{\"") || matches!(first, "{" | "[") && next.starts_with(['"', '{', '[', '}']);
        let is_report = head.filled_lines().take(3).any(|line| line.contains("\"schema_version\""));
        (is_answer || is_list || is_open && (is_begun || is_report)).then_some(Confidence::Certain)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let file = lines.file().to_owned();
        for _ in 0..begin(head).map_or(0, |(above, _)| above) {
            lines.advance()?;
        }
        let text = lines.take_rest(MAX_DOCUMENT_BYTES)?;
        let start = &text[..text.len().min(HEAD_BYTES)];
        if memchr::memmem::find(start, b"\"schema_version\"").is_some() {
            return Err(RecordingError::IsReport { file });
        }
        let document: Value = serde_json::from_slice(&text)
            .map_err(|error| RecordingError::NotJson { file: file.clone(), reason: error.to_string() })?;
        drop(text);
        if let Some(result) =
            document.pointer("/data/result").or_else(|| document.get("result")).and_then(Value::as_array)
        {
            return Ok(Box::new(AnswerRows::new(result)));
        }
        let objects = longest_list(&document, 0).cloned().unwrap_or_default();
        let names = names_of(objects.iter().take(400));
        let rows = objects.iter().flat_map(|object| cells_of(object, &names)).collect();
        Ok(Box::new(TableRows::of_rows("JSON", names, rows, Box::new(NoLines), layout, &file)?))
    }
}

/// Returns the first line of a document among the first lines, with the number of lines above.
fn begin(head: &Head) -> Option<(usize, &str)> {
    let mut lines = head.lines().map(str::trim).enumerate().take(MAX_PREAMBLE);
    lines.find(|(_, line)| line.starts_with('{') || line.starts_with('['))
}

/// Returns the longest list of objects in a document.
fn longest_list(value: &Value, depth: usize) -> Option<&Vec<Value>> {
    let inner: Box<dyn Iterator<Item = &Value>> = match value {
        Value::Array(list) if list.iter().any(Value::is_object) => return Some(list),
        Value::Array(list) => Box::new(list.iter()),
        Value::Object(map) => Box::new(map.values()),
        _ => return None,
    };
    if depth > 4 {
        return None;
    }
    inner.filter_map(|value| longest_list(value, depth + 1)).max_by_key(|list| list.len())
}

/// Splitter of nothing: the rows were in the document.
struct NoLines;

impl Splitter for NoLines {
    fn split(&mut self, _line: &str) -> Content {
        Content::Other
    }
}

/// Rows of an answer of the Prometheus API, one series after the other.
struct AnswerRows {
    points: std::vec::IntoIter<Point>,
    metric: String,
}

/// Value of one series.
struct Point {
    group: std::sync::Arc<str>,
    counter: Counter,
    at: Option<Timestamp>,
    value: Option<u64>,
}

impl AnswerRows {
    fn new(result: &[Value]) -> Self {
        let mut points = Vec::new();
        let mut metric = String::new();
        for series in result {
            let labels = series.get("metric");
            let label = |name: &str| labels.and_then(|labels| labels.get(name)).and_then(Value::as_str);
            let name = label("__name__").unwrap_or("value");
            name.clone_into(&mut metric);
            let counter = match meaning_of(name) {
                Meaning::Count(counter) => counter,
                _ => Counter::Rss,
            };
            let group: std::sync::Arc<str> = group_of(labels).into();
            let one = series.get("value").into_iter();
            let values = series.get("values").and_then(Value::as_array).into_iter().flatten().chain(one);
            points.extend(values.map(|pair| Point {
                group: group.clone(),
                counter,
                at: pair.get(0).and_then(Value::as_f64).and_then(time_from_number),
                value: pair.get(1).and_then(Value::as_str).and_then(|text| values::parse_counter(text.as_bytes(), 1.0)),
            }));
        }
        Self { points: points.into_iter(), metric }
    }
}

/// Returns the name of a series: its telling labels.
fn group_of(labels: Option<&Value>) -> String {
    let label = |name: &&str| {
        labels.and_then(|labels| labels.get(name)).and_then(Value::as_str).filter(|text| !text.is_empty())
    };
    let known: Vec<&str> = LABELS.iter().filter_map(label).take(3).collect();
    if known.is_empty() { "series".to_owned() } else { known.join("/") }
}

impl RowReader for AnswerRows {
    fn next<'a>(&'a mut self, _lines: &'a mut Lines) -> Result<Record<'a>, RecordingError> {
        let Some(point) = self.points.next() else { return Ok(Record::End) };
        let (Some(at), Some(value)) = (point.at, point.value) else {
            // Not a number: a gap.
            return Ok(Record::Faulty(Fault::in_row(FaultKind::NoValue)));
        };
        let mut row = RawRow { at: Some(at), group: Some(point.group.as_bytes().to_vec().into()), ..RawRow::default() };
        row.reading.set(point.counter, value);
        Ok(Record::Row(row))
    }

    fn time_axis(&self) -> Option<Axis> {
        Some(Axis::Time)
    }

    fn memory_column(&self) -> Option<&str> {
        (!self.metric.contains("bytes")).then_some(self.metric.as_str())
    }

    fn recognition(&self) -> Option<Recognition> {
        Some(Recognition {
            format: "Prometheus JSON",
            columns: format!("memory '{}' in bytes; time of the samples", self.metric),
        })
    }
}
