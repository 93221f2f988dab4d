//! Control group (cgroup), in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Memory of a control group at its last sample. Unknown values and limits that are not set are null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cgroup {
    /// All memory charged to the group (`memory.current`).
    pub current_bytes: Option<u64>,
    /// Memory without inactive page cache, as Kubernetes shows it.
    pub working_set_bytes: Option<u64>,
    /// Anonymous pages.
    pub anon_bytes: Option<u64>,
    /// Page cache, including shared memory.
    pub file_bytes: Option<u64>,
    /// tmpfs and shared memory.
    pub shmem_bytes: Option<u64>,
    /// Inactive page cache.
    pub inactive_file_bytes: Option<u64>,
    /// Swapped memory.
    pub swap_bytes: Option<u64>,
    /// `memory.max`.
    pub max_bytes: Option<u64>,
    /// `memory.high`.
    pub high_bytes: Option<u64>,
    /// Number of processes killed by the OOM killer since the group exists.
    pub oom_kills: Option<u64>,
}
