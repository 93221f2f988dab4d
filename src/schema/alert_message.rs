//! An alert as it is sent: to a command, a webhook, a log file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AlertEntry, Forecast, Growth, Memory, VerdictEntry};

/// What a command reads on standard input, a webhook gets as its body, and `--alert-log` has on each line: an event line of
/// type `alert` with what is needed to act on it. What belongs to a target is null for the host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertMessage {
    /// Always `alert`.
    #[serde(rename = "type")]
    pub kind_of_line: String,
    /// Version of this document.
    pub schema_version: String,
    /// Version of the program that sent it.
    pub leakwatch_version: String,
    /// Name of the host; null when unknown.
    pub host: Option<String>,
    /// The alert itself.
    #[serde(flatten)]
    pub alert: AlertEntry,
    /// What kind of target it is about, as in the report.
    pub target_kind: Option<String>,
    /// Command line, at most 4096 characters of it; null when unknown.
    pub cmdline: Option<String>,
    /// The verdict at that moment.
    pub verdict: Option<VerdictEntry>,
    /// Growth of memory at that moment.
    pub growth: Option<Growth>,
    /// When the limit is reached.
    pub forecast: Option<Forecast>,
    /// Its counters.
    pub memory: Option<Memory>,
}
