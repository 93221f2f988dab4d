//! Observer: the cost of leakwatch itself, in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Cost of leakwatch itself. Unknown is null, and so are the costs of a live session for recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Observer {
    /// CPU time, user and system.
    pub cpu_seconds: Option<f64>,
    /// CPU time in per cent of one core over the session.
    pub cpu_percent: Option<f64>,
    /// Highest RSS.
    pub max_rss_bytes: Option<u64>,
    /// Ticks missed because the work before them took too long.
    pub missed_ticks: Option<u64>,
    /// Duration of the longest read of PSS or page counts, which holds the map lock of the process.
    /// The process may have waited that long for memory. Null without such a read.
    pub longest_pause_seconds: Option<f64>,
    /// Largest error of a cheap memory counter on this kernel; 0 if it is exact.
    pub counter_error_bytes: Option<u64>,
    /// True if PSS is not read any more, to stay within `--max-overhead`.
    pub gave_up_pss: Option<bool>,
    /// Time between ticks at the end. It grows to stay within `--max-overhead`.
    pub final_interval_seconds: Option<f64>,
}
