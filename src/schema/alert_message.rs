//! Alert as it is sent to a command, a webhook or a log file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::report::{AlertEntry, Forecast, Growth, Memory, VerdictEntry};

/// Alert with the facts about its target: the standard input of a command, the body of a webhook, a line of `--alert-log`.
/// Facts about a target are null for the host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AlertMessage {
    /// Always `alert`.
    #[serde(rename = "type")]
    pub kind_of_line: String,
    /// Version of this document.
    pub schema_version: String,
    /// Version of the program that sent it.
    pub leakwatch_version: String,
    /// Name of the host; null if unknown.
    pub host: Option<String>,
    /// Alert.
    #[serde(flatten)]
    pub alert: AlertEntry,
    /// Kind of the target, as in the report.
    pub target_kind: Option<String>,
    /// First 4096 characters of the command line; null if unknown.
    pub cmdline: Option<String>,
    /// Verdict at that time.
    pub verdict: Option<VerdictEntry>,
    /// Growth of memory at that time.
    pub growth: Option<Growth>,
    /// Time until the memory limit is reached.
    pub forecast: Option<Forecast>,
    /// Counters.
    pub memory: Option<Memory>,
}
