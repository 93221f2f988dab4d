//! Schema: types of the files that other programs read. Report, event lines, sample columns.
//!
//! They depend on the counter table only. The JSON Schema is derived from them. A change that a reader can notice needs
//! a new [`SCHEMA_VERSION`].

mod alert_message;
mod attribution;
mod cgroup;
mod compare;
mod counters;
mod event_line;
mod listed_process;
mod thresholds;
mod observer;
mod past;
mod report;

pub use alert_message::AlertMessage;
pub use attribution::{Attribution, CounterChange, Inspections, MemberEntry, NextStep, PartEntry};
pub use cgroup::Cgroup;
pub use compare::{BaselineEntry, Comparison, ComparisonRow, MissingIn, NotCompared};
pub use counters::CounterValues;
pub use event_line::{EndLine, EventLine, SampleLine};
pub use listed_process::ListedProcess;
pub use observer::Observer;
pub use past::{PastReport, PastResource, PastTarget};
pub use report::*;
pub use thresholds::{
    AllowanceEntry, DifferenceEntry, JobEntry, ResultEntry, ThresholdEntry, ThresholdOutcome, Thresholds, WorkEntry,
};

use crate::model::Counter;

/// Version of report and event lines. The first number changes if a reader could break.
pub const SCHEMA_VERSION: &str = "1.1";

/// Columns of the sample CSV before the counters.
const FIRST_COLUMNS: [&str; 3] = ["timestamp", "pid", "name"];
/// Columns that distinguish processes with one pid. Counters that were added later follow them.
const IDENTITY_COLUMNS: [&str; 2] = ["start_ticks", "program"];

/// Returns the columns of the sample CSV in their order.
#[must_use]
pub fn sample_columns() -> Vec<&'static str> {
    let (leading, added) = Counter::ALL.split_at(Counter::LEADING);
    let first = FIRST_COLUMNS.into_iter().chain(leading.iter().map(|counter| counter.column()));
    first.chain(IDENTITY_COLUMNS).chain(added.iter().map(|counter| counter.column())).collect()
}

/// Returns the JSON Schema (draft 2020-12) of the report, of an event line and of an alert that is sent.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    let report = schemars::schema_for!(Report);
    let event = schemars::schema_for!(EventLine);
    let sent = schemars::schema_for!(AlertMessage);
    let mut definitions = serde_json::Map::new();
    let mut variants = Vec::new();
    for (name, schema) in [("Report", report), ("EventLine", event), ("AlertMessage", sent)] {
        let mut schema = schema.to_value();
        if let Some(object) = schema.as_object_mut() {
            object.remove("$schema");
            if let Some(serde_json::Value::Object(inner)) = object.remove("$defs") {
                definitions.extend(inner);
            }
        }
        definitions.insert(name.to_owned(), schema);
        variants.push(serde_json::json!({ "$ref": format!("#/$defs/{name}") }));
    }
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "leakwatch report, event line or alert",
        "description": "A file written with '-o x.json' is a Report. Each line of '-o x.jsonl' is an EventLine. An alert
            is sent as an AlertMessage.",
        "version": SCHEMA_VERSION,
        "anyOf": variants,
        "$defs": definitions,
    })
}
