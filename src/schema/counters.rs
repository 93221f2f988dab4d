//! Counters by the names of the sample CSV, derived from the counter table.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{Counter, CounterUnit, Reading};

/// Counters named as the columns of the sample CSV. Unknown is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CounterValues(pub Reading);

impl CounterValues {
    /// Returns one counter.
    #[must_use]
    pub fn value(&self, counter: Counter) -> Option<u64> {
        self.0.value(counter)
    }
}

impl Serialize for CounterValues {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Counter::COUNT))?;
        for counter in Counter::ALL {
            map.serialize_entry(counter.column(), &self.0.value(counter))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for CounterValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CounterVisitor)
    }
}

struct CounterVisitor;

impl<'de> Visitor<'de> for CounterVisitor {
    type Value = CounterValues;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("counters by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CounterValues, A::Error> {
        let mut reading = Reading::default();
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            match Counter::from_column(&key) {
                Some(counter) => reading.set(counter, map.next_value::<Option<u64>>()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(CounterValues(reading))
    }
}

impl JsonSchema for CounterValues {
    fn schema_name() -> Cow<'static, str> {
        "CounterValues".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let properties: serde_json::Map<String, serde_json::Value> = Counter::ALL
            .into_iter()
            .map(|counter| {
                let unit = match counter.unit() {
                    CounterUnit::Bytes => "in bytes",
                    CounterUnit::Count => "as a number",
                };
                let property = serde_json::json!({
                    "description": format!("{}, {unit}; null if unknown", counter.label()),
                    "type": ["integer", "null"],
                    "format": "uint64",
                    "minimum": 0,
                });
                (counter.column().to_owned(), property)
            })
            .collect();
        json_schema!({ "type": "object", "properties": properties })
    }
}
