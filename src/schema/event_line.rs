//! Lines of a JSONL stream.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::counters::CounterValues;
use super::report::{AlertEntry, EndedBy, Growth, Status, VerdictEntry};

/// Line of a JSONL stream. `type` names the kind of the line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventLine {
    /// First line of a stream.
    Session {
        /// Version of the schema.
        schema_version: String,
        /// Version of the program.
        leakwatch_version: String,
        /// Start of the session, RFC 3339.
        timestamp: String,
        /// Time between samples in seconds; null for a recording.
        interval_seconds: Option<f64>,
    },
    /// A target appeared.
    Target {
        /// Time, RFC 3339.
        timestamp: String,
        /// Pid; null for a sum of processes, and for a series of a recording without pids.
        pid: Option<u32>,
        /// Name of the process or sum.
        name: String,
        /// Command line; null if unknown.
        cmdline: Option<String>,
    },
    /// A process was sampled.
    Sample(SampleLine),
    /// The verdict on a target changed.
    Verdict {
        /// Time, RFC 3339.
        timestamp: String,
        /// Pid; null for a sum of processes, and for a series of a recording without pids.
        pid: Option<u32>,
        /// Name of the process or sum.
        name: String,
        /// New verdict.
        verdict: VerdictEntry,
        /// Growth of memory at that time.
        growth: Growth,
    },
    /// An alert fired or resolved.
    Alert(AlertEntry),
    /// A target exited, or its process runs another program now.
    Ended {
        /// Time, RFC 3339.
        timestamp: String,
        /// Pid; null for a sum of processes, and for a series of a recording without pids.
        pid: Option<u32>,
        /// Name of the process or sum.
        name: String,
    },
    /// One-off message, such as a missed tick or a skipped row.
    Notice {
        /// Time, RFC 3339.
        timestamp: String,
        /// One sentence.
        message: String,
    },
    /// Last line of a stream: the outcome of the session. It is missing if leakwatch was killed.
    End(EndLine),
}

/// Outcome of the session, at the end of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndLine {
    /// End of the session, RFC 3339.
    pub timestamp: String,
    /// Worst status of the targets.
    pub status: Status,
    /// Exit status of the session.
    pub exit_status: u8,
    /// Verdict, number and next action in one sentence.
    pub summary: String,
    /// Cause of the end.
    pub ended_by: EndedBy,
}

/// Sample of one process, named as the columns of the sample CSV. Unknown is null.
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
