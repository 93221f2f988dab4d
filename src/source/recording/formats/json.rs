//! Recordings as one JSON object a line: the events of leakwatch, of which only samples are read, or foreign objects.
//!
//! Fields are parsed as they come, without building a document.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::columns::{ColumnRole, ColumnRoles, RSS_COLUMN};
use super::super::error::RecordingError;
use super::super::fault::{Fault, FaultKind};
use super::super::format::{Confidence, RecordingFormat, RowReader};
use super::super::head::Head;
use super::super::layout::Layout;
use super::super::lines::{LineEnd, Lines};
use super::super::row::{RawRow, Record};
use super::super::table::TableRows;
use super::super::time::time_from_number;
use super::super::values;
use super::objects::{JsonSplitter, object_in};
use crate::units::Axis;

/// Format of one JSON object a line.
pub(in super::super) struct JsonLines;

impl RecordingFormat for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn about(&self) -> &'static str {
        "one JSON object a line, nested or with a list of processes"
    }

    fn sniff(&self, head: &Head) -> Option<Confidence> {
        let first = head.filled_lines().next()?;
        if first.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with(['"', '}'])) {
            return Some(Confidence::Likely);
        }
        // Objects behind the prefix of a log.
        let objects = head.filled_lines().filter(|line| object_in(line).is_some()).count();
        (2 * objects > head.filled_lines().count()).then_some(Confidence::Likely)
    }

    fn open(&self, lines: &mut Lines, head: &Head, layout: &Layout) -> Result<Box<dyn RowReader>, RecordingError> {
        let roles = ColumnRoles::new(layout);
        while lines.advance()?.is_some() && lines.line().trim_ascii().is_empty() {}
        if is_report(lines)? {
            return Err(RecordingError::IsReport { file: lines.file().to_owned() });
        }
        // Our own event lines name the unit in the field.
        let is_ours = ["\"rss_bytes\"", "\"schema_version\""].iter().any(|key| contains(lines.line(), key));
        if !is_ours && !lines.line().trim_ascii().starts_with(b"{\"type\"") {
            lines.unread();
            let splitter = || Box::new(JsonSplitter::new(head));
            return Ok(Box::new(TableRows::open("JSON lines", head, splitter(), splitter(), layout, lines.file())?));
        }
        let memory_column = layout.value_column.clone().unwrap_or_else(|| RSS_COLUMN.to_owned());
        lines.unread();
        Ok(Box::new(JsonRows {
            roles,
            is_foreign: layout.value_column.is_some(),
            memory_column: (!is_ours).then_some(memory_column),
        }))
    }
}

/// True for a report of leakwatch: over several lines as leakwatch writes it, or packed into one.
///
/// Advances to the second line if the first one holds only a brace.
fn is_report(lines: &mut Lines) -> Result<bool, RecordingError> {
    if lines.line().trim_ascii() == b"{" {
        return Ok(lines.advance()?.is_some() && contains(lines.line(), "\"schema_version\""));
    }
    Ok(contains(lines.line(), "\"schema_version\"") && contains(lines.line(), "\"observer\""))
}

fn contains(line: &[u8], key: &str) -> bool {
    memchr::memmem::find(line, key.as_bytes()).is_some()
}

/// Reader of the objects.
#[derive(Debug)]
struct JsonRows {
    roles: ColumnRoles,
    /// True if the user names the memory field. In our own event lines the field `type` separates samples from other
    /// events; foreign objects may use that name freely.
    is_foreign: bool,
    memory_column: Option<String>,
}

impl RowReader for JsonRows {
    fn next<'a>(&'a mut self, lines: &'a mut Lines) -> Result<Record<'a>, RecordingError> {
        let Some(end) = lines.advance()? else { return Ok(Record::End) };
        let line = lines.line().trim_ascii();
        if line.is_empty() {
            return Ok(Record::Other);
        }
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let parsed =
            ObjectSeed { rows: self }.deserialize(&mut deserializer).and_then(|row| deserializer.end().map(|()| row));
        Ok(match parsed {
            Ok(ParsedObject { fault: Some(fault), .. }) => Record::Faulty(fault),
            Ok(ParsedObject { kind: ObjectKind::Target, row, .. }) => Record::Label(row),
            Ok(ParsedObject { kind: ObjectKind::Other, .. }) => Record::Other,
            Ok(ParsedObject { row, .. }) => Record::from_row(Ok(row)),
            Err(_) if end == LineEnd::Truncated => Record::Torn,
            Err(_) => Record::Faulty(Fault::in_row(FaultKind::NotJson)),
        })
    }

    fn time_axis(&self) -> Option<Axis> {
        None
    }

    fn memory_column(&self) -> Option<&str> {
        self.memory_column.as_deref()
    }
}

/// Object as a row.
#[derive(Default)]
struct ParsedObject<'a> {
    row: RawRow<'a>,
    kind: ObjectKind,
    fault: Option<Fault>,
}

/// Kind of an object: our own events name theirs in the field `type`.
#[derive(Default, PartialEq)]
enum ObjectKind {
    #[default]
    Sample,
    /// A target appeared: the event has its command line.
    Target,
    Other,
}

impl ObjectKind {
    fn from_value(value: &Scalar<'_>) -> Self {
        match value {
            Scalar::Text(kind) if kind == "sample" => Self::Sample,
            Scalar::Text(kind) if kind == "target" => Self::Target,
            _ => Self::Other,
        }
    }
}

/// Parser of one object.
struct ObjectSeed<'r> {
    rows: &'r JsonRows,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = ParsedObject<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ParsedObject<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = ParsedObject<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ParsedObject<'de>, A::Error> {
        let mut parsed = ParsedObject::default();
        // A key is a text like a value: borrowed unless it has escapes.
        while let Some(Scalar::Text(key)) = map.next_key_seed(ScalarSeed)? {
            let role = self.rows.roles.role_of(&key);
            if role == ColumnRole::Ignored && (self.rows.is_foreign || key != "type") {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = map.next_value_seed(ScalarSeed)?;
            if role == ColumnRole::Ignored {
                parsed.kind = ObjectKind::from_value(&value);
            } else if let Err(fault) = set_field(&mut parsed.row, role, &key, value) {
                parsed.fault.get_or_insert(fault);
            }
        }
        Ok(parsed)
    }
}

/// Sets one field of a row.
fn set_field<'de>(row: &mut RawRow<'de>, role: ColumnRole, key: &str, value: Scalar<'de>) -> Result<(), Fault> {
    match (role, value) {
        (_, Scalar::Null) => Ok(()),
        (ColumnRole::Counter(counter, 1.0), Scalar::Whole(number)) if number < 1 << 63 => {
            row.reading.set(counter, number);
            Ok(())
        }
        (ColumnRole::Name, Scalar::Text(text)) => {
            row.name = Some(into_bytes(text));
            Ok(())
        }
        (ColumnRole::Cmdline, Scalar::Text(text)) => {
            row.cmdline = Some(into_bytes(text));
            Ok(())
        }
        (ColumnRole::Group, Scalar::Text(text)) => {
            row.group = Some(into_bytes(text));
            Ok(())
        }
        (ColumnRole::Name | ColumnRole::Group, Scalar::Whole(number)) => {
            let text = Cow::Owned(number.to_string().into_bytes());
            *(if role == ColumnRole::Name { &mut row.name } else { &mut row.group }) = Some(text);
            Ok(())
        }
        (ColumnRole::Time, Scalar::Number(seconds)) => {
            let at = time_from_number(seconds);
            row.at = Some(at.ok_or_else(|| Fault::in_field(FaultKind::Time, key, seconds.to_string().as_bytes()))?);
            Ok(())
        }
        (ColumnRole::Counter(counter, unit_bytes), Scalar::Number(number)) => {
            let value = values::scale(number, unit_bytes)
                .ok_or_else(|| Fault::in_field(FaultKind::Value, key, number.to_string().as_bytes()))?;
            row.reading.set(counter, value);
            Ok(())
        }
        // The rest is short: numbers of roles that parse text, and unusable values.
        (_, value) => {
            let mut owned = RawRow::default();
            let text = match value {
                Scalar::Whole(number) => number.to_string(),
                Scalar::Number(number) => number.to_string(),
                Scalar::Text(text) => text.into_owned(),
                Scalar::Null | Scalar::Other => "a list or an object".to_owned(),
            };
            owned.parse_field(role, key, text.as_bytes())?;
            row.at = owned.at.or(row.at);
            row.pid = owned.pid.or(row.pid);
            row.start = owned.start.or(row.start);
            row.program = owned.program.or(row.program);
            if let ColumnRole::Counter(counter, _) = role {
                row.reading.set(counter, owned.reading.value(counter));
            }
            Ok(())
        }
    }
}

fn into_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// Value of a field; lists and objects are skipped.
#[derive(Debug)]
enum Scalar<'a> {
    Null,
    Whole(u64),
    Number(f64),
    Text(Cow<'a, str>),
    Other,
}

/// Parser of a key, and of the value of a field.
struct ScalarSeed;

impl<'de> DeserializeSeed<'de> for ScalarSeed {
    type Value = Scalar<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scalar<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ScalarSeed {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Whole(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "a negative number is refused or a time far below 2^53")]
    fn visit_i64<E>(self, number: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}
