//! Attribution of growth, in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Counters and parts that grew in a suspected target, its runtime, and next steps. Parts that were not inspected are null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attribution {
    /// Counters that changed since the first sample: memory first, then by growth.
    pub counters: Vec<CounterChange>,
    /// Processes with the largest growth in a sum, the largest first. Empty for a process.
    pub members: Vec<MemberEntry>,
    /// Runtime: `cpython`, `node`, `jvm`, `go`, `ruby`, `php`, `dotnet` or `native`; null if it was not recognised.
    pub runtime: Option<String>,
    /// Allocator: `glibc`, `musl`, `jemalloc`, `mimalloc` or `tcmalloc`; null if unknown.
    pub allocator: Option<String>,
    /// Anonymous, swapped and shared memory by mapping, in bytes. Kinds: `heap`, `anonymous`, `named_anonymous`,
    /// `stack`, `jit`, `file`, `shared`.
    pub mappings: Option<Inspections>,
    /// Number of descriptors by their object. Kinds: `socket`, `file`, `device`, `pipe`, `memfd`, `kernel` (eventfd,
    /// inotify and similar ones), `other`.
    pub descriptors: Option<Inspections>,
    /// Number of threads by name. Digits in a name are shown as `#`. The kind is `thread`.
    pub threads: Option<Inspections>,
    /// Reason for which the mappings were not inspected; null if they were, or if memory does not grow.
    pub not_looked_at: Option<String>,
    /// Attribution in sentences.
    pub text: Vec<String>,
    /// Commands to run next on this process, the most useful first. Empty for sums and exited targets.
    pub next_steps: Vec<NextStep>,
}

/// Change of a counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CounterChange {
    /// Column of the sample CSV.
    pub counter: String,
    /// Value of the first sample.
    pub first: u64,
    /// Value of the last sample.
    pub last: u64,
    /// Change, negative if it shrank.
    pub change: i64,
}

/// Process with a share in the growth of a sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberEntry {
    /// Pid; null for a series of a recording without pids.
    pub pid: Option<u32>,
    /// Name that the process gave itself.
    pub name: String,
    /// Growth since the first sample of the sum: bytes, or a number for fds and threads.
    pub change: i64,
}

/// Parts of a process at its first and its latest inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inspections {
    /// Time of the first inspection, RFC 3339.
    pub first_at: String,
    /// Time of the latest inspection, RFC 3339; null if there was only one.
    pub last_at: Option<String>,
    /// Parts, the largest growth first; after a single inspection the largest part first.
    pub parts: Vec<PartEntry>,
}

/// Part of a process: mappings, descriptors or threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartEntry {
    /// Kind of the part.
    pub kind: String,
    /// Name that the process gave the part; null for all unnamed parts of the kind.
    pub name: Option<String>,
    /// Amount at the first inspection, or its upper bound if it was too small to be listed; null after a single inspection.
    pub first: Option<u64>,
    /// Amount at the latest inspection.
    pub last: u64,
}

/// Command to run next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NextStep {
    /// Command for a shell.
    pub command: String,
    /// Description of its output.
    pub shows: String,
    /// Effect on the process, or a requirement; null if it only reads.
    pub caution: Option<String>,
}
