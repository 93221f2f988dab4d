//! One line of a JSONL stream: something that happened, as it happened.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AlertEntry, CounterValues, Growth, VerdictEntry};

/// One line of a JSONL stream; `type` says which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventLine {
    /// The first line of a stream.
    Session {
        /// Version of these lines.
        schema_version: String,
        /// Version of the program.
        leakwatch_version: String,
        /// When the session began, RFC 3339.
        timestamp: String,
        /// Time between samples in seconds; null for a recording.
        interval_seconds: Option<f64>,
    },
    /// A target was found.
    Target {
        /// When, RFC 3339.
        timestamp: String,
        /// Its process number; null for a series without one.
        pid: Option<u32>,
        /// Its name.
        name: String,
        /// Its command line; null when unknown.
        cmdline: Option<String>,
    },
    /// A target was read.
    Sample(SampleLine),
    /// The verdict on a target is another one than before.
    Verdict {
        /// When, RFC 3339.
        timestamp: String,
        /// Its process number.
        pid: Option<u32>,
        /// Its name.
        name: String,
        /// The new verdict.
        verdict: VerdictEntry,
        /// Growth of memory at that moment.
        growth: Growth,
    },
    /// An alert began or ended.
    Alert(AlertEntry),
    /// A target has gone.
    Ended {
        /// When, RFC 3339.
        timestamp: String,
        /// Its process number.
        pid: Option<u32>,
        /// Its name.
        name: String,
    },
    /// Something went not quite as planned.
    Notice {
        /// When, RFC 3339.
        timestamp: String,
        /// One sentence.
        message: String,
    },
}

/// The counters of one target at one moment, named as the columns of the sample CSV. Unknown is null.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "each field is the CSV column of the same name")]
pub struct SampleLine {
    pub timestamp: String,
    pub pid: Option<u32>,
    pub name: String,
    #[serde(flatten)]
    pub counters: CounterValues,
    pub start_ticks: Option<u64>,
    pub program: Option<u32>,
}
