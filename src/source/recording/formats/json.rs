//! Recordings as one JSON object a line: our own events, of which only samples count, and foreign ones by field.
//!
//! Fields are taken in as they come; no document is built.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::columns::{RawRow, Role, Roles, Step};
use super::super::error::{Fault, FaultKind, RecordingError};
use super::super::lines::{LineEnd, Lines};
use super::super::values;

/// Reads objects.
#[derive(Debug)]
pub(in super::super) struct JsonRows {
    roles: Roles,
    /// In our own event lines the type tells samples from other events; foreign fields may use that name freely.
    is_foreign: bool,
}

impl JsonRows {
    pub(in super::super) fn new(roles: Roles, is_foreign: bool) -> Self {
        Self { roles, is_foreign }
    }

    /// The object in the line that `lines` has come to.
    pub(in super::super) fn take<'a>(&self, lines: &'a Lines, end: LineEnd) -> Step<'a> {
        let line = lines.line().trim_ascii();
        if line.is_empty() {
            return Step::Other;
        }
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let parsed =
            Object { rows: self }.deserialize(&mut deserializer).and_then(|row| deserializer.end().map(|()| row));
        match parsed {
            Ok(Parsed { fault: Some(fault), .. }) => Step::Faulty(fault),
            Ok(Parsed { is_other_event: true, .. }) => Step::Other,
            Ok(Parsed { row, .. }) => Ok(row).into(),
            Err(_) if end == LineEnd::Cut => Step::Torn,
            Err(_) => Step::Faulty(Fault::row(FaultKind::NotJson)),
        }
    }

    /// The next object.
    pub(in super::super) fn next<'a>(&self, lines: &'a mut Lines) -> Result<Step<'a>, RecordingError> {
        let Some(end) = lines.advance()? else { return Ok(Step::End) };
        Ok(self.take(lines, end))
    }
}

#[derive(Default)]
struct Parsed<'a> {
    row: RawRow<'a>,
    is_other_event: bool,
    fault: Option<Fault>,
}

/// Takes in one object.
struct Object<'r> {
    rows: &'r JsonRows,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Parsed<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Parsed<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Parsed<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parsed<'de>, A::Error> {
        let mut parsed = Parsed::default();
        while let Some(Text(key)) = map.next_key_seed(TextSeed)? {
            let role = self.rows.roles.of(&key);
            if role == Role::Ignored && (self.rows.is_foreign || key != "type") {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = map.next_value_seed(ScalarSeed)?;
            if role == Role::Ignored {
                parsed.is_other_event = !matches!(&value, Scalar::Text(kind) if kind == "sample");
            } else if let Err(fault) = take(&mut parsed.row, role, &key, value) {
                parsed.fault.get_or_insert(fault);
            }
        }
        Ok(parsed)
    }
}

fn take<'de>(row: &mut RawRow<'de>, role: Role, key: &str, value: Scalar<'de>) -> Result<(), Fault> {
    match (role, value) {
        (_, Scalar::Null) => Ok(()),
        (Role::Counter(counter, 1.0), Scalar::Whole(number)) if number < 1 << 63 => {
            *row.reading.slot(counter) = Some(number);
            Ok(())
        }
        (Role::Name, Scalar::Text(text)) => {
            row.name = Some(into_bytes(text));
            Ok(())
        }
        (Role::Group, Scalar::Text(text)) => {
            row.group = Some(into_bytes(text));
            Ok(())
        }
        (Role::Name | Role::Group, Scalar::Whole(number)) => {
            let text = Cow::Owned(number.to_string().into_bytes());
            *(if role == Role::Name { &mut row.name } else { &mut row.group }) = Some(text);
            Ok(())
        }
        (Role::Time, Scalar::Number(seconds)) => {
            let fault = || Fault::field(FaultKind::Time, key, seconds.to_string().as_bytes());
            row.at = Some(values::from_number(seconds).ok_or_else(fault)?);
            Ok(())
        }
        (Role::Counter(counter, unit_bytes), Scalar::Number(number)) => {
            let fault = || Fault::field(FaultKind::Value, key, number.to_string().as_bytes());
            *row.reading.slot(counter) = Some(values::scaled(number, unit_bytes).ok_or_else(fault)?);
            Ok(())
        }
        // What is left is short: numbers where text is parsed anyway, or what cannot be right.
        (_, value) => {
            let mut owned = RawRow::default();
            let text = match value {
                Scalar::Whole(number) => number.to_string(),
                Scalar::Number(number) => number.to_string(),
                Scalar::Text(text) => text.into_owned(),
                Scalar::Null | Scalar::Other => "a list or an object".to_owned(),
            };
            owned.take(role, key, text.as_bytes())?;
            row.at = owned.at.or(row.at);
            row.pid = owned.pid.or(row.pid);
            row.start = owned.start.or(row.start);
            row.program = owned.program.or(row.program);
            if let Role::Counter(counter, _) = role {
                *row.reading.slot(counter) = owned.reading.value(counter);
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

/// What a field may hold, as far as it is of use.
#[derive(Debug)]
enum Scalar<'a> {
    Null,
    Whole(u64),
    Number(f64),
    Text(Cow<'a, str>),
    Other,
}

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

/// A key: borrowed unless it has escapes.
struct Text<'a>(Cow<'a, str>);

struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Text<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Text<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}
