//! What leakwatch itself cost, in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What leakwatch itself cost. Unknown is null, and so is what only a live session has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Observer {
    /// CPU time, user and system.
    pub cpu_seconds: Option<f64>,
    /// The same in per cent of one core, over the session.
    pub cpu_percent: Option<f64>,
    /// Highest RSS.
    pub max_rss_bytes: Option<u64>,
    /// Ticks skipped because the work before them took too long.
    pub missed_ticks: Option<u64>,
    /// The longest reading of PSS or count of pages: it holds the map lock of the process, which may have waited for memory
    /// so long. Null when there was none.
    pub longest_pause_seconds: Option<f64>,
    /// By how much a cheap counter of memory may be off on this kernel; 0 when it is exact.
    pub counter_error_bytes: Option<u64>,
    /// Whether PSS was given up for `--max-overhead`.
    pub gave_up_pss: Option<bool>,
    /// Time between samples at the end: longer than asked for when `--max-overhead` called for it.
    pub final_interval_seconds: Option<f64>,
}
