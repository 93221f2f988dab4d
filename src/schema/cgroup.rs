//! A control group in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Memory of a control group at its last sample. Unknown, and a limit that is not set, is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cgroup {
    /// Everything that is charged to it (`memory.current`).
    pub current_bytes: Option<u64>,
    /// The same less page cache that nobody has used for a while: what Kubernetes shows.
    pub working_set_bytes: Option<u64>,
    /// Anonymous pages.
    pub anon_bytes: Option<u64>,
    /// Page cache, with shared memory in it.
    pub file_bytes: Option<u64>,
    /// tmpfs and shared memory.
    pub shmem_bytes: Option<u64>,
    /// Page cache that nobody has used for a while.
    pub inactive_file_bytes: Option<u64>,
    /// Swapped out.
    pub swap_bytes: Option<u64>,
    /// `memory.max`.
    pub max_bytes: Option<u64>,
    /// `memory.high`.
    pub high_bytes: Option<u64>,
    /// Processes killed for want of memory since the group was made.
    pub oom_kills: Option<u64>,
}
