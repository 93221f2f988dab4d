//! What grows in a target that may leak, in the report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What grows in a target that is suspect or leaking, who it is, and what to run next. What was not looked at is null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attribution {
    /// Counters that have changed since the first sample: memory first, the largest growth first.
    pub counters: Vec<CounterChange>,
    /// For a sum: the processes that bring most of its growth, the most first. Empty for a process.
    pub members: Vec<MemberEntry>,
    /// `cpython`, `node`, `jvm`, `go`, `ruby`, `php`, `dotnet` or `native`; null when it was not recognised.
    pub runtime: Option<String>,
    /// Where its `malloc` comes from: `glibc`, `musl`, `jemalloc`, `mimalloc` or `tcmalloc`; null when that is not known.
    pub allocator: Option<String>,
    /// Memory by mapping, in bytes: anonymous, swapped and shared pages. Kinds: `heap`, `anonymous`, `named_anonymous`,
    /// `stack`, `jit`, `file`, `shared`.
    pub mappings: Option<Inspections>,
    /// Descriptors by what they lead to, in numbers. Kinds: `socket`, `file`, `device`, `pipe`, `memfd`, `kernel` (eventfd,
    /// inotify and their like), `other`.
    pub descriptors: Option<Inspections>,
    /// Threads by name, in numbers; digits in the names are shown as `#`. The kind is `thread`.
    pub threads: Option<Inspections>,
    /// Why the mappings were not looked at; null when they were, or memory does not leak.
    pub not_looked_at: Option<String>,
    /// The same in sentences.
    pub text: Vec<String>,
    /// Commands to run next on this process, the more telling first. Empty for sums and for what has ended.
    pub next_steps: Vec<NextStep>,
}

/// How far a counter has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CounterChange {
    /// The column of the sample CSV.
    pub counter: String,
    /// At the first sample.
    pub first: u64,
    /// At the last sample.
    pub last: u64,
    /// The growth; negative when it shrank.
    pub change: i64,
}

/// A process that adds to the growth of a sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberEntry {
    /// Process number; null for a series of a recording without one.
    pub pid: Option<u32>,
    /// Its name, as it named itself.
    pub name: String,
    /// What it has added since the sum was first seen: bytes, or a number for fds and threads.
    pub change: i64,
}

/// What a process consisted of at the first look and at the latest one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inspections {
    /// The first look, RFC 3339.
    pub first_at: String,
    /// The latest look, RFC 3339; null when there was only one.
    pub last_at: Option<String>,
    /// The largest growth first; with one look only, the largest part first.
    pub parts: Vec<PartEntry>,
}

/// One part: some mappings, descriptors or threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartEntry {
    /// What kind of thing.
    pub kind: String,
    /// Which ones, as the process named them; null for all of the kind that are not named.
    pub name: Option<String>,
    /// At the first look, or the most it can have been where it was too small then to be named; null with one look only.
    pub first: Option<u64>,
    /// At the latest look.
    pub last: u64,
}

/// A command to run next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NextStep {
    /// The command, for a shell.
    pub command: String,
    /// What it shows.
    pub shows: String,
    /// What it does to the process, or needs; null when it only reads.
    pub caution: Option<String>,
}
